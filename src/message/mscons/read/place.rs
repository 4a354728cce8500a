//! Where values were measured (SG5 to SG8): NAD, LOC, RFF+MG, RFF+AGK, CCI+15, and the dates of SG6.

use std::collections::HashSet;
use std::sync::Arc;

use crate::edifact::scan::Segment;
use crate::market::location;
use crate::message::mscons::read::state::Reader;
use crate::message::mscons::read::time::Moment;

/// What names the place.
#[derive(Default)]
pub(super) struct Place {
    /// LOC+237: from and to.
    balance: Option<(Arc<str>, Arc<str>)>,
    /// Any other LOC.
    code: Option<Arc<str>>,
    /// CCI+15 7037.
    characteristic: Option<Arc<str>>,
    /// RFF+AGK.
    configuration: Option<Arc<str>>,
    /// RFF+MG since the last LOC, NAD or UNH.
    pub(super) device: Option<Arc<str>>,
}

/// DTM between LOC and the first QTY (SG6).
#[derive(Default)]
pub(super) struct Dates {
    pub(super) part: Part,
    pub(super) start: Option<Moment>,
    pub(super) end: Option<Moment>,
    /// DTM+672, in seconds.
    pub(super) step_seconds: Option<i64>,
    /// DTM+293.
    pub(super) version: Option<Moment>,
}

/// Where in a message a DTM stands: what it speaks of, if no value is open.
#[derive(Clone, Copy, Default, Eq, PartialEq)]
pub(super) enum Part {
    /// Before the first LOC.
    #[default]
    Head,
    /// Between a LOC and its first QTY.
    Place,
    /// Behind the first QTY of a LOC.
    Values,
}

impl Place {
    /// The `location` of the record: the place; a transfer series is named by all of its parts
    /// together; without a place, the configuration.
    fn name(&self, names: &mut Names) -> Option<Arc<str>> {
        let Some((from, to)) = &self.balance else {
            return self.code.clone().or_else(|| self.configuration.clone());
        };
        let parts = [
            Some(from),
            Some(to),
            self.code.as_ref(),
            self.characteristic.as_ref(),
        ];
        let given: Vec<&str> = parts
            .into_iter()
            .flatten()
            .map(AsRef::as_ref)
            .filter(|part| !part.is_empty())
            .collect();
        if given.is_empty() {
            return self.configuration.clone();
        }
        Some(names.shared(&given.join("/")))
    }
}

/// The identifiers of an interchange, each held once: thousands of groups may name the same.
#[derive(Default)]
pub(super) struct Names {
    /// Those that were named first: most files have few, and comparing is cheaper than hashing.
    first: Vec<Arc<str>>,
    others: HashSet<Arc<str>>,
}

impl Names {
    /// The one copy of this identifier.
    pub(super) fn shared(&mut self, name: &str) -> Arc<str> {
        let first = self.first.iter().find(|known| ***known == *name);
        if let Some(known) = first.or_else(|| self.others.get(name)) {
            return Arc::clone(known);
        }
        let name: Arc<str> = name.into();
        if self.first.len() < MAX_FIRST {
            self.first.push(Arc::clone(&name));
        } else {
            self.others.insert(Arc::clone(&name));
        }
        name
    }
}

impl Reader<'_> {
    /// NAD: a party of the message, or the beginning of a place.
    pub(super) fn nad(&mut self, segment: &Segment<'_>) {
        self.begin_place();
        let is_party = matches!(segment.component(1, 0).as_deref(), Some(b"MS" | b"MR"));
        if is_party {
            self.place.device = None;
        } else {
            self.place = Place::default();
        }
    }

    /// LOC: the place (3225, or 3224 where Swiss files put it), or the balance groups.
    pub(super) fn loc(&mut self, segment: &Segment<'_>) {
        self.begin_place();
        self.begin_line(None);
        self.dates = Dates {
            part: Part::Place,
            ..Dates::default()
        };
        let Place { balance, code, .. } = std::mem::take(&mut self.place);
        self.place = Place {
            balance,
            code,
            ..Place::default()
        };
        if segment.component(1, 0).as_deref() == Some(b"237") {
            let mut party = |n| {
                let name = self.name(segment, n, 0).unwrap_or_default();
                self.check_digit(&name);
                name
            };
            self.place.balance = Some((party(2), party(3)));
        } else {
            let code = self
                .name(segment, 2, 0)
                .or_else(|| self.name(segment, 2, 3));
            self.check_digit(code.as_deref().unwrap_or_default());
            self.place.code = code;
        }
    }

    /// RFF+MG: the meter.
    pub(super) fn device(&mut self, value: Option<Arc<str>>) {
        self.is_same_group = false;
        self.place.device = value;
    }

    /// RFF+AGK: the configuration, which names the place where there is no other.
    pub(super) fn configuration(&mut self, value: Option<Arc<str>>) {
        self.is_same_group = false;
        self.place.configuration = value;
    }

    /// CCI+15: the kind of a transfer series.
    pub(super) fn cci(&mut self, segment: &Segment<'_>) {
        if segment.component(1, 0).as_deref() == Some(b"15") {
            self.is_same_group = false;
            self.place.characteristic = self.name(segment, 3, 0);
        }
    }

    fn begin_place(&mut self) {
        self.close_record();
        self.is_same_group = false;
    }

    fn check_digit(&mut self, code: &str) {
        if location::check_digit_fits(code) == Some(false) {
            self.check_digit_misfits(code);
        }
    }

    /// The `location` of the rows that come.
    pub(super) fn location(&mut self) -> Option<Arc<str>> {
        self.place.name(&mut self.names)
    }
}

/// Identifiers that are compared one by one.
const MAX_FIRST: usize = 8;
