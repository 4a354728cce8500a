//! The table of all metrics, and the closed lists of their labels.

/// One metric: what `/metrics` and `docs/METRICS.md` say of it.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name, prefix and unit included.
    pub name: &'static str,
    /// How its value moves.
    pub kind: MetricKind,
    /// What it tells, in one sentence.
    pub help: &'static str,
    /// Names of its labels.
    pub labels: &'static [&'static str],
    /// Upper bounds of a histogram's buckets in seconds; empty for the others.
    pub buckets: &'static [f64],
}

/// How the value of a metric moves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MetricKind {
    /// Only upwards, from 0 at the start of the process.
    Counter,
    /// Up and down.
    Gauge,
    /// Counted observations in buckets.
    Histogram,
}

impl MetricKind {
    /// The word of Prometheus' `# TYPE` line.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// All metrics, in the order of the documentation.
pub const ALL: &[Metric] = &[
    MAILS_FETCHED,
    MAIL_BYTES,
    MAILS_RELEASED,
    POLLS,
    POLL_DURATION,
    MAILBOX_UP,
    MAILBOX_LAST_SUCCESS,
    MAILBOX_CONNECTIONS,
    INTERCHANGES,
    MESSAGES,
    VALUES,
    DUPLICATES,
    PARSE_DURATION,
    COMMIT_DURATION,
    QUARANTINE_SIZE,
    STORE_BYTES,
    SERIES,
    GAPS,
    OVERDUE_SERIES,
    ALERTS_SENT,
    MAILS_SENT,
    ACKNOWLEDGEMENTS,
    OUTBOX_SIZE,
    TOKEN_REFRESHES,
    TOKEN_EXPIRY,
    TOKEN_NEEDS_SIGN_IN,
    ACTOR_RESTARTS,
    BUILD_INFO,
];

const fn counter(
    name: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
) -> Metric {
    Metric {
        name,
        kind: MetricKind::Counter,
        help,
        labels,
        buckets: &[],
    }
}

const fn gauge(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Metric {
    Metric {
        name,
        kind: MetricKind::Gauge,
        help,
        labels,
        buckets: &[],
    }
}

const fn histogram(
    name: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
    buckets: &'static [f64],
) -> Metric {
    Metric {
        name,
        kind: MetricKind::Histogram,
        help,
        labels,
        buckets,
    }
}

pub(super) const MAILS_FETCHED: Metric = counter(
    "mscons_gateway_mails_fetched_total",
    &["mailbox"],
    "Mails fetched from a mailbox.",
);
pub(super) const MAIL_BYTES: Metric = counter(
    "mscons_gateway_mail_bytes_total",
    &["mailbox"],
    "Bytes of the mails fetched from a mailbox.",
);
pub(super) const MAILS_RELEASED: Metric = counter(
    "mscons_gateway_mails_released_total",
    &["mailbox", "action"],
    "Mails released at the server after their content was durable, by what was done to them.",
);
pub(super) const POLLS: Metric = counter(
    "mscons_gateway_polls_total",
    &["mailbox", "result"],
    "Polls of a mailbox, by how they ended.",
);
pub(super) const POLL_DURATION: Metric = histogram(
    "mscons_gateway_poll_duration_seconds",
    &["mailbox"],
    "Duration of a poll, from connecting to the last mail settled.",
    &[
        0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0,
    ],
);
pub(super) const MAILBOX_UP: Metric = gauge(
    "mscons_gateway_mailbox_up",
    &["mailbox"],
    "1 if the last poll of the mailbox succeeded, else 0.",
);
pub(super) const MAILBOX_LAST_SUCCESS: Metric = gauge(
    "mscons_gateway_mailbox_last_success_timestamp_seconds",
    &["mailbox"],
    "Time of the last successful poll of a mailbox; 0 before the first.",
);
pub(super) const MAILBOX_CONNECTIONS: Metric = gauge(
    "mscons_gateway_mailbox_connections",
    &["mailbox"],
    "Open connections to a mailbox.",
);
pub(super) const INTERCHANGES: Metric = counter(
    "mscons_gateway_interchanges_total",
    &["result"],
    "EDIFACT interchanges found in mails, by what became of them.",
);
pub(super) const MESSAGES: Metric = counter(
    "mscons_gateway_messages_total",
    &["type", "pid"],
    "Messages taken in, by type and check identifier (Pruefidentifikator).",
);
pub(super) const VALUES: Metric = counter(
    "mscons_gateway_values_total",
    &["qualifier"],
    "Metered values taken in, by their qualifier (QTY 6063).",
);
pub(super) const DUPLICATES: Metric = counter(
    "mscons_gateway_duplicates_total",
    &[],
    "Interchanges that arrived again and had no effect.",
);
pub(super) const PARSE_DURATION: Metric = histogram(
    "mscons_gateway_parse_duration_seconds",
    &[],
    "Duration of parsing the content of one mail.",
    &[
        1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 5e-3, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0,
    ],
);
pub(super) const COMMIT_DURATION: Metric = histogram(
    "mscons_gateway_commit_duration_seconds",
    &[],
    "Duration of a commit to disk, fsync included.",
    &[
        1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0,
    ],
);
pub(super) const QUARANTINE_SIZE: Metric = gauge(
    "mscons_gateway_quarantine_size",
    &[],
    "Entries in quarantine that wait for a person.",
);
pub(super) const STORE_BYTES: Metric = gauge(
    "mscons_gateway_store_bytes",
    &[],
    "Bytes of database and archive on disk.",
);
pub(super) const SERIES: Metric = gauge("mscons_gateway_series", &[], "Time series in the store.");
pub(super) const GAPS: Metric = gauge(
    "mscons_gateway_gaps",
    &["partner"],
    "Runs of expected values that are overdue, in the last weeks, by the partner's id.",
);
pub(super) const OVERDUE_SERIES: Metric = gauge(
    "mscons_gateway_overdue_series",
    &["partner"],
    "Expected series of which values are overdue, in the last weeks, by the partner's id.",
);
pub(super) const ALERTS_SENT: Metric = counter(
    "mscons_gateway_alerts_sent_total",
    &["kind", "result"],
    "Alerts told, by what they are about: logged; and attempts to deliver them, which went well or failed.",
);
pub(super) const MAILS_SENT: Metric = counter(
    "mscons_gateway_mails_sent_total",
    &["kind", "result"],
    "Tries to send a mail of ours, by what it is for and how they ended.",
);
pub(super) const ACKNOWLEDGEMENTS: Metric = counter(
    "mscons_gateway_acknowledgements_total",
    &["kind", "result"],
    "What partners were told of what they sent, by CONTRL of an interchange and by APERAK of a message; `repeated`: mails that went again because an interchange came again.",
);
pub(super) const OUTBOX_SIZE: Metric = gauge(
    "mscons_gateway_outbox_size",
    &["state"],
    "Mails of ours that have not ended: to be sent, or failed and not looked at by a person.",
);
pub(super) const TOKEN_REFRESHES: Metric = counter(
    "mscons_gateway_token_refreshes_total",
    &["account", "result"],
    "Attempts to get an access token of a Microsoft account, by how they ended.",
);
pub(super) const TOKEN_EXPIRY: Metric = gauge(
    "mscons_gateway_token_expiry_timestamp_seconds",
    &["account"],
    "End of the access token of a Microsoft account; 0 if there is none.",
);
pub(super) const TOKEN_NEEDS_SIGN_IN: Metric = gauge(
    "mscons_gateway_token_needs_sign_in",
    &["account"],
    "1 if a person must sign in for a Microsoft account, else 0.",
);
pub(super) const ACTOR_RESTARTS: Metric = counter(
    "mscons_gateway_actor_restarts_total",
    &["actor"],
    "Actors that ended and were started again.",
);
pub(super) const BUILD_INFO: Metric = gauge(
    "mscons_gateway_build_info",
    &["version", "commit"],
    "1; version and commit of the running build are its labels.",
);

/// Stands for every label value that is in no list.
pub(super) const OTHER: &str = "other";
/// Stands for a message without a Prüfidentifikator.
pub(super) const NO_PID: &str = "none";
/// The message type that has Prüfidentifikatoren of its own in [`PIDS`].
pub(super) const MSCONS: &str = "MSCONS";

/// Message types (UNH 0065) of German market communication that may share a mailbox with MSCONS.
pub(super) const MESSAGE_TYPES: &[&str] = &[
    MSCONS, "APERAK", "CONTRL", "COMDIS", "IFTSTA", "INSRPT", "INVOIC", "ORDCHG", "ORDERS",
    "ORDRSP", "PARTIN", "PRICAT", "QUOTES", "REMADV", "REQOTE", "UTILMD", "UTILTS",
];

/// Prüfidentifikatoren of MSCONS 2.4c and 2.5, and 13001 of older versions.
pub(super) const PIDS: &[&str] = &[
    "13001", "13002", "13003", "13005", "13006", "13007", "13008", "13009", "13010", "13011",
    "13012", "13013", "13014", "13015", "13016", "13017", "13018", "13019", "13020", "13021",
    "13022", "13023", "13025", "13026", "13027", "13028",
];

/// Qualifiers (QTY 6063) of MSCONS in all versions that are met.
pub(super) const QUALIFIERS: &[&str] = &[
    "20", "46", "67", "79", "187", "201", "220", "Z18", "Z30", "Z31", "Z47",
];

/// What can be restarted.
pub(super) const ACTORS: &[&str] = &["mscons", "poller", "scheduler", "sender", "token"];

/// What a mail of ours can be for.
pub(super) const PURPOSES: &[&str] = &[
    "request", "contrl", "aperak", "answer", "report", "alert", "test",
];

/// States of a mail of ours that are no end.
pub(super) const OUTBOX_STATES: [&str; 5] = ["queued", "sending", "deferred", "failed", "unknown"];

/// What an alert can be about.
pub(super) const ALERT_KINDS: &[&str] = &[
    "mailbox_stale",
    "quarantine",
    "certificate",
    "disk",
    "overdue",
    "account",
    "account_credential",
    "outbox",
    "rejected",
];
