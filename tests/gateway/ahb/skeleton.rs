//! What the rules say of a skeleton is what they say of the whole message, which the crate reads by
//! itself here.

use std::collections::BTreeSet;
use std::fs;

use mscons_gateway::extract::{Bounds, candidates};
use mscons_gateway::market::calendar::Day;
use mscons_gateway::message::ahb::{Effort, Remark, Rules, Verdict};
use mscons_gateway::message::mscons;
use mscons_gateway::message::mscons::kind;
use mscons_gateway::message::mscons::write::Version;
use mscons_gateway::sample;
use proptest::prelude::*;

use crate::ahb::message::with_rules;
use crate::ahb::{Issue, edifact, example, fixture, issues, month};
use crate::parse::fixtures;

fn verdicts(rules: &Rules, bytes: &[u8]) -> Vec<Verdict> {
    let file = mscons::read(bytes);
    let mut effort = Effort::default();
    let interchanges = file.interchanges.iter();
    let messages = interchanges.flat_map(|i| i.messages.iter().map(move |message| (i, message)));
    messages
        .map(|(interchange, message)| rules.check(bytes, interchange, message, &mut effort))
        .collect()
}

/// Rules that are ours: the crate refuses such a file, or does not apply them.
fn is_ours(remark: &Remark) -> bool {
    remark.rule.starts_with("UNB-NAD-") || remark.rule.contains("-00002-UNB-")
}

/// What the skeleton breaks, and what the whole; `None` if the crate does not read the file, or its
/// numbers.
fn both(rules: &Rules, bytes: &[u8]) -> Option<[BTreeSet<String>; 2]> {
    if bytes.starts_with(b"UNA:+,") {
        return None;
    }
    beside(rules, bytes, issues(bytes))
}

/// The same, where it is known what the whole breaks.
fn beside(rules: &Rules, bytes: &[u8], whole: Vec<Issue>) -> Option<[BTreeSet<String>; 2]> {
    if whole
        .iter()
        .any(|(_, rule, _)| rule == "PARSE" || rule == "NO-RULES")
    {
        return None;
    }
    let whole = whole.into_iter().map(|(_, rule, _)| rule);
    let verdicts = verdicts(rules, bytes);
    let remarks = verdicts.into_iter().flat_map(|verdict| {
        assert!(verdict.basis.rules > 0, "{}", verdict.basis);
        verdict.remarks
    });
    let ours = remarks
        .filter(|remark| !is_ours(remark))
        .map(|remark| remark.rule);
    Some([ours.collect(), whole.collect()])
}

#[test]
fn of_every_fixture_and_of_the_demo() {
    let rules = Rules::default();
    let mut compared = 0;
    let mut broken = 0;
    let of_readers = fixtures("mscons")
        .into_iter()
        .map(|path| fs::read(path).unwrap());
    let of_pids = kind::ALL
        .iter()
        .map(|kind| fs::read(fixture(kind.pid)).unwrap());
    let of_messages = with_rules().map(|(_, bytes)| bytes);
    let demo = sample::demo(Day::parse("2026-11-24").unwrap(), 1);
    // Its mails have few shapes, and the crate takes time with the square of a message.
    let of_demo = demo.iter().step_by(7).flat_map(edifact);
    let all = of_readers.chain(of_pids).chain(of_messages).chain(of_demo);
    let of_all = all.map(|bytes| (both(&rules, &bytes), bytes));
    let (month, whole) = month();
    let of_month = (beside(&rules, month, whole.clone()), month.clone());
    assert!(of_month.0.is_some(), "the month is read");
    for (said, bytes) in of_all.chain([of_month]) {
        if let Some([skeleton, whole]) = said {
            assert_eq!(skeleton, whole, "{}", String::from_utf8_lossy(&bytes));
            compared += 1;
            broken += usize::from(!whole.is_empty());
        }
    }
    assert!(compared > 80 && broken > 5, "{compared} {broken}");
}

#[test]
fn a_decimal_comma_that_is_announced_is_right() {
    let path = fixtures("mscons")
        .into_iter()
        .find(|path| path.file_stem().unwrap() == "hand_13025_dst_autumn_100_comma");
    let bytes = fs::read(path.unwrap()).unwrap();
    assert_eq!(verdicts(&Rules::default(), &bytes)[0].remarks, []);
    // One that is not announced is none.
    let text = String::from_utf8(bytes).unwrap();
    let bytes = text.replacen("UNA:+,", "UNA:+.", 1).into_bytes();
    let verdict = &verdicts(&Rules::default(), &bytes)[0];
    let rules = verdict.remarks.iter().map(|remark| remark.rule.as_str());
    assert_eq!(
        rules.collect::<Vec<_>>(),
        [
            "FMT-13025-00026-QTY-6060-902",
            "FMT-13025-00026-QTY-6060-906"
        ]
    );
    assert!(
        verdict
            .remarks
            .iter()
            .all(|remark| remark.times == 100 && !remark.is_error)
    );
}

/// A load profile of 96 values, of which these (from 0) have another text before their number.
fn load_profile(wrong: &[usize], text: &str) -> String {
    let bytes = sample::load_profile_mail(7).bytes;
    let file = candidates(&bytes, &Bounds::default()).candidates.remove(0);
    let file = String::from_utf8(file.bytes).unwrap();
    let mut parts = file.split("QTY+220:");
    let mut changed = parts.next().unwrap().to_owned();
    for (number, part) in parts.enumerate() {
        let qualifier = if wrong.contains(&number) {
            text
        } else {
            "QTY+220:"
        };
        changed += qualifier;
        changed += part;
    }
    changed
}

#[test]
fn a_finding_has_the_place_of_the_first_value_that_is_wrong_and_the_number_of_all() {
    let rules = Rules::default();
    for wrong in [
        &[0][..],
        &[1],
        &[50, 60, 70],
        &[2, 3],
        &[95],
        &[0, 1, 2, 3, 94, 95],
    ] {
        let text = load_profile(wrong, "QTY+79:");
        let verdict = verdicts(&rules, text.as_bytes()).remove(0);
        let remark = &verdict.remarks[0];
        assert!(remark.rule.ends_with("QTY-6063-CODE"), "{remark}");
        let offset = text.find("QTY+79:").unwrap();
        let before = text[text.find("UNH+").unwrap()..offset]
            .matches('\'')
            .count();
        assert_eq!(remark.place.offset_bytes, offset as u64);
        assert_eq!(remark.place.segment as usize, before + 1);
        assert_eq!(remark.times, wrong.len() as u64);
        assert_eq!(remark.aperak_code(), Some("Z39"));
    }
}

#[test]
fn messages_of_one_shape_have_their_own_values_and_places() {
    let rules = Rules::default();
    for value in ["1.23456", "9.87654"] {
        let text = load_profile(&[4], &format!("QTY+220:{value}'QTY+220:"));
        let verdict = verdicts(&rules, text.as_bytes()).remove(0);
        let mut remarks = verdict.remarks.iter();
        let remark = remarks
            .find(|remark| remark.rule.ends_with("-906"))
            .unwrap();
        assert!(remark.detail.contains(value), "{remark}");
        assert_eq!(remark.aperak_code(), Some("Z35"));
    }
}

#[test]
fn what_is_missing_is_missed_where_it_should_stand() {
    let text = load_profile(&[], "");
    // The third value ends nowhere.
    let third = text.match_indices("QTY+").nth(2).unwrap().0;
    let end = third + text[third..].find("DTM+164").unwrap();
    let behind = end + text[end..].find('\'').unwrap() + 1;
    let less = [&text[..end], &text[behind..]].concat();
    let verdict = verdicts(&Rules::default(), less.as_bytes()).remove(0);
    let remark = &verdict.remarks[0];
    assert!(remark.rule.ends_with("-DTM-MISSING"), "{remark}");
    assert_eq!(remark.place.offset_bytes, third as u64);
    assert_eq!(remark.aperak_code(), Some("Z29"));
}

#[test]
fn parties_that_unb_does_not_name_are_found() {
    let text = load_profile(&[], "").replacen("NAD+MS+99", "NAD+MS+98", 1);
    let verdict = verdicts(&Rules::default(), text.as_bytes()).remove(0);
    let remark = &verdict.remarks[0];
    assert_eq!(remark.rule, "UNB-NAD-MS");
    let offset = text.find("NAD+MS").unwrap() as u64;
    assert_eq!(remark.place.offset_bytes, offset);
}

#[test]
fn who_has_no_rules_is_told_so() {
    for (old, new, basis) in [
        (
            "UN:2.4c",
            "UN:2.2e",
            "checked: 0 AHB rules (no profile for MSCONS 2.2e)",
        ),
        (
            "+MSCONS:",
            "+UTILMD:",
            "checked: 0 AHB rules (no profile for UTILMD 2.4c)",
        ),
        (
            "+MSCONS:D:04B:UN:2.4c",
            "+CONTRL:D:3:UN:2.0b",
            "checked: 0 AHB rules (the profile of CONTRL 2.0b is faulty: UCM 0065 lacks MSCONS, and 0085 counts as required)",
        ),
        (
            "RFF+Z13:13025",
            "RFF+Z13:13099",
            "checked: 0 AHB rules (MSCONS 2.4c, AHB 3.1g has no Prüfidentifikator 13099: its MIG alone)",
        ),
        (
            "",
            "",
            "checked: 105 AHB rules of 13025 (MSCONS 2.4c, AHB 3.1g)",
        ),
    ] {
        let text = load_profile(&[], "");
        assert!(text.contains(old), "{text}");
        let text = text.replacen(old, new, 1);
        let verdict = verdicts(&Rules::default(), text.as_bytes()).remove(0);
        assert_eq!(verdict.basis.to_string(), basis);
    }
}

#[test]
fn a_file_of_ever_other_shapes_is_looked_at_within_bounds() {
    let rules = Rules::default();
    let good = load_profile(&[], "");
    let (start, end) = (good.find("UNH+").unwrap(), good.find("UNZ+").unwrap());
    let message = |number: usize| {
        let odd = (0..1_500).map(|at| format!("RFF+Q{number}X{at}:1'"));
        let odd = odd.collect::<Vec<_>>().concat();
        good[start..end].replacen("RFF+Z13", &format!("{odd}RFF+Z13"), 1)
    };
    let messages: String = (0..40).map(message).collect();
    let text = format!(
        "{}{messages}{}{}",
        &good[..start],
        &good[start..end],
        &good[end..]
    );
    let all = verdicts(&rules, text.as_bytes());
    let looked = all.iter().filter(|verdict| !verdict.remarks.is_empty());
    let looked = looked.count();
    assert!((25..35).contains(&looked), "{looked}");
    let basis = all[39].basis.to_string();
    assert!(
        basis.contains("too many messages of different shapes"),
        "{basis}"
    );
    // One flood bars no other file.
    assert!(verdicts(&rules, good.as_bytes())[0].basis.rules > 0);
}

#[test]
fn a_message_with_more_than_the_rules_can_take_is_told_so() {
    let odd = (0..3_000).map(|at| format!("RFF+Q{at}:1'"));
    let odd = odd.collect::<Vec<_>>().concat();
    let text = load_profile(&[], "").replacen("RFF+Z13", &format!("{odd}RFF+Z13"), 1);
    let basis = verdicts(&Rules::default(), text.as_bytes())[0]
        .basis
        .to_string();
    assert!(
        basis.starts_with("checked: 0 AHB rules (more than 2000 segments"),
        "{basis}"
    );
    let long = format!("FTX+{}'RFF+Z13", "x".repeat(70_000));
    let text = load_profile(&[], "").replacen("RFF+Z13", &long, 1);
    let basis = verdicts(&Rules::default(), text.as_bytes())[0]
        .basis
        .to_string();
    assert!(basis.contains("has more than 65536 bytes"), "{basis}");
}

/// A change of a message's structure.
#[derive(Clone, Debug)]
enum Change {
    Leave(usize),
    Double(usize),
    Swap(usize, usize),
    /// Something else in the place of a code or a value.
    Write(usize, usize, &'static str),
}

const TEXTS: &[&str] = &[
    "",
    "Z99",
    "220",
    "7",
    "163",
    "12345678901234567890",
    "-1.23456",
    "303",
    "9",
];

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        any::<usize>().prop_map(Change::Leave),
        any::<usize>().prop_map(Change::Double),
        (any::<usize>(), any::<usize>()).prop_map(|(a, b)| Change::Swap(a, b)),
        (
            any::<usize>(),
            any::<usize>(),
            proptest::sample::select(TEXTS)
        )
            .prop_map(|(at, part, text)| Change::Write(at, part, text)),
    ]
}

/// The file with these changes between UNH and UNT; its counts are right again.
fn changed(bytes: &[u8], changes: &[Change]) -> Vec<u8> {
    let text: String = bytes.iter().copied().map(char::from).collect();
    let text = text.strip_prefix("UNA:+.? '").unwrap();
    let mut segments: Vec<String> = text.split_terminator('\'').map(str::to_owned).collect();
    for change in changes {
        // UNB and UNH stay, UNT and UNZ, too.
        let count = segments.len() - 4;
        if count == 0 {
            break;
        }
        let place = |at: usize| 2 + at % count;
        match change {
            Change::Leave(at) => drop(segments.remove(place(*at))),
            Change::Double(at) => {
                let twin = segments[place(*at)].clone();
                segments.insert(place(*at), twin);
            }
            Change::Swap(a, b) => segments.swap(place(*a), place(*b)),
            Change::Write(at, part, text) => {
                let segment = &mut segments[place(*at)];
                let parts: Vec<&str> = segment.split_inclusive(['+', ':']).collect();
                let part = 1 + part % parts.len().max(2).saturating_sub(1);
                let written = parts.iter().enumerate().map(|(number, old)| {
                    let end = &old[old.trim_end_matches(['+', ':']).len()..];
                    if number == part {
                        format!("{text}{end}")
                    } else {
                        (*old).to_owned()
                    }
                });
                *segment = written.collect();
            }
        }
    }
    let end = segments.len() - 2;
    segments[end] = format!("UNT+{end}+1");
    let text = format!("UNA:+.? '{}'", segments.join("'"));
    text.chars()
        .map(|character| u8::try_from(u32::from(character)).unwrap())
        .collect()
}

/// A segment stands where the MIG has none.
const STRUCTURE: &str = "MIG-STRUCTURE";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn of_messages_whose_structure_is_broken(
        kind in proptest::sample::select(&kind::ALL[..]), is_old: bool, seed: u64,
        changes in proptest::collection::vec(change(), 1..4),
    ) {
        let version = if is_old { Version::V24c } else { Version::V25 };
        let bytes = changed(&example(kind, version, seed), &changes);
        if let Some([skeleton, whole]) = both(&Rules::default(), &bytes) {
            // Where segments stand that no group has, what else is said depends on how many are there.
            if [&skeleton, &whole].iter().all(|said| said.contains(STRUCTURE)) {
                return Ok(());
            }
            prop_assert_eq!(skeleton, whole, "{}", String::from_utf8_lossy(&bytes));
        }
    }
}
