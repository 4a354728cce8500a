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
    /// The qualifier decides. Where it says less than the status, which tells how (`Z32`) or why
    /// (`Z40`) a value was substituted, the status counts: a sum (79) of substitutes is no better
    /// than they are. Why a value was corrected (`Z34`) or found plausible (`Z33`) does not make
    /// it less true. A qualifier that is not known is not taken for final.
    pub fn of(label: &Label, has_value: bool) -> Self {
        if !has_value {
            return Self::Missing;
        }
        let said = match &*label.qualifier {
            "220" | "79" | "46" | "Z31" | "Z47" => Self::Measured,
            "67" => Self::Substitute,
            "20" => Self::Disturbed,
            "Z30" => Self::Missing,
            _ => Self::Preliminary,
        };
        if label.status.iter().any(|status| is_of_substitute(status)) {
            said.max(Self::Substitute)
        } else {
            said
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

/// Whether a status (STS) is of a category that only substitutes have: `Z32++Z92`.
fn is_of_substitute(status: &str) -> bool {
    let category = status.split(['+', ':']).next();
    matches!(category, Some("Z32" | "Z40"))
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

    #[test]
    fn the_status_of_a_substitute_makes_a_sum_a_substitute_and_a_correction_does_not() {
        let of = |qualifier: &str, status: &str| {
            Quality::of(
                &Label {
                    qualifier: qualifier.into(),
                    unit: None,
                    status: vec![status.into()],
                },
                true,
            )
        };
        assert_eq!(of("79", "Z32++Z92"), Quality::Substitute);
        assert_eq!(of("79", "Z40++Z75"), Quality::Substitute);
        assert_eq!(of("220", "Z34++ZA4"), Quality::Measured);
        assert_eq!(of("220", "Z33++ZC3"), Quality::Measured);
        assert_eq!(of("20", "Z40++Z75"), Quality::Disturbed);
    }
}
