//! A real Postfix for the tests, whose sign-in is a Dovecot's. Needs both installed, and root (both
//! drop their rights themselves).

use std::fmt::Write;
use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use tempfile::TempDir;

use super::bed;
use super::dovecot::Dovecot;

/// Users of the shared Dovecot who get mail from here.
pub(crate) const INBOXES: [&str; 2] = ["answera", "answerb"];

/// A running Postfix on 127.0.0.1; stopped when dropped. Any user with [`bed::PASSWORD`] may send; each
/// mail lands in one Maildir. Recipients `reject@…` are refused for good, `defer@…` for now, and
/// `late@…` behind the mail; what goes to `lost@example.net` is taken, and comes back. What goes to one
/// of [`INBOXES`]`@mailbox.example` is put into his INBOX at the shared Dovecot, and a copy with the
/// others.
#[derive(Debug)]
pub(crate) struct Postfix {
    /// STARTTLS, then sign-in.
    pub(crate) submission: u16,
    /// TLS, then sign-in.
    pub(crate) submissions: u16,
    /// Sign-in in plain text, no STARTTLS.
    pub(crate) plain: u16,
    /// No sign-in; STARTTLS is offered.
    pub(crate) relay: u16,
    auth: Child,
    dir: TempDir,
    /// Has the mailboxes of `@mailbox.example`.
    _dovecot: Arc<Dovecot>,
}

impl Postfix {
    /// The one that the tests of this process share.
    pub(crate) fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Postfix>> = Mutex::new(Weak::new());
        bed::shared(&SHARED, Self::start)
    }

    fn start() -> Self {
        let dir = bed::folder("post");
        let root = dir.path();
        for folder in ["pf", "spool", "data", "mail"] {
            fs::create_dir(root.join(folder)).unwrap();
        }
        let (mail, postfix) = (bed::account("mail"), bed::account("postfix"));
        chown(root.join("mail"), Some(mail.0), Some(mail.1)).unwrap();
        chown(root.join("data"), Some(postfix.0), Some(postfix.1)).unwrap();
        let [submission, submissions, plain, relay] = bed::free_ports();
        fs::write(root.join("auth.conf"), auth(root)).unwrap();
        fs::write(root.join("pf/main.cf"), main_cf(root, mail)).unwrap();
        let dovecot = Dovecot::shared();
        // Postfix takes no `$1` in a table of mailboxes.
        let inbox = |user: &&str| {
            let folder = dovecot.maildir(user, "INBOX");
            format!("{user}@mailbox.example {}/\n", folder.display())
        };
        let inboxes: String = INBOXES.iter().map(inbox).collect();
        fs::write(root.join("pf/mailboxes"), inboxes).unwrap();
        let copies = "/@mailbox\\.example$/ copy@example.net\n";
        fs::write(root.join("pf/copies"), copies).unwrap();
        let services = master_cf([submission, submissions, plain, relay]);
        fs::write(root.join("pf/master.cf"), services).unwrap();
        let answers = "reject@ 550 5.1.1 no such user here\ndefer@ 450 4.2.1 try again later\n";
        fs::write(root.join("pf/recipients"), answers).unwrap();
        let lost = "lost@example.net error:5.1.1 nobody of this name here\n";
        fs::write(root.join("pf/transport"), lost).unwrap();
        fs::write(root.join("pf/late"), "late@ 554 5.7.1 content refused\n").unwrap();
        let auth = bed::dovecot(&root.join("auth.conf"));
        let bed = Self {
            submission,
            submissions,
            plain,
            relay,
            auth,
            dir,
            _dovecot: dovecot,
        };
        bed.postfix("start");
        bed.wait_until_ready();
        bed
    }

    /// The folder of the keys whose tokens it takes.
    pub(crate) fn jwt(&self) -> PathBuf {
        self.dir.path().join("jwt")
    }

    /// The root certificate of its own.
    pub(crate) fn ca_file(&self) -> PathBuf {
        self.dir.path().join("ca.pem")
    }

    /// The first mail with this text in it; waits for it.
    pub(crate) fn delivered(&self, text: &str) -> String {
        let new = self.dir.path().join("mail/all/new");
        for _ in 0..500 {
            let files = fs::read_dir(&new).into_iter().flatten();
            let mut mails = files.filter_map(|file| fs::read_to_string(file.ok()?.path()).ok());
            if let Some(mail) = mails.find(|mail| mail.contains(text)) {
                return mail;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("no mail with {text:?}: {}", self.log());
    }

    /// All mails with this text in them, at least one; waits for it.
    pub(crate) fn all_delivered(&self, text: &str) -> Vec<String> {
        self.delivered(text);
        let files = fs::read_dir(self.dir.path().join("mail/all/new")).unwrap();
        let mails = files.filter_map(|file| fs::read_to_string(file.ok()?.path()).ok());
        mails.filter(|mail| mail.contains(text)).collect()
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("postfix.log")).unwrap_or_default()
    }

    fn postfix(&self, command: &str) {
        let done = Command::new("postfix")
            .arg("-c")
            .arg(self.dir.path().join("pf"))
            .arg(command)
            .stderr(Stdio::null())
            .status();
        assert!(
            done.is_ok_and(|status| status.success()),
            "postfix {command}: {}",
            self.log()
        );
    }

    fn wait_until_ready(&self) {
        let sign_in = self.dir.path().join("run/auth-smtp");
        for port in [self.submission, self.submissions, self.plain, self.relay] {
            let mut attempts = 0;
            while TcpStream::connect(("127.0.0.1", port)).is_err() || !sign_in.exists() {
                attempts += 1;
                assert!(attempts < 500, "postfix did not come up: {}", self.log());
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        self.postfix("stop");
        let pid = self.auth.id().to_string();
        let _ = Command::new("kill").arg(pid).status();
        let _ = self.auth.wait();
    }
}

fn auth(dir: &Path) -> String {
    let settings = bed::settings(dir);
    format!(
        "{settings}protocols =
ssl = no
service auth {{
  unix_listener auth-smtp {{
    mode = 0666
  }}
}}
"
    )
}

fn main_cf(dir: &Path, mail: (u32, u32)) -> String {
    let (dir, (user, group)) = (dir.display(), mail);
    format!(
        "compatibility_level = 3.6
queue_directory = {dir}/spool
data_directory = {dir}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = localhost
mydestination =
virtual_mailbox_domains = static:all
virtual_mailbox_base = /
virtual_mailbox_maps = texthash:{dir}/pf/mailboxes, static:{dir}/mail/all/
recipient_bcc_maps = regexp:{dir}/pf/copies
virtual_uid_maps = static:{user}
virtual_gid_maps = static:{group}
virtual_minimum_uid = 1
maillog_file = {dir}/postfix.log
maillog_file_prefixes = {dir}
smtpd_sasl_type = dovecot
smtpd_sasl_path = {dir}/run/auth-smtp
smtpd_tls_cert_file = {dir}/good.pem
smtpd_tls_key_file = {dir}/good.key
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject
smtpd_recipient_restrictions = check_recipient_access texthash:{dir}/pf/recipients
smtpd_end_of_data_restrictions = check_recipient_access texthash:{dir}/pf/late
smtpd_error_sleep_time = 0
smtpd_client_connection_count_limit = 0
mynetworks = 127.0.0.0/8
message_size_limit = 1000000
transport_maps = texthash:{dir}/pf/transport
smtpd_reject_unlisted_recipient = no
alias_maps =
alias_database =
"
    )
}

fn master_cf([submission, submissions, plain, relay]: [u16; 4]) -> String {
    let signed_in = "-o smtpd_sasl_auth_enable=yes -o smtpd_client_restrictions=permit_sasl_authenticated,reject";
    let mut services = String::new();
    for (port, options) in [
        (
            submission,
            format!("-o smtpd_tls_security_level=encrypt {signed_in}"),
        ),
        (
            submissions,
            format!("-o smtpd_tls_wrappermode=yes {signed_in}"),
        ),
        (
            plain,
            format!("-o smtpd_tls_security_level=none {signed_in}"),
        ),
        (
            relay,
            "-o smtpd_tls_security_level=may -o smtpd_sasl_auth_enable=no".to_owned(),
        ),
    ] {
        writeln!(services, "127.0.0.1:{port} inet n - n - - smtpd {options}").unwrap();
    }
    services.push_str(
        "cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
tlsmgr unix - - n 1000? 1 tlsmgr
",
    );
    services
}
