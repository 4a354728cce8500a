//! The rules bite: what is left out or changed in a right message is found.

use std::collections::BTreeSet;
use std::fs;

use mscons_gateway::message::mscons::kind;

use crate::ahb::{fixture, issues};

/// A fixture's segments, without terminators. None of them has a released one.
fn segments(pid: u32) -> Vec<String> {
    let text = fs::read_to_string(fixture(pid)).unwrap();
    let text = text.strip_prefix("UNA:+.? '").unwrap();
    text.split_terminator('\'').map(str::to_owned).collect()
}

/// The segments as an interchange, with the count that UNT needs.
fn joined(segments: &[String]) -> Vec<u8> {
    let mut bytes = b"UNA:+.? '".to_vec();
    for segment in segments {
        if segment.starts_with("UNT+") {
            bytes.extend(format!("UNT+{}+1'", segments.len() - 2).as_bytes());
        } else {
            bytes.extend(format!("{segment}'").as_bytes());
        }
    }
    bytes
}

/// What a segment is: its tag and qualifier.
fn kind_of(segment: &str) -> &str {
    segment.split([':', '\'']).next().unwrap_or(segment)
}

/// Each segment that is there has a reason to be there. Of the values of a series, the first is
/// tried.
#[test]
fn a_segment_left_out_is_found() {
    let mut free = BTreeSet::new();
    for kind in &kind::ALL {
        let whole = segments(kind.pid);
        let mut tried = BTreeSet::new();
        for at in 2..whole.len() - 2 {
            let mut less = whole.clone();
            let left_out = less.remove(at);
            let is_new = tried.insert(kind_of(&left_out).to_owned());
            if is_new && issues(&joined(&less)).is_empty() {
                free.insert(format!("{} {}", kind.pid, kind_of(&left_out)));
            }
        }
        assert!(tried.len() > 6, "{tried:?}");
    }
    assert_eq!(free.iter().collect::<Vec<_>>(), NOT_DECIDED);
}

/// Changes that were once made unknowingly.
#[test]
fn a_segment_changed_is_found() {
    for (pid, old, new) in CHANGES {
        let whole = String::from_utf8(joined(&segments(*pid))).unwrap();
        assert!(whole.contains(old), "{pid}: {old}");
        let changed = whole.replacen(old, new, 1);
        assert!(!issues(changed.as_bytes()).is_empty(), "{pid}: {new}");
    }
}

/// What may be left out: `Soll` (DTM+9), and what is `Muss` on a condition that the crate does not
/// decide (it asks for OBIS codes, for kinds of values, or for what a partner asked).
const NOT_DECIDED: &[&str] = &[
    "13002 DTM+163",
    "13002 DTM+164",
    "13002 DTM+7",
    "13002 DTM+9",
    "13010 DTM+293",
    "13012 DTM+293",
    "13016 DTM+163",
    "13016 DTM+164",
    "13016 DTM+306",
    "13017 DTM+9",
    "13027 DTM+163",
    "13027 DTM+7",
];

/// (Prüfidentifikator, what stands in its fixture, what is written instead)
const CHANGES: &[(u32, &str, &str)] = &[
    (
        13_002,
        "NAD+MR+9801234000001::332",
        "NAD+MR+9801234000001::293",
    ),
    (13_003, "QTY+79", "QTY+220"),
    (13_005, "NAD+Z15", "NAD+DP"),
    (13_007, ":SRW", ":Z02"),
    (13_012, ":SRW", ":Z02"),
    (
        13_013,
        "+MSCONS:D:04B:UN:2.5++1:C'",
        "+MSCONS:D:04B:UN:2.5'",
    ),
    (13_018, "DTM+163", "DTM+492"),
    (13_019, "QTY+Z31", "QTY+220"),
    (13_020, ":KWH", ""),
    (13_020, "NAD+Z15", "NAD+DP"),
    (
        13_025,
        "STS+Z32++Z92'STS+Z40++Z75",
        "STS+Z40++Z75'STS+Z32++Z92",
    ),
    (13_026, "LOC+107", "LOC+172"),
    (13_027, "RFF+AGI", "RFF+ACW"),
];
