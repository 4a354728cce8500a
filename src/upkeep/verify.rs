//! Is everything there, and as it was written?
//!
//! The archive is read whole: checksums, and each interchange against the database. The database
//! is read whole: every record, every block, and what must agree. Then the ledger against the
//! archive. Mails may come in meanwhile.

use std::io;
use std::sync::Arc;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::ingest::{Ingest, IngestError};
use crate::mailbox::MailId;
use crate::store::archive::{Archive, ArchivePlace};
use crate::store::ledger::{Hash, InterchangeRecord};
use crate::store::{Store, StoreError};
use crate::upkeep::manifest::hex;
use crate::upkeep::{Progress, UpkeepError};

/// What was read, and what is wrong.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Report {
    /// Whole entries of the archive.
    pub archive_entries: u64,
    /// Interchanges of the ledger that are whole in the archive.
    pub interchanges: u64,
    /// Records of the database.
    pub records: u64,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

/// Something that is wrong.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Fault {
    /// The file or directory.
    pub file: String,
    /// Where in it, where that is known.
    pub byte: Option<u64>,
    /// How it shows.
    pub what: String,
    /// What is lost by it.
    pub lost: String,
    /// What to do.
    pub remedy: String,
}

/// The point between two groups of mails up to which database and archive must agree.
///
/// # Errors
/// [`IngestError`].
pub async fn point(ingest: &Ingest) -> Result<ArchivePlace, IngestError> {
    let archive = Arc::clone(ingest.archive());
    ingest.at_rest(move || archive.end()).await
}

/// Verifies archive and database up to a [`point`]; the archive alone where the database cannot be
/// opened: `Err` says why.
///
/// # Errors
/// [`UpkeepError::Io`] if `progress` ends the work. What is wrong is no error.
pub fn verify(
    database: Result<&dyn Store, StoreError>,
    archive: &Archive,
    end: ArchivePlace,
    progress: &Progress<'_>,
) -> Result<Report, UpkeepError> {
    let mut verification = Verification {
        archive,
        end,
        report: Report::default(),
    };
    match database {
        Ok(store) => {
            verification.entries(Some(store), progress)?;
            if let Err(error) = verification.ledger(store) {
                verification.report.faults.push(fault(error));
            }
            verification.records(store, progress)?;
        }
        Err(error) => {
            verification.report.faults.push(fault(error));
            verification.entries(None, progress)?;
        }
    }
    verification.torn_end();
    Ok(verification.report)
}

struct Verification<'a> {
    archive: &'a Archive,
    end: ArchivePlace,
    report: Report,
}

impl Verification<'_> {
    /// Reads the archive; each entry must be known to the database.
    fn entries(
        &mut self,
        store: Option<&dyn Store>,
        progress: &Progress<'_>,
    ) -> Result<(), UpkeepError> {
        let files = self.archive.files_before(self.end)?;
        let of = files.iter().map(|(_, length)| length).sum();
        let (mut segment, mut before) = (0, 0);
        let mut lengths = files.iter().map(|(_, length)| *length);
        for entry in self.archive.entries_before(self.end) {
            let (place, origin, bytes) = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.report.faults.push(fault(error));
                    continue;
                }
            };
            if place.segment != segment {
                before += if segment == 0 {
                    0
                } else {
                    lengths.next().unwrap_or(0)
                };
                segment = place.segment;
            }
            progress(before + place.offset, of)?;
            self.report.archive_entries += 1;
            match (store, origin.id) {
                (None, _) => {}
                (Some(store), MailId::Ours { number }) => self.mail_of_ours(store, place, number),
                (Some(store), _) => self.entry(store, place, &Sha256::digest(&bytes).into()),
            }
        }
        Ok(())
    }

    fn entry(&mut self, store: &dyn Store, place: ArchivePlace, hash: &Hash) {
        match store.interchange(hash) {
            // After a crash between archive and database the mail came again: there are two.
            Ok(Some(record)) => self.report.interchanges += u64::from(record.place == place),
            Ok(None) => self.report.faults.push(Fault {
                file: self.archive.file(place).display().to_string(),
                byte: Some(place.offset),
                what: format!("the database does not know the interchange {}", hex(hash)),
                lost: "nothing for good; its values are not shown".to_owned(),
                remedy: REINDEX.to_owned(),
            }),
            Err(error) => self.report.faults.push(fault(error)),
        }
    }

    fn mail_of_ours(&mut self, store: &dyn Store, place: ArchivePlace, number: u64) {
        match store.outbox_record(number) {
            // After a crash between archive and database the number went to another mail.
            Ok(Some(_)) => {}
            Ok(None) => self.report.faults.push(Fault {
                file: self.archive.file(place).display().to_string(),
                byte: Some(place.offset),
                what: format!("the database does not know mail {number} of the outbox"),
                lost: "nothing for good; it is not sent".to_owned(),
                remedy: REINDEX.to_owned(),
            }),
            Err(error) => self.report.faults.push(fault(error)),
        }
    }

    /// Each interchange of the ledger must be in the archive. Those behind the end came meanwhile,
    /// or stood in an end that was cut off; all others were seen, if the numbers agree.
    fn ledger(&mut self, store: &dyn Store) -> Result<(), StoreError> {
        let mut known = 0;
        each(store, |hash, record| {
            if record.place < self.end {
                known += 1;
            } else {
                let fault = missing(self.archive, &hash, &record);
                self.report.faults.extend(fault);
            }
        })?;
        if known == self.report.interchanges {
            return Ok(());
        }
        each(store, |hash, record| {
            if record.place < self.end {
                self.report
                    .faults
                    .extend(missing(self.archive, &hash, &record));
            }
        })
    }

    /// What an append that was cut off has left. Where the ledger names something in it, it is told
    /// already, and is no torn end but damage.
    fn torn_end(&mut self) {
        let Some(torn) = self.archive.torn_end() else {
            return;
        };
        let file = torn.path.display().to_string();
        let is_told = |fault: &Fault| {
            fault.file == file && fault.byte.is_some_and(|byte| byte >= torn.place.offset)
        };
        if self.report.faults.iter().any(is_told) {
            return;
        }
        self.report.faults.push(Fault {
            byte: Some(torn.place.offset),
            what: format!("the last {} bytes are no whole entry", torn.bytes),
            file,
            lost: TORN.to_owned(),
            remedy: CUT.to_owned(),
        });
    }

    /// The database against itself.
    fn records(&mut self, store: &dyn Store, progress: &Progress<'_>) -> io::Result<()> {
        let Report {
            faults, records, ..
        } = &mut self.report;
        let end = self.archive.bytes();
        store.verify(&mut |error| faults.push(fault(error)), &mut |read| {
            *records = read;
            progress(end, end)
        })
    }
}

/// Gives each interchange of the ledger, some in memory at a time.
fn each(
    store: &dyn Store,
    mut take: impl FnMut(Hash, InterchangeRecord),
) -> Result<(), StoreError> {
    let mut below = u64::MAX;
    loop {
        let page = store.interchanges(below, PAGE)?;
        let Some((oldest, _, _)) = page.last() else {
            return Ok(());
        };
        below = *oldest;
        for (_, hash, record) in page {
            take(hash, record);
        }
    }
}

/// What is wrong with the bytes of an interchange, if anything.
fn missing(archive: &Archive, hash: &Hash, record: &InterchangeRecord) -> Option<Fault> {
    let detail = match archive.read(record.place) {
        Ok((_, bytes)) if *hash == *Sha256::digest(&bytes) => return None,
        Ok(_) => "another interchange stands there".to_owned(),
        Err(StoreError::ArchiveDamaged { detail, .. }) => detail,
        Err(error) => error.to_string(),
    };
    Some(Fault {
        file: archive.file(record.place).display().to_string(),
        byte: Some(record.place.offset),
        what: format!("the bytes of an interchange are not there: {detail}"),
        lost: format!(
            "the raw bytes of interchange {:?} from {:?} to {:?}; its values are still in the database",
            record.reference, record.sender, record.receiver
        ),
        remedy: KEEP.to_owned(),
    })
}

fn fault(error: StoreError) -> Fault {
    let (file, byte, what, lost, remedy) = match error {
        StoreError::ArchiveDamaged {
            path,
            offset,
            detail,
        } => (path, Some(offset), detail, RAW, KEEP),
        StoreError::Damaged { what, detail } => {
            let what = format!("{what}: {detail}");
            (DATABASE.to_owned(), None, what, NOTHING, REINDEX)
        }
        StoreError::Database { path, what } => (path, None, what, NOTHING, REINDEX),
        StoreError::OtherFormat { path, found, known } => {
            let what = format!("its format is {found}, this program reads {known}");
            (path, None, what, NOTHING, REINDEX)
        }
        StoreError::DatabaseMissing { path } => {
            let what = "there is no database".to_owned();
            (path, None, what, NOTHING, REINDEX)
        }
        StoreError::File {
            action,
            path,
            source,
        } => {
            let what = format!("{action} failed: {source}");
            (path, None, what, "not known", "look at the disk")
        }
        StoreError::DiskFull { path, what } => (path, None, what, NOTHING, "make room"),
        StoreError::NotWritable { path, what } => (path, None, what, NOTHING, "make it writable"),
        error @ (StoreError::InUse { .. }
        | StoreError::Unarchivable { .. }
        | StoreError::HalfRestored { .. }
        | StoreError::NotEmpty { .. }) => (
            DATABASE.to_owned(),
            None,
            error.to_string(),
            NOTHING,
            "see there",
        ),
    };
    Fault {
        file,
        byte,
        what,
        lost: lost.to_owned(),
        remedy: remedy.to_owned(),
    }
}

/// Interchanges that are read at once.
const PAGE: usize = 1_000;
const DATABASE: &str = "the database";
const RAW: &str = "the raw bytes of an interchange or more; their values are still in the database";
const NOTHING: &str = "nothing for good: the archive has everything";
const TORN: &str =
    "nothing: a crash cut off the writing, and a mail counts only when it is written";
const CUT: &str = "nothing: the next mail that comes takes their place";
const KEEP: &str =
    "restore a backup, or this file of it; do not reindex before, that would lose the values, too";
const REINDEX: &str = "stop the gateway and run `mscons-gateway reindex`: it builds the database again from the archive";
