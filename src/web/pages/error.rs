//! What is shown in place of a page.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;

use crate::text::Text;
use crate::web::Context;
use crate::web::pages::{PageError, Shell, Tab, html};

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
        PageError::BadPeriod => (
            StatusCode::BAD_REQUEST,
            text.error_bad_period(),
            text.error_bad_period_hint(),
        ),
        PageError::Unreadable(why) => (
            StatusCode::BAD_REQUEST,
            text.error_unreadable(),
            why.clone(),
        ),
        PageError::Failed(why) => {
            tracing::error!(%why, "a page could not be shown");
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                text.error_failed(),
                text.error_failed_hint(),
            )
        }
    };
    let page = ErrorPage {
        shell: Shell::new(text, Tab::None, title, 0),
        hint,
    };
    html(status, page.render().unwrap_or_default())
}
