//! A request for people.

use crate::request::{Fault, What, Wish};
use crate::text::Text;

/// Subject and text of a mail that asks in words.
pub(super) fn request(wish: &Wish, reference: &str, text: &Text) -> (String, String) {
    let from = text.date_time(wish.from.seconds());
    let period = if wish.what.is_instant() {
        from
    } else {
        text.request_period(&from, &text.date_time(wish.to.seconds()))
    };
    let what = what(&wish.what, text);
    let subject = text.request_subject(&what, &wish.location, reference);
    let mut body = text.request_text(&what, &wish.location, &period);
    if !wish.obis.is_empty() {
        body.push('\n');
        body += &text.request_obis(&wish.obis);
    }
    if let What::Complaint { text: said, .. } = &wish.what
        && !said.is_empty()
    {
        body.push_str("\n\n");
        body += said;
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
