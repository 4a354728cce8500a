//! What the messages of a Prüfidentifikator look like: the codes that are the same in all of them.
//!
//! Source: BDEW AHB MSCONS 3.1g (2.4c) and 3.2 (2.5), which agree in all of this.

use crate::market::pid::CANCELLATION;

/// The codes of the messages of one Prüfidentifikator.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Kind {
    /// RFF+Z13.
    pub pid: u32,
    /// UNB 0026: `TL` series, `EM` amounts, `VL` readings. For a cancellation, that of the most
    /// common original.
    pub application: &'static str,
    /// BGM 1001; where the AHB knows several, the ordinary one.
    pub name_code: &'static str,
    /// PIA 7143: whose list the product codes are from, as a rule.
    pub list: ProductList,
}

/// Whose list a product code is from (PIA 7143).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ProductList {
    /// `SRW`: OBIS codes.
    Obis,
    /// `Z02`: codes of the form of an OBIS code.
    ObisLike,
    /// `Z08`: media (`AUA` lost work, `SOL` sun, …).
    Medium,
}

impl ProductList {
    /// PIA 7143.
    pub fn code(self) -> &'static str {
        match self {
            Self::Obis => "SRW",
            Self::ObisLike => "Z02",
            Self::Medium => "Z08",
        }
    }
}

/// What the messages of a Prüfidentifikator look like; `None` if 2.4c and 2.5 do not have it.
pub fn find(pid: u32) -> Option<&'static Kind> {
    ALL.iter().find(|kind| kind.pid == pid)
}

const fn kind(
    pid: u32,
    application: &'static str,
    name_code: &'static str,
    list: ProductList,
) -> Kind {
    Kind {
        pid,
        application,
        name_code,
        list,
    }
}

/// Every Prüfidentifikator of 2.4c and 2.5.
pub const ALL: [Kind; 25] = [
    kind(13_002, "VL", "7", ProductList::Obis),
    kind(13_003, "TL", "BK", ProductList::Obis),
    kind(13_005, "TL", "Z15", ProductList::Obis),
    kind(CANCELLATION, "EM", "Z28", ProductList::Obis),
    kind(13_007, "TL", "Z21", ProductList::Obis),
    kind(13_008, "TL", "7", ProductList::Obis),
    kind(13_009, "EM", "7", ProductList::Obis),
    kind(13_010, "TL", "Z06", ProductList::Obis),
    kind(13_011, "TL", "Z16", ProductList::Obis),
    kind(13_012, "TL", "Z20", ProductList::Obis),
    kind(13_013, "EM", "Z24", ProductList::ObisLike),
    kind(13_014, "EM", "Z23", ProductList::ObisLike),
    kind(13_015, "EM", "Z27", ProductList::Obis),
    kind(13_016, "EM", "Z28", ProductList::Obis),
    kind(13_017, "VL", "7", ProductList::Obis),
    kind(13_018, "TL", "7", ProductList::Obis),
    kind(13_019, "EM", "7", ProductList::Obis),
    kind(13_020, "TL", "Z43", ProductList::Medium),
    kind(13_021, "TL", "Z44", ProductList::Medium),
    kind(13_022, "TL", "Z45", ProductList::Medium),
    kind(13_023, "TL", "Z46", ProductList::Medium),
    kind(13_025, "TL", "Z48", ProductList::Obis),
    kind(13_026, "TL", "Z50", ProductList::Medium),
    kind(13_027, "TL", "Z83", ProductList::Obis),
    kind(13_028, "EM", "Z85", ProductList::Obis),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::pid;

    #[test]
    fn every_kind_is_known_to_the_market_and_the_other_way_round() {
        for kind in &ALL {
            assert!(pid::find(kind.pid).is_some(), "{}", kind.pid);
        }
        // What no version in use has any more.
        let old = [13_001, 13_024];
        for known in pid::ALL.iter().filter(|pid| !old.contains(&pid.number)) {
            assert!(find(known.number).is_some(), "{}", known.number);
        }
    }
}
