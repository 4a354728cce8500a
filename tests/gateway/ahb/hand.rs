//! The fixtures of the reader that speak 2.4c or 2.5: right by the AHB, or wrong for a reason.

use std::collections::BTreeSet;
use std::fs;

use mscons_gateway::message::mscons;

use crate::ahb::issues;
use crate::parse::fixtures;

/// Whether all of a file's messages are MSCONS of a version that has rules.
fn has_rules(bytes: &[u8]) -> bool {
    let file = mscons::read(bytes);
    let messages: Vec<_> = file.interchanges.iter().flat_map(|i| &i.messages).collect();
    !messages.is_empty()
        && messages
            .iter()
            .all(|m| m.kind == "MSCONS" && matches!(&*m.version, "2.4c" | "2.5"))
}

#[test]
fn a_fixture_is_right_or_wrong_for_a_reason() {
    let mut right = 0;
    for path in fixtures("mscons") {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let bytes = fs::read(&path).unwrap();
        if !has_rules(&bytes) {
            assert!(!WRONG.iter().any(|(wrong, ..)| *wrong == name), "{name}");
            continue;
        }
        let found: BTreeSet<String> = issues(&bytes)
            .into_iter()
            .map(|(_, rule, _)| rule)
            .collect();
        match WRONG.iter().find(|(wrong, ..)| *wrong == name) {
            None => {
                assert!(found.is_empty(), "{name}: {found:#?}");
                right += 1;
            }
            Some((_, rules, _)) => {
                let is_known = |found: &String| rules.iter().any(|rule| found.contains(rule));
                assert!(!found.is_empty(), "{name} is right by now");
                assert!(found.iter().all(is_known), "{name}: {found:#?}");
            }
        }
    }
    assert!(right > 18, "{right}");
}

/// (fixture, parts of the rules that it breaks, why it does)
const WRONG: &[(&str, &[&str], &str)] = &[
    (
        "hand_13002_gas_reading_date",
        &["NAD-3055-CODE"],
        "names a gas party under 293, as happens where power and gas share a code",
    ),
    (
        "hand_13013_allocation_gas_days",
        &["UNH-0070-MISSING", "NAD-3055-CODE"],
        "the same, and a list that does not say which part it is",
    ),
    (
        "hand_13016_energy_and_peak_year",
        &["DTM-2379-CODE", "QTY-6063-CODE"],
        "has DTM+306 as a day, a month and a year, beside one another",
    ),
    (
        "hand_13017_date_and_instant",
        &["00030-DTM-MISSING", "STS-MISSING"],
        "has a reading without an instant, and a substitute without a reason",
    ),
    (
        "hand_13018_substitutes_status",
        &["MIG-STRUCTURE"],
        "has its STS in another order: the record keeps the order received",
    ),
    (
        "hand_13019_energy_negative",
        &["00038-STS-NOT-PERMITTED"],
        "has STS+10 at a metering location: a code in element 2",
    ),
    (
        "hand_13025_dst_autumn_100_comma",
        &["QTY-6060-902", "QTY-6060-906"],
        "has a comma as decimal mark, which UNA announces and the crate takes for no number",
    ),
    (
        "odd_bom_lf_trailing_separators",
        &["00016-DTM-MISSING", "00017-DTM-MISSING"],
        "is odd in its bytes",
    ),
    ("odd_crlf_wrapped_80", &["PARSE"], "is odd in its bytes"),
    (
        "odd_times_of_all_kinds",
        &["DTM-2379", "DTM-MISSING", "SEM-DTM-VALUE", "DTM-2380"],
        "has every format of DTM 2379, and dates that are none",
    ),
    (
        "odd_terminator_line_feed",
        &["PARSE"],
        "ends its segments with a line feed, which the crate does not take",
    ),
    (
        "odd_terminator_line_feed_after_carriage_return",
        &["PARSE"],
        "does so, too, behind a carriage return",
    ),
    ("odd_truncated", &["PARSE"], "ends too early"),
    (
        "odd_una_wrapped",
        &["PARSE"],
        "has line ends inside of UNA and UNB",
    ),
    (
        "odd_two_interchanges_mixed_una",
        &["PARSE"],
        "is two interchanges",
    ),
];
