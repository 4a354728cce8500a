//! What is new, what is known, what contradicts: decided by looking into the store, one mail
//! after the other, and written down.

use std::collections::HashSet;
use std::sync::Arc;

use crate::clock;
use crate::ingest::IngestError;
use crate::ingest::barred::Barred;
use crate::ingest::bounce;
use crate::ingest::commit::Settled;
use crate::ingest::digest::{Digest, Piece, Replay, Storage};
use crate::ingest::dispatch;
use crate::mailbox::Outcome;
use crate::metrics::{self, InterchangeResult};
use crate::store::archive::{Archive, ArchivePlace};
use crate::store::ledger::{
    Batch, Hash, InterchangeRecord, MailRecord, MailSlot, MessageReference, NewInterchange,
    NewMessage, NewQuarantine, QuarantineRecord,
};
use crate::store::outbox::{OutboxRecord, OutboxState, Slot, Step};
use crate::store::request::RequestRecord;
use crate::store::{Store, StoreError};

/// A mail about which everything is decided; its pieces are in the archive, not yet synced.
pub(super) struct Prepared {
    batch: Batch,
    pub(super) outcome: Outcome,
    hashes: HashSet<Hash>,
    references: HashSet<MessageReference>,
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
        let (hashes, references) = (HashSet::new(), HashSet::new());
        Self {
            batch,
            outcome: Outcome::Irrelevant,
            hashes,
            references,
        }
    }

    /// The mails of ours that it brings or changes.
    pub(super) fn outbox(&self) -> &[(u64, OutboxRecord)] {
        &self.batch.outbox
    }

    /// Whether a mail speaks of the same interchanges or messages as this one: then this one must
    /// be in the store before the other is decided.
    pub(super) fn concerns(&self, digest: &Digest) -> bool {
        digest.pieces.iter().any(|piece| {
            self.hashes.contains(&piece.hash)
                || piece
                    .messages
                    .iter()
                    .any(|m| self.references.contains(&m.record.reference))
        })
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

    /// Decides about a mail and appends its new pieces to the archive.
    pub(super) fn prepare(&mut self, digest: Digest) -> Result<Prepared, IngestError> {
        let mut draft = Draft::new(&digest);
        if let Some(report) = &digest.report
            && let Some(ours) = bounce::heard(&*self.store, report, clock::now())?
        {
            // What it brings is the mail that we wrote.
            return Ok(draft.returned(ours));
        }
        for piece in digest.pieces {
            self.decide(piece, digest.replays, &mut draft)?;
        }
        Ok(draft.finish())
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
            let slot = Slot::behind(self.last_of_ours, clock::now());
            self.last_of_ours = Some((slot.number, slot.serial));
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
            count(&prepared.batch);
        }
        Ok(())
    }

    fn decide(
        &mut self,
        piece: Piece,
        replays: Option<Replay>,
        draft: &mut Draft,
    ) -> Result<(), IngestError> {
        if !draft.hashes.insert(piece.hash) {
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
            ..
        } = piece;
        let known = self.store.interchange(&hash)?;
        let place = match (&known, replays) {
            (Some(known), None) => {
                draft.duplicate(hash, known);
                return Ok(());
            }
            (Some(_), Some(Replay { entry: None, .. })) => return Ok(()),
            (Some(known), Some(Replay { entry: Some(_), .. })) => known.place,
            (None, _) => match storage {
                Storage::New(entry) => self.archive.append(entry)?,
                Storage::Archived(place) => place,
            },
        };
        let mut fresh = Vec::with_capacity(messages.len());
        let mut raw = [(); 2].map(|()| Raw::of(&self.archive));
        for message in messages {
            match self.compare(&message, place, &mut raw, &draft.references)? {
                Standing::New => {
                    draft.references.insert(message.record.reference.clone());
                    fresh.push(message);
                }
                Standing::Same => {}
                Standing::Conflict(reason) => {
                    barred.add(&message.record.reference.message, || vec![reason]);
                }
            }
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
fn count(batch: &Batch) {
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

/// A mail that is being decided about.
struct Draft {
    mail: MailRecord,
    replays: Option<Replay>,
    hashes: HashSet<Hash>,
    references: HashSet<MessageReference>,
    interchanges: Vec<NewInterchange>,
    duplicates: Vec<Hash>,
    quarantine: Vec<NewQuarantine>,
    holds_barred: bool,
}

impl Draft {
    fn new(digest: &Digest) -> Self {
        let arrival = &digest.arrival;
        let mut draft = Self {
            mail: MailRecord {
                mailbox: arrival.mailbox.clone(),
                folder: arrival.folder.clone(),
                id: arrival.id.clone(),
                arrived: arrival.at.seconds(),
                size_bytes: digest.size_bytes,
                head: digest.head.clone(),
                interchanges: digest.pieces.iter().map(|piece| piece.hash).collect(),
                outcome: if digest.too_large {
                    Outcome::TooLarge
                } else {
                    Outcome::Irrelevant
                },
            },
            replays: digest.replays,
            hashes: HashSet::new(),
            references: HashSet::new(),
            interchanges: Vec::new(),
            duplicates: Vec::new(),
            quarantine: Vec::new(),
            holds_barred: false,
        };
        if digest.too_large {
            let reason = format!(
                "the mail has {} bytes, more than max_mail_size allows; it is still at the server",
                digest.size_bytes
            );
            let mut barred = Barred::default();
            barred.add("", || vec![reason]);
            draft.bar("mail".to_owned(), None, barred);
        }
        draft
    }

    /// The same bytes again. What was in quarantine then still holds the mail back.
    fn duplicate(&mut self, hash: Hash, known: &InterchangeRecord) {
        self.duplicates.push(hash);
        self.holds_barred |= known.barred > 0;
    }

    fn add(
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
    fn returned(mut self, ours: (u64, OutboxRecord)) -> Prepared {
        self.mail.interchanges.clear();
        self.mail.outcome = Outcome::Stored;
        let mut prepared = self.finish();
        prepared.batch.outbox.push(ours);
        prepared
    }

    fn finish(mut self) -> Prepared {
        self.mail.outcome = self.outcome();
        let outcome = self.mail.outcome;
        let MailRecord {
            mailbox,
            folder,
            id,
            ..
        } = self.mail.clone();
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
            ..Batch::of_mailbox(&mailbox, &folder)
        };
        Prepared {
            batch,
            outcome,
            hashes: self.hashes,
            references: self.references,
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
