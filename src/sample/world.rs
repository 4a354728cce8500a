//! The demo's world: some weeks of mails from three operators to one company.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::edifact::write::Envelope;
use crate::market::calendar::{Day, UtcTime, civil, gas_day_bounds, legal_day_bounds};
use crate::market::party::{Agency, agency};
use crate::market::quantity::Decimal;
use crate::message::mscons::write::{Draft, SeriesDraft, TimeDraft, ValueDraft, write};
use crate::sample::SampleMail;
use crate::sample::mail::{Attachment, mail};
use crate::sample::random::Random;
use crate::sample::shape::{Shape, values};

/// The mails of the weeks before `today`, in the order of their arrival.
///
/// Besides the ordinary days there are: a day whose mail never came, substitutes that true values
/// replace later, a mail that comes twice, one without EDIFACT, a packed one, a truncated one, and
/// a monthly amount that is cancelled and replaced.
pub fn demo(today: Day, seed: u64) -> Vec<SampleMail> {
    let mut world = World {
        random: Random::new(seed),
        number: 0,
        mails: Vec::new(),
    };
    for ago in (1..=DAYS).rev() {
        let day = today.plus(-ago);
        for source in &SOURCES {
            world.day(source, day, ago);
        }
        if day.plus(1).to_string().ends_with("-01") {
            world.month_end(day);
        }
    }
    world.mails
}

/// Who sends what.
struct Source {
    name: &'static str,
    shape: Shape,
    sender: &'static str,
    from: &'static str,
    location: &'static str,
    obis: &'static str,
    pid: u32,
    name_code: &'static str,
}

const SOURCES: [Source; 4] = [
    Source {
        name: "factory",
        shape: Shape::Factory,
        sender: POWER_GRID,
        from: POWER_MAIL,
        location: "50120962218",
        obis: "1-1:1.29.0",
        pid: 13_025,
        name_code: "Z48",
    },
    Source {
        name: "roof",
        shape: Shape::Roof,
        sender: POWER_GRID,
        from: POWER_MAIL,
        location: "41373559241",
        obis: "1-1:2.29.0",
        pid: 13_025,
        name_code: "Z48",
    },
    Source {
        name: "household",
        shape: Shape::Household,
        sender: METERING_OPERATOR,
        from: "Messstellenbetrieb Altstadt <edifact@msb-altstadt.example>",
        location: HOUSEHOLD_METER,
        obis: "1-1:1.29.0",
        pid: 13_018,
        name_code: "7",
    },
    Source {
        name: "gas",
        shape: Shape::Boiler,
        sender: GAS_GRID,
        from: "Gasnetz Musterland <mscons@gasnetz.example>",
        location: "DE7000991011500000000000000067890",
        obis: "7-20:99.33.17",
        pid: 13_008,
        name_code: "7",
    },
];

struct World {
    random: Random,
    number: u32,
    mails: Vec<SampleMail>,
}

/// How the values of a day are sent.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Telling {
    True,
    Substitute,
}

impl World {
    fn day(&mut self, source: &Source, day: Day, ago: i32) {
        let shape = source.shape;
        let numbers = self.numbers(source, day);
        match (shape, ago) {
            (Shape::Factory, GAP_AGO) => return, // This mail never comes.
            (Shape::Household, 4..=6) => self.send(source, day, &numbers, Telling::Substitute),
            (Shape::Household, 2) => {
                // Meanwhile the meter was read: true values for two of the three days.
                self.send(source, day, &numbers, Telling::True);
                for corrected in [-4, -3] {
                    let day = day.plus(corrected);
                    let numbers = self.numbers(source, day);
                    self.send(source, day, &numbers, Telling::True);
                }
            }
            (Shape::Boiler, 7) => self.send_packed(source, day, &numbers),
            _ => self.send(source, day, &numbers, Telling::True),
        }
        match (shape, ago) {
            (Shape::Roof, 5) => {
                if let Some(last) = self.mails.last().cloned() {
                    self.mails.push(SampleMail {
                        name: "duplicate".to_owned(),
                        ..last
                    });
                }
            }
            (Shape::Roof, 4) => self.send_invoice(day),
            (Shape::Household, 3) => self.send_truncated(source, day),
            _ => {}
        }
    }

    fn numbers(&mut self, source: &Source, day: Day) -> Vec<i64> {
        let (bounds, step) = span(source, day);
        values(source.shape, day, bounds, step, &mut self.random)
    }

    fn send(&mut self, source: &Source, day: Day, numbers: &[i64], telling: Telling) {
        let (name, edi, file) = self.interchange(source, day, numbers, telling);
        self.push_edi(name, source, day, &file, &edi);
    }

    fn send_packed(&mut self, source: &Source, day: Day, numbers: &[i64]) {
        let (name, edi, file) = self.interchange(source, day, numbers, Telling::True);
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        // Writing into memory cannot fail; if it did, the mail would not be sent.
        if packer.write_all(&edi).is_ok()
            && let Ok(packed) = packer.finish()
        {
            let file = format!("{file}.gz");
            self.push(
                format!("{name}, packed"),
                source.from,
                day,
                &file,
                "application/gzip",
                &packed,
            );
        }
    }

    fn send_truncated(&mut self, source: &Source, day: Day) {
        let numbers = self.numbers(source, day);
        let (_, edi, file) = self.interchange(source, day, &numbers, Telling::True);
        let half = edi.get(..edi.len() / 2).unwrap_or_default();
        self.push_edi("truncated".to_owned(), source, day, &file, half);
    }

    fn send_invoice(&mut self, day: Day) {
        let pdf = b"%PDF-1.4\n% An invoice, not a message.\n%%EOF\n";
        self.push(
            "without EDIFACT".to_owned(),
            POWER_MAIL,
            day,
            "Rechnung.pdf",
            "application/pdf",
            pdf,
        );
    }

    /// The interchange of a day: what it is, its bytes, its file name.
    fn interchange(
        &mut self,
        source: &Source,
        day: Day,
        numbers: &[i64],
        telling: Telling,
    ) -> (String, Vec<u8>, String) {
        let ((from, _), step) = span(source, day);
        let (qualifier, status): (_, &[[&str; 3]]) = match telling {
            Telling::True => ("220", &[]),
            Telling::Substitute => ("67", &[["Z32", "", "Z92"], ["Z40", "", "Z75"]]),
        };
        let at = |n: i64| UtcTime::from_seconds(from.seconds() + n * step);
        let values = (0..).zip(numbers).filter_map(|(n, &number)| {
            let time = TimeDraft::Interval(at(n), at(n + 1));
            Some(ValueDraft {
                time,
                value: Decimal::new(number, 3)?,
                qualifier,
                unit: None,
                status,
            })
        });
        let series = SeriesDraft {
            location: source.location,
            device: None,
            version: None,
            obis: source.obis,
            values: values.collect(),
        };
        let (edi, file) = self.write("TL", source, arrival(day, self.number), None, vec![series]);
        (format!("{} {day}", source.name), edi, file)
    }

    /// The readings and the amount of a month; the amount is wrong at first.
    fn month_end(&mut self, last: Day) {
        let midnight = legal_day_bounds(last).1;
        let month = civil(legal_day_bounds(last).0);
        let begin = Day::parse(&format!("{:04}-{:02}-01", month.0, month.1));
        let Some(begin) = begin.map(|day| legal_day_bounds(day).0) else {
            return;
        };
        let meter = Source {
            pid: 13_017,
            name: "reading",
            ..SOURCES[2]
        };
        let value = |time, mantissa, scale| {
            let value = Decimal::new(mantissa, scale)?;
            Some(ValueDraft {
                time,
                value,
                qualifier: "220",
                unit: None,
                status: &[],
            })
        };
        let series = |obis, device, values: Option<ValueDraft<'static>>| SeriesDraft {
            location: if device {
                HOUSEHOLD_METER
            } else {
                SOURCES[0].location
            },
            device: device.then_some("1EMH0009876543"),
            version: None,
            obis,
            values: values.into_iter().collect(),
        };
        let reading = 184_000 + i64::from(last.number() - 20_400) * 92;
        let reading = series(
            "1-1:1.8.0",
            true,
            value(TimeDraft::Instant(midnight), reading, 1),
        );
        self.send_monthly(&meter, "VL", last, None, vec![reading]);

        let amount = Source {
            pid: 13_019,
            name_code: "Z41",
            name: "amount",
            ..SOURCES[0]
        };
        let month = TimeDraft::Interval(begin, midnight);
        let wrong = series("1-1:1.9.0", false, value(month, 112_300, 0));
        let document = self.send_monthly(&amount, "EM", last, None, vec![wrong]);
        let cancellation = Source {
            pid: 13_006,
            name: "cancellation",
            ..amount
        };
        self.send_monthly(&cancellation, "EM", last, Some(&document), Vec::new());
        let right = series("1-1:1.9.0", false, value(month, 211_300, 0));
        self.send_monthly(&amount, "EM", last, None, vec![right]);
    }

    /// Sends, and gives the document number.
    fn send_monthly(
        &mut self,
        source: &Source,
        application: &str,
        day: Day,
        cancels: Option<&str>,
        series: Vec<SeriesDraft<'_>>,
    ) -> String {
        let at = arrival(day, self.number);
        let (edi, file) = self.write(application, source, at, cancels, series);
        let name = format!("{} {day}", source.name);
        self.push_edi(name, source, day, &file, &edi);
        document(self.number)
    }

    fn write(
        &mut self,
        application: &str,
        source: &Source,
        at: UtcTime,
        cancels: Option<&str>,
        series: Vec<SeriesDraft<'_>>,
    ) -> (Vec<u8>, String) {
        self.number += 1;
        let reference = format!("MUS{:08}", self.number);
        let document = document(self.number);
        let draft = Draft {
            version: "2.5",
            sender: source.sender,
            receiver: COMPANY,
            pid: source.pid,
            name_code: source.name_code,
            document: &document,
            date: at,
            cancels,
            series,
        };
        let envelope = Envelope {
            sender: (source.sender, qualifier(source.sender)),
            receiver: (COMPANY, qualifier(COMPANY)),
            reference: &reference,
            application,
            prepared: at,
        };
        let (year, month, day, ..) = civil(at);
        let file = format!(
            "MSCONS_{application}_{}_{COMPANY}_{year:04}{month:02}{day:02}_{reference}.txt",
            source.sender
        );
        (write(&envelope, &[draft]), file)
    }

    fn push_edi(&mut self, name: String, source: &Source, day: Day, file: &str, edi: &[u8]) {
        let media_type = "application/octet-stream";
        self.push(name, source.from, day, file, media_type, edi);
    }

    fn push(
        &mut self,
        name: String,
        from: &str,
        day: Day,
        file: &str,
        media_type: &str,
        bytes: &[u8],
    ) {
        let attachment = Attachment {
            name: file,
            media_type,
            bytes,
        };
        let id = format!("{}.{}@sample.example", day, self.mails.len());
        self.mails.push(mail(
            name,
            from,
            arrival(day, self.number),
            &id,
            &attachment,
        ));
    }
}

/// The interval of a delivery day and its step in seconds: gas days are hours from 06:00 on.
fn span(source: &Source, day: Day) -> ((UtcTime, UtcTime), i64) {
    match source.shape {
        Shape::Boiler => (gas_day_bounds(day), 3_600),
        Shape::Factory | Shape::Roof | Shape::Household => (legal_day_bounds(day), 900),
    }
}

/// Operators send a day in the morning after it, each mail a little later than the one before.
fn arrival(day: Day, number: u32) -> UtcTime {
    let morning = legal_day_bounds(day).1.seconds() + 7 * 3_600;
    UtcTime::from_seconds(morning + i64::from(number % 3_000))
}

fn document(number: u32) -> String {
    format!("DOC{number:08}")
}

fn qualifier(party: &str) -> &'static str {
    match agency(party) {
        Agency::Dvgw => "502",
        Agency::Gs1 => "14",
        Agency::Bdew | Agency::Eic | Agency::Other => "500",
    }
}

/// Days of the demo: seven weeks, so that a month is whole.
const DAYS: i32 = 49;
/// The factory's mail of this day never comes.
const GAP_AGO: i32 = 5;
const COMPANY: &str = "9985046000001";
const POWER_GRID: &str = "9905048000007";
const POWER_MAIL: &str = "Stromnetz Musterstadt <mscons@netz-musterstadt.example>";
const METERING_OPERATOR: &str = "9903100000006";
const GAS_GRID: &str = "9800357000005";
const HOUSEHOLD_METER: &str = "DE0001231011500000000000000012345";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::{location, party};

    #[test]
    fn the_world_is_the_same_for_the_same_seed_and_has_its_oddities() {
        let today = Day::parse("2026-11-24").unwrap();
        let (mails, again) = (demo(today, 1), demo(today, 1));
        assert_eq!(mails.len(), again.len());
        assert!(
            mails
                .iter()
                .zip(&again)
                .all(|(one, other)| one.bytes == other.bytes)
        );
        for oddity in [
            "duplicate",
            "without EDIFACT",
            "truncated",
            "cancellation",
            "packed",
            "reading",
        ] {
            assert!(
                mails.iter().any(|mail| mail.name.contains(oddity)),
                "{oddity}"
            );
        }
        assert!(!mails.iter().any(|mail| mail.name == "factory 2026-11-19"));
        assert!(mails.len() > 180, "{}", mails.len());
    }

    #[test]
    fn invented_codes_have_check_digits_that_fit() {
        for code in [COMPANY, POWER_GRID, METERING_OPERATOR, GAS_GRID] {
            assert_eq!(party::check_digit_fits(code), Some(true), "{code}");
        }
        for source in &SOURCES {
            assert_ne!(
                location::check_digit_fits(source.location),
                Some(false),
                "{}",
                source.location
            );
            assert_ne!(location::form(source.location), location::Form::Other);
        }
    }
}
