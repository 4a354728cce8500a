//! Facts to judgements: what holds, what does not, and what cannot be told. Pure.

use std::time::Duration;

use crate::alert::Kind;
use crate::alert::book::Book;
use crate::alert::facts::{AccountFacts, AccountState, Facts, MailboxFacts, PartnerFacts};
use crate::market::calendar::UtcTime;
use crate::store::data_dir::Room;

/// Something that may hold, with what is to be said of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Condition {
    /// A mailbox that was not polled with success since then.
    MailboxStale {
        /// Its name.
        mailbox: String,
        /// Since when.
        since: UtcTime,
    },
    /// Something new in quarantine.
    Quarantine {
        /// How many entries wait in all.
        entries: u64,
    },
    /// A mail server's certificate that ends soon.
    Certificate {
        /// The mailbox.
        mailbox: String,
        /// Its end.
        until: UtcTime,
    },
    /// A disk that is nearly full.
    Disk(Room),
    /// Expected values that are overdue.
    Overdue {
        /// The partner's id; empty for nobody in particular.
        partner: String,
        /// What it is called.
        name: String,
        /// How many series.
        series: u64,
        /// When the first of them was due.
        since: UtcTime,
    },
    /// A Microsoft account that needs a person.
    Account {
        /// Its name.
        account: String,
        /// Whether somebody must sign in.
        needs_sign_in: bool,
        /// What is wrong, and what to do.
        what: String,
    },
    /// The client secret or certificate of a Microsoft account that ends soon.
    AccountCredential {
        /// Its name.
        account: String,
        /// Its end.
        until: UtcTime,
    },
    /// Mails of ours that were not sent.
    Outbox {
        /// How many wait for a person.
        mails: u64,
    },
    /// Mails of ours that partners rejected lately.
    Rejected {
        /// How many.
        mails: u64,
    },
}

/// What the facts say of one thing that is watched.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Judgement {
    /// What it is about.
    pub kind: Kind,
    /// Which mailbox, partner or account; empty where there is only one thing of the kind.
    pub subject: String,
    /// What is found.
    pub finding: Finding,
}

/// What is found of one thing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Finding {
    /// It holds.
    Holds(Condition),
    /// All is well.
    Well,
    /// Nobody knows at this moment: what was told before still stands.
    Unknown,
}

/// Judges everything that is watched. The book knows what is told already, which makes the way out
/// of some conditions longer than the way in.
pub fn judge(facts: &Facts, book: &Book, now: UtcTime) -> Vec<Judgement> {
    let mut judgements = Vec::new();
    for mailbox in &facts.mailboxes {
        let told = book.is_firing(Kind::MailboxStale, &mailbox.name);
        let since = book.mailbox_since(&mailbox.name).unwrap_or(facts.started);
        judgements.push(Judgement {
            kind: Kind::MailboxStale,
            subject: mailbox.name.clone(),
            finding: staleness(mailbox, facts, since, told, now),
        });
        judgements.push(Judgement {
            kind: Kind::Certificate,
            subject: mailbox.name.clone(),
            finding: certificate(mailbox.certificate_until, now, |until| {
                Condition::Certificate {
                    mailbox: mailbox.name.clone(),
                    until,
                }
            }),
        });
    }
    judgements.extend(facts.accounts.iter().map(account));
    judgements.extend(
        facts
            .accounts
            .iter()
            .map(|account| account_credential(account, now)),
    );
    judgements.push(Judgement {
        kind: Kind::Quarantine,
        subject: String::new(),
        finding: quarantine(facts.quarantine, book.quarantine_grew(), now),
    });
    judgements.push(Judgement {
        kind: Kind::Outbox,
        subject: String::new(),
        finding: match facts.unsent {
            None => Finding::Unknown,
            Some(0) => Finding::Well,
            Some(mails) => Finding::Holds(Condition::Outbox { mails }),
        },
    });
    judgements.push(Judgement {
        kind: Kind::Rejected,
        subject: String::new(),
        finding: match facts.rejected {
            None => Finding::Unknown,
            Some(0) => Finding::Well,
            Some(mails) => Finding::Holds(Condition::Rejected { mails }),
        },
    });
    judgements.push(Judgement {
        kind: Kind::Disk,
        subject: String::new(),
        finding: disk(facts.room, book.is_firing(Kind::Disk, "")),
    });
    match &facts.partners {
        Some(partners) => judgements.extend(partners.iter().map(overdue)),
        None => judgements.extend(book.subjects(Kind::Overdue).map(|subject| Judgement {
            kind: Kind::Overdue,
            subject,
            finding: Finding::Unknown,
        })),
    }
    judgements
}

/// `since` is the last successful poll, of whichever process, or when the mailbox was first seen.
fn staleness(
    mailbox: &MailboxFacts,
    facts: &Facts,
    since: UtcTime,
    told: bool,
    now: UtcTime,
) -> Finding {
    let since = mailbox.last_success.unwrap_or(since);
    // A process that was off for long has not polled for long: it gets the time for a first poll.
    let is_new = elapsed(facts.started, now) < facts.stale_after.min(FIRST_POLL);
    if elapsed(since, now) < facts.stale_after {
        return Finding::Well;
    }
    if is_new && !told {
        return Finding::Unknown;
    }
    Finding::Holds(Condition::MailboxStale {
        mailbox: mailbox.name.clone(),
        since,
    })
}

fn certificate(
    until: Option<UtcTime>,
    now: UtcTime,
    condition: impl FnOnce(UtcTime) -> Condition,
) -> Finding {
    match until {
        None => Finding::Unknown,
        Some(until) if elapsed(now, until) > CERTIFICATE_ENDS => Finding::Well,
        Some(until) => Finding::Holds(condition(until)),
    }
}

fn account(facts: &AccountFacts) -> Judgement {
    let finding = match &facts.state {
        AccountState::Well => Finding::Well,
        AccountState::Unknown => Finding::Unknown,
        AccountState::Trouble {
            needs_sign_in,
            what,
        } => Finding::Holds(Condition::Account {
            account: facts.name.clone(),
            needs_sign_in: *needs_sign_in,
            what: what.clone(),
        }),
    };
    Judgement {
        kind: Kind::Account,
        subject: facts.name.clone(),
        finding,
    }
}

fn account_credential(facts: &AccountFacts, now: UtcTime) -> Judgement {
    let finding = certificate(facts.credential_until, now, |until| {
        Condition::AccountCredential {
            account: facts.name.clone(),
            until,
        }
    });
    Judgement {
        kind: Kind::AccountCredential,
        subject: facts.name.clone(),
        finding,
    }
}

/// An old entry that is left alone is no news for ever, and must not hide a new one.
fn quarantine(entries: Option<u64>, grew: Option<UtcTime>, now: UtcTime) -> Finding {
    match (entries, grew) {
        (None, _) => Finding::Unknown,
        (Some(entries), Some(grew)) if entries > 0 && elapsed(grew, now) < QUARANTINE_IS_NEW => {
            Finding::Holds(Condition::Quarantine { entries })
        }
        (Some(_), _) => Finding::Well,
    }
}

fn disk(room: Option<Room>, told: bool) -> Finding {
    let Some(room) = room else {
        return Finding::Unknown;
    };
    // The way out is a fifth longer, so that a disk at the border is told of once.
    let (part, bytes) = if told {
        (6, ROOM_LEAST / 5 * 6)
    } else {
        (5, ROOM_LEAST)
    };
    let is_small = u128::from(room.free_bytes) * 100 < u128::from(room.total_bytes) * part;
    if is_small || room.free_bytes < bytes {
        Finding::Holds(Condition::Disk(room))
    } else {
        Finding::Well
    }
}

fn overdue(partner: &PartnerFacts) -> Judgement {
    let finding = match partner.overdue {
        Some((series, since)) => Finding::Holds(Condition::Overdue {
            partner: partner.id.clone(),
            name: partner.name.clone(),
            series,
            since,
        }),
        None => Finding::Well,
    };
    Judgement {
        kind: Kind::Overdue,
        subject: partner.id.clone(),
        finding,
    }
}

/// From one instant to a later one; nothing if it is not later.
fn elapsed(from: UtcTime, to: UtcTime) -> Duration {
    let seconds = to.seconds().saturating_sub(from.seconds());
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}

/// Time enough to renew a certificate by hand, weekends and holidays included.
const CERTIFICATE_ENDS: Duration = Duration::from_hours(14 * 24);
/// What came within a day is new.
const QUARANTINE_IS_NEW: Duration = Duration::from_hours(24);
/// As long as `/readyz` waits for a mailbox that may come back by itself.
const FIRST_POLL: Duration = Duration::from_mins(15);
/// Archive and database of a busy day.
const ROOM_LEAST: u64 = 1 << 30;

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600;
    const DAY: i64 = 24 * HOUR;

    fn at(seconds: i64) -> UtcTime {
        UtcTime::from_seconds(seconds)
    }

    fn facts() -> Facts {
        Facts {
            started: at(0),
            stale_after: Duration::from_hours(24),
            mailboxes: vec![MailboxFacts {
                name: "metering".to_owned(),
                last_success: None,
                certificate_until: None,
            }],
            accounts: Vec::new(),
            quarantine: Some(0),
            unsent: Some(0),
            rejected: Some(0),
            room: None,
            partners: None,
        }
    }

    fn finding(facts: &Facts, book: &Book, kind: Kind, now: i64) -> Finding {
        let judgements = judge(facts, book, at(now));
        let found = judgements.into_iter().find(|judged| judged.kind == kind);
        found.unwrap().finding
    }

    fn holds(finding: &Finding) -> bool {
        matches!(finding, Finding::Holds(_))
    }

    #[test]
    fn a_mailbox_is_stale_after_its_time_and_well_after_a_poll() {
        let mut facts = facts();
        let book = Book::default();
        let stale = |facts: &Facts, now| finding(facts, &book, Kind::MailboxStale, now);
        assert_eq!(stale(&facts, DAY - 1), Finding::Well);
        assert!(holds(&stale(&facts, DAY)));
        facts.mailboxes[0].last_success = Some(at(DAY));
        assert_eq!(stale(&facts, 2 * DAY - 1), Finding::Well);
        assert!(holds(&stale(&facts, 2 * DAY)));
    }

    #[test]
    fn a_process_that_was_off_for_long_gets_time_for_a_first_poll() {
        let mut facts = facts();
        let mut book = Book::default();
        book.remember(&facts, at(0));
        facts.started = at(9 * DAY);
        let stale = |now| finding(&facts, &book, Kind::MailboxStale, now);
        assert_eq!(stale(9 * DAY + 899), Finding::Unknown);
        let Finding::Holds(Condition::MailboxStale { since, .. }) = stale(9 * DAY + 900) else {
            panic!("it is stale");
        };
        assert_eq!(since, at(0), "also the time before the restart counts");
    }

    #[test]
    fn a_certificate_is_told_of_a_fortnight_before_its_end_and_after_it() {
        let mut facts = facts();
        let book = Book::default();
        let end = |facts: &Facts, now| finding(facts, &book, Kind::Certificate, now);
        assert_eq!(end(&facts, 0), Finding::Unknown);
        facts.mailboxes[0].certificate_until = Some(at(20 * DAY));
        assert_eq!(end(&facts, 6 * DAY - 1), Finding::Well);
        assert!(holds(&end(&facts, 6 * DAY)));
        assert!(holds(&end(&facts, 30 * DAY)));
    }

    #[test]
    fn quarantine_is_told_of_when_it_grows_and_is_calm_after_a_day() {
        let mut facts = facts();
        let mut book = Book::default();
        let mut at_size = |entries: u64, now: i64| {
            facts.quarantine = Some(entries);
            book.remember(&facts, at(now));
            holds(&finding(&facts, &book, Kind::Quarantine, now))
        };
        assert!(!at_size(0, 0));
        assert!(at_size(2, HOUR));
        assert!(at_size(2, DAY));
        assert!(!at_size(2, DAY + HOUR), "the same two for a day");
        assert!(!at_size(1, DAY + 2 * HOUR), "one was dropped");
        assert!(at_size(2, DAY + 3 * HOUR), "another one came");
        assert!(!at_size(0, DAY + 4 * HOUR), "empty");
    }

    #[test]
    fn a_disk_is_nearly_full_below_a_twentieth_or_a_gibibyte_and_has_room_again_a_little_later() {
        let gib = 1_u64 << 30;
        for (free_bytes, total_bytes, told, expected) in [
            (5 * gib, 100 * gib, false, false),
            (5 * gib - 1, 100 * gib, false, true),
            (5 * gib, 100 * gib, true, true),
            (6 * gib, 100 * gib, true, false),
            (gib - 1, 2 * gib, false, true),
            (gib, 2 * gib, false, false),
            (gib, 2 * gib, true, true),
            (u64::MAX, u64::MAX, false, false),
        ] {
            let room = Room {
                free_bytes,
                total_bytes,
            };
            assert_eq!(holds(&disk(Some(room), told)), expected, "{room:?} {told}");
        }
        assert_eq!(disk(None, true), Finding::Unknown);
    }

    #[test]
    fn an_account_is_told_of_when_it_needs_a_person_and_not_while_nobody_answers() {
        let mut facts = facts();
        let book = Book::default();
        let mut at_state = |state: AccountState| {
            facts.accounts = vec![AccountFacts {
                name: "default".to_owned(),
                state,
                credential_until: Some(at(20 * DAY)),
            }];
            finding(&facts, &book, Kind::Account, 0)
        };
        assert_eq!(at_state(AccountState::Well), Finding::Well);
        assert_eq!(at_state(AccountState::Unknown), Finding::Unknown);
        let trouble = AccountState::Trouble {
            needs_sign_in: true,
            what: "Sign in again.".to_owned(),
        };
        assert!(holds(&at_state(trouble)));
        let end = |now| finding(&facts, &book, Kind::AccountCredential, now);
        assert_eq!(end(0), Finding::Well);
        assert!(holds(&end(6 * DAY)));
    }
}
