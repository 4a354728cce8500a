//! One request, one answer, within bounds.

use std::net::IpAddr;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use oauth2::http::{Uri, header};
use oauth2::url::form_urlencoded;
use oauth2::{HttpRequest, HttpResponse};
use reqwest::redirect::Policy;
use reqwest::{Client, Request, Response};

use crate::market::calendar::UtcTime;
use crate::net::causes;
use crate::oauth::{Fault, OauthError};

/// The way to the authority: HTTPS (plain only to this machine), no redirects, bounded in time and
/// size. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Wire {
    client: Client,
}

impl Wire {
    /// With the usual limit of time.
    ///
    /// # Errors
    /// [`OauthError::Unreachable`] if the system's certificates cannot be used.
    pub fn new() -> Result<Self, OauthError> {
        Self::within(ANSWER_LIMIT)
    }

    /// The same with another limit for a whole answer.
    ///
    /// # Errors
    /// As [`Wire::new`].
    pub fn within(limit: Duration) -> Result<Self, OauthError> {
        let client = Client::builder()
            .connect_timeout(CONNECT_LIMIT.min(limit))
            .timeout(limit)
            // A secret is for the one who was named, not for whom that one names.
            .redirect(Policy::none())
            .user_agent(concat!("mscons-gateway/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| OauthError::Unreachable {
                host: "the authority".to_owned(),
                what: causes(&error),
            })?;
        Ok(Self { client })
    }

    /// What the crate `oauth2` sends its requests by. Its futures are boxed and borrow nothing:
    /// else the compiler cannot see that a task may hold them.
    pub(super) fn sender(
        &self,
        now: UtcTime,
    ) -> impl Fn(HttpRequest) -> BoxFuture<'static, Result<HttpResponse, OauthError>> + use<> {
        let wire = self.clone();
        move |request| {
            let wire = wire.clone();
            async move { wire.send(request, now).await }.boxed()
        }
    }

    /// Sends a request; gives the answer if it is a good one, of JSON.
    ///
    /// # Errors
    /// [`OauthError::Unreachable`]; [`OauthError::Unreadable`], also for a redirect or a refusal
    /// without a reason: that is a proxy's, or a network's that wants a sign-in first, and passes;
    /// [`OauthError::Refused`].
    pub(super) async fn send(
        &self,
        request: HttpRequest,
        now: UtcTime,
    ) -> Result<HttpResponse, OauthError> {
        let host = host(request.uri());
        let unreachable = |what: String| OauthError::Unreachable {
            host: host.clone(),
            what,
        };
        let unreadable = |what: &str| OauthError::Unreadable {
            host: host.clone(),
            what: what.to_owned(),
        };
        if !is_safe(request.uri()) {
            return Err(unreachable("secrets go over https only".to_owned()));
        }
        let sent = request.body().clone();
        let request = Request::try_from(request).map_err(|error| unreachable(causes(&error)))?;
        let answer = self.client.execute(request).await;
        let answer = answer.map_err(|error| unreachable(causes(&error.without_url())))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = body(answer).await.map_err(|error| match error {
            BodyError::TooLong => unreadable("it is longer than 64 KiB"),
            BodyError::Broken(error) => unreachable(causes(&error.without_url())),
        })?;
        if !status.is_success() {
            let fault = Fault::read(status, &headers, &body, now);
            if fault.says_nothing() {
                return Err(unreadable(&format!("{NO_ANSWER} ({status})")));
            }
            let secrets: Vec<String> = secrets_in(&sent).collect();
            let fault = fault.without(secrets.iter().map(String::as_str));
            return Err(OauthError::Refused(Box::new(fault)));
        }
        let kind = headers.get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.to_ascii_lowercase().starts_with("application/json") {
            return Err(unreadable(NO_ANSWER));
        }
        let mut response = HttpResponse::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}

enum BodyError {
    TooLong,
    Broken(reqwest::Error),
}

async fn body(mut answer: Response) -> Result<Vec<u8>, BodyError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(BodyError::Broken)? {
        if body.len() + chunk.len() > ANSWER_BYTES {
            return Err(BodyError::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// What of a form must not be repeated.
fn secrets_in(form: &[u8]) -> impl Iterator<Item = String> {
    let is_secret = |name: &str| SECRET_FIELDS.contains(&name);
    form_urlencoded::parse(form)
        .filter(move |(name, _)| is_secret(name))
        .map(|(_, value)| value.into_owned())
}

fn is_safe(uri: &Uri) -> bool {
    uri.scheme_str() == Some("https") || is_this_machine(&host(uri))
}

/// Whether a host is this machine.
pub(super) fn is_this_machine(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

fn host(uri: &Uri) -> String {
    uri.host().unwrap_or("the authority").to_owned()
}

const NO_ANSWER: &str =
    "it is no answer of OAuth, but perhaps the page of a proxy or of a network's sign-in";
const SECRET_FIELDS: [&str; 6] = [
    "client_secret",
    "client_assertion",
    "refresh_token",
    "code",
    "code_verifier",
    "device_code",
];
/// A server on another continent answers within a second.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Microsoft's token endpoint answers within seconds, also where it is busy.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);
/// An access token has 4 KiB at most, a refresh token 2, an `id_token` 2.
const ANSWER_BYTES: usize = 64 << 10;
