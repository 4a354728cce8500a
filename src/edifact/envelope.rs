//! Where interchanges begin: UNA and UNB in a stream of bytes.

use memchr::memmem;

use crate::edifact::separators::Separators;

/// The beginning of an interchange.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Start {
    /// Where UNA stands, or UNB if there is none; in bytes.
    pub begin: usize,
    /// Where UNB stands.
    pub unb: usize,
    /// From UNA, or the default.
    pub separators: Separators,
}

/// The next interchange from `from` on: `UNA` with its six characters, blanks and line ends, then
/// `UNB`; or `UNB` alone, with the default separators.
pub fn next_start(bytes: &[u8], from: usize) -> Option<Start> {
    let mut search = from;
    loop {
        let unb = search + memmem::find(bytes.get(search..)?, b"UNB")?;
        let (begin, separators) = match una_before(bytes, from, unb) {
            Some((begin, separators)) => (begin, separators),
            None => (unb, Separators::DEFAULT),
        };
        // `UNB` in running text (UNBEKANNT) is no segment.
        if bytes.get(unb + 3) == Some(&separators.element) {
            return Some(Start {
                begin,
                unb,
                separators,
            });
        }
        search = unb + 3;
    }
}

/// The UNA that ends just before `unb`, but for blanks, line ends and NULs.
fn una_before(bytes: &[u8], from: usize, unb: usize) -> Option<(usize, Separators)> {
    let window = bytes.get(from.max(unb.saturating_sub(MAX_UNA_DISTANCE))..unb)?;
    let una = unb - window.len() + memmem::rfind(window, b"UNA")?;
    let characters: [u8; 6] = bytes.get(una + 3..una + 9)?.try_into().ok()?;
    let between = bytes.get(una + 9..unb)?;
    between
        .iter()
        .all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0))
        .then(|| (una, Separators::from_una(characters)))
}

/// UNA, its six characters, and blanks or line ends before UNB: a page of them is not met.
const MAX_UNA_DISTANCE: usize = 4096;

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
    }

    #[test]
    fn una_of_the_interchange_before_does_not_count() {
        let bytes = b"UNA:+,? 'UNB+1'UNZ' UNB+2'";
        assert_eq!(
            next_start(bytes, 19).unwrap().separators,
            Separators::DEFAULT
        );
    }
}
