//! Mails that are files on this machine: read within bounds, many at once.

use std::fs::File;
use std::future::Future;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

use crate::mail::poll::BUDGET_KIB;
use crate::mail::{IntakeError, MailError};

/// Takes files, some at once, until `ended` says that it is of no use to go on, or the gateway is
/// stopping. What is in flight comes to its end.
pub(super) async fn each<F, T, W: Future<Output = T>>(
    files: Vec<F>,
    budget: &Semaphore,
    take: impl Fn(F) -> W,
    mut ended: impl FnMut(T) -> bool,
) {
    let mut under_way = FuturesUnordered::new();
    let mut goes_on = true;
    for file in files {
        while under_way.len() >= FILES_UNDER_WAY {
            let Some(taken) = under_way.next().await else {
                break;
            };
            goes_on &= ended(taken);
        }
        if !goes_on || budget.is_closed() {
            break;
        }
        under_way.push(take(file));
    }
    while let Some(taken) = under_way.next().await {
        ended(taken);
    }
}

/// Room for a file: as much of the budget as its size, or all of what a mail may have.
pub(super) async fn permit(
    budget: &Arc<Semaphore>,
    size_bytes: u64,
    max_bytes: u64,
) -> Result<OwnedSemaphorePermit, AcquireError> {
    let kib = size_bytes.min(max_bytes) / 1024 + 1;
    let kib = usize::try_from(kib).unwrap_or(BUDGET_KIB).min(BUDGET_KIB);
    Arc::clone(budget)
        .acquire_many_owned(u32::try_from(kib).unwrap_or(u32::MAX))
        .await
}

/// How many of these files are there and cannot be opened.
pub(super) fn unreadable<'p>(paths: impl Iterator<Item = &'p Path>) -> u64 {
    let is_barred = |path: &&Path| {
        let opened = File::open(path);
        opened.is_err_and(|error| error.kind() != io::ErrorKind::NotFound)
    };
    paths.filter(is_barred).count() as u64
}

/// The bytes of a file; of one over the limit only its size.
pub(super) fn read(file: File, max_bytes: u64) -> io::Result<(Vec<u8>, Option<u64>)> {
    let size = file.metadata()?.len();
    if size > max_bytes {
        return Ok((Vec::new(), Some(size)));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    // It may grow while it is read.
    file.take(max_bytes.saturating_add(1))
        .read_to_end(&mut bytes)?;
    let read = bytes.len() as u64;
    Ok(if read > max_bytes {
        (Vec::new(), Some(read))
    } else {
        (bytes, None)
    })
}

/// Runs file work off the async threads; a panic in it is an error of this piece of work.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, MailError> + Send + 'static,
) -> Result<T, MailError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|panic| Err(IntakeError::passing(panic.to_string()).into()))
}

/// Files that are read and stored at once: fills a flush, and bounds the threads.
const FILES_UNDER_WAY: usize = 64;
