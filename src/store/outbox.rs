//! The outbox as it is kept: mails of ours, from written to ended.
//!
//! A mail is in the archive, finished to the last byte, before its record names it. All tries send
//! the same bytes, so that a receiver to whom it went twice knows it by its `Message-ID` and its
//! interchange reference.

use serde::{Deserialize, Serialize};

use crate::market::calendar::UtcTime;
use crate::store::StoreError;
use crate::store::archive::ArchivePlace;
use crate::store::ledger::Hash;
use crate::store::request::RequestRecord;

/// A mail of ours.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct OutboxRecord {
    /// What it is for.
    pub purpose: Purpose,
    /// By which server it goes.
    pub route: Route,
    /// Address of the sender.
    pub from: String,
    /// Address of the one recipient.
    pub to: String,
    /// Subject, readable.
    pub subject: String,
    /// `Message-ID`, without angle brackets.
    pub message_id: String,
    /// UNB 0020 of the interchange in it; empty if there is none.
    pub reference: String,
    /// UNB 0010 of it: who may answer; empty if there is none.
    pub partner: String,
    /// What the last reference was made from: those of later mails are above.
    pub serial: u64,
    /// When it was written, seconds UTC.
    pub written: i64,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Where its bytes are.
    pub place: ArchivePlace,
    /// How far it is.
    pub state: OutboxState,
    /// When its state changed, seconds UTC.
    pub changed: i64,
    /// How often it was tried since a person last asked for it.
    pub tries: u32,
    /// When the first of these tries was, seconds UTC.
    pub first_try: Option<i64>,
    /// What was last heard of it: the server's words, or what was wrong.
    pub answer: String,
    /// What it answers, if it does.
    pub answers: Option<Answers>,
    /// How often it went again because what it answers came again.
    pub repeats: u32,
}

/// What a mail of ours answers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Answers {
    /// SHA-256 of the interchange.
    pub interchange: Hash,
    /// UNH 0062 of the request in it that this answers.
    pub message: Option<String>,
    /// By when it is to be answered, seconds UTC; `None` if nobody says so.
    pub due: Option<i64>,
}

/// What a mail of ours is for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// A request for data.
    Request,
    /// A CONTRL.
    Contrl,
    /// An APERAK.
    Aperak,
    /// Values that were asked for, or that there are none.
    Answer,
    /// A report.
    Report,
    /// An alert.
    Alert,
    /// A person tries whether mails go.
    Test,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Request,
        Self::Contrl,
        Self::Aperak,
        Self::Answer,
        Self::Report,
        Self::Alert,
        Self::Test,
    ];

    /// Its name in lists and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Contrl => "contrl",
            Self::Aperak => "aperak",
            Self::Answer => "answer",
            Self::Report => "report",
            Self::Alert => "alert",
            Self::Test => "test",
        }
    }
}

/// By which server a mail goes.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Route {
    /// That of `[smtp]`.
    Main,
    /// That of `[alert.smtp]`.
    Alert,
}

/// How far a mail of ours is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OutboxState {
    /// To be sent.
    Queued,
    /// About to be handed to the server. Found at a start, it may have been taken or not.
    Sending,
    /// To be sent again.
    Deferred {
        /// Not before, seconds UTC.
        until: i64,
    },
    /// The server took it.
    Sent,
    /// It will not be sent by itself: refused for good, or tried for too long.
    Failed,
    /// A person does not want it sent any more.
    Cancelled,
    /// Known from the archive alone: whether it was sent is not known, and a person must say
    /// whether it shall be sent (again).
    Unknown,
    /// The server took it, and it came back: it was not delivered. A person must look at it.
    Bounced,
}

impl OutboxState {
    /// Its name in lists and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Deferred { .. } => "deferred",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Unknown => "unknown",
            Self::Bounced => "bounced",
        }
    }
}

/// A finished mail of ours.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Written {
    /// What it is for.
    pub purpose: Purpose,
    /// By which server it goes.
    pub route: Route,
    /// Address of the sender.
    pub from: String,
    /// Address of the one recipient.
    pub to: String,
    /// Subject, readable.
    pub subject: String,
    /// `Message-ID`, without angle brackets.
    pub message_id: String,
    /// UNB 0020 of the interchange in it; empty if there is none.
    pub reference: String,
    /// UNB 0010 of it; empty if there is none.
    pub partner: String,
    /// What it asks for, if it is a request.
    pub request: Option<RequestRecord>,
    /// What it answers, if it does.
    pub answers: Option<Answers>,
    /// The mail, as every try sends it.
    pub bytes: Vec<u8>,
}

impl Written {
    /// As the archive holds it, with its serial: enough to know it without the database.
    ///
    /// # Errors
    /// [`StoreError::Unarchivable`].
    pub fn encode(&self, slot: &Slot) -> Result<Vec<u8>, StoreError> {
        postcard::to_stdvec(&(slot.serial, self)).map_err(|error| StoreError::Unarchivable {
            name: format!("mail {} of the outbox", slot.number),
            detail: error.to_string(),
        })
    }

    /// What the archive holds, and its serial.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn decode(number: u64, bytes: &[u8]) -> Result<(u64, Self), StoreError> {
        postcard::from_bytes(bytes).map_err(|error| StoreError::Damaged {
            what: format!("mail {number} of the outbox"),
            detail: error.to_string(),
        })
    }
}

/// How many mails of ours are in a state that is no end.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Undone {
    /// To be sent.
    pub queued: u64,
    /// About to be handed to the server.
    pub sending: u64,
    /// To be sent again.
    pub deferred: u64,
    /// Not sent, or come back, and not looked at by a person.
    pub failed: u64,
    /// Nobody knows whether it was sent.
    pub unknown: u64,
}

impl Undone {
    /// How many wait to be sent.
    pub fn waiting(&self) -> u64 {
        self.queued + self.sending + self.deferred
    }

    /// How many wait for a person.
    pub fn for_a_person(&self) -> u64 {
        self.failed + self.unknown
    }

    /// Name and count of each state.
    pub fn by_state(&self) -> [(&'static str, u64); 5] {
        [
            ("queued", self.queued),
            ("sending", self.sending),
            ("deferred", self.deferred),
            ("failed", self.failed),
            ("unknown", self.unknown),
        ]
    }

    /// The count of a state; `None` for those that are an end.
    pub fn of(&mut self, state: OutboxState) -> Option<&mut u64> {
        match state {
            OutboxState::Queued => Some(&mut self.queued),
            OutboxState::Sending => Some(&mut self.sending),
            OutboxState::Deferred { .. } => Some(&mut self.deferred),
            OutboxState::Failed | OutboxState::Bounced => Some(&mut self.failed),
            OutboxState::Unknown => Some(&mut self.unknown),
            OutboxState::Sent | OutboxState::Cancelled => None,
        }
    }
}

/// What happens to a mail of ours.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Step {
    /// It is about to be handed to the server.
    Begin,
    /// The server took it.
    Sent {
        /// Its words.
        answer: String,
    },
    /// It did not go, and shall go later.
    Defer {
        /// Not before.
        until: UtcTime,
        /// Why.
        answer: String,
        /// Whether it counts as a try: what only a person can mend does not.
        counts: bool,
    },
    /// It will not go by itself.
    Fail {
        /// Why.
        answer: String,
    },
    /// A person wants it sent, once more if need be.
    Retry,
    /// What it answers came again: it goes once more.
    Repeat,
    /// A person does not want it sent any more, or has seen that it failed.
    Cancel,
}

/// Why a step cannot be taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("it is {}, and cannot be {wanted}", .state.name())]
pub struct Refused {
    /// How far the mail is.
    pub state: OutboxState,
    /// What was wanted of it.
    pub wanted: &'static str,
}

impl OutboxRecord {
    /// The record of a mail that was just written, or is known from the archive alone.
    pub fn new(mail: &Written, slot: &Slot, place: ArchivePlace, state: OutboxState) -> Self {
        let written = slot.at.seconds();
        Self {
            purpose: mail.purpose,
            route: mail.route,
            from: mail.from.clone(),
            to: mail.to.clone(),
            subject: mail.subject.clone(),
            message_id: mail.message_id.clone(),
            reference: mail.reference.clone(),
            partner: mail.partner.clone(),
            serial: slot.serial,
            written,
            size_bytes: mail.bytes.len() as u64,
            place,
            state,
            changed: written,
            tries: 0,
            first_try: None,
            answer: String::new(),
            answers: mail.answers.clone(),
            repeats: 0,
        }
    }

    /// Whether it waits to be sent although it should have gone by now.
    pub fn is_late(&self, now: UtcTime) -> bool {
        let due = self.answers.as_ref().and_then(|answers| answers.due);
        let waits = match self.state {
            OutboxState::Queued
            | OutboxState::Sending
            | OutboxState::Deferred { .. }
            | OutboxState::Failed
            | OutboxState::Bounced
            | OutboxState::Unknown => true,
            OutboxState::Sent | OutboxState::Cancelled => false,
        };
        // What goes again was in time before.
        waits && self.repeats == 0 && due.is_some_and(|due| due < now.seconds())
    }

    /// Whether it may go again now, since what it answers came again: at once for the first time,
    /// then ever more seldom. What waits goes anyway, and what a person stopped stays so.
    pub fn may_repeat(&self, now: UtcTime) -> bool {
        let has_ended = matches!(self.state, OutboxState::Sent | OutboxState::Failed);
        let times = usize::try_from(self.repeats).unwrap_or(usize::MAX);
        let wait = REPEATED_AFTER_SECONDS.get(times);
        let passed = now.seconds().saturating_sub(self.changed);
        has_ended && wait.is_some_and(|wait| passed >= *wait || *wait == 0)
    }

    /// When something is to be done about it, in seconds UTC: sent, or looked at by a person
    /// ([`i64::MAX`]); `None` if it has ended.
    pub fn due(&self) -> Option<i64> {
        match self.state {
            OutboxState::Queued | OutboxState::Sending => Some(self.changed),
            OutboxState::Deferred { until } => Some(until),
            OutboxState::Failed | OutboxState::Unknown | OutboxState::Bounced => Some(i64::MAX),
            OutboxState::Sent | OutboxState::Cancelled => None,
        }
    }

    /// The record of a mail that was sent and came back; as it is, if it is not sent.
    #[must_use]
    pub fn bounced(self, answer: String, now: UtcTime) -> Self {
        if self.state != OutboxState::Sent {
            return self;
        }
        Self {
            state: OutboxState::Bounced,
            changed: now.seconds(),
            answer,
            ..self
        }
    }

    /// The record after a step.
    ///
    /// # Errors
    /// [`Refused`] if the mail is not where this step begins.
    pub fn step(mut self, step: Step, now: UtcTime) -> Result<Self, Refused> {
        let state = self.state;
        let refused = |wanted| Err(Refused { state, wanted });
        let now = now.seconds();
        match (step, state) {
            (Step::Begin, OutboxState::Queued | OutboxState::Deferred { .. }) => {
                self.state = OutboxState::Sending;
                self.tries = self.tries.saturating_add(1);
                self.first_try.get_or_insert(now);
            }
            (Step::Sent { answer }, OutboxState::Sending) => {
                self.state = OutboxState::Sent;
                self.answer = answer;
            }
            (
                Step::Defer {
                    until,
                    answer,
                    counts,
                },
                OutboxState::Sending | OutboxState::Queued | OutboxState::Deferred { .. },
            ) => {
                let until = until.seconds();
                let was_begun = state == OutboxState::Sending;
                self.state = OutboxState::Deferred { until };
                if counts && !was_begun {
                    self.tries = self.tries.saturating_add(1);
                    self.first_try.get_or_insert(now);
                } else if was_begun && !counts {
                    self.tries = self.tries.saturating_sub(1);
                }
                self.answer = answer;
            }
            (
                Step::Fail { answer },
                OutboxState::Sending | OutboxState::Queued | OutboxState::Deferred { .. },
            ) => {
                self.state = OutboxState::Failed;
                self.answer = answer;
            }
            (
                Step::Retry,
                OutboxState::Queued
                | OutboxState::Deferred { .. }
                | OutboxState::Failed
                | OutboxState::Cancelled
                | OutboxState::Unknown
                | OutboxState::Bounced,
            ) => self.begin_anew(),
            (Step::Repeat, OutboxState::Sent | OutboxState::Failed) => {
                self.begin_anew();
                self.repeats = self.repeats.saturating_add(1);
            }
            (
                Step::Cancel,
                OutboxState::Queued
                | OutboxState::Deferred { .. }
                | OutboxState::Failed
                | OutboxState::Unknown
                | OutboxState::Bounced,
            ) => self.state = OutboxState::Cancelled,
            (Step::Begin, _) => return refused("sent now"),
            (Step::Sent { .. } | Step::Defer { .. } | Step::Fail { .. }, _) => {
                return refused("ended");
            }
            (Step::Retry | Step::Repeat, _) => return refused("sent again"),
            (Step::Cancel, _) => return refused("cancelled"),
        }
        self.changed = now;
        Ok(self)
    }

    fn begin_anew(&mut self) {
        self.state = OutboxState::Queued;
        self.tries = 0;
        self.first_try = None;
    }
}

/// What a mail is given by the outbox when it is written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Slot {
    /// Its number in the outbox.
    pub number: u64,
    /// What its reference is made from.
    pub serial: u64,
    /// When.
    pub at: UtcTime,
}

impl Slot {
    /// The slot behind the last record. The serial never goes back, and is never given twice, also
    /// when everything that was kept is lost: it is not below the seconds since 2020.
    pub fn behind(last: Option<(u64, u64)>, at: UtcTime) -> Self {
        let (number, serial) = last.map_or((1, 0), |(number, serial)| (number + 1, serial + 1));
        let clock = u64::try_from(at.seconds().saturating_sub(SERIALS_SINCE)).unwrap_or(0);
        Self {
            number,
            serial: serial.max(clock),
            at,
        }
    }

    /// An interchange reference that is never given again (UNB 0020: at most 14 characters).
    pub fn reference(&self) -> String {
        format!("{:010}", self.serial)
    }
}

/// How long after it was last sent an answer goes again, each time that what it answers comes again;
/// then no more: a sender that repeats itself for ever does not hear.
const REPEATED_AFTER_SECONDS: [i64; 5] = [0, 3_600, 86_400, 86_400, 86_400];
/// 2020-01-01T00:00:00Z.
const SERIALS_SINCE: i64 = 1_577_836_800;

#[cfg(test)]
mod tests;
