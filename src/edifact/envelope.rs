//! Where interchanges begin: UNA and UNB in a stream of bytes.

use memchr::memchr;

use crate::edifact::separators::{BadUna, Separators};

/// The beginning of an interchange.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Start {
    /// Where UNA stands, or UNB if there is none; in bytes.
    pub begin: usize,
    /// Where UNB stands.
    pub unb: usize,
    /// From UNA, or the default.
    pub separators: Separators,
    /// What is wrong with UNA, and what is used instead.
    pub una_fault: Option<String>,
}

/// The next interchange from `from` on: `UNA` with its six characters, blanks and line ends, then
/// `UNB`; or `UNB` alone, with the default separators.
///
/// Line ends may stand anywhere in them, since senders and mail wrap lines at any column.
pub fn next_start(bytes: &[u8], from: usize) -> Option<Start> {
    let mut at = from;
    loop {
        let begin = at + memchr(b'U', bytes.get(at..)?)?;
        let found = with_una(bytes, begin).or_else(|| {
            is_unb(bytes, begin, Separators::DEFAULT).then_some(Start {
                begin,
                unb: begin,
                separators: Separators::DEFAULT,
                una_fault: None,
            })
        });
        if found.is_some() {
            return found;
        }
        at = begin + 1;
    }
}

/// An interchange whose UNA stands here.
fn with_una(bytes: &[u8], begin: usize) -> Option<Start> {
    let behind_tag = behind_tag(bytes, begin, *b"UNA")?;
    let rest = bytes.get(behind_tag..)?;
    let as_they_stand = rest.iter().copied().enumerate();
    let unwrapped = as_they_stand
        .clone()
        .filter(|(_, byte)| !is_line_end(*byte));
    // As they stand first, since a line end can be the terminator; then as if the line were wrapped
    // here. One without a fault is better than one that needs mending.
    let readings = [six(as_they_stand), six(unwrapped)];
    let starts = || {
        let found = readings.into_iter().flatten();
        found.filter_map(|(una, length)| of_una(bytes, begin, una, behind_tag + length))
    };
    starts()
        .find(|start| start.una_fault.is_none())
        .or_else(|| starts().next_back())
}

/// The six characters, and where they end.
fn six(mut characters: impl Iterator<Item = (usize, u8)>) -> Option<([u8; 6], usize)> {
    let mut una = [0; 6];
    let mut length = 0;
    for place in &mut una {
        let (at, byte) = characters.next()?;
        (*place, length) = (byte, at + 1);
    }
    Some((una, length))
}

/// The interchange of a UNA that ends at `end`, if UNB follows it.
fn of_una(bytes: &[u8], begin: usize, una: [u8; 6], end: usize) -> Option<Start> {
    let blanks = bytes.get(end..)?.iter().take_while(|byte| is_blank(**byte));
    let unb = end + blanks.count();
    let (separators, una_fault) = match Separators::from_una(una) {
        Ok(separators) => (separators, None),
        Err(BadUna { used, detail }) => (used, Some(detail)),
    };
    is_unb(bytes, unb, separators).then_some(Start {
        begin,
        unb,
        separators,
        una_fault,
    })
}

/// Whether UNB and an element separator stand here; `UNB` in running text (UNBEKANNT) is none.
fn is_unb(bytes: &[u8], at: usize, separators: Separators) -> bool {
    behind_tag(bytes, at, *b"UNB")
        .and_then(|behind| {
            bytes
                .get(behind..)?
                .iter()
                .find(|byte| !separators.drops(**byte))
        })
        .is_some_and(|byte| *byte == separators.element)
}

/// The place behind a tag that begins here. Line ends between its letters do not count.
fn behind_tag(bytes: &[u8], begin: usize, tag: [u8; 3]) -> Option<usize> {
    let mut at = begin;
    for letter in &tag {
        while at > begin && bytes.get(at).is_some_and(|byte| is_line_end(*byte)) {
            at += 1;
        }
        if bytes.get(at) != Some(letter) {
            return None;
        }
        at += 1;
    }
    Some(at)
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn una_counts_only_where_unb_follows_it() {
        let start = next_start(b"UNA:+,? '\r\n UNB+UNOC", 0).unwrap();
        assert_eq!(
            (start.begin, start.unb, start.separators.decimal),
            (0, 12, b',')
        );
        let start = next_start(b"UNA:+,? 'x UNB+UNOC", 0).unwrap();
        assert_eq!((start.begin, start.separators), (11, Separators::DEFAULT));
    }

    #[test]
    fn a_word_that_begins_with_unb_is_no_interchange() {
        assert_eq!(next_start(b"UNBEKANNT UNB", 0), None);
        assert_eq!(next_start(b"UNBEKANNT UNB+X", 0).unwrap().unb, 10);
        assert_eq!(next_start(b"UNAUFFINDBAR UNB+X", 0).unwrap().begin, 13);
    }

    #[test]
    fn una_of_the_interchange_before_does_not_count() {
        let bytes = b"UNA:+,? 'UNB+1'UNZ' UNB+2'";
        assert_eq!(
            next_start(bytes, 19).unwrap().separators,
            Separators::DEFAULT
        );
    }

    #[test]
    fn a_line_may_be_wrapped_anywhere_in_the_beginning() {
        let plain = b"UNA:+,? 'UNB+UNOC";
        for at in 1..plain.len() {
            let mut wrapped = plain.to_vec();
            wrapped.splice(at..at, *b"\r\n");
            let start = next_start(&wrapped, 0).unwrap();
            assert_eq!(
                (start.begin, start.separators.decimal),
                (0, b','),
                "at {at}"
            );
        }
    }

    #[test]
    fn a_line_end_can_be_the_terminator() {
        let start = next_start(b"UNA:+.? \nUNB+UNOC", 0).unwrap();
        assert_eq!((start.unb, start.separators.terminator), (9, b'\n'));
        let start = next_start(b"UNA:+.? \r\nUNB+UNOC", 0).unwrap();
        assert_eq!((start.unb, start.separators.terminator), (10, b'\r'));
    }

    #[test]
    fn a_bad_una_is_mended_and_its_fault_named() {
        let start = next_start(b"UNA:+.X 'UNB+UNOC", 0).unwrap();
        assert_eq!((start.begin, start.unb), (0, 9));
        assert_eq!(start.separators, Separators::DEFAULT);
        assert!(start.una_fault.unwrap().contains("\"X\" as release"));
        // What is wrong in it is wrong when it is wrapped, too.
        let start = next_start(b"UN\r\nA:+.X \r\n'UNB+UNOC", 0).unwrap();
        assert_eq!((start.begin, start.unb), (0, 13));
        assert!(start.una_fault.unwrap().contains("\"X\" as release"));
        // A reading without a fault is better than one with: the terminator is no digit here.
        let start = next_start(b"UNA:+.? \nUNB+UNOC", 0).unwrap();
        assert_eq!(start.una_fault, None);
    }
}
