//! Which series the first page shows: a handful that is worth a look.

use std::collections::HashMap;

use crate::series::Kind;
use crate::series::computed::is_computed;
use crate::store::ledger::SeriesEntry;

/// Chooses the series of the first page, at most six.
///
/// The virtual series come first, since a person defined them to look at. Then load profiles and
/// other intervals before meter readings, and within these each OBIS code in turn, the ones with
/// the most values first: the picture is not six times the same. Series of a few values make no
/// picture; they are shown where there is nothing else.
pub(crate) fn choose(mut series: Vec<SeriesEntry>) -> Vec<SeriesEntry> {
    series.retain(|entry| entry.key.kind != Kind::Timeless);
    let (mut shown, mut stored): (Vec<SeriesEntry>, Vec<SeriesEntry>) =
        series.into_iter().partition(|entry| is_computed(entry.id));
    shown.truncate(VIRTUAL);
    if stored.iter().any(makes_a_picture) {
        stored.retain(makes_a_picture);
    }
    stored.sort_by(|one, other| other.values.cmp(&one.values).then(one.id.cmp(&other.id)));
    let mut ranked: Vec<((bool, usize), SeriesEntry)> = Vec::with_capacity(stored.len());
    let mut seen: HashMap<(bool, String), usize> = HashMap::new();
    for entry in stored {
        let is_reading = entry.key.kind == Kind::Reading;
        let before = seen
            .entry((is_reading, entry.key.obis.clone()))
            .or_default();
        ranked.push(((is_reading, *before), entry));
        *before += 1;
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    let left = CARDS.saturating_sub(shown.len());
    shown.extend(ranked.into_iter().take(left).map(|(_, entry)| entry));
    shown
}

fn makes_a_picture(entry: &SeriesEntry) -> bool {
    entry.values >= PICTURE_VALUES
}

/// Two rows of three.
const CARDS: usize = 6;
/// One row of them.
const VIRTUAL: usize = 3;
/// Fewer values than these are dots.
const PICTURE_VALUES: u64 = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::calendar::Day;
    use crate::series::Key;
    use crate::series::computed::Definition;

    fn entry(id: u32, kind: Kind, obis: &str, values: u64) -> SeriesEntry {
        SeriesEntry {
            id,
            key: Key {
                location: "50120962218".to_owned(),
                device: None,
                obis: obis.to_owned(),
                kind,
                unit: None,
            },
            first: Day::from_number(20_000),
            last: Day::from_number(20_030),
            values,
        }
    }

    fn chosen(series: &[SeriesEntry]) -> Vec<u32> {
        choose(series.to_vec()).iter().map(|one| one.id).collect()
    }

    const LOAD: &str = "1-1:1.29.0";
    const ROOF: &str = "1-1:2.29.0";
    const GAS: &str = "7-20:99.33.17";
    const METER: &str = "1-1:1.8.0";

    #[test]
    fn load_profiles_of_each_kind_come_before_meters_and_single_values_not_at_all() {
        let series = [
            entry(0, Kind::Interval, ROOF, 5_476),
            entry(1, Kind::Interval, LOAD, 5_764),
            entry(2, Kind::Interval, GAS, 1_393),
            entry(3, Kind::Interval, LOAD, 5_476),
            entry(4, Kind::Reading, METER, 60),
            entry(5, Kind::Interval, "1-1:1.9.0", 2),
            entry(6, Kind::Reading, METER, 2),
            entry(7, Kind::Timeless, "1-1:9.99.0", 8_760),
        ];
        assert_eq!(chosen(&series), [1, 0, 2, 3, 4]);
    }

    #[test]
    fn many_of_one_kind_leave_room_for_the_others() {
        let mut series: Vec<SeriesEntry> = (0..20)
            .map(|id| entry(id, Kind::Interval, LOAD, 9_000))
            .collect();
        series.push(entry(20, Kind::Interval, GAS, 700));
        assert_eq!(chosen(&series), [0, 20, 1, 2, 3, 4]);
    }

    #[test]
    fn single_values_are_shown_where_there_is_nothing_else() {
        let series = [
            entry(0, Kind::Reading, METER, 2),
            entry(1, Kind::Interval, "1-1:1.9.0", 1),
        ];
        assert_eq!(chosen(&series), [1, 0]);
    }

    #[test]
    fn what_a_person_defined_comes_first() {
        let defined = ["site", "roof", "office", "cold store"].map(|name| {
            let definition = Definition {
                name: name.to_owned(),
                unit: "kWh".to_owned(),
                terms: Vec::new(),
            };
            definition.number()
        });
        let mut series = vec![entry(0, Kind::Interval, LOAD, 9_000)];
        series.extend(defined.map(|id| entry(id, Kind::Interval, "", 0)));
        let [site, roof, office, _] = defined;
        assert_eq!(chosen(&series), [site, roof, office, 0]);
    }
}
