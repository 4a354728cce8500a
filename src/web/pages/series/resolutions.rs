//! The links by which the values are shown: as received, by hour, day, month, year.

use crate::market::unit::{self, Nature};
use crate::series::Kind;
use crate::series::resample::Resolution;
use crate::text::Text;
use crate::web::pages::series::{Shown, UnitLink};

/// The part of an address that asks for a resolution.
pub(super) fn suffix(resolution: Option<Resolution>) -> String {
    resolution.map_or_else(String::new, |resolution| {
        format!("&resolution={}", resolution.name())
    })
}

/// The resolutions that such values may have; none where they do not become anything together.
pub(super) fn links(shown: &Shown, address: &str, text: &Text) -> Vec<UnitLink> {
    let key = &shown.entry.key;
    let nature = unit::nature(unit::of(key.unit.as_deref(), &key.obis));
    if key.kind != Kind::Interval || nature == Nature::Other {
        return Vec::new();
    }
    let lengths = shown.held.iter().filter_map(|held| {
        let (start, end) = held.start.zip(held.end)?;
        Some(end.seconds().saturating_sub(start.seconds()))
    });
    let longest = lengths.max().unwrap_or(0);
    let fitting = Resolution::ALL
        .into_iter()
        .filter(|resolution| length_seconds(*resolution) > longest)
        .map(Some);
    std::iter::once(None)
        .chain(fitting)
        .map(|resolution| UnitLink {
            href: format!("{address}{}", suffix(resolution)),
            label: label(resolution, text),
            is_current: resolution == shown.resolution,
        })
        .collect()
}

/// What a resolution is called.
pub(crate) fn label(resolution: Option<Resolution>, text: &Text) -> String {
    match resolution {
        None => text.resolution_received(),
        Some(Resolution::Quarter) => text.resolution_quarter(),
        Some(Resolution::Hour) => text.resolution_hour(),
        Some(Resolution::Day) => text.resolution_day(),
        Some(Resolution::Month) => text.resolution_month(),
        Some(Resolution::Year) => text.resolution_year(),
    }
}

/// The longest that a bucket is; a day of 25 hours fits into a day.
const fn length_seconds(resolution: Resolution) -> i64 {
    match resolution {
        Resolution::Quarter => 900,
        Resolution::Hour => 3600,
        Resolution::Day => 25 * 3600,
        Resolution::Month => 31 * 86_400 + 3600,
        Resolution::Year => 366 * 86_400,
    }
}
