//! The check of `[smtp]`.

use crate::config::ConfigFault;
use crate::config::check::{Check, is_host};
use crate::config::smtp::{Auth, Smtp, address};

pub(super) fn check(smtp: &Smtp, faults: &mut Vec<ConfigFault>) {
    let section = "smtp".to_owned();
    Check { section, faults }.smtp(smtp);
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
        }
    }
}

fn no_address(text: &str) -> String {
    format!(
        "`{}` is no mail address; write `user@example.org` or `Name <user@example.org>`",
        text.escape_debug()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(change: impl FnOnce(&mut Smtp)) -> Vec<String> {
        let mut smtp = Smtp {
            host: "smtp.example.org".to_owned(),
            username: "meter@example.org".to_owned(),
            sender: "meter@example.org".to_owned(),
            ..Smtp::default()
        };
        change(&mut smtp);
        let mut faults = Vec::new();
        check(&smtp, &mut faults);
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
}
