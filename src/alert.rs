//! What a person must know: told once when it begins and once when it ends.
//!
//! [`judge()`] looks at facts and says what holds; the [`Book`] remembers what was told, also over
//! a restart; the [`Desk`] brings both together, writes the log and keeps what the webhook has not
//! taken yet. Nothing here waits for a network but [`Desk::deliver`].

mod book;
mod desk;
mod facts;
mod judge;
mod webhook;
mod words;

pub use book::{Book, Notice, Status};
pub use desk::Desk;
pub use facts::{AccountFacts, AccountState, Facts, MailboxFacts, PartnerFacts, REJECTED_IS_NEW};
pub use judge::{Condition, Judgement, judge};
pub use webhook::{Undelivered, Webhook};

use serde::{Deserialize, Serialize};

/// What an alert is about.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A mailbox without a successful poll for too long.
    MailboxStale,
    /// Something new in quarantine.
    Quarantine,
    /// A mail server's certificate that ends soon.
    Certificate,
    /// A disk that is nearly full.
    Disk,
    /// Expected values that are overdue.
    Overdue,
    /// A Microsoft account that needs a person.
    Account,
    /// The client secret or certificate of a Microsoft account that ends soon.
    AccountCredential,
    /// Mails of ours that were not sent.
    Outbox,
    /// Mails of ours that partners rejected.
    Rejected,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::MailboxStale,
        Self::Quarantine,
        Self::Certificate,
        Self::Disk,
        Self::Overdue,
        Self::Account,
        Self::AccountCredential,
        Self::Outbox,
        Self::Rejected,
    ];

    /// Its name in the JSON of a notice, and in metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MailboxStale => "mailbox_stale",
            Self::Quarantine => "quarantine",
            Self::Certificate => "certificate",
            Self::Disk => "disk",
            Self::Overdue => "overdue",
            Self::Account => "account",
            Self::AccountCredential => "account_credential",
            Self::Outbox => "outbox",
            Self::Rejected => "rejected",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_one_name_in_json_and_metrics() {
        let page = crate::metrics::docs_markdown();
        for kind in Kind::ALL {
            let name = kind.name();
            assert_eq!(serde_json::to_value(kind).unwrap(), name);
            assert!(page.contains(&format!("`{name}`")), "{name}");
        }
    }
}
