//! The laws of the fuzz targets, on the fixtures and on what a seeded chance makes of them: a short
//! run of what `fuzz/run` does for hours. Inputs that once broke a law are in `fixtures/fuzz`.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::sample::Index;

#[path = "../../fuzz/laws.rs"]
pub(crate) mod laws;

type Law = fn(&[u8]);

/// Each law, and the folders that hold inputs of its kind.
const LAWS: [(&str, Law, &[&str]); 9] = [
    ("scan", laws::scan, &["mscons", "broken"]),
    ("mscons_read", laws::mscons_read, &["mscons", "broken"]),
    ("explain", laws::explain, &["mscons", "pid", "broken"]),
    ("incoming", laws::incoming, &["message", "broken"]),
    ("extract", laws::extract, &["mail"]),
    ("block", laws::block, &[]),
    ("config", laws::config, &["../docs"]),
    ("pop3_answers", laws::pop3_answers, &["mail"]),
    ("imap_answers", laws::imap_answers, &["imap"]),
];

/// Files of a folder of `fixtures`; none if it is not there.
fn files(folder: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(folder);
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let files = paths.iter().filter(|path| path.is_file());
    files.map(|path| fs::read(path).unwrap()).collect()
}

#[test]
fn every_law_holds_for_every_fixture_and_for_all_that_once_broke_it() {
    for (name, law, folders) in LAWS {
        let found = format!("fuzz/{name}");
        for folder in folders.iter().copied().chain([found.as_str()]) {
            for bytes in files(folder) {
                law(&bytes);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_law_holds_for_what_chance_makes_of_a_fixture(
        which in any::<Index>(),
        changes in proptest::collection::vec((any::<Index>(), any::<u8>(), 0_u8..4), 0..10),
        noise in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        for (_, law, folders) in LAWS {
            let seeds: Vec<Vec<u8>> = folders.iter().flat_map(|folder| files(folder)).collect();
            let mut bytes = match seeds.len() {
                0 => noise.clone(),
                many => seeds[which.index(many)].clone(),
            };
            bytes.truncate(20_000);
            for (at, byte, how) in &changes {
                let at = at.index(bytes.len() + 1);
                match how {
                    0 => bytes.insert(at, *byte),
                    1 => bytes.truncate(at),
                    2 => bytes.splice(at..at, noise.iter().copied()).for_each(drop),
                    _ => if let Some(there) = bytes.get_mut(at) { *there = *byte; },
                }
            }
            law(&bytes);
        }
    }
}
