//! A text in both languages, side by side, so that none can be missing.

use crate::text::Language;

/// A text in both languages.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Words {
    /// As the documents of the BDEW say it.
    pub(super) de: &'static str,
    /// In English.
    pub(super) en: &'static str,
}

impl Words {
    /// Both texts.
    pub(super) const fn new(de: &'static str, en: &'static str) -> Self {
        Self { de, en }
    }

    /// The text in a language.
    pub(super) const fn in_language(self, language: Language) -> &'static str {
        match language {
            Language::De => self.de,
            Language::En => self.en,
        }
    }
}
