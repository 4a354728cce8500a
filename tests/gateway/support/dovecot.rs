//! A real Dovecot for the tests: IMAP and POP3, plain with STARTTLS and TLS, right and wrong
//! certificates. Needs Dovecot 2.3 installed, and root (Dovecot drops its rights itself).

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use tempfile::TempDir;

use super::bed;

pub(crate) use super::bed::PASSWORD;

/// Everything works here; the certificate is for `localhost`, too, by `ca.pem`.
pub(crate) const GOOD: &str = "127.0.0.1";
/// Passwords are refused before STARTTLS/STLS (IMAP: `LOGINDISABLED`). An address of its own,
/// because Dovecot takes a connection whose two ends have one address for secure.
pub(crate) const STRICT: &str = "127.0.0.2";
/// The certificate is for `wrong.example`.
pub(crate) const WRONG_NAME: &str = "127.0.0.3";
/// The certificate expired in 2021.
pub(crate) const EXPIRED: &str = "127.0.0.4";
/// The certificate is self-signed: `own.pem`.
pub(crate) const SELF_SIGNED: &str = "127.0.0.5";

/// A running Dovecot; stopped when dropped. The ports are the same on all addresses.
#[derive(Debug)]
pub(crate) struct Dovecot {
    pub(crate) imap: u16,
    pub(crate) imaps: u16,
    pub(crate) pop3: u16,
    pub(crate) pop3s: u16,
    master: Child,
    dir: TempDir,
    owner: (u32, u32),
    delivered: AtomicU64,
}

impl Dovecot {
    /// The one that the tests of this process share, started by the first who asks. Tests take
    /// user names of their own.
    pub(crate) fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Dovecot>> = Mutex::new(Weak::new());
        bed::shared(&SHARED, Self::start)
    }

    /// Starts one, and returns when its ports are open.
    pub(crate) fn start() -> Self {
        let (dir, owner) = (bed::folder("bed"), bed::account("mail"));
        fs::create_dir(dir.path().join("mail")).unwrap();
        chown(dir.path().join("mail"), Some(owner.0), Some(owner.1)).unwrap();
        let [imap, imaps, pop3, pop3s] = bed::free_ports();
        let config = dir.path().join("dovecot.conf");
        fs::write(
            &config,
            configuration(dir.path(), [imap, imaps, pop3, pop3s]),
        )
        .unwrap();
        let master = bed::dovecot(&config);
        let mut bed = Self {
            imap,
            imaps,
            pop3,
            pop3s,
            master,
            dir,
            owner,
            delivered: AtomicU64::new(0),
        };
        bed.wait_for_ports();
        bed
    }

    /// The root certificate of the good, the wrong and the expired one.
    pub(crate) fn ca_file(&self) -> PathBuf {
        self.dir.path().join("ca.pem")
    }

    /// The folder of the keys whose tokens it takes.
    pub(crate) fn jwt(&self) -> PathBuf {
        self.dir.path().join("jwt")
    }

    /// The self-signed certificate.
    pub(crate) fn own_certificate(&self) -> PathBuf {
        self.dir.path().join("own.pem")
    }

    /// Puts a mail into a user's folder behind Dovecot's back; gives its file.
    pub(crate) fn deliver(&self, user: &str, folder: &str, mail: &[u8]) -> PathBuf {
        let number = self.delivered.fetch_add(1, Ordering::Relaxed);
        let maildir = self.maildir(user, folder);
        for part in ["cur", "new", "tmp"] {
            let part = maildir.join(part);
            if !part.exists() {
                fs::create_dir_all(&part).unwrap();
                self.give(&part);
            }
        }
        self.give(&self.maildir(user, "INBOX"));
        self.give(&maildir);
        // S= and W= in the name spare Dovecot the opening of each file for its size.
        let name = format!(
            "{}.M{number}P1.bed,S={len},W={len}",
            1_700_000_000 + number,
            len = mail.len()
        );
        let written = maildir.join("tmp").join(&name);
        fs::write(&written, mail).unwrap();
        self.give(&written);
        let placed = maildir.join("new").join(&name);
        fs::rename(written, &placed).unwrap();
        placed
    }

    /// The files of a user's folder, read or unread, in order of delivery.
    pub(crate) fn mails(&self, user: &str, folder: &str) -> Vec<PathBuf> {
        let maildir = self.maildir(user, folder);
        let mut files: Vec<PathBuf> = ["cur", "new"]
            .iter()
            .filter_map(|part| fs::read_dir(maildir.join(part)).ok())
            .flatten()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort_by_key(|path| path.file_name().map(ToOwned::to_owned));
        files
    }

    /// The Maildir of a user's folder; folders other than INBOX in modified UTF-7.
    pub(crate) fn maildir(&self, user: &str, folder: &str) -> PathBuf {
        let home = self.dir.path().join("mail").join(user);
        if folder == "INBOX" {
            home
        } else {
            home.join(format!(".{folder}"))
        }
    }

    /// Runs `doveadm` for a user, as another client would act; gives what it printed.
    pub(crate) fn doveadm(&self, user: &str, command: &[&str]) -> String {
        let (verb, rest) = command.split_first().unwrap();
        let verbs: Vec<&str> = verb.split(' ').collect();
        let output = Command::new("doveadm")
            .arg("-c")
            .arg(self.dir.path().join("dovecot.conf"))
            .args(verbs)
            .args(["-u", user])
            .args(rest)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Ends the connections of a user, as at the end of a token.
    pub(crate) fn kick(&self, user: &str) {
        let kicked = Command::new("doveadm")
            .arg("-c")
            .arg(self.dir.path().join("dovecot.conf"))
            .args(["kick", user])
            .output()
            .unwrap();
        assert!(kicked.status.success(), "{kicked:?}");
    }

    /// How many connections a user has.
    pub(crate) fn connections(&self, user: &str) -> usize {
        let output = Command::new("doveadm")
            .arg("-c")
            .arg(self.dir.path().join("dovecot.conf"))
            .args(["who", "-1", user])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let is_of = |line: &&str| line.split_whitespace().next() == Some(user);
        text.lines().filter(is_of).count()
    }

    /// How often a user has signed in.
    pub(crate) fn logins(&self, user: &str) -> usize {
        let signed_in = format!("Login: user=<{user}>");
        self.log().matches(&signed_in).count()
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("dovecot.log")).unwrap_or_default()
    }

    /// Stops it; its ports are closed then, its mails stay.
    pub(crate) fn stop(&mut self) {
        let pid = self.master.id().to_string();
        let asked = Command::new("kill").arg(pid).status();
        if asked.is_err() {
            let _ = self.master.kill();
        }
        let _ = self.master.wait();
    }

    /// Starts it again on the same ports.
    pub(crate) fn start_again(&mut self) {
        self.master = bed::dovecot(&self.dir.path().join("dovecot.conf"));
        self.wait_for_ports();
    }

    fn give(&self, path: &Path) {
        chown(path, Some(self.owner.0), Some(self.owner.1)).unwrap();
    }

    fn wait_for_ports(&mut self) {
        for port in [self.imap, self.imaps, self.pop3, self.pop3s] {
            for host in [GOOD, STRICT, WRONG_NAME, EXPIRED, SELF_SIGNED] {
                let mut attempts = 0;
                while TcpStream::connect((host, port)).is_err() {
                    attempts += 1;
                    let ended = self.master.try_wait().unwrap();
                    assert!(
                        ended.is_none() && attempts < 500,
                        "dovecot did not come up: {}",
                        self.log()
                    );
                    std::thread::sleep(Duration::from_millis(20));
                }
            }
        }
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        self.stop();
    }
}

fn configuration(dir: &Path, ports: [u16; 4]) -> String {
    let (settings, listeners, dir) = (bed::settings(dir), listeners(ports), dir.display());
    format!(
        "{settings}protocols = imap pop3
listen = {GOOD}, {STRICT}, {WRONG_NAME}, {EXPIRED}, {SELF_SIGNED}
mail_uid = mail
mail_gid = mail
mail_location = maildir:{dir}/mail/%Ln
mail_max_userip_connections = 100
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{dir}/good.pem
ssl_key = <{dir}/good.key
local {STRICT} {{
  ssl = required
  disable_plaintext_auth = yes
}}
local {WRONG_NAME} {{
  ssl_cert = <{dir}/wrong.pem
  ssl_key = <{dir}/wrong.key
}}
local {EXPIRED} {{
  ssl_cert = <{dir}/expired.pem
  ssl_key = <{dir}/expired.key
}}
local {SELF_SIGNED} {{
  ssl_cert = <{dir}/own.pem
  ssl_key = <{dir}/own.key
}}
{listeners}
"
    )
}

fn listeners([imap, imaps, pop3, pop3s]: [u16; 4]) -> String {
    [("imap", imap, imaps), ("pop3", pop3, pop3s)]
        .map(|(name, plain, tls)| {
            format!(
                "service {name}-login {{
  inet_listener {name} {{
    port = {plain}
  }}
  inet_listener {name}s {{
    port = {tls}
    ssl = yes
  }}
}}"
            )
        })
        .join("\n")
}
