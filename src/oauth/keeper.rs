//! Keeps a connected account going: one access token for all who ask, renewed in time, one renewal
//! at a time, and nothing used before what must survive a crash is on the disk.

mod held;
mod renewal;
mod status;

use std::sync::Arc;

use tokio::sync::{Mutex, OwnedMutexGuard, watch};
use tokio::task::JoinError;

use crate::config::microsoft::Flow;
use crate::net::backoff::Cause;
use crate::oauth::keeper::held::{Access, Held, Pause};
use crate::oauth::stored::{Stored, Unstored};
use crate::oauth::{App, Grant, Meaning, Moment, OauthError, Token, Wire};
use crate::vault::Vault;

pub use status::Status;

/// A Microsoft account. Clones are the same one.
#[derive(Clone)]
pub struct Keeper {
    shared: Arc<Shared>,
}

struct Shared {
    app: App,
    wire: Wire,
    vault: Arc<Vault>,
    /// Who holds it is the one who renews.
    held: Arc<Mutex<Held>>,
    status: watch::Sender<Status>,
}

impl Keeper {
    /// Takes up an account where it was left. Reads a file.
    ///
    /// # Errors
    /// [`OauthError::Vault`] if what is kept of it cannot be read.
    pub fn open(app: App, wire: Wire, vault: Arc<Vault>) -> Result<Self, OauthError> {
        Self::open_after(None, app, wire, vault)
    }

    /// The same, in place of one that could not store all: what it held is newer than the disk.
    pub(super) fn open_after(
        before: Option<&Unstored>,
        app: App,
        wire: Wire,
        vault: Arc<Vault>,
    ) -> Result<Self, OauthError> {
        let unstored = before.and_then(|before| before.for_app(&app));
        let (stored, unsaved) = match (app.flow, unstored) {
            (Flow::ClientCredentials, _) => (None, false),
            (Flow::AuthorizationCode | Flow::DeviceCode, Some(stored)) => (Some(stored), true),
            (Flow::AuthorizationCode | Flow::DeviceCode, None) => {
                (Stored::load(&app, &vault)?, false)
            }
        };
        let held = Held {
            renewed: stored.as_ref().map(|stored| stored.refreshed),
            stored,
            unsaved,
            ..Held::default()
        };
        let shared = Shared {
            status: watch::Sender::new(held.status(app.flow)),
            held: Arc::new(Mutex::new(held)),
            app,
            wire,
            vault,
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// The application.
    pub fn app(&self) -> &App {
        &self.shared.app
    }

    /// As people see it; never waits.
    pub fn status(&self) -> Status {
        self.shared.status.borrow().clone()
    }

    /// Tells of every change of the status.
    pub fn watch(&self) -> watch::Receiver<Status> {
        self.shared.status.subscribe()
    }

    /// An access token that is good for a sign-in now: the one at hand, or a new one. However many
    /// ask at once, Microsoft is asked once. While a failure waits for its time, all get that.
    ///
    /// # Errors
    /// [`OauthError`].
    pub async fn access_token(&self, now: Moment) -> Result<Token, OauthError> {
        let held = self.held().await?;
        match held.fresh(now) {
            Some(token) => Ok(token),
            None => self.renew(held, now).await,
        }
    }

    /// Renews what is due: an access token before it ends, and a refresh token that nobody has used
    /// for a week, so that Microsoft does not forget it. To be called now and then; costs nothing
    /// where nothing is due.
    ///
    /// # Errors
    /// [`OauthError`].
    pub async fn keep_fresh(&self, now: Moment) -> Result<(), OauthError> {
        let held = self.held().await?;
        if held.is_due(now) {
            self.renew(held, now).await?;
        }
        Ok(())
    }

    /// Asks for a new access token now, whatever is at hand: for a person who wants to know. Only
    /// a wait that Microsoft asked for is kept.
    ///
    /// # Errors
    /// [`OauthError`].
    pub async fn try_now(&self, now: Moment) -> Result<(), OauthError> {
        let mut held = self.held().await?;
        let is_ours = |pause: &mut Pause| !matches!(pause.error.cause(), Cause::Throttled { .. });
        held.pause.take_if(is_ours);
        let shared = Arc::clone(&self.shared);
        to_its_end(async move {
            let tried = shared.attempt(&mut held, now).await;
            shared.publish(&held);
            tried.map(drop)
        })
        .await
    }

    /// Forgets an access token that a mail server refused, if it is still the one at hand.
    pub async fn invalidate(&self, refused: &Token) {
        let mut held = self.shared.held.lock().await;
        let is_refused = |access: &Access| access.token == *refused;
        if held.access.as_ref().is_some_and(is_refused) {
            held.access = None;
            self.shared.publish(&held);
        }
    }

    /// Connects the account by what a sign-in brought. It is on the disk when this returns; after
    /// an error the account is as it was.
    ///
    /// # Errors
    /// [`OauthError::Vault`]; [`OauthError::Unreachable`] if another one took its place.
    pub async fn connect(&self, grant: Grant, now: Moment) -> Result<(), OauthError> {
        let mut held = self.held().await?;
        let access = Access::of(&grant, now);
        let Some(refresh) = grant.refresh else {
            return Err(OauthError::refused(Meaning::NotForLong));
        };
        let stored = Stored {
            refresh,
            who: grant.who,
            scopes: grant.scopes,
            withheld: grant.withheld,
            connected: now.utc,
            refreshed: now.utc,
            fault: None,
        };
        let shared = Arc::clone(&self.shared);
        to_its_end(async move {
            shared.save(&stored).await?;
            *held = Held {
                stored: Some(stored),
                access: Some(access),
                renewed: Some(now.utc),
                ..Held::default()
            };
            shared.publish(&held);
            Ok(())
        })
        .await
    }

    /// Forgets the account. Microsoft does not: whoever wants that revokes the sessions there.
    ///
    /// # Errors
    /// [`OauthError::Vault`].
    pub async fn disconnect(&self) -> Result<(), OauthError> {
        let mut held = self.held().await?;
        let shared = Arc::clone(&self.shared);
        to_its_end(async move {
            let removing = Arc::clone(&shared);
            let removed = move || Stored::remove(&removing.app, &removing.vault);
            tokio::task::spawn_blocking(removed)
                .await
                .map_err(|error| cut_off(&error))??;
            *held = Held::default();
            shared.publish(&held);
            Ok(())
        })
        .await
    }

    /// Lets another one take its place: returns when a renewal under way has ended, and begins none
    /// any more. What could not be stored before is stored now; if it cannot be still, it is given
    /// to who takes over. Not for async threads, except before it is first used.
    pub(super) fn retire(&self) -> Option<Unstored> {
        let mut held = match Arc::clone(&self.shared.held).try_lock_owned() {
            Ok(held) => held,
            Err(_) => Arc::clone(&self.shared.held).blocking_lock_owned(),
        };
        self.shared.retire(&mut held)
    }

    /// The same for async threads, at the end of the process: nobody takes over.
    pub(super) async fn close(&self) {
        let mut held = Arc::clone(&self.shared.held).lock_owned().await;
        let keeper = self.clone();
        let closed = move || drop(keeper.shared.retire(&mut held));
        // What panics there tells so itself.
        drop(tokio::task::spawn_blocking(closed).await);
    }

    /// Waits for a renewal under way.
    async fn held(&self) -> Result<OwnedMutexGuard<Held>, OauthError> {
        let held = Arc::clone(&self.shared.held).lock_owned().await;
        if held.retired {
            return Err(OauthError::Unreachable {
                host: "the account".to_owned(),
                what: "its settings have just changed".to_owned(),
            });
        }
        Ok(held)
    }

    async fn renew(&self, held: OwnedMutexGuard<Held>, now: Moment) -> Result<Token, OauthError> {
        let shared = Arc::clone(&self.shared);
        to_its_end(async move { shared.renew(held, now).await }).await
    }
}

impl std::fmt::Debug for Keeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keeper")
            .field("app", &self.shared.app)
            .finish_non_exhaustive()
    }
}

/// In a task of its own: an asker who goes away must not cut it off between Microsoft's answer and
/// the disk, or between the disk and memory.
async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, OauthError>> + Send + 'static,
) -> Result<T, OauthError> {
    let done = tokio::spawn(work).await;
    done.map_err(|error| cut_off(&error))?
}

/// The runtime ends, or the work panicked.
fn cut_off(error: &JoinError) -> OauthError {
    OauthError::Unreachable {
        host: "the account".to_owned(),
        what: if error.is_panic() {
            "the renewal broke off".to_owned()
        } else {
            "the gateway stops".to_owned()
        },
    }
}
