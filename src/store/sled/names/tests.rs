use std::path::PathBuf;

use proptest::prelude::*;

use super::*;

fn records() -> Records {
    let db = sled::Config::new().temporary(true).open().unwrap();
    Records::new((*db).clone(), PathBuf::from("db"))
}

fn add(names: &mut Names, records: &Records, entries: Vec<Entry>) {
    let mut writes = Batch::default();
    let change = names.add(records, &mut writes, entries).unwrap();
    records.apply(writes).unwrap();
    names.follow(change);
}

fn spread(number: u64) -> Name {
    Name::of(&keys::name(&[&number.to_string()]))
}

#[test]
fn each_name_leads_to_its_letters_while_runs_are_merged_and_after_a_restart() {
    let records = records();
    let mut names = Names::default();
    let mut letter = 0;
    for write in 0..600_u64 {
        // Now and then a name comes again, and some writes are long.
        let count = if write % 100 == 99 {
            3_000
        } else {
            1 + write % 3
        };
        let entries = (0..count).map(|_| {
            letter += 1;
            (spread(letter % 5_000), letter)
        });
        add(&mut names, &records, entries.collect());
    }
    assert!(names.0.iter().count() < 4 * MERGING.fan);
    let loaded = Names::load(&records).unwrap();
    for names in [&names, &loaded] {
        for name in 0..5_000 {
            let of_name = (1..=letter).rev().filter(|letter| letter % 5_000 == name);
            let found = names.letters(&records, spread(name)).unwrap();
            assert_eq!(found, of_name.collect::<Vec<_>>(), "{name}");
        }
        assert!(
            names
                .letters(&records, spread(7_777_777))
                .unwrap()
                .is_empty()
        );
    }
}

#[test]
fn what_comes_does_not_wait_for_what_is_damaged() {
    let records = records();
    let mut names = Names::default();
    add(&mut names, &records, vec![(Name(1), 1)]);
    records
        .fill(&keys::page(Kind::Names, 0, 0, 0), &[77])
        .unwrap();
    for write in 2..40 {
        add(&mut names, &records, vec![(Name(write), write)]);
    }
    assert_eq!(names.0.iter().count(), 39);
    assert_eq!(names.letters(&records, Name(39)).unwrap(), [39]);
}

#[test]
fn long_runs_are_merged_no_more() {
    let records = records();
    let mut names = Names::default();
    for write in 1..=2 * MERGING.fan as u64 {
        add(&mut names, &records, vec![(Name(7), write)]);
        if write % MERGING.fan as u64 == 3 {
            let long = (0..=MERGING.most as u64).map(|name| (Name(name << 20), write));
            add(&mut names, &records, long.collect());
        }
    }
    let long = names.0.iter().filter(|(_, run)| run.names > MERGING.most);
    assert_eq!(long.count(), 2);
    let of_level = |level| names.0.of_level(level, MERGING.most).count();
    assert_eq!([0, 1, 2].map(of_level), [0, 2, 0]);
    let found = names.letters(&records, Name(7 << 20)).unwrap();
    assert_eq!(found, [7, 3]);
    let found = names.letters(&records, Name(7)).unwrap();
    assert_eq!(found, (1..=8).rev().collect::<Vec<_>>());
}

proptest! {
    #[test]
    fn a_page_is_read_as_it_was_written(mut entries: Vec<(u32, u64)>) {
        entries.sort_unstable();
        let entries: Vec<Entry> = entries.into_iter().map(|(name, letter)| (Name(name.into()), letter)).collect();
        let mut writes = Batch::default();
        let records = records();
        put_body(&mut writes, b"i".to_vec(), &page_of(&entries));
        records.apply(writes).unwrap();
        let value = records.value(b"i").unwrap().unwrap();
        prop_assert_eq!(read_page(b"i", &value).unwrap(), entries);
    }

    #[test]
    fn random_bytes_do_no_harm(bytes: Vec<u8>) {
        // Whatever they are read as, it is no more than they can hold.
        if let Ok(entries) = read_page(b"i", &[&[1], bytes.as_slice()].concat()) {
            prop_assert!(entries.len() <= bytes.len());
        }
    }
}
