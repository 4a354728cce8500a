//! The archive under crashes, damage and a disk that fails.

use std::fs;

use super::*;
use crate::store::archive::frame::tests::origin;
use crate::store::disk::failing::FailingDisk;

fn entry(name: &str) -> Entry {
    // Incompressible, so that damage has something to hit.
    let bytes: Vec<u8> = (0..40_u8).map(|byte| byte.wrapping_mul(151)).collect();
    Entry::new(&origin(name), &[name.as_bytes(), &bytes].concat())
}

fn names(archive: &Archive) -> Vec<String> {
    let readable = archive.entries().filter_map(Result::ok);
    readable.map(|(_, origin, _)| origin.name).collect()
}

/// A data directory whose archive holds these entries in one segment, and the segment.
fn archive_of(entries: &[&str]) -> (tempfile::TempDir, DataDir, PathBuf, Vec<ArchivePlace>) {
    let home = tempfile::tempdir().unwrap();
    let data_dir = DataDir::open(home.path()).unwrap();
    let archive = Archive::open(&data_dir).unwrap();
    let places = entries
        .iter()
        .map(|name| archive.append(entry(name)).unwrap())
        .collect();
    archive.sync().unwrap();
    let path = segment::path(&archive.directory, 1);
    (home, data_dir, path, places)
}

#[test]
fn an_entry_can_be_read_as_soon_as_it_is_appended_and_after_a_restart() {
    let (_home, data_dir, path, places) = archive_of(&["a", "b"]);
    let archive = Archive::open(&data_dir).unwrap();
    let third = archive.append(entry("c")).unwrap();
    for (place, name) in [(places[0], "a"), (places[1], "b"), (third, "c")] {
        let (origin, bytes) = archive.read(place).unwrap();
        assert_eq!(origin.name, name);
        assert!(bytes.starts_with(name.as_bytes()));
    }
    assert_eq!(names(&archive), ["a", "b", "c"]);
    assert_eq!(archive.bytes(), fs::metadata(path).unwrap().len());
}

#[test]
fn an_entry_torn_at_any_byte_stays_until_the_next_one_takes_its_place() {
    let (_home, data_dir, path, places) = archive_of(&["a", "b"]);
    let whole = fs::read(&path).unwrap();
    let start = usize::try_from(places[1].offset).unwrap();
    for length in start..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        let archive = Archive::open(&data_dir).unwrap();
        assert!(archive.damage().is_none(), "{length}");
        let torn = archive.torn_end().map(|torn| (torn.place, torn.bytes));
        let expected = (length > start).then(|| (places[1], length_u64(length - start)));
        assert_eq!(torn, expected, "{length}");
        assert_eq!(fs::read(&path).unwrap(), whole[..length]);
        assert_eq!(archive.append(entry("c")).unwrap(), places[1], "{length}");
        archive.sync().unwrap();
        assert_eq!(names(&archive), ["a", "c"], "{length}");
        assert_eq!(archive.torn_end(), None, "{length}");
        assert_eq!(archive.bytes(), fs::metadata(&path).unwrap().len());
    }
}

#[test]
fn a_flip_of_any_byte_is_noticed_and_costs_one_entry() {
    let (_home, data_dir, path, places) = archive_of(&["a", "b", "c"]);
    let whole = fs::read(&path).unwrap();
    let middle = usize::try_from(places[1].offset).unwrap();
    let end = usize::try_from(places[2].offset).unwrap();
    for at in middle..end {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        fs::write(&path, &damaged).unwrap();
        let archive = Archive::open(&data_dir).unwrap();
        assert_eq!(names(&archive), ["a", "c"], "byte {at}");
        let error = archive.read(places[1]).unwrap_err();
        assert!(
            matches!(error, StoreError::ArchiveDamaged { .. }),
            "{error}"
        );
        let told = archive.damage().unwrap().to_string();
        let expected = format!("00000001.seg, byte {middle}: ");
        assert!(told.contains(&expected), "{told}");
    }
}

#[test]
fn nothing_is_cut_or_appended_where_something_whole_stands_behind_damage() {
    let (_home, data_dir, path, places) = archive_of(&["a", "b", "c"]);
    let mut damaged = fs::read(&path).unwrap();
    damaged[usize::try_from(places[1].offset).unwrap() + 30] ^= 1;
    fs::write(&path, &damaged).unwrap();
    let archive = Archive::open(&data_dir).unwrap();
    assert_eq!(archive.append(entry("d")).unwrap().segment, 2);
    archive.sync().unwrap();
    assert_eq!(names(&archive), ["a", "c", "d"]);
    assert_eq!(fs::read(&path).unwrap(), damaged);
}

#[test]
fn an_entry_inside_of_another_is_never_taken_for_one() {
    let (_home, data_dir, path, _) = archive_of(&["a"]);
    let inner = fs::read(&path).unwrap();
    let archive = Archive::open(&data_dir).unwrap();
    let outer = archive
        .append(Entry::new(&origin("outer"), &inner))
        .unwrap();
    archive.sync().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes[usize::try_from(outer.offset).unwrap()] ^= 1;
    fs::write(&path, bytes).unwrap();
    drop(archive);
    assert_eq!(names(&Archive::open(&data_dir).unwrap()), ["a"]);
}

#[test]
fn a_place_that_does_not_exist_is_an_error() {
    let (_home, data_dir, _, places) = archive_of(&["a"]);
    let archive = Archive::open(&data_dir).unwrap();
    for (segment, offset) in [(1, 1), (1, u64::MAX), (9, 0)] {
        archive.read(ArchivePlace { segment, offset }).unwrap_err();
    }
    archive.read(places[0]).unwrap();
}

#[test]
fn a_full_segment_is_followed_by_the_next() {
    let home = tempfile::tempdir().unwrap();
    let data_dir = DataDir::open(home.path()).unwrap();
    let sizes = Sizes {
        segment: length_u64(entry("a").len()) * 2,
        ..Sizes::default()
    };
    let open = || Archive::open_on(&data_dir, Box::new(RealDisk), sizes).unwrap();
    let archive = open();
    let segments = |archive: &Archive, names: [&str; 3]| {
        names.map(|name| archive.append(entry(name)).unwrap().segment)
    };
    assert_eq!(segments(&archive, ["a", "b", "c"]), [1, 1, 2]);
    archive.sync().unwrap();
    let archive = open();
    assert_eq!(segments(&archive, ["d", "e", "f"]), [2, 3, 3]);
    archive.sync().unwrap();
    assert_eq!(names(&archive), ["a", "b", "c", "d", "e", "f"]);
}

/// Appends groups of entries as the committer does: an append that fails concerns one mail, a sync
/// that fails all of the group; what failed is tried again. Whatever step fails, what was synced is
/// there. Entries are written one by one, or when there is no room for another, or all at once.
#[test]
fn whichever_write_or_sync_fails_an_entry_that_was_synced_can_be_read() {
    let one = entry("00").len();
    for unwritten in [0, one, 10 * one] {
        let sizes = Sizes {
            segment: length_u64(one) * 3,
            unwritten,
        };
        let failures = (0..1_000).take_while(|step| fails_at(*step, sizes)).count();
        assert!((11..1_000).contains(&failures), "{failures}");
    }
}

/// Whether there was such a step.
fn fails_at(step: usize, sizes: Sizes) -> bool {
    let home = tempfile::tempdir().unwrap();
    let data_dir = DataDir::open(home.path()).unwrap();
    let disk = FailingDisk::new(step);
    let archive = Archive::open_on(&data_dir, Box::new(disk.clone()), sizes).unwrap();
    let mut kept = Vec::new();
    for group in 0..5 {
        let mut waiting = vec![format!("{group}0"), format!("{group}1")];
        while !waiting.is_empty() {
            let appended: Vec<_> = waiting
                .iter()
                .filter_map(|name| Some((name.clone(), archive.append(entry(name)).ok()?)))
                .collect();
            if archive.sync().is_ok() {
                waiting.retain(|name| appended.iter().all(|(known, _)| known != name));
                kept.extend(appended);
            }
        }
    }
    let check = |archive: &Archive| {
        for (name, place) in &kept {
            let read = archive.read(*place).unwrap().0;
            assert_eq!(read.name, *name, "{sizes:?} step {step}");
        }
        let mut entries = archive.entries();
        assert!(entries.all(|entry| entry.is_ok()), "{sizes:?} step {step}");
    };
    check(&archive);
    drop(archive);
    let archive = Archive::open(&data_dir).unwrap();
    assert!(archive.damage().is_none(), "{sizes:?} step {step}");
    check(&archive);
    !disk.is_pending()
}

#[test]
fn what_is_not_synced_is_in_the_file_once_it_is_read_or_there_is_no_room() {
    let home = tempfile::tempdir().unwrap();
    let data_dir = DataDir::open(home.path()).unwrap();
    let one = length_u64(entry("a").len());
    let sizes = Sizes {
        unwritten: entry("a").len() * 2,
        ..Sizes::default()
    };
    let archive = Archive::open_on(&data_dir, Box::new(RealDisk), sizes).unwrap();
    let places = ["a", "b", "c"].map(|name| archive.append(entry(name)).unwrap());
    assert_eq!(archive.end().offset, 2 * one);
    assert_eq!(names(&archive), ["a", "b"]);
    archive.read(places[0]).unwrap();
    assert_eq!(archive.end().offset, 2 * one);
    archive.read(places[2]).unwrap();
    assert_eq!(archive.end().offset, 3 * one);
    assert_eq!(archive.bytes(), 3 * one);
}

#[test]
fn an_entry_of_the_first_form_of_rows_is_read() {
    let home = tempfile::tempdir().unwrap();
    let data_dir = DataDir::open(home.path()).unwrap();
    let directory = data_dir.subdirectory(ARCHIVE).unwrap();
    let fixtures = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures"));
    let segment = fixtures.join("archive/first_rows.seg");
    fs::copy(segment, directory.join("00000001.seg")).unwrap();
    let archive = Archive::open(&data_dir).unwrap();
    let (_, origin, bytes) = archive.entries().next().unwrap().unwrap();
    assert_eq!(origin.name, "hand_13025_96_quarters.edi");
    let file = fixtures.join("mscons/hand_13025_96_quarters.edi");
    assert_eq!(bytes, fs::read(file).unwrap());
}
