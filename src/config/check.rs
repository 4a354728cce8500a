//! What no single type can tell: how keys go together, and which values make sense.

mod api_token;
mod deliveries;
mod microsoft;
mod reports;
mod sending;

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::config::export::Csv;
use crate::config::mailbox::{Encryption, Mailbox, Protocol};
use crate::config::units::ByteSize;
use crate::config::{ConfigFault, Gateway, virtual_series};
use crate::text::{Language, Text};

pub use microsoft::AccountFault;

/// All that is wrong, each with what to do. Lines are not known here.
pub fn faults(gateway: &Gateway) -> Vec<ConfigFault> {
    let mut faults = Vec::new();
    check_general(gateway, &mut faults);
    api_token::check(&gateway.api_token, &mut faults);
    let mut names = HashSet::new();
    for (index, mailbox) in gateway.mailbox.iter().enumerate() {
        let mut check = Check {
            section: format!("mailbox[{index}]"),
            faults: &mut faults,
        };
        check.name(&mailbox.name);
        if !mailbox.name.is_empty() && !names.insert(&mailbox.name) {
            check.fault(
                "name",
                format!(
                    "`{}` is the name of two mailboxes; names must differ",
                    mailbox.name
                ),
            );
        }
        check.place(mailbox);
        check.account(mailbox, &gateway.microsoft);
        check.release(mailbox);
        check.limits(mailbox);
    }
    let of_virtuals = virtual_series::faults(&gateway.virtual_series);
    let of_virtuals = of_virtuals.into_iter();
    faults.extend(of_virtuals.map(|(key, what)| ConfigFault::new(key, what)));
    microsoft::check(gateway, &mut faults);
    deliveries::check(gateway, &mut faults);
    sending::check(gateway, &mut faults);
    reports::check(gateway, &mut faults);
    faults
}

/// What is allowed and yet looks like a mistake: for `check-config` and the log.
pub fn hints(gateway: &Gateway) -> Vec<ConfigFault> {
    let mut hints = Vec::new();
    for (index, mailbox) in gateway.mailbox.iter().enumerate() {
        let mut check = Check {
            section: format!("mailbox[{index}]"),
            faults: &mut hints,
        };
        if matches!(mailbox.protocol, Protocol::Imap | Protocol::Pop3) {
            check.connection(mailbox);
        }
        check.staleness(mailbox, &gateway.alert);
    }
    microsoft::hints(gateway, &mut hints);
    hints
}

fn check_general(gateway: &Gateway, faults: &mut Vec<ConfigFault>) {
    let mut general = Check {
        section: String::new(),
        faults,
    };
    if gateway.data_dir.as_os_str().is_empty() {
        general.fault("data_dir", "is empty; give a directory, such as `data`");
    }
    if jiff::tz::TimeZoneDatabase::bundled()
        .get(&gateway.time_zone)
        .is_err()
    {
        let what = format!(
            "`{}` is no time zone; use an IANA name such as `Europe/Berlin`",
            gateway.time_zone
        );
        general.fault("time_zone", what);
    }
    let mut store = general.section("store");
    if !(CACHE_LEAST..=CACHE_MOST).contains(&gateway.store.cache) {
        store.fault(
            "cache",
            format!("must be between {CACHE_LEAST} and {CACHE_MOST}"),
        );
    }
    let mut web = general.section("web");
    web.address("listen", &gateway.web.listen);
    web.base_url(&gateway.web.address());
    if !gateway.web.metrics_listen.is_empty() {
        web.address("metrics_listen", &gateway.web.metrics_listen);
        if gateway.web.metrics_listen == gateway.web.listen {
            web.fault(
                "metrics_listen",
                "is the same as `listen`; leave it empty for that",
            );
        }
    }
    general.section("export.csv").csv(&gateway.export.csv);
}

/// The check of one section.
struct Check<'f> {
    section: String,
    faults: &'f mut Vec<ConfigFault>,
}

impl Check<'_> {
    fn section(&mut self, name: &str) -> Check<'_> {
        Check {
            section: name.to_owned(),
            faults: self.faults,
        }
    }

    fn fault(&mut self, key: &str, what: impl Into<String>) {
        let key = self.key(key);
        self.faults.push(ConfigFault::new(key, what));
    }

    /// A fault that pages tell in their own language.
    fn account_fault(&mut self, key: &str, fault: AccountFault) {
        let what = fault.explain(&Text::new(Language::En));
        self.faults.push(ConfigFault {
            of_account: Some(fault),
            ..ConfigFault::new(self.key(key), what)
        });
    }

    fn key(&self, key: &str) -> String {
        if self.section.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.section)
        }
    }

    fn name(&mut self, name: &str) {
        if name.is_empty() {
            self.fault(
                "name",
                "is missing; give the mailbox a name, such as `metering`",
            );
        } else if !is_name(name) {
            self.fault(
                "name",
                format!("`{name}` is no name; use up to {NAME_BYTES} of a-z, 0-9, `-` and `_`: it is a label in metrics"),
            );
        }
    }

    /// Where the mails are.
    fn place(&mut self, mailbox: &Mailbox) {
        match mailbox.protocol {
            Protocol::Imap | Protocol::Pop3 => {
                if mailbox.host.is_empty() {
                    self.fault("host", "is missing; give the name of the mail server");
                } else if !is_host(&mailbox.host) {
                    let what = format!(
                        "`{}` is no host name; leave out `imap://`, user, port and path",
                        mailbox.host
                    );
                    self.fault("host", what);
                }
                if mailbox.username.is_empty() {
                    self.fault("username", "is missing; give the name to sign in with");
                }
            }
            Protocol::Maildir => {
                if mailbox.path.as_os_str().is_empty() {
                    self.fault("path", "is missing; give the directory of the Maildir");
                }
            }
            Protocol::Folder => {
                if mailbox.path.as_os_str().is_empty() {
                    self.fault(
                        "path",
                        "is missing; give the folder that files are dropped in",
                    );
                }
                if mailbox.pattern.is_empty() || mailbox.pattern.contains('/') {
                    self.fault(
                        "pattern",
                        "must be a pattern for file names, such as `*.edi`; leave it out for all files",
                    );
                }
            }
        }
        if mailbox.protocol == Protocol::Imap && mailbox.folder.is_empty() {
            self.fault("folder", "is empty; leave it out for `INBOX`");
        }
    }

    /// What happens to mails whose content is stored.
    fn release(&mut self, mailbox: &Mailbox) {
        let moves = !mailbox.move_to.is_empty();
        match mailbox.protocol {
            Protocol::Imap => {
                if moves && is_same_folder(&mailbox.move_to, &mailbox.folder) {
                    self.fault("move_to", "is the folder that is fetched; give another one");
                }
                if moves && mailbox.delete_after_fetch {
                    self.fault(
                        "move_to",
                        "cannot go with `delete_after_fetch`; choose one of them",
                    );
                }
            }
            Protocol::Pop3 => {
                if mailbox.delete_after_fetch {
                    self.fault("delete_after_fetch", POP3_KEEPS);
                }
                if moves {
                    self.fault("move_to", POP3_KEEPS);
                }
            }
            Protocol::Maildir => {
                if moves {
                    self.fault(
                        "move_to",
                        "is for IMAP; leave it out: a Maildir keeps its mails, or use `delete_after_fetch`",
                    );
                }
            }
            Protocol::Folder => {
                if moves {
                    self.fault(
                        "move_to",
                        "is for IMAP; leave it out: files go to `done` and `failed` in the folder, or use `delete_after_fetch`",
                    );
                }
            }
        }
    }

    fn limits(&mut self, mailbox: &Mailbox) {
        if mailbox.poll_interval.duration() < POLL_LEAST {
            self.fault(
                "poll_interval",
                "must be at least 1s; with `idle` new mail is reported at once anyway",
            );
        }
        if !(MAIL_LEAST..=MAIL_MOST).contains(&mailbox.max_mail_size) {
            let what =
                format!("must be between {MAIL_LEAST} and {MAIL_MOST}; a mail is held in memory");
            self.fault("max_mail_size", what);
        }
    }

    /// What looks like a mistake in how to connect.
    fn connection(&mut self, mailbox: &Mailbox) {
        let encryption = mailbox.encryption;
        if mailbox.trust_all_certificates && encryption == Encryption::None {
            self.fault(
                "trust_all_certificates",
                "has no effect: without encryption there is no certificate",
            );
        } else if mailbox.trust_all_certificates {
            self.fault(
                "trust_all_certificates",
                "lets anyone on the line read and change mails; better: `ca_file`",
            );
        }
        let implicit = encryption == Encryption::Tls;
        match mailbox.port {
            993 | 995 if !implicit => self.fault(
                "encryption",
                format!(
                    "port {} speaks TLS from the first byte; use \"tls\"",
                    mailbox.port
                ),
            ),
            110 | 143 if implicit => self.fault(
                "encryption",
                format!(
                    "port {} begins in plain text; use \"starttls\", or port 993 or 995",
                    mailbox.port
                ),
            ),
            _ => {}
        }
        match (mailbox.protocol, mailbox.port) {
            (Protocol::Imap, 110 | 995) => {
                self.fault("port", "is a port of POP3; IMAP uses 993 or 143");
            }
            (Protocol::Pop3, 143 | 993) => {
                self.fault("port", "is a port of IMAP; POP3 uses 995 or 110");
            }
            (Protocol::Imap | Protocol::Pop3 | Protocol::Maildir | Protocol::Folder, _) => {}
        }
    }

    fn address(&mut self, key: &str, address: &str) {
        if address.parse::<SocketAddr>().is_err() {
            let what = format!(
                "`{address}` is no address; write IP address and port, such as 127.0.0.1:8080 or [::1]:8080"
            );
            self.fault(key, what);
        }
    }

    fn csv(&mut self, csv: &Csv) {
        let fits = |char: char| char.is_ascii_punctuation() && char != '"' && char != '-';
        if !fits(csv.delimiter) && csv.delimiter != '\t' {
            self.fault("delimiter", "must be `;`, `,`, `|` or a tab");
        }
        if !matches!(csv.decimal, ',' | '.') {
            self.fault("decimal", "must be `,` or `.`");
        }
        if csv.delimiter == csv.decimal {
            self.fault(
                "decimal",
                "is the same as `delimiter`; numbers would fall apart",
            );
        }
    }
}

fn is_name(name: &str) -> bool {
    let fits = |char: char| matches!(char, 'a'..='z' | '0'..='9' | '_' | '-');
    name.len() <= NAME_BYTES && name.chars().all(fits)
}

fn is_host(host: &str) -> bool {
    let is_name = |char: char| !char.is_whitespace() && !"/@:".contains(char);
    host.chars().all(is_name) || host.parse::<IpAddr>().is_ok()
}

fn is_same_folder(one: &str, other: &str) -> bool {
    // RFC 9051 §5.1: INBOX is the same in any case, other names are not.
    one == other
        || [one, other]
            .iter()
            .all(|name| name.eq_ignore_ascii_case("INBOX"))
}

const POP3_KEEPS: &str = "POP3 never deletes mails: leave it out, or use IMAP";
/// A label of every metric, and part of file names.
const NAME_BYTES: usize = 64;
/// Shorter is a storm of logins.
const POLL_LEAST: Duration = Duration::from_secs(1);
/// Below it no mail with an attachment fits.
const MAIL_LEAST: ByteSize = ByteSize::from_kib(1);
/// A mail is in memory as a whole; servers take 150 MiB at most.
const MAIL_MOST: ByteSize = ByteSize::from_mib(512);
/// Below it the database reads from disk all the time.
const CACHE_LEAST: ByteSize = ByteSize::from_mib(1);
/// More memory than that has no machine that fetches mail.
const CACHE_MOST: ByteSize = ByteSize::from_mib(1 << 20);

#[cfg(test)]
mod tests;
