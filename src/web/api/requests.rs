//! `/api/v1/requests`: asking for data, and what became of it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Path, Query};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::clock;
use crate::request::form::Form;
use crate::request::story::{Story, stories, story};
use crate::request::{Desk, RequestFault};
use crate::web::Context;
use crate::web::api::{Listed, Program, answer, refusal, work};

/// How a request is sent.
#[derive(Debug, Deserialize)]
pub(super) struct How {
    /// Only shows what would be sent.
    #[serde(default)]
    dry_run: bool,
}

/// `GET /api/v1/requests`: newest first.
pub(super) async fn list(context: Data<Context>, asked: Query<Listed>) -> HttpResponse {
    let (below, limit) = asked.bounds();
    let found = work(context, move |context| {
        stories(context.store.as_ref(), below, limit)
    });
    match found.await {
        Ok(found) => {
            let list: Vec<Value> = found.iter().map(Story::json).collect();
            answer(StatusCode::OK, &json!(list))
        }
        Err(failed) => failed,
    }
}

/// `GET /api/v1/requests/{number}`.
pub(super) async fn one(context: Data<Context>, number: Path<u64>) -> HttpResponse {
    let number = *number;
    match work(context, move |context| {
        story(context.store.as_ref(), number)
    })
    .await
    {
        Ok(Some(story)) => answer(StatusCode::OK, &story.json()),
        Ok(None) => refusal(StatusCode::NOT_FOUND, "no request has this number"),
        Err(failed) => failed,
    }
}

/// `POST /api/v1/requests`: a [`Form`] as JSON. 201 with the request's number when it is durable;
/// with `?dry_run=true` 200, and what would be sent.
pub(super) async fn ask(
    context: Data<Context>,
    program: Program,
    how: Query<How>,
    form: Json<Form>,
) -> HttpResponse {
    let unprocessable = |what: String| refusal(StatusCode::UNPROCESSABLE_ENTITY, &what);
    let zone = context.time_zone.clone();
    let wish = match form.wish(&zone) {
        Ok(wish) => wish,
        Err(fault) => return unprocessable(fault.to_string()),
    };
    let desk = Desk::new(&context.config.get(), zone);
    let refused = |fault: RequestFault| unprocessable(fault.to_string());
    if how.dry_run {
        return desk
            .preview(&wish, clock::now())
            .map_or_else(refused, |shown| {
                let shown =
                    json!({ "to": shown.to, "subject": shown.subject, "content": shown.content });
                answer(StatusCode::OK, &shown)
            });
    }
    let draft = match desk.draft(wish, clock::now()) {
        Ok(draft) => draft,
        Err(fault) => return refused(fault),
    };
    match context.ingest.dispatch(vec![draft]).await {
        Ok(numbers) => {
            tracing::info!(program = program.0, ?numbers, "a program asks for data");
            answer(StatusCode::CREATED, &json!({ "number": numbers.first() }))
        }
        Err(error) => {
            tracing::error!(%error, "a request could not be put into the outbox");
            let what = format!("{error}; nothing was sent, try again");
            refusal(StatusCode::SERVICE_UNAVAILABLE, &what)
        }
    }
}
