//! The good answer of a token endpoint, and what is taken from it.

use std::fmt;
use std::time::Duration;

use oauth2::basic::BasicTokenType;
use oauth2::{AccessToken, ErrorResponse, RefreshToken, RequestTokenError, Scope, TokenResponse};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::oauth::scopes::is_of_resource;
use crate::oauth::who::{Who, shown};
use crate::oauth::{App, Meaning, OauthError, Token};

/// What was granted: looked through, and fit to be used.
#[derive(Clone, Debug)]
pub struct Grant {
    /// For the mail server.
    pub access: Token,
    /// For the next access token; none for an application alone.
    pub refresh: Option<Token>,
    /// How long the access token lives, from when it was asked for.
    pub lifetime: Duration,
    /// What was granted, as far as it was told: else what was asked for.
    pub scopes: Vec<String>,
    /// What was asked for of the mail service and not granted.
    pub withheld: Vec<String>,
    /// Who signed in.
    pub who: Who,
}

/// The answer as it came (RFC 6749 section 5.1). Has no readable `Debug`: it holds tokens.
#[derive(Deserialize, Serialize)]
pub(super) struct Answer {
    access_token: AccessToken,
    #[serde(default)]
    token_type: Value,
    /// A number; from some servers a text.
    #[serde(default)]
    expires_in: Value,
    #[serde(default)]
    refresh_token: Option<RefreshToken>,
    #[serde(default)]
    scope: Option<String>,
    #[serde(default)]
    id_token: Option<String>,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answer(***)")
    }
}

impl TokenResponse for Answer {
    type TokenType = BasicTokenType;

    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &Self::TokenType {
        &BasicTokenType::Bearer
    }

    fn expires_in(&self) -> Option<Duration> {
        u64::try_from(seconds(&self.expires_in)?)
            .ok()
            .map(Duration::from_secs)
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        self.refresh_token.as_ref()
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        None
    }
}

impl Answer {
    /// Looks the answer through.
    ///
    /// # Errors
    /// [`OauthError::Unreadable`] with what is wrong; [`OauthError::Refused`] if nothing of the
    /// mail service was granted.
    pub(super) fn grant(self, app: &App) -> Result<Grant, OauthError> {
        let unusable = |what: &str| unreadable(app, what.to_owned());
        let is_bearer = |kind: &str| kind.eq_ignore_ascii_case("bearer");
        if !self.token_type.as_str().is_some_and(is_bearer) {
            return Err(unusable("its token is no bearer token"));
        }
        let lifetime = lifetime(&self.expires_in).map_err(&unusable)?;
        let access = Zeroizing::new(self.access_token.into_secret());
        let refresh = self.refresh_token.map(RefreshToken::into_secret);
        let refresh = refresh.map(Zeroizing::new);
        // A control character in a token would end its field in the sign-in at the mail server.
        if !is_token(&access) || refresh.as_ref().is_some_and(|token| !is_token(token)) {
            return Err(unusable(
                "its token is empty, too long, or not of visible ASCII",
            ));
        }
        let asked = || app.scopes.iter().filter(|scope| is_of_resource(scope));
        let told: Option<Vec<String>> = self.scope.as_deref().map(|scope| {
            let scopes = scope.split_whitespace().take(SCOPES_MOST);
            scopes.map(shown).collect()
        });
        let scopes = told.unwrap_or_else(|| app.scopes.clone());
        let is_granted = |scope: &&String| {
            scopes
                .iter()
                .any(|granted| granted.eq_ignore_ascii_case(scope))
                || scope.ends_with("/.default")
        };
        let withheld: Vec<String> = asked()
            .filter(|scope| !is_granted(scope))
            .cloned()
            .collect();
        if !withheld.is_empty() && withheld.len() == asked().count() {
            return Err(OauthError::refused(Meaning::Withheld));
        }
        Ok(Grant {
            access: Token(access),
            refresh: refresh.map(Token),
            lifetime,
            scopes,
            withheld,
            who: self
                .id_token
                .as_deref()
                .map(Who::of_id_token)
                .unwrap_or_default(),
        })
    }
}

/// The error of the crate's request, without what was received.
pub(super) fn failed<T: ErrorResponse>(
    app: &App,
    error: RequestTokenError<OauthError, T>,
) -> OauthError {
    match error {
        RequestTokenError::Request(error) => error,
        // The parser's own text, and the body in the variant, may hold a token.
        RequestTokenError::Parse(error, _) => {
            let what = match error.path().to_string().as_str() {
                "." => "it is no JSON object that could hold a token".to_owned(),
                field => format!("its field `{}` is missing or no text", shown(field)),
            };
            unreadable(app, what)
        }
        RequestTokenError::ServerResponse(_) | RequestTokenError::Other(_) => {
            unreadable(app, "it is empty".to_owned())
        }
    }
}

pub(super) fn unreadable(app: &App, what: String) -> OauthError {
    OauthError::Unreadable {
        host: app.host(),
        what,
    }
}

fn seconds(value: &Value) -> Option<i64> {
    let number = value.as_i64();
    let number = number.or_else(|| value.as_u64().map(|_| i64::MAX));
    number.or_else(|| value.as_str()?.trim().parse().ok())
}

fn lifetime(expires_in: &Value) -> Result<Duration, &'static str> {
    if expires_in.is_null() {
        return Ok(LIFETIME_UNTOLD);
    }
    let seconds = seconds(expires_in).ok_or("its field `expires_in` is no number of seconds")?;
    match u64::try_from(seconds) {
        Ok(seconds) if seconds >= LIFETIME_LEAST.as_secs() => {
            Ok(Duration::from_secs(seconds).min(LIFETIME_MOST))
        }
        Ok(_) | Err(_) => Err("its token is past its end already"),
    }
}

fn is_token(token: &str) -> bool {
    !token.is_empty() && token.len() <= TOKEN_BYTES && token.bytes().all(|b| b.is_ascii_graphic())
}

/// RFC 6749 section 5.1 leaves it to other knowledge; Microsoft's live an hour at least.
const LIFETIME_UNTOLD: Duration = Duration::from_mins(10);
/// In less nobody signs in to a mail server.
const LIFETIME_LEAST: Duration = Duration::from_secs(10);
/// Microsoft's longest is 28 hours (continuous access evaluation); more is a slip.
const LIFETIME_MOST: Duration = Duration::from_hours(28);
/// Users in many groups have tokens above 4 KiB.
const TOKEN_BYTES: usize = 32 << 10;
/// Many times what is asked for.
const SCOPES_MOST: usize = 64;

#[cfg(test)]
mod tests;
