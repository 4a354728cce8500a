//! Keys of the database: a letter for the kind of record, then big-endian fields, so that keys
//! stand in the order of their values.
//!
//! | letter | fields | record |
//! |---|---|---|
//! | `a` | hash of the bytes of an interchange, number u64 | a mail of ours that answers it |
//! | `b` | level u8, number u64, page u32 | blocks of a run: what messages say of some series |
//! | `c` | sequence u64 of the cancelling message | its arrival, and what it cancels |
//! | `d` | series u32, span of days i32 | all of a series for these days, up to the last compaction |
//! | `e` | page u32 | spans of some series |
//! | `f` | sequence u64 of a cancelled message | when and by which it was cancelled first |
//! | `g` | name of a message reference | sequence of the message, where its interchange reference leads to another one |
//! | `h` | number u32 | a text that stands in many letters |
//! | `i` | level u8, number u64, page u32 | hashes and references of interchanges, and the letters with them |
//! | `j` | number u64 of the mail that asks | a request |
//! | `k` | name of (mailbox), mark of the mail | a settled mail (POP3, Maildir) |
//! | `l` | name of an interchange reference or a `Message-ID` of ours | number u64 of the mail with it |
//! | `m` | sequence u64 of the first | letters that were written together: mail, interchanges, messages |
//! | `n` | | counts |
//! | `o` | number u64 | a mail of ours |
//! | `p` | key of a long value, part u32 | a part of it |
//! | `q` | number u64 | quarantine |
//! | `r` | level u8, number u64 | what a run of blocks has, and where |
//! | `s` | series u32 | identity of a series |
//! | `t` | hash of the bytes | how often an interchange came again |
//! | `u` | name of (mailbox, folder) | cursor |
//! | `v` | number u64 of a mail of ours, sequence u64 of a message | what the message says of it |
//! | `w` | route u8, due u64, number u64 | a mail of ours that has not ended |
//! | `x` | sequence u64 of a message | what the rules of the market said of it |
//! | `y` | hash of an interchange, name of UNH 0062 | a request of somebody else's without an answer |
//! | `z` | | the number of the records' format |
//! | `R` | number u64 | a mail of ours that its receiver rejected |
//!
//! A *name* is 16 bytes of the SHA-256 of its fields, each with its length: strings of a stranger
//! have any length, a key has not.

use sha2::{Digest, Sha256};

use crate::mailbox::{MailId, Mark};
use crate::store::ledger::{Hash, MessageReference};
use crate::store::outbox::Route;

/// A kind of record: the first byte of its key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Kind {
    /// A mail of ours, under the interchange that it answers.
    Answer = b'a',
    /// Blocks of a run.
    Blocks = b'b',
    /// A cancelling message.
    Cancellation = b'c',
    /// All of a series for some days, bound together.
    Sheaf = b'd',
    /// The spans of some series.
    Spans = b'e',
    /// A cancelled message.
    Cancelled = b'f',
    /// A message reference whose interchange reference stands for another one, too.
    Reference = b'g',
    /// A text that stands in many letters.
    Phrase = b'h',
    /// Names that interchanges are found by.
    Names = b'i',
    /// A request, under the number of the mail that asks.
    Request = b'j',
    /// A settled mail.
    Settled = b'k',
    /// A mail of ours, under its interchange reference, and under its `Message-ID`.
    Sent = b'l',
    /// Letters: what mails brought.
    Letters = b'm',
    /// Counts of everything.
    Counts = b'n',
    /// A mail of ours.
    Outbox = b'o',
    /// A part of a long value.
    Part = b'p',
    /// Something in quarantine.
    Quarantine = b'q',
    /// What a run of blocks has.
    Run = b'r',
    /// The identity of a series.
    Series = b's',
    /// How often an interchange came again.
    Again = b't',
    /// What is settled of an IMAP folder.
    Cursor = b'u',
    /// What a message says of a mail of ours.
    Reply = b'v',
    /// A mail of ours that its partner rejected or refused.
    Rejected = b'R',
    /// A mail of ours that has not ended, under the time it is due.
    Undone = b'w',
    /// What the rules of the market said of a message.
    Examined = b'x',
    /// A request of somebody else's that has no answer yet.
    Asked = b'y',
    /// The number of the records' format.
    Format = b'z',
}

/// A key that is being put together.
#[derive(Clone, Debug)]
struct Key(Vec<u8>);

impl Key {
    fn new(kind: Kind) -> Self {
        Self(vec![kind as u8])
    }

    fn with(mut self, bytes: &[u8]) -> Vec<u8> {
        self.0.extend_from_slice(bytes);
        self.0
    }

    fn and(self, bytes: &[u8]) -> Self {
        Self(self.with(bytes))
    }
}

/// All keys of a kind.
pub fn prefix(kind: Kind) -> [u8; 1] {
    [kind as u8]
}

/// What stands behind all keys of a kind.
pub fn behind(kind: Kind) -> Vec<u8> {
    vec![kind as u8 + 1]
}

/// A record that is numbered: letters, cancellation, quarantine, mail of ours, and one that was
/// rejected.
pub fn numbered(kind: Kind, number: u64) -> Vec<u8> {
    Key::new(kind).with(&number.to_be_bytes())
}

/// The number in a key that ends with one: [`numbered`], [`undone`] and [`answer`].
pub fn number(key: &[u8]) -> Option<u64> {
    key.last_chunk().copied().map(u64::from_be_bytes)
}

/// A record that is numbered with 32 bits: identity of a series, spans of some, phrase.
pub fn series(kind: Kind, series: u32) -> Vec<u8> {
    Key::new(kind).with(&series.to_be_bytes())
}

/// The number in a key made by [`series`].
pub fn series_number(key: &[u8]) -> Option<u32> {
    key.last_chunk().copied().map(u32::from_be_bytes)
}

/// All of a series for a span of days.
pub fn sheaf(series: u32, span: i32) -> Vec<u8> {
    Key::new(Kind::Sheaf)
        .and(&series.to_be_bytes())
        .with(&sortable(span))
}

/// Everything of a series that is bound together.
pub fn sheaves(of: u32) -> Vec<u8> {
    series(Kind::Sheaf, of)
}

/// Series and span in a key made by [`sheaf`].
pub fn sheaf_of(key: &[u8]) -> Option<(u32, i32)> {
    let (rest, span) = key.split_last_chunk()?;
    Some((u32::from_be_bytes(*rest.last_chunk()?), number_of(*span)))
}

/// The key of whose value a key holds a part.
pub fn whole_of(key: &[u8]) -> Option<&[u8]> {
    let (whole, _) = key
        .strip_prefix(&prefix(Kind::Part))?
        .split_last_chunk::<4>()?;
    Some(whole)
}

/// A page of a run: names that interchanges are found by, or blocks.
pub fn page(kind: Kind, level: u8, number: u64, page: u32) -> Vec<u8> {
    Key::new(kind)
        .and(&[level])
        .and(&number.to_be_bytes())
        .with(&page.to_be_bytes())
}

/// Level and number of the run, and the page, in a key made by [`page`].
pub fn page_of(key: &[u8]) -> Option<(u8, u64, u32)> {
    let (run, page) = key.split_last_chunk()?;
    let (level, number) = run_of(run)?;
    Some((level, number, u32::from_be_bytes(*page)))
}

/// What a run of blocks has.
pub fn run(level: u8, number: u64) -> Vec<u8> {
    Key::new(Kind::Run)
        .and(&[level])
        .with(&number.to_be_bytes())
}

/// Level and number in a key made by [`run`].
pub fn run_of(key: &[u8]) -> Option<(u8, u64)> {
    let (rest, number) = key.split_last_chunk()?;
    Some((*rest.last()?, u64::from_be_bytes(*number)))
}

/// How often an interchange came again.
pub fn again(hash: &Hash) -> Vec<u8> {
    Key::new(Kind::Again).with(hash)
}

/// All mails of ours that answer an interchange.
pub fn answers(hash: &Hash) -> Vec<u8> {
    Key::new(Kind::Answer).with(hash)
}

/// A mail of ours that answers an interchange.
pub fn answer(hash: &Hash, number: u64) -> Vec<u8> {
    Key::new(Kind::Answer).and(hash).with(&number.to_be_bytes())
}

/// A request of somebody else's that has no answer yet.
pub fn asked(hash: &Hash, message: &str) -> Vec<u8> {
    Key::new(Kind::Asked).and(hash).with(&name(&[message]))
}

/// A message reference.
pub fn reference(reference: &MessageReference) -> Vec<u8> {
    let MessageReference {
        sender,
        receiver,
        interchange,
        message,
    } = reference;
    Key::new(Kind::Reference).with(&name(&[sender, receiver, interchange, message]))
}

/// A mail that is settled by a mark of its own; `None` for those that are not: IMAP has a cursor,
/// and a file that a person gave is taken each time.
pub fn settled(mailbox: &str, id: &MailId) -> Option<Vec<u8>> {
    Some(marked(mailbox, Mark::of(id)?))
}

/// A settled mail by its mark.
pub fn marked(mailbox: &str, mark: Mark) -> Vec<u8> {
    Key(settled_of(mailbox)).with(&mark.0)
}

/// All settled mails of a mailbox.
pub fn settled_of(mailbox: &str) -> Vec<u8> {
    Key::new(Kind::Settled).with(&name(&[mailbox]))
}

/// The mark in a key made by [`marked`].
pub fn mark(key: &[u8]) -> Option<Mark> {
    key.last_chunk().copied().map(Mark)
}

/// What is settled of an IMAP folder.
pub fn cursor(mailbox: &str, folder: &str) -> Vec<u8> {
    Key::new(Kind::Cursor).with(&name(&[mailbox, folder]))
}

/// A mail of ours that is due then (seconds UTC) and has not ended.
pub fn undone(route: Route, due: i64, number: u64) -> Vec<u8> {
    let route = match route {
        Route::Main => 0_u8,
        Route::Alert => 1,
    };
    Key::new(Kind::Undone)
        .and(&[route])
        .and(&due.max(0).to_be_bytes())
        .with(&number.to_be_bytes())
}

/// The mail of ours with this interchange reference or `Message-ID`.
pub fn sent(reference: &str) -> Vec<u8> {
    Key::new(Kind::Sent).with(&name(&[reference]))
}

/// What a message says of a mail of ours.
pub fn reply(number: u64, sequence: u64) -> Vec<u8> {
    Key::new(Kind::Reply)
        .and(&number.to_be_bytes())
        .with(&sequence.to_be_bytes())
}

/// Everything that is said of a mail of ours.
pub fn replies(number: u64) -> Vec<u8> {
    numbered(Kind::Reply, number)
}

/// A part of the long value of a key.
pub fn part(key: &[u8], number: u32) -> Vec<u8> {
    Key::new(Kind::Part).and(key).with(&number.to_be_bytes())
}

/// A number so that the bytes stand in the order of the numbers, those below zero first.
fn sortable(number: i32) -> [u8; 4] {
    (number.cast_unsigned() ^ SIGN).to_be_bytes()
}

fn number_of(sortable: [u8; 4]) -> i32 {
    (u32::from_be_bytes(sortable) ^ SIGN).cast_signed()
}

/// A name of some fields.
pub fn name(fields: &[&str]) -> [u8; NAME_LENGTH] {
    let mut hash = Sha256::new();
    for field in fields {
        let length = u64::try_from(field.len()).unwrap_or(u64::MAX);
        hash.update(length.to_be_bytes());
        hash.update(field);
    }
    let mut name = [0; NAME_LENGTH];
    name.iter_mut()
        .zip(hash.finalize())
        .for_each(|(to, from)| *to = from);
    name
}

const SIGN: u32 = 1 << 31;
/// 128 bits: two of 10^15 names are the same with a probability of 10^-9.
const NAME_LENGTH: usize = 16;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sheaves_stand_in_the_order_of_series_and_span(a: (u32, i32), b: (u32, i32)) {
            let key = |(series, span)| sheaf(series, span);
            prop_assert_eq!(key(a).cmp(&key(b)), a.cmp(&b));
            prop_assert_eq!(sheaf_of(&key(a)), Some(a));
            prop_assert!(key(a).starts_with(&sheaves(a.0)));
            let part = part(&key(a), 7);
            prop_assert_eq!(whole_of(&part), Some(&*key(a)));
        }

        #[test]
        fn pages_stand_in_the_order_of_level_run_and_page(
            a: (u8, u64, u32),
            b: (u8, u64, u32),
        ) {
            let key = |(level, number, at)| page(Kind::Names, level, number, at);
            prop_assert_eq!(key(a).cmp(&key(b)), a.cmp(&b));
            prop_assert_eq!(page_of(&key(a)), Some(a));
            let (level, number, _) = a;
            prop_assert_eq!(run_of(&run(level, number)), Some((level, number)));
        }

        #[test]
        fn numbers_stand_in_their_order(a: u64, b: u64, c: u32, d: u32) {
            let key = |number| numbered(Kind::Letters, number);
            prop_assert_eq!(key(a).cmp(&key(b)), a.cmp(&b));
            prop_assert_eq!(number(&key(a)), Some(a));
            let key = |number| series(Kind::Spans, number);
            prop_assert_eq!(key(c).cmp(&key(d)), c.cmp(&d));
            prop_assert_eq!(series_number(&key(c)), Some(c));
        }
    }

    #[test]
    fn fields_never_run_into_each_other() {
        assert_ne!(cursor("ab", "c"), cursor("a", "bc"));
        let [pop3, maildir] = [
            MailId::Pop3 {
                uidl: "1".to_owned(),
            },
            MailId::Maildir {
                name: "1".to_owned(),
            },
        ];
        assert_ne!(settled("m", &pop3), settled("m", &maildir));
    }
}
