//! The requests for a token.

use std::borrow::Cow;

use oauth2::{AuthorizationCode, PkceCodeVerifier, RedirectUrl, RefreshToken, Scope};

use crate::oauth::answer::{self, unreadable};
use crate::oauth::{App, Grant, Meaning, Moment, OauthError, Token, Wire};

impl App {
    /// Exchanges the code that a browser brought (RFC 6749 section 4.1.3, RFC 7636).
    pub(super) async fn exchange(
        &self,
        wire: &Wire,
        code: AuthorizationCode,
        verifier: PkceCodeVerifier,
        redirect_uri: &str,
        now: Moment,
    ) -> Result<Grant, OauthError> {
        let client = self.client();
        let redirect_uri = RedirectUrl::new(redirect_uri.to_owned())
            .map_err(|error| unreadable(self, format!("the redirect address: {error}")))?;
        let mut request = client
            .exchange_code(code)
            .set_pkce_verifier(verifier)
            .set_redirect_uri(Cow::Owned(redirect_uri));
        for (name, value) in self.assertion(now.utc)? {
            request = request.add_extra_param(name, value);
        }
        let send = wire.sender(now.utc);
        let answer = request.request_async(&send).await;
        let grant = answer
            .map_err(|error| answer::failed(self, error))?
            .grant(self)?;
        lasting(grant)
    }

    /// Asks for a token with a refresh token (RFC 6749 section 6). The answer may bring a new
    /// refresh token; one that brings none leaves the old one in force.
    ///
    /// # Errors
    /// [`OauthError`].
    pub async fn refresh(
        &self,
        wire: &Wire,
        refresh: &Token,
        now: Moment,
    ) -> Result<Grant, OauthError> {
        let client = self.client();
        let refresh = RefreshToken::new(refresh.reveal().to_owned());
        let mut request = client
            .exchange_refresh_token(&refresh)
            .add_scopes(self.asked());
        for (name, value) in self.assertion(now.utc)? {
            request = request.add_extra_param(name, value);
        }
        let send = wire.sender(now.utc);
        let answer = request.request_async(&send).await;
        answer
            .map_err(|error| answer::failed(self, error))?
            .grant(self)
    }

    /// Asks for a token as the application itself (RFC 6749 section 4.4).
    ///
    /// # Errors
    /// [`OauthError`].
    pub async fn as_itself(&self, wire: &Wire, now: Moment) -> Result<Grant, OauthError> {
        let client = self.client();
        let mut request = client
            .exchange_client_credentials()
            .add_scopes(self.asked());
        for (name, value) in self.assertion(now.utc)? {
            request = request.add_extra_param(name, value);
        }
        let send = wire.sender(now.utc);
        let answer = request.request_async(&send).await;
        answer
            .map_err(|error| answer::failed(self, error))?
            .grant(self)
    }

    pub(super) fn asked(&self) -> impl Iterator<Item = Scope> {
        self.scopes.iter().cloned().map(Scope::new)
    }
}

/// A sign-in of a person is of use only with a refresh token.
pub(super) fn lasting(grant: Grant) -> Result<Grant, OauthError> {
    if grant.refresh.is_none() {
        return Err(OauthError::refused(Meaning::NotForLong));
    }
    Ok(grant)
}
