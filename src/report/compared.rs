//! A sum beside another one.

use crate::series::total::{Sum, Total};
use crate::text::{Text, with_unit};

/// How a sum stands to one of before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Compared {
    /// It is so many thousandths more, or, negative, less.
    Change(i64),
    /// One of the two is incomplete: they cannot be compared.
    Incomplete,
    /// There are no values of before.
    Nothing,
}

impl Compared {
    /// A total beside one of before. Only what is complete is compared: half a week is not half
    /// the energy.
    pub fn of(now: &Total, before: &Total) -> Self {
        let (Some(sum), Some(base)) = (now.sum, before.sum) else {
            return Self::Nothing;
        };
        let is_fair = |total: &Total| total.is_complete() && total.overlapping == 0;
        if !is_fair(now) || !is_fair(before) {
            return Self::Incomplete;
        }
        permille(sum, base).map_or(Self::Nothing, Self::Change)
    }

    /// As a cell of a table: `+3,2 %`, `unvollständig`, `–`.
    pub fn in_words(self, text: &Text) -> String {
        match self {
            Self::Change(permille) => percent(permille, text),
            Self::Incomplete => text.report_not_comparable(),
            Self::Nothing => "–".to_owned(),
        }
    }
}

/// `+3,2 %`.
fn percent(permille: i64, text: &Text) -> String {
    let sign = if permille > 0 { "+" } else { "" };
    let number = text.decimal(permille.into(), 1);
    with_unit(&format!("{sign}{number}"), "%")
}

/// By how many thousandths of the second number the first one is greater, rounded half away from
/// zero. `None` of zero, or beyond all bounds.
fn permille(sum: Sum, base: Sum) -> Option<i64> {
    let scale = sum.scale().max(base.scale());
    let at = |one: Sum| {
        let digits = u32::from(scale - one.scale());
        one.mantissa().checked_mul(10_i128.checked_pow(digits)?)
    };
    let (sum, base) = (at(sum)?, at(base)?);
    let size = base.checked_abs().filter(|size| *size > 0)?;
    let more = sum.checked_sub(base)?.checked_mul(1000)?;
    let half = if more < 0 { -(size / 2) } else { size / 2 };
    i64::try_from(more.checked_add(half)? / size).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::quantity::Decimal;
    use crate::series::quality::Quality;
    use crate::text::Language;

    fn total(sum: &str, covered_seconds: i64) -> Total {
        Total {
            sum: Decimal::parse(sum.as_bytes()).map(Sum::from),
            values: 4,
            quality: Quality::Measured,
            covered_seconds,
            period_seconds: 3600,
            overlapping: 0,
        }
    }

    #[test]
    fn a_change_is_exact_to_a_thousandth() {
        for (now, before, expected) in [
            ("103.2", "100", 32),
            ("1.000", "1", 0),
            ("99.95", "100", -1),
            ("99.951", "100", 0),
            ("-50", "-100", 500),
            ("0", "0.001", -1000),
        ] {
            let compared = Compared::of(&total(now, 3600), &total(before, 3600));
            assert_eq!(compared, Compared::Change(expected), "{now} {before}");
        }
        let text = Text::new(Language::De);
        assert_eq!(Compared::Change(32).in_words(&text), "+3,2\u{a0}%");
        assert_eq!(Compared::Change(-5).in_words(&text), "−0,5\u{a0}%");
        assert_eq!(Compared::Change(0).in_words(&text), "0,0\u{a0}%");
    }

    #[test]
    fn what_is_incomplete_or_nothing_is_not_compared() {
        let whole = total("1", 3600);
        assert_eq!(
            Compared::of(&whole, &total("1", 2700)),
            Compared::Incomplete
        );
        assert_eq!(
            Compared::of(&total("1", 2700), &whole),
            Compared::Incomplete
        );
        assert_eq!(Compared::of(&whole, &total("0", 3600)), Compared::Nothing);
        assert_eq!(Compared::of(&whole, &total("", 0)), Compared::Nothing);
        let twice = Total {
            overlapping: 1,
            ..whole
        };
        assert_eq!(Compared::of(&twice, &whole), Compared::Incomplete);
    }
}
