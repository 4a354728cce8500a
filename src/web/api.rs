//! `/api/v1`: what programs read and do. Reading is open as the pages are; what changes something
//! needs the token of an `[[api_token]]`.
//!
//! An answer is JSON. One that is no success is `{"error": "…"}`, with what to do.

mod outbox;
mod requests;

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, JsonConfig, ServiceConfig};
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse};
use ring::digest::{SHA256, digest};
use serde::Deserialize;
use serde_json::{Value, json};
use std::future::{Ready, ready};

use crate::store::StoreError;
use crate::web::Context;
use crate::web::server::{get, post};

/// The routes.
pub(crate) fn routes(app: &mut ServiceConfig) {
    app.app_data(
        JsonConfig::default()
            .limit(BODY_BYTES)
            .error_handler(|cause, _| {
                let answer = refusal(StatusCode::BAD_REQUEST, &cause.to_string());
                InternalError::from_response(cause, answer).into()
            }),
    )
    .route("/requests", get().to(requests::list))
    .route("/requests", post().to(requests::ask))
    .route("/requests/{number}", get().to(requests::one))
    .route("/outbox", get().to(outbox::list))
    .route("/outbox/{number}", get().to(outbox::one))
    .route("/outbox/{number}/retry", post().to(outbox::retry))
    .route("/outbox/{number}/cancel", post().to(outbox::cancel))
    .default_service(get().to(nowhere));
}

/// Which entries of a list are wanted.
#[derive(Debug, Deserialize)]
struct Listed {
    /// Only those below this number.
    below: Option<u64>,
    /// At most so many.
    limit: Option<usize>,
}

impl Listed {
    /// Below which number, and how many at most.
    fn bounds(&self) -> (u64, usize) {
        let limit = self.limit.unwrap_or(USUAL).clamp(1, MOST);
        (self.below.unwrap_or(u64::MAX), limit)
    }
}

/// A program that showed its token; gives its name.
pub(crate) struct Program(pub(crate) String);

impl FromRequest for Program {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(known(request).map(Self).ok_or_else(|| {
            let mut answer = refusal(StatusCode::UNAUTHORIZED, NO_TOKEN);
            let challenge = header::HeaderValue::from_static("Bearer");
            answer
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
            InternalError::from_response("no token", answer).into()
        }))
    }
}

/// Who sent a request. Hashes are compared, so that the time that it takes tells nothing of a token.
fn known(request: &HttpRequest) -> Option<String> {
    let given = request
        .headers()
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?;
    let (scheme, token) = given.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let hash = |text: &str| digest(&SHA256, text.as_bytes());
    let given = hash(token.trim());
    let config = request.app_data::<Data<Context>>()?.config.get();
    let mut tokens = config.api_token.iter();
    let found = tokens.find(|one| hash(one.token.reveal()).as_ref() == given.as_ref());
    found.map(|one| one.name.clone())
}

fn answer(status: StatusCode, body: &Value) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(body)
}

fn refusal(status: StatusCode, what: &str) -> HttpResponse {
    answer(status, &json!({ "error": what }))
}

/// Runs work that may block.
async fn work<T: Send + 'static>(
    context: Data<Context>,
    work: impl FnOnce(&Context) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, HttpResponse> {
    let done = actix_web::web::block(move || work(&context)).await;
    let what = match done {
        Ok(Ok(done)) => return Ok(done),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "the work panicked".to_owned(),
    };
    tracing::error!(what, "a program could not be answered");
    Err(refusal(StatusCode::INTERNAL_SERVER_ERROR, FAILED))
}

async fn nowhere() -> HttpResponse {
    refusal(
        StatusCode::NOT_FOUND,
        "there is nothing at this address; docs/API.md has those that there are",
    )
}

const NO_TOKEN: &str =
    "this changes something: send `Authorization: Bearer …` with the token of an [[api_token]]";
const FAILED: &str = "the store cannot be read; the gateway's log says why";
/// A request has a few fields of a line.
const BODY_BYTES: usize = 16 << 10;
/// Entries of a list, if nobody says how many.
const USUAL: usize = 50;
const MOST: usize = 1_000;
