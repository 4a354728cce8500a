//! What became of the values of a series between two reads of it.

use std::cmp::Ordering;

use crate::market::calendar::UtcTime;
use crate::series::merge::Held;
use crate::series::total::Sum;

/// An interval of which two reads say different things.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change {
    /// What the earlier read says; `None` if nothing.
    pub before: Option<Held>,
    /// What the later read says; `None` if nothing.
    pub after: Option<Held>,
}

impl Change {
    /// Start and end of the interval or instant; `None` for a value without time.
    pub fn interval(&self) -> (Option<UtcTime>, Option<UtcTime>) {
        let held = self.after.as_ref().or(self.before.as_ref());
        held.map_or((None, None), |held| (held.start, held.end))
    }

    /// The later value less the earlier one, exact; `None` unless there are both.
    pub fn difference(&self) -> Option<Sum> {
        let [before, after] = [&self.before, &self.after].map(|held| held.as_ref()?.value);
        Sum::ZERO.plus(after?)?.minus(before?)
    }

    /// Whether it is one: another number or another quality. Digits that are written in another
    /// way, or said again by another message, change nothing.
    fn is_one(&self) -> bool {
        let (Some(before), Some(after)) = (&self.before, &self.after) else {
            return true;
        };
        let is_other_number = match (before.value, after.value) {
            (Some(_), Some(_)) => self.difference().is_none_or(|sum| sum.mantissa() != 0),
            (before, after) => before.is_some() || after.is_some(),
        };
        is_other_number || before.quality != after.quality
    }
}

/// What changed from one read to a later one; both in order of time, as
/// [`merge`](crate::series::merge::merge) gives them. Values without time are compared row by row.
pub fn changes(before: Vec<Held>, after: Vec<Held>) -> Vec<Change> {
    let mut before = before.into_iter().peekable();
    let mut after = after.into_iter().peekable();
    let mut changes = Vec::new();
    loop {
        let order = match (before.peek(), after.peek()) {
            (Some(old), Some(new)) => (old.start, old.end).cmp(&(new.start, new.end)),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return changes,
        };
        let change = Change {
            before: before.next_if(|_| order.is_le()),
            after: after.next_if(|_| order.is_ge()),
        };
        if change.is_one() {
            changes.push(change);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::market::quantity::Decimal;
    use crate::series::quality::Quality;

    fn held(quarter: i64, value: &str) -> Held {
        let value = Decimal::parse(value.as_bytes());
        Held {
            start: Some(UtcTime::from_seconds(quarter * 900)),
            end: Some(UtcTime::from_seconds(quarter * 900 + 900)),
            value,
            label: std::sync::Arc::default(),
            quality: value.map_or(Quality::Missing, |_| Quality::Measured),
            source: 1,
            superseded: 0,
        }
    }

    fn told(before: &[Held], after: &[Held]) -> Vec<(i64, String, String, String)> {
        let text = |held: &Option<Held>| {
            let value = held.as_ref().map(|held| held.value);
            value.map_or("-".to_owned(), |value| {
                value.map_or("none".to_owned(), |value| value.to_string())
            })
        };
        let tell = |change: &Change| {
            let start = change.interval().0.unwrap().seconds() / 900;
            let difference = change.difference().map(|sum| sum.to_string());
            (
                start,
                text(&change.before),
                text(&change.after),
                difference.unwrap_or_default(),
            )
        };
        changes(before.to_vec(), after.to_vec())
            .iter()
            .map(tell)
            .collect()
    }

    #[test]
    fn what_came_what_went_and_what_is_another_now_with_the_exact_difference() {
        let before = [held(1, "1.5"), held(2, "2"), held(4, "0.3"), held(5, "7")];
        let after = [held(1, "1.5"), held(3, "9"), held(4, "0.125"), held(5, "")];
        let row = |start, old: &str, new: &str, difference: &str| {
            (start, old.into(), new.into(), difference.into())
        };
        assert_eq!(
            told(&before, &after),
            [
                row(2, "2", "-", ""),
                row(3, "-", "9", ""),
                row(4, "0.3", "0.125", "-0.175"),
                row(5, "7", "none", ""),
            ]
        );
    }

    #[test]
    fn digits_written_in_another_way_are_no_change_and_another_quality_is_one() {
        assert!(changes(vec![held(1, "20.8")], vec![held(1, "20.800")]).is_empty());
        let better = Held {
            quality: Quality::Substitute,
            ..held(1, "20.8")
        };
        let changed = changes(vec![better], vec![held(1, "20.8")]);
        assert_eq!(changed.len(), 1);
        assert_eq!(changed[0].difference().unwrap().to_string(), "0.0");
    }

    #[test]
    fn tables_without_time_are_compared_row_by_row() {
        let row = |value| Held {
            start: None,
            end: None,
            ..held(0, value)
        };
        let changed = changes(vec![row("1"), row("2"), row("3")], vec![row("1"), row("5")]);
        let pairs: Vec<_> = changed
            .iter()
            .map(|c| (c.before.is_some(), c.after.is_some()))
            .collect();
        assert_eq!(pairs, [(true, true), (true, false)]);
    }

    proptest! {
        #[test]
        fn the_changes_turn_the_earlier_read_into_the_later(
            before in proptest::collection::btree_map(0_i64..30, -5_i64..5, 0..20),
            after in proptest::collection::btree_map(0_i64..30, -5_i64..5, 0..20),
        ) {
            let read = |values: &BTreeMap<i64, i64>| -> Vec<Held> {
                values.iter().map(|(quarter, value)| held(*quarter, &value.to_string())).collect()
            };
            let mut turned: BTreeMap<i64, String> =
                before.iter().map(|(quarter, value)| (*quarter, value.to_string())).collect();
            for (quarter, _, new, _) in told(&read(&before), &read(&after)) {
                if new == "-" {
                    turned.remove(&quarter);
                } else {
                    turned.insert(quarter, new);
                }
            }
            let expected: BTreeMap<i64, String> =
                after.iter().map(|(quarter, value)| (*quarter, value.to_string())).collect();
            prop_assert_eq!(turned, expected);
        }
    }
}
