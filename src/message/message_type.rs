//! The types of messages that are written and read here, and the versions that are written.

/// A type of message (UNH 0065).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum MessageType {
    /// A request.
    Orders,
    /// The answer to a request that is no MSCONS: mostly its refusal.
    Ordrsp,
    /// What is said of the syntax of an interchange.
    Contrl,
    /// What is said of the content of a message.
    Aperak,
}

impl MessageType {
    /// The type with this name; `None` for others.
    pub fn of(name: &str) -> Option<Self> {
        let all = [Self::Orders, Self::Ordrsp, Self::Contrl, Self::Aperak];
        all.into_iter().find(|kind| kind.name() == name)
    }

    /// UNH 0065.
    pub fn name(self) -> &'static str {
        let [name, ..] = self.identifier();
        name
    }

    /// UNH S009 of the version that is written: 0065, 0052, 0054, 0051 and 0057.
    ///
    /// Source: BDEW ORDERS MIG 1.4c, ORDRSP MIG 1.4c and APERAK MIG 2.2, valid since 2026-10-01;
    /// CONTRL MIG 2.0b, valid since 2026-01-01.
    pub fn identifier(self) -> [&'static str; 5] {
        match self {
            Self::Orders => ["ORDERS", "D", "09B", "UN", "1.4c"],
            Self::Ordrsp => ["ORDRSP", "D", "10A", "UN", "1.4c"],
            Self::Contrl => ["CONTRL", "D", "3", "UN", "2.0b"],
            Self::Aperak => ["APERAK", "D", "07B", "UN", "2.2"],
        }
    }

    /// Whether it says how a message was received, and asks for no such word itself.
    pub fn is_acknowledgement(self) -> bool {
        match self {
            Self::Contrl | Self::Aperak => true,
            Self::Orders | Self::Ordrsp => false,
        }
    }
}
