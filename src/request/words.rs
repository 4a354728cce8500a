//! A request for people.

use crate::config::partner::{Partner, REQUEST_FIELDS};
use crate::request::desk::called;
use crate::request::{Fault, What, Wish};
use crate::text::Text;
use crate::text::template::{Template, TemplateError};

/// Subject and text of a mail that asks a partner in words: in its own text, else in ours.
pub(super) fn request(
    wish: &Wish,
    partner: &Partner,
    reference: &str,
    text: &Text,
) -> Result<(String, String), TemplateError> {
    let from = text.date_time(wish.from.seconds());
    let period = if wish.what.is_instant() {
        from
    } else {
        text.request_period(&from, &text.date_time(wish.to.seconds()))
    };
    let what = what(&wish.what, text);
    let remark = match &wish.what {
        What::Complaint { text: said, .. } => said.as_str(),
        What::LoadProfile
        | What::Readings
        | What::EnergyAmount
        | What::EnergyAndPeak
        | What::CalorificValue
        | What::Change
        | What::Apportioning
        | What::ReadingInBetween => "",
    };
    if partner.request_text.is_empty() {
        return Ok(ours(wish, &what, &period, remark, reference, text));
    }
    let values = [
        what,
        wish.location.clone(),
        wish.obis.clone(),
        period,
        called(partner).to_owned(),
        remark.to_owned(),
        reference.to_owned(),
    ];
    let fields: Vec<(&str, String)> = REQUEST_FIELDS.into_iter().zip(values).collect();
    Template::read(&partner.request_text, &REQUEST_FIELDS)?.fill(&fields)
}

fn ours(
    wish: &Wish,
    what: &str,
    period: &str,
    remark: &str,
    reference: &str,
    text: &Text,
) -> (String, String) {
    let subject = text.request_subject(what, &wish.location, reference);
    let mut body = text.request_text(what, &wish.location, period);
    if !wish.obis.is_empty() {
        body.push('\n');
        body += &text.request_obis(&wish.obis);
    }
    if !remark.is_empty() {
        body.push_str("\n\n");
        body += remark;
    }
    body.push_str("\n\n");
    body += &text.request_end(reference);
    body.push('\n');
    (subject, body)
}

fn what(what: &What, text: &Text) -> String {
    match what {
        What::LoadProfile => text.request_load_profile(),
        What::Readings | What::Change | What::ReadingInBetween => text.request_readings(),
        What::EnergyAmount | What::Apportioning => text.request_energy(),
        What::EnergyAndPeak => text.request_energy_and_peak(),
        What::CalorificValue => text.request_calorific_value(),
        What::Complaint { fault, .. } => match fault {
            Fault::Missing => text.request_missing(),
            Fault::TooHigh { document } => text.request_too_high(document),
            Fault::TooLow { document } => text.request_too_low(document),
        },
    }
}
