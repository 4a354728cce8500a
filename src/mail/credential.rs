//! By what one signs in: the one place where configuration becomes a credential.

use std::fmt;
use std::time::Duration;

use crate::config::mailbox::{Auth, Mailbox};
use crate::mail::MailError;
use crate::market::calendar::UtcTime;
use crate::net::backoff::Cause;
use crate::oauth::{Accounts, Moment, OauthError, Token};

/// A password, or an access token. Has no `Debug`: it holds secrets.
pub(crate) enum Credential<'a> {
    /// A password.
    Password(&'a str),
    /// An access token.
    Token(Access<'a>),
}

/// Which sign-in of a Microsoft account a mailbox goes by: when it was connected, and which opening
/// of its settings it is of. A connection that was opened by another is not gone on with.
pub(crate) type SignIn = (u64, Option<UtcTime>);

/// The sign-in of a mailbox's account as it is now; `None` where there is no account.
pub(crate) fn sign_in(mailbox: &Mailbox, accounts: &Accounts) -> Option<SignIn> {
    if mailbox.auth != Auth::Microsoft {
        return None;
    }
    let mut all = accounts.all().into_iter();
    // An empty name is the only account.
    let known = all.find(|known| mailbox.account.is_empty() || known.name == mailbox.account)?;
    let connected = known.status.ok().and_then(|status| status.connected);
    Some((known.opened, connected))
}

impl<'a> Credential<'a> {
    /// What a mailbox signs in with.
    ///
    /// # Errors
    /// [`MailError::NeedsSignIn`], [`MailError::Account`].
    pub(crate) async fn of(
        mailbox: &'a Mailbox,
        accounts: &'a Accounts,
    ) -> Result<Self, MailError> {
        match mailbox.auth {
            Auth::Password => Ok(Self::Password(mailbox.password.reveal())),
            Auth::Microsoft => {
                let access = Access::of(accounts, &mailbox.account).await?;
                Ok(Self::Token(access))
            }
        }
    }

    /// What to sign in with after a refusal, if there is something: a token that is refused is
    /// asked for anew, once.
    ///
    /// # Errors
    /// The refusal; why there is no other token.
    pub(crate) async fn instead(self, refusal: MailError) -> Result<Self, MailError> {
        match self {
            Self::Token(access) if matches!(refusal, MailError::TokenRefused { .. }) => {
                match access.another().await? {
                    Some(access) => Ok(Self::Token(access)),
                    None => Err(refusal),
                }
            }
            Self::Token(_) | Self::Password(_) => Err(refusal),
        }
    }
}

/// An access token of an account.
pub(crate) struct Access<'a> {
    accounts: &'a Accounts,
    account: &'a str,
    token: Token,
    /// It stands in for one that was refused.
    is_second: bool,
}

impl<'a> Access<'a> {
    /// The token of an account; of the only one for an empty name.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) async fn of(accounts: &'a Accounts, account: &'a str) -> Result<Self, AccountError> {
        let token = token(accounts, account).await?;
        Ok(Self {
            accounts,
            account,
            token,
            is_second: false,
        })
    }

    /// Another token in place of one that a server refused; `None` if that was the second.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) async fn another(self) -> Result<Option<Self>, AccountError> {
        if self.is_second {
            return Ok(None);
        }
        if let Ok(keeper) = self.accounts.keeper(self.account) {
            keeper.invalidate(&self.token).await;
        }
        Ok(Some(Self {
            token: token(self.accounts, self.account).await?,
            is_second: true,
            ..self
        }))
    }

    /// The token itself. Only where it goes out to the server.
    pub(crate) fn reveal(&self) -> &str {
        self.token.reveal()
    }
}

async fn token(accounts: &Accounts, account: &str) -> Result<Token, AccountError> {
    let keeper = accounts.keeper(account).map_err(|error| AccountError {
        account: account.to_owned(),
        needs_sign_in: false,
        retry_in: None,
        error,
    })?;
    let token = keeper.access_token(Moment::now()).await;
    token.map_err(|error| {
        let status = keeper.status();
        AccountError {
            account: keeper.app().name.clone(),
            needs_sign_in: status.needs_sign_in(),
            retry_in: status.retry.map(|retry| Moment::now().until(retry)),
            error,
        }
    })
}

/// Why there is no access token of a Microsoft account.
#[derive(Clone, Debug)]
pub struct AccountError {
    /// Its name.
    pub account: String,
    /// Whether a person must sign in, and nothing else helps.
    pub needs_sign_in: bool,
    /// How long nobody is asked again, whoever wants a token.
    pub retry_in: Option<Duration>,
    /// What failed.
    pub error: OauthError,
}

impl AccountError {
    /// What it means for the wait before the next attempt.
    pub fn cause(&self) -> Cause {
        self.retry_in
            .map_or_else(|| self.error.cause(), Cause::Behind)
    }
}

impl fmt::Display for AccountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { account, error, .. } = self;
        match error {
            OauthError::Configuration { .. } => write!(f, "{error}"),
            OauthError::Unreachable { .. }
            | OauthError::Unreadable { .. }
            | OauthError::Refused(_)
            | OauthError::Vault(_) => write!(f, "Microsoft account {account}: {error}"),
        }
    }
}

impl std::error::Error for AccountError {}

impl From<AccountError> for MailError {
    fn from(error: AccountError) -> Self {
        if error.needs_sign_in {
            Self::NeedsSignIn(error)
        } else {
            Self::Account(error)
        }
    }
}
