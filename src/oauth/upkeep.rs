//! The upkeep of all accounts: renews what is due, and tells of what changes.

use std::time::Duration;

use futures_util::future::{join_all, pending, select_all};
use tokio::sync::watch;

use crate::oauth::accounts::Standing;
use crate::oauth::{Accounts, Moment, Status};

/// Keeps all accounts fresh, for as long as it is polled. `tell` hears at once how they are, and
/// again at every change, one of the configuration too.
pub async fn keep(accounts: &Accounts, tell: impl FnMut(&[Standing])) {
    tokio::join!(renew(accounts), watch(accounts, tell));
}

/// Renews what is due, again and again. All at once: one that is slow holds up no other.
async fn renew(accounts: &Accounts) {
    loop {
        tokio::time::sleep(pause(&accounts.all(), Moment::now())).await;
        let retried = accounts.clone();
        // What panics there tells so itself, and is tried again.
        drop(tokio::task::spawn_blocking(move || retried.retry()).await);
        let keepers = accounts.names().into_iter();
        let keepers = keepers.filter_map(|name| accounts.keeper(&name).ok());
        let renewals = keepers.map(|keeper| async move {
            // Why it failed stands in its status, which whoever watches it hears of.
            drop(keeper.keep_fresh(Moment::now()).await);
        });
        join_all(renewals).await;
    }
}

/// Until something is due, within bounds.
fn pause(known: &[Standing], now: Moment) -> Duration {
    let dues = known
        .iter()
        .filter_map(|known| known.status.as_ref().ok()?.due);
    let next = dues.map(|due| now.until(due)).min();
    next.unwrap_or(PAUSE_MOST).clamp(PAUSE_LEAST, PAUSE_MOST)
}

async fn watch(accounts: &Accounts, mut tell: impl FnMut(&[Standing])) {
    let mut changes = accounts.changes();
    loop {
        // Subscribed before it is looked: what changes between is heard of.
        changes.borrow_and_update();
        let mut watched = accounts.watch();
        tell(&accounts.all());
        tokio::select! {
            _ = changes.changed() => {}
            () = any(&mut watched) => {}
        }
    }
}

/// Returns when one of them has changed.
async fn any(watched: &mut [watch::Receiver<Status>]) {
    if watched.is_empty() {
        return pending().await;
    }
    let changes = watched.iter_mut().map(|one| Box::pin(one.changed()));
    drop(select_all(changes).await);
}

/// What is due at once is tried once a second at most.
const PAUSE_LEAST: Duration = Duration::from_secs(1);
/// An account that is connected meanwhile is seen soon; a look where nothing is due costs nothing.
const PAUSE_MOST: Duration = Duration::from_secs(15);
