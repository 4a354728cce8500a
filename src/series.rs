//! Time series: columns of values, their identity, their blocks and their history.
//!
//! The parser fills [`Columns`], the store keeps them as [`Block`]s, and [`merge`] turns the
//! blocks of all messages that spoke of a series into the values that hold.

pub mod block;
pub mod columns;
pub mod completeness;
pub mod computed;
pub mod diff;
pub mod gaps;
pub mod key;
pub mod merge;
pub mod peaks;
pub mod quality;
pub mod resample;
pub mod rhythm;
pub mod total;

pub use block::Block;
pub use columns::{Columns, Label, Labels, Measured, Row, Stretch, Value};
pub use key::{Key, Kind};
