//! What is asked for: by flow, by cloud, and by what uses the account.
//!
//! Microsoft: one token serves one resource, so that Graph's `User.Read` cannot go with the scopes
//! of Exchange Online; who signed in is told by the `id_token`.

use crate::config::Gateway;
use crate::config::mailbox::Protocol;
use crate::config::microsoft::{Flow, Microsoft};

/// What an account is used for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Uses {
    /// Fetching by IMAP.
    pub imap: bool,
    /// Fetching by POP3.
    pub pop3: bool,
    /// Sending.
    pub smtp: bool,
}

impl Uses {
    /// By what of a configuration signs in by an account.
    pub fn of(config: &Gateway, account: &Microsoft) -> Self {
        let mut uses = Self {
            smtp: config.sends_by(account),
            ..Self::default()
        };
        for mailbox in config.mailboxes_of(account) {
            match mailbox.protocol {
                Protocol::Imap => uses.imap = true,
                Protocol::Pop3 => uses.pop3 = true,
                Protocol::Maildir | Protocol::Folder => {}
            }
        }
        uses
    }

    /// Whether anything does.
    pub fn any(self) -> bool {
        self.imap || self.pop3 || self.smtp
    }
}

/// What an account asks for: what its configuration says, else what its use needs.
pub fn asked(account: &Microsoft, uses: Uses) -> Vec<String> {
    if !account.scopes.is_empty() {
        return account.scopes.clone();
    }
    let cloud = Cloud::of(&account.authority);
    match account.flow {
        Flow::ClientCredentials => vec![format!("{}/.default", cloud.for_applications)],
        Flow::AuthorizationCode | Flow::DeviceCode => {
            let permissions = [
                (uses.imap, "IMAP.AccessAsUser.All"),
                (uses.pop3, "POP.AccessAsUser.All"),
                (uses.smtp, "SMTP.Send"),
            ];
            let of_use = permissions.iter().filter(|(is_used, _)| *is_used);
            let of_use = of_use.map(|(_, name)| format!("{}/{name}", cloud.for_users));
            of_use.chain(IDENTITY.map(str::to_owned)).collect()
        }
    }
}

/// Whether a scope is one of a resource, and not of identity (`OpenID` Connect).
pub(super) fn is_of_resource(scope: &str) -> bool {
    !IDENTITY.contains(&scope)
}

/// The resource that Exchange Online is in a cloud.
struct Cloud {
    for_users: &'static str,
    for_applications: &'static str,
}

impl Cloud {
    fn of(authority: &str) -> Self {
        let same = |resource| Self {
            for_users: resource,
            for_applications: resource,
        };
        match authority.trim_end_matches('/') {
            "https://login.microsoftonline.us" => same("https://outlook.office365.us"),
            "https://login.partner.microsoftonline.cn" | "https://login.chinacloudapi.cn" => {
                same("https://partner.outlook.cn")
            }
            _ => Self {
                for_users: "https://outlook.office.com",
                for_applications: "https://outlook.office365.com",
            },
        }
    }
}

const IDENTITY: [&str; 4] = ["offline_access", "openid", "email", "profile"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::mailbox::{self, Mailbox};
    use crate::config::smtp::{self, Smtp};

    fn asked_by(flow: Flow, authority: &str, uses: Uses) -> String {
        let account = Microsoft {
            flow,
            authority: authority.to_owned(),
            ..Microsoft::default()
        };
        asked(&account, uses).join(" ")
    }

    #[test]
    fn each_use_has_its_scope_and_each_cloud_its_resource() {
        let global = Microsoft::default().authority;
        let imap = Uses {
            imap: true,
            ..Uses::default()
        };
        let all = Uses {
            pop3: true,
            smtp: true,
            ..imap
        };
        assert_eq!(
            asked_by(Flow::AuthorizationCode, &global, imap),
            "https://outlook.office.com/IMAP.AccessAsUser.All offline_access openid email profile"
        );
        assert_eq!(
            asked_by(Flow::DeviceCode, "https://login.microsoftonline.us", all),
            "https://outlook.office365.us/IMAP.AccessAsUser.All \
             https://outlook.office365.us/POP.AccessAsUser.All \
             https://outlook.office365.us/SMTP.Send offline_access openid email profile"
        );
        assert_eq!(
            asked_by(Flow::ClientCredentials, &global, all),
            "https://outlook.office365.com/.default"
        );
        let china = "https://login.partner.microsoftonline.cn/";
        assert_eq!(
            asked_by(Flow::ClientCredentials, china, imap),
            "https://partner.outlook.cn/.default"
        );
    }

    #[test]
    fn what_signs_in_by_an_account_is_what_it_is_used_for() {
        let account = |name: &str| Microsoft {
            name: name.to_owned(),
            ..Microsoft::default()
        };
        let mut config = Gateway {
            microsoft: vec![account("one"), account("two")],
            ..Gateway::default()
        };
        config.mailbox.push(Mailbox {
            protocol: Protocol::Pop3,
            auth: mailbox::Auth::Microsoft,
            account: "one".to_owned(),
            ..Mailbox::default()
        });
        config.smtp = Smtp {
            host: "smtp.example.org".to_owned(),
            auth: smtp::Auth::Microsoft,
            account: "one".to_owned(),
            ..Smtp::default()
        };
        let expected = Uses {
            pop3: true,
            smtp: true,
            imap: false,
        };
        assert_eq!(Uses::of(&config, &config.microsoft[0]), expected);
        assert!(!Uses::of(&config, &config.microsoft[1]).any());
    }
}
