//! EDIFACT syntax (ISO 9735, syntax 3): bytes to segments, envelopes and findings.
//!
//! Knows nothing of MSCONS. Parsing never fails: it gives what can be given, and findings.

pub mod charset;
pub mod envelope;
pub mod finding;
pub mod scan;
pub mod separators;
pub mod write;

pub use finding::{Finding, FindingCode, Place};
