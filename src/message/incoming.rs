//! What came that is no MSCONS: requests, answers and acknowledgements.
//!
//! ```
//! use mscons_gateway::message::incoming::{Incoming, read};
//! use mscons_gateway::message::mscons;
//!
//! let bytes = b"UNB+UNOC:3+9905048000007:500+9985046000001:500+261124:0900+R2'\
//!     UNH+1+CONTRL:D:3:UN:2.0b'UCI+ORD1+9985046000001:500+9905048000007:500+7'UNT+3+1'UNZ+1+R2'";
//! let file = mscons::read(bytes);
//! let interchange = &file.interchanges[0];
//! let (incoming, findings) = read(bytes, interchange, &interchange.messages[0]).unwrap();
//! assert!(matches!(incoming, Incoming::Contrl(contrl) if contrl.interchange == "ORD1"));
//! assert!(findings.is_empty());
//! ```

use crate::edifact::Finding;
use crate::message::aperak::{self, Aperak};
use crate::message::contrl::{self, Contrl};
use crate::message::message_type::MessageType;
use crate::message::mscons::{Interchange, Message};
use crate::message::orders::{self, Orders};
use crate::message::ordrsp::{self, Ordrsp};

/// A message that is no MSCONS.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Incoming {
    /// Somebody asks us.
    Orders(Orders),
    /// An answer to what we asked.
    Ordrsp(Ordrsp),
    /// What is said of the syntax of an interchange of ours.
    Contrl(Contrl),
    /// What is said of the content of a message of ours.
    Aperak(Aperak),
}

impl Incoming {
    /// UNB 0020 of the interchange that it speaks of. The sender of that is the receiver of this.
    pub fn interchange(&self) -> Option<&str> {
        match self {
            Self::Contrl(contrl) => Some(&*contrl.interchange).filter(|text| !text.is_empty()),
            Self::Aperak(aperak) => aperak.interchange.as_deref(),
            Self::Orders(_) | Self::Ordrsp(_) => None,
        }
    }

    /// BGM 1004 of the message that it speaks of.
    pub fn answers(&self) -> Option<&str> {
        match self {
            Self::Ordrsp(ordrsp) => ordrsp.answers.as_deref(),
            Self::Aperak(aperak) => aperak.answers(),
            Self::Orders(_) | Self::Contrl(_) => None,
        }
    }
}

/// Reads a message that is no MSCONS, and what is odd in it; `None` for types that are not read.
/// Never fails. What is odd in its envelope is among the findings of the interchange. Of a message,
/// at most 1,000 findings and 2,000 parts are kept.
///
/// `file` is what interchange and message were read from.
pub fn read(
    file: &[u8],
    interchange: &Interchange,
    message: &Message,
) -> Option<(Incoming, Vec<Finding>)> {
    Some(match MessageType::of(&message.kind)? {
        MessageType::Orders => {
            let (orders, findings) = orders::read(file, interchange, message);
            (Incoming::Orders(orders), findings)
        }
        MessageType::Ordrsp => {
            let (ordrsp, findings) = ordrsp::read(file, interchange, message);
            (Incoming::Ordrsp(ordrsp), findings)
        }
        MessageType::Contrl => {
            let (contrl, findings) = contrl::read(file, interchange, message);
            (Incoming::Contrl(contrl), findings)
        }
        MessageType::Aperak => {
            let (aperak, findings) = aperak::read(file, interchange, message);
            (Incoming::Aperak(aperak), findings)
        }
    })
}
