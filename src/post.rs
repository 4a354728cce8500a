//! Files of the market as mails of ours: one interchange a mail, named and packed as the market
//! wants it.
//!
//! Source: BDEW Regelungen zum Übertragungsweg 1.5, 6.2 and 6.4.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::config::partner::Partner;
use crate::config::smtp::address;
use crate::mail::compose::{Attached, ComposeError, Letter, compose};
use crate::message::transfer::Packing;
use crate::store::outbox::{Answers, Purpose, Route, Slot, Written};

/// From which address to which files go, and how they are packed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Addressee {
    /// `Name <address>` of ours, or an address.
    pub from: String,
    /// The partner's.
    pub to: String,
    /// How its files are packed.
    pub packing: Packing,
}

/// An interchange of ours that is ready to go.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MarketFile {
    /// Its name, not packed: the subject, too.
    pub name: String,
    /// UNB 0020.
    pub reference: String,
    /// UNB 0010.
    pub receiver: String,
    /// UNB to UNZ.
    pub bytes: Vec<u8>,
}

/// Why a file is no mail.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PostError {
    /// The mail cannot be written.
    #[error(transparent)]
    Unwritable(#[from] ComposeError),
    /// The file cannot be packed.
    #[error("the file cannot be packed: {0}")]
    Unpackable(#[from] io::Error),
}

impl Addressee {
    /// A partner, from our address.
    pub fn of(partner: &Partner, from: &str) -> Self {
        Self {
            from: from.to_owned(),
            to: partner.mail.clone(),
            packing: packing(partner),
        }
    }

    /// The mail that carries a file, as every try sends it.
    ///
    /// # Errors
    /// [`PostError`]: an address or a name that no mail can have.
    pub fn written(
        &self,
        purpose: Purpose,
        file: MarketFile,
        answers: Option<Answers>,
        slot: &Slot,
    ) -> Result<Written, PostError> {
        let message_id = message_id(&self.from, purpose, slot);
        let attachment = attached(&file.name, file.bytes, self.packing)?;
        let mail = compose(&Letter {
            from: &self.from,
            to: &self.to,
            subject: &file.name,
            text: "",
            html: None,
            attachments: &[attachment.as_attached()],
            message_id: &message_id,
            written: u64::try_from(slot.at.seconds()).unwrap_or(0),
        })?;
        let (from, to) = (mail.from().to_owned(), mail.to().to_owned());
        Ok(Written {
            purpose,
            route: Route::Main,
            from,
            to,
            subject: file.name,
            message_id,
            reference: file.reference,
            partner: file.receiver,
            request: None,
            answers,
            bytes: mail.into_bytes(),
        })
    }
}

/// A file as a mail carries it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Attachment {
    name: String,
    bytes: Vec<u8>,
}

impl Attachment {
    /// For a letter.
    pub fn as_attached(&self) -> Attached<'_> {
        Attached {
            name: &self.name,
            media_type: "application/octet-stream",
            bytes: &self.bytes,
        }
    }
}

/// A file by its name, packed.
///
/// # Errors
/// [`io::Error`] of the packing.
pub fn attached(name: &str, bytes: Vec<u8>, packing: Packing) -> io::Result<Attachment> {
    let bytes = match packing {
        Packing::None => bytes,
        Packing::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(&bytes)?;
            encoder.finish()?
        }
    };
    let name = format!("{name}{}", packing.ending());
    Ok(Attachment { name, bytes })
}

/// How files to a partner are packed.
pub fn packing(partner: &Partner) -> Packing {
    if partner.gzip {
        Packing::Gzip
    } else {
        Packing::None
    }
}

/// The `Message-ID` of a mail of ours, without angle brackets: its number in the sender's domain.
pub fn message_id(from: &str, purpose: Purpose, slot: &Slot) -> String {
    let domain = address(from).and_then(|from| from.rsplit_once('@'));
    let domain = domain.map_or("localhost", |(_, domain)| domain);
    format!("{}.{}@{domain}", slot.reference(), purpose.name())
}
