//! The post of the world: interchanges become mails, numbered in the order of their sending.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::market::calendar::{Day, UtcTime, legal_day_bounds};
use crate::message::mscons::write::{Interchange, Message};
use crate::sample::mail::Letter;
use crate::sample::world::source::{POWER_MAIL, Source};
use crate::sample::{SampleMail, edi};

/// What was sent.
#[derive(Debug, Default)]
pub(super) struct Post {
    /// Interchanges so far.
    number: u32,
    /// In the order of their arrival.
    pub(super) mails: Vec<SampleMail>,
}

impl Post {
    /// BGM 1004 of the next message that is sent.
    pub(super) fn next_document(&self) -> String {
        format!("DOC{:08}", self.number + 1)
    }

    /// When the next message about this day is written: operators send a day in the morning after
    /// it, each mail a little later than the one before.
    pub(super) fn next_arrival(&self, day: Day) -> UtcTime {
        let morning = legal_day_bounds(day).1.seconds() + 7 * 3_600;
        UtcTime::from_seconds(morning + i64::from((self.number + 1) % 3_000))
    }

    /// Sends a message.
    pub(super) fn send(&mut self, source: &Source, name: String, message: Message) {
        let (letter, bytes) = self.letter(source, message);
        self.push(letter, name, &bytes);
    }

    /// Sends a message in a gzip file.
    pub(super) fn send_packed(&mut self, source: &Source, name: &str, message: Message) {
        let (letter, bytes) = self.letter(source, message);
        let letter = Letter {
            file_name: format!("{}.gz", letter.file_name),
            media_type: "application/gzip",
            ..letter
        };
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        // Writing into memory cannot fail; if it did, the mail would not be sent.
        if packer.write_all(&bytes).is_ok()
            && let Ok(packed) = packer.finish()
        {
            self.push(letter, format!("{name}, packed"), &packed);
        }
    }

    /// Sends the first half of a message.
    pub(super) fn send_truncated(&mut self, source: &Source, message: Message) {
        let (letter, bytes) = self.letter(source, message);
        let half = bytes.get(..bytes.len() / 2).unwrap_or_default();
        self.push(letter, "truncated".to_owned(), half);
    }

    /// Sends the last mail once more.
    pub(super) fn send_last_again(&mut self) {
        if let Some(last) = self.mails.last().cloned() {
            self.mails.push(SampleMail {
                name: "duplicate".to_owned(),
                ..last
            });
        }
    }

    /// Sends an invoice, of which the gateway can make nothing.
    pub(super) fn send_invoice(&mut self, day: Day) {
        let letter = Letter {
            from: POWER_MAIL.to_owned(),
            at: self.next_arrival(day),
            file_name: "Rechnung.pdf".to_owned(),
            media_type: "application/pdf",
        };
        let pdf = b"%PDF-1.4\n% An invoice, not a message.\n%%EOF\n";
        self.push(letter, "without EDIFACT".to_owned(), pdf);
    }

    /// The mail of an interchange of one message, and the bytes of that.
    fn letter(&mut self, source: &Source, message: Message) -> (Letter, Vec<u8>) {
        self.number += 1;
        let reference = format!("MUS{:08}", self.number);
        let Source {
            sender, receiver, ..
        } = source;
        let interchange =
            Interchange::new(sender, receiver, &reference, message.date).with(message);
        (Letter::of(&interchange, source.from), edi(&interchange))
    }

    fn push(&mut self, letter: Letter, name: String, bytes: &[u8]) {
        let id = format!("{}@sample.example", self.mails.len());
        self.mails.push(letter.carrying(name, &id, bytes));
    }
}
