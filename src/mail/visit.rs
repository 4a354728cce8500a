//! A visit: what a poll would find in a mailbox. Nothing is taken, marked, moved or deleted.
//!
//! It goes the way of a poll, with the same connection, sign-in and folder, and keeps what it saw
//! up to the step that failed.

use crate::config::mailbox::{Mailbox, Protocol};
use crate::mail::substitute::is_substitute;
use crate::mail::{MailError, folder, imap, maildir, pop3};
use crate::oauth::Accounts;

/// What a visit saw, as far as it came.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Visit {
    /// How far it came.
    pub reached: Reached,
    /// Whether name and password went over an encrypted connection.
    pub encrypted: bool,
    /// What the server offers after the sign-in, or before it if that failed; in capitals.
    pub offered: Vec<String>,
    /// The names of the folders that are there (IMAP); at most 1,000.
    pub folders: Vec<String>,
    /// How many mails the folder holds.
    pub mails: u64,
    /// How many of them are files that cannot be opened (Maildir, folder).
    pub unreadable: u64,
    /// When the newest mail arrived by the server's clock, if it says so; seconds since 1970.
    pub last_arrival: Option<i64>,
    /// The newest mails, newest first, as many as were asked for.
    pub newest: Vec<Vec<u8>>,
    /// How many of those that were asked for the server did not give, or gave another mail instead
    /// of ([`crate::mail::substitute`]).
    pub not_given: u64,
}

/// The steps of a visit.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum Reached {
    /// No conversation yet.
    #[default]
    Nothing,
    /// The server speaks the protocol, as encrypted as it shall be.
    Server,
    /// Signed in.
    Account,
    /// The folder is open.
    Folder,
}

/// How many of the newest mails a visit reads.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Newest {
    /// At most so many mails.
    pub mails: usize,
    /// At most so many bytes together.
    pub bytes: u64,
}

impl Visit {
    /// Notes what came of so many mails that were asked for.
    pub(crate) fn take(&mut self, asked: usize, came: Vec<Vec<u8>>) {
        let given: Vec<Vec<u8>> = came
            .into_iter()
            .filter(|mail| !is_substitute(mail))
            .collect();
        self.not_given += asked.saturating_sub(given.len()) as u64;
        self.newest.extend(given);
    }
}

impl Newest {
    /// None at all.
    pub const NONE: Self = Self { mails: 0, bytes: 0 };

    /// The first of these (newest first, with sizes) that fit.
    pub(crate) fn choose<T>(self, listed: impl Iterator<Item = (T, u64)>) -> Vec<(T, u64)> {
        let mut left = self.bytes;
        listed
            .take(self.mails)
            .take_while(|(_, size)| {
                let fits = *size <= left;
                left = left.saturating_sub(*size);
                fits
            })
            .collect()
    }
}

/// Visits a mailbox, and reads its newest mails. The accounts are asked where it signs in by one.
///
/// # Errors
/// Beside what was seen, the [`MailError`] of the step that failed.
pub async fn visit(
    mailbox: &Mailbox,
    accounts: &Accounts,
    newest: Newest,
) -> (Visit, Result<(), MailError>) {
    let mut seen = Visit::default();
    // A mailbox in which nothing is released is opened for reading only.
    let mailbox = Mailbox {
        delete_after_fetch: false,
        move_to: String::new(),
        ..mailbox.clone()
    };
    let came = match mailbox.protocol {
        Protocol::Imap => imap::visit(&mailbox, accounts, newest, &mut seen).await,
        Protocol::Pop3 => pop3::visit(&mailbox, accounts, newest, &mut seen).await,
        Protocol::Maildir => maildir::visit(&mailbox, newest, &mut seen).await,
        Protocol::Folder => folder::visit(&mailbox, &mut seen).await,
    };
    (seen, came)
}

/// Whether a server of the protocol answers, as encrypted as the mailbox says. Nobody signs in.
///
/// # Errors
/// [`MailError`] if not.
pub async fn greet(mailbox: &Mailbox) -> Result<(), MailError> {
    match mailbox.protocol {
        Protocol::Imap => imap::greet(mailbox).await,
        Protocol::Pop3 => pop3::greet(mailbox).await,
        Protocol::Maildir | Protocol::Folder => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_chosen_up_to_number_and_size() {
        let sizes = [10, 20, 30, 1].map(|size| (size, size));
        let chosen = |mails, bytes| Newest { mails, bytes }.choose(sizes.into_iter()).len();
        assert_eq!(chosen(2, 1_000), 2);
        assert_eq!(chosen(9, 30), 2);
        assert_eq!(chosen(9, 9), 0);
        assert_eq!(Newest::NONE.choose(sizes.into_iter()), []);
    }
}
