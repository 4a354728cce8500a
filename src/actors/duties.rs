//! What has to be looked at again and again: late values, and whatever a person must know of.

mod reports;

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::runtime::Handle;

use crate::actors::duties::reports::Firing;
use crate::alert::{
    AccountFacts, AccountState, Desk, Facts, MailboxFacts, Notice, PartnerFacts, REJECTED_IS_NEW,
};
use crate::clock::{self, Jump};
use crate::config::Gateway;
use crate::config::mailbox::Mailbox;
use crate::expect::overdue::{Made, is_due, survey_while};
use crate::expect::{Plan, Survey, Watch};
use crate::health::{GRACE_SECONDS, Health, MailboxState};
use crate::ingest::{Ingest, IngestError};
use crate::market::calendar::UtcTime;
use crate::metrics;
use crate::net;
use crate::oauth::Accounts;
use crate::oauth::accounts::{Standing, State};
use crate::outbox::Note;
use crate::outbox::history::rejected_since;
use crate::press::Press;
use crate::request::{self, acquire, answer};
use crate::store::StoreError;
use crate::store::data_dir::room;
use crate::store::ledger::Hash;
use crate::store::outbox::{Purpose, Route, Undone};
use crate::text::Text;

/// The duties of a gateway. Cloning shares them.
#[derive(Clone)]
pub struct Duties(Arc<Shared>);

struct Shared {
    ingest: Ingest,
    health: Health,
    watch: Watch,
    desk: Desk,
    accounts: Accounts,
    /// What is wrong with an account is told in this language.
    text: Text,
    data_dir: PathBuf,
    settings: Mutex<Settings>,
    last_survey: Mutex<Option<Made>>,
    /// Alerts that are to go by mail and are not in the outbox yet.
    unmailed: Mutex<VecDeque<Note>>,
    /// Requests that cannot be answered as long as the configuration is as it is.
    unanswerable: Mutex<HashSet<(Hash, String)>>,
    press: Press,
    /// Which firing of a report was looked after last, by its name.
    firings: Mutex<HashMap<String, Firing>>,
    /// Whether a report is being made: one at a time.
    is_printing: AtomicBool,
    is_stopping: AtomicBool,
}

/// What a reload changes.
#[derive(Clone)]
struct Settings {
    mailboxes: Vec<Mailbox>,
    stale_after: Duration,
    mails: Option<AlertMails>,
    /// Who asks for what is late.
    desk: Option<request::Desk>,
}

/// Who gets alerts by mail, and by which way.
#[derive(Clone)]
struct AlertMails {
    route: Route,
    from: String,
    to: Vec<String>,
}

impl AlertMails {
    fn of(config: &Gateway) -> Option<Self> {
        let (alert, main) = (&config.alert.smtp, &config.smtp);
        let (route, by) = if alert.is_on() {
            (Route::Alert, alert)
        } else {
            (Route::Main, main)
        };
        let to = config.alert.mail.clone();
        (by.is_on() && !to.is_empty()).then(|| Self {
            route,
            from: by.sender.clone(),
            to,
        })
    }

    fn notes(&self, notice: &Notice) -> impl Iterator<Item = Note> {
        self.to.iter().map(|to| Note {
            purpose: Purpose::Alert,
            route: self.route,
            from: self.from.clone(),
            to: to.clone(),
            subject: notice.title.clone(),
            text: format!("{}\n", notice.text),
        })
    }
}

impl Settings {
    fn of(config: &Gateway) -> Self {
        Self {
            mailboxes: config.mailbox.clone(),
            stale_after: config.alert.stale_after.duration(),
            mails: AlertMails::of(config),
            // The check of the configuration has made sure that the zone exists.
            desk: TimeZone::get(&config.time_zone)
                .ok()
                .map(|zone| request::Desk::new(config, zone)),
        }
    }
}

impl Duties {
    /// The duties that a configuration asks for.
    pub fn new(
        config: &Gateway,
        ingest: Ingest,
        health: Health,
        watch: Watch,
        desk: Desk,
        accounts: Accounts,
        press: Press,
    ) -> Self {
        let duties = Self(Arc::new(Shared {
            ingest,
            health,
            watch,
            desk,
            accounts,
            text: Text::new(config.language),
            data_dir: config.data_dir.clone(),
            settings: Mutex::new(Settings::of(config)),
            last_survey: Mutex::new(None),
            unmailed: Mutex::default(),
            unanswerable: Mutex::default(),
            press,
            firings: Mutex::default(),
            is_printing: AtomicBool::new(false),
            is_stopping: AtomicBool::new(false),
        }));
        duties.reload(config);
        duties
    }

    /// Takes over a changed configuration.
    pub fn reload(&self, config: &Gateway) {
        let shared = &self.0;
        *lock(&shared.settings) = Settings::of(config);
        lock(&shared.unanswerable).clear();
        self.order_reports(config, clock::now());
        let before = shared.watch.plan();
        let plan = Plan {
            expects: config.expect.clone(),
            partners: config.partner.clone(),
        };
        if *before != plan {
            for partner in &before.partners {
                metrics::lateness(&partner.id, 0, 0);
            }
            shared.watch.set_plan(plan);
            *lock(&shared.last_survey) = None;
        }
        if let Err(error) = shared.desk.set_webhook(config.alert.webhook.reveal()) {
            tracing::error!(%error, "alerts go to the log only");
        }
    }

    /// Gives up a survey under way: a process that ends waits for no reader.
    pub fn stop(&self) {
        self.0.is_stopping.store(true, Ordering::Relaxed);
    }

    /// Delivers alerts, for as long as it is polled.
    pub async fn deliver(self) {
        self.0.desk.deliver().await;
    }

    /// Takes note that the clock was set: nobody was silent for so long.
    pub fn clock_was_set(&self, jump: Jump) {
        let Jump {
            by_seconds,
            since,
            now,
        } = jump;
        tracing::warn!(by_seconds, %now, "the clock was set, or the machine slept");
        self.0.health.clock_was_set(by_seconds, since, now);
    }

    /// One round of everything. Reads the store and the disk: it blocks.
    pub fn round(&self, now: UtcTime) {
        if let Err(error) = self.answer(now) {
            tracing::warn!(%error, "requests cannot be answered now");
        }
        if let Err(error) = self.look_for_lateness(now) {
            tracing::warn!(%error, "what is late cannot be told");
        }
        self.note_certificates();
        let notices = self.0.desk.take(&self.facts(), now);
        self.mail(&notices);
        self.report(now);
    }

    /// Puts alerts into the outbox; those that it cannot take now are tried again next time.
    fn mail(&self, notices: &[Notice]) {
        let mut unmailed = lock(&self.0.unmailed);
        if let Some(mails) = &self.settings().mails {
            unmailed.extend(notices.iter().flat_map(|notice| mails.notes(notice)));
        }
        while unmailed.len() > UNMAILED_MOST {
            let dropped = unmailed.pop_front();
            tracing::error!(
                title = dropped.map(|note| note.subject),
                "too many alerts wait for the outbox; the oldest is dropped"
            );
        }
        if unmailed.is_empty() {
            return;
        }
        let drafts = unmailed.iter().cloned().map(Note::draft).collect();
        let dispatched = Handle::current().block_on(self.0.ingest.dispatch(drafts));
        match dispatched {
            Ok(_) => unmailed.clear(),
            Err(error @ IngestError::Unwritable(_)) => {
                tracing::error!(%error, "alerts cannot be written as mails");
                unmailed.clear();
            }
            Err(error) => tracing::warn!(%error, "alerts cannot be put into the outbox now"),
        }
    }

    /// Answers the requests of others that have no answer yet.
    fn answer(&self, now: UtcTime) -> Result<(), StoreError> {
        let ingest = &self.0.ingest;
        for asked in ingest.store().asked(ASKED_MOST)? {
            if self.0.is_stopping.load(Ordering::Relaxed) {
                return Ok(());
            }
            let name = (asked.interchange, asked.message.clone());
            if lock(&self.0.unanswerable).contains(&name) {
                continue;
            }
            let (store, archive) = (&**ingest.store(), ingest.archive());
            let drafts = answer::answer(store, archive, &ingest.terms(), &asked, now)?;
            let dispatched = match drafts {
                Some(drafts) => Handle::current()
                    .block_on(ingest.dispatch(drafts))
                    .map(Some),
                None => Ok(None),
            };
            match dispatched {
                Ok(Some(mails)) => tracing::info!(?mails, "a request is answered"),
                Ok(None) => {
                    tracing::warn!(message = ?asked.message, "a request is not answered: nothing is agreed with its sender any more");
                    lock(&self.0.unanswerable).insert(name);
                }
                Err(error @ IngestError::Unwritable(_)) => {
                    tracing::error!(%error, message = ?asked.message, "a request cannot be answered; look at it with `messages`");
                    lock(&self.0.unanswerable).insert(name);
                }
                Err(error) => {
                    tracing::warn!(%error, "requests cannot be answered now");
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn look_for_lateness(&self, now: UtcTime) -> Result<(), StoreError> {
        let shared = &self.0;
        if self.is_starting(now) {
            return Ok(());
        }
        // Read first: what is committed meanwhile is seen next time.
        let next_sequence = shared.ingest.store().next_sequence()?;
        let mut last = lock(&shared.last_survey);
        if !is_due(*last, now, next_sequence) {
            return Ok(());
        }
        let begun = clock::monotonic();
        let plan = shared.watch.plan();
        let is_wanted = || !shared.is_stopping.load(Ordering::Relaxed);
        let Some(survey) = survey_while(&**shared.ingest.store(), &plan, now, is_wanted)? else {
            return Ok(());
        };
        let survey = Arc::new(survey);
        for (partner, lateness) in &survey.partners {
            metrics::lateness(partner, lateness.gaps, lateness.overdue);
        }
        let is_expecting = !plan.expects.is_empty();
        let overdue = is_expecting.then(|| survey.overdue_series());
        shared.health.overdue_series(overdue);
        shared.watch.keep(Arc::clone(&survey), &plan);
        self.acquire(&survey, now)?;
        *last = Some(Made {
            at: now,
            next_sequence,
            took: begun.elapsed(),
        });
        Ok(())
    }

    /// Asks for what is late, where that is wanted.
    fn acquire(&self, survey: &Survey, now: UtcTime) -> Result<(), StoreError> {
        let lacks = acquire::look(
            &**self.0.ingest.store(),
            survey,
            &self.0.watch.plan().partners,
            now,
        )?;
        let Some(desk) = self.settings().desk.filter(|_| !lacks.is_empty()) else {
            return Ok(());
        };
        let (drafts, faults) = desk.drafts(&lacks, now);
        for (wish, fault) in faults {
            let (partner, location) = (wish.partner, wish.location);
            tracing::error!(partner, location, %fault, "what is late cannot be asked for");
        }
        if drafts.is_empty() {
            return Ok(());
        }
        match Handle::current().block_on(self.0.ingest.dispatch(drafts)) {
            Ok(mails) => tracing::info!(mails = mails.len(), "what is late is asked for"),
            Err(error) => tracing::warn!(%error, "what is late cannot be asked for now"),
        }
        Ok(())
    }

    /// Whether mails that came while the gateway was off may still be on their way in: nothing of
    /// them is late yet.
    fn is_starting(&self, now: UtcTime) -> bool {
        let health = self.0.health.snapshot();
        let up_seconds = now.seconds().saturating_sub(health.started.seconds());
        let mut mailboxes = health.mailboxes.iter();
        let is_polling_first = mailboxes.any(|mailbox| mailbox.state == MailboxState::Starting);
        is_polling_first && up_seconds < GRACE_SECONDS
    }

    fn note_certificates(&self) {
        for mailbox in &self.settings().mailboxes {
            if let Some(until) = net::ending::valid_until(&mailbox.endpoint()) {
                let until = UtcTime::from_seconds(until);
                self.0.health.mailbox_certificate(&mailbox.name, until);
            }
        }
    }

    fn facts(&self) -> Facts {
        let shared = &self.0;
        let health = shared.health.snapshot();
        let mailboxes = health.mailboxes.into_iter().map(|mailbox| MailboxFacts {
            name: mailbox.name,
            last_success: mailbox.last_success,
            certificate_until: mailbox.certificate_until,
        });
        let plan = shared.watch.plan();
        let survey = shared.watch.survey();
        let totals = shared.ingest.store().totals().ok();
        if let Some(totals) = &totals {
            count(&totals.outbox);
        }
        Facts {
            started: health.started,
            stale_after: self.settings().stale_after,
            mailboxes: mailboxes.collect(),
            accounts: self.accounts(),
            quarantine: totals.map(|totals| totals.quarantine),
            unsent: totals.map(|totals| totals.outbox.for_a_person()),
            rejected: self.rejected(),
            room: room(&shared.data_dir).ok(),
            partners: survey.map(|survey| partners(&survey, &plan)),
        }
    }

    /// Mails of ours that partners rejected lately.
    fn rejected(&self) -> Option<u64> {
        let lately = i64::try_from(REJECTED_IS_NEW.as_secs()).unwrap_or(i64::MAX);
        let since = clock::now().seconds().saturating_sub(lately);
        let store = self.0.ingest.store();
        rejected_since(store.as_ref(), UtcTime::from_seconds(since)).ok()
    }

    fn accounts(&self) -> Vec<AccountFacts> {
        let known = self.0.accounts.all().into_iter();
        let used = known.filter(|account| account.is_used);
        let facts = used.map(|account| AccountFacts {
            state: state(&account, &self.0.text),
            credential_until: account.credential_until,
            name: account.name,
        });
        facts.collect()
    }

    fn settings(&self) -> Settings {
        lock(&self.0.settings).clone()
    }
}

fn count(undone: &Undone) {
    for (state, mails) in undone.by_state() {
        metrics::outbox_size(state, mails);
    }
}

fn state(account: &Standing, text: &Text) -> AccountState {
    match account.state() {
        State::NeedsSignIn | State::Fault => AccountState::Trouble {
            needs_sign_in: account.needs_sign_in(),
            what: account
                .trouble()
                .map_or_else(String::new, |error| error.explain(text)),
        },
        State::Good => AccountState::Well,
        State::Waits | State::Untried => AccountState::Unknown,
    }
}

fn partners(survey: &Survey, plan: &Plan) -> Vec<PartnerFacts> {
    let of = |id: &String, overdue: u64| {
        let mut late = survey.overdue.iter();
        let since = late.find(|overdue| overdue.target.partner() == id)?.since;
        Some((overdue, since))
    };
    let facts = survey.partners.iter().map(|(id, lateness)| PartnerFacts {
        id: id.clone(),
        name: plan.partner_name(id).to_owned(),
        overdue: of(id, lateness.overdue),
    });
    facts.collect()
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Requests that are looked at in a round: more wait for the next.
const ASKED_MOST: usize = 1_000;
/// Alerts are few; more wait only where nothing can be stored for days.
const UNMAILED_MOST: usize = 1_000;
