//! An interchange of ours on its way (Übertragungsdatei): from whom, to whom, under which
//! reference and name.
//!
//! Source: BDEW Allgemeine Festlegungen 6.1d, 2.12 (file names, no line breaks); Regelungen zum
//! Übertragungsweg 1.5, 6.2 and 6.4 (subject and attachment of the mail).
//!
//! ```
//! use mscons_gateway::market::calendar::UtcTime;
//! use mscons_gateway::market::party::Party;
//! use mscons_gateway::message::message_type::MessageType;
//! use mscons_gateway::message::transfer::{Packing, Transfer};
//!
//! let created = UtcTime::parse("2026-11-24T09:00:00Z").unwrap();
//! let (us, them) = (Party::new("9985046000001"), Party::new("9905048000007"));
//! let transfer = Transfer::new(us, them, "ORD0000001", created).unwrap();
//! let subject = "ORDERS__9985046000001_9905048000007_20261124_ORD0000001.txt";
//! assert_eq!(transfer.subject(MessageType::Orders), subject);
//! let packed = transfer.file_name(MessageType::Orders, Packing::Gzip);
//! assert_eq!(packed, format!("{subject}.gz"));
//! ```

use crate::edifact::separators::Separators;
use crate::edifact::write::{Envelope, MAX_REFERENCE, Segments, WriteError, Writer};
use crate::market::calendar::{UtcTime, civil};
use crate::market::party::{Agency, Party, agency};
use crate::message::message_type::MessageType;
use crate::message::mscons::Interchange;

/// An interchange that shall be sent, without its messages.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Transfer {
    sender: Party,
    receiver: Party,
    reference: String,
    created: UtcTime,
    is_test: bool,
}

/// An interchange that cannot be sent as it is.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// A party's code that has no place in UNB or in a file name.
    #[error(
        "{code:?} is no code of a market partner: 1 to {MAX_CODE} letters, digits and \"-\", a \
         BDEW, DVGW or GLN number or an EIC"
    )]
    BadCode {
        /// What it is.
        code: String,
    },
    /// UNB 0020 that has no place in UNB or in a file name.
    #[error(
        "the interchange reference {reference:?} is none: 1 to {MAX_REFERENCE} capital letters \
         and digits (UNB 0020)"
    )]
    BadReference {
        /// What it is.
        reference: String,
    },
}

/// How the file is packed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Packing {
    /// It is not.
    None,
    /// By gzip.
    Gzip,
}

impl Packing {
    /// What it adds to the name of a file.
    pub fn ending(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Gzip => ".gz",
        }
    }
}

impl Transfer {
    /// An interchange from a party to another, under our reference (UNB 0020), made at this time.
    ///
    /// # Errors
    /// [`TransferError`]: a code or reference with other characters than the market uses, or too
    /// long. What passes can stand in UNB and in a file name.
    pub fn new(
        sender: Party,
        receiver: Party,
        reference: &str,
        created: UtcTime,
    ) -> Result<Self, TransferError> {
        for party in [&sender, &receiver] {
            let is_known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            if !is_of(&party.code, MAX_CODE, is_known) {
                let code = party.code.clone();
                return Err(TransferError::BadCode { code });
            }
        }
        let is_known = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        if !is_of(reference, MAX_REFERENCE, is_known) {
            let reference = reference.to_owned();
            return Err(TransferError::BadReference { reference });
        }
        Ok(Self {
            sender,
            receiver,
            reference: reference.to_owned(),
            created,
            is_test: false,
        })
    }

    /// The answer to an interchange, to where that came from. That to a test is one, too.
    ///
    /// # Errors
    /// [`TransferError`]: its parties have codes that cannot be answered to.
    pub fn answering(
        interchange: &Interchange,
        reference: &str,
        created: UtcTime,
    ) -> Result<Self, TransferError> {
        let party = |code: &str, qualifier: &str| Party {
            agency: Agency::of_qualifier(qualifier).unwrap_or_else(|| agency(code)),
            code: code.to_owned(),
        };
        let sender = party(&interchange.receiver, &interchange.receiver_qualifier);
        let receiver = party(&interchange.sender, &interchange.sender_qualifier);
        Ok(Self {
            is_test: interchange.is_test,
            ..Self::new(sender, receiver, reference, created)?
        })
    }

    /// The same, under another reference and made at another time.
    ///
    /// # Errors
    /// [`TransferError::BadReference`].
    pub fn under(self, reference: &str, created: UtcTime) -> Result<Self, TransferError> {
        Ok(Self {
            is_test: self.is_test,
            ..Self::new(self.sender, self.receiver, reference, created)?
        })
    }

    /// UNB 0004: who sends.
    pub fn sender(&self) -> &Party {
        &self.sender
    }

    /// UNB 0010: who receives.
    pub fn receiver(&self) -> &Party {
        &self.receiver
    }

    /// UNB 0020.
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// UNB S004.
    pub fn created(&self) -> UtcTime {
        self.created
    }

    /// Name of the file: type, application reference (none of these types has one), sender,
    /// receiver, date in UTC and reference, joined by `_`.
    pub fn file_name(&self, kind: MessageType, packing: Packing) -> String {
        format!("{}{}", self.name(kind.name(), ""), packing.ending())
    }

    /// The same of an MSCONS, not packed, with its application reference (UNB 0026): subject of the
    /// mail, too.
    pub fn mscons_subject(&self, application: &str) -> String {
        self.name("MSCONS", application)
    }

    fn name(&self, name: &str, application: &str) -> String {
        let (year, month, day, ..) = civil(self.created);
        let (from, to) = (&self.sender.code, &self.receiver.code);
        let reference = &self.reference;
        format!("{name}_{application}_{from}_{to}_{year:04}{month:02}{day:02}_{reference}.txt")
    }

    /// Subject of the mail: the name of the file, packed or not.
    pub fn subject(&self, kind: MessageType) -> String {
        self.file_name(kind, Packing::None)
    }

    /// Writes the interchange: UNOC, on one line, with the usual separators.
    pub(in crate::message) fn write<M>(
        &self,
        kind: MessageType,
        messages: &[M],
        body: impl Fn(&M, &mut Segments),
    ) -> Result<Vec<u8>, WriteError> {
        if messages.is_empty() {
            return Err(WriteError::NoMessage);
        }
        let mut writer = Writer::begin(&Envelope {
            separators: Separators::DEFAULT,
            sender: (&self.sender.code, self.sender.agency.qualifier()),
            receiver: (&self.receiver.code, self.receiver.agency.qualifier()),
            prepared: self.created,
            reference: &self.reference,
            application: "",
            is_test: self.is_test,
        });
        for message in messages {
            writer.message(&[&kind.identifier()], |segments| body(message, segments));
        }
        writer.finish()
    }

    /// NAD+MS or NAD+MR.
    pub(in crate::message) fn write_party(party: &Party, role: &str, segments: &mut Segments) {
        let name: &[&str] = &[&party.code, "", party.agency.responsible()];
        segments.segment("NAD", &[&[role], name]);
    }
}

fn is_of(text: &str, most: usize, is_known: impl Fn(u8) -> bool) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(is_known)
}

/// UNB 0004 and 0010: an..35.
const MAX_CODE: usize = 35;

#[cfg(test)]
mod tests {
    use super::*;

    fn transfer(from: &str, reference: &str) -> Result<Transfer, TransferError> {
        let created = UtcTime::from_seconds(1_795_561_200);
        Transfer::new(
            Party::new(from),
            Party::new("9905048000007"),
            reference,
            created,
        )
    }

    #[test]
    fn what_would_break_an_envelope_or_a_file_name_is_refused() {
        for code in ["", "99 1", "../x", "9'9", "ü", "9\n", &"9".repeat(36)] {
            let fault = transfer(code, "R1").unwrap_err();
            assert!(
                matches!(fault, TransferError::BadCode { .. }),
                "{code}: {fault}"
            );
        }
        for reference in ["", "r1", "R_1", "R/1", "R\u{0}", "R12345678901234"] {
            let fault = transfer("9985046000001", reference).unwrap_err();
            assert!(
                matches!(fault, TransferError::BadReference { .. }),
                "{reference}: {fault}"
            );
        }
        assert!(transfer("12XBKW-HANDEL--X", "R1234567890123").is_ok());
    }

    #[test]
    fn the_date_of_a_file_name_is_that_of_utc() {
        let created = UtcTime::parse("2026-12-31T23:30:00Z").unwrap();
        let parties = || (Party::new("9985046000001"), Party::new("9800357000005"));
        let (from, to) = parties();
        let transfer = Transfer::new(from, to, "C1", created).unwrap();
        let name = transfer.file_name(MessageType::Contrl, Packing::None);
        assert_eq!(name, "CONTRL__9985046000001_9800357000005_20261231_C1.txt");
        let name = transfer.mscons_subject("TL");
        assert_eq!(
            name,
            "MSCONS_TL_9985046000001_9800357000005_20261231_C1.txt"
        );
    }
}
