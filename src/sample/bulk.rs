//! Many mails and large files of one kind: load profiles of quarter hours.

use crate::edifact::write::Envelope;
use crate::market::calendar::{Day, UtcTime, legal_day_bounds};
use crate::market::location::check_digit;
use crate::market::quantity::Decimal;
use crate::message::mscons::write::{Draft, SeriesDraft, TimeDraft, ValueDraft, write};
use crate::sample::SampleMail;
use crate::sample::mail::{Attachment, mail};
use crate::sample::random::Random;

/// Mail number `number`: one market location, one day, 96 quarter hours. The first thousand mails
/// are a day of a thousand locations, the next thousand the day after.
pub fn load_profile_mail(number: u32) -> SampleMail {
    let day = FIRST_DAY.plus(i32::try_from(number / LOCATIONS).unwrap_or(0));
    let at = legal_day_bounds(day).1;
    let reference = format!("MB{number:08}");
    let location = market_location(number % LOCATIONS);
    let mut random = Random::new(u64::from(number));
    let series = series(&location, legal_day_bounds(day).0, 96, &mut random);
    let edi = write(&envelope(&reference, at), &[draft(&reference, at, series)]);
    let file = format!("MSCONS_TL_{GRID}_{COMPANY}_20250101_{reference}.txt");
    let attachment = Attachment {
        name: &file,
        media_type: "application/octet-stream",
        bytes: &edi,
    };
    let id = format!("{reference}@sample.example");
    mail(
        format!("load profile {number}"),
        "Netz <netz@example.net>",
        at,
        &id,
        &attachment,
    )
}

/// One interchange of about so many bytes: a month of quarter hours a message.
pub fn corpus(bytes: usize) -> Vec<u8> {
    let at = legal_day_bounds(FIRST_DAY).0;
    let mut random = Random::new(7);
    let messages = u32::try_from(bytes / BYTES_A_MONTH)
        .unwrap_or(u32::MAX)
        .max(1);
    let locations: Vec<String> = (0..messages).map(market_location).collect();
    let documents: Vec<String> = (0..messages).map(|n| format!("DOC{n}")).collect();
    let drafts: Vec<Draft<'_>> = locations
        .iter()
        .zip(&documents)
        .map(|(location, document)| draft(document, at, series(location, at, 2_976, &mut random)))
        .collect();
    write(&envelope("R1", at), &drafts)
}

fn series<'a>(
    location: &'a str,
    from: UtcTime,
    count: i64,
    random: &mut Random,
) -> SeriesDraft<'a> {
    let at = |n: i64| UtcTime::from_seconds(from.seconds() + n * 900);
    let values = (0..count).filter_map(|n| {
        Some(ValueDraft {
            time: TimeDraft::Interval(at(n), at(n + 1)),
            value: Decimal::new(random.below(5_000), 3)?,
            qualifier: "220",
            unit: None,
            status: &[["Z34", "", "ZA4"]],
        })
    });
    let values = values.collect();
    SeriesDraft {
        location,
        device: None,
        version: None,
        obis: "1-1:1.29.0",
        values,
    }
}

fn draft<'a>(document: &'a str, date: UtcTime, series: SeriesDraft<'a>) -> Draft<'a> {
    Draft {
        version: "2.4c",
        sender: GRID,
        receiver: COMPANY,
        pid: 13_025,
        name_code: "Z48",
        document,
        date,
        cancels: None,
        series: vec![series],
    }
}

fn envelope(reference: &str, prepared: UtcTime) -> Envelope<'_> {
    let (sender, receiver) = ((GRID, "500"), (COMPANY, "500"));
    Envelope {
        sender,
        receiver,
        reference,
        application: "TL",
        prepared,
    }
}

/// A market location with its check digit.
fn market_location(number: u32) -> String {
    let mut code = format!("{:010}", 5_000_000_000 + u64::from(number));
    let digit = check_digit(code.as_bytes());
    code.push(char::from(digit));
    code
}

/// 2025-01-02.
const FIRST_DAY: Day = Day::from_number(20_090);
/// Locations of the bulk mails.
const LOCATIONS: u32 = 1_000;
/// A message of a month has about so many bytes.
const BYTES_A_MONTH: usize = 253_000;
const GRID: &str = "9905048000007";
const COMPANY: &str = "9985046000001";
