//! All Microsoft accounts of a configuration, and what they share: the vault and the way out.

mod sealed;
mod standing;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::join_all;
use tokio::sync::watch;

use crate::config::Gateway;
use crate::config::microsoft::Microsoft;
use crate::oauth::scopes::Uses;
use crate::oauth::stored::Unstored;
use crate::oauth::{App, Keeper, OauthError, Status, Wire};
use crate::vault::key::KeySource;
use crate::vault::{self, Vault};

pub use standing::{Standing, State};

/// All Microsoft accounts of the configuration. Clones are the same ones.
#[derive(Clone, Debug)]
pub struct Accounts {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// Where the secrets are, and where their key is from; `None` where nothing is kept.
    place: Option<(PathBuf, KeySource)>,
    vault: Mutex<Option<Arc<Vault>>>,
    wire: Mutex<Option<Wire>>,
    all: Mutex<Vec<Account>>,
    /// Who holds it is the one who changes `all`; that may take a while.
    changing: Mutex<()>,
    /// Changes when an account comes, goes, or is replaced.
    changes: watch::Sender<u64>,
    /// No keeper begins anything any more, whatever is changed still.
    closed: AtomicBool,
}

/// An account, and what made it what it is.
#[derive(Clone, Debug)]
struct Account {
    settings: Microsoft,
    uses: Uses,
    opened: u64,
    keeper: Result<Keeper, OauthError>,
    /// What the keeper before could not store, while there is none to go on with it.
    unstored: Option<Unstored>,
}

impl Default for Accounts {
    fn default() -> Self {
        Self::none()
    }
}

impl Accounts {
    /// The accounts of a configuration. Reads files. An account that cannot be opened tells why
    /// when it is asked for; the vault is not opened where nobody needs it.
    pub fn open(config: &Gateway) -> Self {
        let key = KeySource::found(&config.secrets, &config.data_dir);
        let accounts = Self::at(Some((vault::directory(&config.data_dir), key)));
        accounts.reload(config);
        accounts
    }

    /// No accounts, and no place for secrets.
    pub fn none() -> Self {
        Self::at(None)
    }

    fn at(place: Option<(PathBuf, KeySource)>) -> Self {
        let shared = Shared {
            place,
            vault: Mutex::default(),
            wire: Mutex::default(),
            all: Mutex::default(),
            changing: Mutex::default(),
            changes: watch::Sender::new(0),
            closed: AtomicBool::new(false),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// The names of the accounts, in order of the configuration.
    pub fn names(&self) -> Vec<String> {
        let all = locked(&self.shared.all);
        all.iter()
            .map(|account| account.settings.name.clone())
            .collect()
    }

    /// Each account as it is, in order of the configuration; never waits.
    pub fn all(&self) -> Vec<Standing> {
        let all = locked(&self.shared.all);
        all.iter().map(Account::standing).collect()
    }

    /// The keeper of an account; of the only one for an empty name. Not to be held for long: a
    /// changed configuration replaces it.
    ///
    /// # Errors
    /// Why it cannot be opened; [`OauthError::Configuration`] if there is none of this name.
    pub fn keeper(&self, name: &str) -> Result<Keeper, OauthError> {
        let all = locked(&self.shared.all);
        let found = match (name, &all[..]) {
            ("", [only]) => Some(only),
            (name, all) => all.iter().find(|account| account.settings.name == name),
        };
        let unknown = || OauthError::Configuration {
            account: name.to_owned(),
            what: "there is no [[microsoft]] of this name; add it, or name another".to_owned(),
        };
        found.ok_or_else(unknown)?.keeper.clone()
    }

    /// An account as people see it; never waits.
    ///
    /// # Errors
    /// As [`Accounts::keeper`].
    pub fn status(&self, name: &str) -> Result<Status, OauthError> {
        Ok(self.keeper(name)?.status())
    }

    /// The one vault of this process, opened when it is first asked for. Reads files.
    ///
    /// # Errors
    /// [`OauthError::Vault`]; the next one who asks tries again.
    pub fn vault(&self) -> Result<Arc<Vault>, OauthError> {
        let mut opened = locked(&self.shared.vault);
        if let Some(vault) = &*opened {
            return Ok(Arc::clone(vault));
        }
        let Some((directory, key)) = &self.shared.place else {
            return Err(OauthError::Configuration {
                account: String::new(),
                what: "there is no place for secrets here".to_owned(),
            });
        };
        let vault = Vault::open(directory, key.clone()).map_err(Arc::new)?;
        Ok(Arc::clone(opened.insert(Arc::new(vault))))
    }

    /// The way to the authorities.
    ///
    /// # Errors
    /// [`OauthError::Unreachable`] if the system's certificates cannot be used.
    pub fn wire(&self) -> Result<Wire, OauthError> {
        let mut made = locked(&self.shared.wire);
        if let Some(wire) = &*made {
            return Ok(wire.clone());
        }
        Ok(made.insert(Wire::new()?).clone())
    }

    /// Tells of every change of the status of each.
    pub(super) fn watch(&self) -> Vec<watch::Receiver<Status>> {
        let all = locked(&self.shared.all);
        let keepers = all
            .iter()
            .filter_map(|account| account.keeper.as_ref().ok());
        keepers.map(Keeper::watch).collect()
    }

    /// Ends all renewals in order, and begins none any more, for good: not by keepers either that a
    /// changed configuration makes later.
    pub async fn close(&self) {
        // First: whoever puts other keepers after those that are seen here finds it set.
        self.shared.closed.store(true, Ordering::SeqCst);
        let all = locked(&self.shared.all).clone();
        let keepers = all
            .iter()
            .filter_map(|account| account.keeper.as_ref().ok());
        join_all(keepers.map(Keeper::close)).await;
    }

    /// Tells when an account comes, goes, or is replaced.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.shared.changes.subscribe()
    }

    /// Takes over a changed configuration; data directory and key stay those of the start. An
    /// account that did not change keeps its keeper; one that is replaced lets a renewal under way
    /// end first. Blocks: not for async threads, except before the first keeper is used.
    pub fn reload(&self, config: &Gateway) {
        let _changing = locked(&self.shared.changing);
        let before = locked(&self.shared.all).clone();
        let after = config.microsoft.iter().map(|settings| {
            let uses = Uses::of(config, settings);
            let old = before.iter().find(|old| old.settings.name == settings.name);
            match old {
                Some(old) if old.serves(settings, uses) => old.clone(),
                Some(_) | None => self.in_place_of(old, settings, uses),
            }
        });
        let after: Vec<Account> = after.collect();
        let is_left = |old: &&Account| {
            let mut after = after.iter();
            after.any(|new| new.settings.name == old.settings.name)
        };
        let gone = before.iter().filter(|old| !is_left(old));
        gone.for_each(|account| drop(account.retire()));
        self.put_all(&after);
    }

    /// Opens an account anew, after its secret was changed in the vault. Blocks, as a reload does.
    pub fn reopen(&self, name: &str) {
        let _changing = locked(&self.shared.changing);
        let all = locked(&self.shared.all).clone();
        if let Some(old) = all.iter().find(|account| account.settings.name == name) {
            self.put(self.in_place_of(Some(old), &old.settings, old.uses));
        }
    }

    /// Tries again to open what could not be opened, and tells if that fails for another reason.
    /// Reads files where there is such a thing.
    pub fn retry(&self) {
        let _changing = locked(&self.shared.changing);
        let all = locked(&self.shared.all).clone();
        for account in all {
            let Err(before) = &account.keeper else {
                continue;
            };
            let unstored = account.unstored.as_ref();
            match self.opened(&account.settings, account.uses, unstored) {
                Ok(keeper) => self.put(Account {
                    keeper: Ok(keeper),
                    opened: account.opened.wrapping_add(1),
                    unstored: None,
                    ..account
                }),
                Err(error) if error.to_string() != before.to_string() => self.put(Account {
                    keeper: Err(error),
                    ..account
                }),
                Err(_) => {}
            }
        }
    }

    /// Puts an account in the place of the one of the same name.
    fn put(&self, new: Account) {
        let mut all = locked(&self.shared.all).clone();
        let place = all
            .iter_mut()
            .find(|account| account.settings.name == new.settings.name);
        if let Some(place) = place {
            *place = new;
        }
        self.put_all(&all);
    }

    /// Puts these in the place of all, and tells.
    fn put_all(&self, after: &[Account]) {
        *locked(&self.shared.all) = after.to_vec();
        let is_closed = self.shared.closed.load(Ordering::SeqCst);
        for account in after.iter().filter(|_| is_closed) {
            drop(account.retire());
        }
        self.shared.changes.send_modify(|count| *count += 1);
    }

    /// An account by new settings, once the old one has ended its work: what that stores last, or
    /// cannot store, is what the new one begins with.
    fn in_place_of(&self, old: Option<&Account>, settings: &Microsoft, uses: Uses) -> Account {
        let unstored = old.and_then(Account::retire);
        let keeper = self.opened(settings, uses, unstored.as_ref());
        Account {
            settings: settings.clone(),
            uses,
            opened: old.map_or(0, |old| old.opened.wrapping_add(1)),
            unstored: unstored.filter(|_| keeper.is_err()),
            keeper,
        }
    }

    fn opened(
        &self,
        settings: &Microsoft,
        uses: Uses,
        before: Option<&Unstored>,
    ) -> Result<Keeper, OauthError> {
        let vault = self.vault()?;
        let app = App::of(settings, uses, &vault)?;
        Keeper::open_after(before, app, self.wire()?, vault)
    }
}

impl Account {
    /// Whether it is what these settings ask for, and works.
    fn serves(&self, settings: &Microsoft, uses: Uses) -> bool {
        let is_same = self.settings == *settings && self.uses == uses;
        // The files of a certificate may have changed under the same names.
        let is_proved = |keeper: &Keeper| keeper.app().is_proved_by_files_of(settings);
        is_same && self.keeper.as_ref().is_ok_and(is_proved)
    }

    fn standing(&self) -> Standing {
        let keeper = self.keeper.as_ref();
        Standing {
            name: self.settings.name.clone(),
            flow: self.settings.flow,
            is_used: self.uses.any(),
            opened: self.opened,
            credential_until: keeper.ok().and_then(|one| one.app().credential_until()),
            status: keeper.map(Keeper::status).map_err(Clone::clone),
        }
    }

    /// Ends its work; gives what is not stored.
    fn retire(&self) -> Option<Unstored> {
        match &self.keeper {
            Ok(keeper) => keeper.retire(),
            Err(_) => self.unstored.clone(),
        }
    }
}

/// A panic leaves what is in it whole: it is replaced as one.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
