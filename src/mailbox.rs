//! What is known of a mailbox: the identities of its mails, and which of them are settled.
//!
//! Pure. The mail edge asks, the store keeps; neither knows the other.

pub mod cursor;
pub mod listing;

use serde::{Deserialize, Serialize};

pub use cursor::Cursor;
pub use listing::{Listing, Mark};

/// What tells one mail of a mailbox from another, by protocol.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub enum MailId {
    /// IMAP: unique as long as the folder keeps its UIDVALIDITY (RFC 9051 section 2.3.1.1).
    Imap {
        /// UIDVALIDITY of the folder.
        validity: u32,
        /// UID of the mail.
        uid: u32,
    },
    /// POP3: the unique-id listing (RFC 1939 section 7).
    Pop3 {
        /// The server's own identity of the mail, 1 to 70 printable characters.
        uidl: String,
    },
    /// Maildir: the unique part of the file name, before `:2,`.
    Maildir {
        /// The unique name.
        name: String,
    },
    /// A file that a person gave: `import`, upload. Known by its content alone.
    File {
        /// The path as given.
        path: String,
    },
    /// A mail that we wrote.
    Ours {
        /// Its number in the outbox.
        number: u64,
    },
}

/// What became of a mail, once it is durable.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub enum Outcome {
    /// Its interchanges are stored.
    Stored,
    /// All of it was known already: no effect.
    Duplicate,
    /// Something in it went to quarantine; what was understood is stored.
    Quarantined,
    /// It holds no EDIFACT: counted and left alone.
    Irrelevant,
    /// It is over the limit of size and was not loaded.
    TooLarge,
}
