//! What became of a series between two times of knowledge, and which messages did it.

use std::collections::HashMap;

use crate::market::calendar::UtcTime;
use crate::series::diff::{self, Change};
use crate::store::ledger::{MessageRecord, SeriesEntry};
use crate::store::{Store, StoreError, read};

/// A change, and the message that made it.
#[derive(Clone, Debug)]
pub struct Changed {
    /// What it was, what it is.
    pub change: Change,
    /// Sequence of the message: the one that says the later value, or that cancelled the earlier.
    pub source: u64,
    /// BGM 1004 of that message.
    pub document: String,
}

/// What changed of the values that start in `[from, to)` between what was known at `then` and what
/// is known now, or was at `until`.
///
/// # Errors
/// [`StoreError`].
pub fn changes(
    store: &dyn Store,
    series: &SeriesEntry,
    (from, to): (UtcTime, UtcTime),
    then: UtcTime,
    until: Option<UtcTime>,
) -> Result<Vec<Changed>, StoreError> {
    let before = read::values(store, series, from, to, Some(then))?;
    let after = read::values(store, series, from, to, until)?;
    let mut messages = Messages {
        store,
        known: HashMap::new(),
    };
    let changes = diff::changes(before, after).into_iter();
    changes
        .map(|change| {
            let source = messages.cause(&change, then)?;
            let document = messages
                .get(source)?
                .map(|message| message.document.clone());
            Ok(Changed {
                change,
                source,
                document: document.unwrap_or_default(),
            })
        })
        .collect()
}

/// Messages that were asked for, each read once.
struct Messages<'a> {
    store: &'a dyn Store,
    known: HashMap<u64, Option<MessageRecord>>,
}

impl Messages<'_> {
    fn get(&mut self, sequence: u64) -> Result<Option<&MessageRecord>, StoreError> {
        if !self.known.contains_key(&sequence) {
            let message = self.store.message(sequence)?;
            self.known.insert(sequence, message);
        }
        Ok(self.known.get(&sequence).and_then(Option::as_ref))
    }

    /// A value that was there before and shows again was uncovered: what did it is the
    /// cancellation of the one that covered it.
    fn cause(&mut self, change: &Change, then: UtcTime) -> Result<u64, StoreError> {
        let [before, after] =
            [&change.before, &change.after].map(|held| held.as_ref()?.source.into());
        if let Some(after) = after
            && self
                .get(after)?
                .is_none_or(|message| message.arrived > then.seconds())
        {
            return Ok(after);
        }
        let cancelled_by = match before {
            Some(before) => self.get(before)?.and_then(|message| message.cancelled_by),
            None => None,
        };
        Ok(cancelled_by.or(after).or(before).unwrap_or_default())
    }
}
