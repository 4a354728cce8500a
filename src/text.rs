//! The two languages of pages, reports and mails.
//!
//! `text/de.ftl` and `text/en.ftl` hold the sentences; [`Text`] has one function for each, so that
//! a key that does not exist does not build. Numbers and times are written as the language does.

mod keys;
mod markup;
mod number;
pub mod template;
pub mod time;

use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

pub use markup::escape;
pub use number::{shorten, with_unit};

/// A language of pages, reports and mails.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// German.
    #[default]
    De,
    /// English.
    En,
}

impl Language {
    /// The code of the language in HTML and HTTP (BCP 47).
    pub const fn code(self) -> &'static str {
        match self {
            Self::De => "de",
            Self::En => "en",
        }
    }

    const fn sentences(self) -> &'static str {
        match self {
            Self::De => include_str!("text/de.ftl"),
            Self::En => include_str!("text/en.ftl"),
        }
    }
}

/// All sentences, numbers and times in one language and one time zone. Cheap to make and to clone.
#[derive(Clone)]
pub struct Text {
    bundle: &'static FluentBundle<FluentResource>,
    language: Language,
    time_zone: TimeZone,
}

impl Text {
    /// The sentences of a language, with times in UTC.
    pub fn new(language: Language) -> Self {
        Self {
            bundle: bundle(language),
            language,
            time_zone: TimeZone::UTC,
        }
    }

    /// The same, with times as the clocks of a zone show them.
    #[must_use]
    pub fn in_zone(self, time_zone: TimeZone) -> Self {
        Self { time_zone, ..self }
    }

    /// The language.
    pub const fn language(&self) -> Language {
        self.language
    }

    /// The time zone.
    pub const fn time_zone(&self) -> &TimeZone {
        &self.time_zone
    }

    /// The sentence of a key, with its arguments filled in.
    fn sentence(&self, key: &str, arguments: &[(&'static str, FluentValue<'_>)]) -> String {
        let pattern = self
            .bundle
            .get_message(key)
            .and_then(|message| message.value());
        let Some(pattern) = pattern else {
            return key.to_owned(); // Cannot be: a test compares the keys of both files.
        };
        let arguments: FluentArgs<'_> = arguments.iter().cloned().collect();
        let mut errors = Vec::new();
        self.bundle
            .format_pattern(pattern, Some(&arguments), &mut errors)
            .into_owned()
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Text")
            .field("language", &self.language)
            .finish_non_exhaustive()
    }
}

/// The sentences of a language, read once in the life of the process.
fn bundle(language: Language) -> &'static FluentBundle<FluentResource> {
    static DE: OnceLock<FluentBundle<FluentResource>> = OnceLock::new();
    static EN: OnceLock<FluentBundle<FluentResource>> = OnceLock::new();
    match language {
        Language::De => DE.get_or_init(|| read(Language::De)),
        Language::En => EN.get_or_init(|| read(Language::En)),
    }
}

fn read(language: Language) -> FluentBundle<FluentResource> {
    // Both halves of an `Err` are usable; a test makes sure that there is none.
    let resource = FluentResource::try_new(language.sentences().to_owned())
        .unwrap_or_else(|(readable, _)| readable);
    let mut bundle =
        FluentBundle::new_concurrent(vec![language.code().parse().unwrap_or_default()]);
    // Without this, invisible marks of direction surround each argument.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(match language {
        Language::De => |value, _| number::in_sentence(value, Language::De),
        Language::En => |value, _| number::in_sentence(value, Language::En),
    }));
    bundle.add_resource_overriding(resource);
    bundle
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn keys_of(language: Language) -> BTreeSet<&'static str> {
        language
            .sentences()
            .lines()
            .filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()))
            .filter_map(|line| line.split_once(" =").map(|(key, _)| key))
            .collect()
    }

    #[test]
    fn both_languages_have_a_sentence_for_every_key_and_no_other() {
        let keys: BTreeSet<&str> = keys::KEYS.iter().copied().collect();
        assert_eq!(keys_of(Language::De), keys);
        assert_eq!(keys_of(Language::En), keys);
    }

    #[test]
    fn both_files_are_read_without_an_error() {
        for language in [Language::De, Language::En] {
            assert!(FluentResource::try_new(language.sentences().to_owned()).is_ok());
        }
    }

    #[test]
    fn both_languages_fill_in_the_same_arguments() {
        for key in keys::KEYS {
            let of = |language: Language| -> BTreeSet<String> {
                let message = bundle(language).get_message(key).unwrap();
                let shown = format!("{:?}", message.value().unwrap());
                shown
                    .split("VariableReference { id: Identifier { name: \"")
                    .skip(1)
                    .filter_map(|rest| rest.split_once('"').map(|(name, _)| name.to_owned()))
                    .collect()
            };
            assert_eq!(of(Language::De), of(Language::En), "{key}");
        }
    }

    #[test]
    fn a_number_in_a_sentence_is_written_as_the_language_does() {
        let german = Text::new(Language::De);
        assert_eq!(german.gaps_found(1), "eine Lücke");
        assert_eq!(german.gaps_found(1234), "1.234 Lücken");
        let english = Text::new(Language::En);
        assert_eq!(english.gaps_found(1), "one gap");
        assert_eq!(english.gaps_found(1234), "1,234 gaps");
    }

    #[test]
    fn a_number_that_is_a_name_is_left_alone() {
        let german = Text::new(Language::De);
        assert_eq!(german.source_message("13018"), "Nachricht 13018");
    }
}
