//! A mail while it is decided about.

use crate::acknowledge::{Acknowledgement, Heard, Verdict};
use crate::extract::report::Report;
use crate::ingest::barred::Barred;
use crate::ingest::clerk::{Prepared, Subjects};
use crate::ingest::digest::{Digest, Piece, Replay};
use crate::mailbox::Outcome;
use crate::store::archive::ArchivePlace;
use crate::store::ledger::{
    Batch, Hash, InterchangeRecord, MailRecord, MailSlot, NewInterchange, NewQuarantine,
    QuarantineRecord,
};
use crate::store::outbox::OutboxRecord;

/// A mail that is being decided about.
pub(super) struct Draft {
    pub(super) mail: MailRecord,
    pub(super) replays: Option<Replay>,
    /// What was decided about so far.
    pub(super) subjects: Subjects,
    pub(super) interchanges: Vec<NewInterchange>,
    pub(super) duplicates: Vec<Hash>,
    pub(super) quarantine: Vec<NewQuarantine>,
    pub(super) holds_barred: bool,
    /// What is to be said of which interchange.
    pub(super) said: Vec<(Hash, Acknowledgement)>,
    /// Interchanges that came again, and of which something may have been said.
    pub(super) asked_again: Vec<Hash>,
    pub(super) outbox: Vec<(u64, OutboxRecord)>,
    pub(super) verdicts: Vec<Verdict>,
    pub(super) repeated: u64,
}

impl Draft {
    /// Begins with what a mail says of itself; gives what it brings, which is to be decided about.
    pub(super) fn of(digest: Digest) -> (Self, Vec<Piece>, Option<Report>) {
        let Digest {
            arrival,
            size_bytes,
            head,
            pieces,
            report,
            too_large,
            has_outgrown: _,
            replays,
        } = digest;
        let mut draft = Self {
            mail: MailRecord {
                mailbox: arrival.mailbox,
                folder: arrival.folder,
                id: arrival.id,
                arrived: arrival.at.seconds(),
                size_bytes,
                head,
                interchanges: pieces.iter().map(|piece| piece.hash).collect(),
                outcome: if too_large {
                    Outcome::TooLarge
                } else {
                    Outcome::Irrelevant
                },
            },
            replays,
            subjects: Subjects::default(),
            interchanges: Vec::new(),
            duplicates: Vec::new(),
            quarantine: Vec::new(),
            holds_barred: false,
            said: Vec::new(),
            asked_again: Vec::new(),
            outbox: Vec::new(),
            verdicts: Vec::new(),
            repeated: 0,
        };
        if too_large {
            let reason = format!(
                "the mail has {size_bytes} bytes, more than max_mail_size allows; it is still at the server"
            );
            let mut barred = Barred::default();
            barred.add("", || vec![reason]);
            draft.bar("mail".to_owned(), None, barred);
        }
        (draft, pieces, report)
    }

    /// The same bytes again. What was in quarantine then still holds the mail back.
    pub(super) fn duplicate(&mut self, hash: Hash, known: &InterchangeRecord, is_answered: bool) {
        self.duplicates.push(hash);
        self.asked_again.extend(is_answered.then_some(hash));
        self.holds_barred |= known.barred > 0;
    }

    /// What is to be said of an interchange that came for the first time.
    pub(super) fn say(&mut self, hash: Hash, heard: Heard, is_conflict: bool) {
        let Heard { usual, conflict } = heard;
        let said = if is_conflict {
            conflict.into_iter().collect()
        } else {
            usual
        };
        self.said.extend(said.into_iter().map(|said| (hash, said)));
    }

    pub(super) fn add(
        &mut self,
        interchange: NewInterchange,
        name: String,
        place: ArchivePlace,
        barred: Barred,
    ) {
        self.interchanges.push(interchange);
        if barred.count() > 0 {
            self.holds_barred = true;
            self.bar(name, Some(place), barred);
        }
    }

    fn bar(&mut self, name: String, place: Option<ArchivePlace>, barred: Barred) {
        let (messages, reasons) = barred.into_parts();
        self.quarantine.push(NewQuarantine {
            record: QuarantineRecord {
                mail: 0,
                arrived: self.mail.arrived,
                mailbox: self.mail.mailbox.clone(),
                name,
                messages,
                reasons,
                place,
            },
        });
    }

    /// The mail is understood: it says what became of one of ours.
    pub(super) fn returned(mut self, ours: (u64, OutboxRecord)) -> Prepared {
        self.mail.interchanges.clear();
        self.mail.outcome = Outcome::Stored;
        let mut prepared = self.finish();
        prepared.batch.outbox.push(ours);
        prepared
    }

    pub(super) fn finish(mut self) -> Prepared {
        self.mail.outcome = self.outcome();
        let outcome = self.mail.outcome;
        let id = self.mail.id.clone();
        let batch = Batch::of_mailbox(&self.mail.mailbox, &self.mail.folder);
        let (mail, settles, resolves) = match self.replays {
            None => (MailSlot::New(Box::new(self.mail)), vec![id], None),
            Some(Replay { mail: None, entry }) => {
                (MailSlot::New(Box::new(self.mail)), Vec::new(), entry)
            }
            Some(Replay {
                mail: Some(sequence),
                entry,
            }) => (MailSlot::Known(sequence), Vec::new(), entry),
        };
        let batch = Batch {
            mail,
            interchanges: self.interchanges,
            duplicates: self.duplicates,
            quarantine: self.quarantine,
            settles,
            resolves: resolves.into_iter().collect(),
            outbox: self.outbox,
            ..batch
        };
        Prepared {
            batch,
            outcome,
            verdicts: self.verdicts,
            repeated: self.repeated,
        }
    }

    fn outcome(&self) -> Outcome {
        if self.holds_barred {
            Outcome::Quarantined
        } else if !self.interchanges.is_empty() {
            Outcome::Stored
        } else if !self.duplicates.is_empty() {
            Outcome::Duplicate
        } else {
            self.mail.outcome
        }
    }
}
