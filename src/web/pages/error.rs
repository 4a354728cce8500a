//! What is shown in place of a page.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;

use crate::query::{QueryError, VirtualFault};
use crate::series::computed::Unequal;
use crate::series::resample::{MOST_BUCKETS, Refused};
use crate::text::{Text, shorten};
use crate::web::Context;
use crate::web::pages::series::resolutions;
use crate::web::pages::{CELL_CHARACTERS, DoorError, PageError, Shell, Tab, html};

#[derive(Template)]
#[template(path = "error.html", config = "src/web/askama.toml")]
struct ErrorPage<'a> {
    shell: Shell<'a>,
    hint: String,
}

/// The answer to an address that leads nowhere.
pub(crate) async fn not_found(context: Data<Context>) -> HttpResponse {
    answer(&context.text, &PageError::NotFound)
}

/// The page of an error, with its status. What the store said goes to the log, not to the page.
pub(crate) fn answer(text: &Text, error: &PageError) -> HttpResponse {
    let (status, title, hint) = match error {
        PageError::NotFound => (
            StatusCode::NOT_FOUND,
            text.error_not_found(),
            text.error_not_found_hint(),
        ),
        PageError::NoSeries(id) => {
            let title = text.error_no_series(&id.to_string());
            (StatusCode::NOT_FOUND, title, text.error_not_found_hint())
        }
        PageError::BadAddress => (
            StatusCode::BAD_REQUEST,
            text.error_bad_address(),
            text.error_bad_address_hint(),
        ),
        PageError::BadPeriod => (
            StatusCode::BAD_REQUEST,
            text.error_bad_period(),
            text.error_bad_period_hint(),
        ),
        PageError::Unreadable(why) => (
            StatusCode::BAD_REQUEST,
            text.error_unreadable(),
            reason(why, text),
        ),
        PageError::Failed(why) => {
            tracing::error!(%why, "a page could not be shown");
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                text.error_failed(),
                text.error_failed_hint(),
            )
        }
        PageError::Door(error) => at_the_door(error, text),
    };
    page(text, status, title, hint)
}

/// A page that says one thing, and leads home.
pub(crate) fn page(text: &Text, status: StatusCode, title: String, hint: String) -> HttpResponse {
    let page = ErrorPage {
        shell: Shell::new(text, Tab::None, title, 0),
        hint,
    };
    html(status, page.render().unwrap_or_default())
}

/// Status, title and hint.
fn at_the_door(error: &DoorError, text: &Text) -> (StatusCode, String, String) {
    match error {
        DoorError::Forged => (
            StatusCode::FORBIDDEN,
            text.error_forged(),
            text.error_forged_hint(),
        ),
        DoorError::BadForm => (
            StatusCode::BAD_REQUEST,
            text.error_bad_form(),
            text.error_forged_hint(),
        ),
        DoorError::TooLarge => (
            StatusCode::PAYLOAD_TOO_LARGE,
            text.error_too_large(),
            text.error_too_large_hint(),
        ),
        DoorError::LinkOver => (
            StatusCode::GONE,
            text.setup_link_over(),
            text.setup_link_over_hint(),
        ),
        DoorError::Closed => (
            StatusCode::SERVICE_UNAVAILABLE,
            text.login_closed(),
            text.login_closed_hint(),
        ),
        DoorError::NoSession => (
            StatusCode::FORBIDDEN,
            text.accounts_no_session(),
            text.accounts_no_session_hint(),
        ),
        DoorError::Elsewhere(base_url) => (
            StatusCode::BAD_REQUEST,
            text.error_elsewhere(),
            text.error_elsewhere_hint(base_url),
        ),
    }
}

/// Why a series cannot be read as it was asked for.
fn reason(error: &QueryError, text: &Text) -> String {
    match error {
        QueryError::Store(_) => text.error_failed_hint(),
        QueryError::Refused { series, refused } => {
            text.refused(&shorten(series, CELL_CHARACTERS), &refusal(refused, text))
        }
        QueryError::Virtual { name, fault } => {
            text.virtual_refused(&shorten(name, CELL_CHARACTERS), &virtual_fault(fault, text))
        }
    }
}

fn refusal(refused: &Refused, text: &Text) -> String {
    match refused {
        Refused::Readings => text.refused_readings(),
        Refused::Timeless => text.refused_timeless(),
        Refused::NotAnAmount { unit } => text.refused_no_amount(&shorten(unit, CELL_CHARACTERS)),
        Refused::NoUnit => text.refused_no_unit(),
        Refused::Irregular => text.refused_irregular(),
        Refused::DoesNotFit(resolution) => {
            text.refused_does_not_fit(&resolutions::label(Some(*resolution), text))
        }
        Refused::TooLarge(from) => text.refused_too_large(&text.date_time(from.seconds())),
        Refused::TooMany => text.refused_too_many(MOST_BUCKETS as u64),
    }
}

fn virtual_fault(fault: &VirtualFault, text: &Text) -> String {
    let term = |term: &str| shorten(term, CELL_CHARACTERS);
    match fault {
        VirtualFault::Unknown(of) => text.virtual_unknown(&term(of)),
        VirtualFault::Ambiguous(of, count) => text.virtual_ambiguous(&term(of), *count as u64),
        VirtualFault::NoIntervals(of) => text.virtual_no_intervals(&term(of)),
        VirtualFault::Cycle => text.virtual_cycle(),
        VirtualFault::Unequal(Unequal::Lengths) => text.virtual_lengths(),
        VirtualFault::Unequal(Unequal::TooLarge(from)) => {
            text.virtual_too_large(&text.date_time(from.seconds()))
        }
    }
}
