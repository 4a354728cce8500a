//! What is new: UIDL, read as it comes and asked about in batches; then LIST for the sizes.

use tokio::sync::Semaphore;

use crate::config::mailbox::Mailbox;
use crate::mail::pop3::command::Command;
use crate::mail::pop3::reply::Status;
use crate::mail::pop3::wire::Wire;
use crate::mail::{Intake, MailError, Summary, answer};
use crate::mailbox::{Listing, MailId};

/// A mail that is not settled.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Listed {
    /// Its number, in this session only.
    pub(super) number: u32,
    /// Its identity.
    pub(super) uidl: String,
    /// Its size as the server says; 0 if it does not.
    pub(super) size_bytes: u64,
}

impl Listed {
    fn id(&self) -> MailId {
        MailId::Pop3 {
            uidl: self.uidl.clone(),
        }
    }
}

/// The mails that are not settled, in the order of the maildrop.
///
/// A maildrop may hold a million mails, since POP3 never deletes: only what is new is kept.
///
/// # Errors
/// [`MailError`].
pub(super) async fn look<I: Intake>(
    wire: &mut Wire,
    mailbox: &Mailbox,
    budget: &Semaphore,
    intake: &I,
    summary: &mut Summary,
) -> Result<Vec<Listed>, MailError> {
    let reply = wire.ask(Command::Uidl).await?;
    if reply.status != Status::Ok {
        return Err(MailError::Refused {
            host: mailbox.host.clone(),
            command: Command::Uidl.name().to_owned(),
            answer: format!(
                "{} (without UIDL new mails cannot be told from old ones: use IMAP)",
                answer::shown(&reply.text)
            ),
        });
    }
    let (mut new, mut batch) = (Vec::new(), Vec::new());
    let mut listing = Listing::default();
    for _ in 0..MAX_MAILS {
        let line = wire.line().await?;
        let at_end = line.is_none();
        if let Some(line) = line {
            match identity(&line) {
                Some(mail) => {
                    listing.add(&mail.id());
                    batch.push(mail);
                }
                None => not_usable(&line, mailbox, summary),
            }
        }
        if at_end || batch.len() == BATCH {
            keep_unsettled(&mut batch, &mut new, intake).await?;
        }
        if at_end {
            if let Some(listing) = listing.complete() {
                intake.forget_unlisted(listing).await?;
            }
            summary.announced += new.len() as u64;
            if !new.is_empty() && !budget.is_closed() {
                add_sizes(wire, &mut new).await?;
            }
            return Ok(new);
        }
    }
    Err(wire.too_long(MAX_MAILS))
}

/// Reads `12 QhdPYR:00WBw1Ph7x7`.
fn identity(line: &str) -> Option<Listed> {
    let (number, uidl) = line.split_once(' ')?;
    let uidl = uidl.trim();
    let printable = uidl.bytes().all(|byte| byte.is_ascii_graphic());
    let usable = printable && (1..=MAX_UIDL).contains(&uidl.len());
    usable.then_some(Listed {
        number: number.parse().ok()?,
        uidl: uidl.to_owned(),
        size_bytes: 0,
    })
}

/// One odd mail must not keep back the others.
fn not_usable(line: &str, mailbox: &Mailbox, summary: &mut Summary) {
    tracing::warn!(
        mailbox = mailbox.name,
        line = answer::shown(line),
        "the server names a mail by something else than 1 to {MAX_UIDL} printable characters; it is not fetched"
    );
    summary.announced += 1;
    summary.not_given += 1;
}

async fn keep_unsettled<I: Intake>(
    batch: &mut Vec<Listed>,
    new: &mut Vec<Listed>,
    intake: &I,
) -> Result<(), MailError> {
    let ids = batch.iter().map(Listed::id);
    let settled = intake.settled(ids.collect()).await?;
    let open = batch.drain(..).zip(settled).filter(|(_, settled)| !settled);
    // What is over the bound is new at the next poll, too.
    let room = MAX_NEW.saturating_sub(new.len());
    new.extend(open.map(|(mail, _)| mail).take(room));
    Ok(())
}

async fn add_sizes(wire: &mut Wire, new: &mut [Listed]) -> Result<(), MailError> {
    let reply = wire.ask(Command::List).await?;
    if reply.status != Status::Ok {
        return Err(wire.refusal(Command::List, &reply));
    }
    // Nearly always in order already.
    new.sort_by_key(|mail| mail.number);
    for _ in 0..MAX_MAILS {
        let Some(line) = wire.line().await? else {
            return Ok(());
        };
        let mut words = line.split_ascii_whitespace();
        let number = words.next().and_then(|word| word.parse::<u32>().ok());
        let size = words.next().and_then(|word| word.parse::<u64>().ok());
        if let (Some(number), Some(size)) = (number, size)
            && let Ok(place) = new.binary_search_by_key(&number, |mail| mail.number)
            && let Some(mail) = new.get_mut(place)
        {
            mail.size_bytes = size;
        }
    }
    Err(wire.too_long(MAX_MAILS))
}

/// RFC 1939 section 7.
const MAX_UIDL: usize = 70;

/// Identities asked about at once.
const BATCH: usize = 1_000;

/// Mails of one poll: about 15 MB of names. The rest follows at the next poll.
const MAX_NEW: usize = 100_000;

/// Forty days of the largest mailbox that we plan for; a listing beyond does not end.
const MAX_MAILS: usize = 4_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_have_1_to_70_printable_characters() {
        let uidl = |line: &str| identity(line).map(|mail| (mail.number, mail.uidl));
        assert_eq!(uidl("2 QhdPYR:00"), Some((2, "QhdPYR:00".to_owned())));
        assert!(uidl(&format!("1 {}", "x".repeat(70))).is_some());
        assert_eq!(uidl(&format!("1 {}", "x".repeat(71))), None);
        for line in ["", "1", "1 ", "x a", "1 a b", "1 ä", "4294967296 a"] {
            assert_eq!(uidl(line), None, "{line}");
        }
    }
}
