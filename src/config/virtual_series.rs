//! `[[virtual]]`: series that are made of others when they are read.

use std::collections::{HashMap, HashSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::market::quantity::Decimal;

/// A series that is made of others when it is read.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Virtual {
    /// Its name in commands and pages; it stands where others have a location.
    #[schemars(extend("de" = "Ihr Name in Befehlen und Seiten; er steht, wo andere eine Lokation haben."))]
    pub name: String,
    /// Unit of its values, such as `kWh`.
    #[schemars(extend("de" = "Einheit ihrer Werte, etwa `kWh`."))]
    pub unit: String,
    /// What it is the sum of: `terms = [{ series = "50120962218/1-1:1.29.0" }, { series = "…", factor = "-1" }]`.
    #[schemars(extend("de" = "Wovon sie die Summe ist: `terms = [{ series = \"50120962218/1-1:1.29.0\" }, { series = \"…\", factor = \"-1\" }]`."))]
    pub terms: Vec<Term>,
}

/// A part of a virtual series.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Term {
    /// `location/obis`, or the name of another virtual series.
    #[schemars(extend("de" = "`Lokation/OBIS`, oder der Name einer anderen virtuellen Zeitreihe."))]
    pub series: String,
    /// How often it counts, as a decimal: `-1` takes it off.
    #[schemars(extend("de" = "Wie oft sie zählt, als Dezimalzahl: `-1` zieht sie ab."))]
    pub factor: String,
}

impl Default for Term {
    fn default() -> Self {
        Self {
            series: String::new(),
            factor: "1".to_owned(),
        }
    }
}

impl Term {
    /// The factor; `None` if it is no number.
    pub fn factor(&self) -> Option<Decimal> {
        Decimal::parse_lenient(self.factor.as_bytes())
    }
}

/// What is wrong: the key, beginning with `virtual[0].`, and what to do.
pub(crate) fn faults(virtuals: &[Virtual]) -> Vec<(String, String)> {
    let mut faults = Vec::new();
    let mut names = HashSet::new();
    for (index, one) in virtuals.iter().enumerate() {
        let mut fault = |key: &str, what: String| {
            faults.push((format!("virtual[{index}].{key}"), what));
        };
        let is_plain = |char: char| char.is_alphanumeric() || " ._-".contains(char);
        let has_letter = one.name.chars().any(char::is_alphabetic);
        if one.name.is_empty() {
            fault(
                "name",
                "is missing; give the series a name, such as `site`".to_owned(),
            );
        } else if one.name.len() > NAME_BYTES || !has_letter || !one.name.chars().all(is_plain) {
            fault(
                "name",
                format!(
                    "`{}` is no name; use up to {NAME_BYTES} letters, digits, blanks, `.`, `_` and `-`, with a letter among them",
                    one.name
                ),
            );
        } else if !names.insert(&one.name) {
            fault(
                "name",
                format!(
                    "`{}` is the name of two virtual series; names must differ",
                    one.name
                ),
            );
        }
        if one.terms.is_empty() || one.terms.len() > TERMS_MOST {
            fault(
                "terms",
                format!(
                    "must be between 1 and {TERMS_MOST}; write terms = [{{ series = \"location/obis\" }}]"
                ),
            );
        }
        for (at, term) in one.terms.iter().enumerate() {
            if term.series.is_empty() || term.series.contains('*') {
                fault(
                    &format!("terms[{at}].series"),
                    "must be one series: `location/obis`, or the name of another virtual series"
                        .to_owned(),
                );
            }
            if term.factor().is_none() {
                fault(
                    &format!("terms[{at}].factor"),
                    format!(
                        "`{}` is no decimal; write \"1\", \"-1\" or \"0.5\"",
                        term.factor
                    ),
                );
            }
        }
        if is_part_of_itself(one, virtuals) {
            fault(
                "terms",
                format!("`{}` is a part of itself; take the circle out", one.name),
            );
        }
    }
    faults
}

/// Whether a series is met again on a way through its parts.
fn is_part_of_itself(series: &Virtual, all: &[Virtual]) -> bool {
    let by_name: HashMap<&str, &Virtual> = all.iter().map(|one| (&*one.name, one)).collect();
    let mut seen = HashSet::new();
    let mut open: Vec<&str> = series.terms.iter().map(|term| &*term.series).collect();
    while let Some(name) = open.pop() {
        if name == series.name {
            return true;
        }
        if let Some(part) = by_name.get(name).filter(|_| seen.insert(name)) {
            open.extend(part.terms.iter().map(|term| &*term.series));
        }
    }
    false
}

/// A heading, and part of file names.
const NAME_BYTES: usize = 64;
/// More meters than one site has.
const TERMS_MOST: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    fn series(name: &str, terms: &[(&str, &str)]) -> Virtual {
        Virtual {
            name: name.to_owned(),
            unit: "kWh".to_owned(),
            terms: terms
                .iter()
                .map(|(series, factor)| Term {
                    series: (*series).to_owned(),
                    factor: (*factor).to_owned(),
                })
                .collect(),
        }
    }

    fn keys(virtuals: &[Virtual]) -> Vec<String> {
        faults(virtuals).into_iter().map(|(key, _)| key).collect()
    }

    #[test]
    fn sums_of_series_and_of_other_virtual_series_are_fine() {
        let site = series("site", &[("50120962218/1-1:1.29.0", "1"), ("roof", "-0.5")]);
        let roof = series("roof", &[("41373559241", "1")]);
        assert_eq!(faults(&[site, roof]), []);
    }

    #[test]
    fn every_fault_is_named_by_its_key() {
        let odd = [
            series("", &[("a/b", "1")]),
            series("007", &[("a/b", "x"), ("a*", "1")]),
            series("empty", &[]),
            series("empty", &[("a/b", "1")]),
        ];
        assert_eq!(
            keys(&odd),
            [
                "virtual[0].name",
                "virtual[1].name",
                "virtual[1].terms[0].factor",
                "virtual[1].terms[1].series",
                "virtual[2].terms",
                "virtual[3].name",
            ]
        );
    }

    #[test]
    fn a_series_that_is_a_part_of_itself_is_refused_and_one_used_twice_is_not() {
        let circle = [
            series("a", &[("b", "1")]),
            series("b", &[("c", "1")]),
            series("c", &[("a", "1")]),
        ];
        assert_eq!(keys(&circle).len(), 3);
        let diamond = [
            series("top", &[("left", "1"), ("right", "1")]),
            series("left", &[("base", "1")]),
            series("right", &[("base", "1")]),
            series("base", &[("x/y", "1")]),
        ];
        assert_eq!(keys(&diamond), [""; 0]);
    }
}
