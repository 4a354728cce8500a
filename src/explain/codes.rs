//! What the codes mean: a table for each list of codes.
//!
//! Source: UN/EDIFACT D.04B, D.09B, D.10A and D.07B; BDEW MIG MSCONS 2.5, ORDERS 1.4c, ORDRSP 1.4c,
//! APERAK 2.2, CONTRL 2.0b, and what older versions have beside them. The German names are those of
//! these documents, shortened where they are sentences.

pub(super) mod answer;
pub(super) mod decision;
pub(super) mod envelope;
pub(super) mod head;
pub(super) mod pid;
pub(super) mod request;
pub(super) mod status;
pub(super) mod value;

use crate::explain::words::Words;

/// A code and its meaning.
#[derive(Clone, Copy, Debug)]
pub(super) struct Code {
    pub(super) code: &'static str,
    pub(super) words: Words,
}

/// A list of codes.
pub(super) type Codes = &'static [Code];

/// What a code means; `None` if the list does not have it.
pub(super) fn find(codes: Codes, code: &str) -> Option<Words> {
    let known = codes.iter().find(|known| known.code == code)?;
    Some(known.words)
}

const fn code(code: &'static str, de: &'static str, en: &'static str) -> Code {
    Code {
        code,
        words: Words::new(de, en),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const ALL: [Codes; 36] = [
        answer::ACTIONS,
        answer::APPLICATION_ERRORS,
        answer::SERVICE_SEGMENTS,
        answer::SYNTAX_ERRORS,
        envelope::AGENCIES,
        envelope::APPLICATIONS,
        envelope::CONTROLLING_AGENCIES,
        envelope::DIRECTORIES,
        envelope::MESSAGE_TYPES,
        envelope::SECTIONS,
        envelope::SYNTAX_VERSIONS,
        envelope::TEST,
        envelope::TRANSFERS,
        envelope::TYPE_VERSIONS,
        head::CONTACTS,
        head::DATES,
        head::DOCUMENTS,
        head::FORMATS,
        head::FUNCTIONS,
        head::LISTS_OF,
        head::MEANS,
        head::PARTIES,
        head::PLACES,
        head::REFERENCES,
        pid::PIDS,
        request::CHARACTERISTICS,
        request::CHARACTERISTIC_VALUES,
        request::CLASSES,
        request::DESCRIPTIONS,
        request::DIRECTIONS,
        request::ITEMS,
        request::TEXTS,
        status::CATEGORIES,
        status::CLASSIFICATIONS,
        status::REASONS,
        value::QUANTITIES,
    ];

    fn all() -> impl Iterator<Item = Codes> {
        let lists = decision::LISTS.iter().map(|(_, codes)| *codes);
        ALL.into_iter().chain(lists)
    }

    #[test]
    fn every_code_has_words_in_both_languages_and_stands_once_in_its_list() {
        for codes in all() {
            let mut seen = BTreeSet::new();
            for Code { code, words } in codes {
                assert!(seen.insert(code), "{code} stands twice");
                for text in [words.de, words.en] {
                    assert!(!text.is_empty() && text.trim() == text, "{code}: {text:?}");
                }
            }
            assert!(!seen.is_empty());
        }
    }

    #[test]
    fn a_code_is_found_by_all_of_its_letters() {
        let words = find(value::QUANTITIES, "220").unwrap();
        assert_eq!(words.de, "Wahrer Wert");
        assert_eq!(find(value::QUANTITIES, "22"), None);
        assert_eq!(find(value::QUANTITIES, ""), None);
    }
}
