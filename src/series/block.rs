//! Blocks: what one message says of one series for one local day, as compressed columns.

use crate::market::calendar::{Day, UtcTime};
use crate::series::{Columns, Labels};

/// What one message says of one series for one local day.
#[derive(Clone, Debug)]
pub struct Block {
    /// DTM+293 of the series, where the message has one.
    pub version: Option<UtcTime>,
    /// DTM+137 of the message; its arrival where it has none.
    pub document_date: UtcTime,
    /// When the gateway received the message.
    pub arrived: UtcTime,
    /// The values. Rows are numbers or absent, never text: text goes to quarantine before.
    pub columns: Columns,
    /// The labels that the rows name.
    pub labels: Labels,
}

/// A block whose bytes cannot be read.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
#[error("a block of {length} bytes is damaged at byte {offset}: {what}")]
pub struct DamagedBlock {
    /// Length of the block in bytes.
    pub length: usize,
    /// Where reading stopped.
    pub offset: usize,
    /// What was expected there.
    pub what: &'static str,
}

impl Block {
    /// The block as bytes.
    pub fn encode(&self) -> Vec<u8> {
        todo!()
    }

    /// Reads a block.
    ///
    /// # Errors
    /// [`DamagedBlock`], with the place.
    pub fn decode(_bytes: &[u8]) -> Result<Self, DamagedBlock> {
        todo!()
    }

    /// Cuts a block at the borders of German legal days, so that a reader of a day finds every
    /// value that starts in it. Rows without a time belong to day 0.
    pub fn split_by_day(self) -> Vec<(Day, Block)> {
        todo!()
    }
}
