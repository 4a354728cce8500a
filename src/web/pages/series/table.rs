//! The values as a table, page by page.

use crate::chart::legend::quality_name;
use crate::chart::measure::Measure;
use crate::market::calendar::UtcTime;
use crate::series::Kind;
use crate::series::merge::Held;
use crate::series::resample::Share;
use crate::store::ledger::SeriesEntry;
use crate::text::{Text, shorten};
use crate::web::pages::{CELL_CHARACTERS, Pager};

/// A page of the table.
pub(crate) struct Table {
    /// Heads of the columns of time: start and end, instant, or number.
    pub(crate) time_heads: Vec<String>,
    /// Head of the column of values.
    pub(crate) value_head: String,
    /// The rows.
    pub(crate) rows: Vec<Row>,
    /// The way to the other pages.
    pub(crate) pager: Pager,
}

/// A value.
pub(crate) struct Row {
    /// As many as there are heads.
    pub(crate) times: Vec<String>,
    /// The number, or that there is none.
    pub(crate) value: String,
    /// The quality.
    pub(crate) quality: String,
    /// Class of the quality.
    pub(crate) tone: &'static str,
    /// Whether it was corrected, and how often.
    pub(crate) corrected: String,
    /// The qualifier and each status as received.
    pub(crate) status: String,
    /// The message that said it; empty if it was computed.
    pub(crate) source: String,
    /// Where that message is.
    pub(crate) source_href: String,
}

impl Table {
    /// Shows how much of each value is there, in place of a status.
    pub(crate) fn show_shares(&mut self, shares: &[Share], page: usize) {
        let pages = shares.len().div_ceil(VALUES_A_PAGE).max(1);
        let skipped = (page.clamp(1, pages) - 1) * VALUES_A_PAGE;
        for (row, share) in self.rows.iter_mut().zip(shares.iter().skip(skipped)) {
            row.status = share.to_string();
        }
    }
}

/// A page of the table of values; `address` is that of the page of the series.
pub(crate) fn table(
    held: &[Held],
    entry: &SeriesEntry,
    measure: &Measure,
    page: usize,
    address: &str,
    text: &Text,
) -> Table {
    let pages = held.len().div_ceil(VALUES_A_PAGE).max(1);
    let page = page.clamp(1, pages);
    let skipped = (page - 1) * VALUES_A_PAGE;
    let link = |page: usize| format!("{address}&page={page}#values");
    let kind = entry.key.kind;
    let rows = held.iter().enumerate().skip(skipped).take(VALUES_A_PAGE);
    Table {
        time_heads: match kind {
            Kind::Interval => vec![text.value_start(), text.value_end()],
            Kind::Reading => vec![text.value_instant()],
            Kind::Timeless => vec![text.value_number()],
        },
        value_head: match measure.unit.as_str() {
            "" => text.value_value(),
            unit => format!("{} ({})", text.value_value(), shorten(unit, 20)),
        },
        rows: rows.map(|(at, held)| row(at, held, kind, text)).collect(),
        pager: Pager::new(page, pages, link, text),
    }
}

fn row(at: usize, held: &Held, kind: Kind, text: &Text) -> Row {
    let time =
        |at: Option<UtcTime>| at.map_or_else(|| "–".to_owned(), |at| text.date_time(at.seconds()));
    let mut status: Vec<&str> = Vec::new();
    status.extend(text_of(&held.label.qualifier));
    status.extend(held.label.status.iter().map(|status| &**status));
    Row {
        times: match kind {
            Kind::Interval => {
                let end = match (held.start, held.end) {
                    (Some(start), Some(end)) if is_same_day(start, end, text) => {
                        text.time_of(end.seconds())
                    }
                    (_, end) => time(end),
                };
                vec![time(held.start), end]
            }
            Kind::Reading => vec![time(held.start)],
            Kind::Timeless => vec![(at + 1).to_string()],
        },
        value: held.value.map_or_else(
            || "–".to_owned(),
            |value| text.decimal(i128::from(value.mantissa()), value.scale()),
        ),
        quality: quality_name(held.quality, text),
        tone: held.quality.name(),
        corrected: match held.superseded {
            0 => String::new(),
            times => text.value_corrected(u64::from(times)),
        },
        status: shorten(&status.join(" "), CELL_CHARACTERS),
        source: match held.source {
            0 => String::new(),
            source => source.to_string(),
        },
        source_href: format!(
            "/messages?below={}#m{}",
            held.source.saturating_add(1),
            held.source
        ),
    }
}

fn text_of(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn is_same_day(start: UtcTime, end: UtcTime, text: &Text) -> bool {
    text.zoned(start.seconds()).date() == text.zoned(end.seconds()).date()
}

/// A day of quarter-hours, also the one of 25 hours.
const VALUES_A_PAGE: usize = 100;
