use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

const EDIFACT: &[u8] =
    b"UNA:+.? 'UNB+UNOC:3+9905048000007:500+9985046000001:500+261124:0815+1'UNZ+0+1'";

fn extract(mail: &[u8]) -> Extract {
    candidates(mail, &Bounds::default())
}

fn names(extract: &Extract) -> Vec<&str> {
    extract
        .candidates
        .iter()
        .map(|found| found.name.as_str())
        .collect()
}

fn only_reason(extract: &Extract) -> &str {
    let [refused] = &extract.refused[..] else {
        panic!("{:?}", extract.refused);
    };
    &refused.reason
}

/// A mail with one attachment of these bytes.
fn mail_with(bytes: &[u8]) -> Vec<u8> {
    let body = STANDARD.encode(bytes);
    format!(
        "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\
         Content-Type: application/octet-stream; name=file\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{body}\r\n--x--\r\n"
    )
    .into_bytes()
}

fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn gzip_of(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut replaced = bytes.to_vec();
    let at = memchr::memmem::rfind(bytes, from).unwrap();
    replaced[at..at + to.len()].copy_from_slice(to);
    replaced
}

#[test]
fn raw_edifact_instead_of_a_mail_is_found() {
    assert_eq!(extract(EDIFACT).candidates[0].bytes, EDIFACT);
}

#[test]
fn a_bare_message_is_found_so_that_it_is_seen() {
    let found = extract(&mail_with(b"UNH+1+MSCONS:D:04B:UN:2.5'UNT+2+1'"));
    assert_eq!(names(&found), ["file"]);
}

#[test]
fn a_gzip_bomb_is_refused_and_what_was_found_before_stays() {
    let zip = zip_of(&[("a.edi", EDIFACT), ("bomb.gz", &gzip_of(&vec![0; 8 << 20]))]);
    let found = extract(&mail_with(&zip));
    assert_eq!(names(&found), ["file/a.edi"]);
    assert!(only_reason(&found).contains("more than 200 times its size"));
}

#[test]
fn a_zip_bomb_is_refused_whatever_size_it_states() {
    let bomb = zip_of(&[("bomb", &vec![b' '; 8 << 20])]);
    assert!(only_reason(&extract(&mail_with(&bomb))).contains("200 times"));

    // The central directory states 100 bytes.
    let size = u32::try_from(8 << 20).unwrap().to_le_bytes();
    let lying = replace(&bomb, &size, &100_u32.to_le_bytes());
    let found = extract(&mail_with(&lying));
    assert!(found.candidates.is_empty());
    assert_eq!(found.refused.len(), 1);
}

#[test]
fn all_that_is_unpacked_counts_together() {
    let bounds = Bounds {
        unpacked_bytes: 150_000,
        ..Bounds::default()
    };
    let filler: Vec<u8> = (0..60_000_u32)
        .map(|n| ((n * n) >> 7).to_le_bytes()[0])
        .collect();
    let zip = zip_of(&[
        ("1", &filler),
        ("2", &filler),
        ("3", &filler),
        ("a.edi", EDIFACT),
    ]);
    let found = candidates(&mail_with(&zip), &bounds);
    assert!(found.candidates.is_empty());
    assert!(
        found.refused[0]
            .reason
            .contains("more than 150000 bytes in all")
    );
}

#[test]
fn an_archive_of_too_many_entries_is_refused_before_it_is_loaded() {
    let names: Vec<String> = (0..10_001).map(|n| n.to_string()).collect();
    let entries: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let found = extract(&mail_with(&zip_of(&entries)));
    assert_eq!(only_reason(&found), "an archive of more than 10000 entries");
}

#[test]
fn archives_inside_each_other_are_followed_to_the_bound() {
    let mut nested = EDIFACT.to_vec();
    for _ in 0..8 {
        nested = zip_of(&[("z", &nested)]);
    }
    assert_eq!(
        names(&extract(&mail_with(&nested))),
        ["file/z/z/z/z/z/z/z/z"]
    );
    let found = extract(&mail_with(&zip_of(&[("z", &nested)])));
    assert_eq!(
        only_reason(&found),
        "more than 8 mails and archives inside each other"
    );
}

#[test]
fn a_compression_that_is_not_known_is_named() {
    // Method 12 in the local and the central header.
    let mut zip = zip_of(&[("a.edi", EDIFACT)]);
    zip[8..10].copy_from_slice(&12_u16.to_le_bytes());
    let central = memchr::memmem::rfind(&zip, b"PK\x01\x02").unwrap();
    zip[central + 10..central + 12].copy_from_slice(&12_u16.to_le_bytes());
    let found = extract(&mail_with(&zip));
    assert_eq!(found.refused[0].name, "file/a.edi");
    assert!(only_reason(&found).contains("(Bzip2): ask the sender for deflate"));
}

#[test]
fn two_entries_of_one_name_are_not_passed_over() {
    let zip = zip_of(&[("a.edi", EDIFACT), ("b.edi", b"UNB+UNOC:3+2'")]);
    let zip = replace(&replace(&zip, b"b.edi", b"a.edi"), b"b.edi", b"a.edi");
    let found = extract(&mail_with(&zip));
    assert!(only_reason(&found).contains("several entries of one name"));
}

#[test]
fn entries_over_the_same_bytes_are_refused() {
    let filler: Vec<u8> = (0..60_000_u32)
        .map(|n| ((n * n) >> 7).to_le_bytes()[0])
        .collect();
    let zip = zip_of(&[("a.edi", EDIFACT), ("b", &filler)]);
    // The directory's entry of `b` three times more, and the counts that go with it.
    let end = memchr::memmem::rfind(&zip, b"PK\x05\x06").unwrap();
    let central = memchr::memmem::rfind(&zip, b"PK\x01\x02").unwrap();
    let again = |name: u8| {
        let mut entry = zip[central..end].to_vec();
        entry[46] = name;
        entry
    };
    let mut bomb = [
        &zip[..end],
        &again(b'c'),
        &again(b'd'),
        &again(b'e'),
        &zip[end..],
    ]
    .concat();
    let end = end + 3 * (end - central);
    for at in [8, 10] {
        bomb[end + at] = 5;
    }
    let size = u32::from_le_bytes(bomb[end + 12..end + 16].try_into().unwrap());
    let more = u32::try_from(3 * again(b'c').len()).unwrap();
    bomb[end + 12..end + 16].copy_from_slice(&(size + more).to_le_bytes());
    let found = extract(&mail_with(&bomb));
    assert_eq!(names(&found), ["file/a.edi"]);
    assert_eq!(
        only_reason(&found),
        "its entries overlap: looks like a bomb"
    );
}

#[test]
fn a_cut_zip_is_refused() {
    let zip = zip_of(&[("a.edi", EDIFACT)]);
    assert!(only_reason(&extract(&mail_with(&zip[..zip.len() / 2]))).starts_with("broken: "));
}

#[test]
fn an_office_document_is_no_bomb() {
    let table = vec![b'0'; 4 << 20];
    let workbook = zip_of(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/sheet1.xml", &table),
    ]);
    let found = extract(&mail_with(&workbook));
    assert_eq!((found.candidates.len(), found.refused.len()), (0, 0));
}

#[test]
fn gzip_members_are_one_piece_and_padding_is_passed_over() {
    let (first, second) = EDIFACT.split_at(20);
    let stream = [gzip_of(first), gzip_of(second), b"\r\n\0".to_vec()].concat();
    assert_eq!(extract(&mail_with(&stream)).candidates[0].bytes, EDIFACT);
}

#[test]
fn ten_thousand_multiparts_inside_each_other_do_not_overflow_the_stack() {
    let mut mail = b"From: a@b.example\r\n".to_vec();
    for level in 0..10_000 {
        write!(
            mail,
            "Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n"
        )
        .unwrap();
    }
    mail.extend_from_slice(EDIFACT);
    let found = extract(&mail);
    assert_eq!(
        only_reason(&found),
        "more than 16 multiparts inside each other"
    );
}

#[test]
fn ten_thousand_mails_inside_each_other_do_not_overflow_the_stack() {
    let mut mail = b"Content-Type: message/rfc822\r\n\r\n".repeat(10_000);
    mail.extend_from_slice(EDIFACT);
    let found = extract(&mail);
    assert_eq!(
        only_reason(&found),
        "more than 8 mails and archives inside each other"
    );
}

#[test]
fn a_hundred_thousand_parts_are_looked_at_up_to_the_bound() {
    let mut mail = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n".to_vec();
    for part in 0..100_000 {
        write!(mail, "--x\r\n\r\nUNB+UNOC:3+{part}'\r\n").unwrap();
    }
    let found = extract(&mail);
    assert_eq!(found.candidates.len(), 10_000);
    assert!(only_reason(&found).starts_with("more than 10000 parts and archive entries"));
}

#[test]
fn multiparts_that_announce_a_boundary_they_lack_are_read_in_linear_time() {
    let mut mail = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n".to_vec();
    for part in 0..9_000 {
        write!(mail, "--x\r\nContent-Type: multipart/mixed; boundary=none{part}\r\n\r\nUNB+UNOC:3+{part}'\r\n")
            .unwrap();
    }
    assert_eq!(extract(&mail).candidates.len(), 9_000);
}

#[test]
fn dashes_in_the_text_of_a_multipart_without_parts_separate_nothing() {
    let text = [EDIFACT, b"\r\n--- Ende ---\r\nbis bald\r\n"].concat();
    let mail = [
        &b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"[..],
        &text,
    ]
    .concat();
    assert_eq!(extract(&mail).candidates[0].bytes, text);
}

#[test]
fn ten_megabytes_of_header_fields_are_bounded() {
    let mut mail = b"X-Filler: y\r\n".repeat(800_000);
    mail.extend_from_slice(
        format!("Subject: s\r\n {}\r\n\r\n", "long ".repeat(1_000_000)).as_bytes(),
    );
    mail.extend_from_slice(EDIFACT);
    let found = extract(&mail);
    assert_eq!(found.candidates.len(), 1);
    assert_eq!(found.head.subject, "s");
}

#[test]
fn refusals_of_one_mail_are_bounded() {
    let names: Vec<String> = (0..500).map(|n| n.to_string()).collect();
    let entries: Vec<(&str, &[u8])> = names
        .iter()
        .map(|name| (name.as_str(), &b"Rar!\x1A\x07"[..]))
        .collect();
    assert_eq!(extract(&mail_with(&zip_of(&entries))).refused.len(), 100);
}

#[test]
fn files_are_known_by_their_content() {
    let mail = mail_with(EDIFACT);
    for (bytes, name) in [
        (EDIFACT.to_vec(), "x"),
        (zip_of(&[("a", EDIFACT)]), "x/a"),
        (gzip_of(EDIFACT), "x"),
        (mail.clone(), "file"),
        (zip_of(&[("m.eml", &mail)]), "x/m.eml/file"),
        (b"<html><pre>UNB+UNOC:3+1+2&apos;".to_vec(), "x"),
    ] {
        let found = candidates_in_file("x", &bytes, &Bounds::default());
        assert_eq!(names(&found), [name]);
    }
    assert_eq!(
        candidates_in_file("a.edi", b"%PDF-1.7", &Bounds::default()),
        Extract::default()
    );
}

#[test]
fn each_mail_of_an_mbox_has_its_own_bounds_and_its_number() {
    let mut mbox = Vec::new();
    for number in 0..3 {
        // Not the same file three times: that would count once.
        let edifact = [EDIFACT, &b"\n".repeat(number)].concat();
        mbox.extend_from_slice(b"From a@b.example Tue Nov 24 08:15:00 2026\n");
        mbox.extend_from_slice(&mail_with(&edifact));
        mbox.extend_from_slice(b"\n");
    }
    let bounds = Bounds {
        parts: 1,
        ..Bounds::default()
    };
    let found = candidates_in_file("in.mbox", &mbox, &bounds);
    assert_eq!(names(&found), ["1/file", "2/file", "3/file"]);
    assert_eq!(found.head, Head::default());
    assert_eq!(found.refused, []);
}

/// Words that steer the reading, so that chance finds more than noise.
fn mail_like() -> impl Strategy<Value = Vec<u8>> {
    let words: Vec<&'static [u8]> = vec![
        b"\r\n",
        b"\n",
        b"\r\n\r\n",
        b"--x",
        b"--x--",
        b"--",
        b"-",
        b" ",
        b"\t",
        b":",
        b";",
        b"=",
        b"\"",
        b"Content-Type: ",
        b"multipart/mixed; boundary=x",
        b"multipart/alternative; boundary=\"x\"",
        b"message/rfc822",
        b"text/html",
        b"Content-Transfer-Encoding: ",
        b"base64",
        b"quoted-printable",
        b"Content-Disposition: attachment; filename",
        b"*0*=utf-8''%C3",
        b"From: ",
        b"Subject: ",
        b"=?utf-8?Q?",
        b"?=",
        b"UNA:+.? '",
        b"UNB+UNOC:3",
        b"UNH+1",
        b"<html>",
        b"&#39;",
        b"PK\x03\x04",
        b"PK\x01\x02",
        b"PK\x05\x06",
        b"\x1F\x8B\x08\x00",
        b"\x78\x9F\x3E\x22",
        b"\x30\x80\x06\x09",
        b"\0",
        b"\xFF",
        b"From a b\n",
    ];
    let word = prop_oneof![
        8 => proptest::sample::select(words).prop_map(<[u8]>::to_vec),
        1 => proptest::collection::vec(any::<u8>(), 0..12),
    ];
    proptest::collection::vec(word, 0..80).prop_map(|words| words.concat())
}

fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let zip = zip_of(&[("a.edi", EDIFACT), ("b.gz", &gzip_of(EDIFACT))]);
    let whole = vec![
        mail_with(&zip),
        zip,
        gzip_of(EDIFACT),
        mail_with(&mail_with(EDIFACT)),
    ];
    let changes = proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..6);
    (proptest::sample::select(whole), changes).prop_map(|(mut bytes, changes)| {
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes
    })
}

proptest! {
    #[test]
    fn no_mail_panics_or_exceeds_its_bounds(mail in prop_oneof![mail_like(), mutated()]) {
        let bounds = Bounds { depth: 3, parts: 5, unpacked_bytes: 1_000, held_bytes: 1_000, ratio: 3 };
        for found in [candidates(&mail, &bounds), candidates_in_file("x", &mail, &bounds)] {
            let bytes: usize = found.candidates.iter().map(|found| found.bytes.len()).sum();
            prop_assert!(bytes <= mail.len() * 4 + 1_000);
            prop_assert!(found.candidates.len() <= mail.len());
        }
    }

    #[test]
    fn any_interchange_comes_out_as_it_went_in(
        content in proptest::collection::vec(any::<u8>(), 0..400),
        way in 0..3_u8,
    ) {
        let interchange = [EDIFACT, &content].concat();
        let file = match way {
            0 => interchange.clone(),
            1 => gzip_of(&interchange),
            _ => zip_of(&[("a", &interchange)]),
        };
        let found = extract(&mail_with(&file));
        prop_assert_eq!(&found.candidates[0].bytes, &interchange);
    }
}
