use proptest::prelude::*;

use super::*;
use crate::edifact::charset::Charset;

fn envelope(separators: Separators) -> Envelope<'static> {
    Envelope {
        separators,
        sender: ("9905048000007", "500"),
        receiver: ("9985046000001", "500"),
        prepared: UtcTime::parse("2026-11-24T08:15:00Z").unwrap(),
        reference: "R1",
        application: "TL",
        is_test: false,
    }
}

fn written(
    envelope: &Envelope<'_>,
    body: impl FnOnce(&mut Segments),
) -> Result<Vec<u8>, WriteError> {
    let mut writer = Writer::begin(envelope);
    writer.message(&[&["MSCONS", "D", "04B", "UN", "2.5"]], body);
    writer.finish()
}

fn shown(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

#[test]
fn counts_references_and_releases_write_themselves() {
    let mut writer = Writer::begin(&envelope(Separators::DEFAULT));
    let head: &[&[&str]] = &[&["MSCONS", "D", "04B", "UN", "2.5"]];
    writer.message(head, |message| {
        message.segment("PIA", &[&["5"], &["1-1:1.29.0", "SRW"]]);
        message.segment("FTX", &[&["ä'?+:"], &["", ""], &[]]);
    });
    writer.message(head, |_| ());
    let expected = b"UNA:+.? 'UNB+UNOC:3+9905048000007:500+9985046000001:500+261124:0815+R1++TL'\
        UNH+1+MSCONS:D:04B:UN:2.5'PIA+5+1-1?:1.29.0:SRW'FTX+\xE4?'???+?:'UNT+4+1'\
        UNH+2+MSCONS:D:04B:UN:2.5'UNT+2+2'UNZ+2+R1'";
    assert_eq!(shown(&writer.finish().unwrap()), shown(expected));
}

#[test]
fn only_what_is_empty_at_the_end_is_left_out() {
    let bytes = written(&envelope(Separators::DEFAULT), |message| {
        message.segment("NAD", &[&["MS"], &["1", "", "293", ""], &["", ""]]);
        message.segment("CCI", &[&["15"], &[""], &["BI1"], &[]]);
        message.segment("LOC", &[]);
    })
    .unwrap();
    let text = shown(&bytes).replace("\\'", "'");
    assert!(
        text.contains("2.5'NAD+MS+1::293'CCI+15++BI1'LOC'UNT+5+1'"),
        "{text}"
    );
}

#[test]
fn a_test_file_says_so_in_the_eleventh_element() {
    let envelope = Envelope {
        is_test: true,
        ..envelope(Separators::DEFAULT)
    };
    let bytes = Writer::begin(&envelope).finish().unwrap();
    assert!(shown(&bytes).contains("+R1++TL++++1\\'UNZ+0+R1"));
}

#[test]
fn una_gives_the_separators_and_the_decimal_mark() {
    let bytes = written(
        &envelope(Separators::from_una(*b"|;,!.~").unwrap()),
        |message| {
            let number = message.number(Decimal::new(-20_800, 3).unwrap());
            message.segment("QTY", &[&["220", &number, "1-1:1|;!~"]]);
        },
    )
    .unwrap();
    let text = shown(&bytes);
    assert!(text.starts_with("UNA|;,! ~UNB;UNOC|3;"), "{text}");
    assert!(
        text.contains("~QTY;220|-20,800|1-1:1!|!;!!!~~UNT;3;1~"),
        "{text}"
    );
}

#[test]
fn what_cannot_be_written_is_refused_by_its_place() {
    for character in ['€', '\n', '\0', '\u{85}', 'Ω'] {
        let fault = written(&envelope(Separators::DEFAULT), |message| {
            message.segment("BGM", &[&["7"]]);
            message.segment("RFF", &[&["MG", &format!("1{character}2")]]);
            message.segment("RFF", &[&["MG", "ő"]]);
        });
        let expected = WriteError::NotInCharset {
            segment: 3,
            tag: "RFF".to_owned(),
            character,
        };
        assert_eq!(fault, Err(expected));
    }
    let no_release = written(
        &envelope(Separators::from_una(*b":+.  '").unwrap()),
        |message| {
            message.segment("PIA", &[&["5"], &["1-1:1.29.0"]]);
        },
    );
    assert!(no_release.unwrap_err().to_string().contains("(PIA)"));
}

#[test]
fn a_reference_that_no_receiver_takes_is_refused() {
    for reference in ["", "123456789012345"] {
        let envelope = Envelope {
            reference,
            ..envelope(Separators::DEFAULT)
        };
        let fault = Writer::begin(&envelope).finish().unwrap_err();
        assert!(matches!(fault, WriteError::BadReference { .. }), "{fault}");
    }
}

/// Reads a segment as the standard says it, a character at a time.
fn naive(segment: &[u8]) -> Vec<Vec<String>> {
    let mut elements = vec![vec![Vec::new()]];
    let mut bytes = segment.iter().copied();
    while let Some(byte) = bytes.next() {
        let element = elements.last_mut().unwrap();
        match byte {
            b'+' => elements.push(vec![Vec::new()]),
            b':' => element.push(Vec::new()),
            b'?' => element.last_mut().unwrap().push(bytes.next().unwrap()),
            other => element.last_mut().unwrap().push(other),
        }
    }
    let text = |bytes: Vec<u8>| Charset::Latin1.decode(&bytes);
    let texts = |element: Vec<Vec<u8>>| element.into_iter().map(text).collect();
    elements.into_iter().map(texts).collect()
}

proptest! {
    #[test]
    fn any_text_is_read_back_as_it_was(
        elements in proptest::collection::vec(proptest::collection::vec("[ -~äß'+:?]{1,8}", 1..4), 1..5),
    ) {
        let borrowed: Vec<Vec<&str>> = elements.iter().map(|e| e.iter().map(String::as_str).collect()).collect();
        let slices: Vec<&[&str]> = borrowed.iter().map(Vec::as_slice).collect();
        let mut segments = Segments::after_una(Separators::DEFAULT);
        segments.segment("XXX", &slices);
        let body = segments.out.strip_prefix(b"UNA:+.? 'XXX+").unwrap();
        prop_assert_eq!(naive(body.strip_suffix(b"'").unwrap()), elements);
    }
}
