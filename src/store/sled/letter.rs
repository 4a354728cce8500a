//! A letter: what one mail brought to the ledgers, as one record.
//!
//! The mail, its interchanges, their messages. Messages are numbered from the letter's own number
//! on, so that a message is found by the last letter before it. Neighbours are alike, and each is
//! told by the one before it: a message takes some 10 bytes. A letter is never changed; what changes
//! later (duplicates, cancellations) stands in records of its own.
//! ```text
//! letter      = 1 mail arrived hashes | 0 number of the mail, which is known; arrived
//!               count interchange…
//! mail        = mailbox:word folder:word id size head outcome
//! hashes      = count { 0 | 1 hash }          0: the next interchange of this letter
//! interchange = hash place sender:word receiver:word application:word reference:text
//!               findings barred count message…
//! message     = flags …                       `letter/message`
//! ```

pub(super) mod bundle;
mod message;

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::extract::Head;
use crate::mailbox::{MailId, Outcome};
use crate::store::archive::ArchivePlace;
use crate::store::ledger::{
    Hash, InterchangeRecord, MailRecord, MessageRecord, MessageReference, NewInterchange,
};
use crate::store::sled::bytes::{Reader, Writer};
use crate::store::sled::phrases::Phrases;
use message::Before;

/// A letter as it was read.
#[derive(Debug)]
pub(super) struct Letter {
    /// Its number.
    pub(super) number: u64,
    /// The mail; none if something of an earlier mail was tried again.
    pub(super) mail: Option<MailRecord>,
    /// The mail of its interchanges.
    pub(super) of: u64,
    pub(super) interchanges: Vec<Brought>,
    references: OnceLock<HashMap<MessageReference, u64>>,
}

/// An interchange of a letter.
#[derive(Debug)]
pub(super) struct Brought {
    pub(super) hash: Hash,
    /// But for its `duplicates`.
    pub(super) record: InterchangeRecord,
    /// The number of the first of its messages.
    pub(super) first: u64,
    /// But for their `cancelled_by`.
    pub(super) messages: Vec<MessageRecord>,
}

/// A letter that is to be written.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) mail: Option<&'a MailRecord>,
    /// The mail of its interchanges.
    pub(super) of: u64,
    pub(super) interchanges: &'a [NewInterchange],
}

impl Draft<'_> {
    /// The letter as bytes; `phrase` gives the number of a text that may stand often.
    pub(super) fn encode(&self, phrase: &mut dyn FnMut(&str) -> Option<u32>) -> Vec<u8> {
        let mut out = Writer::default();
        let arrived = self.arrived();
        out.byte(self.mail.is_some().into());
        if let Some(mail) = self.mail {
            write_mail(&mut out, mail, phrase);
            out.signed(arrived);
            self.write_hashes(&mut out, &mail.interchanges);
        } else {
            out.number(self.of);
            out.signed(arrived);
        }
        out.length(self.interchanges.len());
        for new in self.interchanges {
            write_interchange(&mut out, new, phrase);
            let mut before = Before::first(&new.record, arrived);
            for message in &new.messages {
                before.write(&mut out, &message.record, phrase);
            }
        }
        out.finish()
    }

    fn arrived(&self) -> i64 {
        let messages = || self.interchanges.iter().flat_map(|new| &new.messages);
        let first = || messages().next().map(|message| message.record.arrived);
        let mail = self.mail.map(|mail| mail.arrived);
        mail.or_else(first).unwrap_or(0)
    }

    fn write_hashes(&self, out: &mut Writer, hashes: &[Hash]) {
        let mut own = self.interchanges.iter().peekable();
        out.length(hashes.len());
        for hash in hashes {
            let is_own = own.next_if(|next| next.hash == *hash).is_some();
            out.byte((!is_own).into());
            if !is_own {
                out.bytes(hash);
            }
        }
    }
}

impl Letter {
    /// Reads a letter; `None` if the bytes are none.
    pub(super) fn decode(number: u64, bytes: &[u8], phrases: &Phrases) -> Option<Self> {
        let mut input = Reader::new(bytes).with(phrases);
        let mut mail = None;
        let mut hashes = Vec::new();
        let (of, arrived) = match input.byte()? {
            0 => (input.number()?, input.signed()?),
            1 => {
                let mut read = read_mail(&mut input)?;
                read.arrived = input.signed()?;
                hashes = read_hashes(&mut input)?;
                (number, mail.insert(read).arrived)
            }
            _ => return None,
        };
        let count = input.count()?;
        let mut interchanges = Vec::with_capacity(count);
        let mut next = number.checked_add(1)?;
        for _ in 0..count {
            let read = read_interchange(&mut input, of, next, arrived)?;
            next = next.checked_add(u64::try_from(read.messages.len()).ok()?)?;
            interchanges.push(read);
        }
        if let Some(mail) = &mut mail {
            let mut own = interchanges.iter().map(|one| one.hash);
            let hashes = hashes.into_iter().map(|hash| hash.or_else(|| own.next()));
            mail.interchanges = hashes.collect::<Option<_>>()?;
        }
        input.is_at_end().then_some(Self {
            number,
            mail,
            of,
            interchanges,
            references: OnceLock::new(),
        })
    }

    /// Its messages with their numbers.
    pub(super) fn messages(&self) -> impl DoubleEndedIterator<Item = (u64, &MessageRecord)> {
        let messages = self.interchanges.iter();
        messages.flat_map(|one| {
            let numbered = one.messages.iter().enumerate();
            numbered.map(|(at, message)| (one.first + at as u64, message))
        })
    }

    /// A message by its number.
    pub(super) fn message(&self, number: u64) -> Option<&MessageRecord> {
        self.interchanges.iter().find_map(|one| {
            let at = usize::try_from(number.checked_sub(one.first)?).ok()?;
            one.messages.get(at)
        })
    }

    /// The number of a message.
    pub(super) fn by_reference(&self, reference: &MessageReference) -> Option<u64> {
        let references = self.references.get_or_init(|| {
            let messages = self.messages();
            messages
                .map(|(number, message)| (message.reference.clone(), number))
                .collect()
        });
        references.get(reference).copied()
    }
}

fn write_mail(out: &mut Writer, mail: &MailRecord, phrase: &mut dyn FnMut(&str) -> Option<u32>) {
    let MailRecord {
        mailbox,
        folder,
        id,
        arrived: _,
        size_bytes,
        head,
        interchanges: _,
        outcome,
    } = mail;
    out.word(mailbox, phrase);
    out.word(folder, phrase);
    match id {
        MailId::Imap { validity, uid } => {
            out.byte(0);
            out.number((*validity).into());
            out.number((*uid).into());
        }
        MailId::Pop3 { uidl } => {
            out.byte(1);
            out.text(uidl);
        }
        MailId::Maildir { name } => {
            out.byte(2);
            out.text(name);
        }
        MailId::File { path } => {
            out.byte(3);
            out.text(path);
        }
        MailId::Ours { number } => {
            out.byte(4);
            out.number(*number);
        }
    }
    out.number(*size_bytes);
    out.text(&head.message_id);
    out.word(&head.from, phrase);
    out.text(&head.subject);
    out.byte(match outcome {
        Outcome::Stored => 0,
        Outcome::Duplicate => 1,
        Outcome::Quarantined => 2,
        Outcome::Irrelevant => 3,
        Outcome::TooLarge => 4,
    });
}

fn read_mail(input: &mut Reader<'_>) -> Option<MailRecord> {
    let mailbox = input.word()?.to_owned();
    let folder = input.word()?.to_owned();
    let id = match input.byte()? {
        0 => MailId::Imap {
            validity: input.small()?,
            uid: input.small()?,
        },
        1 => MailId::Pop3 {
            uidl: input.text()?.to_owned(),
        },
        2 => MailId::Maildir {
            name: input.text()?.to_owned(),
        },
        3 => MailId::File {
            path: input.text()?.to_owned(),
        },
        4 => MailId::Ours {
            number: input.number()?,
        },
        _ => return None,
    };
    Some(MailRecord {
        mailbox,
        folder,
        id,
        arrived: 0,
        size_bytes: input.number()?,
        head: Head {
            message_id: input.text()?.to_owned(),
            from: input.word()?.to_owned(),
            subject: input.text()?.to_owned(),
        },
        interchanges: Vec::new(),
        outcome: match input.byte()? {
            0 => Outcome::Stored,
            1 => Outcome::Duplicate,
            2 => Outcome::Quarantined,
            3 => Outcome::Irrelevant,
            4 => Outcome::TooLarge,
            _ => return None,
        },
    })
}

/// `None`: the next of the letter's own.
fn read_hashes(input: &mut Reader<'_>) -> Option<Vec<Option<Hash>>> {
    let count = input.count()?;
    let mut hashes = Vec::with_capacity(count);
    for _ in 0..count {
        hashes.push(match input.byte()? {
            0 => None,
            1 => Some(input.array()?),
            _ => return None,
        });
    }
    Some(hashes)
}

fn write_interchange(
    out: &mut Writer,
    new: &NewInterchange,
    phrase: &mut dyn FnMut(&str) -> Option<u32>,
) {
    let InterchangeRecord {
        mail: _,
        place,
        sender,
        receiver,
        reference,
        application,
        duplicates: _,
        findings,
        barred,
    } = &new.record;
    out.bytes(&new.hash);
    out.number(place.segment.into());
    out.number(place.offset);
    out.word(sender, phrase);
    out.word(receiver, phrase);
    out.word(application, phrase);
    out.text(reference);
    out.number((*findings).into());
    out.number((*barred).into());
    out.length(new.messages.len());
}

fn read_interchange(
    input: &mut Reader<'_>,
    mail: u64,
    first: u64,
    arrived: i64,
) -> Option<Brought> {
    let hash = input.array()?;
    let place = ArchivePlace {
        segment: input.small()?,
        offset: input.number()?,
    };
    let record = InterchangeRecord {
        mail,
        place,
        sender: input.word()?.to_owned(),
        receiver: input.word()?.to_owned(),
        application: input.word()?.to_owned(),
        reference: input.text()?.to_owned(),
        duplicates: 0,
        findings: input.small()?,
        barred: input.small()?,
    };
    let count = input.count()?;
    let mut messages = Vec::with_capacity(count);
    let mut before = Before::first(&record, arrived);
    for _ in 0..count {
        let message = before.read(input)?;
        messages.push(MessageRecord {
            interchange: hash,
            mail,
            ..message
        });
    }
    Some(Brought {
        hash,
        record,
        first,
        messages,
    })
}

#[cfg(test)]
mod tests;
