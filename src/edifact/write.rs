//! Segments to bytes: the envelope, its references and its counts write themselves.
//!
//! ISO 9735, syntax 3, in UNOC, as the German market sends it: on one line, and what is empty at
//! the end of a segment or an element is left out.
//!
//! ```
//! use mscons_gateway::edifact::separators::Separators;
//! use mscons_gateway::edifact::write::{Envelope, Writer};
//! use mscons_gateway::market::calendar::UtcTime;
//!
//! let mut writer = Writer::begin(&Envelope {
//!     separators: Separators::DEFAULT,
//!     sender: ("9905048000007", "500"),
//!     receiver: ("9985046000001", "500"),
//!     prepared: UtcTime::from_seconds(1_795_508_100),
//!     reference: "REF1",
//!     application: "",
//!     is_test: false,
//! });
//! writer.message(&[&["APERAK", "D", "07B", "UN", "2.2"]], |message| {
//!     message.segment("BGM", &[&["312"], &["1-1:1.29.0"]]);
//! });
//! assert_eq!(
//!     writer.finish().unwrap(),
//!     b"UNA:+.? 'UNB+UNOC:3+9905048000007:500+9985046000001:500+261124:0815+REF1'\
//!       UNH+1+APERAK:D:07B:UN:2.2'BGM+312+1-1?:1.29.0'UNT+3+1'UNZ+1+REF1'"
//! );
//! ```

use crate::edifact::separators::Separators;
use crate::market::calendar::{UtcTime, civil};
use crate::market::quantity::Decimal;

/// What stands in UNA and UNB.
#[derive(Clone, Debug)]
pub struct Envelope<'a> {
    /// UNA.
    pub separators: Separators,
    /// UNB 0004 and its qualifier 0007.
    pub sender: (&'a str, &'a str),
    /// UNB 0010 and its qualifier 0007.
    pub receiver: (&'a str, &'a str),
    /// UNB S004, written in UTC.
    pub prepared: UtcTime,
    /// UNB 0020, at most [`MAX_REFERENCE`] characters. The market wants capital letters only.
    pub reference: &'a str,
    /// UNB 0026 (`TL`, `EM`, `VL`); `""` for message types without one.
    pub application: &'a str,
    /// UNB 0035: a test file.
    pub is_test: bool,
}

/// A text that cannot be written.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// A character beyond UNOC: not in ISO 8859-1, or a control character.
    #[error(
        "segment {segment} ({tag}) would hold {character:?}, which UNOC (ISO 8859-1) does not \
         have; write it in other letters"
    )]
    NotInCharset {
        /// Number of the segment in its message (UNH = 1), or in its interchange (UNB = 1).
        segment: usize,
        /// Its tag.
        tag: String,
        /// What it holds.
        character: char,
    },
    /// A service character in data, and UNA has no release character for it.
    #[error(
        "segment {segment} ({tag}) would hold the service character {character:?}, and UNA names \
         no release character"
    )]
    NotReleasable {
        /// Number of the segment in its message (UNH = 1), or in its interchange (UNB = 1).
        segment: usize,
        /// Its tag.
        tag: String,
        /// What it holds.
        character: char,
    },
    /// An interchange without a message says nothing.
    #[error("the interchange would hold no message")]
    NoMessage,
    /// UNB 0020 is too long or empty.
    #[error(
        "the interchange reference {reference:?} has {length} characters; 1 to {MAX_REFERENCE} \
         are allowed (UNB 0020)"
    )]
    BadReference {
        /// What it is.
        reference: String,
        /// How long it is.
        length: usize,
    },
}

/// Writes one interchange.
#[derive(Debug)]
pub struct Writer {
    segments: Segments,
    reference: String,
    messages: usize,
}

impl Writer {
    /// Begins an interchange: UNA and UNB.
    pub fn begin(envelope: &Envelope<'_>) -> Self {
        let Envelope {
            separators,
            sender,
            receiver,
            prepared,
            reference,
            application,
            is_test,
        } = *envelope;
        let mut segments = Segments::after_una(separators);
        segments.fault = bad_reference(reference);
        let (year, month, day, hour, minute, _) = civil(prepared);
        let date = format!("{:02}{month:02}{day:02}", year.rem_euclid(100));
        let time = format!("{hour:02}{minute:02}");
        let test = if is_test { "1" } else { "" };
        segments.segment(
            "UNB",
            &[
                &["UNOC", "3"],
                &[sender.0, sender.1],
                &[receiver.0, receiver.1],
                &[&date, &time],
                &[reference],
                &[], // S005, 0029, 0031 and 0032 are not used.
                &[application],
                &[],
                &[],
                &[],
                &[test],
            ],
        );
        Self {
            segments,
            reference: reference.to_owned(),
            messages: 0,
        }
    }

    /// Writes a message: UNH, what `body` writes, UNT. Its reference is its number.
    ///
    /// `head` is what follows the reference in UNH: S009 (`["MSCONS", "D", "04B", "UN", "2.5"]`),
    /// and, where they are used, 0068 and S010.
    pub fn message(&mut self, head: &[&[&str]], body: impl FnOnce(&mut Segments)) {
        self.messages += 1;
        let reference = self.messages.to_string();
        let first: &[&str] = &[&reference];
        let unh = [&[first], head].concat();
        self.segments.count = 0;
        self.segments.segment("UNH", &unh);
        body(&mut self.segments);
        let count = (self.segments.count + 1).to_string();
        self.segments.segment("UNT", &[&[&count], &[&reference]]);
    }

    /// Ends the interchange: UNZ.
    ///
    /// # Errors
    /// The first text that could not be written: then there are no bytes at all, rather than bytes
    /// that say something else.
    pub fn finish(mut self) -> Result<Vec<u8>, WriteError> {
        let count = self.messages.to_string();
        self.segments
            .segment("UNZ", &[&[&count], &[&self.reference]]);
        match self.segments.fault {
            None => Ok(self.segments.out),
            Some(fault) => Err(fault),
        }
    }
}

/// Where the segments of a message go.
#[derive(Debug)]
pub struct Segments {
    out: Vec<u8>,
    separators: Separators,
    /// Segments since UNH, or UNB, itself included.
    count: usize,
    /// The first text that could not be written.
    fault: Option<WriteError>,
}

impl Segments {
    fn after_una(separators: Separators) -> Self {
        let Separators {
            component,
            element,
            decimal,
            release,
            terminator,
        } = separators;
        let mut out = b"UNA".to_vec();
        out.extend([component, element, decimal]);
        out.extend([release.unwrap_or(b' '), b' ', terminator]);
        Self {
            out,
            separators,
            count: 0,
            fault: None,
        }
    }

    /// Writes a segment: elements, each of components. What is empty at the end is left out.
    pub fn segment(&mut self, tag: &str, elements: &[&[&str]]) {
        self.count += 1;
        self.out.extend_from_slice(tag.as_bytes());
        for element in up_to_the_last(elements, |element| !element.iter().all(|c| c.is_empty())) {
            self.out.push(self.separators.element);
            let components = up_to_the_last(element, |component| !component.is_empty());
            for (place, component) in components.iter().enumerate() {
                if place > 0 {
                    self.out.push(self.separators.component);
                }
                self.text(tag, component);
            }
        }
        self.out.push(self.separators.terminator);
    }

    /// A number as text with the decimal mark that UNA announces.
    pub fn number(&self, number: Decimal) -> String {
        let text = number.to_string();
        match self.separators.decimal {
            b'.' => text,
            mark => text.replace('.', char::from(mark).encode_utf8(&mut [0; 2])),
        }
    }

    /// A component in ISO 8859-1, its service characters released.
    fn text(&mut self, tag: &str, text: &str) {
        for character in text.chars() {
            // UNOC has no control characters, and line ends are never data.
            match u8::try_from(u32::from(character)) {
                Ok(byte) if !character.is_control() => {
                    if self.is_service(byte) {
                        match self.separators.release {
                            Some(release) => self.out.push(release),
                            None => self.refuse(tag, character, true),
                        }
                    }
                    self.out.push(byte);
                }
                Ok(_) | Err(_) => self.refuse(tag, character, false),
            }
        }
    }

    fn is_service(&self, byte: u8) -> bool {
        let Separators {
            component,
            element,
            release,
            terminator,
            ..
        } = self.separators;
        byte == component || byte == element || byte == terminator || Some(byte) == release
    }

    fn refuse(&mut self, tag: &str, character: char, is_service: bool) {
        let (segment, tag) = (self.count, tag.to_owned());
        self.fault.get_or_insert(if is_service {
            WriteError::NotReleasable {
                segment,
                tag,
                character,
            }
        } else {
            WriteError::NotInCharset {
                segment,
                tag,
                character,
            }
        });
    }
}

/// A time as DTM 2380 has it in format 303: `YYYYMMDDHHMM+00`. The market sends UTC (AHB format
/// rule 931).
pub fn minute(at: UtcTime) -> String {
    let (year, month, day, hour, minute, _) = civil(at);
    format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}+00")
}

fn bad_reference(reference: &str) -> Option<WriteError> {
    let length = reference.chars().count();
    (length == 0 || length > MAX_REFERENCE).then(|| WriteError::BadReference {
        reference: reference.to_owned(),
        length,
    })
}

/// The parts up to the last that is given.
fn up_to_the_last<T>(parts: &[T], is_given: impl Fn(&T) -> bool) -> &[T] {
    let count = parts.iter().rposition(is_given).map_or(0, |last| last + 1);
    parts.get(..count).unwrap_or_default()
}

/// UNB 0020: an..14.
pub const MAX_REFERENCE: usize = 14;

#[cfg(test)]
mod tests;
