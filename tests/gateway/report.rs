//! Reports, from the clock to who reads them: a real Postfix takes the mails, Python's `email`
//! opens them, calamine, the crate `csv`, Parquet and poppler read what is in them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use base64::Engine as _;
use calamine::Reader as _;
use parquet::file::reader::{FileReader, SerializedFileReader};
use resvg::tiny_skia::Pixmap;

use crate::run::gateway::{Gateway, Home, wait_for};
use crate::support::dovecot::PASSWORD;
use crate::support::postfix::Postfix;

/// A home with some weeks of values up to today.
fn filled() -> Home {
    let home = Home::new();
    home.configure(&[]);
    let mails = home.path("mails");
    let mails = mails.to_str().unwrap();
    let (code, _, errors) = home.command(&["generate", mails]);
    assert_eq!(code, Some(0), "{errors}");
    // One of them is broken on purpose.
    let (code, _, errors) = home.command(&["import", mails]);
    assert_eq!(code, Some(1), "{errors}");
    home
}

fn smtp(bed: &Postfix) -> String {
    let port = bed.plain;
    format!(
        "[smtp]\nhost = \"127.0.0.1\"\nport = {port}\nencryption = \"none\"\nusername = \"meter\"\n\
         password = \"{PASSWORD}\"\nsender = \"Zähler <meter@example.org>\"\n"
    )
}

/// A report that was due at the last midnight.
fn report(name: &str, recipients: &[&str], more: &str) -> String {
    format!(
        "[[report]]\nname = \"{name}\"\nschedule = \"0 0 * * *\"\nrecipients = {recipients:?}\n{more}\n"
    )
}

/// A mail as Python's `email` reads it.
struct Opened {
    kinds: Vec<String>,
    subject: String,
    plain: String,
    html: String,
    /// PNGs by their Content-ID.
    pictures: BTreeMap<String, Vec<u8>>,
    /// Attachments by their names.
    files: BTreeMap<String, Vec<u8>>,
}

const OPEN: &str = r#"
import base64, email, email.policy, json, sys
mail = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
assert not list(part.defects for part in mail.walk() if part.defects)
told = dict(kinds=[part.get_content_type() for part in mail.walk()], subject=mail["Subject"],
    plain=mail.get_body(("plain",)).get_content(), html=mail.get_body(("html",)).get_content(),
    pictures={}, files={})
for part in mail.walk():
    if part.is_multipart():
        continue
    coded = base64.b64encode(part.get_payload(decode=True)).decode()
    if part["Content-ID"]:
        assert part.get_content_disposition() == "inline"
        told["pictures"][part["Content-ID"].strip("<>")] = coded
    elif part.get_content_disposition() == "attachment":
        told["files"][part.get_filename()] = coded
print(json.dumps(told))
"#;

impl Opened {
    fn of(mail: &str) -> Self {
        let told = piped("python3", &["-c", OPEN], mail.as_bytes());
        let told: serde_json::Value = serde_json::from_slice(&told).unwrap();
        let text = |name: &str| told[name].as_str().unwrap().to_owned();
        let bytes = |name: &str| -> BTreeMap<String, Vec<u8>> {
            let object = told[name].as_object().unwrap();
            let decoded = object.iter().map(|(name, coded)| {
                let coded = coded.as_str().unwrap();
                let bytes = base64::engine::general_purpose::STANDARD.decode(coded);
                (name.clone(), bytes.unwrap())
            });
            decoded.collect()
        };
        Self {
            kinds: told["kinds"]
                .as_array()
                .unwrap()
                .iter()
                .map(|kind| kind.as_str().unwrap().to_owned())
                .collect(),
            subject: text("subject"),
            plain: text("plain"),
            html: text("html"),
            pictures: bytes("pictures"),
            files: bytes("files"),
        }
    }

    /// The attachment with this ending.
    fn file(&self, ending: &str) -> &[u8] {
        let found = self.files.iter().find(|(name, _)| name.ends_with(ending));
        found
            .unwrap_or_else(|| panic!("{ending} is not attached"))
            .1
    }
}

/// What a program says to some input.
fn piped(program: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}; use tests/run"));
    let mut to = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || to.write_all(&input).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "{program}");
    output.stdout
}

/// Values in thousandths, whatever their mark.
fn thousandths(value: &str) -> i64 {
    let (whole, fraction) = value.split_once([',', '.']).unwrap_or((value, ""));
    format!("{whole}{fraction:0<3}").parse().unwrap()
}

/// `55.559,819`.
fn german(thousandths: i64) -> String {
    let whole = (thousandths / 1000).to_string();
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    format!("{grouped},{:03}", thousandths % 1000)
}

fn assert_is_a_picture(png: &[u8]) {
    let picture = Pixmap::decode_png(png).unwrap();
    let green = |pixel: &resvg::tiny_skia::PremultipliedColorU8| {
        pixel.green() > pixel.red().saturating_add(30)
    };
    let dark = picture.pixels().iter().filter(|pixel| pixel.red() < 100);
    assert!(dark.count() > 500, "no letters");
    let green = picture.pixels().iter().filter(|pixel| green(pixel));
    assert!(green.count() > 500, "no chart");
}

#[test]
fn a_report_goes_out_once_a_firing_and_says_the_same_in_every_form() {
    let bed = Postfix::shared();
    let home = filled();
    let weekly = report(
        "weekly",
        &["report-one@example.net", "Zwei <report-two@example.net>"],
        "series = [\"50120962218/1-1:1.29.0\"]\nattach = [\"pdf\", \"csv\", \"xlsx\", \"parquet\"]",
    );
    home.configure(&[smtp(&bed), weekly.clone()]);
    let mut gateway = Gateway::run(&home);
    let mail = Opened::of(&bed.delivered("To: report-one@example.net"));
    bed.delivered("report-two@example.net");
    assert_forms(&mail, &home);

    let (status, page) = gateway.get("/reports");
    assert_eq!(status, 200);
    assert!(page.contains("0 0 * * *") && page.contains("/reports/weekly.pdf"));
    let (status, page) = gateway.get("/reports/weekly.html");
    assert_eq!(status, 200);
    assert!(page.contains("src=\"data:image/png;base64,"));
    assert_eq!(gateway.get("/reports/nothing.html").0, 404);
    assert_eq!(gateway.get("/reports/weekly.exe").0, 404);

    // The power goes; behind it another report is due, too, and is looked at after the first.
    gateway.signal("KILL");
    drop(gateway);
    let other = report(
        "zother",
        &["report-three@example.net"],
        "template = \"digest\"",
    );
    home.configure(&[smtp(&bed), weekly, other]);
    gateway = Gateway::run(&home);
    let digest = Opened::of(&bed.delivered("To: report-three@example.net"));
    assert!(
        digest.subject.starts_with("Montagsüberblick"),
        "{}",
        digest.subject
    );
    assert_eq!(mails_to(&home, "report-one@example.net"), 1);
    assert_eq!(mails_to(&home, "report-two@example.net"), 1);
    let (code, _, errors) = home.command(&["report", "send", "weekly"]);
    assert_eq!(code, Some(0), "{errors}");
    assert!(
        errors.contains("2 mails of weekly are in the outbox"),
        "{errors}"
    );
    wait_for("the mail that was sent by hand", || {
        (mails_to(&home, "report-one@example.net") == 2).then_some(())
    });
    gateway.stop("TERM");
}

fn mails_to(home: &Home, address: &str) -> usize {
    let (_, list, _) = home.command(&["outbox", "--format", "json"]);
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    let to = |mail: &&serde_json::Value| mail["to"] == address;
    list.as_array().unwrap().iter().filter(to).count()
}

/// Words, HTML, CSV, XLSX, Parquet and PDF say the same sum.
fn assert_forms(mail: &Opened, home: &Home) {
    assert_eq!(
        mail.kinds[..5],
        [
            "multipart/mixed",
            "multipart/alternative",
            "text/plain",
            "multipart/related",
            "text/html"
        ]
    );
    assert!(
        mail.subject.starts_with("Energiebericht weekly · Mo"),
        "{}",
        mail.subject
    );
    let csv = mail.file(".csv");
    let csv = csv.strip_prefix("\u{feff}".as_bytes()).unwrap();
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(csv);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let at = reader
        .headers()
        .unwrap()
        .iter()
        .position(|name| name == "value");
    let values = rows.iter().map(|row| thousandths(&row[at.unwrap()]));
    let sum = german(values.sum());
    assert!(rows.len() > 300, "{}", rows.len());

    let written = home.path("values.xlsx");
    fs::write(&written, mail.file(".xlsx")).unwrap();
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(&written).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    assert_eq!(sheet.height(), rows.len() + 1);
    let parquet = bytes::Bytes::copy_from_slice(mail.file(".parquet"));
    let parquet = SerializedFileReader::new(parquet).unwrap();
    let count = parquet.metadata().file_metadata().num_rows();
    assert_eq!(usize::try_from(count).unwrap(), rows.len());

    assert!(mail.plain.contains(&sum), "{sum} is not in {}", mail.plain);
    assert!(mail.html.contains(&sum), "{sum} is not in {}", mail.html);
    assert_eq!(mail.pictures.len(), 1);
    for (id, png) in &mail.pictures {
        assert!(mail.html.contains(&format!("src=\"cid:{id}\"")), "{id}");
        assert_is_a_picture(png);
    }
    assert_eq!(mail.html.matches("cid:").count(), mail.pictures.len());
    // What the picture shows is said where pictures are blocked.
    let words = mail.html.split_once("alt=\"").unwrap().1;
    assert!(words.split_once('"').unwrap().0.contains(&sum));
    for elsewhere in ["http:", "https:", "src=\"//", "<link", "<script"] {
        assert!(!mail.html.contains(elsewhere), "{elsewhere}");
    }
    let pdf = home.path("weekly.pdf");
    fs::write(&pdf, mail.file(".pdf")).unwrap();
    assert_document(
        &pdf,
        &["Energiebericht weekly", &sum, "50120962218 1-1:1.29.0"],
    );
}

/// A PDF can be searched and be painted.
fn assert_document(pdf: &Path, words: &[&str]) {
    let file = pdf.to_str().unwrap();
    let text = piped("pdftotext", &["-layout", file, "-"], b"");
    let text = String::from_utf8(text).unwrap().replace('\u{a0}', " ");
    for words in words {
        assert!(text.contains(words), "{words} is not in {text}");
    }
    let picture = pdf.with_extension("page");
    let picture = picture.to_str().unwrap();
    piped(
        "pdftoppm",
        &["-r", "60", "-png", "-singlefile", file, picture],
        b"",
    );
    assert_is_a_picture(&fs::read(format!("{picture}.png")).unwrap());
}

#[test]
fn a_report_can_be_looked_at_without_any_configuration() {
    let home = filled();
    let (code, text, errors) = home.command(&["report", "preview", "digest"]);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    for part in ["Montagsüberblick", "Was kam", "Was fehlt", "Quarantäne"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let place = |name: &str| home.path(name).to_str().unwrap().to_owned();
    for ending in ["eml", "html", "pdf", "txt"] {
        let out = place(&format!("digest.{ending}"));
        let (code, _, errors) = home.command(&["report", "preview", "digest", "--out", &out]);
        assert_eq!(code, Some(0), "{errors}");
    }
    let mail = Opened::of(&fs::read_to_string(place("digest.eml")).unwrap());
    assert_eq!(mail.pictures.len(), 2);
    assert_document(
        &home.path("digest.pdf"),
        &["Was Ihre Aufmerksamkeit braucht"],
    );
    let out = place("digest.docx");
    for (arguments, expected) in [
        (
            vec!["preview", "digest", "--out", &out],
            "must end with .eml, .html, .pdf or .txt",
        ),
        (vec!["preview", "monthly"], "no report is named \"monthly\""),
        (vec!["preview", "digest", "--at", "soon"], "--at"),
        (vec!["send", "digest"], "nothing is sent without a server"),
    ] {
        let arguments: Vec<&str> = [&["report"], &arguments[..]].concat();
        let (code, _, errors) = home.command(&arguments);
        assert_eq!(code, Some(2), "{errors}");
        assert!(errors.contains(expected), "{errors}");
    }
}

#[test]
fn a_scorecard_says_what_is_not_known() {
    let home = filled();
    home.configure(&[
        "[[partner]]\nname = \"Netz <Musterstadt>\"\nid = \"9905048000007\"\n".to_owned(),
        "[[expect]]\nlocation = \"50120962218\"\nobis = \"1-1:1.29.0\"\npartner = \"9905048000007\"\n".to_owned(),
        "[[report]]\nname = \"netz\"\ntemplate = \"scorecard\"\npartner = \"9905048000007\"\n".to_owned(),
    ]);
    let (code, text, errors) = home.command(&["report", "preview", "netz"]);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    assert!(text.contains("Datenlieferung Netz <Musterstadt>"), "{text}");
    // All of it was taken in today.
    assert!(
        text.contains("Pünktlich: unbekannt (empfangen wird erst seit dem"),
        "{text}"
    );
    assert!(text.contains("50120962218 1-1:1.29.0"), "{text}");
}

#[test]
fn every_fault_of_a_report_is_named_by_its_line() {
    let home = Home::new();
    for (more, line, expected) in [
        ("name = \"a\"\nschedule = \"0 6 30 2 *\"", 6, "never comes"),
        ("name = \"a\"\nschedule = \"often\"", 6, "is no schedule"),
        ("name = \"a\"\ntemplate = \"weather\"", 6, "template"),
        ("name = \"a\"\nperiod = \"last-decade\"", 6, "period"),
        ("name = \"a\"\nattach = [\"docx\"]", 6, "docx"),
        (
            "name = \"a\"\nschedule = \"0 6 * * MON\"",
            4,
            "nobody would get it",
        ),
        (
            "name = \"a\"\nrecipients = [\"a@example.org\"]",
            6,
            "give [smtp] a host",
        ),
        (
            "name = \"a\"\nrecipients = [\"a@example.org\\r\\nBcc: b@example.org\"]",
            6,
            "is no mail address",
        ),
        (
            "name = \"a\"\ntemplate = \"scorecard\"\npartner = \"99\"",
            7,
            "no [[partner]] has the id `99`",
        ),
    ] {
        home.configure(&[format!("[[report]]\n{more}\n")]);
        let (code, out, errors) = home.command(&["check-config"]);
        let told = format!("{out}{errors}");
        assert_eq!(code, Some(2), "{more}: {told}");
        assert!(told.contains(expected), "{more}: {told}");
        let line = format!("gateway.toml:{line}:");
        assert!(told.contains(&line), "{more}: {line}: {told}");
    }
}
