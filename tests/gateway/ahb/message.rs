//! What we write beside MSCONS: requests, answers and acknowledgements as golden files, which are
//! right by the AHB where the crate's profile is.
//!
//! Its profile of CONTRL 2.0b is faulty (UCM 0065 lacks MSCONS, 0085 counts as required), so that
//! for CONTRL the files stand alone.

mod golden;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use mscons_gateway::message::incoming::{self, Incoming};

use crate::ahb::issues;
use crate::ahb::message::golden::{aperaks, first, golden};
use crate::parse::fixtures;

/// `UPDATE_FIXTURES=1` writes them; look at the difference before you keep it.
#[test]
fn what_is_written_is_in_the_golden_files() {
    let is_update = std::env::var_os("UPDATE_FIXTURES").is_some();
    let golden = golden();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/message");
    for (name, bytes) in &golden {
        let path = folder.join(format!("{name}.edi"));
        if is_update {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, bytes).unwrap();
        }
        let known = fs::read(&path).unwrap_or_default();
        assert_eq!(text(&known), text(bytes), "{}", path.display());
    }
    assert_eq!(fixtures("message").len(), golden.len(), "none is left over");
}

/// ISO 8859-1.
fn text(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// All that the crate has rules for. An APERAK has no Prüfidentifikator of its own; the crate looks
/// for that of its AHB where the document number stands.
fn with_rules() -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    let orders = golden()
        .into_iter()
        .filter(|(name, _)| name.starts_with("ord"));
    orders.chain(aperaks(&|pid| pid))
}

#[test]
fn requests_answers_and_acknowledgements_are_right_by_the_ahb() {
    let mut found = Vec::new();
    let mut checked = 0;
    for (name, bytes) in with_rules() {
        let issues = issues(&bytes).into_iter();
        found.extend(issues.map(|(_, rule, told)| (name, rule, told)));
        checked += 1;
    }
    assert_eq!(checked, 24);
    let rules = found.iter().map(|(name, rule, _)| (*name, &**rule));
    let expected = EXCUSED.iter().map(|(name, rule, _)| (*name, *rule));
    assert!(rules.eq(expected), "{found:#?}");
}

/// (file, rule that it breaks, why it does)
const EXCUSED: &[(&str, &str, &str)] = &[
    (
        "orders_17102_energy_amount",
        "AHB-17102-00010-IMD-7081-CODE",
        "condition [101] asks for the role of the receiver, which no message tells; the crate \
         takes it for a question after NAD+MR",
    ),
    (
        "orders_17004_apportioning",
        "AHB-17004-00054-IMD-7081-CODE",
        "condition [45] likewise, after the role of the sender",
    ),
    (
        "aperak_313_interval_not_positive",
        "AHB-29001-00011-FTX-4440-NOT-PERMITTED",
        "the MIG has the end of an interval in the second text of FTX+ABO; the rules of the crate \
         know one text alone",
    ),
    (
        "aperak_313_values_missing",
        "AHB-29001-00015-FTX-4440-NOT-PERMITTED",
        "likewise: the MIG has the text of the segment in the second text of FTX+Z02",
    ),
];

/// The rules bite: each segment that is there is missed when it is not.
#[test]
fn a_segment_that_is_left_out_is_found() {
    let mut free = BTreeSet::new();
    for (name, bytes) in with_rules() {
        let whole = text(&bytes);
        let (una, rest) = whole.split_at("UNA:+.? '".len());
        // None of them has a released terminator.
        let segments: Vec<&str> = rest.split_terminator('\'').collect();
        for left_out in 2..segments.len() - 2 {
            let mut less = segments.clone();
            let segment = less.remove(left_out);
            let unt = format!("UNT+{}+1", less.len() - 2);
            let end = less.len() - 2;
            less[end] = &unt;
            let bytes: Vec<u8> = format!("{una}{}'", less.join("'"))
                .chars()
                .map(|character| u8::try_from(u32::from(character)).unwrap())
                .collect();
            if issues(&bytes)
                .iter()
                .all(|(_, rule, _)| is_excused(name, rule))
            {
                let tag = segment.split(':').next().unwrap();
                free.insert(format!("{name} {tag}"));
            }
        }
    }
    assert_eq!(free.iter().collect::<Vec<_>>(), NOT_DECIDED);
}

fn is_excused(name: &str, rule: &str) -> bool {
    EXCUSED
        .iter()
        .any(|excused| (excused.0, excused.1) == (name, rule))
}

/// What may be left out: `Soll` (FTX+ABO), and one of two addresses.
const NOT_DECIDED: &[&str] = &[
    "aperak_313_id_unknown FTX+ABO+++41373559241",
    "aperak_313_interval_not_positive FTX+ABO+++DTM?+163?",
    "orders_17113_too_high COM+?+493222271020",
    "orders_17113_too_high COM+meter@example.org",
];

#[test]
fn each_golden_file_is_read_again_with_what_it_answers() {
    for (name, bytes) in golden() {
        let interchange = first(&bytes);
        assert!(
            interchange.findings.is_empty(),
            "{name}: {:?}",
            interchange.findings
        );
        let message = &interchange.messages[0];
        let (incoming, findings) = incoming::read(&bytes, &interchange, message).unwrap();
        assert!(findings.is_empty(), "{name}: {findings:?}");
        let answered = (incoming.interchange(), incoming.answers());
        let expected = match &incoming {
            Incoming::Orders(_) => (None, None),
            Incoming::Ordrsp(ordrsp) => {
                assert_eq!(ordrsp.is_refusal(), Some(true), "{name}");
                (None, Some("ORD0000001"))
            }
            Incoming::Contrl(_) => (Some("REF00001"), None),
            Incoming::Aperak(_) => (Some("REF00001"), Some("MSC0000001")),
        };
        assert_eq!(answered, expected, "{name}");
    }
}
