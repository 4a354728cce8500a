//! A message beside its meaning: every segment, data element, code and finding in words.
//!
//! [`Walk`] goes through a file that [`crate::message::mscons::read()`] has read, and tells it piece
//! by piece; [`as_text`] and [`as_page`] write what it tells. What segments and codes are called
//! is in tables, German and English side by side: `dictionary` and `codes`.
//!
//! ```
//! use mscons_gateway::explain::{Step, Walk};
//! use mscons_gateway::message::mscons;
//! use mscons_gateway::text::Language;
//!
//! let bytes = b"UNB+UNOC:3+A:500+B:500+261124:0815+R1'UNH+1+ORDERS:D:09B:UN:1.4c'\
//!     DTM+163:202610312300?+00:303'UNT+3+1'UNZ+1+R1'";
//! let file = mscons::read(bytes);
//! let pieces: Vec<_> = Walk::new(bytes, &file, Language::En)
//!     .filter_map(|step| if let Step::Piece(piece) = step { Some(piece) } else { None })
//!     .collect();
//! assert_eq!(pieces[2].parts[0].meaning, "start of the interval");
//! assert_eq!(pieces[2].parts[1].meaning, "1 Nov 2026 00:00 CET · 2026-10-31T23:00:00Z");
//! ```

mod codes;
mod dictionary;
mod finding;
mod fold;
mod heading;
mod obis;
mod page;
mod piece;
mod plain;
mod segment;
mod shown;
mod time;
mod value;
mod walk;
mod words;

pub use page::write as as_page;
pub use piece::{Piece, PieceKind};
pub use plain::write as as_text;
pub use segment::Part;
pub use value::Tone;
pub use walk::{Step, Walk, findings};

use crate::message::mscons::File;
use crate::text::{Language, Text};

/// What a code means by which CONTRL says what is wrong (0085); `None` if it is none.
pub fn syntax_error(code: &str, language: Language) -> Option<&'static str> {
    let words = codes::find(codes::answer::SYNTAX_ERRORS, code)?;
    Some(words.in_language(language))
}

/// What a code means by which APERAK says what is wrong (9321); `None` if it is none.
pub fn application_error(code: &str, language: Language) -> Option<&'static str> {
    let words = codes::find(codes::answer::APPLICATION_ERRORS, code)?;
    Some(words.in_language(language))
}

/// What an ORDRSP decided (AJT 4465), by the decision tree or code list that it names (1082): what the
/// code means or, if that is not known, where it is said.
pub fn decision(code: &str, list: &str, text: &Text) -> String {
    match codes::decision::meaning(list, code) {
        Some(words) => words.in_language(text.language()).to_owned(),
        None => undescribed_decision(code, list, text),
    }
}

/// Whether a word names a decision tree or a code list.
pub fn is_decision_list(word: &str) -> bool {
    let number = |prefix| word.strip_prefix(prefix);
    let number = number("E_").or(number("S_")).or(number("G_"));
    number.is_some_and(|digits| digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()))
}

fn undescribed_decision(code: &str, list: &str, text: &Text) -> String {
    if list.starts_with("E_") {
        text.decision_of_tree(code, list)
    } else {
        text.decision_of_list(code, list)
    }
}

/// A file that is explained.
#[derive(Clone, Copy, Debug)]
pub struct Source<'f> {
    /// What a person knows it by.
    pub name: &'f str,
    /// Its bytes.
    pub bytes: &'f [u8],
    /// What was read from them.
    pub file: &'f File,
}
