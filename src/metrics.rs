//! Metrics: the table of all of them, and one function for each.
//!
//! Label values come from the configuration or from the closed lists of this file; whatever else
//! arrives in a mail is counted as `other`, so that a stranger cannot grow the number of series.
//! Every known series exists at 0 from the start ([`zero`]): `rate()` and alerts see the first event.

mod accounts;
mod docs;
mod table;

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ::metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

pub use accounts::{
    RefreshResult, account_added, account_removed, needs_sign_in, token_expiry, token_refreshed,
};
pub use docs::docs_markdown;
use table::{
    ACKNOWLEDGEMENTS, ACTOR_RESTARTS, ACTORS, ALERT_KINDS, ALERTS_SENT, BUILD_INFO,
    COMMIT_DURATION, DUPLICATES, GAPS, INTERCHANGES, MAIL_BYTES, MAILBOX_CONNECTIONS,
    MAILBOX_LAST_SUCCESS, MAILBOX_UP, MAILS_FETCHED, MAILS_RELEASED, MAILS_SENT, MESSAGE_TYPES,
    MESSAGES, NO_PID, OTHER, OUTBOX_SIZE, OUTBOX_STATES, OVERDUE_SERIES, PARSE_DURATION, PIDS,
    POLL_DURATION, POLLS, PURPOSES, QUALIFIERS, QUARANTINE_SIZE, SERIES, STORE_BYTES, VALUES,
};
pub use table::{ALL, Metric, MetricKind};

/// What became of a mail at the server.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Release {
    /// Deleted.
    Deleted,
    /// Moved to another folder.
    Moved,
    /// Marked as seen.
    Seen,
    /// Left as it was; only remembered as done.
    Kept,
}

impl Release {
    const ALL: [Self; 4] = [Self::Deleted, Self::Moved, Self::Seen, Self::Kept];

    const fn label(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::Moved => "moved",
            Self::Seen => "seen",
            Self::Kept => "kept",
        }
    }
}

/// How a poll ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PollResult {
    /// Everything that was announced is settled.
    Ok,
    /// It failed and is tried again by itself.
    Transient,
    /// It failed and a person must act.
    Permanent,
    /// It failed by a fault of the gateway.
    Panic,
}

impl PollResult {
    const ALL: [Self; 4] = [Self::Ok, Self::Transient, Self::Permanent, Self::Panic];

    const fn label(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Transient => "transient",
            Self::Permanent => "permanent",
            Self::Panic => "panic",
        }
    }
}

/// What became of an interchange.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum InterchangeResult {
    /// New, and stored.
    Stored,
    /// Known by its bytes: no effect.
    Duplicate,
    /// Set aside, all of it or some of its messages.
    Quarantined,
}

impl InterchangeResult {
    const ALL: [Self; 3] = [Self::Stored, Self::Duplicate, Self::Quarantined];

    const fn label(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Duplicate => "duplicate",
            Self::Quarantined => "quarantined",
        }
    }
}

/// How an alert was told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AlertResult {
    /// Written to the log, as each one is.
    Logged,
    /// Taken by the webhook.
    Delivered,
    /// An attempt at the webhook that failed.
    Failed,
}

impl AlertResult {
    const ALL: [Self; 3] = [Self::Logged, Self::Delivered, Self::Failed];

    const fn label(self) -> &'static str {
        match self {
            Self::Logged => "logged",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }
}

/// How a try to send a mail of ours ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SendResult {
    /// The server took it.
    Sent,
    /// It did not go, and goes later.
    Deferred,
    /// It will not go by itself.
    Failed,
}

impl SendResult {
    const ALL: [Self; 3] = [Self::Sent, Self::Deferred, Self::Failed];

    const fn label(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Deferred => "deferred",
            Self::Failed => "failed",
        }
    }
}

/// Counts mails that were fetched, and their bytes.
pub fn mails_fetched(mailbox: &str, mails: u64, bytes: u64) {
    counter!(MAILS_FETCHED.name, "mailbox" => mailbox.to_owned()).increment(mails);
    counter!(MAIL_BYTES.name, "mailbox" => mailbox.to_owned()).increment(bytes);
}

/// Counts mails that were released at the server.
pub fn mails_released(mailbox: &str, action: Release, mails: u64) {
    counter!(MAILS_RELEASED.name, "mailbox" => mailbox.to_owned(), "action" => action.label())
        .increment(mails);
}

/// Notes that a poll ended, and how long it took.
pub fn polled(mailbox: &str, result: PollResult, took: Duration) {
    counter!(POLLS.name, "mailbox" => mailbox.to_owned(), "result" => result.label()).increment(1);
    histogram!(POLL_DURATION.name, "mailbox" => mailbox.to_owned()).record(took);
}

/// Notes whether the last poll of a mailbox succeeded.
pub fn mailbox_up(mailbox: &str, is_up: bool) {
    gauge!(MAILBOX_UP.name, "mailbox" => mailbox.to_owned()).set(if is_up { 1.0 } else { 0.0 });
}

/// Notes when a mailbox was last polled with success, in seconds UTC.
pub fn mailbox_last_success(mailbox: &str, at_seconds: i64) {
    let at = u64::try_from(at_seconds).unwrap_or(0);
    gauge!(MAILBOX_LAST_SUCCESS.name, "mailbox" => mailbox.to_owned()).set(approximate(at));
}

/// Notes how many connections to a mailbox are open.
pub fn mailbox_connections(mailbox: &str, open: u32) {
    gauge!(MAILBOX_CONNECTIONS.name, "mailbox" => mailbox.to_owned()).set(f64::from(open));
}

/// Counts an interchange by what became of it.
pub fn interchange(result: InterchangeResult) {
    counter!(INTERCHANGES.name, "result" => result.label()).increment(1);
    if result == InterchangeResult::Duplicate {
        counter!(DUPLICATES.name).increment(1);
    }
}

/// Counts messages of a type (UNH 0065) and Prüfidentifikator.
pub fn messages(kind: &str, pid: Option<u32>, messages: u64) {
    let kind = listed(kind, MESSAGE_TYPES);
    counter!(MESSAGES.name, "type" => kind, "pid" => pid_label(kind, pid)).increment(messages);
}

/// Counts values by their qualifier (QTY 6063).
pub fn values(qualifier: &str, values: u64) {
    counter!(VALUES.name, "qualifier" => listed(qualifier, QUALIFIERS)).increment(values);
}

/// Notes how long it took to parse one interchange.
pub fn parsed(took: Duration) {
    histogram!(PARSE_DURATION.name).record(took);
}

/// Notes how long a commit took, from the first mail in it to the end of its fsync.
pub fn committed(took: Duration) {
    histogram!(COMMIT_DURATION.name).record(took);
}

/// Notes how many entries are in quarantine.
pub fn quarantine_size(entries: u64) {
    gauge!(QUARANTINE_SIZE.name).set(approximate(entries));
}

/// Notes how many bytes database and archive take on disk.
pub fn store_bytes(bytes: u64) {
    gauge!(STORE_BYTES.name).set(approximate(bytes));
}

/// Notes how many series there are.
pub fn series(series: u64) {
    gauge!(SERIES.name).set(approximate(series));
}

/// Notes what of a partner is overdue; an empty id is nobody in particular.
pub fn lateness(partner: &str, gaps: u64, overdue_series: u64) {
    let partner = if partner.is_empty() { NOBODY } else { partner };
    gauge!(GAPS.name, "partner" => partner.to_owned()).set(approximate(gaps));
    gauge!(OVERDUE_SERIES.name, "partner" => partner.to_owned()).set(approximate(overdue_series));
}

/// Counts an alert of a kind by how it was told.
pub fn alert_sent(kind: &str, result: AlertResult) {
    let kind = listed(kind, ALERT_KINDS);
    counter!(ALERTS_SENT.name, "kind" => kind, "result" => result.label()).increment(1);
}

/// Counts a try to send a mail of ours, by what it is for.
pub fn mail_sent(purpose: &str, result: SendResult) {
    let purpose = listed(purpose, PURPOSES);
    counter!(MAILS_SENT.name, "kind" => purpose, "result" => result.label()).increment(1);
}

/// What a partner is told of what it sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Acknowledged {
    /// The syntax of an interchange is well.
    Received,
    /// It is not.
    Rejected,
    /// The content of a message is accepted.
    Accepted,
    /// It is not.
    Refused,
}

impl Acknowledged {
    /// All of them.
    const ALL: [Self; 4] = [
        Self::Received,
        Self::Rejected,
        Self::Accepted,
        Self::Refused,
    ];

    /// Kind and result.
    fn labels(self) -> (&'static str, &'static str) {
        match self {
            Self::Received => ("contrl", "received"),
            Self::Rejected => ("contrl", "rejected"),
            Self::Accepted => ("aperak", "accepted"),
            Self::Refused => ("aperak", "refused"),
        }
    }
}

/// Counts what a partner is told of what it sent.
pub fn acknowledged(said: Acknowledged) {
    let (kind, result) = said.labels();
    counter!(ACKNOWLEDGEMENTS.name, "kind" => kind, "result" => result).increment(1);
}

/// Counts acknowledgements that go again.
pub fn acknowledged_again(mails: u64) {
    let (kind, result) = ("any", "repeated");
    counter!(ACKNOWLEDGEMENTS.name, "kind" => kind, "result" => result).increment(mails);
}

/// Notes how many mails of ours are in a state that is no end.
pub fn outbox_size(state: &'static str, mails: u64) {
    gauge!(OUTBOX_SIZE.name, "state" => state).set(approximate(mails));
}

/// Counts that an actor ended and was started again.
pub fn actor_restarted(actor: &str) {
    counter!(ACTOR_RESTARTS.name, "actor" => listed(actor, ACTORS)).increment(1);
}

/// Renders the metrics, and keeps them small.
#[derive(Clone, Debug)]
pub struct Handle(PrometheusHandle);

impl Handle {
    /// The metrics in Prometheus' text format, version 0.0.4.
    ///
    /// The recorder forgets nothing: the gauges of mailboxes and accounts that were removed are left
    /// out here.
    pub fn render(&self) -> String {
        let page = self.0.render();
        let removed = REMOVED.lock().unwrap_or_else(PoisonError::into_inner);
        let is_kept = |line: &&str| {
            if accounts::is_gone(line) {
                return false;
            }
            let name = MAILBOX_GAUGES.iter().find_map(|gauge| {
                let labels = line.strip_prefix(gauge.name)?;
                labels.strip_prefix("{mailbox=\"")?.split('"').next()
            });
            name.is_none_or(|name| !removed.contains(name))
        };
        page.split_inclusive('\n').filter(is_kept).collect()
    }

    /// Folds observations into their buckets. To be called every few seconds, or a histogram that
    /// nobody scrapes grows.
    pub fn run_upkeep(&self) {
        self.0.run_upkeep();
    }
}

/// Makes the process count. To be called once, before the first metric.
///
/// # Errors
/// [`BuildError`] if the process counts already.
pub fn install() -> Result<Handle, BuildError> {
    let handle = builder()?.install_recorder()?;
    Ok(Handle(handle))
}

/// Makes every series that is known at the start exist at 0, with its help text.
pub fn zero(mailboxes: &[String], accounts: &[String]) {
    describe();
    for account in accounts {
        account_added(account);
    }
    for mailbox in mailboxes {
        zero_mailbox(mailbox);
    }
    for result in InterchangeResult::ALL {
        counter!(INTERCHANGES.name, "result" => result.label()).absolute(0);
    }
    for &kind in MESSAGE_TYPES.iter().chain(&[OTHER]) {
        let pids = if kind == table::MSCONS { PIDS } else { &[] };
        for &pid in pids.iter().chain(&[NO_PID, OTHER]) {
            counter!(MESSAGES.name, "type" => kind, "pid" => pid).absolute(0);
        }
    }
    for &qualifier in QUALIFIERS.iter().chain(&[OTHER]) {
        counter!(VALUES.name, "qualifier" => qualifier).absolute(0);
    }
    for &actor in ACTORS.iter().chain(&[OTHER]) {
        counter!(ACTOR_RESTARTS.name, "actor" => actor).absolute(0);
    }
    for &kind in ALERT_KINDS {
        for result in AlertResult::ALL {
            counter!(ALERTS_SENT.name, "kind" => kind, "result" => result.label()).absolute(0);
        }
    }
    for &purpose in PURPOSES {
        for result in SendResult::ALL {
            counter!(MAILS_SENT.name, "kind" => purpose, "result" => result.label()).absolute(0);
        }
    }
    for said in Acknowledged::ALL {
        let (kind, result) = said.labels();
        counter!(ACKNOWLEDGEMENTS.name, "kind" => kind, "result" => result).absolute(0);
    }
    acknowledged_again(0);
    for state in OUTBOX_STATES {
        outbox_size(state, 0);
    }
    lateness("", 0, 0);
    counter!(DUPLICATES.name).absolute(0);
    for metric in [QUARANTINE_SIZE, STORE_BYTES, SERIES] {
        gauge!(metric.name).set(0.0);
    }
    // Asking for a histogram makes it exist, without an observation.
    let _ = histogram!(PARSE_DURATION.name);
    let _ = histogram!(COMMIT_DURATION.name);
    gauge!(BUILD_INFO.name, "version" => VERSION, "commit" => COMMIT).set(1.0);
}

/// Makes the series of a mailbox exist at 0, and its gauges be shown again if it was removed. What
/// was counted before stays.
pub fn mailbox_added(mailbox: &str) {
    removed(|names| names.remove(mailbox));
    zero_mailbox(mailbox);
}

/// Leaves out the gauges of a mailbox that is not configured any more: a mailbox that is gone is
/// not down. Its counters stay, as Prometheus expects.
pub fn mailbox_removed(mailbox: &str) {
    removed(|names| names.insert(mailbox.to_owned()));
}

fn removed(change: impl FnOnce(&mut BTreeSet<String>) -> bool) {
    change(&mut REMOVED.lock().unwrap_or_else(PoisonError::into_inner));
}

fn zero_mailbox(mailbox: &str) {
    let name = || mailbox.to_owned();
    mails_fetched(mailbox, 0, 0);
    for action in Release::ALL {
        mails_released(mailbox, action, 0);
    }
    for result in PollResult::ALL {
        counter!(POLLS.name, "mailbox" => name(), "result" => result.label()).absolute(0);
    }
    let _ = histogram!(POLL_DURATION.name, "mailbox" => name());
    for metric in MAILBOX_GAUGES {
        gauge!(metric.name, "mailbox" => name()).set(0.0);
    }
}

fn describe() {
    for metric in ALL {
        match metric.kind {
            MetricKind::Counter => describe_counter!(metric.name, metric.help),
            MetricKind::Gauge => describe_gauge!(metric.name, metric.help),
            MetricKind::Histogram => describe_histogram!(metric.name, metric.help),
        }
    }
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    let mut builder = PrometheusBuilder::new();
    for metric in ALL
        .iter()
        .filter(|metric| metric.kind == MetricKind::Histogram)
    {
        // Without buckets the exporter renders a summary, which cannot be added up.
        let matcher = Matcher::Full(metric.name.to_owned());
        builder = builder.set_buckets_for_metric(matcher, metric.buckets)?;
    }
    Ok(builder)
}

/// The value as it stands in the list, or `other`.
fn listed(value: &str, list: &[&'static str]) -> &'static str {
    list.iter()
        .find(|known| **known == value)
        .copied()
        .unwrap_or(OTHER)
}

fn pid_label(kind: &'static str, pid: Option<u32>) -> &'static str {
    match pid {
        None => NO_PID,
        Some(pid) if kind == table::MSCONS => listed(&pid.to_string(), PIDS),
        Some(_) => OTHER,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a gauge is an f64; exact up to 2^53"
)]
fn approximate(number: u64) -> f64 {
    number as f64
}

/// Gauges that a mailbox has.
const MAILBOX_GAUGES: [Metric; 3] = [MAILBOX_UP, MAILBOX_LAST_SUCCESS, MAILBOX_CONNECTIONS];
/// Mailboxes that a reload took out of the configuration.
static REMOVED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
/// Stands for a partner that is not named.
const NOBODY: &str = "none";
/// Version of this build.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Commit of this build; the release build sets it.
const COMMIT: &str = match option_env!("MSCONS_GATEWAY_COMMIT") {
    Some(commit) => commit,
    None => "unknown",
};

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(count: impl FnOnce()) -> String {
        let recorder = builder().unwrap().build_recorder();
        let handle = Handle(recorder.handle());
        ::metrics::with_local_recorder(&recorder, count);
        handle.run_upkeep();
        handle.render()
    }

    #[test]
    fn every_metric_of_the_table_exists_from_the_start_with_help_and_type() {
        let page = rendered(|| zero(&["metering".to_owned()], &["default".to_owned()]));
        for metric in ALL {
            let (name, help) = (metric.name, metric.help);
            assert!(
                page.contains(&format!("# HELP {name} {help}\n")),
                "{name}: no help\n{page}"
            );
            let kind = metric.kind.label();
            assert!(
                page.contains(&format!("# TYPE {name} {kind}\n")),
                "{name}: no type\n{page}"
            );
        }
    }

    #[test]
    fn nothing_is_rendered_that_the_table_does_not_name() {
        let page = rendered(|| zero(&["metering".to_owned()], &["default".to_owned()]));
        for line in page.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
            let name = line.split(' ').next().unwrap();
            assert!(ALL.iter().any(|metric| metric.name == name), "{name}");
        }
    }

    #[test]
    fn counters_are_zero_before_the_first_event_for_each_known_combination() {
        let page = rendered(|| zero(&["a".to_owned(), "b".to_owned()], &["default".to_owned()]));
        for line in [
            r#"mscons_gateway_polls_total{mailbox="a",result="ok"} 0"#,
            r#"mscons_gateway_polls_total{mailbox="b",result="permanent"} 0"#,
            r#"mscons_gateway_messages_total{type="MSCONS",pid="13018"} 0"#,
            r#"mscons_gateway_messages_total{type="other",pid="none"} 0"#,
            r#"mscons_gateway_values_total{qualifier="67"} 0"#,
            r#"mscons_gateway_poll_duration_seconds_count{mailbox="a"} 0"#,
            "mscons_gateway_commit_duration_seconds_count 0",
            r#"mscons_gateway_token_refreshes_total{account="default",result="final"} 0"#,
            r#"mscons_gateway_token_needs_sign_in{account="default"} 0"#,
        ] {
            assert!(page.contains(line), "{line} is not in\n{page}");
        }
    }

    #[test]
    fn what_a_stranger_makes_up_is_counted_as_other() {
        let page = rendered(|| {
            messages("EVIL", Some(1), 2);
            messages("MSCONS", Some(99999), 3);
            messages("MSCONS", None, 4);
            values("X1", 5);
        });
        assert!(page.contains(r#"{type="other",pid="other"} 2"#), "{page}");
        assert!(page.contains(r#"{type="MSCONS",pid="other"} 3"#), "{page}");
        assert!(page.contains(r#"{type="MSCONS",pid="none"} 4"#), "{page}");
        assert!(
            page.contains(r#"values_total{qualifier="other"} 5"#),
            "{page}"
        );
    }

    #[test]
    fn a_poll_falls_into_its_own_bucket() {
        let page = rendered(|| polled("a", PollResult::Ok, Duration::from_millis(200)));
        assert!(
            page.contains(r#"_bucket{mailbox="a",le="0.1"} 0"#),
            "{page}"
        );
        assert!(
            page.contains(r#"_bucket{mailbox="a",le="0.25"} 1"#),
            "{page}"
        );
    }

    #[test]
    fn the_gauges_of_a_mailbox_go_and_come_with_it_and_its_counters_stay() {
        let recorder = builder().unwrap().build_recorder();
        let handle = Handle(recorder.handle());
        let has = |text: &str| handle.render().contains(text);
        let (up, fetched) = (
            "mailbox_up{mailbox=\"leaving\"} 0",
            "mails_fetched_total{mailbox=\"leaving\"} 5",
        );
        ::metrics::with_local_recorder(&recorder, || {
            mailbox_added("leaving");
            mailbox_up("staying", true);
            mails_fetched("leaving", 5, 1);
            assert!(has(up) && has(fetched));
            mailbox_removed("leaving");
            assert!(!has("mailbox_connections{mailbox=\"leaving\"}"));
            assert!(!has(up) && has(fetched) && has("mailbox_up{mailbox=\"staying\"} 1"));
            mailbox_added("leaving");
            assert!(has(up) && has(fetched));
        });
    }

    #[test]
    fn a_mailbox_name_is_escaped() {
        let page = rendered(|| mailbox_up("a\"b\\c\nd", true));
        assert!(
            page.contains(r#"mailbox_up{mailbox="a\"b\\c\nd"} 1"#),
            "{page}"
        );
    }
}
