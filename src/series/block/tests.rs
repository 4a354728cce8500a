use proptest::prelude::*;

use super::*;
use crate::market::quantity::Decimal;
use crate::series::{Label, Row, Value};

fn at(seconds: i64) -> UtcTime {
    UtcTime::from_seconds(seconds)
}

/// 2026-11-22T23:00:00Z, where a German day begins.
const MIDNIGHT: i64 = 1_795_388_400;

/// A day of quarter hours with one label, told the day after.
fn day(values: impl IntoIterator<Item = (i64, u8)>) -> Block {
    let (mut columns, mut labels) = (Columns::default(), Labels::default());
    let label = labels.intern(Label {
        qualifier: "220".into(),
        ..Label::default()
    });
    for (quarter, (mantissa, scale)) in (0..).zip(values) {
        let start = MIDNIGHT + quarter * 900;
        columns.push(Row {
            start: Some(at(start)),
            end: Some(at(start + 900)),
            value: Decimal::new(mantissa, scale).map_or(Value::Absent, Value::Number),
            label,
        });
    }
    let document_date = at(MIDNIGHT + 86_400 + 8 * 3600 + 1_380);
    Block {
        version: None,
        document_date,
        arrived: at(document_date.seconds() + 754),
        columns,
        labels,
    }
}

fn assert_same(block: &Block, other: &Block) {
    assert_eq!(block.columns, other.columns);
    assert_eq!(block.labels.as_slice(), other.labels.as_slice());
    let head = |block: &Block| (block.version, block.document_date, block.arrived);
    assert_eq!(head(block), head(other));
}

/// A small generator of noise (Knuth's MMIX), so that sizes are the same in every run.
struct Noise(u64);

impl Noise {
    /// About normal, with deviation `spread`.
    fn next(&mut self, spread: i64) -> i64 {
        let mut sum = -6 * 1000;
        for _ in 0..12 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            sum += i64::try_from((self.0 >> 33) % 1000).unwrap();
        }
        sum * spread / 1000
    }
}

/// Mean bytes a value over the days of a month, everything in.
fn bytes_a_value(mut value: impl FnMut(&mut Noise, i64) -> i64) -> f64 {
    let mut noise = Noise(7);
    let bytes: usize = (0..31)
        .map(|_| {
            day((0..96).map(|quarter| (value(&mut noise, quarter).max(0), 3)))
                .encode()
                .len()
        })
        .sum();
    f64::from(u32::try_from(bytes).unwrap()) / (31.0 * 96.0)
}

#[test]
fn a_day_of_an_industrial_load_takes_less_than_two_bytes_a_value() {
    // Two shifts, and noise with a memory: 4 % of a load of some 60 kWh in a quarter hour.
    let mut memory = 0;
    let industrial = bytes_a_value(|noise, quarter| {
        let shift = if (24..56).contains(&quarter) {
            60_000
        } else if (56..88).contains(&quarter) {
            51_000
        } else {
            24_000
        };
        memory = memory * 8 / 10 + noise.next(24);
        shift + shift * memory / 1000
    });
    assert!(industrial <= 1.9, "{industrial}");
    // Clouds over a plant of 60 kW peak, nothing at night.
    let solar = bytes_a_value(|noise, quarter| {
        let sun = 1152 - (quarter - 48) * (quarter - 48) * 2;
        if sun > 0 {
            sun * 13 + noise.next(600)
        } else {
            0
        }
    });
    assert!(solar <= 1.1, "{solar}");
}

#[test]
fn what_a_day_costs_besides_its_values_is_a_few_bytes() {
    let silent = day([(0, 3); 96]).encode().len();
    assert!(silent <= 19, "{silent} bytes");
}

#[test]
fn digits_stay_as_they_were_received() {
    let mixed = [
        (10, 1),
        (5625, 3),
        (0, 0),
        (-25, 2),
        (20_800, 3),
        (1_000_000, 6),
        (7, 18),
        (i64::MAX, 0),
        (i64::MIN, 0),
    ];
    let stripped = [(1, 0), (5625, 3), (0, 0), (25, 2), (208, 1), (-3, 3)];
    let padded = [(10, 1), (5625, 3), (0, 1), (25, 2), (208, 1)];
    for values in [&mixed[..], &mixed[..7], &stripped, &padded] {
        let block = day(values.iter().copied());
        assert_same(&Block::decode(&block.encode()).unwrap(), &block);
    }
}

#[test]
fn left_out_zeros_cost_no_more_than_a_scale_for_all() {
    let all = |quarter: i64| (quarter * 37 % 1000 + 40_000, 3);
    let stripped = |quarter| {
        let (mut mantissa, mut scale): (i64, u8) = all(quarter);
        while mantissa % 10 == 0 && scale > 0 {
            (mantissa, scale) = (mantissa / 10, scale - 1);
        }
        (mantissa, scale)
    };
    let (uniform, shortest) = (day((0..96).map(all)), day((0..96).map(stripped)));
    assert!(shortest.encode().len() <= uniform.encode().len() + 1);
}

#[test]
fn another_version_of_the_format_and_bytes_behind_the_end_are_damage() {
    let mut bytes = day([(1, 0)]).encode();
    bytes.push(1);
    assert_eq!(Block::decode(&bytes).unwrap_err().what, "the end");
    bytes[0] = 9;
    let damage = Block::decode(&bytes).unwrap_err();
    assert_eq!(
        damage.to_string(),
        format!(
            "a block of {} bytes is damaged at byte 1: expected a known version of the format",
            bytes.len()
        )
    );
    assert!(Block::decode(&[]).is_err());
}

#[test]
fn every_cut_is_noticed() {
    let bytes = day((0..96).map(|quarter| (quarter * quarter, 3))).encode();
    for length in 0..bytes.len() {
        assert!(
            Block::decode(&bytes[..length]).is_err(),
            "{length} of {}",
            bytes.len()
        );
    }
}

#[test]
fn a_few_bytes_cannot_claim_many_rows() {
    let mut out = BitWriter::default();
    out.put(FORMAT, 8);
    out.put_gamma(1 << 40);
    assert_eq!(
        Block::decode(&out.finish()).unwrap_err().what,
        "no more rows than such a block can have"
    );
}

#[test]
fn many_equal_rows_are_kept_too() {
    let block = day(std::iter::repeat_n((5, 0), 10_000));
    assert_same(&Block::decode(&block.encode()).unwrap(), &block);
}

fn value() -> impl Strategy<Value = Option<(i64, u8)>> {
    prop_oneof![
        6 => (-5000..5000_i64, Just(3_u8)).prop_map(Some),
        3 => (any::<i64>(), 0..=18_u8).prop_map(Some),
        1 => Just(None),
    ]
}

fn time() -> impl Strategy<Value = Option<i64>> {
    prop_oneof![
        1 => Just(None),
        6 => (0..200_i64).prop_map(|quarter| Some(MIDNIGHT + quarter * 900)),
        2 => any::<i64>().prop_map(Some),
    ]
}

fn label() -> impl Strategy<Value = Label> {
    let word = || {
        prop_oneof![
            Just("220".to_owned()),
            Just("Z32++Z92".to_owned()),
            ".{0,12}"
        ]
    };
    (
        word(),
        prop::option::of(word()),
        prop::collection::vec(word(), 0..3),
    )
        .prop_map(|(qualifier, unit, status)| Label {
            qualifier: qualifier.into(),
            unit: unit.map(Into::into),
            status: status.into_iter().map(Into::into).collect(),
        })
}

prop_compose! {
    fn block()(
        rows in prop::collection::vec((time(), time(), value(), 0..40_usize), 0..300),
        texts in prop::collection::vec("[a-z0-9äß.]{0,9}", 1..4),
        words in prop::collection::vec(label(), 1..40),
        has_text: bool,
        (version, document_date, arrived) in (prop::option::of(any::<i64>()), any::<i64>(), any::<i64>()),
    ) -> Block {
        let (mut columns, mut labels) = (Columns::default(), Labels::default());
        for (place, (start, end, value, word)) in rows.into_iter().enumerate() {
            let text = texts.get(place % 31).filter(|_| has_text);
            let number = value.and_then(|(mantissa, scale)| Decimal::new(mantissa, scale));
            columns.push(Row {
                start: start.map(at),
                end: end.map(at),
                value: text.map_or(number.map_or(Value::Absent, Value::Number), |text| Value::Text(text)),
                label: labels.intern(words[word % words.len()].clone()),
            });
        }
        Block { version: version.map(at), document_date: at(document_date), arrived: at(arrived), columns, labels }
    }
}

proptest! {
    #[test]
    fn a_block_is_read_as_it_was_written(block in block()) {
        assert_same(&Block::decode(&block.encode()).unwrap(), &block);
    }

    #[test]
    fn random_bytes_do_no_harm(mut bytes in prop::collection::vec(any::<u8>(), 1..300)) {
        bytes[0] = 1;
        if let Ok(block) = Block::decode(&bytes) {
            prop_assert_eq!(block.columns.rows().count(), block.columns.len());
        }
    }

    #[test]
    fn a_damaged_byte_does_no_harm(block in block(), place: prop::sample::Index, byte: u8) {
        let mut bytes = block.encode();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        if let Ok(block) = Block::decode(&bytes) {
            prop_assert_eq!(block.columns.rows().count(), block.columns.len());
        }
    }

    #[test]
    fn cutting_by_day_loses_and_invents_nothing(block in block()) {
        type Said<'a> = (Option<UtcTime>, Option<UtcTime>, Value<'a>, &'a Label);
        fn said(block: &Block) -> impl Iterator<Item = Said<'_>> {
            block.columns.rows().map(|row| (row.start, row.end, row.value, block.labels.get(row.label).unwrap()))
        }
        let parts: Vec<_> = block.encode_by_day().into_iter().map(|part| {
            let block = Block::decode(&part.bytes).unwrap();
            assert_eq!(part.rows, block.columns.len());
            (part.day, block)
        }).collect();
        prop_assert!(parts.windows(2).all(|pair| pair[0].0 < pair[1].0));
        let day_of = |start: Option<UtcTime>| start.map_or(Day::from_number(0), crate::market::calendar::legal_day);
        for (day, part) in &parts {
            let expected: Vec<Said<'_>> = said(&block).filter(|row| day_of(row.0) == *day).collect();
            prop_assert_eq!(said(part).collect::<Vec<_>>(), expected);
            let named = part.columns.rows().map(|row| row.label).collect::<std::collections::BTreeSet<_>>();
            prop_assert_eq!(named.len(), part.labels.as_slice().len());
        }
        prop_assert_eq!(parts.iter().map(|(_, part)| part.columns.len()).sum::<usize>(), block.columns.len());
    }
}

#[test]
fn days_of_23_and_25_hours_are_cut_at_local_midnight() {
    for (first, quarters) in [("2026-03-28T23:00:00Z", 92), ("2026-10-24T22:00:00Z", 100)] {
        let first = UtcTime::parse(first).unwrap().seconds();
        let (mut columns, mut labels) = (Columns::default(), Labels::default());
        let label = labels.intern(Label::default());
        for quarter in -4..quarters + 4 {
            let start = first + quarter * 900;
            columns.push(Row {
                start: Some(at(start)),
                end: Some(at(start + 900)),
                value: Value::Absent,
                label,
            });
        }
        let block = Block {
            version: None,
            document_date: at(0),
            arrived: at(0),
            columns,
            labels,
        };
        let lengths: Vec<_> = block
            .encode_by_day()
            .into_iter()
            .map(|part| part.rows)
            .collect();
        assert_eq!(lengths, [4, usize::try_from(quarters).unwrap(), 4]);
    }
}
