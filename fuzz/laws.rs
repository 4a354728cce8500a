//! What holds for any bytes at all. The fuzz targets and a test of the suite check the same laws;
//! a law that is broken panics.

mod imap_poll;

use mscons_gateway::config;
use mscons_gateway::edifact::scan::Scanner;
use mscons_gateway::edifact::separators::Separators;
use mscons_gateway::explain::{self, PieceKind, Source, Step, Walk};
use mscons_gateway::extract::{self, Bounds, Extract};
use mscons_gateway::mail::pop3::codec::{Body, Decoder, Event, Expected};
use mscons_gateway::market::calendar::UtcTime;
use mscons_gateway::message::aperak::{self, Aperak};
use mscons_gateway::message::contrl;
use mscons_gateway::message::incoming::{self, Incoming};
use mscons_gateway::message::mscons::{self, File};
use mscons_gateway::message::transfer::Transfer;
use mscons_gateway::series::{Block, Columns, Label, Labels, Row};
use mscons_gateway::text::Language;

/// Segments lie one behind the other, and their parts within them.
pub(crate) fn scan(bytes: &[u8]) {
    let mut scanner = Scanner::new(bytes, 0, Separators::DEFAULT);
    let mut end = 0;
    while let Some(segment) = scanner.next() {
        assert!(segment.offset >= end && segment.end > segment.offset);
        assert!(segment.end <= bytes.len());
        end = segment.end;
        assert!(segment.text.len() < segment.end - segment.offset + 1);
        assert!(segment.text.starts_with(segment.tag()));
        let mut number = 0;
        while let Some(element) = segment.element(number) {
            assert!(element.len() <= segment.text.len());
            let first = segment.component(number, 0).map_or(0, |part| part.len());
            assert!(first <= element.len());
            number += 1;
        }
    }
    assert!(
        scanner
            .rest()
            .is_none_or(|at| at >= end && at < bytes.len())
    );
}

/// A file is read to its end whatever is in it, and twice alike.
pub(crate) fn mscons_read(bytes: &[u8]) {
    let file = mscons::read(bytes);
    whole(bytes, &file);
    let again = mscons::read(bytes);
    assert_eq!(file.findings, again.findings);
    assert_eq!(file.interchanges.len(), again.interchanges.len());
    for (one, other) in file.interchanges.iter().zip(&again.interchanges) {
        assert_eq!(
            format!("{:?}", one.messages),
            format!("{:?}", other.messages)
        );
        assert_eq!(one.findings, other.findings);
        assert!(rows(&one.columns, &one.labels).eq(rows(&other.columns, &other.labels)));
    }
}

/// What holds of every file that was read: pieces lie in order and within one another, each row
/// belongs to one group, and findings have their place in the file.
pub(crate) fn whole(bytes: &[u8], file: &File) {
    let mut end = 0;
    for interchange in &file.interchanges {
        assert!(interchange.bytes.start >= end && interchange.bytes.end <= bytes.len());
        end = interchange.bytes.end;
        let mut rows = 0;
        for message in &interchange.messages {
            assert!(message.bytes.start >= interchange.bytes.start);
            assert!(message.bytes.end <= interchange.bytes.end);
            for group in &message.groups {
                assert_eq!(group.rows.start, rows);
                rows = group.rows.end;
            }
        }
        assert_eq!(rows, interchange.columns.len());
        for row in interchange.columns.rows() {
            assert!(interchange.labels.get(row.label).is_some());
        }
    }
    let inner = file
        .interchanges
        .iter()
        .flat_map(|interchange| &interchange.findings);
    for finding in file.findings.iter().chain(inner) {
        assert!(
            finding.place.offset_bytes <= bytes.len() as u64,
            "{finding}"
        );
    }
}

/// Messages that are no MSCONS are read whatever is in them; what is said of an interchange can be
/// sent if its parties can be answered, and is read again as it was said.
pub(crate) fn incoming(bytes: &[u8]) {
    let file = mscons::read(bytes);
    let now = UtcTime::from_seconds(1_795_510_800);
    for interchange in &file.interchanges {
        let mut aperaks = Vec::new();
        for message in &interchange.messages {
            if let Some((_, findings)) = incoming::read(bytes, interchange, message) {
                for finding in findings {
                    let at = usize::try_from(finding.place.offset_bytes).unwrap();
                    assert!(message.bytes.contains(&at), "{finding}");
                }
            }
            let faults = aperak::faults(bytes, interchange, message);
            aperaks.push(if faults.is_empty() {
                Aperak::accepting(interchange, message, "A1", now)
            } else {
                Aperak::refusing(interchange, message, faults, "A1", now)
            });
        }
        let Ok(transfer) = Transfer::answering(interchange, "R1", now) else {
            continue;
        };
        // What UNOC does not have is refused.
        if let Some(contrl) = contrl::report(bytes, interchange)
            && let Ok(written) = contrl::write(&transfer, &contrl)
        {
            assert_eq!(read_again(&written), [Incoming::Contrl(contrl)]);
        }
        if let Ok(written) = aperak::write(&transfer, &aperaks) {
            for (read, aperak) in read_again(&written).iter().zip(&aperaks) {
                let Incoming::Aperak(read) = read else {
                    panic!("{read:?}");
                };
                assert_eq!(read.is_acceptance(), aperak.is_acceptance());
                assert_eq!(read.faults, aperak.faults);
            }
        }
    }
}

/// What is read of an interchange that we wrote.
fn read_again(bytes: &[u8]) -> Vec<Incoming> {
    let file = mscons::read(bytes);
    let [interchange] = file.interchanges.as_slice() else {
        panic!("{file:?}");
    };
    let messages = interchange.messages.iter();
    let read = |message| incoming::read(bytes, interchange, message).unwrap().0;
    messages.map(read).collect()
}

/// An explanation tells each byte of the file once and in order, but for what stands between
/// segments, and each finding at its place, in both languages.
pub(crate) fn explain(bytes: &[u8]) {
    let file = mscons::read(bytes);
    let expected = explain::findings(&file);
    for language in [Language::De, Language::En] {
        let (mut end, mut told) = (0, Vec::new());
        for step in Walk::new(bytes, &file, language) {
            match step {
                Step::Piece(piece) => {
                    assert!(between_pieces(&bytes[end..piece.bytes.start]));
                    assert!(piece.bytes.start < piece.bytes.end);
                    for finding in &piece.findings {
                        let at = usize::try_from(finding.place.offset_bytes).unwrap();
                        let in_una = piece.kind == PieceKind::ServiceCharacters;
                        assert!(piece.bytes.contains(&at) || in_una, "{finding}");
                    }
                    end = piece.bytes.end;
                    told.extend(piece.findings);
                }
                Step::Findings(findings) => told.extend(findings),
                Step::Interchange(_) | Step::Message(_) | Step::EndOfMessage => {}
            }
        }
        assert!(between_pieces(&bytes[end..]));
        assert!(expected.iter().eq(&told), "{expected:?} {told:?}");
        let source = [Source {
            name: "a.edi",
            bytes,
            file: &file,
        }];
        explain::as_text(&source, language, &mut std::io::sink()).unwrap();
        explain::as_page(&source, language, &mut std::io::sink()).unwrap();
    }
}

/// Blanks, line ends, a byte order mark, and terminators that end nothing.
fn between_pieces(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut rest = text.iter().filter(|byte| !b" \t\r\n\0".contains(byte));
    // In a file whose UNA names another terminator, that one.
    rest.next()
        .is_none_or(|first| rest.all(|byte| byte == first))
}

/// Rows with their labels instead of the labels' numbers, which are the table's own.
fn rows<'c>(
    columns: &'c Columns,
    labels: &'c Labels,
) -> impl Iterator<Item = (Row<'c>, Option<&'c Label>)> {
    columns.rows().map(|mut row| {
        let label = labels.get(row.label);
        row.label = 0;
        (row, label)
    })
}

/// What comes out of a mail or a file stays within the bounds, and is EDIFACT that can be read.
pub(crate) fn extract(bytes: &[u8]) {
    let bounds = Bounds {
        depth: 4,
        parts: 200,
        unpacked_bytes: 1 << 20,
        held_bytes: 1 << 20,
        ratio: 200,
    };
    let within = |extract: &Extract| {
        let unpacked: usize = extract
            .candidates
            .iter()
            .map(|found| found.bytes.len())
            .sum();
        assert!(unpacked as u64 <= bounds.unpacked_bytes + bytes.len() as u64);
        assert!(extract.candidates.len() + extract.refused.len() <= 2 * bounds.parts + 2);
    };
    let mail = extract::candidates(bytes, &bounds);
    within(&mail);
    for candidate in &mail.candidates {
        drop(mscons::read(&candidate.bytes));
    }
    drop(extract::candidates_in_file("file", bytes, &bounds));
}

/// Bytes that are a block are packed again to one that reads alike; others are refused.
pub(crate) fn block(bytes: &[u8]) {
    let Ok(block) = Block::decode(bytes) else {
        return;
    };
    let again = Block::decode(&block.encode()).expect("what was packed can be unpacked");
    assert_eq!(
        (block.version, block.document_date, block.arrived),
        (again.version, again.document_date, again.arrived)
    );
    assert!(rows(&block.columns, &block.labels).eq(rows(&again.columns, &again.labels)));
}

/// A configuration is taken, or refused with a reason.
pub(crate) fn config(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Err(error) = config::load_text("gateway.toml", text, &[]) {
        assert!(!error.faults.is_empty());
        assert!(error.to_string().contains("gateway.toml"));
    }
}

/// The answers of a POP3 server mean the same in whatever pieces they come. The first bytes choose
/// what was asked and where the pieces end.
pub(crate) fn pop3_answers(bytes: &[u8]) {
    let Some((&[asked, piece], answers)) = bytes.split_first_chunk::<2>() else {
        return;
    };
    let whole = told(asked, &[answers]);
    let pieces: Vec<&[u8]> = answers.chunks(usize::from(piece) + 1).collect();
    assert_eq!(whole, told(asked, &pieces));
}

/// A poll comes to its end whatever an IMAP server answers. The first byte chooses what happens to
/// a mail that is done, and which mails are.
pub(crate) fn imap_answers(bytes: &[u8]) {
    imap_poll::any_answers(bytes);
}

fn told(asked: u8, pieces: &[&[u8]]) -> Vec<Result<Event, String>> {
    let mut decoder = Decoder::new(Vec::new(), MAX_MAIL_BYTES);
    for bits in [asked, asked >> 2, asked >> 4, asked >> 6] {
        decoder.expect(match bits & 3 {
            0 => Expected::Reply,
            1 => Expected::Listing,
            _ => Expected::Mail { size_bytes: 100 },
        });
    }
    let mut events = Vec::new();
    for piece in pieces {
        decoder.buffer().extend_from_slice(piece);
        loop {
            match decoder.decode() {
                Ok(Some(event)) => {
                    if let Event::Mail(Body::Whole(mail)) = &event {
                        assert!(mail.len() as u64 <= MAX_MAIL_BYTES);
                    }
                    events.push(Ok(event));
                }
                Ok(None) => break,
                Err(unreadable) => {
                    events.push(Err(unreadable.to_string()));
                    return events;
                }
            }
            if !decoder.is_waiting() {
                return events;
            }
        }
    }
    events
}

/// Small, so that mails over it are made often.
const MAX_MAIL_BYTES: u64 = 64;
