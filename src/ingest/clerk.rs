//! What is new, what is known, what contradicts: decided by looking into the store, one mail
//! after the other, and written down.

mod draft;
mod hearing;

use std::collections::HashSet;
use std::sync::Arc;

use crate::acknowledge::Verdict;
use crate::clock;
use crate::ingest::IngestError;
use crate::ingest::barred::Barred;
use crate::ingest::bounce;
use crate::ingest::clerk::draft::Draft;
use crate::ingest::commit::Settled;
use crate::ingest::digest::{Digest, Piece, Replay, Storage};
use crate::ingest::dispatch;
use crate::mailbox::Outcome;
use crate::metrics::{self, InterchangeResult};
use crate::store::archive::{Archive, ArchivePlace};
use crate::store::ledger::{
    Batch, Hash, InterchangeRecord, MailRecord, MessageReference, NewInterchange, NewMessage,
};
use crate::store::outbox::{OutboxRecord, OutboxState, Slot, Step};
use crate::store::request::RequestRecord;
use crate::store::{Store, StoreError};

/// A mail about which everything is decided; its pieces are in the archive, not yet synced.
pub(super) struct Prepared {
    batch: Batch,
    pub(super) outcome: Outcome,
    /// What is acknowledged, to be counted.
    verdicts: Vec<Verdict>,
    /// How many acknowledgements go again.
    repeated: u64,
}

impl Prepared {
    /// A batch that settles mails of which nothing was taken in.
    pub(super) fn settling(settled: Settled) -> Self {
        let Settled {
            mailbox,
            folder,
            announced,
            ids,
            forgets,
        } = settled;
        Self::of(Batch {
            announced,
            settles: ids,
            forgets,
            ..Batch::of_mailbox(&mailbox, &folder)
        })
    }

    /// A batch that has a mail fetched again, and resolves its quarantine entry.
    pub(super) fn reopening(mail: &MailRecord, number: u64) -> Self {
        let reopens = vec![mail.id.clone()];
        let batch = Batch::of_mailbox(&mail.mailbox, &mail.folder);
        Self::of(Batch {
            reopens,
            resolves: vec![number],
            ..batch
        })
    }

    fn of(batch: Batch) -> Self {
        Self {
            batch,
            outcome: Outcome::Irrelevant,
            verdicts: Vec::new(),
            repeated: 0,
        }
    }

    /// The mails of ours that it brings or changes.
    pub(super) fn outbox(&self) -> &[(u64, OutboxRecord)] {
        &self.batch.outbox
    }
}

/// Interchanges and messages that some mails speak of.
#[derive(Default)]
pub(super) struct Subjects {
    hashes: HashSet<Hash>,
    references: HashSet<MessageReference>,
}

impl Subjects {
    /// Whether a mail speaks of one of them: then they must be in the store before it is decided.
    pub(super) fn concern(&self, digest: &Digest) -> bool {
        digest.pieces.iter().any(|piece| {
            let mut messages = piece.messages.iter();
            self.hashes.contains(&piece.hash)
                || messages.any(|message| self.references.contains(&message.record.reference))
        })
    }

    /// Adds those of another mail.
    pub(super) fn extend(&mut self, other: Self) {
        self.hashes.extend(other.hashes);
        self.references.extend(other.references);
    }
}

/// Decides and writes. Owned by the one thread that commits.
pub(super) struct Clerk {
    store: Arc<dyn Store>,
    archive: Arc<Archive>,
    next_sequence: u64,
    /// Number and serial of the last mail of ours.
    last_of_ours: Option<(u64, u64)>,
}

impl Clerk {
    pub(super) fn new(store: Arc<dyn Store>, archive: Arc<Archive>) -> Result<Self, IngestError> {
        let next_sequence = store.next_sequence()?;
        let last = store.outbox(u64::MAX, 1)?.pop();
        Ok(Self {
            store,
            archive,
            next_sequence,
            last_of_ours: last.map(|(number, mail)| (number, mail.serial)),
        })
    }

    /// Decides about a mail and appends its new pieces, and what is said of them, to the archive. Mails
    /// of ours that are `busy` are left alone. What the mail speaks of is told beside it.
    pub(super) fn prepare(
        &mut self,
        digest: Digest,
        busy: &dyn Fn(u64) -> bool,
    ) -> Result<(Prepared, Subjects), IngestError> {
        let (mut draft, pieces, report) = Draft::of(digest);
        if let Some(report) = report
            && let Some(ours) = bounce::heard(&*self.store, &report, clock::now())?
        {
            // What it brings is the mail that we wrote.
            return Ok((draft.returned(ours), Subjects::default()));
        }
        for piece in pieces {
            self.decide(piece, draft.replays, &mut draft)?;
        }
        // None is filed before all is decided.
        for (hash, said) in std::mem::take(&mut draft.said) {
            self.say(hash, said, &mut draft)?;
        }
        for hash in std::mem::take(&mut draft.asked_again) {
            self.say_again(&hash, busy, &mut draft)?;
        }
        let subjects = std::mem::take(&mut draft.subjects);
        Ok((draft.finish(), subjects))
    }

    /// The next number of the outbox, which is not given again.
    fn next_slot(&mut self) -> Slot {
        let slot = Slot::behind(self.last_of_ours, clock::now());
        self.last_of_ours = Some((slot.number, slot.serial));
        slot
    }

    /// A batch that takes an entry out of quarantine.
    pub(super) fn dropping(&self, number: u64) -> Result<Prepared, IngestError> {
        if !self
            .store
            .quarantine()?
            .iter()
            .any(|(known, _)| *known == number)
        {
            return Err(IngestError::NoSuchEntry(number));
        }
        let mut prepared = Prepared::of(Batch::of_mailbox("", ""));
        prepared.batch.resolves.push(number);
        Ok(prepared)
    }

    /// A batch that puts mails of ours into the outbox; they are in the archive, not yet synced. A
    /// number that was given is not given again, also if nothing comes of the batch.
    pub(super) fn dispatching(
        &mut self,
        drafts: Vec<dispatch::Draft>,
    ) -> Result<Prepared, IngestError> {
        let mut batch = Batch::of_mailbox("", "");
        let mut finished = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let slot = self.next_slot();
            finished.push((draft.finish(&slot)?, slot));
        }
        // None is filed before all can be written.
        for (mail, slot) in finished {
            let (record, request) = dispatch::file(mail, &slot, &self.archive)?;
            batch.outbox.push((slot.number, record));
            batch
                .requests
                .extend(request.map(|request| (slot.number, request)));
        }
        Ok(Prepared::of(batch))
    }

    /// A batch that keeps a mail of ours that only the archive knows; none if more is known of it.
    pub(super) fn remembering(
        &self,
        (number, mail, request): (u64, OutboxRecord, Option<RequestRecord>),
    ) -> Result<Option<Prepared>, IngestError> {
        let known = self.store.outbox_record(number)?;
        if known.is_some_and(|known| known.state != OutboxState::Unknown) {
            return Ok(None);
        }
        let mut batch = Batch::of_mailbox("", "");
        batch.outbox.push((number, mail));
        batch
            .requests
            .extend(request.map(|request| (number, request)));
        Ok(Some(Prepared::of(batch)))
    }

    /// A batch that takes a mail of ours one step further.
    pub(super) fn stepping(&self, number: u64, step: Step) -> Result<Prepared, IngestError> {
        let record = self.store.outbox_record(number)?;
        let record = record.ok_or(IngestError::NoSuchMail(number))?;
        let record = record.step(step, clock::now());
        let record = record.map_err(|refused| IngestError::Refused { number, refused })?;
        let mut batch = Batch::of_mailbox("", "");
        batch.outbox.push((number, record));
        Ok(Prepared::of(batch))
    }

    /// Makes decided mails durable, in order, with one flush.
    pub(super) fn commit(&mut self, group: &[Prepared]) -> Result<(), IngestError> {
        // The archive first: what the database names must be there after a power cut.
        self.archive.sync()?;
        let mails: Vec<&Batch> = group.iter().map(|prepared| &prepared.batch).collect();
        self.store.apply_all(&mails, self.next_sequence)?;
        let interchanges = mails.iter().flat_map(|mail| &mail.interchanges);
        let messages: usize = interchanges.map(|known| known.messages.len()).sum();
        self.next_sequence += (mails.len() + messages) as u64;
        self.store.flush()?;
        for prepared in group {
            count(prepared);
        }
        Ok(())
    }

    fn decide(
        &mut self,
        piece: Piece,
        replays: Option<Replay>,
        draft: &mut Draft,
    ) -> Result<(), IngestError> {
        if !draft.subjects.hashes.insert(piece.hash) {
            return Ok(()); // Twice in one mail.
        }
        let Piece {
            name,
            hash,
            storage,
            envelope,
            messages,
            mut barred,
            findings,
            heard,
            ..
        } = piece;
        let known = self.store.interchange(&hash)?;
        let place = match (&known, replays) {
            (Some(known), None) => {
                let is_answered = heard.is_some() || messages.iter().any(|one| one.asks);
                draft.duplicate(hash, known, is_answered);
                return Ok(());
            }
            (Some(_), Some(Replay { entry: None, .. })) => return Ok(()),
            (Some(known), Some(Replay { entry: Some(_), .. })) => known.place,
            (None, _) => match storage {
                Storage::New(entry) => self.archive.append(entry)?,
                Storage::Archived(place) => place,
            },
        };
        let before = barred.count();
        let fresh =
            self.compare_all(messages, place, &mut barred, &mut draft.subjects.references)?;
        if let Some(heard) = heard.filter(|_| known.is_none()) {
            draft.say(hash, *heard, barred.count() > before);
        }
        let envelope = envelope.unwrap_or(crate::ingest::digest::Envelope {
            sender: String::new(),
            receiver: String::new(),
            reference: String::new(),
            application: String::new(),
        });
        let record = InterchangeRecord {
            mail: 0,
            place,
            sender: envelope.sender,
            receiver: envelope.receiver,
            reference: envelope.reference,
            application: envelope.application,
            duplicates: known.map_or(0, |known| known.duplicates),
            findings,
            barred: barred.count(),
        };
        draft.add(
            NewInterchange {
                hash,
                record,
                messages: fresh,
            },
            name,
            place,
            barred,
        );
        Ok(())
    }

    /// The new messages of the interchange at `place`; those that contradict are barred.
    fn compare_all(
        &self,
        messages: Vec<NewMessage>,
        place: ArchivePlace,
        barred: &mut Barred,
        in_this_mail: &mut HashSet<MessageReference>,
    ) -> Result<Vec<NewMessage>, IngestError> {
        let mut fresh = Vec::with_capacity(messages.len());
        let mut raw = [(); 2].map(|()| Raw::of(&self.archive));
        for message in messages {
            match self.compare(&message, place, &mut raw, in_this_mail)? {
                Standing::New => {
                    in_this_mail.insert(message.record.reference.clone());
                    fresh.push(message);
                }
                Standing::Same => {}
                Standing::Conflict(reason) => {
                    barred.add(&message.record.reference.message, || vec![reason]);
                }
            }
        }
        Ok(fresh)
    }

    /// How a message of the interchange at `place` stands to what is known under its reference.
    fn compare(
        &self,
        message: &NewMessage,
        place: ArchivePlace,
        raw: &mut [Raw<'_>; 2],
        in_this_mail: &HashSet<MessageReference>,
    ) -> Result<Standing, IngestError> {
        let reference = &message.record.reference;
        if in_this_mail.contains(reference) {
            return Ok(Standing::Conflict(
                "the same reference stands twice in this mail".to_owned(),
            ));
        }
        let Some(sequence) = self.store.message_by_reference(reference)? else {
            return Ok(Standing::New);
        };
        let Some(known) = self.store.message(sequence)? else {
            return Err(damaged(
                format!("message {sequence}"),
                "it has a reference, but no record",
            ));
        };
        let Some(interchange) = self.store.interchange(&known.interchange)? else {
            return Err(damaged(
                format!("message {sequence}"),
                "its interchange has no record",
            ));
        };
        let [old, new] = raw;
        let old = old.read(interchange.place)?;
        let new = new.read(place)?;
        let same = slice(old, known.offset_bytes, known.length_bytes)
            == slice(
                new,
                message.record.offset_bytes,
                message.record.length_bytes,
            );
        Ok(if same {
            Standing::Same
        } else {
            Standing::Conflict(format!(
                "message {} of interchange {} from {} is known already with other content (message {sequence}); ask the sender which one holds",
                reference.message, reference.interchange, reference.sender
            ))
        })
    }
}

/// The raw bytes of an interchange, read when they are needed, and once for all of its messages.
struct Raw<'a> {
    archive: &'a Archive,
    kept: Option<(ArchivePlace, Vec<u8>)>,
}

impl<'a> Raw<'a> {
    fn of(archive: &'a Archive) -> Self {
        let kept = None;
        Self { archive, kept }
    }

    fn read(&mut self, place: ArchivePlace) -> Result<&[u8], StoreError> {
        let kept = match self.kept.take() {
            Some(kept) if kept.0 == place => kept,
            _ => (place, self.archive.read(place)?.1),
        };
        Ok(&self.kept.insert(kept).1)
    }
}

/// Counts what a durable batch brought.
fn count(prepared: &Prepared) {
    for verdict in &prepared.verdicts {
        metrics::acknowledged(word(*verdict));
    }
    metrics::acknowledged_again(prepared.repeated);
    let batch = &prepared.batch;
    for _ in &batch.duplicates {
        metrics::interchange(InterchangeResult::Duplicate);
    }
    for known in &batch.interchanges {
        metrics::interchange(if known.record.barred > 0 {
            InterchangeResult::Quarantined
        } else {
            InterchangeResult::Stored
        });
        for message in &known.messages {
            metrics::messages(&message.record.kind, message.record.pid, 1);
            for (qualifier, values) in &message.qualifiers {
                metrics::values(qualifier, *values);
            }
        }
    }
}

fn word(verdict: Verdict) -> metrics::Acknowledged {
    match verdict {
        Verdict::Received => metrics::Acknowledged::Received,
        Verdict::Rejected => metrics::Acknowledged::Rejected,
        Verdict::Accepted => metrics::Acknowledged::Accepted,
        Verdict::Refused => metrics::Acknowledged::Refused,
    }
}

enum Standing {
    New,
    Same,
    Conflict(String),
}

fn slice(bytes: &[u8], offset: u64, length: u64) -> Option<&[u8]> {
    let start = usize::try_from(offset).ok()?;
    bytes.get(start..start.checked_add(usize::try_from(length).ok()?)?)
}

fn damaged(what: String, detail: &str) -> IngestError {
    StoreError::Damaged {
        what,
        detail: detail.to_owned(),
    }
    .into()
}
