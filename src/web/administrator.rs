//! The one administrator: what [`crate::access`] decides, with clock, randomness and vault.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ring::rand::{SecureRandom, SystemRandom};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::access::brake::Brake;
use crate::access::link::Link;
use crate::access::password;
use crate::access::sessions::{SessionId, Sessions};
use crate::clock;
use crate::oauth::{Accounts, OauthError};
use crate::vault::{Name, VaultError};

/// The administrator. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Administrator {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// Where the vault is.
    accounts: Accounts,
    base_url: String,
    sessions: Mutex<Sessions>,
    brake: Mutex<Brake>,
    link: Mutex<Link>,
    /// Each password takes 19 MiB and a core for a moment.
    hashing: Arc<Semaphore>,
}

/// What a login came to.
pub(crate) enum LogIn {
    /// It was right; the cookie of the new session.
    Welcome(Zeroizing<String>),
    /// It was not, or there is no password.
    Wrong,
    /// It came too soon after others.
    TooSoon(Duration),
}

/// Why nobody can be let in. No secret is in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// The vault cannot be opened.
    #[error(transparent)]
    Closed(#[from] OauthError),
    /// The vault cannot be read or written.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// There are no random numbers.
    #[error("the system gives no random numbers: nobody can be let in")]
    NoRandomness,
    /// There is not enough memory, or the work broke off.
    #[error("a password could not be looked at: memory is short, or the gateway stops")]
    CutOff,
}

impl Administrator {
    /// With the vault of these accounts. `base_url` is where browsers find the pages.
    ///
    /// # Errors
    /// [`AccessError::NoRandomness`].
    pub fn new(accounts: Accounts, base_url: &str) -> Result<Self, AccessError> {
        let shared = Shared {
            accounts,
            base_url: base_url.to_owned(),
            sessions: Mutex::new(Sessions::new(&random()?)),
            brake: Mutex::default(),
            link: Mutex::default(),
            hashing: Arc::new(Semaphore::new(HASHING_MOST)),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Whether a password is set. Reads files.
    ///
    /// # Errors
    /// [`AccessError`].
    pub fn has_password(&self) -> Result<bool, AccessError> {
        Ok(self.shared.hash()?.is_some())
    }

    /// Makes the address of a page that sets the password, once, within a day. One that was made
    /// before serves no more.
    ///
    /// # Errors
    /// [`AccessError::NoRandomness`].
    pub fn link(&self) -> Result<Zeroizing<String>, AccessError> {
        let random = random()?;
        let token = locked(&self.shared.link).make(&random, clock::monotonic());
        let address = format!("{}/setup?token={}", self.shared.base_url, *token);
        Ok(Zeroizing::new(address))
    }

    /// Where browsers find the pages, without a slash at its end.
    pub(crate) fn base_url(&self) -> &str {
        &self.shared.base_url
    }

    /// Whether the link of this token sets a password.
    pub(crate) fn is_open(&self, token: &str) -> bool {
        locked(&self.shared.link).fits(token, clock::monotonic())
    }

    /// Lets somebody in who knows the password.
    pub(crate) async fn log_in(
        &self,
        password: Zeroizing<String>,
        from: IpAddr,
    ) -> Result<LogIn, AccessError> {
        let admitted = locked(&self.shared.brake).admit(from, clock::monotonic());
        if let Err(wait) = admitted {
            return Ok(LogIn::TooSoon(wait));
        }
        let generation = locked(&self.shared.sessions).generation();
        let shared = Arc::clone(&self.shared);
        let is_right = self.hashing(move || {
            let kept = shared.hash()?;
            Ok(password::is_of(&password, kept.as_deref()))
        });
        if !is_right.await? {
            tracing::warn!(%from, "a login failed");
            return Ok(LogIn::Wrong);
        }
        locked(&self.shared.brake).was_right(from);
        let random = random()?;
        let mut sessions = locked(&self.shared.sessions);
        if sessions.generation() != generation {
            return Ok(LogIn::Wrong); // It was changed meanwhile.
        }
        tracing::info!(%from, "the administrator logged in");
        Ok(LogIn::Welcome(sessions.begin(&random, clock::monotonic())))
    }

    /// Sets the password by a link, ends all sessions, and begins one. `None` if the link serves no
    /// more.
    pub(crate) async fn set_password(
        &self,
        token: &str,
        password: Zeroizing<String>,
        from: IpAddr,
    ) -> Result<Option<Zeroizing<String>>, AccessError> {
        let open = locked(&self.shared.link).take(token, clock::monotonic());
        let Some(open) = open else {
            return Ok(None);
        };
        let shared = Arc::clone(&self.shared);
        // All of it in the work, which goes on if the browser goes away.
        let kept = self.hashing(move || {
            let random = random()?;
            shared.keep(&password)?;
            tracing::warn!(%from, "the administrator's password was set; all sessions ended");
            let mut sessions = locked(&shared.sessions);
            sessions.end_all();
            Ok(sessions.begin(&random, clock::monotonic()))
        });
        match kept.await {
            Ok(cookie) => Ok(Some(cookie)),
            Err(error) => {
                locked(&self.shared.link).give_back(open);
                Err(error)
            }
        }
    }

    /// The session of a cookie.
    pub(crate) fn session(&self, cookie: &str) -> Option<SessionId> {
        locked(&self.shared.sessions).find(cookie, clock::monotonic())
    }

    /// Whether a session is still open.
    pub(crate) fn has_session(&self, id: SessionId) -> bool {
        locked(&self.shared.sessions).is_open(id, clock::monotonic())
    }

    /// Ends a session.
    pub(crate) fn log_out(&self, id: SessionId) {
        locked(&self.shared.sessions).end(id);
    }

    /// What makes a form one of a session.
    pub(crate) fn form_token(&self, id: SessionId) -> String {
        locked(&self.shared.sessions).form_token(id)
    }

    /// Whether a form is one of a session.
    pub(crate) fn is_form_of(&self, id: SessionId, token: &str) -> bool {
        locked(&self.shared.sessions).is_form_of(id, token)
    }

    /// Runs what takes long on a thread for that, and not too many at once.
    async fn hashing<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, AccessError> + Send + 'static,
    ) -> Result<T, AccessError> {
        let permit = Arc::clone(&self.shared.hashing).acquire_owned().await;
        let permit = permit.map_err(|_| AccessError::CutOff)?;
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        done.await.map_err(|_| AccessError::CutOff)?
    }
}

impl Shared {
    /// The hash of the password; `None` if none is set.
    fn hash(&self) -> Result<Option<String>, AccessError> {
        let Some(name) = Name::new(PASSWORD) else {
            return Ok(None);
        };
        let kept = self.accounts.vault()?.read(&name)?;
        Ok(kept.map(|kept| String::from_utf8_lossy(kept.reveal()).into_owned()))
    }

    fn keep(&self, password: &str) -> Result<(), AccessError> {
        let mut salt = [0; 16];
        fill(&mut salt)?;
        let hash = password::hash(password, &salt).ok_or(AccessError::CutOff)?;
        let name = Name::new(PASSWORD).ok_or(AccessError::CutOff)?;
        Ok(self.accounts.vault()?.write(&name, hash.as_bytes())?)
    }
}

fn random() -> Result<Zeroizing<[u8; 32]>, AccessError> {
    let mut random = Zeroizing::new([0; 32]);
    fill(&mut random[..])?;
    Ok(random)
}

fn fill(bytes: &mut [u8]) -> Result<(), AccessError> {
    let filled = SystemRandom::new().fill(bytes);
    filled.map_err(|_| AccessError::NoRandomness)
}

/// A panic leaves what is in it whole: each change is one.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The name of the password's hash in the vault.
const PASSWORD: &str = "admin.password";
/// Passwords that are hashed at once.
const HASHING_MOST: usize = 2;
