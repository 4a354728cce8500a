//! Variable-length integers, runs and words.

/// A block whose bytes cannot be read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a block of {length} bytes is damaged at byte {offset}: {what} is not readable")]
pub struct DamagedBlock {
    /// Length of the block in bytes.
    pub length: usize,
    /// Where reading stopped.
    pub offset: usize,
    /// What was expected there.
    pub what: &'static str,
}

/// Writes the bytes of a block.
#[derive(Debug)]
pub(super) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes) }
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// LEB128: seven bits a byte, the eighth says that more follow.
    pub(super) fn unsigned(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        self.bytes.push(number.to_le_bytes()[0]);
    }

    /// Zigzag, then LEB128: small numbers of either sign are short.
    pub(super) fn signed(&mut self, number: i64) {
        self.unsigned(zigzag(number));
    }

    pub(super) fn length(&mut self, length: usize) {
        self.unsigned(length as u64);
    }

    pub(super) fn slice(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Numbers as runs: value, then length; the length of the last is 0, "all the rest".
    pub(super) fn runs(&mut self, numbers: impl Iterator<Item = u32>) {
        let mut run: Option<(u32, u64)> = None;
        for number in numbers {
            match &mut run {
                Some((value, length)) if *value == number => *length += 1,
                _ => {
                    if let Some((value, length)) = run.replace((number, 1)) {
                        self.unsigned(value.into());
                        self.unsigned(length);
                    }
                }
            }
        }
        if let Some((value, _)) = run {
            self.unsigned(value.into());
            self.unsigned(0);
        }
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// Reads the bytes of a block.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) fn damaged(&self, what: &'static str) -> DamagedBlock {
        DamagedBlock { length: self.bytes.len(), offset: self.at, what }
    }

    pub(super) fn byte(&mut self) -> Result<u8, DamagedBlock> {
        let byte = self.bytes.get(self.at).ok_or_else(|| self.damaged("a byte"))?;
        self.at += 1;
        Ok(*byte)
    }

    pub(super) fn unsigned(&mut self) -> Result<u64, DamagedBlock> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7F);
            if shift == 63 && bits > 1 {
                break;
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(self.damaged("a number of 64 bits"))
    }

    pub(super) fn signed(&mut self) -> Result<i64, DamagedBlock> {
        Ok(unzigzag(self.unsigned()?))
    }

    pub(super) fn length(&mut self, most: usize) -> Result<usize, DamagedBlock> {
        let length = usize::try_from(self.unsigned()?).ok().filter(|length| *length <= most);
        length.ok_or_else(|| self.damaged("a length within its bound"))
    }

    pub(super) fn slice(&mut self, length: usize) -> Result<&'a [u8], DamagedBlock> {
        let end = self.at.checked_add(length);
        let slice = end.and_then(|end| self.bytes.get(self.at..end));
        let slice = slice.ok_or_else(|| self.damaged("as many bytes"))?;
        self.at += length;
        Ok(slice)
    }

    pub(super) fn runs(&mut self, count: usize) -> Result<Vec<u32>, DamagedBlock> {
        let mut numbers = Vec::with_capacity(count);
        while numbers.len() < count {
            let value = u32::try_from(self.unsigned()?).map_err(|_| self.damaged("a value of a run"))?;
            let left = count - numbers.len();
            let length = match self.length(left)? {
                0 => left,
                length => length,
            };
            numbers.resize(numbers.len() + length, value);
        }
        Ok(numbers)
    }
}

pub(super) fn zigzag(number: i64) -> u64 {
    (number.wrapping_shl(1) ^ (number >> 63)).cast_unsigned()
}

pub(super) fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}
