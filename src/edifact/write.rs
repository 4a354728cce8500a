//! Segments to bytes: the envelope, its references and its counts write themselves.

use crate::edifact::separators::Separators;
use crate::market::calendar::{UtcTime, civil};

/// What stands in UNB.
#[derive(Clone, Debug)]
pub struct Envelope<'a> {
    /// UNB 0004 and its qualifier 0007.
    pub sender: (&'a str, &'a str),
    /// UNB 0010 and its qualifier 0007.
    pub receiver: (&'a str, &'a str),
    /// UNB 0020, at most 14 characters.
    pub reference: &'a str,
    /// UNB 0026; `""` for message types without one.
    pub application: &'a str,
    /// UNB S004, written in UTC.
    pub prepared: UtcTime,
}

/// Writes one interchange, in UNOC and the separators of the German market, `UNA:+.? '`.
#[derive(Debug)]
pub struct Writer {
    out: Vec<u8>,
    separators: Separators,
    reference: String,
    messages: usize,
    message: String,
    segments: usize,
}

impl Writer {
    /// Begins an interchange: UNA and UNB.
    pub fn begin(envelope: &Envelope<'_>) -> Self {
        let separators = Separators::DEFAULT;
        let mut writer = Self {
            out: b"UNA:+.? '".to_vec(),
            separators,
            reference: envelope.reference.to_owned(),
            messages: 0,
            message: String::new(),
            segments: 0,
        };
        let (year, month, day, hour, minute, _) = civil(envelope.prepared);
        let date = format!("{:02}{month:02}{day:02}", year.rem_euclid(100));
        let time = format!("{hour:02}{minute:02}");
        writer.segment(
            "UNB",
            &[
                &["UNOC", "3"],
                &[envelope.sender.0, envelope.sender.1],
                &[envelope.receiver.0, envelope.receiver.1],
                &[&date, &time],
                &[envelope.reference],
                &[],
                &[envelope.application],
            ],
        );
        writer
    }

    /// Begins a message: UNH. `identifier` is S009, such as `["MSCONS", "D", "04B", "UN", "2.5"]`.
    pub fn begin_message(&mut self, reference: &str, identifier: &[&str]) {
        self.messages += 1;
        reference.clone_into(&mut self.message);
        self.segments = 0;
        self.segment("UNH", &[&[reference], identifier]);
    }

    /// Writes a segment: elements, each of components. What is empty at the end is left out.
    pub fn segment(&mut self, tag: &str, elements: &[&[&str]]) {
        self.out.extend_from_slice(tag.as_bytes());
        let is_given = |element: &&[&str]| element.iter().any(|component| !component.is_empty());
        let count = elements
            .iter()
            .rposition(is_given)
            .map_or(0, |last| last + 1);
        for element in elements.iter().take(count) {
            self.out.push(self.separators.element);
            let last = element.iter().rposition(|component| !component.is_empty());
            for (n, component) in element
                .iter()
                .take(last.map_or(0, |last| last + 1))
                .enumerate()
            {
                if n > 0 {
                    self.out.push(self.separators.component);
                }
                self.text(component);
            }
        }
        self.out.push(self.separators.terminator);
        self.segments += 1;
    }

    /// Ends a message: UNT with its count.
    pub fn end_message(&mut self) {
        let count = (self.segments + 1).to_string();
        let reference = std::mem::take(&mut self.message);
        self.segment("UNT", &[&[&count], &[&reference]]);
    }

    /// Ends the interchange: UNZ with its count.
    pub fn finish(mut self) -> Vec<u8> {
        let count = self.messages.to_string();
        let reference = std::mem::take(&mut self.reference);
        self.segment("UNZ", &[&[&count], &[&reference]]);
        self.out
    }

    /// A component: service characters released, ISO 8859-1; what it does not have becomes `?` (as
    /// data, released), line ends a blank.
    fn text(&mut self, text: &str) {
        let Separators {
            component,
            element,
            release,
            terminator,
            ..
        } = self.separators;
        for character in text.chars() {
            let byte = match character {
                '\r' | '\n' => b' ',
                other => u8::try_from(u32::from(other)).unwrap_or(b'?'),
            };
            if byte == component || byte == element || byte == terminator || Some(byte) == release {
                self.out.extend(release);
            }
            self.out.push(byte);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_references_and_releases_write_themselves() {
        let mut writer = Writer::begin(&Envelope {
            sender: ("9905048000007", "500"),
            receiver: ("9985046000001", "500"),
            reference: "R1",
            application: "TL",
            prepared: UtcTime::parse("2026-11-24T08:15:00Z").unwrap(),
        });
        writer.begin_message("1", &["MSCONS", "D", "04B", "UN", "2.5"]);
        writer.segment("PIA", &[&["5"], &["1-1:1.29.0", "SRW"]]);
        writer.segment("FTX", &[&["ä'?+:€"], &["", ""], &[]]);
        writer.end_message();
        let expected =
            b"UNA:+.? 'UNB+UNOC:3+9905048000007:500+9985046000001:500+261124:0815+R1++TL'\
            UNH+1+MSCONS:D:04B:UN:2.5'PIA+5+1-1?:1.29.0:SRW'FTX+\xE4?'???+?:??'UNT+4+1'UNZ+1+R1'";
        assert_eq!(
            writer.finish().escape_ascii().to_string(),
            expected.escape_ascii().to_string()
        );
    }
}
