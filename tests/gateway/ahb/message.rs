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

use crate::ahb::message::golden::{aperaks, first, golden};
use crate::ahb::{all_issues, issues};
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
pub(crate) fn with_rules() -> impl Iterator<Item = (&'static str, Vec<u8>)> {
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
        assert_eq!(issues(&bytes), [], "{name}");
        let all = all_issues(&bytes).into_iter();
        found.extend(all.map(|(_, rule, _)| (name, rule)));
        checked += 1;
    }
    assert_eq!(checked, 24);
    let found: Vec<_> = found.iter().map(|(name, rule)| (*name, &**rule)).collect();
    assert_eq!(found, EXCUSED);
}

/// (file, rule that it breaks): why is said where they are excused.
const EXCUSED: &[(&str, &str)] = &[
    (
        "orders_17102_energy_amount",
        "AHB-17102-00010-IMD-7081-CODE",
    ),
    ("orders_17004_apportioning", "AHB-17004-00054-IMD-7081-CODE"),
    (
        "aperak_313_interval_not_positive",
        "AHB-29001-00011-FTX-4440-NOT-PERMITTED",
    ),
    (
        "aperak_313_values_missing",
        "AHB-29001-00015-FTX-4440-NOT-PERMITTED",
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
            if issues(&bytes).is_empty() {
                let tag = segment.split(':').next().unwrap();
                free.insert(format!("{name} {tag}"));
            }
        }
    }
    assert_eq!(free.iter().collect::<Vec<_>>(), NOT_DECIDED);
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
