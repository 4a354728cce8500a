//! Keeps a connected account going: one access token for all who ask, renewed in time, one renewal
//! at a time, and nothing used before what must survive a crash is on the disk.

mod held;
mod status;

use std::sync::Arc;

use tokio::sync::{Mutex, OwnedMutexGuard, watch};
use tokio::task::JoinError;

use crate::clock;
use crate::config::microsoft::Flow;
use crate::metrics::{self, RefreshResult};
use crate::net::backoff::{self, Cause};
use crate::oauth::keeper::held::{Access, Held, Pause};
use crate::oauth::stored::{Stored, Unstored};
use crate::oauth::who::Who;
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

impl Shared {
    async fn renew(
        &self,
        mut held: OwnedMutexGuard<Held>,
        now: Moment,
    ) -> Result<Token, OauthError> {
        let renewed = self.attempt(&mut held, now).await;
        self.publish(&held);
        match renewed {
            Ok(token) => Ok(token),
            // The one at hand may serve still; the next asker comes back to it.
            Err(error) => held.serving(now).ok_or(error),
        }
    }

    async fn attempt(&self, held: &mut Held, now: Moment) -> Result<Token, OauthError> {
        if held.unsaved {
            self.settle(held, now).await?;
            if let Some(token) = held.fresh(now) {
                return Ok(token);
            }
        }
        if let Some(pause) = &held.pause
            && !now.has_waited_for(pause.until)
        {
            return Err(pause.error.clone());
        }
        let asked = match (self.app.flow, &held.stored) {
            (Flow::ClientCredentials, _) => self.app.as_itself(&self.wire, now).await,
            (Flow::AuthorizationCode | Flow::DeviceCode, Some(stored)) => {
                self.app.refresh(&self.wire, &stored.refresh, now).await
            }
            (Flow::AuthorizationCode | Flow::DeviceCode, None) => {
                return Err(OauthError::refused(Meaning::NotConnected));
            }
        };
        metrics::token_refreshed(&self.app.name, result(&asked));
        match asked {
            Ok(grant) => self.accept(held, grant, now).await,
            Err(error) => {
                self.fail(held, &error, now).await;
                Err(error)
            }
        }
    }

    /// Takes over a new access token, once the refresh token that came with it is on the disk.
    async fn accept(
        &self,
        held: &mut Held,
        grant: Grant,
        now: Moment,
    ) -> Result<Token, OauthError> {
        let access = Access::of(&grant, now);
        let token = access.token.clone();
        held.access = Some(access);
        held.renewed = Some(now.utc);
        (held.failures, held.pause) = (0, None);
        if let Some(stored) = &mut held.stored {
            // RFC 6749 section 6: without a new one the old one stays.
            if let Some(refresh) = grant.refresh {
                stored.refresh = refresh;
            }
            if grant.who != Who::default() {
                stored.who = grant.who;
            }
            (stored.scopes, stored.withheld) = (grant.scopes, grant.withheld);
            (stored.refreshed, stored.fault) = (now.utc, None);
            held.unsaved = true;
            self.settle(held, now).await?;
        }
        Ok(token)
    }

    /// Notes a failure, and when the next attempt may be made.
    async fn fail(&self, held: &mut Held, error: &OauthError, now: Moment) {
        held.failures = held.failures.saturating_add(1);
        let wait = backoff::delay(error.cause(), held.failures, clock::jitter());
        held.pause = Some(Pause {
            until: now.plus(wait),
            error: error.clone(),
        });
        let OauthError::Refused(fault) = error else {
            return;
        };
        if let Some(stored) = &mut held.stored
            && !fault.meaning.is_transient()
            && stored.fault.as_ref().map(|known| known.meaning) != Some(fault.meaning)
        {
            stored.fault = Some((**fault).clone());
            let stored = stored.clone();
            if let Err(error) = self.save(&stored).await {
                tracing::warn!(account = self.app.name, %error, "why the account does not work is not kept over a restart");
            }
        }
    }

    /// Stores what is not stored yet. While it cannot be, nothing of the account is of use, and its
    /// status tells why; who asks next has it tried again at once.
    async fn settle(&self, held: &mut Held, now: Moment) -> Result<(), OauthError> {
        if let Some(stored) = &held.stored
            && let Err(error) = self.save(stored).await
        {
            held.pause = Some(Pause {
                until: now,
                error: error.clone(),
            });
            return Err(error);
        }
        // Nothing else is tried, and can fail, before.
        (held.unsaved, held.pause) = (false, None);
        Ok(())
    }

    /// Begins nothing any more; gives what cannot be stored. Blocks.
    fn retire(&self, held: &mut Held) -> Option<Unstored> {
        held.retired = true;
        let stored = held.stored.as_ref().filter(|_| held.unsaved)?;
        let failed = stored.keep(&self.app, &self.vault).err();
        let unstored = failed.map(|error| {
            tracing::warn!(account = self.app.name, %error, "the newest refresh token is in memory only");
            Unstored::of(&self.app, stored.clone())
        });
        // Stored, or another one's to store.
        held.unsaved = false;
        unstored
    }

    async fn save(&self, stored: &Stored) -> Result<(), OauthError> {
        let (name, written) = stored.written(&self.app)?;
        let vault = Arc::clone(&self.vault);
        let kept = tokio::task::spawn_blocking(move || vault.write(&name, &written));
        let kept = kept.await.map_err(|error| cut_off(&error))?;
        Ok(kept.map_err(Arc::new)?)
    }

    fn publish(&self, held: &Held) {
        self.status.send_replace(held.status(self.app.flow));
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

/// How an attempt ended, as it is counted.
fn result(asked: &Result<Grant, OauthError>) -> RefreshResult {
    match asked {
        Ok(_) => RefreshResult::Ok,
        Err(error) if error.is_transient() => RefreshResult::Transient,
        Err(_) => RefreshResult::Final,
    }
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
