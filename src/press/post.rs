//! What came in some time: the ledgers of mails and messages, read from the newest back.

use std::collections::HashSet;

use crate::market::calendar::UtcTime;
use crate::press::{Desk, PressError};
use crate::store::Store;
use crate::store::StoreError;
use crate::store::ledger::{Hash, InterchangeRecord, MessageRecord};

/// Tells each message that arrived in `[from, to)`. Gives whether that was all of them: of very
/// many only the newest are read.
pub(super) fn messages(
    desk: &Desk<'_>,
    (from, to): (UtcTime, UtcTime),
    each: &mut dyn FnMut(u64, &MessageRecord),
) -> Result<bool, PressError> {
    let mut below = u64::MAX;
    for _ in 0..PAGES_MOST {
        desk.wanted()?;
        let page = desk.store.messages(below, PAGE)?;
        for (sequence, message) in &page {
            // Arrival never goes back, so that what lies behind is older, too.
            if message.arrived < from.seconds() {
                return Ok(true);
            }
            if message.arrived < to.seconds() {
                each(*sequence, message);
            }
        }
        let Some((last, _)) = page.last().filter(|_| page.len() == PAGE) else {
            return Ok(true);
        };
        below = *last;
    }
    Ok(false)
}

/// How many mails arrived in `[from, to)`; and whether that was all of them.
pub(super) fn mails(
    desk: &Desk<'_>,
    (from, to): (UtcTime, UtcTime),
) -> Result<(u64, bool), PressError> {
    let (mut below, mut count) = (u64::MAX, 0);
    for _ in 0..PAGES_MOST {
        desk.wanted()?;
        let page = desk.store.mails(below, PAGE)?;
        for (_, mail) in &page {
            if mail.arrived < from.seconds() {
                return Ok((count, true));
            }
            count += u64::from(mail.arrived < to.seconds());
        }
        let Some((last, _)) = page.last().filter(|_| page.len() == PAGE) else {
            return Ok((count, true));
        };
        below = *last;
    }
    Ok((count, false))
}

/// When the first mail was taken in; `None` if there is none.
pub(super) fn began(store: &dyn Store) -> Result<Option<UtcTime>, StoreError> {
    // Numbers grow with mails and messages: the first mail has a small one, but not a known one.
    let mut below = 2_u64;
    let mut first = None;
    while first.is_none() {
        first = store.mails(below, 1)?.pop();
        match below.checked_mul(2) {
            Some(next) => below = next,
            None => break,
        }
    }
    while let Some((sequence, mail)) = first {
        first = store.mails(sequence, 1)?.pop();
        if first.is_none() {
            return Ok(Some(UtcTime::from_seconds(mail.arrived)));
        }
    }
    Ok(None)
}

/// The interchanges of these hashes.
pub(super) fn interchanges(
    store: &dyn Store,
    hashes: &HashSet<Hash>,
) -> Result<Vec<InterchangeRecord>, StoreError> {
    let mut found = Vec::with_capacity(hashes.len());
    for hash in hashes {
        found.extend(store.interchange(hash)?);
    }
    Ok(found)
}

const PAGE: usize = 1_000;
/// A quarter of a million messages; a week has fewer.
const PAGES_MOST: usize = 250;
