//! Durable values a second, bytes a value on the disk, and a year of one series read again.
//!
//! ```text
//! cargo bench --bench store
//! ```
//!
//! For each of the sample's three kinds of quarter hours ten years are taken in, one file a day,
//! as mails of a backlog are: many at once, each answered when it is durable.
#![expect(clippy::print_stdout, reason = "a benchmark prints")]
#![expect(clippy::disallowed_methods, reason = "a benchmark looks at the clock")]
#![expect(clippy::cast_precision_loss, reason = "figures of three digits")]

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use futures_util::StreamExt;
use mscons_gateway::extract::{Bounds, candidates};
use mscons_gateway::ingest::{Arrival, Ingest, Parcel};
use mscons_gateway::mailbox::MailId;
use mscons_gateway::market::calendar::{Day, UtcTime, legal_day_bounds};
use mscons_gateway::message::mscons;
use mscons_gateway::sample;
use mscons_gateway::store::{self, read};

fn main() -> Result<()> {
    println!(
        "| kind | values | durable values/s | archive, bytes a value | all other files, bytes a value | a year read, ms |"
    );
    println!("|---|---|---|---|---|---|");
    for kind in ["factory", "roof", "household"] {
        let home = tempfile::tempdir()?;
        measure(kind, home.path())?;
    }
    Ok(())
}

fn measure(kind: &str, home: &Path) -> Result<()> {
    let files = ten_years(kind);
    let (store, archive) = store::open(home, CACHE_BYTES)?;
    let ingest = Ingest::start(Arc::new(store), Arc::new(archive))?;
    let runtime = tokio::runtime::Runtime::new()?;

    let begin = Instant::now();
    let taken_in = futures_util::stream::iter(files.into_iter().zip(0_u32..))
        .map(|(bytes, number)| {
            let arrival = Arrival {
                mailbox: "bench".to_owned(),
                folder: "INBOX".to_owned(),
                id: MailId::Imap {
                    validity: 1,
                    uid: number + 1,
                },
                at: UtcTime::from_seconds(FIRST_ARRIVAL + i64::from(number)),
            };
            ingest.take_in(arrival, Parcel::File(format!("{number}.edi"), bytes))
        })
        .buffer_unordered(MAILS_AT_ONCE)
        .for_each(|outcome| async move { drop(outcome) });
    runtime.block_on(taken_in);
    let seconds = begin.elapsed().as_secs_f64();

    let store = ingest.store();
    let totals = store.totals()?;
    ensure!(
        totals.quarantine == 0 && totals.values > 300_000,
        "{totals:?}"
    );
    let series = store.series()?.into_iter().next().context("a series")?;
    let year = (from(YEARS - 1), from(YEARS));
    let begin = Instant::now();
    let rows = read::values(&**store, &series, year.0, year.1, None)?;
    let read_ms = begin.elapsed().as_secs_f64() * 1e3;
    ensure!(rows.len() > 34_000, "{} rows", rows.len());

    let values = totals.values as f64;
    let archive_bytes = ingest.archive().bytes() as f64;
    drop(ingest);
    let other_bytes = bytes_in(home)? as f64 - archive_bytes;
    println!(
        "| {kind} | {values} | {:.0} | {:.2} | {:.2} | {read_ms:.1} |",
        values / seconds,
        archive_bytes / values,
        other_bytes / values
    );
    Ok(())
}

/// The interchanges of one kind, a day each. The demo is some weeks long, and begins its numbers
/// anew each time: here they go on.
fn ten_years(kind: &str) -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    let mut last_day = FIRST_DAY;
    while last_day.number() < FIRST_DAY.number() + DAYS_A_YEAR * YEARS {
        last_day = last_day.plus(DAYS_A_DEMO);
        let seed = u64::from(last_day.number().unsigned_abs());
        let mails = sample::demo(last_day.plus(ODD_DAYS), seed);
        let wanted: Vec<String> = (1..=DAYS_A_DEMO)
            .map(|ago| format!("{kind} {}", last_day.plus(-ago)))
            .collect();
        for mail in mails.iter().filter(|mail| wanted.contains(&mail.name)) {
            let found = candidates(&mail.bytes, &Bounds::default()).candidates;
            for file in found {
                let read = mscons::read(&file.bytes);
                let known = read.interchanges.first().map(|i| i.reference.as_str());
                let text = String::from_utf8_lossy(&file.bytes);
                let text = text.replace(known.unwrap_or(" "), &format!("N{:09}", files.len()));
                files.push(text.into_bytes());
            }
        }
    }
    files
}

fn from(year: i32) -> UtcTime {
    legal_day_bounds(FIRST_DAY.plus(year * DAYS_A_YEAR)).0
}

fn bytes_in(directory: &Path) -> std::io::Result<u64> {
    std::fs::read_dir(directory)?
        .map(|entry| {
            let entry = entry?;
            let known = entry.metadata()?;
            if known.is_dir() {
                bytes_in(&entry.path())
            } else {
                Ok(known.len())
            }
        })
        .sum()
}

/// 2015-01-01.
const FIRST_DAY: Day = Day::from_number(16_436);
const FIRST_ARRIVAL: i64 = 1_800_000_000;
const YEARS: i32 = 10;
const DAYS_A_YEAR: i32 = 365;
/// Days taken from one demo, before the last ones, which have the oddities.
const DAYS_A_DEMO: i32 = 40;
const ODD_DAYS: i32 = 7;
const MAILS_AT_ONCE: usize = 1_000;
const CACHE_BYTES: u64 = 64 << 20;
