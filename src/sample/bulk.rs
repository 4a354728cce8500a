//! Many mails and large files of one kind: load profiles of quarter hours.

use crate::market::calendar::{Day, UtcTime, legal_day_bounds};
use crate::market::quantity::Decimal;
use crate::message::mscons::write::{Interchange, Line, Location, Message, Place, Timing, Version};
use crate::sample::SampleMail;
use crate::sample::code::{COMPANY, POWER_GRID, market_location};
use crate::sample::edi;
use crate::sample::mail::Letter;
use crate::sample::random::Random;
use crate::series::{Columns, Label, Row, Value};

/// Mail number `number`: one market location, one day of quarter hours. The first thousand mails
/// are a day of a thousand locations, the next thousand the day after.
pub fn load_profile_mail(number: u32) -> SampleMail {
    let day = FIRST_DAY.plus(i32::try_from(number / LOCATIONS).unwrap_or(0));
    let (begin, end) = legal_day_bounds(day);
    let reference = format!("MB{number:08}");
    let mut random = Random::new(u64::from(number));
    let location = market_location(number % LOCATIONS);
    let message = load_profile(&reference, end, &location, (begin, end), &mut random);
    let interchange = interchange(&reference, end).with(message);
    let attachment = edi(&interchange);
    Letter::of(&interchange, "Netz <netz@example.net>").carrying(
        format!("load profile {number}"),
        &format!("{reference}@sample.example"),
        &attachment,
    )
}

/// One interchange of about so many bytes: a month of quarter hours a message.
pub fn corpus(bytes: usize) -> Vec<u8> {
    let begin = legal_day_bounds(FIRST_DAY).0;
    let month = (begin, UtcTime::from_seconds(begin.seconds() + 31 * 86_400));
    let mut random = Random::new(7);
    let messages = u32::try_from(bytes / BYTES_A_MONTH)
        .unwrap_or(u32::MAX)
        .max(1);
    let mut interchange = interchange("R1", begin);
    for number in 0..messages {
        let (document, location) = (format!("DOC{number}"), market_location(number));
        let message = load_profile(&document, begin, &location, month, &mut random);
        interchange = interchange.with(message);
    }
    edi(&interchange)
}

/// A message of one load profile: each value with a status, as some senders do.
fn load_profile(
    document: &str,
    date: UtcTime,
    location: &str,
    (begin, end): (UtcTime, UtcTime),
    random: &mut Random,
) -> Message {
    let mut line = Line::obis("1-1:1.29.0", Timing::Interval);
    let label = line.labels.intern(Label {
        qualifier: "220".into(),
        unit: None,
        status: vec!["Z34++ZA4".into()],
    });
    let count = (end.seconds() - begin.seconds()) / QUARTER;
    line.columns = Columns::with_capacity(usize::try_from(count).unwrap_or(0));
    for at in (0..count).map(|n| begin.seconds() + n * QUARTER) {
        let number = Decimal::new(random.below(5_000), 3);
        line.columns.push(Row {
            start: Some(UtcTime::from_seconds(at)),
            end: Some(UtcTime::from_seconds(at + QUARTER)),
            value: number.map_or(Value::Absent, Value::Number),
            label,
        });
    }
    let place = Place {
        period: Some((begin, end)),
        ..Place::new(Location::Point(location.to_owned()))
    };
    Message::new(13_025, document, date).with(place.with(line))
}

fn interchange(reference: &str, prepared: UtcTime) -> Interchange {
    Interchange {
        version: Version::V24c,
        ..Interchange::new(POWER_GRID, COMPANY, reference, prepared)
    }
}

/// 2025-01-02.
const FIRST_DAY: Day = Day::from_number(20_090);
/// Locations of the bulk mails.
const LOCATIONS: u32 = 1_000;
/// A message of a month has about so many bytes.
const BYTES_A_MONTH: usize = 253_000;
/// Seconds.
const QUARTER: i64 = 900;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::mscons::read;

    #[test]
    fn a_corpus_has_about_the_size_asked_for_and_nothing_odd() {
        for size in [1, 1_000_000, 3_000_000] {
            let bytes = corpus(size);
            let file = read(&bytes);
            let interchange = &file.interchanges[0];
            // At least a message, and never one too many.
            let (messages, length) = (interchange.messages.len(), bytes.len());
            assert_eq!(messages, (size / BYTES_A_MONTH).max(1));
            assert!(
                length.abs_diff(messages * BYTES_A_MONTH) < length / 50,
                "{length}"
            );
            assert!(interchange.findings.is_empty() && file.findings.is_empty());
            assert_eq!(
                interchange.columns.len(),
                interchange.messages.len() * 2_976
            );
        }
    }

    #[test]
    fn a_thousand_locations_follow_one_another_and_then_the_next_day() {
        let (first, next) = (load_profile_mail(0), load_profile_mail(1_000));
        assert_ne!(first.bytes, next.bytes);
        let name = "MSCONS_TL_9905048000007_9985046000001_20250102_MB00000000.txt";
        assert!(
            String::from_utf8(first.bytes.clone())
                .unwrap()
                .contains(name)
        );
        assert_eq!(load_profile_mail(0).bytes, first.bytes);
        // 2025-03-30 is 87 days later: the clock skips an hour.
        let locations = [(86, 96), (87, 92), (88, 96)];
        for (day, count) in locations {
            let (begin, end) = legal_day_bounds(FIRST_DAY.plus(day));
            let message = load_profile("D", end, "L", (begin, end), &mut Random::new(1));
            assert_eq!(message.places[0].lines[0].columns.len(), count, "day {day}");
        }
    }
}
