//! What the configuration says should arrive, and from whom.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::config::expect::Expect;
use crate::config::partner::Partner;
use crate::expect::target::Target;
use crate::series::Kind;
use crate::store::ledger::SeriesEntry;
use crate::store::read::fits;

/// `[[expect]]` and `[[partner]]`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Plan {
    /// In the order of the file: of several that fit, the first counts.
    pub expects: Vec<Expect>,
    /// The partners.
    pub partners: Vec<Partner>,
}

impl Plan {
    /// What a partner is called: its name, or else its id.
    pub fn partner_name<'p>(&'p self, id: &'p str) -> &'p str {
        let partner = self.partners.iter().find(|partner| partner.id == id);
        match partner {
            Some(partner) if !partner.name.is_empty() => &partner.name,
            Some(_) | None => id,
        }
    }

    /// Everything that has a rhythm: the series of intervals by location and OBIS code (one that
    /// changed its unit is still the same delivery), and what is expected and has never arrived.
    /// In the order of location and OBIS code.
    pub fn targets(&self, series: Vec<SeriesEntry>) -> Vec<Target> {
        let index = Index::of(&self.expects);
        let mut targets: BTreeMap<(String, String), Target> = BTreeMap::new();
        let mut has_come = HashSet::new();
        for entry in series {
            let (location, obis) = (entry.key.location.clone(), entry.key.obis.clone());
            let expect = index.first(&location, &obis);
            has_come.extend(index.exact(&location, &obis));
            // Readings and tables have no rhythm: nobody can tell what of them is missing.
            if entry.key.kind != Kind::Interval {
                continue;
            }
            let target = targets
                .entry((location, obis))
                .or_insert_with_key(|(location, obis)| Target {
                    location: location.clone(),
                    obis: obis.clone(),
                    series: Vec::new(),
                    expect: expect.and_then(|at| self.expects.get(at)).cloned(),
                });
            target.series.push(entry);
        }
        for (at, expect) in self.expects.iter().enumerate() {
            if is_pattern(expect) || has_come.contains(&at) {
                continue;
            }
            let key = (expect.location.clone(), expect.obis.clone());
            targets.entry(key).or_insert_with(|| Target {
                location: expect.location.clone(),
                obis: expect.obis.clone(),
                series: Vec::new(),
                expect: Some(expect.clone()),
            });
        }
        targets.into_values().collect()
    }

    /// The patterns that fit no series: probably a slip of the finger.
    pub fn idle_patterns<'p>(&'p self, targets: &[Target]) -> Vec<&'p Expect> {
        let has_fitting = |expect: &Expect| {
            let mut arrived = targets.iter().filter(|target| !target.series.is_empty());
            arrived.any(|target| expects(expect, &target.location, &target.obis))
        };
        let patterns = self.expects.iter().filter(|expect| is_pattern(expect));
        patterns.filter(|expect| !has_fitting(expect)).collect()
    }
}

/// Expectations by location, so that ten thousand of them and ten thousand series are no hundred
/// million comparisons.
struct Index<'p> {
    expects: &'p [Expect],
    by_location: HashMap<&'p str, Vec<usize>>,
    patterns: Vec<usize>,
}

impl<'p> Index<'p> {
    fn of(expects: &'p [Expect]) -> Self {
        let mut by_location: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut patterns = Vec::new();
        for (at, expect) in expects.iter().enumerate() {
            if expect.location.contains('*') {
                patterns.push(at);
            } else {
                by_location.entry(&expect.location).or_default().push(at);
            }
        }
        Self {
            expects,
            by_location,
            patterns,
        }
    }

    /// The first expectation of the file that fits.
    fn first(&self, location: &str, obis: &str) -> Option<usize> {
        let fits = |at: &usize| (self.expects.get(*at)).is_some_and(|e| expects(e, location, obis));
        let pattern = self.patterns.iter().copied().find(fits);
        let exact = self.exact(location, obis).next();
        exact.into_iter().chain(pattern).min()
    }

    /// Those that name this location and fit.
    fn exact(&self, location: &str, obis: &str) -> impl Iterator<Item = usize> {
        let named = self
            .by_location
            .get(location)
            .into_iter()
            .flatten()
            .copied();
        named.filter(move |at| (self.expects.get(*at)).is_some_and(|e| expects(e, location, obis)))
    }
}

fn is_pattern(expect: &Expect) -> bool {
    expect.location.contains('*') || expect.obis.contains('*')
}

fn expects(expect: &Expect, location: &str, obis: &str) -> bool {
    fits(&expect.location, location) && (expect.obis.is_empty() || fits(&expect.obis, obis))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::calendar::Day;
    use crate::series::Key;

    fn series(id: u32, location: &str, obis: &str, unit: Option<&str>, kind: Kind) -> SeriesEntry {
        SeriesEntry {
            id,
            key: Key {
                location: location.to_owned(),
                device: None,
                obis: obis.to_owned(),
                kind,
                unit: unit.map(str::to_owned),
            },
            first: Day::from_number(20_000),
            last: Day::from_number(20_001),
            values: 96,
        }
    }

    fn expect(location: &str, obis: &str, partner: &str) -> Expect {
        Expect {
            location: location.to_owned(),
            obis: obis.to_owned(),
            partner: partner.to_owned(),
            ..Expect::default()
        }
    }

    fn told(targets: &[Target]) -> Vec<(String, Vec<u32>, String)> {
        let of = |target: &Target| {
            let partner = target.expect.as_ref().map_or("-", |expect| &expect.partner);
            (
                format!("{}/{}", target.location, target.obis),
                target.series.iter().map(|series| series.id).collect(),
                partner.to_owned(),
            )
        };
        targets.iter().map(of).collect()
    }

    #[test]
    fn the_first_expectation_that_fits_counts_and_what_never_came_is_a_target() {
        let plan = Plan {
            expects: vec![
                expect("50*", "1-1:2*", "feed"),
                expect("50*", "", "all"),
                expect("60000000001", "1-1:1.29.0", "new"),
                expect("70*", "", "nobody"),
                expect("50000000001", "", "shadowed"),
                expect("50000000001", "1-1:1.8.0", "reading"),
            ],
            partners: Vec::new(),
        };
        let targets = plan.targets(vec![
            series(1, "50000000001", "1-1:1.29.0", None, Kind::Interval),
            series(2, "50000000001", "1-1:2.29.0", None, Kind::Interval),
            series(3, "50000000001", "1-1:1.29.0", Some("KWH"), Kind::Interval),
            series(4, "50000000001", "1-1:1.8.0", None, Kind::Reading),
            series(5, "90000000001", "1-1:1.29.0", None, Kind::Interval),
        ]);
        let expected = [
            ("50000000001/1-1:1.29.0", vec![1, 3], "all"),
            ("50000000001/1-1:2.29.0", vec![2], "feed"),
            ("60000000001/1-1:1.29.0", vec![], "new"),
            ("90000000001/1-1:1.29.0", vec![5], "-"),
        ];
        let expected = expected.map(|(name, ids, partner)| (name.into(), ids, partner.into()));
        assert_eq!(told(&targets), expected);
        let idle: Vec<&str> = plan
            .idle_patterns(&targets)
            .iter()
            .map(|expect| expect.partner.as_str())
            .collect();
        assert_eq!(idle, ["nobody"]);
    }

    #[test]
    fn a_partner_without_a_name_is_called_by_its_id() {
        let partner = |name: &str, id: &str| Partner {
            name: name.to_owned(),
            id: id.to_owned(),
            ..Partner::default()
        };
        let plan = Plan {
            expects: Vec::new(),
            partners: vec![partner("Netz", "1"), partner("", "2")],
        };
        assert_eq!(
            ["1", "2", "3"].map(|id| plan.partner_name(id)),
            ["Netz", "2", "3"]
        );
    }
}
