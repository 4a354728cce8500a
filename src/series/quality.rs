//! How much a value can be trusted, from QTY 6063 and STS.

use serde::{Deserialize, Serialize};

/// From best to worst: an aggregate has the worst quality of its parts.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Quality {
    /// A true value (220) or a sum of true values (79).
    Measured,
    /// A substitute (67), computed by the metering operator.
    Substitute,
    /// Not final: provisional (Z18), proposed (201), forecast (187).
    Preliminary,
    /// Not usable (20), or flagged as disturbed by a status.
    Disturbed,
    /// No value.
    Missing,
}
