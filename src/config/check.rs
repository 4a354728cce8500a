//! What no single type can tell: how keys go together, and which values make sense.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::export::Csv;
use super::mailbox::{Encryption, Mailbox, Protocol};
use super::units::ByteSize;
use super::{ConfigFault, Gateway};

/// All that is wrong, each with what to do. Lines are not known here.
pub fn faults(gateway: &Gateway) -> Vec<ConfigFault> {
    let mut faults = Vec::new();
    check_general(gateway, &mut faults);
    let mut names = HashSet::new();
    for (index, mailbox) in gateway.mailbox.iter().enumerate() {
        let mut check = Check { section: format!("mailbox[{index}]"), faults: &mut faults };
        check.name(&mailbox.name);
        if !mailbox.name.is_empty() && !names.insert(&mailbox.name) {
            check.fault("name", format!("`{}` is the name of two mailboxes; names must differ", mailbox.name));
        }
        check.place(mailbox);
        check.release(mailbox);
        check.limits(mailbox);
    }
    faults
}

/// What is allowed and yet looks like a mistake: for `check-config` and the log.
pub fn hints(gateway: &Gateway) -> Vec<ConfigFault> {
    let mut hints = Vec::new();
    for (index, mailbox) in gateway.mailbox.iter().enumerate() {
        let mut check = Check { section: format!("mailbox[{index}]"), faults: &mut hints };
        if mailbox.protocol != Protocol::Maildir {
            check.connection(mailbox);
        }
    }
    hints
}

fn check_general(gateway: &Gateway, faults: &mut Vec<ConfigFault>) {
    let mut general = Check { section: String::new(), faults };
    if gateway.data_dir.as_os_str().is_empty() {
        general.fault("data_dir", "is empty; give a directory, such as `data`");
    }
    if jiff::tz::TimeZone::get(&gateway.time_zone).is_err() {
        let what = format!("`{}` is no time zone; use an IANA name such as `Europe/Berlin`", gateway.time_zone);
        general.fault("time_zone", what);
    }
    let mut store = general.section("store");
    if !(CACHE_LEAST..=CACHE_MOST).contains(&gateway.store.cache) {
        store.fault("cache", format!("must be between {CACHE_LEAST} and {CACHE_MOST}"));
    }
    let mut web = general.section("web");
    web.address("listen", &gateway.web.listen);
    if !gateway.web.metrics_listen.is_empty() {
        web.address("metrics_listen", &gateway.web.metrics_listen);
        if gateway.web.metrics_listen == gateway.web.listen {
            web.fault("metrics_listen", "is the same as `listen`; leave it empty for that");
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
        Check { section: name.to_owned(), faults: self.faults }
    }

    fn fault(&mut self, key: &str, what: impl Into<String>) {
        let key = if self.section.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.section)
        };
        self.faults.push(ConfigFault { line: None, key, what: what.into() });
    }

    fn name(&mut self, name: &str) {
        let fits = |char: char| matches!(char, 'a'..='z' | '0'..='9' | '_' | '-');
        if name.is_empty() {
            self.fault("name", "is missing; give the mailbox a name, such as `metering`");
        } else if name.len() > NAME_BYTES || !name.chars().all(fits) {
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
                    self.fault("move_to", "cannot go with `delete_after_fetch`; choose one of them");
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
        }
    }

    fn limits(&mut self, mailbox: &Mailbox) {
        if mailbox.poll_interval.duration() < POLL_LEAST {
            self.fault("poll_interval", "must be at least 1s; with `idle` new mail is reported at once anyway");
        }
        if !(MAIL_LEAST..=MAIL_MOST).contains(&mailbox.max_mail_size) {
            let what = format!("must be between {MAIL_LEAST} and {MAIL_MOST}; a mail is held in memory");
            self.fault("max_mail_size", what);
        }
    }

    /// What looks like a mistake in how to connect.
    fn connection(&mut self, mailbox: &Mailbox) {
        let encryption = mailbox.encryption;
        if mailbox.trust_all_certificates && encryption == Encryption::None {
            self.fault("trust_all_certificates", "has no effect: without encryption there is no certificate");
        } else if mailbox.trust_all_certificates {
            self.fault("trust_all_certificates", "lets anyone on the line read and change mails; better: `ca_file`");
        }
        let implicit = encryption == Encryption::Tls;
        match mailbox.port {
            993 | 995 if !implicit => self.fault(
                "encryption",
                format!("port {} speaks TLS from the first byte; use \"tls\"", mailbox.port),
            ),
            110 | 143 if implicit => self.fault(
                "encryption",
                format!("port {} begins in plain text; use \"starttls\", or port 993 or 995", mailbox.port),
            ),
            _ => {}
        }
        match (mailbox.protocol, mailbox.port) {
            (Protocol::Imap, 110 | 995) => self.fault("port", "is a port of POP3; IMAP uses 993 or 143"),
            (Protocol::Pop3, 143 | 993) => self.fault("port", "is a port of IMAP; POP3 uses 995 or 110"),
            (Protocol::Imap | Protocol::Pop3 | Protocol::Maildir, _) => {}
        }
    }

    fn address(&mut self, key: &str, address: &str) {
        if address.parse::<SocketAddr>().is_err() {
            let what = format!("`{address}` is no address; write IP address and port, such as 127.0.0.1:8080 or [::1]:8080");
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
            self.fault("decimal", "is the same as `delimiter`; numbers would fall apart");
        }
    }
}

fn is_host(host: &str) -> bool {
    let is_name = |char: char| !char.is_whitespace() && !"/@:".contains(char);
    host.chars().all(is_name) || host.parse::<IpAddr>().is_ok()
}

fn is_same_folder(one: &str, other: &str) -> bool {
    // RFC 9051 §5.1: INBOX is the same in any case, other names are not.
    one == other || [one, other].iter().all(|name| name.eq_ignore_ascii_case("INBOX"))
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
mod tests {
    use super::*;

    fn mailbox(change: impl FnOnce(&mut Mailbox)) -> Gateway {
        let mut mailbox = Mailbox {
            name: "metering".to_owned(),
            host: "imap.example.org".to_owned(),
            username: "meter@example.org".to_owned(),
            path: "/var/mail/meter".into(),
            ..Mailbox::default()
        };
        change(&mut mailbox);
        Gateway { mailbox: vec![mailbox], ..Gateway::default() }
    }

    fn print(faults: Vec<ConfigFault>) -> Vec<String> {
        faults.into_iter().map(|fault| format!("{}: {}", fault.key, fault.what)).collect()
    }

    #[track_caller]
    fn assert_faults(gateway: &Gateway, expected: &[&str]) {
        assert_eq!(print(faults(gateway)), expected);
    }

    #[test]
    fn the_default_has_no_fault() {
        assert_faults(&Gateway::default(), &[]);
        assert_faults(&mailbox(|_| {}), &[]);
        assert_eq!(hints(&mailbox(|_| {})), []);
    }

    #[test]
    fn names_are_there_plain_and_different() {
        assert_faults(
            &mailbox(|mailbox| mailbox.name.clear()),
            &["mailbox[0].name: is missing; give the mailbox a name, such as `metering`"],
        );
        assert_faults(
            &mailbox(|mailbox| mailbox.name = "Zähler".to_owned()),
            &["mailbox[0].name: `Zähler` is no name; use up to 64 of a-z, 0-9, `-` and `_`: it is a label in metrics"],
        );
        let mut twice = mailbox(|_| {});
        twice.mailbox.push(twice.mailbox[0].clone());
        assert_faults(
            &twice,
            &["mailbox[1].name: `metering` is the name of two mailboxes; names must differ"],
        );
    }

    #[test]
    fn a_mailbox_says_where_it_is() {
        let bare = |protocol| {
            mailbox(|mailbox| {
                *mailbox = Mailbox { name: "a".to_owned(), protocol, ..Mailbox::default() };
            })
        };
        for protocol in [Protocol::Imap, Protocol::Pop3] {
            assert_faults(
                &bare(protocol),
                &[
                    "mailbox[0].host: is missing; give the name of the mail server",
                    "mailbox[0].username: is missing; give the name to sign in with",
                ],
            );
        }
        assert_faults(
            &bare(Protocol::Maildir),
            &["mailbox[0].path: is missing; give the directory of the Maildir"],
        );
        assert_faults(
            &mailbox(|mailbox| mailbox.host = "imap://a".to_owned()),
            &["mailbox[0].host: `imap://a` is no host name; leave out `imap://`, user, port and path"],
        );
        assert_faults(
            &mailbox(|mailbox| mailbox.folder.clear()),
            &["mailbox[0].folder: is empty; leave it out for `INBOX`"],
        );
    }

    #[test]
    fn pop3_neither_deletes_nor_moves() {
        assert_faults(
            &mailbox(|mailbox| {
                mailbox.protocol = Protocol::Pop3;
                mailbox.delete_after_fetch = true;
                mailbox.move_to = "Done".to_owned();
            }),
            &[
                "mailbox[0].delete_after_fetch: POP3 never deletes mails: leave it out, or use IMAP",
                "mailbox[0].move_to: POP3 never deletes mails: leave it out, or use IMAP",
            ],
        );
    }

    #[test]
    fn a_maildir_deletes_but_does_not_move() {
        assert_faults(
            &mailbox(|mailbox| {
                mailbox.protocol = Protocol::Maildir;
                mailbox.delete_after_fetch = true;
                mailbox.move_to = "Done".to_owned();
            }),
            &["mailbox[0].move_to: is for IMAP; leave it out: a Maildir keeps its mails, or use `delete_after_fetch`"],
        );
    }

    #[test]
    fn imap_either_deletes_or_moves_elsewhere() {
        assert_faults(
            &mailbox(|mailbox| {
                mailbox.delete_after_fetch = true;
                mailbox.move_to = "inbox".to_owned();
            }),
            &[
                "mailbox[0].move_to: is the folder that is fetched; give another one",
                "mailbox[0].move_to: cannot go with `delete_after_fetch`; choose one of them",
            ],
        );
    }

    #[test]
    fn intervals_and_sizes_have_bounds() {
        assert_faults(
            &mailbox(|mailbox| {
                mailbox.poll_interval = Duration::ZERO.into();
                mailbox.max_mail_size = ByteSize::from_mib(513);
            }),
            &[
                "mailbox[0].poll_interval: must be at least 1s; with `idle` new mail is reported at once anyway",
                "mailbox[0].max_mail_size: must be between 1KiB and 512MiB; a mail is held in memory",
            ],
        );
    }

    #[test]
    fn general_keys_are_checked() {
        let mut gateway = Gateway::default();
        gateway.data_dir = "".into();
        gateway.time_zone = "Europe/Musterstadt".to_owned();
        gateway.store.cache = ByteSize::from_kib(1);
        gateway.web.listen = "localhost:8080".to_owned();
        gateway.web.metrics_listen = "localhost:8080".to_owned();
        gateway.export.csv = Csv { delimiter: 'x', decimal: 'x', bom: true };
        let address = "`localhost:8080` is no address; write IP address and port, such as 127.0.0.1:8080 or [::1]:8080";
        assert_faults(
            &gateway,
            &[
                "data_dir: is empty; give a directory, such as `data`",
                "time_zone: `Europe/Musterstadt` is no time zone; use an IANA name such as `Europe/Berlin`",
                "store.cache: must be between 1MiB and 1024GiB",
                &format!("web.listen: {address}"),
                &format!("web.metrics_listen: {address}"),
                "web.metrics_listen: is the same as `listen`; leave it empty for that",
                "export.csv.delimiter: must be `;`, `,`, `|` or a tab",
                "export.csv.decimal: must be `,` or `.`",
                "export.csv.decimal: is the same as `delimiter`; numbers would fall apart",
            ],
        );
    }

    #[test]
    fn connections_that_look_wrong_are_hinted_at() {
        let hinted = |change: fn(&mut Mailbox)| print(hints(&mailbox(change)));
        assert_eq!(
            hinted(|mailbox| {
                mailbox.trust_all_certificates = true;
                mailbox.encryption = Encryption::None;
                mailbox.port = 993;
            }),
            [
                "mailbox[0].trust_all_certificates: has no effect: without encryption there is no certificate",
                "mailbox[0].encryption: port 993 speaks TLS from the first byte; use \"tls\"",
            ]
        );
        assert_eq!(
            hinted(|mailbox| mailbox.trust_all_certificates = true),
            ["mailbox[0].trust_all_certificates: lets anyone on the line read and change mails; better: `ca_file`"]
        );
        assert_eq!(
            hinted(|mailbox| mailbox.port = 143),
            ["mailbox[0].encryption: port 143 begins in plain text; use \"starttls\", or port 993 or 995"]
        );
        assert_eq!(
            hinted(|mailbox| mailbox.port = 995),
            ["mailbox[0].port: is a port of POP3; IMAP uses 993 or 143"]
        );
        assert_eq!(
            hinted(|mailbox| {
                mailbox.protocol = Protocol::Pop3;
                mailbox.port = 993;
            }),
            ["mailbox[0].port: is a port of IMAP; POP3 uses 995 or 110"]
        );
        let maildir = hinted(|mailbox| {
            mailbox.protocol = Protocol::Maildir;
            mailbox.port = 143;
        });
        assert!(maildir.is_empty());
    }
}
