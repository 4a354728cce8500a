//! Whether a request can be sent: what it must not say, each with what to do.

use crate::market::calendar::{UtcTime, gas_day_bounds, legal_day, legal_day_bounds};
use crate::market::location::{Form, check_digit_fits, form};
use crate::market::obis;
use crate::market::role::{Role, Sector};
use crate::message::orders::Contact;
use crate::message::orders::request::{
    Ask, Complaint, Fault, Period, Place, Reason, Request, RequestError, Values, When,
};

/// Checks all of a request.
pub(super) fn request(request: &Request<'_>) -> Result<(), RequestError> {
    text("document number", request.document, MAX_DOCUMENT)?;
    is_asked(request)?;
    match request.asks {
        Ask::Values {
            values,
            location,
            period,
        } => {
            is_of(location, kind_of(*values))?;
            is_over(*period, request.now)
        }
        Ask::CalorificValue { location, period } => {
            is_of(location, Kind::Metering)?;
            is_over(*period, request.now)?;
            [period.start, period.end]
                .into_iter()
                .try_for_each(|at| begins_a_day(at, Sector::Gas))
        }
        Ask::Determination {
            reason,
            location,
            at,
        } => {
            // [46], [47]: the market location only where energy is apportioned.
            let kind = match reason {
                Reason::Apportioning => Kind::Market,
                Reason::ApportioningOfReadings | Reason::Change | Reason::ReadingInBetween => {
                    Kind::Metering
                }
            };
            is_of(location, kind)?;
            begins_a_day(*at, request.sector)
        }
        Ask::Complaint(asks) => complaint(asks, request),
    }
}

/// Whether the market has this request of this role, in this sector.
fn is_asked(request: &Request<'_>) -> Result<(), RequestError> {
    let Request { role, sector, .. } = *request;
    let is_gas = sector == Sector::Gas;
    let (is_asked, remedy) = match request.asks {
        Ask::Values { values, .. } => (
            role == Role::Supplier && !(is_gas && *values == Values::EnergyAndPeak),
            "a supplier asks the metering operator (power) or the grid operator (gas), and in gas not for peaks",
        ),
        Ask::CalorificValue { .. } => (
            role == Role::Supplier && is_gas,
            "a supplier asks the grid operator for them, in gas",
        ),
        Ask::Determination { reason, .. } => {
            let is_fit = match reason {
                Reason::Apportioning => !is_gas && role != Role::MeteringOperator,
                Reason::ApportioningOfReadings => !is_gas && role == Role::MeteringOperator,
                Reason::Change => is_gas,
                Reason::ReadingInBetween => true,
            };
            let is_role = match role {
                Role::GridOperator => true,
                Role::Supplier | Role::MeteringOperator => !is_gas,
                Role::TransmissionOperator => false,
            };
            (
                is_fit && is_role,
                "in power, supplier and grid operator ask with the reasons Z46 and Z49, a metering operator with Z47 and Z49; in gas, the grid operator with Z48 and Z49",
            )
        }
        Ask::Complaint(complaint) => (
            !is_gas && complaint.values != Values::EnergyAndPeak,
            "complaints are about load profiles, readings and amounts of energy, in power",
        ),
    };
    if is_asked {
        return Ok(());
    }
    Err(RequestError::NotAsked {
        pid: request.asks.pid(),
        role,
        sector,
        remedy,
    })
}

/// What kind of location is needed.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Kind {
    Market,
    Metering,
    Either,
}

/// 17102: which location what is asked for has ([521], [522], [523]).
fn kind_of(values: Values) -> Kind {
    match values {
        Values::LoadProfile => Kind::Either,
        Values::Readings => Kind::Metering,
        Values::EnergyAmount | Values::EnergyAndPeak => Kind::Market,
    }
}

/// Whether a location is of a kind, and its check digit fits.
fn is_of(location: &str, kind: Kind) -> Result<(), RequestError> {
    let is_metering = matches!(
        form(location),
        Form::MeteringLocation | Form::ForeignMeteringPoint
    );
    let (is_fit, wanted) = match kind {
        Kind::Market => (
            form(location) == Form::MarketLocation,
            "market location (11 digits)",
        ),
        Kind::Metering => (is_metering, "metering location (33 characters)"),
        Kind::Either => (
            is_metering || form(location) == Form::MarketLocation,
            "market location (11 digits) or metering location (33 characters)",
        ),
    };
    let location = location.to_owned();
    if !is_fit {
        return Err(RequestError::WrongLocation { location, wanted });
    }
    if check_digit_fits(&location) == Some(false) {
        return Err(RequestError::CheckDigit { location });
    }
    Ok(())
}

/// Whether a period is one, and past.
fn is_over(period: Period, now: UtcTime) -> Result<(), RequestError> {
    let Period { start, end } = period;
    is_minute(start)?;
    is_minute(end)?;
    if end <= start {
        return Err(RequestError::PeriodNotPositive { start, end });
    }
    if end > now {
        return Err(RequestError::NotOver { until: end, now });
    }
    Ok(())
}

fn is_minute(at: UtcTime) -> Result<(), RequestError> {
    if at.seconds().rem_euclid(60) == 0 {
        Ok(())
    } else {
        Err(RequestError::NotAMinute { at })
    }
}

/// UB1, UB2: 00:00 legal time in power, 06:00 in gas.
fn begins_a_day(at: UtcTime, sector: Sector) -> Result<(), RequestError> {
    let day = legal_day(at);
    let (begin, _) = match sector {
        Sector::Power => legal_day_bounds(day),
        Sector::Gas => gas_day_bounds(day),
    };
    if at == begin {
        Ok(())
    } else {
        Err(RequestError::NotADayBoundary { at, sector })
    }
}

fn complaint(complaint: &Complaint, request: &Request<'_>) -> Result<(), RequestError> {
    let is_reading = complaint.values == Values::Readings;
    match &complaint.place {
        Place::Location(location) => {
            // [6], [7], [15], [26]: whose own location is which.
            let kind = match request.role {
                Role::MeteringOperator => Kind::Metering,
                Role::TransmissionOperator => Kind::Market,
                Role::Supplier | Role::GridOperator => Kind::Either,
            };
            is_of(location, kind)?;
        }
        Place::Configuration(id) if is_reading => text("configuration id", id, MAX_REFERENCE)?,
        Place::Configuration(id) => {
            return Err(RequestError::WrongLocation {
                location: id.clone(),
                wanted: "location; only readings are known by a configuration id",
            });
        }
    }
    if obis::groups(&complaint.obis).is_none() {
        let code = complaint.obis.clone();
        return Err(RequestError::NotObis { code });
    }
    text("OBIS code", &complaint.obis, MAX_CODE)?;
    has_time(complaint, request.now)?;
    if let Some(document) = complaint.fault.document() {
        text("number of the MSCONS", document, MAX_REFERENCE)?;
    }
    if !complaint.text.is_empty() {
        text("text", &complaint.text, MAX_TEXT)?;
    }
    contact(&complaint.contact)
}

fn has_time(complaint: &Complaint, now: UtcTime) -> Result<(), RequestError> {
    let is_reading = complaint.values == Values::Readings;
    match complaint.when {
        When::At(at) if is_reading => {
            is_minute(at)?;
            if at > now {
                return Err(RequestError::NotOver { until: at, now });
            }
            Ok(())
        }
        When::Period(period) if !is_reading || complaint.fault == Fault::Missing => {
            is_over(period, now)
        }
        When::At(_) => Err(RequestError::WrongTime {
            needs: "a load profile or an amount of energy needs a period, not an instant",
        }),
        When::Period(_) => Err(RequestError::WrongTime {
            needs: "a reading that is too high or too low needs its instant, not a period",
        }),
    }
}

fn contact(contact: &Contact) -> Result<(), RequestError> {
    text("name of the contact", &contact.name, MAX_NAME)?;
    if let Some(mail) = &contact.mail {
        text("mail address of the contact", mail, MAX_TEXT)?;
        // [939]
        if !mail.contains('@') || !mail.contains('.') {
            let needs = "has a mail address without @ or full stop";
            return Err(RequestError::BadContact { needs });
        }
    }
    if let Some(phone) = &contact.phone {
        text("telephone number of the contact", phone, MAX_TEXT)?;
        // [940]
        let digits = phone.strip_prefix('+').unwrap_or_default();
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            let needs = "has a telephone number that is not + and digits alone";
            return Err(RequestError::BadContact { needs });
        }
    }
    if contact.mail.is_none() && contact.phone.is_none() {
        let needs = "has neither a mail address nor a telephone number";
        return Err(RequestError::BadContact { needs });
    }
    Ok(())
}

/// Whether a text is there, short enough, and of the charset.
fn text(field: &'static str, text: &str, most: usize) -> Result<(), RequestError> {
    let length = text.chars().count();
    if !(1..=most).contains(&length) {
        return Err(RequestError::BadLength {
            field,
            length,
            most,
        });
    }
    let is_strange = |character: &char| character.is_control() || u32::from(*character) > 0xFF;
    match text.chars().find(is_strange) {
        Some(character) => Err(RequestError::BadCharacter { field, character }),
        None => Ok(()),
    }
}

/// BGM 1004: an..35.
const MAX_DOCUMENT: usize = 35;
/// PIA 7140: an..35.
const MAX_CODE: usize = 35;
/// RFF 1154: an..70.
const MAX_REFERENCE: usize = 70;
/// CTA 3412: an..256.
const MAX_NAME: usize = 256;
/// FTX 4440 and COM 3148: an..512.
const MAX_TEXT: usize = 512;
