//! The HTTP server: addresses, routes, headers.

use std::io;
use std::net::{SocketAddr, TcpListener};

use actix_web::dev::{Server, ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::error::UrlencodedError;
use actix_web::middleware::{Compress, DefaultHeaders, Next, from_fn};
use actix_web::web::{Data, FormConfig, PathConfig, QueryConfig, ServiceConfig, scope};
use actix_web::{App, HttpServer, Route, guard};

use crate::config::web::Web;
use crate::web::pages::{self, DoorError, PageError, error};
use crate::web::sign_ins::SignIns;
use crate::web::{Context, api, assets, door, download, probes};

/// Bound addresses, before anything is served there.
#[derive(Debug)]
pub struct Listeners {
    pages: TcpListener,
    metrics: Option<TcpListener>,
}

impl Listeners {
    /// Binds the addresses of the configuration. Port 0 takes any free one.
    ///
    /// # Errors
    /// What the system says.
    pub fn bind(config: &Web) -> io::Result<Self> {
        let metrics = match config.metrics_listen.as_str() {
            "" => None,
            address => Some(TcpListener::bind(address)?),
        };
        Ok(Self {
            pages: TcpListener::bind(&config.listen)?,
            metrics,
        })
    }

    /// Where the pages are.
    ///
    /// # Errors
    /// What the system says.
    pub fn pages_address(&self) -> io::Result<SocketAddr> {
        self.pages.local_addr()
    }

    /// Where the metrics are, if they have an address of their own.
    ///
    /// # Errors
    /// What the system says.
    pub fn metrics_address(&self) -> io::Result<Option<SocketAddr>> {
        self.metrics
            .as_ref()
            .map(TcpListener::local_addr)
            .transpose()
    }

    /// Serves until the server's handle says stop. Signals are left to the caller. A stop waits for
    /// the requests in flight, one second at most.
    ///
    /// # Errors
    /// What the system says.
    pub fn serve(self, mut context: Context) -> io::Result<Server> {
        let text = context.text.as_ref().clone();
        context.text = std::sync::Arc::new(text.in_zone(context.time_zone.clone()));
        let context = Data::new(context);
        let sign_ins = Data::new(SignIns::default());
        let metrics_only = MetricsOnly(self.metrics_address()?);
        let mut server = HttpServer::new(move || {
            App::new()
                .app_data(context.clone())
                .app_data(sign_ins.clone())
                .app_data(metrics_only)
                .wrap(from_fn(door::sent_from_here))
                .wrap(from_fn(one_door))
                .wrap(Compress::default())
                .wrap(headers())
                .configure(routes)
        })
        .workers(WORKERS)
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .disable_signals()
        .listen(self.pages)?;
        if let Some(metrics) = self.metrics {
            server = server.listen(metrics)?;
        }
        Ok(server.run())
    }
}

/// The address that serves metrics and nothing else, if there is one.
#[derive(Clone, Copy)]
struct MetricsOnly(Option<SocketAddr>);

/// With an address of their own, metrics are there and nowhere else.
async fn one_door<B: actix_web::body::MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<actix_web::body::BoxBody>, actix_web::Error> {
    let is_for_metrics = request.path() == "/metrics";
    let door = request.app_data::<MetricsOnly>().and_then(|door| door.0);
    let is_refused = door.is_some_and(|door| {
        let is_at_door = request.app_config().local_addr() == door;
        is_at_door != is_for_metrics
    });
    if is_refused {
        return Ok(request.into_response(actix_web::HttpResponse::NotFound().finish()));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

fn routes(app: &mut ServiceConfig) {
    app.app_data(
        QueryConfig::default()
            .error_handler(|cause, request| refuse(cause, request, &PageError::BadAddress)),
    )
    .app_data(
        PathConfig::default()
            .error_handler(|cause, request| refuse(cause, request, &PageError::NotFound)),
    )
    .app_data(
        FormConfig::default()
            .limit(FORM_BYTES)
            .error_handler(|cause, request| {
                let is_too_large = matches!(cause, UrlencodedError::Overflow { .. });
                let error = if is_too_large {
                    DoorError::TooLarge
                } else {
                    DoorError::BadForm
                };
                refuse(cause, request, &error.into())
            }),
    )
    .route("/", get().to(pages::status::page))
    .route("/series", get().to(pages::series_list::page))
    .route("/series/{id}", get().to(pages::series::page))
    .route("/series/{id}/chart.svg", get().to(pages::series::chart))
    .route(
        "/series/{id}/values.{extension}",
        get().to(download::values),
    )
    .route("/gaps", get().to(pages::gaps::page))
    .route("/messages", get().to(pages::messages::page))
    .route("/reports", get().to(pages::reports::page))
    .route(
        "/reports/{name}.{ending}",
        get().to(pages::reports::preview),
    )
    .route("/outbox", get().to(pages::outbox::page))
    .route("/requests", get().to(pages::requests::page))
    .service(
        scope("/requests/new")
            .wrap(from_fn(door::administrator_only))
            .route("", get().to(pages::requests::form::page))
            .route("", post().to(pages::requests::form::sent)),
    )
    .route("/quarantine", get().to(pages::quarantine::page))
    .route(
        "/quarantine/{number}/content",
        get().to(download::quarantined),
    )
    .route("/login", get().to(pages::login::page))
    .route("/login", post().to(pages::login::log_in))
    .route("/logout", post().to(pages::login::log_out))
    .route("/setup", get().to(pages::login::setup_page))
    .route("/setup", post().to(pages::login::set_password))
    .route("/oauth/callback", get().to(pages::accounts::callback))
    .service(
        scope("/settings")
            .wrap(from_fn(door::administrator_only))
            .configure(settings),
    )
    .service(scope("/api/v1").configure(api::routes))
    .route("/healthz", get().to(probes::healthz))
    .route("/readyz", get().to(probes::readyz))
    .route("/metrics", get().to(probes::metrics))
    .route("/favicon.svg", get().to(assets::favicon))
    .route("/assets/style.css", get().to(assets::style))
    .route("/assets/copy.js", get().to(assets::script))
    .default_service(get().to(error::not_found));
}

/// What changes something: for the administrator.
fn settings(app: &mut ServiceConfig) {
    use pages::{accounts, outbox};
    app.route("", get().to(accounts::back))
        .route("/accounts", get().to(accounts::page))
        .route("/accounts", post().to(accounts::add))
        .route("/accounts/{name}", get().to(accounts::back))
        .route("/accounts/{name}", post().to(accounts::save))
        .route("/accounts/{name}/remove", post().to(accounts::remove))
        .route("/accounts/{name}/connect", post().to(accounts::connect))
        .route("/accounts/{name}/code", get().to(accounts::code_page))
        .route(
            "/accounts/{name}/disconnect",
            post().to(accounts::disconnect),
        )
        .route("/accounts/{name}/test", post().to(accounts::test))
        .route("/outbox/{number}/retry", post().to(outbox::retry))
        .route("/outbox/{number}/cancel", post().to(outbox::cancel))
        .route(
            "/outbox/{number}/{act:retry|cancel}",
            get().to(outbox::back),
        )
        .route(
            "/accounts/{name}/{act:connect|disconnect|test|remove}",
            get().to(accounts::back),
        );
}

/// Changing.
pub(crate) fn post() -> Route {
    actix_web::web::post()
}

/// Reading: GET and HEAD.
pub(crate) fn get() -> Route {
    Route::new().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// An address whose parts cannot be read, answered by a page like any other.
fn refuse<E: std::fmt::Debug + std::fmt::Display + 'static>(
    cause: E,
    request: &actix_web::HttpRequest,
    error: &PageError,
) -> actix_web::Error {
    let Some(context) = request.app_data::<Data<Context>>() else {
        return actix_web::error::ErrorBadRequest(cause.to_string());
    };
    InternalError::from_response(cause, error::answer(&context.text, error)).into()
}

/// Nothing is loaded from elsewhere, nothing is framed, and no script runs at all; a page that has
/// one says so itself.
fn headers() -> DefaultHeaders {
    DefaultHeaders::new()
        .add(("Content-Security-Policy", POLICY))
        .add(("X-Content-Type-Options", "nosniff"))
        .add(("X-Frame-Options", "DENY"))
        .add(("Referrer-Policy", "same-origin"))
        .add(("Cross-Origin-Resource-Policy", "same-origin"))
}

/// The policy of all pages.
pub(crate) const POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// A form has a secret, two IDs and an address.
const FORM_BYTES: usize = 16 << 10;
/// Pages are few and small; the processors belong to the parser.
const WORKERS: usize = 2;
/// A service manager waits ten seconds before it kills, and the pollers have had eight of them.
const SHUTDOWN_SECONDS: u64 = 1;
