//! Who does what in the market: sectors and the roles of those who exchange messages.
//!
//! Source: BDEW, roles model; ORDERS AHB 1.1b, column "Kommunikation von".

use std::fmt;

use crate::market::party::Agency;

/// What flows (Sparte).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Sector {
    /// Electricity: days begin at 00:00 legal time.
    Power,
    /// Gas: days begin at 06:00 legal time.
    Gas,
}

impl Sector {
    /// The sector whose codes an agency issues; `None` where it issues them for both.
    pub fn of(agency: Agency) -> Option<Self> {
        match agency {
            Agency::Bdew => Some(Self::Power),
            Agency::Dvgw => Some(Self::Gas),
            Agency::Gs1 | Agency::Eic | Agency::Other => None,
        }
    }
}

impl fmt::Display for Sector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Power => "power",
            Self::Gas => "gas",
        })
    }
}

/// What a party is in the market (Marktrolle).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Role {
    /// Lieferant (LF).
    Supplier,
    /// Netzbetreiber (NB).
    GridOperator,
    /// Übertragungsnetzbetreiber (ÜNB).
    TransmissionOperator,
    /// Messstellenbetreiber (MSB).
    MeteringOperator,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Supplier => "supplier",
            Self::GridOperator => "grid operator",
            Self::TransmissionOperator => "transmission system operator",
            Self::MeteringOperator => "metering operator",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bdew_stands_for_power_and_dvgw_for_gas() {
        assert_eq!(Sector::of(Agency::Bdew), Some(Sector::Power));
        assert_eq!(Sector::of(Agency::Dvgw), Some(Sector::Gas));
        assert_eq!(Sector::of(Agency::Gs1), None);
    }
}
