//! `/api/v1/outbox`: mails of ours, and whether they go.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::clock;
use crate::ingest::IngestError;
use crate::outbox::history::rejected;
use crate::outbox::told::told;
use crate::store::outbox::Step;
use crate::store::{Store, StoreError};
use crate::web::Context;
use crate::web::api::{Listed, Program, answer, refusal, work};

/// Which mails are wanted.
#[derive(Debug, Deserialize)]
pub(super) struct Which {
    /// Only those that partners rejected, or refused.
    #[serde(default)]
    rejected: bool,
}

/// `GET /api/v1/outbox`: newest first.
pub(super) async fn list(
    context: Data<Context>,
    asked: Query<Listed>,
    which: Query<Which>,
) -> HttpResponse {
    let (below, limit) = asked.bounds();
    let found = work(context, move |context| {
        let store = context.store.as_ref();
        let now = clock::now();
        let mails = if which.rejected {
            rejected(store, below, limit)?
        } else {
            store.outbox(below, limit)?
        };
        let mails = mails.into_iter();
        mails
            .map(|(number, mail)| told(store, number, &mail, now))
            .collect::<Result<Vec<Value>, StoreError>>()
    });
    match found.await {
        Ok(list) => answer(StatusCode::OK, &json!(list)),
        Err(failed) => failed,
    }
}

/// `GET /api/v1/outbox/{number}`.
pub(super) async fn one(context: Data<Context>, number: Path<u64>) -> HttpResponse {
    tell(context, *number).await
}

/// `POST /api/v1/outbox/{number}/retry`.
pub(super) async fn retry(
    context: Data<Context>,
    program: Program,
    number: Path<u64>,
) -> HttpResponse {
    step(context, &program, *number, Step::Retry).await
}

/// `POST /api/v1/outbox/{number}/cancel`.
pub(super) async fn cancel(
    context: Data<Context>,
    program: Program,
    number: Path<u64>,
) -> HttpResponse {
    step(context, &program, *number, Step::Cancel).await
}

async fn step(context: Data<Context>, program: &Program, number: u64, step: Step) -> HttpResponse {
    let what = format!("{step:?}");
    match context.ingest.step(number, step).await {
        Ok(()) => {
            tracing::info!(
                program = program.0,
                number,
                what,
                "a program changes the outbox"
            );
            tell(context, number).await
        }
        Err(error @ IngestError::NoSuchMail(_)) => {
            refusal(StatusCode::NOT_FOUND, &error.to_string())
        }
        Err(error @ IngestError::Refused { .. }) => {
            refusal(StatusCode::CONFLICT, &error.to_string())
        }
        Err(error) => {
            tracing::error!(%error, number, "a mail of ours could not be changed");
            refusal(StatusCode::SERVICE_UNAVAILABLE, &error.to_string())
        }
    }
}

async fn tell(context: Data<Context>, number: u64) -> HttpResponse {
    let found = work(context, move |context| {
        let store: &dyn Store = context.store.as_ref();
        let mail = store.outbox_record(number)?;
        let told = mail.map(|mail| told(store, number, &mail, clock::now()));
        told.transpose()
    });
    match found.await {
        Ok(Some(mail)) => answer(StatusCode::OK, &mail),
        Ok(None) => refusal(StatusCode::NOT_FOUND, "no mail of ours has this number"),
        Err(failed) => failed,
    }
}
