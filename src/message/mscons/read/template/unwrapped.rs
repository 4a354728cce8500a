//! Files whose lines are wrapped at some column: the beginning of what comes, without line ends.

use memchr::memchr2;

/// The lines of a piece of a file as one line, and where they stood.
pub(super) struct Unwrapped {
    line: Vec<u8>,
    pieces: Vec<Piece>,
    /// How many bytes are unwrapped the next time: many where many are read.
    size: usize,
}

/// Where what stands between two line ends begins.
struct Piece {
    in_line: usize,
    in_text: usize,
}

impl Default for Unwrapped {
    fn default() -> Self {
        Self {
            line: Vec::new(),
            pieces: Vec::new(),
            size: MIN_BYTES,
        }
    }
}

impl Unwrapped {
    /// A text without its line ends.
    pub(super) fn all_of(&mut self, text: &[u8]) -> &[u8] {
        self.line.clear();
        self.pieces.clear();
        let mut at = 0;
        while let Some(rest) = text.get(at..) {
            let length = memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
            if let Some(piece @ [_, ..]) = rest.get(..length) {
                self.pieces.push(Piece {
                    in_line: self.line.len(),
                    in_text: at,
                });
                self.line.extend_from_slice(piece);
            }
            at += length + 1;
        }
        &self.line
    }

    /// The beginning of a text without its line ends.
    pub(super) fn begin_of(&mut self, text: &[u8]) -> &[u8] {
        self.all_of(text.get(..self.size).unwrap_or(text))
    }

    /// So many bytes of that beginning were read: gives where the next one stands in the text.
    pub(super) fn was_read(&mut self, bytes: usize) -> usize {
        let is_most = bytes > self.size / 2;
        self.size = if is_most { self.size * 2 } else { MIN_BYTES }.min(MAX_BYTES);
        let pieces = self.pieces.partition_point(|piece| piece.in_line <= bytes);
        let piece = pieces.checked_sub(1).and_then(|at| self.pieces.get(at));
        piece.map_or(0, |piece| piece.in_text + (bytes - piece.in_line))
    }
}

/// Whether a line ends elsewhere than behind a terminator.
pub(super) fn is_wrapped(text: &[u8], terminator: u8) -> bool {
    let mut before = terminator;
    text.iter().any(|&byte| {
        let is_line_end = matches!(byte, b'\r' | b'\n');
        if !is_line_end {
            before = byte;
        }
        is_line_end && before != terminator
    })
}

/// Some values.
const MIN_BYTES: usize = 1 << 9;
/// As much as the fastest memory of a processor holds, beside all else.
const MAX_BYTES: usize = 1 << 14;
