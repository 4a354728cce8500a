//! Mails in the hands of the [`Intake`], many at once, while the next ones are fetched.
//!
//! Memory: a mail waits for its permit before the next one is read, and the server waits with it.
//! A permit is what is free, one KiB at least: so a mail larger than the whole budget gets through,
//! and what is in flight is bounded by the budget and one mail a mailbox.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::mailbox::Mailbox;
use crate::mail::poll::Summary;
use crate::mail::{FetchedMail, Intake, IntakeError, may_release};
use crate::mailbox::Outcome;

/// What was handed over, and what became of it. `K` names a mail to the protocol.
pub(super) struct InFlight<'a, I, K> {
    intake: &'a I,
    mailbox: &'a Mailbox,
    budget: Arc<Semaphore>,
    progress: &'a (dyn Fn(u64, u64) + Send + Sync),
    handed_over: FuturesUnordered<BoxFuture<'a, (K, Result<Outcome, IntakeError>)>>,
    /// Mails whose outcome lets the server forget them.
    pub(super) releasable: Vec<K>,
    /// The first mail that could not be made durable.
    pub(super) failure: Option<IntakeError>,
}

impl<'a, I: Intake, K: Send + 'a> InFlight<'a, I, K> {
    pub(super) fn new(
        intake: &'a I,
        mailbox: &'a Mailbox,
        budget: Arc<Semaphore>,
        progress: &'a (dyn Fn(u64, u64) + Send + Sync),
    ) -> Self {
        Self {
            intake,
            mailbox,
            budget,
            progress,
            handed_over: FuturesUnordered::new(),
            releasable: Vec::new(),
            failure: None,
        }
    }

    /// Whether the gateway is stopping: no permits are given any more.
    pub(super) fn is_stopping(&self) -> bool {
        self.budget.is_closed()
    }

    /// Hands a mail over; its outcome comes by [`InFlight::settle_next`].
    pub(super) fn hand_over(&mut self, key: K, mail: FetchedMail) {
        let outcome = self.intake.hand_over(mail);
        self.handed_over
            .push(outcome.map(move |outcome| (key, outcome)).boxed());
    }

    /// Waits for one outcome and counts it; `false` if nothing is handed over. Cancel-safe.
    pub(super) async fn settle_next(&mut self, summary: &mut Summary) -> bool {
        let Some((key, outcome)) = self.handed_over.next().await else {
            return false;
        };
        match outcome {
            Ok(outcome) => {
                summary.count(outcome);
                if may_release(self.mailbox, outcome) {
                    self.releasable.push(key);
                }
                (self.progress)(summary.done(), summary.announced);
            }
            Err(error) => {
                self.failure.get_or_insert(error);
            }
        }
        true
    }

    /// Waits until the intake has few enough mails in its hands.
    pub(super) async fn make_room(&mut self, summary: &mut Summary) {
        while self.handed_over.len() >= MAX_HANDED_OVER && self.settle_next(summary).await {}
    }

    /// Waits for a permit; meanwhile mails that are handed over come to their end. `None` if the
    /// gateway is stopping.
    pub(super) async fn permit(
        &mut self,
        bytes: usize,
        summary: &mut Summary,
    ) -> Option<OwnedSemaphorePermit> {
        let budget = self.budget.clone();
        let mut one = std::pin::pin!(budget.clone().acquire_owned());
        let mut permit = loop {
            tokio::select! {
                permit = &mut one => break permit.ok()?,
                true = self.settle_next(summary) => {}
            }
        };
        let free = u32::try_from(budget.available_permits()).unwrap_or(u32::MAX);
        let more = u32::try_from(bytes / 1024).unwrap_or(u32::MAX).min(free);
        if let Ok(rest) = budget.try_acquire_many_owned(more) {
            permit.merge(rest);
        }
        Some(permit)
    }
}

/// Mails in the hands of the intake: the budget bounds bytes, this bounds small mails.
const MAX_HANDED_OVER: usize = 512;
