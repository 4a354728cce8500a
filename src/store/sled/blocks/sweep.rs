//! All stretches of all runs, series by series: each page is read once.

use std::collections::VecDeque;

use crate::store::StoreError;
use crate::store::keys::Kind;
use crate::store::sled::blocks::stretch::Stretch;
use crate::store::sled::blocks::{Blocks, Run, page};
use crate::store::sled::records::Records;
use crate::store::sled::runs::RunId;

/// A way through all runs at once.
pub(in crate::store::sled) struct Sweep<'a> {
    records: &'a Records,
    runs: Vec<Cursor>,
}

/// How far a run is read.
struct Cursor {
    run: RunId,
    pages: usize,
    /// The page that is read next.
    next: usize,
    ahead: VecDeque<Stretch>,
}

impl<'a> Sweep<'a> {
    pub(in crate::store::sled) fn of(blocks: &Blocks, records: &'a Records) -> Self {
        let cursor = |(run, known): (RunId, &Run)| Cursor {
            run,
            pages: known.pages.len(),
            next: 0,
            ahead: VecDeque::new(),
        };
        Self {
            records,
            runs: blocks.0.iter().map(cursor).collect(),
        }
    }

    /// All stretches of a series, in no order; what stands before it is left out.
    pub(in crate::store::sled) fn series(
        &mut self,
        series: u32,
    ) -> Result<Vec<Stretch>, StoreError> {
        let mut found = Vec::new();
        for cursor in &mut self.runs {
            while let Some(stretch) = cursor.peek(self.records)? {
                if stretch.at.series > series {
                    break;
                }
                let taken = cursor.ahead.pop_front();
                found.extend(taken.filter(|stretch| stretch.at.series == series));
            }
        }
        Ok(found)
    }
}

impl Cursor {
    fn peek(&mut self, records: &Records) -> Result<Option<&Stretch>, StoreError> {
        while self.ahead.is_empty() && self.next < self.pages {
            let key = self.run.page(Kind::Blocks, self.next);
            let value = records.existing(&key)?;
            self.ahead.extend(page::stretches(&key, &value, |_| true)?);
            self.next += 1;
        }
        Ok(self.ahead.front())
    }
}
