//! Microsoft accounts against a server that behaves like Entra ID.

mod faults;
mod flows;
mod handle;
mod keeping;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mscons_gateway::config::microsoft::{Flow, Microsoft};
use mscons_gateway::config::secret::Secret;
use mscons_gateway::config::secrets::Secrets;
use mscons_gateway::oauth::pending::Returned;
use mscons_gateway::oauth::scopes::Uses;
use mscons_gateway::oauth::{
    App, Grant, Keeper, Meaning, Moment, OauthError, Pending, Token, Wire,
};
use mscons_gateway::vault::key::KeySource;
use mscons_gateway::vault::{self, Vault};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::support::entra::{Entra, TENANT, parameters};

const METER: &str = "meter@example.org";
const IMAP: &str = "https://outlook.office.com/IMAP.AccessAsUser.All";
const SMTP: &str = "https://outlook.office.com/SMTP.Send";
const REDIRECT: &str = "http://localhost:8080/oauth/callback";

/// A gateway as far as accounts go: a server, a data directory, a time.
struct Office {
    entra: Entra,
    data_dir: TempDir,
    vault: Arc<Vault>,
    runtime: Runtime,
    wire: Wire,
    start: Moment,
}

impl Office {
    fn open() -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let data_dir = tempfile::tempdir().unwrap();
        Self {
            entra: Entra::start(),
            vault: Arc::new(open_vault(data_dir.path())),
            data_dir,
            runtime: Runtime::new().unwrap(),
            wire: Wire::within(Duration::from_secs(20)).unwrap(),
            start: Moment::now(),
        }
    }

    /// So many seconds after the start.
    fn at(&self, seconds: u64) -> Moment {
        self.start.plus(Duration::from_secs(seconds))
    }

    fn account(&self, change: impl FnOnce(&mut Microsoft)) -> Microsoft {
        let mut account = Microsoft {
            name: "default".to_owned(),
            tenant_id: TENANT.to_owned(),
            client_id: "app-1".to_owned(),
            client_secret: Secret::Text("secret".to_owned()),
            authority: self.entra.authority(),
            ..Microsoft::default()
        };
        change(&mut account);
        account
    }

    fn app(&self, change: impl FnOnce(&mut Microsoft)) -> App {
        let uses = Uses {
            imap: true,
            smtp: true,
            ..Uses::default()
        };
        App::of(&self.account(change), uses, &self.vault).unwrap()
    }

    /// The account as a process finds it that starts now.
    fn keeper(&self, change: impl FnOnce(&mut Microsoft)) -> Keeper {
        let vault = Arc::new(open_vault(self.data_dir.path()));
        self.runtime
            .block_on(async { Keeper::open(self.app(change), self.wire.clone(), vault).unwrap() })
    }

    /// The same, signed in.
    fn connected(&self) -> Keeper {
        let keeper = self.keeper(|_| {});
        let grant = self.sign_in(keeper.app(), METER).unwrap();
        self.runtime
            .block_on(keeper.connect(grant, self.start))
            .unwrap();
        keeper
    }

    fn ask(&self, keeper: &Keeper, now: Moment) -> Result<Token, OauthError> {
        self.runtime.block_on(keeper.access_token(now))
    }

    /// A whole sign-in by browser.
    fn sign_in(&self, app: &App, user: &str) -> Result<Grant, OauthError> {
        let mut pending = Pending::default();
        let url = pending.begin(app, REDIRECT, None, self.start).unwrap();
        let back = self.entra.sign_in(&url, user);
        let arrived = pending.returned(&returned(&back), self.start)?;
        let exchanged = arrived.exchange(app, &self.wire, self.start);
        checked(self.runtime.block_on(exchanged))
    }

    /// Asks as the application itself.
    fn as_itself(&self, app: &App) -> Result<Grant, OauthError> {
        checked(self.runtime.block_on(app.as_itself(&self.wire, self.start)))
    }
}

fn application(account: &mut Microsoft) {
    account.flow = Flow::ClientCredentials;
}

fn open_vault(data_dir: &Path) -> Vault {
    let key = KeySource::of(&Secrets::default(), data_dir, None);
    Vault::open(&vault::directory(data_dir), key).unwrap()
}

/// What the address that a browser is sent back to holds.
fn returned(url: &str) -> Returned {
    assert!(url.starts_with(REDIRECT), "{url}");
    let mut returned = Returned::default();
    for (name, value) in parameters(url) {
        match name.as_str() {
            "state" => returned.state = value,
            "code" => returned.code = value,
            "error" => returned.error = value,
            "error_description" => returned.error_description = value,
            _ => {}
        }
    }
    returned
}

/// Whatever comes of a request: nothing secret is in its words.
fn checked<T: std::fmt::Debug>(answer: Result<T, OauthError>) -> Result<T, OauthError> {
    let mut printed = format!("{answer:?}");
    if let Err(error) = &answer {
        printed += &error.to_string();
    }
    // Access tokens are JWTs here, refresh tokens begin with `0.`, codes with `1.`.
    for secret in ["eyJ", "\"0.", "\"1.", "secret-2"] {
        assert!(!printed.contains(secret), "{printed}");
    }
    answer
}

fn meaning<T: std::fmt::Debug>(answer: Result<T, OauthError>) -> Meaning {
    checked(answer).unwrap_err().meaning()
}
