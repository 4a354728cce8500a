use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use jiff::civil::{DateTime, datetime};

use super::*;
use crate::format::record::Stored;
use crate::series::quality::Quality;
use crate::series::{Label, Value};

fn record<'a>(document: &'a str, start: i64, value: &str, label: &'a Label) -> Record<'a> {
    Record {
        sender: "9905048000007",
        receiver: "9985046000001",
        interchange: "REF1",
        message: "1",
        document,
        pid: Some(13_018),
        location: Some("50120962218"),
        device: None,
        obis: Some("1-1:1.29.0"),
        start: Some(UtcTime::from_seconds(start)),
        end: Some(UtcTime::from_seconds(start + 900)),
        value: Decimal::parse(value.as_bytes()).map_or(Value::Absent, Value::Number),
        label,
        stored: Some(Stored {
            quality: Quality::Measured,
            source: 7,
            share: None,
        }),
    }
}

fn book() -> Book<Vec<u8>> {
    let mut book = Book::new(Shape::Stored, Vec::new()).unwrap();
    book.set_zone(TimeZone::get("Europe/Berlin").unwrap());
    book
}

fn read(bytes: Vec<u8>) -> Xlsx<Cursor<Vec<u8>>> {
    calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap()
}

fn rows(bytes: Vec<u8>) -> Vec<Vec<Data>> {
    let range = read(bytes).worksheet_range("values").unwrap();
    range.rows().map(<[Data]>::to_vec).collect()
}

fn time(cell: &Data) -> DateTime {
    let Data::DateTime(date) = cell else {
        panic!("{cell:?} is no date");
    };
    // Days since 1899-12-30, to the second.
    let since =
        jiff::SignedDuration::try_from_secs_f64((date.as_f64() * 86_400.0).round()).unwrap();
    datetime(1899, 12, 30, 0, 0, 0, 0)
        .checked_add(since)
        .unwrap()
}

#[test]
fn names_numbers_and_local_dates_are_read_back() {
    let label = Label {
        qualifier: "220".into(),
        ..Label::default()
    };
    let summer = UtcTime::parse("2026-10-25T00:45:00Z").unwrap().seconds();
    let mut book = book();
    for start in [summer, summer + 3600] {
        book.write(&record("Müller & <Söhne>", start, "-20.800", &label))
            .unwrap();
    }
    let rows = rows(book.finish().unwrap());
    let names: Vec<String> = rows[0].iter().map(ToString::to_string).collect();
    let expected: Vec<&str> = Shape::Stored
        .fields()
        .iter()
        .map(|field| field.name)
        .collect();
    assert_eq!(names, expected);
    assert_eq!(rows[1][4], Data::String("Müller & <Söhne>".to_owned()));
    assert_eq!(rows[1][5], Data::Float(13_018.0));
    assert_eq!(rows[1][11], Data::Float(-20.8));
    // The hour that autumn has twice: the same time on the clock, in order of time.
    for row in [1, 2] {
        assert_eq!(time(&rows[row][9]), datetime(2026, 10, 25, 2, 45, 0, 0));
    }
    assert_eq!(rows[1][15], Data::String("measured".to_owned()));
}

#[test]
fn a_number_that_excel_would_round_is_text_and_a_gap_is_empty() {
    let label = Label::default();
    let mut book = book();
    for value in ["123456789012345.678", "0.1", ""] {
        book.write(&record("D", 0, value, &label)).unwrap();
    }
    let rows = rows(book.finish().unwrap());
    assert_eq!(rows[1][11], Data::String("123456789012345.678".to_owned()));
    assert_eq!(rows[2][11], Data::Float(0.1));
    assert_eq!(rows[3][11], Data::Empty);
}

#[test]
fn what_looks_like_a_formula_is_text_and_characters_that_xml_lacks_are_shown() {
    let label = Label::default();
    let mut book = book();
    book.write(&record("=1+1\u{1b}\u{0}", 0, "1", &label))
        .unwrap();
    let rows = rows(book.finish().unwrap());
    assert_eq!(rows[1][4], Data::String("=1+1\u{fffd}\u{fffd}".to_owned()));
}

#[test]
fn a_full_sheet_is_followed_by_another_with_the_same_names() {
    let label = Label::default();
    let mut book = book();
    book.write(&record("first", 0, "1", &label)).unwrap();
    book.rows = SHEET_ROWS; // As if a million rows had been written.
    book.write(&record("second", 0, "2", &label)).unwrap();
    let bytes = book.finish().unwrap();
    let mut read = read(bytes);
    assert_eq!(read.sheet_names(), ["values", "values 2"]);
    let second = read.worksheet_range("values 2").unwrap();
    assert_eq!(second.height(), 2);
    assert_eq!(second.get((0, 0)), Some(&Data::String("sender".to_owned())));
    assert_eq!(second.get((1, 4)), Some(&Data::String("second".to_owned())));
}

#[test]
fn the_first_row_is_frozen_and_has_filters() {
    let label = Label::default();
    let mut book = book();
    book.write(&record("D", 0, "1", &label)).unwrap();
    let bytes = book.finish().unwrap();
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut sheet = zip.by_name("xl/worksheets/sheet1.xml").unwrap();
    let sheet = io::read_to_string(&mut sheet).unwrap();
    assert!(sheet.contains("<pane ySplit=\"1\" topLeftCell=\"A2\""));
    assert!(sheet.contains("<autoFilter ref=\"A1:Q2\"/>"));
}
