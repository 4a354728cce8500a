//! When a report is due, and whether it went out: a firing has a reference, which is part of the
//! `Message-ID` of its mails. So the outbox itself remembers it, over crashes and restarts.

use jiff::Zoned;

use crate::config::report::Report;
use crate::market::calendar::UtcTime;
use crate::press::Press;
use crate::store::outbox::{OutboxRecord, Purpose};
use crate::store::{Store, StoreError};

impl Press {
    /// The firing of a report that is due: the last of the last 24 hours. Those that a gateway
    /// slept through are made up for by one mail.
    pub fn due(&self, report: &Report, now: UtcTime) -> Option<UtcTime> {
        let last = report.schedule.last_within_a_day(&self.zoned(now))?;
        Some(UtcTime::from_seconds(last.timestamp().as_second()))
    }

    /// When a report goes out next.
    pub fn next(&self, report: &Report, now: UtcTime) -> Option<UtcTime> {
        let next = report.schedule.next(&self.zoned(now))?;
        Some(UtcTime::from_seconds(next.timestamp().as_second()))
    }

    fn zoned(&self, at: UtcTime) -> Zoned {
        self.text().zoned(at.seconds())
    }
}

/// What names a firing for ever: `weekly.1795496400`.
pub fn reference(report: &Report, firing: UtcTime) -> String {
    format!("{}.{}", report.name, firing.seconds())
}

/// Whether a firing is in the outbox already.
///
/// # Errors
/// [`StoreError`].
pub fn is_done(store: &dyn Store, reference: &str, firing: UtcTime) -> Result<bool, StoreError> {
    let since = firing.seconds() - CLOCK_SECONDS;
    let found = find(store, since, |mail| is_of(mail, reference))?;
    Ok(found.is_some())
}

/// The last mail of a report, by the clock or by hand: its number in the outbox, and the mail.
///
/// # Errors
/// [`StoreError`].
pub fn last_mail(
    store: &dyn Store,
    report: &Report,
) -> Result<Option<(u64, OutboxRecord)>, StoreError> {
    find(store, i64::MIN, |mail| is_of(mail, &report.name))
}

fn is_of(mail: &OutboxRecord, reference: &str) -> bool {
    let rest = mail.message_id.strip_prefix(reference);
    mail.purpose == Purpose::Report && rest.is_some_and(|rest| rest.starts_with('.'))
}

/// The newest mail of ours that fits, among those written since then.
fn find(
    store: &dyn Store,
    since: i64,
    fits: impl Fn(&OutboxRecord) -> bool,
) -> Result<Option<(u64, OutboxRecord)>, StoreError> {
    let mut below = u64::MAX;
    for _ in 0..PAGES_MOST {
        let page = store.outbox(below, PAGE)?;
        for (number, mail) in &page {
            if mail.written < since {
                return Ok(None);
            }
            if fits(mail) {
                return Ok(Some((*number, mail.clone())));
            }
        }
        let Some((last, _)) = page.last().filter(|_| page.len() == PAGE) else {
            return Ok(None);
        };
        below = *last;
    }
    Ok(None)
}

const PAGE: usize = 500;
/// More mails in a day no server takes.
const PAGES_MOST: usize = 100;
/// A clock that was set back by less than that hides no mail.
const CLOCK_SECONDS: i64 = 48 * 3600;
