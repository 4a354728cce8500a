//! Bytes that must stand as they stood, but for those in gaps.

use std::ops::Range;

/// What is compared at once: as many bytes as a value with one status has.
pub(super) type Window = [u8; 96];

/// Bytes with gaps.
#[derive(Eq, PartialEq)]
pub(super) struct Literal {
    pub(super) length: usize,
    first: Block,
    /// What is beyond the window.
    others: Box<[Block]>,
}

/// A byte fits if it is this one, as far as the mask goes.
#[derive(Clone, Copy, Eq, PartialEq)]
struct Block {
    bytes: Window,
    mask: Window,
}

impl Literal {
    /// `None` if a gap is not in the first window.
    pub(super) fn with_gaps(text: &[u8], gaps: &[Range<usize>]) -> Option<Self> {
        let (first, others) = text.split_at(text.len().min(size_of::<Window>()));
        let mut first = Block::of(first);
        for gap in gaps {
            first.bytes.get_mut(gap.clone())?.fill(0);
            first.mask.get_mut(gap.clone())?.fill(0);
        }
        Some(Self {
            length: text.len(),
            first,
            others: others.chunks(size_of::<Window>()).map(Block::of).collect(),
        })
    }

    /// The beginning of the text, if it fits and a whole window is there.
    #[inline]
    pub(super) fn fit<'t>(&self, text: &'t [u8]) -> Option<&'t Window> {
        let (window, rest) = text.split_first_chunk()?;
        (self.first.fits(window) && (self.others.is_empty() || self.do_others_fit(rest)))
            .then_some(window)
    }

    fn do_others_fit(&self, text: &[u8]) -> bool {
        let mut windows = text.as_chunks().0.iter();
        let mut others = self.others.iter();
        others.all(|block| windows.next().is_some_and(|window| block.fits(window)))
    }
}

impl Block {
    /// What fits these bytes, and anything behind them.
    fn of(text: &[u8]) -> Self {
        let mut block = Self {
            bytes: [0; _],
            mask: [0; _],
        };
        if let (Some(bytes), Some(mask)) = (
            block.bytes.get_mut(..text.len()),
            block.mask.get_mut(..text.len()),
        ) {
            bytes.copy_from_slice(text);
            mask.fill(0xFF);
        }
        block
    }

    #[inline]
    fn fits(&self, window: &Window) -> bool {
        let wanted = self.bytes.as_chunks().0.iter().zip(self.mask.as_chunks().0);
        let pieces = window.as_chunks().0.iter().zip(wanted);
        let differing = pieces.fold(0, |sum, (piece, (bytes, mask))| {
            let [piece, bytes, mask] =
                [piece, bytes, mask].map(|piece| u128::from_le_bytes(*piece));
            sum | ((piece & mask) ^ bytes)
        });
        differing == 0
    }
}
