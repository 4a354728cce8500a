//! How much a value can be trusted, from QTY 6063 and STS.

use serde::{Deserialize, Serialize};

use crate::series::Label;

/// From best to worst: an aggregate has the worst quality of its parts.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Quality {
    /// A true value (220), a sum (79), a delivered or agreed amount (46, Z31, Z47).
    Measured,
    /// A substitute (67), computed by the metering operator.
    Substitute,
    /// Not final: provisional (Z18), proposed (201), forecast (187); and codes not known.
    Preliminary,
    /// Not usable (20).
    Disturbed,
    /// No value (Z30, or an empty quantity).
    Missing,
}

impl Quality {
    /// The quality of a value with this label (D.04B 6063; BDEW MIG 2.5).
    ///
    /// The status tells why a value is a substitute or was corrected; it does not make a true
    /// value less true. A qualifier that is not known is not taken for final.
    pub fn of(label: &Label, has_value: bool) -> Self {
        if !has_value {
            return Self::Missing;
        }
        match &*label.qualifier {
            "220" | "79" | "46" | "Z31" | "Z47" => Self::Measured,
            "67" => Self::Substitute,
            "20" => Self::Disturbed,
            "Z30" => Self::Missing,
            _ => Self::Preliminary,
        }
    }

    /// Its name in records, pages and the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Substitute => "substitute",
            Self::Preliminary => "preliminary",
            Self::Disturbed => "disturbed",
            Self::Missing => "missing",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_qualifier_decides_and_the_worst_counts() {
        let of = |qualifier: &str| {
            Quality::of(
                &Label {
                    qualifier: qualifier.into(),
                    ..Label::default()
                },
                true,
            )
        };
        assert_eq!(of("220"), Quality::Measured);
        assert_eq!(of("67"), Quality::Substitute);
        assert_eq!(of("Z18"), Quality::Preliminary);
        assert_eq!(of("XYZ"), Quality::Preliminary);
        assert_eq!(of("20"), Quality::Disturbed);
        assert_eq!(Quality::of(&Label::default(), false), Quality::Missing);
        assert_eq!(of("220").max(of("67")), Quality::Substitute);
    }
}
