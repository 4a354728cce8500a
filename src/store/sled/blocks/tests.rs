use std::path::PathBuf;

use super::*;
use crate::series::{Key, Kind as Measure};
use crate::store::ledger::NewBlock;

const SERIES: u32 = 40;

/// Runs beside all that was ever added to them.
struct Told {
    records: Records,
    blocks: Blocks,
    all: Vec<Stretch>,
}

impl Told {
    fn new() -> Self {
        let db = sled::Config::new().temporary(true).open().unwrap();
        Self {
            records: Records::new((*db).clone(), PathBuf::from("db")),
            blocks: Blocks::default(),
            all: Vec::new(),
        }
    }

    fn add(&mut self, stretches: Vec<Stretch>, may_merge: bool) {
        self.all.extend_from_slice(&stretches);
        let mut writes = Batch::default();
        let change = self
            .blocks
            .add(&self.records, &mut writes, stretches, may_merge);
        self.records.apply(writes).unwrap();
        self.blocks.follow(change.unwrap());
    }

    /// Whether each series has what was told of it, by memory and after a restart.
    fn check(&self) {
        let loaded = Blocks::load(&self.records).unwrap();
        let every = Day::from_number(i32::MIN)..Day::from_number(i32::MAX);
        let some = Day::from_number(95)..Day::from_number(130);
        for blocks in [&self.blocks, &loaded] {
            let mut sweep = Sweep::of(blocks, &self.records);
            for series in 0..=SERIES {
                let of_series = |is_wanted: &dyn Fn(&Stretch) -> bool| {
                    let told = self.all.iter().filter(|told| told.at.series == series);
                    sorted(told.filter(|told| is_wanted(told)).cloned().collect())
                };
                let found = blocks.of(&self.records, series, &every).unwrap();
                assert_eq!(sorted(found), of_series(&|_| true), "{series}");
                assert_eq!(sorted(sweep.series(series).unwrap()), of_series(&|_| true));
                let found = blocks.of(&self.records, series, &some).unwrap();
                let reaches =
                    |told: &Stretch| told.at.first < some.end && told.last() >= some.start;
                let found: Vec<_> = found.into_iter().filter(reaches).collect();
                assert_eq!(sorted(found), of_series(&reaches), "{series}");
            }
        }
    }

    fn runs(&self) -> usize {
        self.blocks.0.iter().count()
    }
}

fn sorted(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    stretches.sort();
    stretches
}

/// What a message says of a series for some days, each of so many bytes.
fn stretches(series: u32, sequence: u64, first: i32, days: i32, bytes: usize) -> Vec<Stretch> {
    let block = |day: i32| NewBlock {
        key: Key {
            location: String::new(),
            device: None,
            obis: String::new(),
            kind: Measure::Interval,
            unit: None,
        },
        day: Day::from_number(day),
        bytes: vec![7; bytes],
        values: 1,
    };
    let blocks: Vec<NewBlock> = (first..first + days).map(block).collect();
    Stretch::cut(series, sequence, blocks.iter().collect())
}

#[test]
fn each_series_has_what_was_told_of_it_while_runs_are_merged_and_after_a_restart() {
    let mut told = Told::new();
    for write in 0..300_u64 {
        // Days alone, months, and years, of one series and of many; now and then much at once.
        let series = u32::try_from(write * 7 % u64::from(SERIES)).unwrap();
        let first = i32::try_from(write % 120).unwrap();
        let mut new = match write % 10 {
            0 => stretches(series, write, first, 31, 100),
            1 => stretches(series, write, first, 400, 10),
            2 => (0..SERIES)
                .flat_map(|series| stretches(series, write, first, 1, 150))
                .collect(),
            3 => stretches(series, write, first, 2, 9_000),
            _ => stretches(series, write, first, 1, 120),
        };
        new.extend(stretches(series, write + 1_000, first, 1, 10));
        told.add(new, true);
    }
    assert!(told.runs() < 3 * MERGING.fan, "{}", told.runs());
    told.check();
}

#[test]
fn what_must_stay_where_it_is_stays_and_is_merged_later() {
    let mut told = Told::new();
    let one = |write: u64| stretches(1, write, 0, 1, 50);
    let many = 3 * MERGING.fan;
    for write in 0..many as u64 {
        told.add(one(write), false);
    }
    assert_eq!(told.runs(), many);
    told.check();
    // Some at a time.
    for write in 1_000..1_010 {
        told.add(one(write), true);
    }
    assert!(told.runs() < MERGING.fan, "{}", told.runs());
    told.check();
}

#[test]
fn long_runs_are_merged_no_more() {
    let mut told = Told::new();
    let many = 2 * MERGING.fan;
    for write in 0..many as u64 {
        told.add(stretches(1, write, 0, 60, MERGING.most / 50), true);
    }
    assert_eq!(told.runs(), many);
    told.check();
}

#[test]
fn what_comes_does_not_wait_for_what_is_damaged() {
    let mut told = Told::new();
    told.add(stretches(1, 0, 0, 1, 50), true);
    let key = keys::page(Kind::Blocks, 0, 0, 0);
    let whole = told.records.value(&key).unwrap().unwrap();
    told.records.fill(&key, &[1, 0xFF]).unwrap();
    let many = 2 * MERGING.fan;
    for write in 1..many as u64 {
        told.add(stretches(1, write, 0, 1, 50), true);
    }
    assert_eq!(told.runs(), many);
    told.records.fill(&key, &whole).unwrap();
    told.add(stretches(1, 999, 0, 1, 50), true);
    assert!(told.runs() < many, "{}", told.runs());
    told.check();
}

#[test]
fn a_page_that_is_gone_or_another_is_told() {
    let mut told = Told::new();
    told.add(stretches(1, 1, 0, 31, 1_000), true);
    told.add(stretches(2, 2, 0, 1, 10), true);
    let key = keys::page(Kind::Blocks, 0, 0, 0);
    let other = told
        .records
        .value(&keys::page(Kind::Blocks, 0, 1, 0))
        .unwrap()
        .unwrap();
    let every = Day::from_number(0)..Day::from_number(99);
    let of_one = |told: &Told| told.blocks.of(&told.records, 1, &every);
    told.records.fill(&key, &other).unwrap();
    let found = page::stretches(&key, &other, |_| true).unwrap();
    let error = told
        .blocks
        .check_page(&told.records, &key, &found)
        .unwrap_err();
    assert!(
        error.to_string().contains("tells something else"),
        "{error}"
    );
    let mut writes = Batch::default();
    writes.remove(key.clone());
    told.records.apply(writes).unwrap();
    let error = of_one(&told).unwrap_err().to_string();
    assert!(
        error.contains("record 'b'") && error.contains("missing"),
        "{error}"
    );
    let run = keys::run(0, 0);
    let value = told.records.value(&run).unwrap().unwrap();
    let error = told
        .blocks
        .check_run(&told.records, &run, &value)
        .unwrap_err();
    assert!(
        error.to_string().contains("a page of it is gone"),
        "{error}"
    );
}
