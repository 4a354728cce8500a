//! What a form, or a program, says of a request: texts that become a [`Wish`].

use std::fmt;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::market::calendar::UtcTime;
use crate::request::{Fault, What, Wish};
use crate::text::time::read_time;

/// A request in texts. What is not given is empty.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Form {
    /// `id` or `name` of a `[[partner]]`.
    pub partner: String,
    /// Market or metering location.
    pub location: String,
    /// OBIS code; empty: all of the location.
    pub obis: String,
    /// `2026-11-01`, `2026-11-01T06:00` (local time) or RFC 3339.
    pub from: String,
    /// The same, exclusive; a day means its beginning.
    pub to: String,
    /// The instant that is asked for, instead of a period.
    pub at: String,
    /// What is asked for: one of [`Subject::ALL`].
    pub values: Subject,
    /// Document number (BGM 1004) of the message with values that are too high or too low.
    pub document: String,
    /// What else a person should know of a complaint.
    pub text: String,
}

/// What is asked for, by name.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A load profile.
    #[default]
    LoadProfile,
    /// Meter readings.
    Readings,
    /// A single amount of energy.
    Energy,
    /// Amount of energy and peak power.
    EnergyAndPeak,
    /// Calorific value and volume conversion factor of gas.
    CalorificValue,
    /// Values at an instant: something changes (gas).
    Change,
    /// Values at an instant: energy is to be apportioned (power).
    Apportioning,
    /// Values at an instant: a reading in between.
    ReadingInBetween,
    /// Complaint: values have not come.
    Missing,
    /// Complaint: values are too high.
    TooHigh,
    /// Complaint: values are too low.
    TooLow,
}

impl Subject {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::LoadProfile,
        Self::Readings,
        Self::Energy,
        Self::EnergyAndPeak,
        Self::CalorificValue,
        Self::Missing,
        Self::TooHigh,
        Self::TooLow,
        Self::Change,
        Self::Apportioning,
        Self::ReadingInBetween,
    ];

    /// Its name in forms and programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LoadProfile => "load_profile",
            Self::Readings => "readings",
            Self::Energy => "energy",
            Self::EnergyAndPeak => "energy_and_peak",
            Self::CalorificValue => "calorific_value",
            Self::Change => "change",
            Self::Apportioning => "apportioning",
            Self::ReadingInBetween => "reading_in_between",
            Self::Missing => "missing",
            Self::TooHigh => "too_high",
            Self::TooLow => "too_low",
        }
    }

    /// The one of this name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// What a form lacks. Field by field, so that a page can say it in its language.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FormFault {
    /// Something must be said of this field.
    #[error("{0}: is missing")]
    Missing(Field),
    /// A time that cannot be read.
    #[error(
        "{field}: {text:?} is no time; write 2026-11-01, 2026-11-01T06:00 or 2026-11-01T05:00:00Z"
    )]
    NoTime {
        /// Which.
        field: Field,
        /// As it was given.
        text: String,
    },
    /// What is asked for is asked of an instant.
    #[error("this is asked for an instant: give `at` alone, not `from` and `to`")]
    WantsInstant,
    /// What is asked for is asked of a period.
    #[error("this is asked for a period: give `from` and `to`, not `at`")]
    WantsPeriod,
    /// The period ends where it begins, or before.
    #[error("to: must be after `from`")]
    Backwards,
}

/// A field of a [`Form`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Field {
    /// `partner`
    Partner,
    /// `location`
    Location,
    /// `from`
    From,
    /// `to`
    To,
    /// `at`
    At,
    /// `document`
    Document,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Partner => "partner",
            Self::Location => "location",
            Self::From => "from",
            Self::To => "to",
            Self::At => "at",
            Self::Document => "document",
        })
    }
}

impl Form {
    /// What is wanted, its local times read in `zone`.
    ///
    /// # Errors
    /// The first [`FormFault`].
    pub fn wish(&self, zone: &TimeZone) -> Result<Wish, FormFault> {
        let said = |field, text: &str| match text.trim() {
            "" => Err(FormFault::Missing(field)),
            text => Ok(text.to_owned()),
        };
        let what = self.what()?;
        let (from, to) = self.stretch(what.is_instant(), zone)?;
        Ok(Wish {
            partner: said(Field::Partner, &self.partner)?,
            location: said(Field::Location, &self.location)?,
            obis: self.obis.trim().to_owned(),
            from,
            to,
            what,
            by_itself: false,
        })
    }

    fn stretch(&self, is_instant: bool, zone: &TimeZone) -> Result<(UtcTime, UtcTime), FormFault> {
        let time = |field, text: &str| {
            let text = text.trim();
            if text.is_empty() {
                return Err(FormFault::Missing(field));
            }
            read_time(text, zone).ok_or_else(|| FormFault::NoTime {
                field,
                text: text.to_owned(),
            })
        };
        let has_period = !(self.from.trim().is_empty() && self.to.trim().is_empty());
        let has_instant = !self.at.trim().is_empty();
        if is_instant {
            if has_period {
                return Err(FormFault::WantsInstant);
            }
            let at = time(Field::At, &self.at)?;
            return Ok((at, at));
        }
        if has_instant {
            return Err(FormFault::WantsPeriod);
        }
        let (from, to) = (time(Field::From, &self.from)?, time(Field::To, &self.to)?);
        if to <= from {
            return Err(FormFault::Backwards);
        }
        Ok((from, to))
    }

    fn what(&self) -> Result<What, FormFault> {
        let document = || match self.document.trim() {
            "" => Err(FormFault::Missing(Field::Document)),
            document => Ok(document.to_owned()),
        };
        let fault = match self.values {
            Subject::LoadProfile => return Ok(What::LoadProfile),
            Subject::Readings => return Ok(What::Readings),
            Subject::Energy => return Ok(What::EnergyAmount),
            Subject::EnergyAndPeak => return Ok(What::EnergyAndPeak),
            Subject::CalorificValue => return Ok(What::CalorificValue),
            Subject::Change => return Ok(What::Change),
            Subject::Apportioning => return Ok(What::Apportioning),
            Subject::ReadingInBetween => return Ok(What::ReadingInBetween),
            Subject::Missing => Fault::Missing,
            Subject::TooHigh => Fault::TooHigh {
                document: document()?,
            },
            Subject::TooLow => Fault::TooLow {
                document: document()?,
            },
        };
        let text = self.text.trim().to_owned();
        Ok(What::Complaint { fault, text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Form {
        Form {
            partner: "Netz".to_owned(),
            location: " 41373559241 ".to_owned(),
            from: "2026-09-01".to_owned(),
            to: "2026-10-01".to_owned(),
            ..Form::default()
        }
    }

    fn wish(form: &Form) -> Result<Wish, String> {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        form.wish(&zone).map_err(|fault| fault.to_string())
    }

    #[test]
    fn days_begin_at_local_midnight_and_blanks_around_a_text_are_nobodys_wish() {
        let wish = wish(&form()).unwrap();
        assert_eq!(wish.from, UtcTime::parse("2026-08-31T22:00:00Z").unwrap());
        assert_eq!(wish.location, "41373559241");
        assert_eq!(wish.what, What::LoadProfile);
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        let with = |change: fn(&mut Form)| {
            let mut form = form();
            change(&mut form);
            wish(&form).unwrap_err()
        };
        for (said, fault) in [
            (with(|form| form.partner.clear()), "partner: is missing"),
            (with(|form| form.location.clear()), "location: is missing"),
            (with(|form| form.to.clear()), "to: is missing"),
            (
                with(|form| form.from = "yesterday".into()),
                "from: \"yesterday\" is no time",
            ),
            (
                with(|form| form.to.clone_from(&form.from)),
                "to: must be after",
            ),
            (
                with(|form| form.at = "2026-09-01".into()),
                "asked for a period",
            ),
            (
                with(|form| form.values = Subject::Change),
                "asked for an instant",
            ),
            (
                with(|form| form.values = Subject::TooLow),
                "document: is missing",
            ),
        ] {
            assert!(said.contains(fault), "{said}");
        }
    }

    #[test]
    fn names_lead_to_what_they_name_in_forms_as_in_programs() {
        for subject in Subject::ALL {
            assert_eq!(Subject::of(subject.name()), Some(subject));
            let name = serde_json::to_value(subject).unwrap();
            assert_eq!(name, subject.name());
        }
    }
}
