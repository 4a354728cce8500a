//! Texts that stand in many records, by number: partners, types of messages, mailboxes.

use std::collections::HashMap;

/// The numbered texts of a database, in memory. A number once given stays.
#[derive(Debug, Default)]
pub(super) struct Phrases {
    texts: Vec<Box<str>>,
    numbers: HashMap<Box<str>, u32>,
}

impl Phrases {
    /// The text with a number.
    pub(super) fn text(&self, number: u32) -> Option<&str> {
        let text = self.texts.get(usize::try_from(number).ok()?)?;
        Some(text)
    }

    /// The number of a text.
    pub(super) fn number(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    /// How many there are: the next number.
    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.texts.len()).unwrap_or(u32::MAX)
    }

    /// Adds a text with the next number.
    pub(super) fn push(&mut self, text: Box<str>) {
        self.numbers.insert(text.clone(), self.count());
        self.texts.push(text);
    }
}

/// The phrases of a database, and those that some mails add to them.
#[derive(Debug)]
pub(super) struct Growing<'a> {
    known: &'a Phrases,
    new: Phrases,
}

impl<'a> Growing<'a> {
    pub(super) fn new(known: &'a Phrases) -> Self {
        let new = Phrases::default();
        Self { known, new }
    }

    /// The number of a text, a new one if it has none; `None` if it gets none: a stranger may write
    /// ever other texts.
    pub(super) fn number(&mut self, text: &str) -> Option<u32> {
        if let Some(number) = self.known.number(text) {
            return Some(number);
        }
        let known = self.known.count();
        if let Some(number) = self.new.number(text) {
            return Some(known + number);
        }
        let number = known.saturating_add(self.new.count());
        if text.len() > MOST_BYTES || number >= MOST {
            return None;
        }
        self.new.push(text.into());
        Some(number)
    }

    /// Those that were added, by number.
    pub(super) fn added(&self) -> impl Iterator<Item = (u32, &str)> {
        let first = self.known.count();
        (first..).zip(self.new.texts.iter().map(|text| &**text))
    }

    /// Those that were added, in order.
    pub(super) fn into_added(self) -> Vec<Box<str>> {
        self.new.texts
    }
}

/// Phrases of a database: they are all in memory.
const MOST: u32 = 10_000;
/// Of a phrase: what is longer stands seldom.
const MOST_BYTES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_on_and_end() {
        let mut known = Phrases::default();
        known.push("a".into());
        let mut growing = Growing::new(&known);
        assert_eq!(growing.number("a"), Some(0));
        assert_eq!(growing.number("b"), Some(1));
        assert_eq!(growing.number("c"), Some(2));
        assert_eq!(growing.number("b"), Some(1));
        assert_eq!(growing.number(&"x".repeat(MOST_BYTES + 1)), None);
        for number in 3..MOST {
            assert_eq!(growing.number(&number.to_string()), Some(number));
        }
        assert_eq!(growing.number("one more"), None);
        let added: Vec<_> = growing.added().take(2).collect();
        assert_eq!(added, [(1, "b"), (2, "c")]);
    }
}
