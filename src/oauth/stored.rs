//! What is kept of an account: sealed, and enough to go on after a restart.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use zeroize::{Zeroize, Zeroizing};

use crate::market::calendar::UtcTime;
use crate::oauth::app::{Registration, sign_in_name};
use crate::oauth::who::Who;
use crate::oauth::{App, Fault, OauthError, Token};
use crate::vault::{Name, Vault};

/// A connected account as it is kept.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) refresh: Token,
    pub(super) who: Who,
    pub(super) scopes: Vec<String>,
    pub(super) withheld: Vec<String>,
    pub(super) connected: UtcTime,
    pub(super) refreshed: UtcTime,
    pub(super) fault: Option<Fault>,
}

/// What its keeper could not store: for the one that takes its place.
#[derive(Clone, Debug)]
pub(super) struct Unstored {
    stored: Stored,
    registration: Registration,
}

impl Unstored {
    /// That of an application.
    pub(super) fn of(app: &App, stored: Stored) -> Self {
        Self {
            stored,
            registration: app.registration.clone(),
        }
    }

    /// What of it serves an application: nothing if it was given to another one.
    pub(super) fn for_app(&self, app: &App) -> Option<Stored> {
        let serves = self.registration == app.registration;
        serves.then(|| self.stored.clone())
    }
}

/// A connected account as JSON. A field that is added later must have a default.
#[derive(Deserialize, Serialize)]
struct Written {
    version: u32,
    #[serde(flatten)]
    registration: Registration,
    refresh_token: String,
    who: Who,
    scopes: Vec<String>,
    withheld: Vec<String>,
    connected: i64,
    refreshed: i64,
    #[serde(default, deserialize_with = "known_fault")]
    fault: Option<Fault>,
}

/// A fault that a later version wrote, and this one does not know, is none: the sign-in counts.
fn known_fault<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Fault>, D::Error> {
    let fault = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(fault).unwrap_or_default())
}

impl Drop for Written {
    fn drop(&mut self) {
        self.refresh_token.zeroize();
    }
}

impl Stored {
    /// Reads what is kept; `None` if nothing is, or if it is of another registration.
    pub(super) fn load(app: &App, vault: &Vault) -> Result<Option<Self>, OauthError> {
        let name = sign_in_name(&app.name)?;
        let Some(kept) = vault.read(&name).map_err(Arc::new)? else {
            return Ok(None);
        };
        let Ok(written) = serde_json::from_slice::<Written>(kept.reveal()) else {
            tracing::warn!(
                account = app.name,
                "what is kept of the account cannot be read"
            );
            return Ok(None);
        };
        if written.version != VERSION || written.registration != app.registration {
            return Ok(None);
        }
        Ok(Some(Self {
            refresh: Token::from(written.refresh_token.clone()),
            who: written.who.clone(),
            scopes: written.scopes.clone(),
            withheld: written.withheld.clone(),
            connected: UtcTime::from_seconds(written.connected),
            refreshed: UtcTime::from_seconds(written.refreshed),
            fault: written.fault.clone(),
        }))
    }

    /// The name and the bytes under which it is kept.
    pub(super) fn written(&self, app: &App) -> Result<(Name, Zeroizing<Vec<u8>>), OauthError> {
        let written = Written {
            version: VERSION,
            registration: app.registration.clone(),
            refresh_token: self.refresh.reveal().to_owned(),
            who: self.who.clone(),
            scopes: self.scopes.clone(),
            withheld: self.withheld.clone(),
            connected: self.connected.seconds(),
            refreshed: self.refreshed.seconds(),
            fault: self.fault.clone(),
        };
        let mut bytes = Zeroizing::new(Vec::with_capacity(WRITTEN_BYTES));
        // Writing to memory cannot fail, and every field can be written.
        let _ = serde_json::to_writer(&mut *bytes, &written);
        Ok((sign_in_name(&app.name)?, bytes))
    }

    /// Writes it to the disk. Blocks.
    pub(super) fn keep(&self, app: &App, vault: &Vault) -> Result<(), OauthError> {
        let (name, written) = self.written(app)?;
        vault.write(&name, &written).map_err(Arc::new)?;
        Ok(())
    }

    /// Forgets what is kept.
    pub(super) fn remove(app: &App, vault: &Vault) -> Result<(), OauthError> {
        let name = sign_in_name(&app.name)?;
        vault.remove(&name).map_err(Arc::new)?;
        Ok(())
    }
}

const VERSION: u32 = 1;
/// Room enough that the buffer does not grow, and leave a copy behind.
const WRITTEN_BYTES: usize = 48 << 10;
