//! Reports that are due: made one at a time, beside the round, and put into the outbox once.

use std::sync::atomic::Ordering;

use tokio::runtime::Handle;

use crate::actors::duties::{Duties, lock};
use crate::config::Gateway;
use crate::config::report::Report;
use crate::market::calendar::UtcTime;
use crate::press::{PressError, firing};

/// A firing of a report, and when it is to be tried again, if it has to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Firing {
    at: UtcTime,
    again: Option<UtcTime>,
}

impl Duties {
    /// Takes over the reports of a configuration. One that is new in a gateway that runs, or has
    /// another schedule, begins with its next firing: nothing was missed.
    pub(super) fn order_reports(&self, config: &Gateway, now: UtcTime) {
        let press = &self.0.press;
        let before = press.reports();
        press.replace(config);
        let mut firings = lock(&self.0.firings);
        for report in press.reports() {
            let is_old =
                |known: &Report| known.name == report.name && known.schedule == report.schedule;
            if before.iter().any(is_old) {
                continue;
            }
            if let Some(at) = press.due(&report, now) {
                firings.insert(report.name, Firing { at, again: None });
            }
        }
    }

    /// Begins the next report that is due, if none is under way. Making one takes seconds: alerts
    /// go on meanwhile.
    pub(super) fn report(&self, now: UtcTime) {
        let press = &self.0.press;
        let next = press.reports().into_iter().find_map(|report| {
            let at = press.due(&report, now)?;
            let known = lock(&self.0.firings).get(&report.name).copied();
            let is_due = known.is_none_or(|known| {
                // A clock that was set back repeats no firing.
                known.at < at || known.at == at && known.again.is_some_and(|again| again <= now)
            });
            is_due.then_some((report, at))
        });
        let Some((report, at)) = next else { return };
        if self.0.is_printing.swap(true, Ordering::AcqRel) {
            return;
        }
        // First of all: what panics is not tried again and again.
        let firing = Firing { at, again: None };
        lock(&self.0.firings).insert(report.name.clone(), firing);
        let printing = Printing(self.clone());
        Handle::current().spawn_blocking(move || printing.0.print(&report, at, now));
    }

    /// Makes the report of a firing and puts its mails into the outbox, unless they are there.
    fn print(&self, report: &Report, at: UtcTime, now: UtcTime) {
        let name = report.name.as_str();
        match self.dispatch_report(report, at, now) {
            Ok(0) => tracing::debug!(name, firing = %at, "the report went out before"),
            Ok(mails) => tracing::info!(name, firing = %at, mails, "the report is in the outbox"),
            Err(PressError::GivenUp) => {}
            Err(error) => {
                tracing::error!(name, firing = %at, %error, "the report cannot be made; it is tried again in five minutes");
                let again = Some(UtcTime::from_seconds(now.seconds() + REPORT_AGAIN_SECONDS));
                lock(&self.0.firings).insert(report.name.clone(), Firing { at, again });
            }
        }
    }

    fn dispatch_report(
        &self,
        report: &Report,
        at: UtcTime,
        now: UtcTime,
    ) -> Result<usize, PressError> {
        let shared = &self.0;
        let store = &**shared.ingest.store();
        let reference = firing::reference(report, at);
        if firing::is_done(store, &reference, at)? {
            return Ok(0);
        }
        let go_on = || !shared.is_stopping.load(Ordering::Relaxed);
        let made = shared.press.make(store, report, at, &go_on)?;
        let drafts = shared.press.mails(&made, report, &reference, now)?;
        let numbers = Handle::current().block_on(shared.ingest.dispatch(drafts))?;
        Ok(numbers.len())
    }
}

/// Somebody makes a report; no more when it is dropped, however that ended.
struct Printing(Duties);

impl Drop for Printing {
    fn drop(&mut self) {
        self.0.0.is_printing.store(false, Ordering::Release);
    }
}

/// A store that cannot be read now can be read later.
const REPORT_AGAIN_SECONDS: i64 = 5 * 60;
