//! The value of a data element in words.

use crate::edifact::charset::Charset;
use crate::edifact::scan::Segment;
use crate::explain::codes::{self, value as products};
use crate::explain::dictionary::{Element, Value};
use crate::explain::obis;
use crate::explain::time::Clock;
use crate::explain::undescribed_decision;
use crate::explain::words::Words;
use crate::market::location::{self, Form};
use crate::market::obis::is_gas;
use crate::market::party::{self, Agency};
use crate::market::quantity::Decimal;
use crate::market::unit;
use crate::text::{Language, Text, with_unit};

/// What a value means, and how it stands with it.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Meaning {
    /// In words; empty if the value speaks for itself.
    pub(super) text: String,
    pub(super) tone: Tone,
}

/// How it stands with a value.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Tone {
    /// It is what it is.
    #[default]
    Plain,
    /// Its check digit fits.
    Good,
    /// It does not fit: a check digit, a number, a time.
    Bad,
    /// A code that is not in the dictionary.
    Unknown,
}

/// Reads values. Remembers the OBIS code, which tells unit and gas day.
pub(super) struct Reader {
    language: Language,
    text: Text,
    clock: Clock,
    /// The product of the line.
    product: String,
}

/// A segment, decoded, and where in it a value stands.
pub(super) struct At<'s> {
    pub(super) segment: &'s Segment<'s>,
    pub(super) charset: Charset,
    /// Element (from 1) and component (from 0).
    pub(super) element: usize,
    pub(super) component: usize,
}

impl Reader {
    pub(super) fn new(language: Language) -> Self {
        Self {
            language,
            text: Text::new(language),
            clock: Clock::new(language),
            product: String::new(),
        }
    }

    /// Takes note of what holds for the values that follow.
    pub(super) fn note(&mut self, segment: &Segment<'_>, charset: Charset) {
        let product = match segment.tag() {
            b"PIA" => segment.component(2, 0),
            b"LIN" => segment.component(3, 0),
            b"LOC" | b"NAD" | b"UNH" => None,
            _ => return,
        };
        self.product = product.map_or_else(String::new, |code| charset.decode(&code));
    }

    /// What a value means.
    pub(super) fn meaning(&mut self, element: &Element, value: &str, at: &At<'_>) -> Meaning {
        let beside = |component| at.text(at.element, component);
        match element.value {
            Value::Text => Meaning::default(),
            Value::Code(codes) => self.code(codes::find(codes, value)),
            Value::Charset => match Charset::from_code(value.as_bytes()) {
                Some(charset) => Meaning::plain(charset.to_string()),
                None => self.code(None),
            },
            Value::Party => self.party(value),
            Value::Place => self.place(value),
            Value::Reference => self.reference(&beside(0), value),
            Value::Time => self.clock.time(at.segment, is_gas(&self.product)),
            Value::Date => self.clock.date_of_preparation(value),
            Value::TimeOfDay => self.clock.time_of_preparation(value),
            Value::Quantity => self.quantity(value, &beside(at.component + 1)),
            Value::Unit => match unit::name(value) {
                name if name == value => self.code(None),
                name => Meaning::plain(name),
            },
            Value::Product => self.product(value, &beside(at.component + 1)),
            Value::ProductList => self.code(products::product_list(value)),
            Value::Characteristic => {
                let known = codes::find(codes::request::CHARACTERISTICS, value);
                known.map_or_else(Meaning::default, |words| self.words(words))
            }
            Value::Decision => self.decision(value, &at.text(at.element + 1, 0)),
            Value::DecisionTree => self.decision_tree(value),
        }
    }

    fn words(&self, words: Words) -> Meaning {
        Meaning::plain(words.in_language(self.language))
    }

    /// The words of a code; `None` if its list does not have it.
    fn code(&self, known: Option<Words>) -> Meaning {
        known.map_or_else(
            || Meaning {
                text: UNKNOWN_CODE.in_language(self.language).to_owned(),
                tone: Tone::Unknown,
            },
            |words| self.words(words),
        )
    }

    fn party(&self, value: &str) -> Meaning {
        let name = match party::agency(value) {
            Agency::Bdew => Words::new("BDEW-Codenummer", "BDEW code"),
            Agency::Dvgw => Words::new("DVGW-Codenummer", "DVGW code"),
            Agency::Gs1 => Words::new("GLN", "GLN"),
            Agency::Eic => Words::new("EIC", "EIC"),
            Agency::Other => return Meaning::default(),
        };
        self.checked(name, party::check_digit_fits(value))
    }

    fn place(&self, value: &str) -> Meaning {
        let name = match location::form(value) {
            Form::MarketLocation => Words::new("Marktlokation", "market location"),
            Form::MeteringLocation => Words::new("Messlokation", "metering location"),
            Form::ForeignMeteringPoint => Words::new(
                "Zählpunkt (Schweiz, Österreich)",
                "metering point (Switzerland, Austria)",
            ),
            Form::Resource => match value.as_bytes().first() {
                Some(b'E') => Words::new("Netzlokation", "network location"),
                Some(b'C') => Words::new("Steuerbare Ressource", "controllable resource"),
                Some(_) | None => Words::new("Technische Ressource", "technical resource"),
            },
            Form::Eic => Words::new("EIC", "EIC"),
            Form::Other => return Meaning::default(),
        };
        self.checked(name, location::check_digit_fits(value))
    }

    /// A name, and whether the check digit fits.
    fn checked(&self, name: Words, fits: Option<bool>) -> Meaning {
        let (check, tone) = match fits {
            Some(true) => (CHECK_DIGIT_FITS, Tone::Good),
            Some(false) => (CHECK_DIGIT_WRONG, Tone::Bad),
            None => return self.words(name),
        };
        let (name, check) = (
            name.in_language(self.language),
            check.in_language(self.language),
        );
        Meaning {
            text: format!("{name}, {check}"),
            tone,
        }
    }

    fn reference(&self, qualifier: &str, value: &str) -> Meaning {
        if qualifier != "Z13" {
            return self.place(value);
        }
        self.code(value.parse().ok().and_then(codes::pid::use_case))
    }

    fn quantity(&self, value: &str, unit: &str) -> Meaning {
        let Some(number) = Decimal::parse_lenient(value.as_bytes()) else {
            return Meaning {
                text: NO_NUMBER.in_language(self.language).to_owned(),
                tone: Tone::Bad,
            };
        };
        let unit = unit::of((!unit.is_empty()).then_some(unit), &self.product);
        let number = self.text.decimal(number.mantissa().into(), number.scale());
        Meaning::plain(with_unit(&number, unit))
    }

    fn product(&self, value: &str, list: &str) -> Meaning {
        if list == "Z08" {
            return self.code(codes::find(products::MEDIA, value));
        }
        Meaning::plain(obis::in_words(value, self.language).unwrap_or_default())
    }

    fn decision(&self, code: &str, list: &str) -> Meaning {
        match codes::decision::meaning(list, code) {
            Some(words) => self.words(words),
            None if list.is_empty() => self.code(None),
            None => Meaning {
                text: undescribed_decision(code, list, &self.text),
                tone: match codes::decision::codes_of(list) {
                    Some(_) => Tone::Unknown,
                    None => Tone::Plain,
                },
            },
        }
    }

    fn decision_tree(&self, value: &str) -> Meaning {
        let words = match value.split_once('_') {
            Some(("E", _)) => Words::new("Entscheidungsbaum", "decision tree"),
            Some(("S", _)) => Words::new("Codeliste Strom", "code list, power"),
            Some(("G", _)) => Words::new("Codeliste Gas", "code list, gas"),
            Some(_) | None => return Meaning::default(),
        };
        self.words(words)
    }
}

impl Meaning {
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            tone: Tone::Plain,
        }
    }
}

impl At<'_> {
    /// A component of the segment as text, empty if it is not there.
    fn text(&self, element: usize, component: usize) -> String {
        let bytes = self.segment.component(element, component);
        bytes.map_or_else(String::new, |bytes| self.charset.decode(&bytes))
    }
}

const UNKNOWN_CODE: Words = Words::new("unbekannter Code", "unknown code");
const CHECK_DIGIT_FITS: Words = Words::new("Prüfziffer stimmt", "check digit fits");
const CHECK_DIGIT_WRONG: Words = Words::new("Prüfziffer stimmt nicht", "check digit does not fit");
const NO_NUMBER: Words = Words::new("keine Zahl", "no number");
