//! Mail providers that people meet in Germany, Austria and Switzerland: where their servers are,
//! and what must be switched on first. Pure.
//!
//! Source: the providers' help pages. A provider that is not here is no problem: its server is
//! asked for.

/// A mail provider.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Provider {
    /// As people call it.
    pub name: &'static str,
    /// Domains of its mail addresses.
    pub domains: &'static [&'static str],
    /// Its IMAP server; TLS on port 993.
    pub imap: &'static str,
    /// Its POP3 server; TLS on port 995.
    pub pop3: &'static str,
    /// What a person must do first.
    pub note: &'static str,
    /// It takes no passwords.
    pub needs_oauth: bool,
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
        .find(|provider| [provider.imap, provider.pop3].contains(&host.as_str()))
}

/// All of them.
pub const PROVIDERS: &[Provider] = &[
    Provider {
        name: "Microsoft 365, Exchange Online",
        domains: &[
            "outlook.com",
            "outlook.de",
            "hotmail.com",
            "hotmail.de",
            "live.com",
            "live.de",
            "msn.com",
            ".onmicrosoft.com",
        ],
        imap: "outlook.office365.com",
        pop3: "outlook.office365.com",
        note: "it takes no passwords any more, only sign-in with OAuth, which this version of the gateway does not do yet: use a mailbox with a password, or have its mails forwarded to one",
        needs_oauth: true,
    },
    Provider {
        name: "Gmail, Google Workspace",
        domains: &["gmail.com", "googlemail.com"],
        imap: "imap.gmail.com",
        pop3: "pop.gmail.com",
        note: "switch two-step sign-in on, and make an app password; the usual password is refused",
        needs_oauth: false,
    },
    Provider {
        name: "GMX",
        domains: &["gmx.de", "gmx.net", "gmx.at", "gmx.ch", "gmx.com"],
        imap: "imap.gmx.net",
        pop3: "pop.gmx.net",
        note: "allow POP3 and IMAP in the settings of the mailbox (E-Mail, POP3/IMAP Abruf); with two-factor sign-in make an app password",
        needs_oauth: false,
    },
    Provider {
        name: "WEB.DE",
        domains: &["web.de", "email.de"],
        imap: "imap.web.de",
        pop3: "pop3.web.de",
        note: "allow POP3 and IMAP in the settings of the mailbox (E-Mail, POP3/IMAP Abruf); with two-factor sign-in make an app password",
        needs_oauth: false,
    },
    Provider {
        name: "Telekom",
        domains: &["t-online.de", "magenta.de"],
        imap: "secureimap.t-online.de",
        pop3: "securepop.t-online.de",
        note: "set a password for mail programs (Passwort für E-Mail-Programme) in the customer centre; the password of the login is refused",
        needs_oauth: false,
    },
    Provider {
        name: "IONOS",
        domains: &["ionos.de", "online.de", "1und1.de"],
        imap: "imap.ionos.de",
        pop3: "pop.ionos.de",
        note: "the user name is the whole mail address",
        needs_oauth: false,
    },
    Provider {
        name: "Strato",
        domains: &["strato.de"],
        imap: "imap.strato.de",
        pop3: "pop3.strato.de",
        note: "the user name is the whole mail address",
        needs_oauth: false,
    },
    Provider {
        name: "freenet",
        domains: &["freenet.de"],
        imap: "mx.freenet.de",
        pop3: "mx.freenet.de",
        note: "allow access by mail programs in the settings of the mailbox",
        needs_oauth: false,
    },
    Provider {
        name: "mailbox.org",
        domains: &["mailbox.org"],
        imap: "imap.mailbox.org",
        pop3: "pop3.mailbox.org",
        note: "with two-factor sign-in make an app password",
        needs_oauth: false,
    },
    Provider {
        name: "Posteo",
        domains: &["posteo.de", "posteo.net"],
        imap: "posteo.de",
        pop3: "posteo.de",
        note: "the user name is the whole mail address",
        needs_oauth: false,
    },
    Provider {
        name: "Yahoo, AOL",
        domains: &["yahoo.de", "yahoo.com", "aol.com", "aol.de"],
        imap: "imap.mail.yahoo.com",
        pop3: "pop.mail.yahoo.com",
        note: "make an app password; the usual password is refused",
        needs_oauth: false,
    },
    Provider {
        name: "iCloud",
        domains: &["icloud.com", "me.com", "mac.com"],
        imap: "imap.mail.me.com",
        pop3: "",
        note: "make an app-specific password; there is no POP3",
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
            Some("Microsoft 365, Exchange Online")
        );
        assert_eq!(named("meter@example.org"), None);
        assert_eq!(named("no address"), None);
        let telekom = of_host("secureimap.t-online.de").unwrap();
        assert_eq!(telekom.name, "Telekom");
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
