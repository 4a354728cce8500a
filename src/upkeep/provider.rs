//! Mail providers that people meet in Germany, Austria and Switzerland: where their servers are,
//! and what must be switched on first. Pure.
//!
//! Source: the providers' help pages and Thunderbird's public database of mail servers (ISPDB), as
//! of 2026. What neither says stands not here; a provider that is not here is no problem: its
//! server is asked for.

/// A mail provider.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Provider {
    /// As people call it.
    pub name: &'static str,
    /// Domains of its mail addresses; one that begins with a dot stands for all below it.
    pub domains: &'static [&'static str],
    /// Its IMAP server; TLS on port 993.
    pub imap: &'static str,
    /// Its POP3 server, TLS on port 995; `None` if it has none, or names none.
    pub pop3: Option<&'static str>,
    /// What the user name is.
    pub user: User,
    /// What a person must do first.
    pub note: &'static str,
    /// It takes no passwords.
    pub needs_oauth: bool,
}

/// What a provider wants as user name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum User {
    /// The whole mail address.
    Address,
    /// What stands before the `@`.
    LocalPart,
}

impl User {
    /// The user name that belongs to a mail address.
    pub fn of(self, address: &str) -> &str {
        match (self, address.rsplit_once('@')) {
            (Self::LocalPart, Some((local, _))) => local,
            (Self::LocalPart | Self::Address, _) => address,
        }
    }
}

/// The provider of a mail address.
pub fn of_address(address: &str) -> Option<&'static Provider> {
    let (_, domain) = address.rsplit_once('@')?;
    let domain = domain.to_ascii_lowercase();
    PROVIDERS.iter().find(|provider| {
        provider
            .domains
            .iter()
            .any(|known| domain == *known || (known.starts_with('.') && domain.ends_with(known)))
    })
}

/// The provider of a server.
pub fn of_host(host: &str) -> Option<&'static Provider> {
    let host = host.to_ascii_lowercase();
    PROVIDERS
        .iter()
        .find(|provider| provider.imap == host || provider.pop3 == Some(host.as_str()))
}

/// All of them.
pub const PROVIDERS: &[Provider] = &[
    Provider {
        name: "Microsoft 365, Exchange Online, Outlook.com",
        domains: &[
            "outlook.com",
            "outlook.de",
            "outlook.at",
            "hotmail.com",
            "hotmail.de",
            "live.com",
            "live.de",
            "live.at",
            "msn.com",
            ".onmicrosoft.com",
        ],
        imap: "outlook.office365.com",
        pop3: Some("outlook.office365.com"),
        user: User::Address,
        note: "it takes no passwords any more, only sign-in with OAuth: register an application in Microsoft Entra ID, add it as [[microsoft]], write auth = \"microsoft\" for the mailbox, and sign in by mscons-gateway connect",
        needs_oauth: true,
    },
    Provider {
        name: "Gmail, Google Workspace",
        domains: &["gmail.com", "googlemail.com"],
        imap: "imap.gmail.com",
        pop3: Some("pop.gmail.com"),
        user: User::Address,
        note: "switch two-step verification on, and make an app password; the usual password is refused. In Google Workspace the administrator must allow IMAP",
        needs_oauth: false,
    },
    Provider {
        name: "GMX",
        domains: &["gmx.de", "gmx.net", "gmx.at", "gmx.ch"],
        imap: "imap.gmx.net",
        pop3: Some("pop.gmx.net"),
        user: User::Address,
        note: "allow access by POP3 and IMAP in the mail settings first, it is off until then; with two-factor sign-in make an app password (anwendungsspezifisches Passwort), and allow the access again",
        needs_oauth: false,
    },
    Provider {
        name: "GMX (international)",
        domains: &["gmx.com"],
        imap: "imap.gmx.com",
        pop3: Some("pop.gmx.com"),
        user: User::Address,
        note: "allow access by POP3 and IMAP in the mail settings first; with two-factor sign-in make an app-specific password",
        needs_oauth: false,
    },
    Provider {
        name: "WEB.DE",
        domains: &["web.de"],
        imap: "imap.web.de",
        pop3: Some("pop3.web.de"),
        user: User::LocalPart,
        note: "allow access by POP3 and IMAP in the mail settings first, it is off until then; with two-factor sign-in make an app password (anwendungsspezifisches Passwort), and allow the access again",
        needs_oauth: false,
    },
    Provider {
        name: "Telekom",
        domains: &["t-online.de", "magenta.de"],
        imap: "secureimap.t-online.de",
        pop3: Some("securepop.t-online.de"),
        user: User::Address,
        note: "set the password for mail programs (E-Mail-Passwort) in the customer centre; the one for website and webmail is refused",
        needs_oauth: false,
    },
    Provider {
        name: "IONOS",
        domains: &["ionos.de"],
        imap: "imap.ionos.de",
        pop3: Some("pop.ionos.de"),
        user: User::Address,
        note: "the user name is the whole mail address; with two-step verification make an app password",
        needs_oauth: false,
    },
    Provider {
        name: "1&1",
        domains: &["online.de"],
        imap: "imap.1und1.de",
        pop3: Some("pop.1und1.de"),
        user: User::Address,
        note: "the user name is the whole mail address",
        needs_oauth: false,
    },
    Provider {
        name: "Strato",
        domains: &["strato.de"],
        imap: "imap.strato.de",
        pop3: Some("pop3.strato.de"),
        user: User::Address,
        note: "the user name is the whole mail address",
        needs_oauth: false,
    },
    Provider {
        name: "freenet",
        domains: &["freenet.de"],
        imap: "mx.freenet.de",
        pop3: None,
        user: User::Address,
        note: "switch \"POP3, IMAP und SMTP\" on in the settings of the mailbox first",
        needs_oauth: false,
    },
    Provider {
        name: "mailbox.org",
        domains: &["mailbox.org"],
        imap: "imap.mailbox.org",
        pop3: Some("pop3.mailbox.org"),
        user: User::Address,
        note: "the user name is the main mail address; with two-factor sign-in make an app password",
        needs_oauth: false,
    },
    Provider {
        name: "Posteo",
        domains: &[
            "posteo.de",
            "posteo.net",
            "posteo.at",
            "posteo.ch",
            "posteo.org",
        ],
        imap: "posteo.de",
        pop3: Some("posteo.de"),
        user: User::Address,
        note: "the additional mailbox protection (zusätzlicher Postfachschutz) must be off: it bars IMAP and POP3",
        needs_oauth: false,
    },
    Provider {
        name: "Yahoo",
        domains: &["yahoo.de", "yahoo.com"],
        imap: "imap.mail.yahoo.com",
        pop3: Some("pop.mail.yahoo.com"),
        user: User::Address,
        note: "make an app password; the usual password is refused",
        needs_oauth: false,
    },
    Provider {
        name: "AOL",
        domains: &["aol.com", "aol.de"],
        imap: "imap.aol.com",
        pop3: Some("pop.aol.com"),
        user: User::Address,
        note: "make an app password; the usual password is refused",
        needs_oauth: false,
    },
    Provider {
        name: "iCloud",
        domains: &["icloud.com", "me.com", "mac.com"],
        imap: "imap.mail.me.com",
        pop3: None,
        user: User::LocalPart,
        note: "make an app-specific password; there is no POP3. If the name before the @ is refused as user name, try the whole address",
        needs_oauth: false,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_are_found_by_address_and_by_host() {
        let named = |address: &str| of_address(address).map(|provider| provider.name);
        assert_eq!(named("netz@GMX.de"), Some("GMX"));
        assert_eq!(
            named("meter@firma.onmicrosoft.com"),
            Some("Microsoft 365, Exchange Online, Outlook.com")
        );
        assert_eq!(named("meter@example.org"), None);
        assert_eq!(named("no address"), None);
        let telekom = of_host("secureimap.t-online.de").unwrap();
        assert_eq!(telekom.name, "Telekom");
        assert_eq!(of_host(""), None, "a host that is not there is nobody's");
    }

    #[test]
    fn the_user_name_is_what_the_provider_wants() {
        let user = |address| of_address(address).map(|provider| provider.user.of(address));
        assert_eq!(user("meter@web.de"), Some("meter"));
        assert_eq!(user("meter@gmx.de"), Some("meter@gmx.de"));
        assert_eq!(User::LocalPart.of("no address"), "no address");
    }

    #[test]
    fn no_domain_has_two_providers() {
        let mut all: Vec<&str> = PROVIDERS
            .iter()
            .flat_map(|provider| provider.domains.iter().copied())
            .collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
