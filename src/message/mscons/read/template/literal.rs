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
        // The compiler makes vectors of each pair of words.
        let (mut first, mut second) = (0, 0);
        let mask = self.mask.as_chunks().0;
        let wanted = self.bytes.as_chunks().0.iter().zip(mask);
        for (piece, (bytes, mask)) in window.as_chunks().0.iter().zip(wanted) {
            let [piece, bytes, mask] = [piece, bytes, mask].map(words);
            first |= (piece[0] & mask[0]) ^ bytes[0];
            second |= (piece[1] & mask[1]) ^ bytes[1];
        }
        first | second == 0
    }
}

#[inline]
fn words(piece: &[u8; 16]) -> [u64; 2] {
    let word = u128::from_le_bytes(*piece);
    [word as u64, (word >> 64) as u64]
}
