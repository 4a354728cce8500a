//! The store: durable values a second, bytes a value, a year read, 10,000 series listed, reopened;
//! beside raw append, `SQLite`, `redb` and Parquet with the same values in the same order.
//!
//! ```text
//! cargo bench --features peers --bench store [-- day|site|month|series|large]
//! ```
//!
//! A plain program: one run of it is a whole ingest, which cannot be repeated hundreds of times as
//! divan does; run it several times for a spread. Ours takes in files as they come in mails (MSCONS
//! is read, the raw file archived, lineage kept), many at once, each answered when it is durable. The
//! peers get numbers: series, start and value, and commit whenever as many values are there as ours
//! has in a group of its mails. So their rates are limits of the ground, not peers in what is done.
#![expect(clippy::print_stdout, reason = "a benchmark prints")]
#![expect(clippy::disallowed_methods, reason = "a benchmark looks at the clock")]
#![expect(clippy::cast_precision_loss, reason = "figures of three digits")]

mod files;
mod peers;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use futures_util::StreamExt;
use mscons_gateway::ingest::{Arrival, Ingest, Parcel};
use mscons_gateway::mailbox::{MailId, Outcome};
use mscons_gateway::market::calendar::UtcTime;
use mscons_gateway::store::{self, read};

use files::Shape;

fn main() -> Result<()> {
    let wanted = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    for shape in files::SHAPES {
        let is_wanted = match &wanted {
            Some(wanted) => wanted == shape.name,
            None => !shape.is_large(),
        };
        if !is_wanted {
            continue;
        }
        println!("\n{}: {} values\n", shape.what(), shape.values());
        println!("| | durable values/s | bytes a value | archive | read again, warm, ms |");
        println!("|---|---|---|---|---|");
        let home = tempfile::tempdir()?;
        ours(shape, home.path())?;
        if shape.is_large() {
            continue;
        }
        let home = tempfile::tempdir()?;
        peers::measure(shape, home.path())?;
    }
    Ok(())
}

/// Takes a shape in, reads it, corrects it ten times, packs it anew.
fn ours(shape: Shape, home: &Path) -> Result<()> {
    let data = home.join("data");
    let seconds = take_in(shape, &data, 0)?;
    let rate = shape.values() as f64 / seconds;
    line(shape, &data, 0, "mscons-gateway", &format!("{rate:.0}"))?;
    if shape.is_large() {
        return Ok(());
    }
    for correction in 1..=CORRECTIONS {
        take_in(shape.last_tenth(), &data, correction)?;
    }
    let name = format!("the same, its last tenth corrected {CORRECTIONS} times");
    line(shape, &data, CORRECTIONS, &name, "–")?;
    if compact(home, &data)? {
        line(shape, &data, CORRECTIONS, "the same after `compact`", "–")?;
    }
    Ok(())
}

/// Opens the store again and prints what it has become. Bytes are a value of all that are kept.
fn line(shape: Shape, data: &Path, corrections: u32, name: &str, rate: &str) -> Result<()> {
    let begin = Instant::now();
    let (store, archive) = store::open(data, CACHE_BYTES)?;
    let reopened_ms = milliseconds(begin);
    let begin = Instant::now();
    let series = store::Store::series(&store)?;
    let listed_ms = milliseconds(begin);
    ensure!(series.len() == shape.series, "{} series", series.len());
    let first = series.first().context("a series")?;
    let (from, to) = shape.last_year();
    let mut read_ms = f64::MAX;
    for _ in 0..READS {
        let begin = Instant::now();
        let held = read::values(&store, first, from, to, None)?;
        read_ms = read_ms.min(milliseconds(begin));
        ensure!(held.len() == shape.values_a_year(), "{} values", held.len());
    }
    let values = shape.kept(corrections) as f64;
    let archived = archive.bytes() as f64;
    drop((store, archive));
    let other = bytes_in(data)? as f64 - archived;
    println!(
        "| {name} (opened in {reopened_ms:.0} ms, {} series listed in {listed_ms:.1} ms) | {rate} | {:.2} | {:.2} | {read_ms:.1} |",
        shape.series,
        other / values,
        archived / values
    );
    Ok(())
}

/// All files of a shape, as mails of a backlog: seconds until the last one is durable.
fn take_in(shape: Shape, data: &Path, correction: u32) -> Result<f64> {
    let (store, archive) = store::open(data, CACHE_BYTES)?;
    let ingest = Ingest::start(Arc::new(store), Arc::new(archive))?;
    let runtime = tokio::runtime::Runtime::new()?;
    // Some at a time, so that the files of years are not all in memory; making them is not counted.
    let mut seconds = 0.0;
    let numbers: Vec<u32> = shape.files().collect();
    for some in numbers.chunks(shape.files_at_once()) {
        let files = some
            .iter()
            .map(|number| Ok((*number, shape.file(*number, correction)?)))
            .collect::<Result<Vec<_>>>()?;
        let begin = Instant::now();
        let outcomes = futures_util::stream::iter(files).map(|(number, bytes)| {
            let uid = correction * 100_000 + number + 1;
            let arrival = Arrival {
                mailbox: "bench".to_owned(),
                folder: "INBOX".to_owned(),
                id: MailId::Imap { validity: 1, uid },
                at: UtcTime::from_seconds(FIRST_ARRIVAL + i64::from(uid)),
            };
            ingest.take_in(arrival, Parcel::File(format!("{uid}.edi"), bytes.into()))
        });
        let outcomes = outcomes.buffer_unordered(MAILS_AT_ONCE).collect::<Vec<_>>();
        for outcome in runtime.block_on(outcomes) {
            ensure!(outcome? == Outcome::Stored, "not stored");
        }
        seconds += begin.elapsed().as_secs_f64();
    }
    Ok(seconds)
}

/// Has the gateway pack its database anew; `false` if it has no such command.
fn compact(home: &Path, data: &Path) -> Result<bool> {
    let config = home.join("gateway.toml");
    std::fs::write(
        &config,
        format!("data_dir = {:?}\n", data.display().to_string()),
    )?;
    let gateway = env!("CARGO_BIN_EXE_mscons-gateway");
    let has = Command::new(gateway).args(["compact", "--help"]).output()?;
    if !has.status.success() {
        return Ok(false);
    }
    let done = Command::new(gateway)
        .arg("--config")
        .arg(&config)
        .arg("compact")
        .output()?;
    let said = String::from_utf8_lossy(&done.stderr);
    ensure!(done.status.success(), "compact: {said}");
    Ok(true)
}

fn milliseconds(begin: Instant) -> f64 {
    begin.elapsed().as_secs_f64() * 1e3
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

const FIRST_ARRIVAL: i64 = 1_800_000_000;
const MAILS_AT_ONCE: usize = 1_000;
const CACHE_BYTES: u64 = 64 << 20;
const CORRECTIONS: u32 = 10;
const READS: usize = 5;
