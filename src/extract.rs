//! The EDIFACT in a mail: attachments, archives, nested mails, the body itself.
//!
//! Candidates are found by their content, never by file name or media type, and their bytes are
//! left as they are. Everything that is unpacked is bounded ([`Bounds`]); what cannot be looked
//! into is said ([`Refused`]), what holds no EDIFACT is passed over in silence.

pub mod archive;
pub mod bounds;
pub mod head;
pub mod html;
pub mod mbox;
pub mod mime;
pub mod sniff;
pub mod tnef;
pub mod transfer;
mod walk;

use serde::{Deserialize, Serialize};

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
    let mut walk = Walk::new(bounds);
    walk.found.head = mime::mail(&mut walk, mail, "", 0);
    walk.found
}

/// Finds the EDIFACT in the bytes of a file of any kind: EDIFACT itself, zip, gz, a mail, an mbox.
///
/// The content decides what the file is; `name` is only what candidates are called by. In an mbox
/// the bounds hold for each mail, names begin with the mail's number (from 1), and the head is
/// that of the only mail, or empty: [`mbox::mails`] gives the mails one by one.
pub fn candidates_in_file(name: &str, bytes: &[u8], bounds: &Bounds) -> Extract {
    if mbox::is_mbox(bytes) {
        return candidates_in_mbox(bytes, bounds);
    }
    match sniff::kind(bytes) {
        sniff::Kind::Mail => candidates(bytes, bounds),
        sniff::Kind::Edifact
        | sniff::Kind::Zip
        | sniff::Kind::Gzip
        | sniff::Kind::Tnef
        | sniff::Kind::Html
        | sniff::Kind::Unreadable(_)
        | sniff::Kind::Other => {
            let mut walk = Walk::new(bounds);
            walk.piece(&head::display(name, head::NAME_CHARS), bytes.into(), 0);
            walk.found
        }
    }
}

fn candidates_in_mbox(bytes: &[u8], bounds: &Bounds) -> Extract {
    let mut all = Extract::default();
    let mut mails = 0_usize;
    for mail in mbox::mails(bytes) {
        mails += 1;
        let one = candidates(&mail, bounds);
        let place = |name: String| format!("{mails}/{name}");
        all.head = if mails == 1 {
            one.head
        } else {
            Head::default()
        };
        all.candidates
            .extend(one.candidates.into_iter().map(|found| Candidate {
                name: place(found.name),
                ..found
            }));
        all.refused
            .extend(one.refused.into_iter().map(|refused| Refused {
                name: place(refused.name),
                ..refused
            }));
    }
    all
}

#[cfg(test)]
mod tests;
