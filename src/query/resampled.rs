//! Resampled values as records and points.

use std::sync::Arc;

use crate::format::Record;
use crate::format::record::Stored;
use crate::market::quantity::Decimal;
use crate::market::unit;
use crate::query::{QueryError, text};
use crate::series::merge::Held;
use crate::series::resample::{Bucket, Refused, Share};
use crate::series::total::Sum;
use crate::series::{Label, Value};
use crate::store::ledger::SeriesEntry;

/// The values of a series by hour, day, month …
#[derive(Debug)]
pub struct Resampled {
    /// The series.
    pub series: SeriesEntry,
    /// Its values in order of time, each with how much of it is there.
    pub rows: Vec<(Held, Share)>,
}

impl Resampled {
    pub(super) fn new(series: &SeriesEntry, buckets: &[Bucket]) -> Result<Self, QueryError> {
        let unit = unit::of(series.key.unit.as_deref(), &series.key.obis);
        let label = Arc::new(Label {
            unit: text(unit).map(Into::into),
            ..Label::default()
        });
        let row = |bucket: &Bucket| {
            let value: Option<Option<Decimal>> = bucket.value.map(Sum::to_decimal);
            if value == Some(None) {
                return Err(QueryError::Refused {
                    series: series.key.location.clone(),
                    refused: Refused::TooLarge(bucket.start),
                });
            }
            let held = Held {
                start: Some(bucket.start),
                end: Some(bucket.end),
                value: value.flatten(),
                label: Arc::clone(&label),
                quality: bucket.quality,
                source: 0,
                superseded: 0,
            };
            Ok((held, bucket.share))
        };
        Ok(Self {
            series: series.clone(),
            rows: buckets.iter().map(row).collect::<Result<_, _>>()?,
        })
    }

    /// The values as records, in order of time.
    pub fn records(&self) -> impl Iterator<Item = Record<'_>> {
        let key = &self.series.key;
        self.rows.iter().map(move |(held, share)| Record {
            sender: "",
            receiver: "",
            interchange: "",
            message: "",
            document: "",
            pid: None,
            location: text(&key.location),
            device: key.device.as_deref(),
            obis: text(&key.obis),
            start: held.start,
            end: held.end,
            value: held.value.map_or(Value::Absent, Value::Number),
            label: &held.label,
            stored: Some(Stored {
                quality: held.quality,
                source: 0,
                share: Some(*share),
            }),
        })
    }
}
