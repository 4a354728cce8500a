//! Commands out, responses in: a signed-in session whose every tagged answer is looked at.
//!
//! The typed streams of [`async_imap`] end alike after OK, NO, BAD and a lost connection, so only
//! its raw responses are used. Reading is cancel-safe: what came stays in the session's buffer.

use std::io;
use std::time::Duration;

use async_imap::Session;
use async_imap::imap_proto::rfc4315::UidSetMember;
use async_imap::imap_proto::{
    AttributeValue, MailboxDatum, RequestId, Response, ResponseCode, Status,
};
use bytes::Bytes;
use tokio::time::{Instant, timeout};

use crate::mail::imap::guard::Guard;
use crate::mail::pace::{NO_PROGRESS, Pace, SLICE};
use crate::mail::{MailError, answer};

/// The session, and what it said unasked.
#[derive(Debug)]
pub(super) struct Wire {
    session: Session<Guard>,
    host: String,
    /// Mails in the selected folder.
    pub(super) exists: u32,
    /// The server told of mails since this was last cleared.
    pub(super) news: bool,
    bye: Option<String>,
    pace: Pace,
    /// Responses that nobody asked for since the last tagged answer, and the time that they took.
    unasked: u32,
    distracted: Duration,
}

/// One response, as far as we use it.
#[derive(Debug)]
pub(super) enum Event {
    /// The tagged answer to a command.
    Done(Done),
    /// `FETCH` of one mail.
    Fetch(Fetched),
    /// `SEARCH`.
    Search(Vec<u32>),
    /// A response code outside of tagged answers: `* OK [UIDNEXT 7]`.
    Code(Code),
    /// `+`: the server waits for us.
    Continue,
    /// `CAPABILITY`, in capitals.
    Capabilities(Vec<String>),
    /// `LIST`: the name of a folder, as it is encoded.
    Folder(String),
    /// Something else; counts are kept in [`Wire`].
    Other,
}

impl Event {
    /// Whether it is, or belongs to, the answer to a command.
    fn is_asked_for(&self) -> bool {
        match self {
            Self::Done(_)
            | Self::Search(_)
            | Self::Continue
            | Self::Capabilities(_)
            | Self::Folder(_) => true,
            Self::Fetch(fetched) => fetched.uid.is_some(),
            Self::Code(_) | Self::Other => false,
        }
    }
}

/// A tagged answer.
#[derive(Debug)]
pub(super) struct Done {
    /// Of the command that it answers.
    pub(super) tag: RequestId,
    /// OK; otherwise NO or BAD.
    pub(super) ok: bool,
    /// Its response code, if we use it.
    pub(super) code: Code,
    /// Its words.
    pub(super) text: String,
}

/// Response codes that we use.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Code {
    /// None, or another one.
    None,
    /// `UIDVALIDITY`.
    UidValidity(u32),
    /// `UIDNEXT`.
    UidNext(u32),
    /// `UIDNOTSTICKY` (RFC 4315): UIDs do not survive the session.
    UidNotSticky,
    /// `COPYUID` (RFC 4315): the UIDs that were copied.
    Copied(Vec<u32>),
    /// `CAPABILITY`, in capitals.
    Capabilities(Vec<String>),
}

/// What a FETCH response says of one mail.
#[derive(Debug, Default)]
pub(super) struct Fetched {
    /// Its number in the folder.
    pub(super) sequence: u32,
    /// UID, if it is an answer to a UID command.
    pub(super) uid: Option<u32>,
    /// Size in bytes as the server says.
    pub(super) size_bytes: Option<u32>,
    /// The mail.
    pub(super) body: Body,
    /// Flagged `\Deleted`.
    pub(super) deleted: bool,
    /// INTERNALDATE: when it arrived, as the server writes it.
    pub(super) arrived: Option<String>,
}

/// The mail in a FETCH response.
#[derive(Debug, Default)]
pub(super) enum Body {
    /// The response is about something else: flags, a size.
    #[default]
    Absent,
    /// Asked for, and NIL: the server does not give it.
    Nil,
    /// The mail's bytes.
    Given(Bytes),
}

impl Wire {
    pub(super) fn new(session: Session<Guard>, host: String) -> Self {
        Self {
            session,
            host,
            exists: 0,
            news: false,
            bye: None,
            pace: Pace::default(),
            unasked: 0,
            distracted: Duration::ZERO,
        }
    }

    /// Host as configured, for errors.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// Sends a command and gives its tag. Its answer may come among others.
    pub(super) async fn send(&mut self, command: &str) -> Result<RequestId, MailError> {
        let sent = timeout(NO_PROGRESS, self.session.run_command(command)).await;
        match sent {
            Ok(Ok(tag)) => Ok(tag),
            Ok(Err(async_imap::error::Error::Io(error))) => Err(self.broken("sending", error)),
            Ok(Err(error)) => Err(self.broken("sending", io::Error::other(error.to_string()))),
            Err(_) => Err(self.broken("sending", io::ErrorKind::TimedOut.into())),
        }
    }

    /// Sends a line without a tag (`DONE`).
    pub(super) async fn send_line(&mut self, line: &str) -> Result<(), MailError> {
        let sent = timeout(NO_PROGRESS, self.session.run_command_untagged(line)).await;
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.broken("sending", io::Error::other(error.to_string()))),
            Err(_) => Err(self.broken("sending", io::ErrorKind::TimedOut.into())),
        }
    }

    /// The next response, while an answer is due. Cancel-safe.
    ///
    /// # Errors
    /// [`MailError::Broken`] at the end of the connection, if the answer comes too slowly
    /// ([`Pace`]), or if the server talks of other things for half an hour; [`MailError::Protocol`]
    /// for what cannot be understood. The session is of no use then.
    pub(super) async fn next(&mut self) -> Result<Event, MailError> {
        loop {
            let guard = self.session.get_ref();
            let (before, is_inside, begun) = (guard.received(), guard.is_inside(), Instant::now());
            let next = timeout(SLICE, self.unhurried_next()).await;
            let waited = begun.elapsed();
            let bytes = self.session.get_ref().received() - before;
            let paced = self.pace.note(is_inside, waited, bytes);
            let Ok(event) = next else {
                paced.map_err(|late| self.broken("reading", late))?;
                if !is_inside {
                    self.distracted(waited)?;
                }
                continue;
            };
            let event = event?;
            if event.is_asked_for() {
                self.distracted = Duration::ZERO;
            } else {
                self.distracted(waited)?;
            }
            return Ok(event);
        }
    }

    /// A server at work says so now and then (`* OK Still here`), but not for ever.
    fn distracted(&mut self, waited: Duration) -> Result<(), MailError> {
        self.distracted += waited;
        if self.distracted < MAX_DISTRACTED {
            return Ok(());
        }
        let minutes = MAX_DISTRACTED.as_secs() / 60;
        let words = format!("no answer for {minutes} minutes, only other lines");
        Err(self.broken("reading", io::Error::new(io::ErrorKind::TimedOut, words)))
    }

    /// The next response, however long it takes. Cancel-safe.
    pub(super) async fn unhurried_next(&mut self) -> Result<Event, MailError> {
        match self.session.read_response().await {
            Ok(Some(response)) => {
                self.note(response.parsed());
                let mut event = event(response.parsed());
                if let Event::Fetch(Fetched {
                    body: Body::Given(bytes),
                    ..
                }) = &mut event
                    && let Some(mail) = self.session.get_mut().take_mail(bytes)
                {
                    *bytes = mail;
                }
                self.count(&event)?;
                Ok(event)
            }
            Ok(None) => Err(self.broken("reading", io::ErrorKind::UnexpectedEof.into())),
            Err(error) => Err(self.unreadable(error)),
        }
    }

    /// Runs one command to its tagged answer, whatever that is; `each` sees what comes before.
    pub(super) async fn attempt(
        &mut self,
        command: &str,
        mut each: impl FnMut(Event) + Send,
    ) -> Result<Done, MailError> {
        let tag = self.send(command).await?;
        loop {
            let event = self.next().await?;
            if let Event::Done(done) = event {
                // Another tag: a command whose caller gave up.
                if done.tag == tag {
                    return Ok(done);
                }
            } else {
                each(event);
            }
        }
    }

    /// Runs one command that must be answered OK.
    ///
    /// # Errors
    /// [`MailError::Refused`] or [`MailError::Throttled`], and those of [`Wire::next`].
    pub(super) async fn run(
        &mut self,
        command: &str,
        each: impl FnMut(Event) + Send,
    ) -> Result<Done, MailError> {
        let done = self.attempt(command, each).await?;
        if done.ok {
            return Ok(done);
        }
        Err(answer::refusal(&self.host, verb(command), &done.text))
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "an open enum of the parser; we use these"
    )]
    fn note(&mut self, response: &Response<'_>) {
        match response {
            Response::MailboxData(MailboxDatum::Exists(count)) => {
                self.news |= *count > self.exists;
                self.exists = *count;
            }
            Response::Expunge(_) => self.exists = self.exists.saturating_sub(1),
            Response::Data {
                status: Status::Bye,
                outcome,
            } => self.bye = Some(answer::shown(outcome.information.as_deref().unwrap_or(""))),
            _ => {}
        }
    }

    /// A command may be accompanied by news of other mails, but not without an end.
    fn count(&mut self, event: &Event) -> Result<(), MailError> {
        if matches!(event, Event::Done(_)) {
            self.unasked = 0;
        } else if !event.is_asked_for() {
            self.unasked += 1;
        }
        if self.unasked <= MAX_UNASKED {
            return Ok(());
        }
        Err(MailError::Protocol {
            host: self.host.clone(),
            what: format!("{MAX_UNASKED} lines that nobody asked for, instead of an answer"),
        })
    }

    fn unreadable(&self, error: io::Error) -> MailError {
        // The parser's complaint holds all of its input: only the start may be shown.
        let senseless = error.kind() == io::ErrorKind::InvalidData
            || error.to_string().contains("during parsing of");
        if senseless {
            return MailError::Protocol {
                host: self.host.clone(),
                what: answer::shown(&error.to_string()),
            };
        }
        self.broken("reading", error)
    }

    pub(super) fn broken(&self, doing: &'static str, source: io::Error) -> MailError {
        let source = match &self.bye {
            Some(words) => io::Error::new(source.kind(), format!("the server said BYE {words}")),
            None => source,
        };
        MailError::Broken {
            host: self.host.clone(),
            doing,
            source,
        }
    }
}

/// The words of a command that name it: `UID FETCH`.
fn verb(command: &str) -> &str {
    let words = if command.starts_with("UID ") { 2 } else { 1 };
    let end = command.match_indices(' ').nth(words - 1);
    end.and_then(|(end, _)| command.get(..end))
        .unwrap_or(command)
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "an open enum of the parser; we use these"
)]
fn event(response: &Response<'_>) -> Event {
    match response {
        Response::Done {
            tag,
            status,
            outcome,
        } => Event::Done(Done {
            tag: tag.clone(),
            ok: *status == Status::Ok,
            code: code(outcome.code.as_ref()),
            text: outcome.information.as_deref().unwrap_or("").to_owned(),
        }),
        Response::Data { outcome, .. } => Event::Code(code(outcome.code.as_ref())),
        Response::Fetch(sequence, attributes) => Event::Fetch(fetched(*sequence, attributes)),
        Response::MailboxData(MailboxDatum::Search(uids)) => Event::Search(uids.clone()),
        Response::Capabilities(list) => Event::Capabilities(capabilities(list)),
        Response::MailboxData(MailboxDatum::List(entry)) => Event::Folder(entry.name.to_string()),
        Response::Continue(_) => Event::Continue,
        _ => Event::Other,
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "an open enum of the parser; we asked for these"
)]
fn fetched(sequence: u32, attributes: &[AttributeValue<'_>]) -> Fetched {
    let mut fetched = Fetched {
        sequence,
        ..Fetched::default()
    };
    for attribute in attributes {
        match attribute {
            AttributeValue::Uid(uid) => fetched.uid = Some(*uid),
            AttributeValue::Rfc822Size(size) => fetched.size_bytes = Some(*size),
            AttributeValue::BodySection { data, .. } => {
                fetched.body = match data {
                    // A few bytes, as a rule: the guard's number for the mail.
                    Some(bytes) => Body::Given(Bytes::copy_from_slice(bytes)),
                    None => Body::Nil,
                };
            }
            AttributeValue::InternalDate(date) => fetched.arrived = Some(date.to_string()),
            AttributeValue::Flags(flags) => {
                fetched.deleted = flags.iter().any(|f| f.eq_ignore_ascii_case("\\Deleted"));
            }
            _ => {}
        }
    }
    fetched
}

fn code(code: Option<&ResponseCode<'_>>) -> Code {
    match code {
        Some(ResponseCode::UidValidity(number)) => Code::UidValidity(*number),
        Some(ResponseCode::UidNext(number)) => Code::UidNext(*number),
        Some(ResponseCode::UidNotSticky) => Code::UidNotSticky,
        Some(ResponseCode::CopyUid(_, from, _)) => Code::Copied(members(from)),
        Some(ResponseCode::Capabilities(list)) => Code::Capabilities(capabilities(list)),
        _ => Code::None,
    }
}

fn members(set: &[UidSetMember]) -> Vec<u32> {
    set.iter()
        .flat_map(|member| match member {
            UidSetMember::Uid(uid) => *uid..=*uid,
            UidSetMember::UidRange(range) => range.clone(),
        })
        .take(MAX_COPIED)
        .collect()
}

fn capabilities(list: &[async_imap::imap_proto::Capability<'_>]) -> Vec<String> {
    use async_imap::imap_proto::Capability;
    list.iter()
        .map(|capability| match capability {
            Capability::Imap4rev1 => "IMAP4REV1".to_owned(),
            Capability::Auth(mechanism) => format!("AUTH={}", mechanism.to_ascii_uppercase()),
            Capability::Atom(word) => word.to_ascii_uppercase(),
        })
        .collect()
}

/// A million mails that another client expunges or flags while one command runs.
const MAX_UNASKED: u32 = 1_000_000;

/// The longest that a server works on a command of ours: a search through a cold index.
const MAX_DISTRACTED: Duration = Duration::from_mins(30);

/// One command copies no more than a set names.
const MAX_COPIED: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_named_without_its_arguments() {
        assert_eq!(verb("UID FETCH 1:2 (UID)"), "UID FETCH");
        assert_eq!(verb("SELECT \"INBOX\""), "SELECT");
        assert_eq!(verb("NOOP"), "NOOP");
    }
}
