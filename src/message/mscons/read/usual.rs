//! The two forms that nearly every time of a value has, read without cutting them into parts.
//!
//! ```text
//! DTM+163:202611222300?+00:303
//! DTM+163:202611230000:203
//! ```
//!
//! The general way reads them, too, and everything else.

use crate::edifact::separators::Separators;
use crate::message::mscons::read::record::Kind;
use crate::message::mscons::read::time::{Clock, Moment};

/// These forms in the service characters of an interchange.
pub(super) struct UsualTimes {
    /// `DTM+163:`
    start: [u8; 8],
    /// `DTM+164:`
    end: [u8; 8],
    /// `?+00:303`; `None` where `+` separates and nothing releases it.
    utc: Option<Vec<u8>>,
    /// `:203`
    local: [u8; 4],
}

impl UsualTimes {
    pub(super) fn new(separators: Separators) -> Self {
        let Separators {
            component,
            element,
            release,
            terminator,
            ..
        } = separators;
        let zone = [b'+', b'0', b'0', component, b'3', b'0', b'3'];
        let is_plus_data =
            ![Some(component), Some(element), Some(terminator), release].contains(&Some(b'+'));
        let utc = if is_plus_data {
            Some(zone.to_vec())
        } else {
            release.map(|release| [&[release], &zone[..]].concat())
        };
        Self {
            start: [b'D', b'T', b'M', element, b'1', b'6', b'3', component],
            end: [b'D', b'T', b'M', element, b'1', b'6', b'4', component],
            utc,
            local: [component, b'2', b'0', b'3'],
        }
    }

    /// Reads a DTM; `None` if it is not of these forms, or no time.
    pub(super) fn read(&self, text: &[u8], clock: &mut Clock) -> Option<(Kind, Moment)> {
        let (head, rest) = text.split_first_chunk()?;
        let (digits, tail) = rest.split_first_chunk()?;
        let kind = if *head == self.start {
            Kind::Start
        } else if *head == self.end {
            Kind::End
        } else {
            return None;
        };
        if self.utc.as_deref() == Some(tail) {
            Some((kind, Moment::Utc(clock.utc_minutes(*digits)?)))
        } else if tail == self.local {
            Some((kind, Moment::Local(clock.minutes(*digits)?)))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_usual(una: [u8; 6], text: &str) -> bool {
        let separators = Separators::from_una(una).unwrap();
        let times = UsualTimes::new(separators);
        times.read(text.as_bytes(), &mut Clock::default()).is_some()
    }

    #[test]
    fn the_forms_are_those_of_the_service_characters() {
        assert!(is_usual(*b":+.? '", "DTM+163:202611222300?+00:303"));
        assert!(is_usual(*b":+.? '", "DTM+164:202611222300:203"));
        assert!(is_usual(*b";|.! ~", "DTM|163;202611222300+00;303"));
    }

    #[test]
    fn a_plus_that_separates_is_none_of_a_time() {
        assert!(!is_usual(*b":+.? '", "DTM+163:202611222300+00:303"));
        assert!(!is_usual(*b":+.  '", "DTM+163:202611222300+00:303"));
        assert!(!is_usual(*b":+.? '", "DTM+163:202611222360?+00:303"));
    }
}
