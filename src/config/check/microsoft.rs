//! The check of `[[microsoft]]`, of the mailboxes that sign in by it, and of `web.base_url`.

mod fault;

use std::collections::{BTreeSet, HashSet};
use std::net::IpAddr;

use crate::config::check::{Check, is_name};
use crate::config::mailbox::{Auth, Encryption, Mailbox, Protocol};
use crate::config::microsoft::{Flow, Microsoft};
use crate::config::{ConfigFault, Gateway, keys};

pub use fault::AccountFault;

pub(super) fn check(gateway: &Gateway, faults: &mut Vec<ConfigFault>) {
    let mut names = HashSet::new();
    for (index, account) in gateway.microsoft.iter().enumerate() {
        let mut check = Check {
            section: format!("microsoft[{index}]"),
            faults,
        };
        if account.name.is_empty() {
            check.account_fault("name", AccountFault::NameMissing);
        } else if !is_name(&account.name) {
            check.account_fault("name", AccountFault::NoName(account.name.clone()));
        }
        if !account.name.is_empty() && !names.insert(&account.name) {
            check.account_fault("name", AccountFault::NameTwice(account.name.clone()));
        }
        check.registration(account);
        check.credential(account);
        check.scopes(account);
    }
    check_redirect(gateway, faults);
}

pub(super) fn hints(gateway: &Gateway, hints: &mut Vec<ConfigFault>) {
    for (index, account) in gateway.microsoft.iter().enumerate() {
        let mut check = Check {
            section: format!("microsoft[{index}]"),
            faults: hints,
        };
        let has_none =
            account.client_secret.reveal().is_empty() && account.certificate_file.is_none();
        if has_none {
            match account.flow {
                Flow::ClientCredentials => check.fault(
                    "client_secret",
                    "is empty, and there is no certificate: one must be kept sealed in `data_dir` for client_credentials",
                ),
                Flow::AuthorizationCode => check.fault(
                    "client_secret",
                    "is empty, and there is no certificate: that is right for a public client alone; any other is refused with AADSTS7000218 unless a secret is kept sealed in `data_dir`",
                ),
                // Public clients are what it is for.
                Flow::DeviceCode => {}
            }
        }
        let is_sending = gateway.sends_by(account);
        if gateway.mailboxes_of(account).next().is_none() && !is_sending {
            check.fault("name", "no mailbox signs in by this account");
        }
    }
}

/// Microsoft sends a browser back over HTTPS, or to the machine that it runs on.
fn check_redirect(gateway: &Gateway, faults: &mut Vec<ConfigFault>) {
    let needs_redirect = |account: &Microsoft| account.flow == Flow::AuthorizationCode;
    let address = gateway.web.address();
    let base_url = Address::parse(&address);
    let is_refused = base_url.is_some_and(|url| !url.is_https && !url.is_loopback());
    if is_refused && gateway.microsoft.iter().any(needs_redirect) {
        let section = "web".to_owned();
        Check { section, faults }.account_fault("base_url", AccountFault::NoWayBack);
    }
}

impl Check<'_> {
    pub(super) fn base_url(&mut self, url: &str) {
        match Address::parse(url) {
            Some(address) if address.has_path => self.fault(
                "base_url",
                "is without a path: such as `https://gateway.example.org`; the pages link to each other from the root of their host",
            ),
            Some(_) => {}
            None => {
                let what = format!(
                    "`{url}` is no address of a page; write it as `https://gateway.example.org`, with a port if need be"
                );
                self.fault("base_url", what);
            }
        }
    }

    /// How a mailbox signs in.
    pub(super) fn account(&mut self, mailbox: &Mailbox, accounts: &[Microsoft]) {
        if mailbox.auth == Auth::Password {
            if !mailbox.account.is_empty() {
                self.fault("account", "is for `auth = \"microsoft\"`; leave it out");
            }
            return;
        }
        if matches!(mailbox.protocol, Protocol::Maildir | Protocol::Folder) {
            self.fault(
                "auth",
                "is for IMAP and POP3; leave it out: nobody signs in to a directory",
            );
            return;
        }
        if !mailbox.password.reveal().is_empty() {
            let what = "cannot go with `auth = \"microsoft\"`; leave out one of them";
            self.fault("password", what);
        }
        self.token_way(mailbox.encryption, &mailbox.host);
        self.account_name(&mailbox.account, accounts);
    }

    /// A token is as good as a password.
    pub(super) fn token_way(&mut self, encryption: Encryption, host: &str) {
        let is_open = matches!(encryption, Encryption::None | Encryption::Auto);
        if is_open && !is_loopback(host) {
            let what = "would let a token go in clear text; use \"tls\" or \"starttls\" with `auth = \"microsoft\"`";
            self.fault("encryption", what);
        }
    }

    /// Which account is meant.
    pub(super) fn account_name(&mut self, name: &str, accounts: &[Microsoft]) {
        let names = || accounts.iter().map(|account| account.name.as_str());
        if name.is_empty() && accounts.len() > 1 {
            let names: Vec<&str> = names().collect();
            self.account_fault("account", AccountFault::Unchosen(names.join("`, `")));
        } else if accounts.is_empty() {
            self.fault("account", "there is no [[microsoft]] account; add one");
        } else if !name.is_empty() && !names().any(|known| known == name) {
            let meant = keys::nearest(names(), name);
            let meant = meant.map(|meant| format!("; did you mean `{meant}`?"));
            let meant = meant.unwrap_or_else(|| "; add one, or name another".to_owned());
            self.fault(
                "account",
                format!("no [[microsoft]] has the name `{name}`{meant}"),
            );
        }
    }

    fn registration(&mut self, account: &Microsoft) {
        let is_word = |text: &str| {
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
            text.len() <= WORD_BYTES && text.bytes().all(fits)
        };
        if account.tenant_id.is_empty() {
            self.account_fault("tenant_id", AccountFault::TenantMissing);
        } else if !is_word(&account.tenant_id) {
            let tenant = account.tenant_id.clone();
            self.account_fault("tenant_id", AccountFault::NoTenant(tenant));
        } else if account.flow == Flow::ClientCredentials && is_shared(&account.tenant_id) {
            self.account_fault("tenant_id", AccountFault::SharedTenant);
        }
        if account.client_id.is_empty() {
            self.account_fault("client_id", AccountFault::ClientMissing);
        } else if !is_word(&account.client_id) {
            let client = account.client_id.clone();
            self.account_fault("client_id", AccountFault::NoClient(client));
        }
        let fault = match Address::parse(&account.authority) {
            Some(address) if address.has_path => Some(AccountFault::AuthorityWithPath),
            Some(address) if !address.is_https && !address.is_loopback() => {
                Some(AccountFault::AuthorityOpen)
            }
            Some(_) => None,
            None => Some(AccountFault::NoAuthority(account.authority.clone())),
        };
        if let Some(fault) = fault {
            self.account_fault("authority", fault);
        }
    }

    fn credential(&mut self, account: &Microsoft) {
        match (&account.certificate_file, &account.key_file) {
            (Some(_), None) => self.fault(
                "key_file",
                "is missing; a certificate needs its private key",
            ),
            (None, Some(_)) => {
                self.fault(
                    "certificate_file",
                    "is missing; give the certificate of the key",
                );
            }
            (Some(_), Some(_)) if !account.client_secret.reveal().is_empty() => {
                self.account_fault("client_secret", AccountFault::SecretAndCertificate);
            }
            (Some(_), Some(_)) | (None, None) => {}
        }
        let until = &account.client_secret_until;
        if !until.is_empty() && account.secret_until().is_none() {
            self.account_fault("client_secret_until", AccountFault::NoDate(until.clone()));
        }
    }

    fn scopes(&mut self, account: &Microsoft) {
        let is_plain = |scope: &String| {
            !scope.is_empty()
                && scope.len() <= SCOPE_BYTES
                && scope
                    .bytes()
                    .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
        };
        if account.scopes.len() > SCOPES_MOST || !account.scopes.iter().all(is_plain) {
            let what =
                format!("must be up to {SCOPES_MOST} scopes, each without blanks and quotes");
            self.fault("scopes", what);
            return;
        }
        let of_resources = || {
            account
                .scopes
                .iter()
                .filter(|scope| !IDENTITY.contains(&scope.as_str()))
        };
        if let Some(bare) = of_resources().find(|scope| !scope.contains("://")) {
            let what = format!(
                "`{bare}` names no resource, and would be taken for one of Microsoft Graph; write `https://outlook.office.com/{bare}`"
            );
            self.fault("scopes", what);
            return;
        }
        let resources: BTreeSet<&str> = of_resources()
            .filter_map(|scope| scope.rsplit_once('/').map(|(resource, _)| resource))
            .collect();
        if resources.len() > 1 {
            self.fault("scopes", "are of several resources; one token serves one");
        }
        if account.flow == Flow::ClientCredentials && !account.scopes.is_empty() {
            let is_default = matches!(&account.scopes[..], [only] if only.ends_with("/.default"));
            if !is_default {
                self.account_fault("scopes", AccountFault::NotDefaultScope);
            }
        }
    }
}

/// An address of a server, as far as it matters here.
#[derive(Clone, Copy)]
struct Address<'a> {
    is_https: bool,
    host: &'a str,
    has_path: bool,
}

impl<'a> Address<'a> {
    /// `None` if it is no plain `http` or `https` address: without user, query and fragment.
    fn parse(url: &'a str) -> Option<Self> {
        let (is_https, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            (None, None) => return None,
        };
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"@?#\\\"<>".contains(&byte);
        if !rest.bytes().all(is_plain) {
            return None;
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (host, port) = match authority.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest.split_once(']')?;
                host.parse::<IpAddr>().ok()?;
                (
                    host,
                    port.strip_prefix(':').or(port.is_empty().then_some("0")),
                )
            }
            None => match authority.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (authority, Some("0")),
            },
        };
        port?.parse::<u16>().ok()?;
        (!host.is_empty()).then_some(Self {
            is_https,
            host,
            has_path: !path.is_empty(),
        })
    }

    fn is_loopback(self) -> bool {
        is_loopback(self.host)
    }
}

/// Whether a host is this machine.
fn is_loopback(host: &str) -> bool {
    let address = host.parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// The names that stand for many tenants.
fn is_shared(tenant: &str) -> bool {
    ["common", "organizations", "consumers"].contains(&tenant)
}

/// Scopes of no resource (`OpenID` Connect Core section 5.4, and section 11 for offline access).
const IDENTITY: [&str; 4] = ["openid", "profile", "email", "offline_access"];
/// An ID has 36 characters, a domain 253.
const WORD_BYTES: usize = 253;
/// The longest of Exchange Online has 60.
const SCOPE_BYTES: usize = 200;
/// Three protocols and four of identity.
const SCOPES_MOST: usize = 16;

#[cfg(test)]
mod tests;
