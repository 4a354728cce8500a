//! Sign-ins by browser that are under way: each has a state that serves once, for ten minutes.

use std::collections::HashMap;
use std::time::Duration;

use oauth2::{AuthorizationCode, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::oauth::answer::unreadable;
use crate::oauth::app::Registration;
use crate::oauth::{App, Fault, Grant, Meaning, Moment, OauthError, Wire};

/// The sign-ins that are under way. They end with the process: then one begins anew.
#[derive(Default)]
pub struct Pending {
    /// By the hash of the state, so that looking one up tells nothing of others by its time.
    waiting: HashMap<[u8; 32], Waiting>,
}

struct Waiting {
    account: String,
    /// Who asked for it: nobody else's is the code.
    registration: Registration,
    redirect_uri: String,
    verifier: PkceCodeVerifier,
    began: Moment,
}

/// What a browser brought back to `/oauth/callback`.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Returned {
    /// Which sign-in it is of.
    pub state: String,
    /// The code, if it went well.
    pub code: String,
    /// Else the reason.
    pub error: String,
    /// In more words.
    pub error_description: String,
}

/// A sign-in that came back: what is left is to exchange its code.
pub struct Arrived {
    /// The account that it is for.
    pub account: String,
    registration: Registration,
    redirect_uri: String,
    verifier: PkceCodeVerifier,
    code: AuthorizationCode,
}

impl Pending {
    /// Begins a sign-in; gives the address that the browser goes to. `mailbox` is the user whom the
    /// page proposes.
    ///
    /// # Errors
    /// [`OauthError::Unreadable`] if `redirect_uri` is no address.
    pub fn begin(
        &mut self,
        app: &App,
        redirect_uri: &str,
        mailbox: Option<&str>,
        now: Moment,
    ) -> Result<String, OauthError> {
        self.waiting.retain(|_, waiting| !is_over(waiting, now));
        let address = RedirectUrl::new(redirect_uri.to_owned())
            .map_err(|error| unreadable(app, format!("the redirect address: {error}")))?;
        let client = app.client().set_redirect_uri(address);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = client
            .authorize_url(CsrfToken::new_random)
            .add_scopes(app.asked())
            .set_pkce_challenge(challenge)
            .add_extra_param("response_mode", "query")
            // Else a browser that is signed in elsewhere connects that user, unasked.
            .add_extra_param("prompt", "select_account");
        if let Some(mailbox) = mailbox {
            request = request.add_extra_param("login_hint", mailbox);
        }
        let (url, state) = request.url();
        if self.waiting.len() >= WAITING_MOST {
            let oldest = self.waiting.iter().min_by_key(|(_, w)| w.began.monotonic);
            if let Some(oldest) = oldest.map(|(state, _)| *state) {
                self.waiting.remove(&oldest);
            }
        }
        let waiting = Waiting {
            account: app.name.clone(),
            registration: app.registration.clone(),
            redirect_uri: redirect_uri.to_owned(),
            verifier,
            began: now,
        };
        self.waiting.insert(hash(state.secret()), waiting);
        Ok(url.into())
    }

    /// Takes what a browser brought. Its state does not serve again, whatever comes of it.
    ///
    /// # Errors
    /// [`OauthError::Refused`]: by us if the state is unknown, used or too old, else by Microsoft
    /// or the person.
    pub fn returned(&mut self, returned: &Returned, now: Moment) -> Result<Arrived, OauthError> {
        let waiting = self.waiting.remove(&hash(&returned.state));
        let waiting = waiting.filter(|waiting| !is_over(waiting, now));
        let waiting = waiting.ok_or_else(|| OauthError::refused(Meaning::StateUnknown))?;
        if returned.code.is_empty() || !returned.error.is_empty() {
            let fault = Fault::told(200, &returned.error, &returned.error_description, None);
            return Err(OauthError::Refused(Box::new(fault)));
        }
        if returned.code.len() > CODE_BYTES {
            return Err(OauthError::refused(Meaning::CodeUsedUp));
        }
        Ok(Arrived {
            account: waiting.account,
            registration: waiting.registration,
            redirect_uri: waiting.redirect_uri,
            verifier: waiting.verifier,
            code: AuthorizationCode::new(returned.code.clone()),
        })
    }
}

impl Arrived {
    /// Exchanges the code for tokens. `app` is that of [`Arrived::account`].
    ///
    /// # Errors
    /// [`OauthError`]; [`Meaning::SettingsChanged`] if the account is another application's
    /// meanwhile, or signs in elsewhere: nothing is sent then.
    pub async fn exchange(self, app: &App, wire: &Wire, now: Moment) -> Result<Grant, OauthError> {
        if self.registration != app.registration {
            return Err(OauthError::refused(Meaning::SettingsChanged));
        }
        app.exchange(wire, self.code, self.verifier, &self.redirect_uri, now)
            .await
    }
}

impl std::fmt::Debug for Pending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pending({})", self.waiting.len())
    }
}

impl std::fmt::Debug for Returned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Returned")
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Arrived {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Arrived")
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

fn is_over(waiting: &Waiting, now: Moment) -> bool {
    now.has_waited_for(waiting.began.plus(STATE_LIVES))
}

fn hash(state: &str) -> [u8; 32] {
    Sha256::digest(state).into()
}

/// As long as Microsoft's codes live.
const STATE_LIVES: Duration = Duration::from_mins(10);
/// Nobody signs in to more accounts at once; who begins more than that pushes out the oldest.
const WAITING_MOST: usize = 64;
/// Codes of Microsoft have up to 2 KB.
const CODE_BYTES: usize = 8 << 10;
