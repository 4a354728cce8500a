//! Sign-in by a code that a person types into any browser (RFC 8628).

use std::fmt;
use std::time::Duration;

use oauth2::http::{Method, header};
use oauth2::url::{Url, form_urlencoded};
use oauth2::{DeviceAuthorizationResponse, EmptyExtraDeviceAuthorizationFields, HttpRequest};
use zeroize::Zeroizing;

use crate::oauth::answer::{self, Answer, unreadable};
use crate::oauth::app::Registration;
use crate::oauth::flow::lasting;
use crate::oauth::who::shown;
use crate::oauth::wire::is_this_machine;
use crate::oauth::{App, Grant, Meaning, Moment, OauthError, Wire};

/// A sign-in that waits for a person.
pub struct Device {
    /// What the person types.
    pub user_code: String,
    /// Where.
    pub verification_uri: String,
    /// Until when.
    pub until: Moment,
    /// When the server may be asked next.
    pub next: Moment,
    interval: Duration,
    code: Zeroizing<String>,
    /// Who asked for it: nobody else's is what is granted for it.
    registration: Registration,
}

impl Device {
    /// Until the server may be asked next. Never nothing: no loop goes round without a pause.
    pub fn pause(&self, now: Moment) -> Duration {
        let wait = self.next.monotonic;
        wait.saturating_duration_since(now.monotonic)
            .max(INTERVAL_LEAST)
    }

    /// Whether this application, in its tenant, asked for it.
    pub(super) fn is_of(&self, app: &App) -> bool {
        self.registration == app.registration
    }
}

/// What the server says of a sign-in that waits.
#[derive(Debug)]
pub enum Polled {
    /// The person is not done; ask again at [`Device::next`].
    Waiting,
    /// Signed in.
    Granted(Box<Grant>),
}

impl App {
    /// Begins a sign-in by code.
    ///
    /// # Errors
    /// [`OauthError`].
    pub async fn begin_by_device(&self, wire: &Wire, now: Moment) -> Result<Device, OauthError> {
        let client = self.client();
        let mut request = client.exchange_device_code().add_scopes(self.asked());
        for (name, value) in self.assertion(now.utc)? {
            request = request.add_extra_param(name, value);
        }
        let send = wire.sender(now.utc);
        let answer: Result<DeviceAuthorizationResponse<EmptyExtraDeviceAuthorizationFields>, _> =
            request.request_async(&send).await;
        let answer = answer.map_err(|error| answer::failed(self, error))?;
        let verification_uri = answer.verification_uri().to_string();
        if !is_page(&verification_uri) {
            return Err(unreadable(
                self,
                "it sends people to no page over https".to_owned(),
            ));
        }
        let interval = answer.interval().clamp(INTERVAL_LEAST, INTERVAL_MOST);
        Ok(Device {
            user_code: shown(answer.user_code().secret()),
            verification_uri,
            until: now.plus(answer.expires_in().min(CODE_LIVES_MOST)),
            next: now.plus(interval),
            interval,
            code: Zeroizing::new(answer.device_code().secret().clone()),
            registration: self.registration.clone(),
        })
    }

    /// Asks whether the person is done. Before [`Device::next`] nobody is asked. What passes by
    /// itself is an error that may be followed by the next question.
    ///
    /// # Errors
    /// [`OauthError`].
    pub async fn poll_device(
        &self,
        wire: &Wire,
        device: &mut Device,
        now: Moment,
    ) -> Result<Polled, OauthError> {
        if now.has_waited_for(device.until) {
            return Err(OauthError::refused(Meaning::DeviceCodeExpired));
        }
        if !now.has_waited_for(device.next) {
            return Ok(Polled::Waiting);
        }
        device.next = now.plus(device.interval);
        let answered = wire.send(self.question(device, now)?, now.utc).await;
        let response = match answered {
            Ok(response) => response,
            Err(OauthError::Refused(fault)) if fault.error == "authorization_pending" => {
                return Ok(Polled::Waiting);
            }
            Err(OauthError::Refused(fault)) if fault.error == "slow_down" => {
                // RFC 8628 section 3.5: from now on.
                device.interval = (device.interval + SLOW_DOWN).min(INTERVAL_MOST);
                device.next = now.plus(device.interval);
                return Ok(Polled::Waiting);
            }
            Err(error) => {
                if let OauthError::Refused(fault) = &error {
                    let asked = fault.retry_after.unwrap_or_default();
                    device.next = now.plus(device.interval.max(asked));
                }
                return Err(error);
            }
        };
        // The parser's own words may hold a token.
        let answer: Answer = serde_json::from_slice(response.body())
            .map_err(|_| unreadable(self, "it holds no token".to_owned()))?;
        Ok(Polled::Granted(Box::new(lasting(answer.grant(self)?)?)))
    }

    /// RFC 8628 section 3.4. Asked one by one, and not by the crate's own loop: that one waits
    /// without telling, and forgets why Microsoft refused.
    fn question(&self, device: &Device, now: Moment) -> Result<HttpRequest, OauthError> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "urn:ietf:params:oauth:grant-type:device_code")
            .append_pair("device_code", &device.code)
            .append_pair("client_id", &self.registration.client_id);
        if let Some(secret) = self.secret() {
            form.append_pair("client_secret", secret);
        }
        for (name, value) in self.assertion(now.utc)? {
            form.append_pair(&name, &value);
        }
        oauth2::http::Request::builder()
            .method(Method::POST)
            .uri(self.endpoint("token").as_str())
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.finish().into_bytes())
            .map_err(|error| unreadable(self, error.to_string()))
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device")
            .field("verification_uri", &self.verification_uri)
            .finish_non_exhaustive()
    }
}

/// Whether people may be sent there.
fn is_page(uri: &str) -> bool {
    let Ok(url) = Url::parse(uri) else {
        return false;
    };
    let is_here = || url.host_str().is_some_and(is_this_machine);
    uri.len() <= URI_BYTES && (url.scheme() == "https" || (url.scheme() == "http" && is_here()))
}

/// RFC 8628 section 3.2 has 5 where none is told; a server that says 0 means no harm.
const INTERVAL_LEAST: Duration = Duration::from_secs(1);
/// Nobody waits longer for a click.
const INTERVAL_MOST: Duration = Duration::from_mins(2);
/// RFC 8628 section 3.5.
const SLOW_DOWN: Duration = Duration::from_secs(5);
/// Microsoft's live 15 minutes.
const CODE_LIVES_MOST: Duration = Duration::from_hours(1);
/// Microsoft's has 36.
const URI_BYTES: usize = 200;
