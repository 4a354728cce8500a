//! Handing what is due to a server.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::clock;
use crate::config::Gateway;
use crate::config::smtp::Smtp;
use crate::ingest::{Ingest, IngestError};
use crate::mail::compose::Outgoing;
use crate::mail::smtp::{self, Connection, SmtpError, Transcript};
use crate::market::calendar::UtcTime;
use crate::metrics::{self, SendResult};
use crate::net::backoff::{self, Cause};
use crate::oauth::Accounts;
use crate::outbox::pace::Pace;
use crate::outbox::verdict::{GIVE_UP_AFTER, Verdict, put_off, verdict};
use crate::store::StoreError;
use crate::store::outbox::{OutboxRecord, OutboxState, Route, Step, Written};

/// The servers, as the configuration has them now. Without one, mails wait.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Routes {
    /// `[smtp]`.
    pub main: Option<Smtp>,
    /// `[alert.smtp]`.
    pub alert: Option<Smtp>,
}

impl Routes {
    /// What a configuration says.
    pub fn of_config(config: &Gateway) -> Self {
        let is_on = |smtp: &Smtp| smtp.is_on().then(|| smtp.clone());
        Self {
            main: is_on(&config.smtp),
            alert: is_on(&config.alert.smtp),
        }
    }

    /// The server of a route.
    pub fn of(&self, route: Route) -> Option<&Smtp> {
        match route {
            Route::Main => self.main.as_ref(),
            Route::Alert => self.alert.as_ref(),
        }
    }
}

/// When a courier looks again by itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Rest {
    /// When something new is there.
    UntilNews,
    /// After so long, or when something new is there: a mail is due then.
    UntilDue(Duration),
    /// After so long: the server's rate.
    Paced(Duration),
    /// After so long, whatever comes: the server, the line or the sign-in fails.
    Paused(Duration),
}

/// Carries the mails of one route.
pub struct Courier {
    ingest: Ingest,
    accounts: Accounts,
    route: Route,
    server: Option<Smtp>,
    pace: Pace,
    connection: Option<Connection>,
    /// Whether the connection has been idle: the server may have closed it.
    was_idle: bool,
    /// Failures in a row that are not a mail's own.
    failures: u32,
    /// Set when no further mail shall be begun.
    is_stopping: Arc<AtomicBool>,
}

impl Courier {
    /// A courier of this route, with this server if there is one.
    pub fn new(ingest: Ingest, accounts: Accounts, route: Route, server: Option<Smtp>) -> Self {
        Self {
            ingest,
            accounts,
            route,
            pace: Pace::new(server.as_ref().and_then(Smtp::rate)),
            server,
            connection: None,
            was_idle: false,
            failures: 0,
            is_stopping: Arc::default(),
        }
    }

    /// The same, which begins no further mail once this is set.
    #[must_use]
    pub fn until(self, is_stopping: Arc<AtomicBool>) -> Self {
        Self {
            is_stopping,
            ..self
        }
    }

    /// Carries until nobody holds the other ends any more. `works` changes when a Microsoft account
    /// works again: then what failed by the sign-in is tried at once.
    pub async fn run(
        mut self,
        mut routes: watch::Receiver<Routes>,
        mut works: watch::Receiver<u64>,
    ) {
        let mut news = self.ingest.dispatches();
        loop {
            let rest = match self.round().await {
                Ok(rest) => rest,
                Err(IngestError::Stopping) => return,
                Err(error) => {
                    tracing::error!(%error, "the outbox cannot be read or written; it is tried again");
                    Rest::Paused(STORE_PAUSE)
                }
            };
            if self.is_stopping.load(Ordering::Relaxed) {
                return self.hang_up().await;
            }
            self.was_idle = true;
            let (wait, hears_news) = match rest {
                Rest::UntilNews => (None, true),
                Rest::UntilDue(wait) => (Some(wait), true),
                Rest::Paced(wait) | Rest::Paused(wait) => (Some(wait), false),
            };
            let lingers = self.connection.is_some();
            let goes_on = tokio::select! {
                changed = news.changed(), if hears_news => changed.is_ok(),
                changed = works.changed(), if !hears_news => changed.is_ok(),
                changed = routes.changed() => changed.is_ok(),
                () = sleep(wait.unwrap_or_default()), if wait.is_some() => true,
                () = sleep(LINGER), if lingers => {
                    self.hang_up().await;
                    true
                }
            };
            if !goes_on {
                return;
            }
            let server = routes.borrow_and_update().of(self.route).cloned();
            if server != self.server {
                self.hang_up().await;
                let (ingest, accounts) = (self.ingest.clone(), self.accounts.clone());
                let is_stopping = Arc::clone(&self.is_stopping);
                self = Self::new(ingest, accounts, self.route, server).until(is_stopping);
            }
        }
    }

    /// Sends everything that is due, as fast as the server's rate allows.
    ///
    /// # Errors
    /// [`IngestError`] if the outbox cannot be read or written. What a server says is no error
    /// here, but in the record of the mail.
    pub async fn round(&mut self) -> Result<Rest, IngestError> {
        loop {
            let Some(server) = self.server.clone() else {
                return Ok(Rest::UntilNews);
            };
            if self.is_stopping.load(Ordering::Relaxed) {
                return Ok(Rest::UntilNews);
            }
            let now = clock::now();
            let free = self.pace.free(clock::monotonic()).min(AT_ONCE);
            if free == 0 {
                return Ok(Rest::Paced(self.pace.wait(clock::monotonic())));
            }
            let due = self.due(now.seconds(), free).await?;
            if due.is_empty() {
                return self.until_next(now).await;
            }
            let due = self.worth_a_try(due, now).await?;
            if due.is_empty() {
                continue;
            }
            if let Err(cause) = self.connect(&server, &due).await? {
                return Ok(self.paused(cause));
            }
            if let Some(cause) = self.send_all(due).await? {
                return Ok(self.paused(cause));
            }
        }
    }

    fn paused(&mut self, cause: Cause) -> Rest {
        self.connection = None;
        self.failures = self.failures.saturating_add(1);
        Rest::Paused(backoff::delay(cause, self.failures, clock::jitter()))
    }

    /// When the next mail is due.
    async fn until_next(&self, now: UtcTime) -> Result<Rest, IngestError> {
        let next = self.due(i64::MAX - 1, 1).await?;
        let due = next.first().and_then(|(_, mail)| mail.due());
        Ok(due.map_or(Rest::UntilNews, |due| {
            let seconds = due.saturating_sub(now.seconds()).max(1);
            Rest::UntilDue(Duration::from_secs(seconds.unsigned_abs()))
        }))
    }

    async fn due(&self, until: i64, limit: usize) -> Result<Vec<(u64, OutboxRecord)>, IngestError> {
        let (store, route) = (self.ingest.store().clone(), self.route);
        let read = move || store.outbox_undone(route, until, limit);
        let read = tokio::task::spawn_blocking(read).await;
        Ok(read.map_err(|_| IngestError::Stopping)??)
    }

    /// The mails that are still worth a try. Those that were tried for too long fail. Those that a
    /// crash left between the first byte and the outcome go again, as the same bytes.
    async fn worth_a_try(
        &self,
        due: Vec<(u64, OutboxRecord)>,
        now: UtcTime,
    ) -> Result<Vec<(u64, OutboxRecord)>, IngestError> {
        let oldest = i64::try_from(GIVE_UP_AFTER.as_secs()).unwrap_or(i64::MAX);
        let mut worth = Vec::with_capacity(due.len());
        for (number, mail) in due {
            let tried = mail.first_try;
            if tried.is_some_and(|first| now.seconds().saturating_sub(first) > oldest) {
                let hours = oldest / 3600;
                let answer = format!("given up after {hours} hours; last: {}", mail.answer);
                tracing::error!(number, to = mail.to, answer, "a mail was not sent");
                metrics::mail_sent(mail.purpose.name(), SendResult::Failed);
                self.ingest.step(number, Step::Fail { answer }).await?;
                continue;
            }
            if mail.state == OutboxState::Sending {
                let answer = "it is not known whether the server took it; the same mail goes again";
                let step = Step::Defer {
                    until: now,
                    answer: answer.to_owned(),
                    counts: true,
                };
                self.ingest.step(number, step).await?;
            }
            worth.push((number, mail));
        }
        Ok(worth)
    }

    /// Makes sure that there is a connection; the mails that wait for it are told why there is none.
    async fn connect(
        &mut self,
        server: &Smtp,
        due: &[(u64, OutboxRecord)],
    ) -> Result<Result<(), Cause>, IngestError> {
        if self.connection.is_some() {
            return Ok(Ok(()));
        }
        let connected = smtp::connect(server, &self.accounts, &Transcript::default()).await;
        match connected {
            Ok(connection) => {
                self.connection = Some(connection);
                self.was_idle = false;
                Ok(Ok(()))
            }
            Err(error) => {
                let cause = match verdict(&error) {
                    Verdict::Pause(cause) => cause,
                    // The server refused before any mail: it is nobody's mail.
                    Verdict::MailLater => Cause::Transient,
                    Verdict::MailNever => Cause::Permanent,
                };
                tracing::warn!(%error, waiting = due.len(), "mails cannot be sent now");
                let numbers = due.iter().map(|(number, _)| *number);
                self.put_back(numbers, cause, &error).await?;
                Ok(Err(cause))
            }
        }
    }

    /// Mails that did not get their turn wait for the courier, who waits for the server.
    async fn put_back(
        &self,
        numbers: impl Iterator<Item = u64>,
        cause: Cause,
        error: &SmtpError,
    ) -> Result<(), IngestError> {
        let step = Step::Defer {
            until: clock::now(),
            answer: error.to_string(),
            counts: !matches!(cause, Cause::Login | Cause::Permanent),
        };
        let steps = numbers.map(|number| self.unless_taken(number, step.clone()));
        join_all(steps).await.into_iter().collect()
    }

    /// A step, unless a person was faster.
    async fn unless_taken(&self, number: u64, step: Step) -> Result<(), IngestError> {
        match self.ingest.step(number, step).await {
            Err(IngestError::Refused { .. }) => Ok(()),
            done => done,
        }
    }

    /// Sends mails over the connection; tells why none can go for now, if so.
    async fn send_all(
        &mut self,
        due: Vec<(u64, OutboxRecord)>,
    ) -> Result<Option<Cause>, IngestError> {
        // One flush for all of them; each is durable as `sending` before its first byte.
        let begun = due
            .iter()
            .map(|(number, _)| self.ingest.step(*number, Step::Begin));
        let begun = join_all(begun).await;
        let mut mails = Vec::with_capacity(due.len());
        for ((number, mail), begun) in due.into_iter().zip(begun) {
            match begun {
                Ok(()) => mails.push((number, mail)),
                Err(IngestError::Refused { .. }) => {} // Cancelled meanwhile.
                Err(error) => return Err(error),
            }
        }
        let mut mails = mails.into_iter();
        while !self.is_stopping.load(Ordering::Relaxed)
            && let Some((number, mail)) = mails.next()
        {
            let Err(error) = self.send(number, &mail).await? else {
                continue;
            };
            let left = || mails.as_slice().iter().map(|(number, _)| *number);
            if let Some(cause) = self.failed(number, &mail, &error).await? {
                self.put_back(left(), cause, &error).await?;
                return Ok(Some(cause));
            }
            if error.is_about_connection() {
                self.connection = None;
                self.put_back(left(), Cause::Permanent, &error).await?;
                return Ok(None);
            }
        }
        Ok(None)
    }

    /// Sends one mail and records its success.
    async fn send(
        &mut self,
        number: u64,
        mail: &OutboxRecord,
    ) -> Result<Result<(), SmtpError>, IngestError> {
        let archive = Arc::clone(self.ingest.archive());
        let place = mail.place;
        let read = tokio::task::spawn_blocking(move || archive.read(place)).await;
        let read = read.map_err(|_| IngestError::Stopping)?;
        let written = read.and_then(|(_, bytes)| Written::decode(number, &bytes));
        let written = match written {
            Ok((_, written)) => written,
            Err(error) => return self.unreadable(number, mail, &error).await.map(Ok),
        };
        let Some(connection) = &mut self.connection else {
            return Ok(Ok(()));
        };
        self.pace.note(clock::monotonic());
        let outgoing = Outgoing::of(written.from, written.to, written.bytes);
        match connection.send(&outgoing).await {
            Ok(answer) => {
                self.failures = 0;
                self.was_idle = false;
                metrics::mail_sent(mail.purpose.name(), SendResult::Sent);
                tracing::info!(
                    number,
                    to = mail.to,
                    purpose = mail.purpose.name(),
                    "a mail was sent"
                );
                self.ingest.step(number, Step::Sent { answer }).await?;
                Ok(Ok(()))
            }
            Err(error) => Ok(Err(error)),
        }
    }

    async fn unreadable(
        &self,
        number: u64,
        mail: &OutboxRecord,
        error: &StoreError,
    ) -> Result<(), IngestError> {
        tracing::error!(%error, number, "a mail of the outbox cannot be read");
        metrics::mail_sent(mail.purpose.name(), SendResult::Failed);
        let answer = error.to_string();
        self.ingest.step(number, Step::Fail { answer }).await
    }

    /// Records a failure; tells whether no mail can go for now.
    async fn failed(
        &mut self,
        number: u64,
        mail: &OutboxRecord,
        error: &SmtpError,
    ) -> Result<Option<Cause>, IngestError> {
        let answer = error.to_string();
        let now = clock::now();
        let mut pause = None;
        let (step, result) = match verdict(error) {
            Verdict::MailNever => (Step::Fail { answer }, SendResult::Failed),
            Verdict::MailLater => {
                let wait = put_off(mail.tries.saturating_add(1), clock::jitter());
                let seconds = i64::try_from(wait.as_secs()).unwrap_or(i64::MAX);
                let until = UtcTime::from_seconds(now.seconds().saturating_add(seconds));
                let counts = true;
                let step = Step::Defer {
                    until,
                    answer,
                    counts,
                };
                (step, SendResult::Deferred)
            }
            Verdict::Pause(cause) => {
                // A connection that the server closed while nobody needed it is opened anew.
                if !(self.was_idle && error.is_about_connection()) {
                    pause = Some(cause);
                }
                let counts = pause.is_some() && !matches!(cause, Cause::Login | Cause::Permanent);
                let step = Step::Defer {
                    until: now,
                    answer,
                    counts,
                };
                (step, SendResult::Deferred)
            }
        };
        self.was_idle = false;
        match result {
            SendResult::Failed => {
                tracing::error!(number, to = mail.to, %error, "a mail was refused for good");
            }
            SendResult::Deferred | SendResult::Sent => {
                tracing::warn!(number, to = mail.to, %error, "a mail was not sent; it is tried again");
            }
        }
        metrics::mail_sent(mail.purpose.name(), result);
        self.ingest.step(number, step).await?;
        Ok(pause)
    }

    /// Ends the connection, if there is one.
    pub async fn hang_up(&mut self) {
        if let Some(connection) = self.connection.take() {
            let _ = timeout(GOODBYE, connection.quit()).await;
        }
    }
}

/// Mails that become `sending` with one flush.
const AT_ONCE: usize = 20;
/// How long a connection is kept that nobody needs.
const LINGER: Duration = Duration::from_secs(20);
const GOODBYE: Duration = Duration::from_secs(3);
/// How long the outbox rests when the store fails.
const STORE_PAUSE: Duration = Duration::from_secs(10);
