//! An attempt to renew: what is asked, and what is taken over from the answer when.

use std::sync::Arc;

use tokio::sync::OwnedMutexGuard;

use crate::clock;
use crate::config::microsoft::Flow;
use crate::metrics::{self, RefreshResult};
use crate::net::backoff;
use crate::oauth::keeper::held::{Access, Held, Pause};
use crate::oauth::keeper::{Shared, cut_off};
use crate::oauth::stored::{Stored, Unstored};
use crate::oauth::who::Who;
use crate::oauth::{Grant, Meaning, Moment, OauthError, Token};

impl Shared {
    pub(super) async fn renew(
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

    pub(super) async fn attempt(&self, held: &mut Held, now: Moment) -> Result<Token, OauthError> {
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
    pub(super) fn retire(&self, held: &mut Held) -> Option<Unstored> {
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

    /// Writes to the disk.
    pub(super) async fn save(&self, stored: &Stored) -> Result<(), OauthError> {
        let (name, written) = stored.written(&self.app)?;
        let vault = Arc::clone(&self.vault);
        let kept = tokio::task::spawn_blocking(move || vault.write(&name, &written));
        let kept = kept.await.map_err(|error| cut_off(&error))?;
        Ok(kept.map_err(Arc::new)?)
    }

    pub(super) fn publish(&self, held: &Held) {
        self.status.send_replace(held.status(self.app.flow));
    }
}

/// How an attempt ended, as it is counted.
fn result(asked: &Result<Grant, OauthError>) -> RefreshResult {
    match asked {
        Ok(_) => RefreshResult::Ok,
        Err(error) if error.is_transient() => RefreshResult::Transient,
        Err(_) => RefreshResult::Final,
    }
}
