//! What was told, and what is remembered for it: small, and kept over a restart.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::alert::Kind;
use crate::alert::facts::Facts;
use crate::alert::judge::{Finding, Judgement};
use crate::alert::words::{detail, title};
use crate::market::calendar::UtcTime;
use crate::text::Text;

/// What is told to a person. As JSON: the body of the webhook's request.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Notice {
    /// The whole message in one text: what Teams and Slack show.
    pub text: String,
    /// The same in a few words.
    pub title: String,
    /// Whether it begins or ends.
    pub status: Status,
    /// What it is about.
    pub kind: Kind,
    /// Which mailbox, partner or account; empty where there is only one thing of the kind.
    pub subject: String,
    /// When it began, RFC 3339 UTC.
    pub since: String,
}

/// Whether a condition begins or ends. The words are Alertmanager's.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It holds from now on.
    Firing,
    /// It holds no more.
    Resolved,
}

/// What was told, and what is remembered for it.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Book {
    firing: Vec<Firing>,
    /// The last successful poll of each mailbox, or when it was first seen, seconds UTC.
    mailboxes: BTreeMap<String, i64>,
    /// Entries in quarantine when it was last looked at.
    quarantine: u64,
    /// When there were more than before, seconds UTC.
    quarantine_grew: Option<i64>,
    /// What the webhook has not taken yet, the oldest first.
    pub(super) pending: VecDeque<Notice>,
}

/// A condition that was told and still holds.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
struct Firing {
    kind: Kind,
    subject: String,
    since: i64,
    title: String,
}

impl Book {
    /// Takes note of what later judgements depend on. To be called before each.
    pub fn remember(&mut self, facts: &Facts, now: UtcTime) {
        let mut known = std::mem::take(&mut self.mailboxes);
        for mailbox in &facts.mailboxes {
            let first_seen = known.remove(&mailbox.name).unwrap_or(now.seconds());
            let since = mailbox.last_success.map_or(first_seen, UtcTime::seconds);
            // A clock that was ahead must not silence an alert for so long.
            let since = since.min(now.seconds());
            self.mailboxes.insert(mailbox.name.clone(), since);
        }
        if let Some(entries) = facts.quarantine {
            if entries > self.quarantine {
                self.quarantine_grew = Some(now.seconds());
            }
            self.quarantine = entries;
        }
        self.quarantine_grew = self.quarantine_grew.map(|grew| grew.min(now.seconds()));
    }

    /// Takes over judgements, and gives what is to be told of them: what begins, and what ends.
    pub fn settle(&mut self, judged: &[Judgement], text: &Text, now: UtcTime) -> Vec<Notice> {
        let mut notices = Vec::new();
        for Judgement {
            kind,
            subject,
            finding,
        } in judged
        {
            let is_told = self.is_firing(*kind, subject);
            match finding {
                Finding::Holds(condition) if !is_told => {
                    let firing = Firing {
                        kind: *kind,
                        subject: subject.clone(),
                        since: now.seconds(),
                        title: title(condition, text),
                    };
                    notices.push(firing.begins(&detail(condition, text)));
                    self.firing.push(firing);
                }
                Finding::Well if is_told => notices.extend(self.end(*kind, subject, "", text)),
                Finding::Holds(_) | Finding::Well | Finding::Unknown => {}
            }
        }
        // A mailbox, partner or account that left the configuration.
        let is_watched = |firing: &Firing| {
            let mut judged = judged.iter();
            judged.any(|judged| (judged.kind, &judged.subject) == (firing.kind, &firing.subject))
        };
        let left: Vec<Firing> = self
            .firing
            .iter()
            .filter(|f| !is_watched(f))
            .cloned()
            .collect();
        for firing in left {
            let why = text.alert_unwatched();
            notices.extend(self.end(firing.kind, &firing.subject, &why, text));
        }
        notices
    }

    /// Whether a condition was told and still holds.
    pub fn is_firing(&self, kind: Kind, subject: &str) -> bool {
        self.firing
            .iter()
            .any(|firing| firing.kind == kind && firing.subject == subject)
    }

    /// The subjects of a kind that are firing.
    pub fn subjects(&self, kind: Kind) -> impl Iterator<Item = String> {
        let of_kind = self.firing.iter().filter(move |firing| firing.kind == kind);
        of_kind.map(|firing| firing.subject.clone())
    }

    /// The last successful poll of a mailbox, or when it was first seen.
    pub fn mailbox_since(&self, name: &str) -> Option<UtcTime> {
        self.mailboxes.get(name).copied().map(UtcTime::from_seconds)
    }

    /// When quarantine grew last.
    pub fn quarantine_grew(&self) -> Option<UtcTime> {
        self.quarantine_grew.map(UtcTime::from_seconds)
    }

    /// Keeps a notice until the webhook has taken it. Of too many the oldest is dropped.
    ///
    /// Gives what was dropped.
    pub(super) fn keep(&mut self, notice: Notice) -> Option<Notice> {
        self.pending.push_back(notice);
        if self.pending.len() > PENDING_MOST {
            return self.pending.pop_front();
        }
        None
    }

    fn end(&mut self, kind: Kind, subject: &str, why: &str, text: &Text) -> Option<Notice> {
        let is_it = |firing: &Firing| firing.kind == kind && firing.subject == subject;
        let at = self.firing.iter().position(is_it)?;
        Some(self.firing.remove(at).ends(why, text))
    }
}

impl Firing {
    fn begins(&self, detail: &str) -> Notice {
        Notice {
            text: format!("{}. {detail}", self.title),
            title: self.title.clone(),
            status: Status::Firing,
            kind: self.kind,
            subject: self.subject.clone(),
            since: UtcTime::from_seconds(self.since).to_string(),
        }
    }

    fn ends(&self, why: &str, text: &Text) -> Notice {
        let title = text.alert_resolved(&self.title);
        Notice {
            text: format!("{title}. {why}").trim_end().to_owned(),
            title,
            status: Status::Resolved,
            kind: self.kind,
            subject: self.subject.clone(),
            since: UtcTime::from_seconds(self.since).to_string(),
        }
    }
}

/// A webhook that is down for weeks; a person who comes back to it reads no more.
const PENDING_MOST: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::judge::Condition;
    use crate::text::Language;

    fn at(seconds: i64) -> UtcTime {
        UtcTime::from_seconds(seconds)
    }

    fn judged(finding: Finding) -> Vec<Judgement> {
        vec![Judgement {
            kind: Kind::Quarantine,
            subject: String::new(),
            finding,
        }]
    }

    fn holds() -> Vec<Judgement> {
        judged(Finding::Holds(Condition::Quarantine { entries: 3 }))
    }

    fn statuses(notices: &[Notice]) -> Vec<Status> {
        notices.iter().map(|notice| notice.status).collect()
    }

    #[test]
    fn a_condition_is_told_once_in_and_once_out() {
        let text = Text::new(Language::En);
        let mut book = Book::default();
        let begun = book.settle(&holds(), &text, at(60));
        assert_eq!(statuses(&begun), [Status::Firing]);
        assert_eq!(
            begun[0].text,
            "Something new is in quarantine. 3 entries wait there."
        );
        assert_eq!(begun[0].since, "1970-01-01T00:01:00Z");
        assert_eq!(book.settle(&holds(), &text, at(120)), []);
        assert_eq!(book.settle(&judged(Finding::Unknown), &text, at(180)), []);
        let ended = book.settle(&judged(Finding::Well), &text, at(240));
        assert_eq!(statuses(&ended), [Status::Resolved]);
        assert_eq!(ended[0].text, "Resolved: Something new is in quarantine.");
        assert_eq!(ended[0].since, begun[0].since);
        assert_eq!(book.settle(&judged(Finding::Well), &text, at(300)), []);
    }

    #[test]
    fn a_book_that_was_written_and_read_tells_nothing_twice() {
        let text = Text::new(Language::De);
        let mut book = Book::default();
        let notice = book.settle(&holds(), &text, at(60)).remove(0);
        assert_eq!(book.keep(notice.clone()), None);
        let written = serde_json::to_vec(&book).unwrap();
        let mut read: Book = serde_json::from_slice(&written).unwrap();
        assert_eq!(read, book);
        assert_eq!(read.pending.front(), Some(&notice));
        assert_eq!(read.settle(&holds(), &text, at(120)), []);
        assert_eq!(
            statuses(&read.settle(&judged(Finding::Well), &text, at(180))),
            [Status::Resolved]
        );
    }

    #[test]
    fn what_a_clock_noted_that_was_ahead_counts_from_now() {
        let mut facts = Facts {
            started: at(0),
            stale_after: std::time::Duration::from_hours(24),
            mailboxes: vec![crate::alert::facts::MailboxFacts {
                name: "metering".to_owned(),
                last_success: Some(at(9_000)),
                certificate_until: None,
            }],
            accounts: Vec::new(),
            quarantine: Some(1),
            unsent: Some(0),
            rejected: Some(0),
            room: None,
            partners: None,
        };
        let mut book = Book::default();
        book.remember(&facts, at(9_000));
        facts.mailboxes[0].last_success = None;
        book.remember(&facts, at(100));
        assert_eq!(book.mailbox_since("metering"), Some(at(100)));
        assert_eq!(book.quarantine_grew(), Some(at(100)));
    }

    #[test]
    fn what_is_no_longer_watched_ends() {
        let text = Text::new(Language::En);
        let mut book = Book::default();
        book.settle(&holds(), &text, at(60));
        let ended = book.settle(&[], &text, at(120));
        assert_eq!(statuses(&ended), [Status::Resolved]);
        assert!(
            ended[0].text.ends_with("It is no longer watched."),
            "{}",
            ended[0].text
        );
    }

    #[test]
    fn of_too_many_notices_the_oldest_is_dropped() {
        let text = Text::new(Language::En);
        let mut book = Book::default();
        let notice = book.settle(&holds(), &text, at(60)).remove(0);
        let numbered = |number: usize| Notice {
            subject: number.to_string(),
            ..notice.clone()
        };
        let dropped: Vec<String> = (0..PENDING_MOST + 2)
            .filter_map(|number| book.keep(numbered(number)))
            .map(|dropped| dropped.subject)
            .collect();
        assert_eq!(dropped, ["0", "1"]);
        assert_eq!(book.pending.len(), PENDING_MOST);
    }
}
