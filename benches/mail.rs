//! A mail to the files in it: ours, the MIME parser that is inside, and the limit, in one run.
//!
//! ```text
//! cargo bench --bench mail
//! ```

use std::hint::black_box;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use divan::Bencher;
use divan::counter::BytesCount;
use mail_parser::{MessageParser, MimeHeaders};
use mscons_gateway::extract::{Bounds, candidates};
use mscons_gateway::sample;

fn main() {
    for mail in MAILS {
        let bytes = mail.bytes();
        assert_eq!(by_ours(&bytes), by_mail_parser(&bytes), "{mail:?}");
    }
    divan::main();
}

#[divan::bench(args = MAILS)]
fn ours(bencher: Bencher<'_, '_>, mail: Mail) {
    measure(bencher, mail, by_ours);
}

#[divan::bench(args = MAILS)]
fn mail_parser_alone(bencher: Bencher<'_, '_>, mail: Mail) {
    measure(bencher, mail, by_mail_parser);
}

#[divan::bench(args = MAILS)]
fn limit_count_line_ends(bencher: Bencher<'_, '_>, mail: Mail) {
    measure(bencher, mail, |bytes| {
        memchr::memchr_iter(b'\n', bytes).count()
    });
}

fn measure(bencher: Bencher<'_, '_>, mail: Mail, read: impl Fn(&[u8]) -> usize + Sync) {
    let bytes = mail.bytes();
    bencher
        .counter(BytesCount::of_slice(&bytes))
        .bench(|| read(black_box(&bytes)));
}

/// Bytes of EDIFACT, found wherever they are.
fn by_ours(mail: &[u8]) -> usize {
    let found = candidates(mail, &Bounds::default()).candidates;
    found.iter().map(|file| file.bytes.len()).sum()
}

/// Bytes of the attachments with a name: what a program that trusts the mail would read.
fn by_mail_parser(mail: &[u8]) -> usize {
    let message = MessageParser::default().parse(mail);
    let parts = message.iter().flat_map(mail_parser::Message::attachments);
    parts
        .filter(|part| part.attachment_name().is_some())
        .map(|part| part.contents().len())
        .sum()
}

#[derive(Clone, Copy, Debug)]
enum Mail {
    /// One MSCONS of 96 values.
    Mail12Kb,
    /// One MSCONS of 8,928 values.
    Mail1Mb,
}

const MAILS: [Mail; 2] = [Mail::Mail12Kb, Mail::Mail1Mb];

impl Mail {
    fn bytes(self) -> Vec<u8> {
        match self {
            Self::Mail12Kb => sample::load_profile_mail(1).bytes,
            Self::Mail1Mb => letter(&sample::corpus(760_000)),
        }
    }
}

/// A mail that is one file.
fn letter(file: &[u8]) -> Vec<u8> {
    let encoded = STANDARD.encode(file);
    let lines: Vec<&[u8]> = encoded.as_bytes().chunks(76).collect();
    let head = "From: Netz <netz@example.net>\r\nTo: meter@example.org\r\nSubject: MSCONS\r\n\
        MIME-Version: 1.0\r\nContent-Type: application/octet-stream; name=\"MSCONS.txt\"\r\n\
        Content-Disposition: attachment; filename=\"MSCONS.txt\"\r\n\
        Content-Transfer-Encoding: base64\r\n\r\n";
    [head.as_bytes(), &lines.join(&b"\r\n"[..]), b"\r\n"].concat()
}
