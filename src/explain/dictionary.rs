//! The segments and their data elements: what stands where, and what it is called.
//!
//! Source: ISO 9735 version 3; UN/EDIFACT D.04B, D.09B, D.10A, D.07B; BDEW MIG MSCONS 2.5, ORDERS
//! 1.4c, ORDRSP 1.4c, APERAK 2.2, CONTRL 2.0b. The elements are called what people call them; the
//! number beside tells the rest.

mod elements;
mod envelope;
mod message;

use crate::explain::codes::Codes;
use crate::explain::words::Words;

/// A segment: its name, and its elements with their components.
pub(super) struct SegmentKind {
    pub(super) tag: &'static str,
    pub(super) name: Words,
    pub(super) elements: &'static [&'static [Element]],
}

/// A data element.
#[derive(Clone, Copy)]
pub(super) struct Element {
    /// Its number in the directory.
    pub(super) id: &'static str,
    pub(super) name: Words,
    pub(super) value: Value,
}

/// How the value of a data element is read.
#[derive(Clone, Copy)]
pub(super) enum Value {
    /// As it stands.
    Text,
    /// A code of this list.
    Code(Codes),
    /// 0001: a charset.
    Charset,
    /// 0004, 0010, 3039: a market partner.
    Party,
    /// 3225, 3223, 3224: a location, area or balance group.
    Place,
    /// 1154: what the qualifier before it says.
    Reference,
    /// 2380: a time, by the format behind it.
    Time,
    /// 0017: `YYMMDD`.
    Date,
    /// 0019: `HHMM`.
    TimeOfDay,
    /// 6060, in the unit behind it or that of the OBIS code.
    Quantity,
    /// 6411.
    Unit,
    /// 7140: a product, from the list that is named behind it.
    Product,
    /// 7143.
    ProductList,
    /// 7037: a characteristic, or the name of a kind of transfer series.
    Characteristic,
    /// 4465 of AJT: the answer of the decision tree that is named behind it.
    Decision,
    /// 1082 of AJT: the decision tree that gave the answer.
    DecisionTree,
}

/// The segment with this tag; `None` if the dictionary does not have it.
pub(super) fn segment(tag: &[u8]) -> Option<&'static SegmentKind> {
    segments().find(|kind| kind.tag.as_bytes() == tag)
}

/// All segments, the frequent ones first.
fn segments() -> impl Iterator<Item = &'static SegmentKind> {
    message::SEGMENTS.iter().chain(envelope::SEGMENTS)
}

const fn element(id: &'static str, de: &'static str, en: &'static str, value: Value) -> Element {
    Element {
        id,
        name: Words::new(de, en),
        value,
    }
}

const fn text(id: &'static str, de: &'static str, en: &'static str) -> Element {
    element(id, de, en, Value::Text)
}

const fn coded(id: &'static str, de: &'static str, en: &'static str, codes: Codes) -> Element {
    element(id, de, en, Value::Code(codes))
}

const fn kind(
    tag: &'static str,
    de: &'static str,
    en: &'static str,
    elements: &'static [&'static [Element]],
) -> SegmentKind {
    SegmentKind {
        tag,
        name: Words::new(de, en),
        elements,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_segment_stands_once_and_has_elements_with_numbers() {
        let mut seen = BTreeSet::new();
        for SegmentKind { tag, elements, .. } in segments() {
            assert!(seen.insert(tag), "{tag} stands twice");
            assert!(!elements.is_empty(), "{tag}");
            for element in elements.iter().flat_map(|components| components.iter()) {
                assert_eq!(element.id.len(), 4, "{tag}: {}", element.name.en);
            }
        }
        assert!(segment(b"QTY").is_some() && segment(b"XYZ").is_none());
    }
}
