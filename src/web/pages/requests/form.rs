//! `/requests/new`: the administrator asks for data, and sees before what would be sent.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use crate::clock;
use crate::config::Gateway;
use crate::message::orders::RequestError;
use crate::request::form::{Field, Form, FormFault, Subject};
use crate::request::{Desk, Preview, RequestFault};
use crate::text::Text;
use crate::web::Context;
use crate::web::door::{Fields, Signed, Visitor, see};
use crate::web::pages::{PageError, Shell, Tab, error, html};

#[derive(Template)]
#[template(path = "requests/form.html", config = "src/web/askama.toml")]
struct FormPage<'a> {
    shell: Shell<'a>,
    form_token: &'a str,
    /// Why it cannot be asked so; empty if it can.
    fault: String,
    /// What would be sent.
    preview: Option<Preview>,
    form: &'a Form,
    /// Value, name, whether chosen.
    partners: Vec<(String, String, bool)>,
    /// The same.
    subjects: Vec<(&'static str, String, bool)>,
}

/// What the address may hold: fields of the form that are known already, such as those of a gap.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Known {
    partner: String,
    location: String,
    obis: String,
    from: String,
    to: String,
}

/// `GET /requests/new`.
pub(crate) async fn page(
    context: Data<Context>,
    visitor: Visitor,
    known: Query<Known>,
) -> HttpResponse {
    let Known {
        partner,
        location,
        obis,
        from,
        to,
    } = known.into_inner();
    let form = Form {
        partner,
        location,
        obis,
        from,
        to,
        ..Form::default()
    };
    let config = context.config.get();
    let said = Said::default();
    show(&context.text, &config, &visitor, &form, said)
}

/// `POST /requests/new`: shows what would be sent or, once that was seen, sends it.
pub(crate) async fn sent(context: Data<Context>, signed: Signed) -> HttpResponse {
    let Signed { visitor, fields } = signed;
    let form = read(&fields);
    let (text, config) = (&context.text, context.config.get());
    let refused = |fault: String| {
        let said = Said {
            fault,
            ..Said::default()
        };
        show(text, &config, &visitor, &form, said)
    };
    let wish = match form.wish(&context.time_zone) {
        Ok(wish) => wish,
        Err(fault) => return refused(of_form(&fault, text)),
    };
    let desk = Desk::new(&config, context.time_zone.clone());
    let preview = match desk.preview(&wish, clock::now()) {
        Ok(preview) => preview,
        Err(fault) => return refused(of_request(&fault, text)),
    };
    if fields.get("act") != "send" {
        let said = Said {
            preview: Some(preview),
            ..Said::default()
        };
        return show(text, &config, &visitor, &form, said);
    }
    let draft = match desk.draft(wish, clock::now()) {
        Ok(draft) => draft,
        Err(fault) => return refused(of_request(&fault, text)),
    };
    match context.ingest.dispatch(vec![draft]).await {
        Ok(numbers) => {
            let number = numbers.first().copied().unwrap_or_default();
            tracing::info!(number, "the administrator asks for data");
            see(&format!("/requests?asked={number}"))
        }
        Err(failed) => error::answer(text, &PageError::Failed(failed.to_string())),
    }
}

fn read(fields: &Fields) -> Form {
    let text = |name: &str| fields.get(name).to_owned();
    Form {
        partner: text("partner"),
        location: text("location"),
        obis: text("obis"),
        from: text("from"),
        to: text("to"),
        at: text("at"),
        values: Subject::of(fields.get("values")).unwrap_or_default(),
        document: text("document"),
        text: text("text"),
    }
}

/// What the page says of the form.
#[derive(Default)]
struct Said {
    fault: String,
    preview: Option<Preview>,
}

fn show(text: &Text, config: &Gateway, visitor: &Visitor, form: &Form, said: Said) -> HttpResponse {
    let is_wrong = !said.fault.is_empty();
    let partners = config.partner.iter().map(|one| {
        let name = if one.name.is_empty() {
            &one.id
        } else {
            &one.name
        };
        let is_chosen = form.partner == one.id || form.partner == one.name;
        (one.id.clone(), name.clone(), is_chosen)
    });
    let subjects = Subject::ALL.map(|one| (one.name(), subject(one, text), one == form.values));
    let shell = Shell::new(text, Tab::Outbox, text.requests_new(), 0);
    let page = FormPage {
        shell: shell.of(&visitor.form_token),
        form_token: &visitor.form_token,
        fault: said.fault,
        preview: said.preview,
        form,
        partners: partners.collect(),
        subjects: subjects.into(),
    };
    let status = if is_wrong {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    match page.render() {
        Ok(page) => html(status, page),
        Err(fault) => error::answer(text, &PageError::Failed(fault.to_string())),
    }
}

fn subject(subject: Subject, text: &Text) -> String {
    match subject {
        Subject::LoadProfile => text.request_load_profile(),
        Subject::Readings => text.request_readings(),
        Subject::Energy => text.request_energy(),
        Subject::EnergyAndPeak => text.request_energy_and_peak(),
        Subject::CalorificValue => text.request_calorific_value(),
        Subject::Change => text.requests_change(),
        Subject::Apportioning => text.requests_apportioning(),
        Subject::ReadingInBetween => text.requests_reading_in_between(),
        Subject::Missing => text.requests_missing(),
        Subject::TooHigh => text.requests_too_high(),
        Subject::TooLow => text.requests_too_low(),
    }
}

fn label(field: Field, text: &Text) -> String {
    match field {
        Field::Partner => text.requests_partner(),
        Field::Location => text.requests_location(),
        Field::From => text.requests_from(),
        Field::To => text.requests_to(),
        Field::At => text.requests_at(),
        Field::Document => text.requests_document(),
    }
}

fn of_form(fault: &FormFault, text: &Text) -> String {
    match fault {
        FormFault::Missing(field) => text.requests_fault_missing(&label(*field, text)),
        FormFault::NoTime { field, .. } => text.requests_fault_time(&label(*field, text)),
        FormFault::WantsInstant => text.requests_fault_instant(),
        FormFault::WantsPeriod => text.requests_fault_period(),
        FormFault::Backwards => text.requests_fault_backwards(),
    }
}

/// What a person at the form can mend is said in the page's language; the market's rules and the
/// faults of the configuration as commands say them.
fn of_request(fault: &RequestFault, text: &Text) -> String {
    match fault {
        RequestFault::NoServer => text.requests_fault_no_server(),
        RequestFault::CheckDigit { location }
        | RequestFault::Orders(RequestError::CheckDigit { location }) => {
            text.requests_fault_check_digit(location)
        }
        RequestFault::Orders(RequestError::NotOver { until, .. }) => {
            text.requests_fault_not_over(&text.date_time(until.seconds()))
        }
        RequestFault::UnknownPartner { .. }
        | RequestFault::NoAddress { .. }
        | RequestFault::NoParty { .. }
        | RequestFault::NoSector { .. }
        | RequestFault::Period(_)
        | RequestFault::Orders(_)
        | RequestFault::Unwritable(_) => text.requests_fault_other(&fault.to_string()),
    }
}
