//! `/settings/accounts`: the Microsoft accounts, their registration, and how they are connected.

mod acts;
mod callback;
mod change;
mod code;
mod form;
mod sight;
mod view;

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use crate::web::Context;
use crate::web::door::{Visitor, see};
use crate::web::pages::accounts::sight::gather;
use crate::web::pages::accounts::view::{Said, view};
use crate::web::pages::{PageError, error, html};
use crate::web::server::POLICY;

pub(crate) use acts::{connect, disconnect, test};
pub(crate) use callback::callback;
pub(crate) use change::{add, remove, save};
pub(crate) use code::page as code_page;

/// What the address of the page may hold.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    notice: String,
    account: String,
}

/// `GET` of what is sent by forms alone: a browser that asks for the address of an answer again.
pub(crate) async fn back() -> HttpResponse {
    see("/settings/accounts")
}

/// `GET /settings/accounts`.
pub(crate) async fn page(
    context: Data<Context>,
    visitor: Visitor,
    asked: Query<Asked>,
) -> HttpResponse {
    let asked = asked.into_inner();
    let said = Said::Notice(asked.notice, asked.account);
    answer(context, visitor, StatusCode::OK, said).await
}

async fn answer(
    context: Data<Context>,
    visitor: Visitor,
    status: StatusCode,
    said: Said,
) -> HttpResponse {
    let shared = context.clone();
    let page = actix_web::web::block(move || {
        let sight = gather(&shared);
        let base_url = shared.administrator.base_url();
        let page = view(&sight, &said, &visitor.form_token, base_url, &shared.text);
        page.render()
    });
    match page.await {
        Ok(Ok(page)) => {
            let mut answer = html(status, page);
            // The one page with a script, of a few lines and our own.
            let policy = header::HeaderValue::from_str(&format!("{POLICY}; script-src 'self'"));
            if let Ok(policy) = policy {
                let headers = answer.headers_mut();
                headers.insert(header::CONTENT_SECURITY_POLICY, policy);
            }
            answer
        }
        Ok(Err(fault)) => error::answer(&context.text, &PageError::Failed(fault.to_string())),
        Err(fault) => error::answer(&context.text, &PageError::Failed(fault.to_string())),
    }
}
