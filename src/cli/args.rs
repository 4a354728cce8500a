//! Arguments that several commands share: forms of lists, times and periods.

use clap::builder::PossibleValue;
use jiff::tz::TimeZone;

use crate::cli::Failure;
use crate::format::Format;
use crate::format::csv::Dialect;
use crate::format::rows::RowFormat;
use crate::market::calendar::{UtcTime, legal_day_bounds};
use crate::series::resample::Resolution;
use crate::store::ledger::SeriesEntry;
use crate::text::time;

/// How a list of the ledger is printed.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum ListFormat {
    /// Columns for people
    Table,
    /// One JSON list
    Json,
}

/// A [`RowFormat`] on the command line.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum RowFormatArg {
    /// Columns for people
    Table,
    /// CSV, in the configured dialect
    Csv,
    /// One JSON list
    Json,
    /// One JSON object a line
    Ndjson,
}

impl RowFormatArg {
    pub(super) const fn format(self) -> RowFormat {
        match self {
            Self::Table => RowFormat::Table,
            Self::Csv => RowFormat::Csv,
            Self::Json => RowFormat::Json,
            Self::Ndjson => RowFormat::Ndjson,
        }
    }
}

/// A [`Format`] on the command line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct FormatArg(pub(super) Format);

impl clap::ValueEnum for FormatArg {
    fn value_variants<'a>() -> &'a [Self] {
        static ALL: [FormatArg; 6] = [
            FormatArg(Format::Table),
            FormatArg(Format::Csv),
            FormatArg(Format::Json),
            FormatArg(Format::Ndjson),
            FormatArg(Format::Parquet),
            FormatArg(Format::Xlsx),
        ];
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self.0 {
            Format::Table => "Columns for people",
            Format::Csv => "CSV, in the configured dialect",
            Format::Json => "One JSON list",
            Format::Ndjson => "One JSON object a line",
            Format::Parquet => "Parquet: typed columns for data tools",
            Format::Xlsx => "Excel: a flat table with real dates, ready for a pivot",
        };
        Some(PossibleValue::new(self.0.name()).help(help))
    }
}

/// A [`Resolution`] on the command line.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub(super) enum ResolutionArg {
    /// A quarter of an hour
    Quarter,
    /// An hour
    Hour,
    /// A day of legal time; a gas day from 06:00
    Day,
    /// A month
    Month,
    /// A year
    Year,
}

impl ResolutionArg {
    pub(super) const fn resolution(self) -> Resolution {
        match self {
            Self::Quarter => Resolution::Quarter,
            Self::Hour => Resolution::Hour,
            Self::Day => Resolution::Day,
            Self::Month => Resolution::Month,
            Self::Year => Resolution::Year,
        }
    }
}

/// How CSV is written, where it shall not be as configured.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct CsvArgs {
    /// CSV: between two fields; `tab` for a tab [default: as configured]
    #[arg(long, value_name = "CHARACTER")]
    delimiter: Option<String>,
    /// CSV: decimal mark, `,` or `.` [default: as configured]
    #[arg(long, value_name = "CHARACTER")]
    decimal: Option<char>,
    /// CSV: whether it begins with a byte order mark, for Excel [default: as configured]
    #[arg(long, value_name = "true|false")]
    bom: Option<bool>,
}

impl CsvArgs {
    /// Refuses them for anything but CSV.
    pub(super) fn refuse(&self) -> Result<(), Failure> {
        if self.delimiter.is_some() || self.decimal.is_some() || self.bom.is_some() {
            return Err(Failure::Usage(
                "--delimiter, --decimal and --bom go with --format csv".to_owned(),
            ));
        }
        Ok(())
    }

    /// The configured dialect with what was given laid over it.
    pub(super) fn over(&self, configured: Dialect, format: Format) -> Result<Dialect, Failure> {
        if format != Format::Csv {
            self.refuse()?;
        }
        let delimiter = match self.delimiter.as_deref() {
            None => configured.delimiter,
            Some("tab" | "\\t") => '\t',
            Some(text) => text
                .parse()
                .ok()
                .filter(|one| matches!(one, ';' | ',' | '|' | '\t'))
                .ok_or_else(|| {
                    Failure::Usage(format!(
                        "--delimiter {text:?} must be `;`, `,`, `|` or `tab`"
                    ))
                })?,
        };
        let decimal = self.decimal.unwrap_or(configured.decimal);
        if !matches!(decimal, ',' | '.') {
            return Err(Failure::Usage(format!(
                "--decimal {decimal:?} must be `,` or `.`"
            )));
        }
        if delimiter == decimal {
            return Err(Failure::Usage(format!(
                "delimiter and decimal mark are both {decimal:?}, numbers would fall apart; give --delimiter or --decimal"
            )));
        }
        Ok(Dialect {
            delimiter,
            decimal,
            bom: self.bom.unwrap_or(configured.bom),
        })
    }
}

/// From when to when.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Stretch {
    /// From this time on: `2026-11-01`, `2026-11-01T06:00` (local time) or RFC 3339
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Up to, not including, this time; a day means its beginning
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
}

/// A period, as two commands and more take it.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Period {
    #[command(flatten)]
    stretch: Stretch,
    /// As it was known at this time
    #[arg(long, value_name = "TIME")]
    as_of: Option<String>,
}

/// A period in UTC; `None` stands for the beginning or the end of what there is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) from: Option<UtcTime>,
    pub(super) to: Option<UtcTime>,
    pub(super) as_of: Option<UtcTime>,
}

impl Stretch {
    /// Reads the times in this zone; the end is after the beginning.
    pub(super) fn read(
        &self,
        zone: &TimeZone,
    ) -> Result<(Option<UtcTime>, Option<UtcTime>), Failure> {
        let from = optional_time("--from", self.from.as_deref(), zone)?;
        let to = optional_time("--to", self.to.as_deref(), zone)?;
        match (from, to) {
            (Some(from), Some(to)) if to <= from => {
                Err(Failure::Usage("--to must be after --from".to_owned()))
            }
            _ => Ok((from, to)),
        }
    }
}

impl Period {
    /// Reads the times in this zone.
    pub(super) fn read(&self, zone: &TimeZone) -> Result<Bounds, Failure> {
        let (from, to) = self.stretch.read(zone)?;
        let as_of = optional_time("--as-of", self.as_of.as_deref(), zone)?;
        Ok(Bounds { from, to, as_of })
    }
}

impl Bounds {
    /// The period for a series: its whole span where nothing was said.
    pub(super) fn of(self, series: &SeriesEntry) -> (UtcTime, UtcTime) {
        let (first, _) = legal_day_bounds(series.first);
        let (_, last) = legal_day_bounds(series.last);
        (self.from.unwrap_or(first), self.to.unwrap_or(last))
    }
}

fn optional_time(
    name: &str,
    text: Option<&str>,
    zone: &TimeZone,
) -> Result<Option<UtcTime>, Failure> {
    text.map(|text| read_time(name, text, zone)).transpose()
}

pub(super) fn read_time(name: &str, text: &str, zone: &TimeZone) -> Result<UtcTime, Failure> {
    time::read_time(text, zone).ok_or_else(|| {
        Failure::Usage(format!(
            "{name} {text:?} is no time; write 2026-11-01, 2026-11-01T06:00 or 2026-11-01T05:00:00Z"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Option<i64> {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        read_time("--from", text, &zone).ok().map(UtcTime::seconds)
    }

    #[test]
    fn a_day_is_its_beginning_in_local_time() {
        assert_eq!(seconds("2026-11-01"), seconds("2026-10-31T23:00:00Z"));
        assert_eq!(seconds("2026-07-01"), seconds("2026-06-30T22:00:00Z"));
    }

    #[test]
    fn a_local_time_without_a_zone_is_read_in_the_configured_one() {
        assert_eq!(seconds("2026-11-01T06:00"), seconds("2026-11-01T05:00:00Z"));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "yesterday", "2026-13-01", "2026-02-30", "1.11.2026"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn every_format_has_its_argument() {
        use clap::ValueEnum as _;

        let formats = FormatArg::value_variants()
            .iter()
            .map(|argument| argument.0);
        assert_eq!(formats.collect::<Vec<_>>(), Format::ALL);
    }
}
