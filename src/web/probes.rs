//! `/healthz`, `/readyz`, `/metrics`: what machines ask.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;

use crate::clock;
use crate::metrics;
use crate::web::Context;

#[derive(Serialize)]
struct Readiness {
    ready: bool,
    reasons: Vec<String>,
}

/// The process lives and answers.
pub(crate) async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "ok" }))
}

/// Whether the gateway does its work; if not, 503 and why.
pub(crate) async fn readyz(context: Data<Context>) -> HttpResponse {
    let reasons = context.health.snapshot().reasons_not_ready(clock::now());
    let ready = reasons.is_empty();
    let mut answer = if ready {
        HttpResponse::Ok()
    } else {
        HttpResponse::ServiceUnavailable()
    };
    answer.json(Readiness { ready, reasons })
}

/// The metrics in Prometheus' text format. What the store holds is counted at each scrape.
pub(crate) async fn metrics(context: Data<Context>) -> HttpResponse {
    let counted = context.clone();
    match actix_web::web::block(move || counted.totals()).await {
        Ok(Ok(totals)) => {
            metrics::quarantine_size(totals.quarantine);
            metrics::series(totals.series);
            metrics::store_bytes(totals.database_bytes.saturating_add(totals.archive_bytes));
        }
        Ok(Err(error)) => tracing::error!(%error, "the store could not be counted"),
        Err(error) => tracing::error!(%error, "counting the store panicked"),
    }
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(context.metrics.render())
}
