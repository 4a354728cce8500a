//! Many messages, one truth: for each interval the newest word wins, whatever order it came in.

use crate::market::calendar::UtcTime;
use crate::series::Block;
use crate::series::quality::Quality;
use crate::series::{Label, Value};

/// A block together with the message that brought it.
#[derive(Clone, Debug)]
pub struct Spoken {
    /// Order of arrival of the message; unique.
    pub sequence: u64,
    /// What it said.
    pub block: Block,
}

/// A value that holds, and who said it.
#[derive(Clone, Debug)]
pub struct Held {
    /// Start of the interval or instant; `None` for a value without time.
    pub start: Option<UtcTime>,
    /// End of the interval (exclusive), or the instant.
    pub end: Option<UtcTime>,
    /// The number, or `None` where the message says that there is no value.
    pub value: Option<crate::market::quantity::Decimal>,
    /// Qualifier, unit and status.
    pub label: Label,
    /// Derived from qualifier and status.
    pub quality: Quality,
    /// Sequence of the message that said it.
    pub source: u64,
    /// How many messages said something of this interval before (0: it was never corrected).
    pub superseded: u32,
}

/// The values that hold, in order of time.
///
/// Precedence for one interval: the series version (`DTM+293`) where there is one, else the
/// document date (`DTM+137`); then the document date; then the order of arrival. Cancelled
/// messages must be left out by the caller.
pub fn merge(_spoken: Vec<Spoken>) -> Vec<Held> {
    let _: Option<Value<'_>> = None;
    todo!()
}
