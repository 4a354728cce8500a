//! The check of `[smtp]` and of what is sent by it.

use crate::config::check::{Check, is_host};
use crate::config::microsoft::Microsoft;
use crate::config::smtp::{Auth, Smtp, address};
use crate::config::{ConfigFault, Gateway};

pub(super) fn check(gateway: &Gateway, faults: &mut Vec<ConfigFault>) {
    let accounts = &gateway.microsoft;
    server("smtp", &gateway.smtp, accounts, faults);
    server("alert.smtp", &gateway.alert.smtp, accounts, faults);
    let section = "alert".to_owned();
    let mut check = Check { section, faults };
    for recipient in &gateway.alert.mail {
        if address(recipient).is_none() {
            check.fault("mail", no_address(recipient));
        }
    }
    if !gateway.alert.mail.is_empty() && !gateway.smtp.is_on() && !gateway.alert.smtp.is_on() {
        check.fault(
            "mail",
            "nothing is sent without a server; give [alert.smtp] or [smtp] a host, or leave it out",
        );
    }
}

fn server(section: &str, smtp: &Smtp, accounts: &[Microsoft], faults: &mut Vec<ConfigFault>) {
    let section = section.to_owned();
    let mut check = Check { section, faults };
    check.smtp(smtp);
    check.sign_in(smtp, accounts);
}

impl Check<'_> {
    fn smtp(&mut self, smtp: &Smtp) {
        for recipient in &smtp.test_recipients {
            if address(recipient).is_none() {
                self.fault("test_recipients", no_address(recipient));
            }
        }
        if !smtp.is_on() {
            return;
        }
        if !is_host(&smtp.host) {
            let what = format!(
                "`{}` is no host name; leave out `smtp://`, user, port and path",
                smtp.host
            );
            self.fault("host", what);
        }
        if smtp.sender.is_empty() {
            self.fault(
                "sender",
                "is missing; give the address that mails are from, such as `Meter data <meter@example.org>`",
            );
        } else if address(&smtp.sender).is_none() {
            self.fault("sender", no_address(&smtp.sender));
        }
    }

    fn sign_in(&mut self, smtp: &Smtp, accounts: &[Microsoft]) {
        if !smtp.is_on() {
            return;
        }
        if smtp.auth != Auth::Microsoft && !smtp.account.is_empty() {
            self.fault("account", "is for `auth = \"microsoft\"`; leave it out");
        }
        match smtp.auth {
            Auth::None => {
                if !smtp.username.is_empty() {
                    self.fault(
                        "username",
                        "has no effect with auth = \"none\"; leave it out, or use auth = \"password\"",
                    );
                }
            }
            Auth::Password => {
                if smtp.username.is_empty() {
                    self.fault(
                        "username",
                        "is missing; give the name to sign in with, or use auth = \"none\"",
                    );
                }
            }
            Auth::Microsoft => {
                if smtp.username.is_empty() {
                    self.fault(
                        "username",
                        "is missing; give the user who signs in, such as `meter@example.org`",
                    );
                }
                if !smtp.password.reveal().is_empty() {
                    let what = "cannot go with `auth = \"microsoft\"`; leave out one of them";
                    self.fault("password", what);
                }
                self.token_way(smtp.encryption, &smtp.host);
                self.account_name(&smtp.account, accounts);
            }
        }
    }
}

pub(super) fn no_address(text: &str) -> String {
    format!(
        "`{}` is no mail address; write `user@example.org` or `Name <user@example.org>`",
        text.escape_debug()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::mailbox::Encryption;
    use crate::config::secret::Secret;

    fn faults(change: impl FnOnce(&mut Smtp)) -> Vec<String> {
        let mut smtp = Smtp {
            host: "smtp.example.org".to_owned(),
            username: "meter@example.org".to_owned(),
            sender: "meter@example.org".to_owned(),
            ..Smtp::default()
        };
        change(&mut smtp);
        let mut faults = Vec::new();
        server("smtp", &smtp, &[], &mut faults);
        let lines = faults.into_iter();
        lines
            .map(|fault| format!("{}: {}", fault.key, fault.what))
            .collect()
    }

    #[test]
    fn without_a_host_nothing_is_missing() {
        assert_eq!(faults(|_| {}), [""; 0]);
        assert_eq!(faults(|smtp| *smtp = Smtp::default()), [""; 0]);
    }

    #[test]
    fn who_sends_and_who_signs_in_is_said() {
        assert_eq!(
            faults(|smtp| {
                smtp.host = "smtp://a".to_owned();
                smtp.sender.clear();
                smtp.username.clear();
            }),
            [
                "smtp.host: `smtp://a` is no host name; leave out `smtp://`, user, port and path",
                "smtp.sender: is missing; give the address that mails are from, such as `Meter data <meter@example.org>`",
                "smtp.username: is missing; give the name to sign in with, or use auth = \"none\"",
            ]
        );
        assert_eq!(
            faults(|smtp| {
                smtp.auth = Auth::None;
                smtp.sender = "meter".to_owned();
                smtp.test_recipients = vec!["a@b\r\nBcc: c@d".to_owned()];
            }),
            [
                "smtp.test_recipients: `a@b\\r\\nBcc: c@d` is no mail address; write `user@example.org` or `Name <user@example.org>`",
                "smtp.sender: `meter` is no mail address; write `user@example.org` or `Name <user@example.org>`",
                "smtp.username: has no effect with auth = \"none\"; leave it out, or use auth = \"password\"",
            ]
        );
    }

    #[test]
    fn alerts_by_mail_need_addresses_and_a_server() {
        let mut gateway = Gateway::default();
        gateway.alert.mail = vec!["nobody".to_owned()];
        let mut faults = Vec::new();
        check(&gateway, &mut faults);
        let lines: Vec<String> = faults
            .iter()
            .map(|f| format!("{}: {}", f.key, f.what))
            .collect();
        assert_eq!(
            lines,
            [
                "alert.mail: `nobody` is no mail address; write `user@example.org` or `Name <user@example.org>`",
                "alert.mail: nothing is sent without a server; give [alert.smtp] or [smtp] a host, or leave it out",
            ]
        );
        gateway.alert.mail = vec!["admin@example.org".to_owned()];
        gateway.alert.smtp.host = "mail.example.org".to_owned();
        faults.clear();
        check(&gateway, &mut faults);
        let keys: Vec<&str> = faults.iter().map(|fault| fault.key.as_str()).collect();
        assert_eq!(keys, ["alert.smtp.sender", "alert.smtp.username"]);
    }

    #[test]
    fn who_sends_by_an_account_names_it_and_encrypts() {
        assert_eq!(
            faults(|smtp| {
                smtp.auth = Auth::Microsoft;
                smtp.encryption = Encryption::Auto;
                smtp.username.clear();
                smtp.password = Secret::Text("secret".to_owned());
            }),
            [
                "smtp.username: is missing; give the user who signs in, such as `meter@example.org`",
                "smtp.password: cannot go with `auth = \"microsoft\"`; leave out one of them",
                "smtp.encryption: would let a token go in clear text; use \"tls\" or \"starttls\" with `auth = \"microsoft\"`",
                "smtp.account: there is no [[microsoft]] account; add one",
            ]
        );
        assert_eq!(
            faults(|smtp| smtp.account = "default".to_owned()),
            ["smtp.account: is for `auth = \"microsoft\"`; leave it out"]
        );
    }
}
