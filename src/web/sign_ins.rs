//! Sign-ins at Microsoft that are under way: by browser, each bound to the session that began it,
//! and by a code.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::access::sessions::SessionId;
use crate::clock;
use crate::market::calendar::UtcTime;
use crate::oauth::pending::{Arrived, Returned};
use crate::oauth::{Accounts, App, Moment, OauthError, Pending, by_code};
use crate::web::administrator::Administrator;

/// The sign-ins under way.
#[derive(Debug, Default)]
pub(crate) struct SignIns {
    /// A state is looked for among those of its own session only.
    by_browser: Mutex<HashMap<SessionId, Pending>>,
    /// By the name of the account.
    by_code: Mutex<HashMap<String, ByCode>>,
}

/// A sign-in by a code, as a person sees it.
#[derive(Clone, Debug)]
pub(crate) struct ByCode {
    /// What is typed.
    pub(crate) user_code: String,
    /// Where.
    pub(crate) address: String,
    /// Who is to sign in: the user of the account's mailbox, if it has one.
    pub(crate) user: Option<String>,
    /// Until when the code serves.
    pub(crate) until: UtcTime,
    /// How it is.
    pub(crate) state: CodeState,
    /// Tells it from one that took its place.
    number: u32,
}

/// How a sign-in by a code is.
#[derive(Clone, Debug)]
pub(crate) enum CodeState {
    /// The person is not done.
    Waiting,
    /// The account is connected.
    Connected,
    /// It failed.
    Failed(OauthError),
}

impl SignIns {
    /// Begins one by browser; gives where the browser goes.
    pub(crate) fn begin(
        &self,
        administrator: &Administrator,
        session: SessionId,
        app: &App,
        mailbox: Option<&str>,
    ) -> Result<String, OauthError> {
        let redirect_uri = redirect_uri(administrator.base_url());
        let mut by_browser = locked(&self.by_browser);
        by_browser.retain(|session, _| administrator.has_session(*session));
        let pending = by_browser.entry(session).or_default();
        pending.begin(app, &redirect_uri, mailbox, Moment::now())
    }

    /// Takes what a browser of this session brought back.
    pub(crate) fn returned(
        &self,
        session: SessionId,
        returned: &Returned,
    ) -> Result<Arrived, OauthError> {
        let mut by_browser = locked(&self.by_browser);
        let pending = by_browser.entry(session).or_default();
        pending.returned(returned, Moment::now())
    }

    /// Begins one by a code, in place of one that is under way for the same account. It goes on by
    /// itself until the person is done.
    pub(crate) async fn begin_by_code(
        self: &Arc<Self>,
        accounts: &Accounts,
        account: &str,
        user: Option<String>,
    ) -> Result<(), OauthError> {
        let device = by_code::begin(accounts, account).await?;
        let number = clock::jitter();
        let begun = ByCode {
            user_code: device.user_code.clone(),
            address: device.verification_uri.clone(),
            user,
            until: device.until.utc,
            state: CodeState::Waiting,
            number,
        };
        locked(&self.by_code).insert(account.to_owned(), begun);
        let (sign_ins, accounts) = (Arc::clone(self), accounts.clone());
        let account = account.to_owned();
        tokio::spawn(async move {
            let is_wanted = |_: Option<&OauthError>| sign_ins.is_wanted(&account, number);
            let state = match by_code::finish(&accounts, &account, device, is_wanted).await {
                Ok(true) => CodeState::Connected,
                Ok(false) => return,
                Err(error) => CodeState::Failed(error),
            };
            sign_ins.note(&account, number, state);
        });
        Ok(())
    }

    /// The one by a code for an account, if there was one.
    pub(crate) fn by_code(&self, account: &str) -> Option<ByCode> {
        locked(&self.by_code).get(account).cloned()
    }

    /// Whether no other one has taken its place.
    fn is_wanted(&self, account: &str, number: u32) -> bool {
        let found = self.by_code(account);
        found.is_some_and(|found| found.number == number)
    }

    fn note(&self, account: &str, number: u32, state: CodeState) {
        let mut by_code = locked(&self.by_code);
        if let Some(found) = by_code.get_mut(account)
            && found.number == number
        {
            found.state = state;
        }
    }
}

/// The address that Microsoft sends browsers back to.
pub(crate) fn redirect_uri(base_url: &str) -> String {
    format!("{base_url}/oauth/callback")
}

/// A panic leaves what is in it whole: each change is one.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
