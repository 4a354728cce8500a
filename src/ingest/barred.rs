//! What of a piece cannot be stored, and why: as much of it as a person reads.

use std::fmt::Write as _;

/// Messages that are barred from the store, or all of a piece.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Barred {
    count: u32,
    messages: Vec<String>,
    reasons: Vec<String>,
    /// Messages whose reasons found no room.
    unexplained: u32,
}

impl Barred {
    /// Adds a message by its UNH 0062 (empty: all of the piece), and why.
    pub fn add(&mut self, message: &str, reasons: impl FnOnce() -> Vec<String>) {
        self.count = self.count.saturating_add(1);
        if !message.is_empty() && self.messages.len() < MAX_MESSAGES {
            self.messages.push(message.to_owned());
        }
        let room = MAX_REASONS.saturating_sub(self.reasons.len());
        if room == 0 {
            self.unexplained = self.unexplained.saturating_add(1);
        } else {
            self.reasons.extend(reasons().into_iter().take(room));
        }
    }

    /// Tells that so many findings of the file were not kept, if anything is barred.
    pub fn say_more(&mut self, findings: u64) {
        if let Some(last) = self.reasons.last_mut() {
            // Writing into a `String` cannot fail.
            let _ = write!(last, " (and {findings} findings more)");
        }
    }

    /// How much is barred; 0 if nothing is.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// UNH 0062 of the messages, and the reasons.
    pub fn into_parts(self) -> (Vec<String>, Vec<String>) {
        let mut reasons = self.reasons;
        if self.unexplained > 0 {
            reasons.push(format!(
                "{} messages more are barred; their reasons are not kept",
                self.unexplained
            ));
        }
        (self.messages, reasons)
    }
}

/// Reasons kept of one quarantine entry: enough for a person, bounded for a hostile file.
pub(super) const MAX_REASONS: usize = 100;
/// Messages that an entry names.
const MAX_MESSAGES: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_barred_messages_is_counted_and_told_within_bounds() {
        let mut barred = Barred::default();
        for number in 0..200_000 {
            barred.add(&number.to_string(), || vec![format!("why {number}")]);
        }
        assert_eq!(barred.count(), 200_000);
        let (messages, reasons) = barred.into_parts();
        assert_eq!((messages.len(), reasons.len()), (MAX_MESSAGES, 101));
        assert_eq!(reasons[99], "why 99");
        assert!(reasons[100].starts_with("199900 messages more"));
    }

    #[test]
    fn all_of_a_piece_has_no_message() {
        let mut barred = Barred::default();
        barred.add("", || vec!["a bomb".to_owned()]);
        barred.say_more(7);
        assert_eq!(barred.count(), 1);
        let reasons = vec!["a bomb (and 7 findings more)".to_owned()];
        assert_eq!(barred.into_parts(), (Vec::new(), reasons));
    }
}
