//! What is known at one moment; `None` is not known.

use std::time::Duration;

use crate::market::calendar::UtcTime;
use crate::store::data_dir::Room;

/// What is known at one moment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Facts {
    /// When the process started.
    pub started: UtcTime,
    /// After which time without a successful poll a mailbox is an alert.
    pub stale_after: Duration,
    /// The mailboxes of the configuration.
    pub mailboxes: Vec<MailboxFacts>,
    /// The Microsoft accounts that something signs in by.
    pub accounts: Vec<AccountFacts>,
    /// Entries in quarantine.
    pub quarantine: Option<u64>,
    /// Mails of ours that wait for a person.
    pub unsent: Option<u64>,
    /// Mails of ours that partners rejected within [`REJECTED_IS_NEW`].
    pub rejected: Option<u64>,
    /// The disk of the data directory.
    pub room: Option<Room>,
    /// What of each partner is overdue, also of those of whom nothing is.
    pub partners: Option<Vec<PartnerFacts>>,
}

/// What was rejected within a day is new.
pub const REJECTED_IS_NEW: Duration = Duration::from_hours(24);

/// What is known of a mailbox.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MailboxFacts {
    /// Its name.
    pub name: String,
    /// Its last successful poll in the life of this process.
    pub last_success: Option<UtcTime>,
    /// Until when the certificate of its server is valid.
    pub certificate_until: Option<UtcTime>,
}

/// What is known of a Microsoft account.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AccountFacts {
    /// Its name.
    pub name: String,
    /// Whether it works.
    pub state: AccountState,
    /// Until when its client secret or certificate is valid.
    pub credential_until: Option<UtcTime>,
}

/// Whether a Microsoft account works.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum AccountState {
    /// It does.
    Well,
    /// Nobody has asked yet, or nobody answers.
    Unknown,
    /// A person must act.
    Trouble {
        /// By signing in.
        needs_sign_in: bool,
        /// What is wrong, and what to do.
        what: String,
    },
}

/// What is overdue of a partner.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PartnerFacts {
    /// Its id; empty for nobody in particular.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// How many series are overdue, and since when the first of them.
    pub overdue: Option<(u64, UtcTime)>,
}
