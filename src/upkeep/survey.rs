//! What some mails hold, at a glance: who sends, which metering points, which OBIS codes, how
//! often. Pure; it reads as the gateway does, and keeps nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::extract::{self, Bounds};
use crate::market::calendar::{Day, UtcTime};
use crate::message::mscons;
use crate::series::rhythm::Border;

/// What the mails hold.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Survey {
    /// Mails that were looked through.
    pub mails: usize,
    /// Of these: mails with MSCONS in them.
    pub with_mscons: usize,
    /// Pieces that could not be looked into, or messages with findings that bar them.
    pub not_understood: usize,
    /// Who sends MSCONS, the busiest first.
    pub senders: Vec<Sender>,
    /// What is sent, by metering point and OBIS code.
    pub series: Vec<Series>,
}

/// A sender of MSCONS.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sender {
    /// Mail address.
    pub address: String,
    /// MP-ID, UNB 0004.
    pub party: String,
    /// How many interchanges came.
    pub interchanges: usize,
}

/// A series.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Series {
    /// Metering point.
    pub location: String,
    /// OBIS code; empty if the message names none.
    pub obis: String,
    /// The length of most of its values in minutes; 0 for readings of a meter.
    pub interval_minutes: i64,
    /// How many values came.
    pub values: usize,
    /// Days between two messages about it, most often; `None` if one came.
    pub rhythm_days: Option<i64>,
    /// Who sent the last of its messages: MP-ID, UNB 0004.
    pub party: String,
    /// The messages about it that have intervals, in the order of the mails.
    pub deliveries: Vec<Delivery>,
}

/// A message about a series.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Delivery {
    /// Its oldest delivery day.
    pub day: Day,
    /// When its mail arrived; where the mail does not say so, when the message was made.
    pub arrived: UtcTime,
}

/// Looks through mails (RFC 5322 bytes).
pub fn survey<'m>(mails: impl IntoIterator<Item = &'m [u8]>) -> Survey {
    let mut survey = Survey::default();
    let mut senders: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut series: BTreeMap<(Arc<str>, Arc<str>), Tally> = BTreeMap::new();
    for mail in mails {
        survey.mails += 1;
        let found = extract::candidates(mail, &Bounds::default());
        survey.not_understood += found.refused.len();
        let arrived = extract::arrived(mail).map(UtcTime::from_seconds);
        let mut has_mscons = false;
        for candidate in &found.candidates {
            let file = mscons::read(&candidate.bytes);
            for interchange in &file.interchanges {
                let mscons = || interchange.messages.iter().filter(|m| m.kind == "MSCONS");
                if mscons().next().is_none() {
                    continue;
                }
                has_mscons = true;
                let sender = (found.head.from.clone(), interchange.sender.clone());
                if senders.len() < MAX_LISTED || senders.contains_key(&sender) {
                    *senders.entry(sender).or_default() += 1;
                }
                for message in mscons() {
                    survey.not_understood += usize::from(message.is_barred);
                    tally(interchange, message, arrived, &mut series);
                }
            }
        }
        survey.with_mscons += usize::from(has_mscons);
    }
    survey.senders = senders
        .into_iter()
        .map(|((address, party), interchanges)| Sender {
            address,
            party,
            interchanges,
        })
        .collect();
    survey
        .senders
        .sort_by_key(|sender| std::cmp::Reverse(sender.interchanges));
    survey.series = series.into_iter().map(Tally::into_series).collect();
    survey
}

/// What is counted of a series.
#[derive(Default)]
struct Tally {
    values: usize,
    /// How often a length in minutes occurs.
    lengths: BTreeMap<i64, usize>,
    /// Days on which a message about it was made.
    days: BTreeSet<i64>,
    deliveries: Vec<Delivery>,
    /// When the message of `party` arrived.
    newest: Option<UtcTime>,
    party: String,
}

fn tally(
    interchange: &mscons::Interchange,
    message: &mscons::Message,
    arrived: Option<UtcTime>,
    series: &mut BTreeMap<(Arc<str>, Arc<str>), Tally>,
) {
    for group in &message.groups {
        let Some(location) = group.location.clone() else {
            continue;
        };
        let key = (location, group.obis.clone().unwrap_or_else(|| "".into()));
        if series.len() >= MAX_LISTED && !series.contains_key(&key) {
            continue;
        }
        let tally = series.entry(key).or_default();
        tally.values += group.rows.len();
        let made = message.document_date.or(interchange.prepared);
        tally.days.extend(made.map(|time| time.seconds() / A_DAY));
        let arrived = arrived.or(made);
        if arrived >= tally.newest {
            tally.newest = arrived;
            tally.party.clone_from(&interchange.sender);
        }
        let border = Border::of_obis(group.obis.as_deref().unwrap_or_default());
        let starts = group.rows.clone().filter_map(|at| {
            let row = interchange.columns.row(at)?;
            row.start
                .filter(|start| row.end.is_some_and(|end| *start < end))
        });
        let oldest = starts.min().map(|start| border.day_of(start));
        if let Some((day, arrived)) = oldest.zip(arrived) {
            tally.deliveries.push(Delivery { day, arrived });
        }
        // The first rows tell the length of all.
        for at in group.rows.clone().take(ROWS_MEASURED) {
            let row = interchange.columns.row(at);
            if let Some((Some(start), Some(end))) = row.map(|row| (row.start, row.end)) {
                let minutes = (end.seconds() - start.seconds()) / 60;
                *tally.lengths.entry(minutes).or_default() += 1;
            }
        }
    }
}

impl Tally {
    fn into_series(((location, obis), tally): ((Arc<str>, Arc<str>), Self)) -> Series {
        let days: Vec<i64> = tally.days.into_iter().collect();
        let mut distances: BTreeMap<i64, usize> = BTreeMap::new();
        for pair in days.windows(2) {
            if let [one, next] = pair {
                *distances.entry(next - one).or_default() += 1;
            }
        }
        Series {
            location: location.to_string(),
            obis: obis.to_string(),
            interval_minutes: commonest(&tally.lengths).unwrap_or(0),
            values: tally.values,
            rhythm_days: commonest(&distances),
            party: tally.party,
            deliveries: tally.deliveries,
        }
    }
}

fn commonest(counts: &BTreeMap<i64, usize>) -> Option<i64> {
    let most = counts.iter().max_by_key(|(_, count)| **count);
    most.map(|(value, _)| *value)
}

const A_DAY: i64 = 86_400;
/// The few mails that are looked through name hundreds at most.
const MAX_LISTED: usize = 10_000;
const ROWS_MEASURED: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::calendar::legal_day;
    use crate::sample;

    #[test]
    fn senders_series_and_rhythm_are_found() {
        let mut mails: Vec<Vec<u8>> = (0..5)
            .map(|day| sample::load_profile_mail(day * 1_000).bytes)
            .collect();
        mails.push(b"From: a@example\r\nSubject: Hallo\r\n\r\nno values\r\n".to_vec());
        let found = survey(mails.iter().map(Vec::as_slice));
        assert_eq!((found.mails, found.with_mscons), (6, 5));
        assert_eq!(found.not_understood, 0);
        let [sender] = found.senders.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!(
            (sender.address.as_str(), sender.interchanges),
            ("netz@example.net", 5)
        );
        assert_eq!(sender.party.len(), 13);
        let [series] = found.series.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!((series.values, series.interval_minutes), (5 * 96, 15));
        assert_eq!(series.rhythm_days, Some(1));
        assert_eq!((&series.party, series.deliveries.len()), (&sender.party, 5));
        for delivery in &series.deliveries {
            // These mails are sent when their day ends.
            assert_eq!(legal_day(delivery.arrived), delivery.day.plus(1));
        }
    }

    #[test]
    fn what_cannot_be_read_is_counted() {
        let broken = include_bytes!("../../fixtures/broken/bad_number.edi");
        let mail = [b"From: a@example\r\n\r\n", &broken[..]].concat();
        let found = survey([mail.as_slice()]);
        assert_eq!((found.with_mscons, found.not_understood), (1, 1));
    }
}
