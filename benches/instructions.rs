//! A fixed amount of work in each of three functions, for `benches/guard` to count their
//! instructions. Run by itself it measures nothing.
//!
//! No clock, no chance, and each mail is durable before the next is begun, so that two runs differ
//! by less than a hundredth.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use mscons_gateway::extract::{Bounds, candidates};
use mscons_gateway::ingest::{Arrival, Ingest, Parcel};
use mscons_gateway::mailbox::{MailId, Outcome};
use mscons_gateway::market::calendar::UtcTime;
use mscons_gateway::message::mscons;
use mscons_gateway::sample;
use mscons_gateway::store;

fn main() -> Result<()> {
    let mails: Vec<Vec<u8>> = (0..MAILS)
        .map(|number| sample::load_profile_mail(number).bytes)
        .collect();
    let month = sample::corpus(1);
    ready();
    extract(&mails)?;
    parse(&month)?;

    let home = tempfile::tempdir()?;
    let (store, archive) = store::open(home.path(), CACHE_BYTES)?;
    let ingest = Ingest::start(Arc::new(store), Arc::new(archive))?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    // A store that has something in it, and whose threads have begun.
    let (first, rest) = mails.split_at(MAILS_BEFORE);
    let mut numbers = 0..;
    take_in(&ingest, &runtime, first, &mut numbers)?;
    ready();
    commit(&ingest, &runtime, rest, &mut numbers)
}

/// The end of what is prepared: not counted.
#[inline(never)]
fn ready() {
    std::hint::black_box(());
}

/// MIME and base64 of mails with a day of quarter hours each.
#[inline(never)]
fn extract(mails: &[Vec<u8>]) -> Result<()> {
    for mail in mails {
        let found = candidates(mail, &Bounds::default()).candidates;
        ensure!(found.len() == 1, "{} files in a mail", found.len());
    }
    Ok(())
}

/// A month of quarter hours.
#[inline(never)]
fn parse(bytes: &[u8]) -> Result<()> {
    let file = mscons::read(bytes);
    let values: usize = file.interchanges.iter().map(|i| i.columns.len()).sum();
    ensure!(values == 2_976, "{values} values");
    Ok(())
}

/// Mails into the store, one by one, until each is durable: extracting and parsing are in it.
#[inline(never)]
fn commit(
    ingest: &Ingest,
    runtime: &tokio::runtime::Runtime,
    mails: &[Vec<u8>],
    numbers: &mut impl Iterator<Item = u32>,
) -> Result<()> {
    take_in(ingest, runtime, mails, numbers)
}

fn take_in(
    ingest: &Ingest,
    runtime: &tokio::runtime::Runtime,
    mails: &[Vec<u8>],
    numbers: &mut impl Iterator<Item = u32>,
) -> Result<()> {
    for (mail, number) in mails.iter().zip(numbers) {
        let arrival = Arrival {
            mailbox: "bench".to_owned(),
            folder: "INBOX".to_owned(),
            id: MailId::Imap {
                validity: 1,
                uid: number + 1,
            },
            at: UtcTime::from_seconds(FIRST_ARRIVAL + i64::from(number)),
        };
        let taken_in = ingest.take_in(arrival, Parcel::Mail(mail.clone().into()));
        let outcome = runtime.block_on(taken_in).context("not durable")?;
        ensure!(outcome == Outcome::Stored, "mail {number}: {outcome:?}");
    }
    Ok(())
}

const MAILS: u32 = 24;
const MAILS_BEFORE: usize = 8;
const CACHE_BYTES: u64 = 8 << 20;
const FIRST_ARRIVAL: i64 = 1_800_000_000;
