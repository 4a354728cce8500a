//! Who comes in: sessions and their cookie, forms, and where they were sent from.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::middleware::Next;
use actix_web::web::{Data, Form};
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse};
use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, Ready, ready};
use zeroize::Zeroize;

use crate::access::sessions::{LONGEST, SessionId};
use crate::web::Context;
use crate::web::pages::{DoorError, error};

/// The administrator, logged in.
pub(crate) struct Visitor {
    /// Of this session.
    pub(crate) id: SessionId,
    /// What stands in each of the session's forms.
    pub(crate) form_token: String,
}

impl Visitor {
    fn of(request: &HttpRequest) -> Option<Self> {
        let administrator = &request.app_data::<Data<Context>>()?.administrator;
        // Another port of the same host may have set a cookie of this name, too.
        let id = cookies(request.headers()).find_map(|cookie| administrator.session(cookie))?;
        Some(Self {
            id,
            form_token: administrator.form_token(id),
        })
    }
}

impl FromRequest for Visitor {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let visitor = Self::of(request);
        ready(visitor.ok_or_else(|| refused(to_login(request))))
    }
}

/// The fields of a form. Wiped from memory when they are dropped: a password may be among them.
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// A field, without what a hand leaves around it; `None` if the form has none of this name.
    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        self.exact(name).map(str::trim)
    }

    /// The same, as it was sent.
    pub(crate) fn exact(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The same; empty if there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default()
    }
}

impl Drop for Fields {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(|(_, value)| value.zeroize());
    }
}

impl FromRequest for Fields {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let form = Form::<Vec<(String, String)>>::from_request(request, payload);
        async move { Ok(Self(form.await?.into_inner())) }.boxed_local()
    }
}

/// A form of the administrator's session: no other site, and no other session, can send it.
pub(crate) struct Signed {
    /// Who sent it.
    pub(crate) visitor: Visitor,
    /// What it says.
    pub(crate) fields: Fields,
}

impl FromRequest for Signed {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let visitor = Visitor::from_request(request, payload);
        let fields = Fields::from_request(request, payload);
        let request = request.clone();
        async move {
            let (visitor, fields) = (visitor.await?, fields.await?);
            let context = request.app_data::<Data<Context>>();
            let token = fields.exact(FORM_TOKEN).unwrap_or_default();
            let is_ours = |context: &&Data<Context>| {
                let administrator = &context.administrator;
                administrator.is_form_of(visitor.id, token)
            };
            match context {
                Some(context) if is_ours(&context) => Ok(Self { visitor, fields }),
                Some(context) => Err(refused(error::answer(
                    &context.text,
                    &DoorError::Forged.into(),
                ))),
                None => Err(refused(HttpResponse::Forbidden().finish())),
            }
        }
        .boxed_local()
    }
}

/// Lets nobody but the administrator further.
pub(crate) async fn administrator_only<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if Visitor::of(request.request()).is_none() {
        let answer = to_login(request.request());
        return Ok(request.into_response(answer));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Refuses what changes something and was sent from the page of another site. Programs that are no
/// browsers tell nothing of where they are, and hold nobody's cookies.
pub(crate) async fn sent_from_here<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if !request.method().is_safe()
        && let Some(context) = request.app_data::<Data<Context>>()
        && !is_from_here(request.headers(), context.administrator.base_url())
    {
        let base_url = context.administrator.base_url();
        let error = if has_lost_its_scheme(request.headers(), base_url) {
            DoorError::Elsewhere(base_url.to_owned())
        } else {
            DoorError::Forged
        };
        let answer = error::answer(&context.text, &error.into());
        return Ok(request.into_response(answer));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Whether a request comes from a page of ours, as far as its browser tells.
fn is_from_here(headers: &HeaderMap, base_url: &str) -> bool {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let site = text(HeaderName::from_static("sec-fetch-site"));
    if site.is_some_and(|site| !["same-origin", "none"].contains(&site)) {
        return false;
    }
    let Some(origin) = text(header::ORIGIN) else {
        return true;
    };
    // Where a proxy stands between, only `base_url` knows the name that the browser sees. Under that
    // name its scheme counts, too: what is on the line in plain text can be anybody's.
    let (origin, ours) = (
        origin.to_ascii_lowercase(),
        origin_of(base_url).to_ascii_lowercase(),
    );
    let host = host_of(&origin);
    let is_by_another_name = host.is_some() && host != host_of(&ours);
    origin == ours || (is_by_another_name && host == text(header::HOST))
}

/// Whether a form comes from our own name, by another scheme than that of our address.
fn has_lost_its_scheme(headers: &HeaderMap, base_url: &str) -> bool {
    let origin = headers.get(header::ORIGIN).and_then(|it| it.to_str().ok());
    let host = origin.and_then(host_of);
    let ours = host_of(origin_of(base_url));
    host.is_some_and(|host| ours.is_some_and(|ours| ours.eq_ignore_ascii_case(host)))
}

/// Whether a browser that sends this form sees the pages under `base_url`. A sign-in at Microsoft
/// comes back there, and the login is not known under another name.
pub(crate) fn is_at(headers: &HeaderMap, base_url: &str) -> bool {
    let origin = headers.get(header::ORIGIN);
    let ours = origin_of(base_url).as_bytes();
    origin.is_none_or(|origin| origin.as_bytes().eq_ignore_ascii_case(ours))
}

/// Whether a browser that sends this form will bring a cookie back: one for https comes over
/// nothing else.
pub(crate) fn keeps_cookie(headers: &HeaderMap, base_url: &str) -> bool {
    !base_url.starts_with("https://") || is_at(headers, base_url)
}

/// Scheme, host and port of an address (RFC 6454).
fn origin_of(url: &str) -> &str {
    let behind = url.find("://").map_or(0, |at| at + 3);
    let path = url.get(behind..).and_then(|rest| rest.find('/'));
    path.and_then(|at| url.get(..behind + at)).unwrap_or(url)
}

/// Host and port of an origin.
fn host_of(origin: &str) -> Option<&str> {
    origin.split_once("://").map(|(_, host)| host)
}

/// What a cookie of a new session is set by.
pub(crate) fn cookie(value: &str, base_url: &str) -> (HeaderName, String) {
    let longest = LONGEST.as_secs();
    let secure = if base_url.starts_with("https://") {
        "; Secure"
    } else {
        ""
    };
    // Lax: a browser that comes back from Microsoft must bring it.
    let cookie =
        format!("{COOKIE}={value}; Path=/; Max-Age={longest}; HttpOnly; SameSite=Lax{secure}");
    (header::SET_COOKIE, cookie)
}

/// What takes the cookie away.
pub(crate) fn no_cookie() -> (HeaderName, String) {
    let cookie = format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    (header::SET_COOKIE, cookie)
}

/// Sends a browser on to a page of ours, by GET.
pub(crate) fn see(address: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, address))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}

/// Where a login leads: to a page behind the door, and nowhere else.
pub(crate) fn destination(asked: &str) -> &str {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_".contains(&byte);
    let is_setting = asked.starts_with("/settings/") && !asked.contains("//");
    if asked == "/requests/new" || (is_setting && asked.bytes().all(is_plain)) {
        asked
    } else {
        FIRST_PAGE
    }
}

fn to_login(request: &HttpRequest) -> HttpResponse {
    let to = destination(request.path());
    if to == FIRST_PAGE || !request.method().is_safe() {
        see("/login")
    } else {
        see(&format!("/login?to={to}"))
    }
}

fn refused(answer: HttpResponse) -> Error {
    InternalError::from_response("refused at the door", answer).into()
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(header::COOKIE);
    let pairs = lines.filter_map(|line| line.to_str().ok());
    let pairs = pairs.flat_map(|line| line.split(';'));
    pairs.filter_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

/// The field of a form that makes it one of a session.
const FORM_TOKEN: &str = "form";
const COOKIE: &str = "mscons_session";
/// Where a login leads if nothing else was asked for.
pub(crate) const FIRST_PAGE: &str = "/settings/accounts";

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_str(value).unwrap(),
            );
        }
        headers
    }

    #[test]
    fn forms_come_from_our_pages_or_from_no_browser() {
        let base = "https://gateway.example.org/";
        for (is_ours, pairs) in [
            (true, &[][..]),
            (true, &[("origin", "https://gateway.example.org")]),
            (
                true,
                &[
                    ("origin", "http://10.0.0.1:8080"),
                    ("host", "10.0.0.1:8080"),
                ],
            ),
            (true, &[("sec-fetch-site", "same-origin")]),
            (true, &[("sec-fetch-site", "none")]),
            (false, &[("origin", "null")]),
            (
                false,
                &[("origin", "https://gateway.example.org.evil.example")],
            ),
            (true, &[("origin", "https://GATEWAY.example.org")]),
            (false, &[("origin", "http://gateway.example.org")]),
            (
                false,
                &[
                    ("origin", "http://gateway.example.org"),
                    ("host", "gateway.example.org"),
                ],
            ),
            (
                false,
                &[
                    ("origin", "https://evil.example"),
                    ("host", "gateway.example.org"),
                ],
            ),
            (false, &[("sec-fetch-site", "cross-site")]),
            (
                false,
                &[
                    ("sec-fetch-site", "same-site"),
                    ("origin", "https://gateway.example.org"),
                ],
            ),
        ] {
            assert_eq!(is_from_here(&headers(pairs), base), is_ours, "{pairs:?}");
        }
    }

    #[test]
    fn the_origin_of_an_address_is_without_its_path() {
        for (url, origin) in [
            ("https://a.example", "https://a.example"),
            ("https://a.example:8443/x/y", "https://a.example:8443"),
            ("http://[::1]:8080/", "http://[::1]:8080"),
        ] {
            assert_eq!(origin_of(url), origin);
        }
    }

    #[test]
    fn a_login_leads_to_settings_and_nowhere_else() {
        for page in [
            "/settings/accounts",
            "/settings/accounts/a-b_c/device",
            "/requests/new",
        ] {
            assert_eq!(destination(page), page);
        }
        for other in [
            "",
            "/",
            "//evil.example",
            "/settings//evil.example",
            "/settings/\r\nX: y",
            "/settings/accounts?x=y",
            "https://evil.example/settings/",
        ] {
            assert_eq!(destination(other), FIRST_PAGE, "{other}");
        }
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let headers = headers(&[
            ("cookie", "a=b; mscons_session=one; mscons_session2=no"),
            ("cookie", "mscons_session=two"),
        ]);
        assert_eq!(cookies(&headers).collect::<Vec<_>>(), ["one", "two"]);
    }
}
