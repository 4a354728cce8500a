//! The EDIFACT in a mail: attachments, archives, nested mails, the body itself.
//!
//! Candidates are found by their content, never by file name or media type, and their bytes are
//! left as they are. Everything that is unpacked is bounded ([`Bounds`]); what cannot be looked
//! into is said ([`Refused`]), what holds no EDIFACT is passed over in silence.
//!
//! [`each_in_mail`] and [`each_in_file`] hand over one candidate after the other, so that one is in
//! memory at a time; [`candidates`] and [`candidates_in_file`] gather them.

pub mod archive;
pub mod bounds;
pub mod head;
pub mod html;
pub mod mbox;
pub mod mime;
pub mod report;
pub mod sniff;
pub mod tnef;
pub mod transfer;
mod walk;

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use sha2::{Digest, Sha256};

pub use bounds::Bounds;
pub use head::arrived;

use walk::Walk;

/// What a mail says of itself, for provenance. Strings are from a stranger: bounded, never trusted.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Head {
    /// `Message-ID` without angle brackets, at most 255 characters.
    pub message_id: String,
    /// Address of `From`, at most 255 characters.
    pub from: String,
    /// `Subject`, decoded, at most 500 characters.
    pub subject: String,
}

/// A piece of a mail that holds EDIFACT.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Candidate {
    /// How a person finds it: `MSCONS.zip/a.edi`, `body`, …
    pub name: String,
    /// The bytes, unpacked and transfer-decoded, charset untouched.
    pub bytes: Vec<u8>,
}

/// A piece that could not be looked into.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Refused {
    /// How a person finds it.
    pub name: String,
    /// Why, and which bound: for people.
    pub reason: String,
}

/// What a mail holds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Extract {
    /// What it says of itself.
    pub head: Head,
    /// Its EDIFACT, in the order of the mail.
    pub candidates: Vec<Candidate>,
    /// What could not be looked into (bombs, broken archives, too deep).
    pub refused: Vec<Refused>,
}

/// Takes a candidate: what the mail says of itself, how a person finds it, its bytes. The same bytes
/// may come twice.
pub type Take<'t> = dyn FnMut(&Head, &str, &[u8]) + 't;

/// What is left to say when all candidates were handed over.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Looked {
    /// What the mail says of itself.
    pub head: Head,
    /// What could not be looked into.
    pub refused: Vec<Refused>,
    /// Whether the mail is what a server says of another one: [`report::read`].
    pub is_report: bool,
    /// Whether something was refused only since more would have been unpacked than
    /// [`Bounds::unpacked_bytes`] and [`Bounds::held_bytes`] allow.
    pub has_outgrown: bool,
}

/// Finds the EDIFACT of a mail (RFC 5322 bytes), and hands it over piece by piece.
///
/// Never fails and never panics: of a mail without EDIFACT nothing is taken.
pub fn each_in_mail(mail: &[u8], bounds: &Bounds, take: &mut Take<'_>) -> Looked {
    let mut walk = Walk::new(bounds, take);
    mime::mail(&mut walk, mail, "", 0);
    walk.looked
}

/// Finds the EDIFACT in the bytes of a file of any kind, as [`candidates_in_file`], and hands it
/// over piece by piece.
pub fn each_in_file(name: &str, bytes: &[u8], bounds: &Bounds, take: &mut Take<'_>) -> Looked {
    if mbox::is_mbox(bytes) {
        return each_in_mbox(bytes, bounds, take);
    }
    match sniff::kind(bytes) {
        sniff::Kind::Mail => each_in_mail(bytes, bounds, take),
        sniff::Kind::Edifact
        | sniff::Kind::Zip
        | sniff::Kind::Gzip
        | sniff::Kind::Tnef
        | sniff::Kind::Html
        | sniff::Kind::Unreadable(_)
        | sniff::Kind::Other => {
            let mut walk = Walk::new(bounds, take);
            walk.piece(&head::display(name, head::NAME_CHARS), bytes, 0);
            walk.looked
        }
    }
}

fn each_in_mbox(bytes: &[u8], bounds: &Bounds, take: &mut Take<'_>) -> Looked {
    let nobody = Head::default();
    let mut all = Looked::default();
    let is_only = mbox::mails(bytes).nth(1).is_none();
    for (mail, number) in mbox::mails(bytes).zip(1_usize..) {
        let one = each_in_mail(&mail, bounds, &mut |head, name, bytes| {
            let head = if is_only { head } else { &nobody };
            take(head, &format!("{number}/{name}"), bytes);
        });
        if is_only {
            all.head = one.head;
        }
        all.has_outgrown |= one.has_outgrown;
        all.refused
            .extend(one.refused.into_iter().map(|refused| Refused {
                name: format!("{number}/{}", refused.name),
                ..refused
            }));
    }
    all
}

/// Finds the EDIFACT of a mail (RFC 5322 bytes).
///
/// Never fails and never panics: a mail without EDIFACT gives no candidate.
///
/// ```
/// use mscons_gateway::extract::{Bounds, candidates};
///
/// let mail = b"From: netz@example.org\r\nSubject: MSCONS\r\n\r\nUNA:+.? 'UNB+UNOC:3+1+2'\r\n";
/// let extract = candidates(mail, &Bounds::default());
/// assert_eq!(extract.head.from, "netz@example.org");
/// assert_eq!(extract.candidates[0].name, "body");
/// ```
pub fn candidates(mail: &[u8], bounds: &Bounds) -> Extract {
    gathered(|take| each_in_mail(mail, bounds, take))
}

/// Finds the EDIFACT in the bytes of a file of any kind: EDIFACT itself, zip, gz, a mail, an mbox.
///
/// The content decides what the file is; `name` is only what candidates are called by. In an mbox
/// the bounds hold for each mail, names begin with the mail's number (from 1), and the head is
/// that of the only mail, or empty: [`mbox::mails`] gives the mails one by one.
pub fn candidates_in_file(name: &str, bytes: &[u8], bounds: &Bounds) -> Extract {
    gathered(|take| each_in_file(name, bytes, bounds, take))
}

/// Gathers what is handed over. The same file twice counts once, also in two mails of an mbox.
fn gathered(look: impl FnOnce(&mut Take<'_>) -> Looked) -> Extract {
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut known: HashSet<[u8; 32]> = HashSet::new();
    let looked = look(&mut |_, name, bytes| {
        if known.insert(Sha256::digest(bytes).into()) {
            candidates.push(Candidate {
                name: name.to_owned(),
                bytes: bytes.to_owned(),
            });
        }
    });
    Extract {
        head: looked.head,
        candidates,
        refused: looked.refused,
    }
}

#[cfg(test)]
mod tests;
