use proptest::prelude::*;

use super::*;
use crate::edifact::separators::Separators;
use crate::market::quantity::Decimal;
use crate::message::mscons::kind::ProductList;
use crate::message::mscons::read;

fn at(text: &str) -> UtcTime {
    UtcTime::parse(text).unwrap()
}

fn number(mantissa: i64, scale: u8) -> Value<'static> {
    Value::Number(Decimal::new(mantissa, scale).unwrap())
}

fn label(qualifier: &str) -> Label {
    Label {
        qualifier: qualifier.into(),
        ..Label::default()
    }
}

/// The segments between UNS and UNT.
fn body(message: Message) -> String {
    let interchange = Interchange::new("9905048000007", "9985046000001", "R1", message.date);
    let text = String::from_utf8(write(&interchange.with(message)).unwrap()).unwrap();
    let (_, body) = text.split_once("UNS+D'").unwrap();
    let (body, _) = body.split_once("UNT+").unwrap();
    body.to_owned()
}

#[test]
fn the_version_follows_from_the_day() {
    let code = |text| Version::valid_at(at(text)).code();
    assert_eq!(code("2026-09-30T21:59:59Z"), "2.4c");
    assert_eq!(code("2026-09-30T22:00:00Z"), "2.5");
}

#[test]
fn a_cancellation_names_the_document_and_is_sent_as_its_original_was() {
    let date = at("2026-11-24T08:15:00Z");
    let original = Message {
        name_code: "Z41".to_owned(),
        ..Message::new(13_019, "D13", date)
    };
    let cancellation = Message::cancelling(&original, "D14", date);
    let interchange = Interchange::new("9905048000007", "9985046000001", "R2", date);
    assert_eq!(
        String::from_utf8(write(&interchange.with(cancellation)).unwrap()).unwrap(),
        "UNA:+.? 'UNB+UNOC:3+9905048000007:500+9985046000001:500+261124:0815+R2++EM'\
         UNH+1+MSCONS:D:04B:UN:2.5'BGM+Z41+D14+1'DTM+137:202611240815?+00:303'RFF+ACW:D13'\
         RFF+Z13:13006'NAD+MS+9905048000007::293'NAD+MR+9985046000001::293'UNS+D'NAD+DP'LOC+172'\
         UNT+11+1'UNZ+1+R2'"
    );
}

#[test]
fn everything_of_a_place_stands_in_the_order_of_the_mig() {
    let date = at("2026-11-24T08:15:00Z");
    let day = legal_day(at("2026-11-01T12:00:00Z"));
    let mut line = Line::new("AUA", ProductList::Medium, Timing::Interval);
    let bounds = (at("2026-10-31T23:00:00Z"), at("2026-10-31T23:15:00Z"));
    let label = Label {
        unit: Some("KWH".into()),
        status: ["10+Z36", "Z99++ZZ9", "Z40++Z75", "Z32++Z92", "Z33++Z83"]
            .map(Into::into)
            .to_vec(),
        ..label("67")
    };
    line.push(Some(bounds), number(-2_500, 3), label);
    let transfer = Location::Transfer {
        balance_group: "11XENBW-V------O".to_owned(),
        other_balance_group: "12XBKW-HANDEL--X".to_owned(),
        area: "11YR000000011247".to_owned(),
        series_type: "BI5".to_owned(),
    };
    let place = Place {
        period: Some(bounds),
        balancing_month: Some(day),
        version: Some(at("2026-12-05T10:32:45Z")),
        valid_from: Some(day),
        device: Some("1?2".to_owned()),
        ..Place::new(transfer)
    };
    assert_eq!(
        body(Message::new(13_026, "D", date).with(place.with(line))),
        "NAD+Z15'LOC+237+11XENBW-V------O+12XBKW-HANDEL--X'LOC+107+11YR000000011247'\
         DTM+163:202610312300?+00:303'DTM+164:202610312315?+00:303'DTM+492:202611:610'\
         DTM+293:20261205103245?+00:304'DTM+157:202611:610'RFF+MG:1??2'CCI+15++BI5'LIN+1'\
         PIA+5+AUA:Z08'QTY+67:-2.500:KWH'DTM+163:202610312300?+00:303'\
         DTM+164:202610312315?+00:303'STS+Z33++Z83'STS+Z32++Z92'STS+Z40++Z75'STS+10+Z36'STS+Z99++ZZ9'"
    );
}

#[test]
fn a_reading_names_its_day_its_instant_and_the_change_of_the_meter() {
    let midnight = at("2026-11-22T23:00:00Z");
    let mut line = Line::obis("1-1:1.8.0", Timing::Instant);
    line.read_on = Some(legal_day(at("2026-11-22T12:00:00Z")));
    line.changed_at = Some(at("2026-11-22T10:30:00Z"));
    line.push(Some((midnight, midnight)), Value::Absent, label("Z30"));
    let place = Place::new(Location::Configuration("CONF-1".to_owned()));
    assert_eq!(
        body(Message::new(13_017, "D", midnight).with(place.with(line))),
        "NAD+DP'LOC+172'RFF+AGK:CONF-1'LIN+1'PIA+5+1-1?:1.8.0:SRW'QTY+Z30'DTM+9:20261122:102'\
         DTM+7:202611222300?+00:303'DTM+60:202611221030?+00:303'"
    );
}

#[test]
fn lines_are_counted_through_a_message_and_an_allocation_list_says_its_part() {
    let date = at("2026-11-24T08:15:00Z");
    let place = || Place::new(Location::Point("50120962218".to_owned()));
    let line = || Line::new("7-0:9.98.0", ProductList::ObisLike, Timing::Day);
    let message = Message {
        list_version: Some(date),
        answers: Some("ORD1".to_owned()),
        ..Message::new(13_013, "D", date)
    };
    let message = message
        .with(place().with(line()).with(line()))
        .with(place().with(line()));
    let interchange = Interchange::new("9800357000005", "9801234000001", "R1", date).with(message);
    let text = String::from_utf8(write(&interchange).unwrap()).unwrap();
    assert!(
        text.contains("UNH+1+MSCONS:D:04B:UN:2.5++1:C'BGM+Z24+D+9'"),
        "{text}"
    );
    assert!(
        text.contains("RFF+AGI:ORD1'DTM+293:20261124081500?+00:304'RFF+Z13:13013'"),
        "{text}"
    );
    assert!(
        text.contains("NAD+MS+9800357000005::332'NAD+MR+9801234000001::332'"),
        "{text}"
    );
    let lines: Vec<&str> = text
        .split('\'')
        .filter(|segment| segment.starts_with("LIN"))
        .collect();
    assert_eq!(lines, ["LIN+1", "LIN+2", "LIN+3"]);
}

#[test]
fn what_unoc_does_not_have_is_refused_and_not_written_otherwise() {
    let date = at("2026-11-24T08:15:00Z");
    let place = Place::new(Location::Profile("H€".to_owned()));
    let message = Message::new(13_010, "D", date).with(place);
    let interchange = Interchange::new("9905048000007", "9985046000001", "R1", date);
    let fault = write(&interchange.with(message)).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "segment 9 (LOC) would hold '€', which UNOC (ISO 8859-1) does not have; \
         write it in other letters"
    );
}

/// A number, a text that is none, or nothing.
fn value() -> impl Strategy<Value = Option<Result<Decimal, String>>> {
    prop_oneof![
        8 => (any::<i32>(), 0_u8..6).prop_map(|(mantissa, scale)| Decimal::new(mantissa.into(), scale).map(Ok)),
        1 => "[0-9]{0,3}[A-Z?+:'.]{1,5}".prop_map(|text| Some(Err(text))),
        1 => Just(None),
    ]
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(
        values in proptest::collection::vec((value(), 0_usize..3), 1..50),
        obis in "[0-9A-Z:.*?+' -]{0,15}[0-9A-Z:.*?+']", location in "[!-~äß]{1,33}", document in "[ -~äöüß]{0,19}[!-~äöüß]",
        comma: bool, start in 1_100_000_i64..3_000_000,
    ) {
        let labels = [label("220"), label("Z18"), Label { unit: Some("KWH".into()), status: vec!["Z32++Z88".into(), "Z40++Z75".into()], ..label("67") }];
        let start = UtcTime::from_seconds(start * 900);
        let mut line = Line::obis(&obis, Timing::Interval);
        for ((value, label), n) in values.iter().zip(0..) {
            let time = (UtcTime::from_seconds(start.seconds() + n * 900), UtcTime::from_seconds(start.seconds() + n * 900 + 900));
            let value = match value {
                Some(Ok(decimal)) => Value::Number(*decimal),
                Some(Err(text)) => Value::Text(text),
                None => Value::Absent,
            };
            line.push(Some(time), value, labels[*label].clone());
        }
        let place = Place { period: Some((start, start)), ..Place::new(Location::Point(location.clone())) };
        let interchange = Interchange {
            separators: Separators { decimal: if comma { b',' } else { b'.' }, ..Separators::DEFAULT },
            ..Interchange::new("9905048000007", "9985046000001", "R?1", start)
        };
        let interchange = interchange.with(Message::new(13_018, &document, start).with(place.with(line.clone())));
        let file = read(&write(&interchange).unwrap());
        let read = &file.interchanges[0];
        prop_assert!(file.findings.is_empty());
        prop_assert_eq!((&*read.reference, &*read.application, read.prepared), ("R?1", "TL", Some(start)));
        let message = &read.messages[0];
        prop_assert_eq!((&message.document, message.pid), (&document, Some(13_018)));
        let group = &message.groups[0];
        prop_assert_eq!((group.location.as_deref(), group.obis.as_deref()), (Some(&*location), Some(&*obis)));
        for (got, meant) in read.columns.rows().zip(line.columns.rows()) {
            prop_assert_eq!((got.start, got.end, got.value), (meant.start, meant.end, meant.value));
            prop_assert_eq!(read.labels.get(got.label), line.labels.get(meant.label));
        }
        prop_assert_eq!(read.columns.len(), line.columns.len());
    }
}
