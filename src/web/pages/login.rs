//! `/login`, `/logout`, `/setup`: the administrator comes, goes, and sets the password.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::access::password;
use crate::text::Text;
use crate::web::Context;
use crate::web::administrator::{AccessError, LogIn};
use crate::web::door::{
    FIRST_PAGE, Fields, Signed, cookie, destination, keeps_cookie, no_cookie, see,
};
use crate::web::pages::{DoorError, Shell, Tab, error, html};

#[derive(Template)]
#[template(path = "login.html", config = "src/web/askama.toml")]
struct LoginPage<'a> {
    shell: Shell<'a>,
    /// Where it leads.
    to: &'a str,
    /// What was wrong; empty if nothing was.
    fault: String,
}

#[derive(Template)]
#[template(path = "setup.html", config = "src/web/askama.toml")]
struct SetupPage<'a> {
    shell: Shell<'a>,
    token: &'a str,
    fault: String,
}

/// What the address of `/login` may hold.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    to: String,
}

/// What the address of `/setup` holds.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Link {
    token: String,
}

/// `GET /login`.
pub(crate) async fn page(context: Data<Context>, asked: Query<Asked>) -> HttpResponse {
    login(StatusCode::OK, &context.text, &asked.to, String::new())
}

/// `POST /login`.
pub(crate) async fn log_in(
    context: Data<Context>,
    request: HttpRequest,
    fields: Fields,
) -> HttpResponse {
    if let Some(elsewhere) = elsewhere(&context, &request) {
        return elsewhere;
    }
    let (text, administrator) = (&context.text, &context.administrator);
    let password = Zeroizing::new(fields.exact("password").unwrap_or_default().to_owned());
    match administrator.log_in(password, address(&request)).await {
        Ok(LogIn::Welcome(session)) => {
            let mut answer = see(destination(fields.get("to")));
            set(&mut answer, cookie(&session, administrator.base_url()));
            answer
        }
        Ok(LogIn::Wrong) => {
            let to = fields.get("to");
            login(StatusCode::UNAUTHORIZED, text, to, text.login_wrong())
        }
        Ok(LogIn::TooSoon(wait)) => {
            let seconds = whole_seconds(wait);
            let fault = text.login_too_soon(seconds);
            let mut answer = login(StatusCode::TOO_MANY_REQUESTS, text, fields.get("to"), fault);
            set(&mut answer, (header::RETRY_AFTER, seconds.to_string()));
            answer
        }
        Err(error) => closed(text, &error),
    }
}

/// `POST /logout`.
pub(crate) async fn log_out(context: Data<Context>, signed: Signed) -> HttpResponse {
    context.administrator.log_out(signed.visitor.id);
    let mut answer = see("/");
    set(&mut answer, no_cookie());
    answer
}

/// `GET /setup`. Looking at it uses nothing up.
pub(crate) async fn setup_page(context: Data<Context>, link: Query<Link>) -> HttpResponse {
    if context.administrator.is_open(&link.token) {
        setup(StatusCode::OK, &context.text, &link.token, String::new())
    } else {
        error::answer(&context.text, &DoorError::LinkOver.into())
    }
}

/// `POST /setup`.
pub(crate) async fn set_password(
    context: Data<Context>,
    request: HttpRequest,
    fields: Fields,
) -> HttpResponse {
    if let Some(elsewhere) = elsewhere(&context, &request) {
        return elsewhere;
    }
    let (text, administrator) = (&context.text, &context.administrator);
    let token = fields.get("token");
    if !administrator.is_open(token) {
        return error::answer(text, &DoorError::LinkOver.into());
    }
    let password = fields.exact("password").unwrap_or_default();
    if !password::fits(password) {
        let fault = text.setup_length(LEAST, MOST);
        return setup(StatusCode::UNPROCESSABLE_ENTITY, text, token, fault);
    }
    if fields.exact("repeated") != Some(password) {
        return setup(
            StatusCode::UNPROCESSABLE_ENTITY,
            text,
            token,
            text.setup_differ(),
        );
    }
    let password = Zeroizing::new(password.to_owned());
    match administrator
        .set_password(token, password, address(&request))
        .await
    {
        Ok(Some(session)) => {
            let mut answer = see(FIRST_PAGE);
            set(&mut answer, cookie(&session, administrator.base_url()));
            answer
        }
        Ok(None) => error::answer(text, &DoorError::LinkOver.into()),
        Err(error) => closed(text, &error),
    }
}

fn login(status: StatusCode, text: &Text, to: &str, fault: String) -> HttpResponse {
    let page = LoginPage {
        shell: Shell::new(text, Tab::Settings, text.login_title(), 0),
        to: destination(to),
        fault,
    };
    html(status, page.render().unwrap_or_default())
}

fn setup(status: StatusCode, text: &Text, token: &str, fault: String) -> HttpResponse {
    let page = SetupPage {
        shell: Shell::new(text, Tab::Settings, text.setup_title(), 0),
        token,
        fault,
    };
    html(status, page.render().unwrap_or_default())
}

/// Nobody can be let in: the log says why, since the reader of the page may be anybody.
fn closed(text: &Text, error: &AccessError) -> HttpResponse {
    tracing::error!(%error, "the administrator cannot be let in");
    error::answer(text, &DoorError::Closed.into())
}

/// The answer where the cookie of a session would not come back.
fn elsewhere(context: &Context, request: &HttpRequest) -> Option<HttpResponse> {
    let base_url = context.administrator.base_url();
    let elsewhere = || DoorError::Elsewhere(base_url.to_owned()).into();
    let is_lost = !keeps_cookie(request.headers(), base_url);
    is_lost.then(|| error::answer(&context.text, &elsewhere()))
}

fn address(request: &HttpRequest) -> IpAddr {
    let peer = request.peer_addr().map(|peer| peer.ip());
    peer.unwrap_or(Ipv4Addr::UNSPECIFIED.into())
}

fn set(answer: &mut HttpResponse, (name, value): (header::HeaderName, String)) {
    if let Ok(value) = header::HeaderValue::from_str(&value) {
        answer.headers_mut().append(name, value);
    }
}

/// Rounded up: who comes after so many is not too soon again.
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

const LEAST: u64 = *password::LENGTH.start() as u64;
const MOST: u64 = *password::LENGTH.end() as u64;
