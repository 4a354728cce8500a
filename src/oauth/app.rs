//! A registered application: where it signs in, as whom, and how it proves itself.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
};
use oauth2::url::Url;
use oauth2::{
    AuthType, AuthUrl, ClientId, ClientSecret, DeviceAuthorizationUrl, EndpointNotSet, EndpointSet,
    StandardRevocableToken, TokenUrl,
};
use serde::{Deserialize, Serialize};

use crate::config::microsoft::{Flow, Microsoft};
use crate::config::secret::Secret;
use crate::market::calendar::{Day, UtcTime};
use crate::oauth::OauthError;
use crate::oauth::answer::Answer;
use crate::oauth::assertion::Certificate;
use crate::oauth::scopes::{self, Uses};
use crate::vault::{Name, Vault};

/// A registered application of a Microsoft account. Prints without its secret.
pub struct App {
    /// Name of the account in the configuration.
    pub name: String,
    /// How it signs in.
    pub flow: Flow,
    /// What it asks for.
    pub scopes: Vec<String>,
    pub(super) registration: Registration,
    /// `{authority}/{tenant}/oauth2/v2.0`.
    endpoints: Url,
    proof: Proof,
}

/// Which application, of which tenant, at which authority. What is granted to one serves no other,
/// and must not be shown to another authority.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Registration {
    pub(super) client_id: String,
    pub(super) tenant_id: String,
    /// Without a slash at its end.
    #[serde(default = "usual_authority")]
    pub(super) authority: String,
}

/// That of what was kept before it was written down.
fn usual_authority() -> String {
    Microsoft::default().authority
}

/// How an application proves that it is itself.
enum Proof {
    /// A public client: by nothing.
    None,
    Secret {
        secret: Secret,
        /// The end of its last day, if that is known.
        until: Option<UtcTime>,
    },
    Certificate(Box<Certificate>),
}

/// The client of the crate `oauth2`, with the endpoints that Microsoft has.
pub(super) type Client = oauth2::Client<
    BasicErrorResponse,
    Answer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

impl App {
    /// By configuration. A client secret that is not in it is looked for in the vault.
    ///
    /// # Errors
    /// [`OauthError::Configuration`] if a file cannot be used, or the application cannot prove
    /// itself though its flow asks for it; [`OauthError::Vault`].
    pub fn of(account: &Microsoft, uses: Uses, vault: &Vault) -> Result<Self, OauthError> {
        let wrong = |what: String| OauthError::Configuration {
            account: account.name.clone(),
            what,
        };
        let authority = account.authority.trim_end_matches('/');
        let endpoints = format!("{authority}/{}/oauth2/v2.0", account.tenant_id);
        let endpoints = Url::parse(&endpoints)
            .map_err(|error| wrong(format!("authority and tenant_id make no address: {error}")))?;
        let proof = match (&account.certificate_file, &account.key_file) {
            (Some(certificate), Some(key)) => Proof::Certificate(Box::new(
                Certificate::load(certificate, key).map_err(&wrong)?,
            )),
            (Some(_), None) | (None, Some(_)) => {
                return Err(wrong(
                    "certificate_file and key_file belong together".to_owned(),
                ));
            }
            (None, None) => match client_secret(account, vault)? {
                Some(secret) => Proof::Secret {
                    secret,
                    until: account.secret_until().map(end_of),
                },
                None => Proof::None,
            },
        };
        if account.flow == Flow::ClientCredentials && matches!(proof, Proof::None) {
            return Err(wrong(
                "client_credentials needs a client secret or a certificate; enter one".to_owned(),
            ));
        }
        Ok(Self {
            name: account.name.clone(),
            flow: account.flow,
            scopes: scopes::asked(account, uses),
            registration: Registration {
                client_id: account.client_id.clone(),
                tenant_id: account.tenant_id.clone(),
                authority: authority.to_ascii_lowercase(),
            },
            endpoints,
            proof,
        })
    }

    /// Whether the files of an account's certificate can be used, if it names both. Reads them.
    ///
    /// # Errors
    /// What is wrong with which file.
    pub fn check_files_of(account: &Microsoft) -> Result<(), String> {
        match (&account.certificate_file, &account.key_file) {
            (Some(certificate), Some(key)) => Certificate::load(certificate, key).map(drop),
            (Some(_) | None, None) | (None, Some(_)) => Ok(()),
        }
    }

    /// Where a person without a gateway at hand consents for a whole tenant.
    pub fn admin_consent_url(&self, redirect_uri: &str) -> String {
        let mut url = self.endpoints.clone();
        url.set_path(&format!(
            "/{}/v2.0/adminconsent",
            self.registration.tenant_id
        ));
        let scopes = self
            .scopes
            .iter()
            .filter(|scope| scopes::is_of_resource(scope));
        let scopes: Vec<&str> = scopes.map(String::as_str).collect();
        url.query_pairs_mut()
            .append_pair("client_id", &self.registration.client_id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("scope", &scopes.join(" "));
        url.into()
    }

    pub(super) fn client(&self) -> Client {
        let client = oauth2::Client::new(ClientId::new(self.registration.client_id.clone()))
            .set_auth_uri(AuthUrl::from_url(self.endpoint("authorize")))
            .set_token_uri(TokenUrl::from_url(self.endpoint("token")))
            .set_device_authorization_url(DeviceAuthorizationUrl::from_url(
                self.endpoint("devicecode"),
            ))
            .set_auth_type(AuthType::RequestBody);
        match &self.proof {
            Proof::Secret { secret, .. } => {
                client.set_client_secret(ClientSecret::new(secret.reveal().to_owned()))
            }
            Proof::None | Proof::Certificate(_) => client,
        }
    }

    /// What the client does not send by itself: the signed word of a certificate.
    pub(super) fn assertion(&self, now: UtcTime) -> Result<Parameters, OauthError> {
        let Proof::Certificate(certificate) = &self.proof else {
            return Ok(Vec::new());
        };
        let token_url = self.endpoint("token");
        let assertion =
            certificate.assertion(&self.registration.client_id, token_url.as_str(), now);
        let assertion = assertion.map_err(|what| OauthError::Configuration {
            account: self.name.clone(),
            what,
        })?;
        Ok(vec![
            (Cow::from("client_assertion_type"), Cow::from(JWT_BEARER)),
            (Cow::from("client_assertion"), Cow::from(assertion)),
        ])
    }

    /// The secret, where there is one and the crate's client is not used.
    pub(super) fn secret(&self) -> Option<&str> {
        match &self.proof {
            Proof::Secret { secret, .. } => Some(secret.reveal()),
            Proof::None | Proof::Certificate(_) => None,
        }
    }

    /// Until when its certificate or client secret is valid, as far as that is known.
    pub fn credential_until(&self) -> Option<UtcTime> {
        match &self.proof {
            Proof::Certificate(certificate) => certificate.until,
            Proof::Secret { until, .. } => *until,
            Proof::None => None,
        }
    }

    /// Whether the files that these settings name, if any, are those by which it proves itself.
    /// Reads them.
    pub(super) fn is_proved_by_files_of(&self, account: &Microsoft) -> bool {
        match (&self.proof, &account.certificate_file, &account.key_file) {
            (Proof::Certificate(certificate), Some(file), Some(key_file)) => {
                Certificate::load(file, key_file).is_ok_and(|read| read.is_same(certificate))
            }
            (Proof::None | Proof::Secret { .. }, None, None) => true,
            (Proof::None | Proof::Secret { .. } | Proof::Certificate(_), _, _) => false,
        }
    }

    pub(super) fn endpoint(&self, name: &str) -> Url {
        let mut url = self.endpoints.clone();
        url.set_path(&format!("{}/{name}", self.endpoints.path()));
        url
    }

    pub(super) fn host(&self) -> String {
        self.endpoints.host_str().unwrap_or_default().to_owned()
    }
}

/// Parameters of a form.
pub(super) type Parameters = Vec<(Cow<'static, str>, Cow<'static, str>)>;

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("name", &self.name)
            .field("flow", &self.flow)
            .field("client_id", &self.registration.client_id)
            .field("endpoints", &self.endpoints.as_str())
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// The name that an account's client secret has in the vault.
///
/// # Errors
/// [`OauthError::Configuration`] for a name that no configuration lets pass.
pub fn secret_name(account: &str) -> Result<Name, OauthError> {
    vault_name(account, CLIENT_SECRET)
}

/// The name that an account's sign-in has in the vault.
pub(super) fn sign_in_name(account: &str) -> Result<Name, OauthError> {
    vault_name(account, SIGN_IN)
}

/// The account that a secret of the vault is of, if it is one of ours.
pub(super) fn account_of(sealed: &Name) -> Option<&str> {
    let (account, what) = sealed.as_str().strip_prefix(OURS)?.rsplit_once('.')?;
    [CLIENT_SECRET, SIGN_IN].contains(&what).then_some(account)
}

fn vault_name(account: &str, what: &str) -> Result<Name, OauthError> {
    Name::new(format!("{OURS}{account}.{what}")).ok_or_else(|| OauthError::Configuration {
        account: account.to_owned(),
        what: "its name is none: use a-z, 0-9, `-` and `_`".to_owned(),
    })
}

fn client_secret(account: &Microsoft, vault: &Vault) -> Result<Option<Secret>, OauthError> {
    if account.client_secret != Secret::Empty {
        return Ok(Some(account.client_secret.clone()));
    }
    let kept = vault.read(&secret_name(&account.name)?).map_err(Arc::new)?;
    let text = kept.and_then(|kept| String::from_utf8(kept.reveal().to_vec()).ok());
    Ok(text.filter(|text| !text.is_empty()).map(Secret::Text))
}

/// The end of a day, by Microsoft's clock.
fn end_of(day: Day) -> UtcTime {
    UtcTime::from_seconds((i64::from(day.number()) + 1) * 86_400)
}

/// What our names in the vault begin with: it keeps other secrets, too.
const OURS: &str = "microsoft.";
/// What they end with.
const CLIENT_SECRET: &str = "client-secret";
const SIGN_IN: &str = "account";
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
