//! `doctor`, against servers that are right, and against each kind of wrong one.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use mscons_gateway::config::mailbox::{Encryption, Mailbox, Protocol};
use mscons_gateway::config::secret::Secret;
use mscons_gateway::mail::visit::Newest;
use mscons_gateway::oauth::Accounts;
use mscons_gateway::store::data_dir::DataDir;
use mscons_gateway::upkeep::doctor::{Check, Examined, Verdict, examine};
use tokio::io::AsyncWriteExt;

use crate::run::gateway::{Gateway, Home};
use crate::support::certificates;
use crate::support::dovecot::{Dovecot, EXPIRED, GOOD, PASSWORD, SELF_SIGNED, STRICT, WRONG_NAME};
use crate::support::tls_server::TlsServer;

fn mailbox(host: &str, port: u16, encryption: Encryption) -> Mailbox {
    Mailbox {
        name: "metering".to_owned(),
        host: host.to_owned(),
        port,
        encryption,
        username: "doctor".to_owned(),
        password: Secret::Text(PASSWORD.to_owned()),
        ..Mailbox::default()
    }
}

async fn examined(mailbox: &Mailbox) -> Examined {
    let now = mscons_gateway::clock::now().seconds();
    let found = examine(mailbox, &Accounts::none(), Newest::NONE, now).await;
    let told = serde_json::to_string(&found.checks).unwrap();
    assert!(!told.contains(PASSWORD), "a secret was told: {told}");
    found
}

/// The one fault, whose name ends so.
async fn fault(mailbox: &Mailbox, name: &str) -> Check {
    let found = examined(mailbox).await;
    let faults: Vec<&Check> = found
        .checks
        .iter()
        .filter(|check| check.verdict == Verdict::Fault)
        .collect();
    let [fault] = faults.as_slice() else {
        panic!("{:#?}", found.checks)
    };
    assert!(fault.name.ends_with(name), "{fault:?}");
    assert!(!fault.advice.is_empty() && !found.works(), "{fault:?}");
    (*fault).clone()
}

#[tokio::test]
async fn a_mailbox_that_works_is_described_from_name_to_folder() {
    let bed = Dovecot::shared();
    bed.deliver("doctor-good", "INBOX", b"Subject: 1\r\n\r\nhello\r\n");
    for (protocol, port, encryption) in [
        (Protocol::Imap, bed.imaps, Encryption::Tls),
        (Protocol::Imap, bed.imap, Encryption::Starttls),
        (Protocol::Pop3, bed.pop3s, Encryption::Tls),
        (Protocol::Pop3, bed.pop3, Encryption::Starttls),
    ] {
        let good = Mailbox {
            protocol,
            ca_file: Some(bed.ca_file()),
            username: "doctor-good".to_owned(),
            ..mailbox("localhost", port, encryption)
        };
        let found = examined(&good).await;
        assert!(found.works(), "{found:#?}");
        assert_eq!(found.visit.mails, 1);
        let named = |end: &str| found.checks.iter().find(|c| c.name.ends_with(end)).unwrap();
        assert!(named("certificate").said.contains("issued by CN=test root"));
        assert!(named("encryption").said.contains("TLSv1_3"));
        assert!(
            named("sign-in")
                .said
                .contains(if protocol == Protocol::Imap {
                    "IDLE"
                } else {
                    "UIDL"
                })
        );
        assert!(named("folder").said.starts_with("1 mails"));
    }
    // Nothing was read, moved or marked.
    let [mail] = &bed.mails("doctor-good", "INBOX")[..] else {
        panic!("the mail is gone")
    };
    assert!(
        !mail.to_str().unwrap().ends_with('S'),
        "it was marked as seen"
    );
}

#[tokio::test]
async fn certificates_that_are_refused_are_explained_each_in_its_way() {
    let bed = Dovecot::shared();
    for (host, said, advice) in [
        (WRONG_NAME, "wrong.example", "host = \"wrong.example\""),
        (EXPIRED, "until 2021-01-01", "renewed"),
        (
            SELF_SIGNED,
            "issued by itself",
            "made its certificate itself",
        ),
    ] {
        let refused = Mailbox {
            ca_file: Some(bed.ca_file()),
            ..mailbox(host, bed.imaps, Encryption::Tls)
        };
        let fault = fault(&refused, "certificate").await;
        assert!(fault.said.contains(said), "{fault:?}");
        assert!(fault.advice.contains(advice), "{fault:?}");
    }
    let unknown = mailbox(GOOD, bed.imap, Encryption::Starttls);
    let fault = fault(&unknown, "certificate").await;
    assert!(fault.advice.contains("CN=test root"), "{fault:?}");
}

#[tokio::test]
async fn a_certificate_of_tomorrow_and_a_chain_with_a_hole_are_explained() {
    let home = tempfile::tempdir().unwrap();
    certificates::write(home.path());
    for (name, advice) in [
        ("future", "set this machine's clock"),
        ("leaf", "fullchain.pem"),
    ] {
        let server = TlsServer::start(home.path(), name).await;
        let refused = Mailbox {
            ca_file: Some(home.path().join("ca.pem")),
            ..mailbox("127.0.0.1", server.port, Encryption::Tls)
        };
        let fault = fault(&refused, "certificate").await;
        assert!(fault.advice.contains(advice), "{fault:?}");
    }
}

#[tokio::test]
async fn a_server_that_speaks_tls_1_0_is_told_to_be_updated() {
    let home = tempfile::tempdir().unwrap();
    certificates::write(home.path());
    let old = OldServer::start(home.path());
    let refused = fault(
        &mailbox("127.0.0.1", old.port, Encryption::Tls),
        "encryption",
    )
    .await;
    assert!(refused.said.contains("TLS 1.0/1.1"), "{refused:?}");
    assert!(refused.advice.contains("switch on TLS 1.2"), "{refused:?}");
}

#[tokio::test]
async fn the_alert_of_an_old_server_is_enough() {
    // Alert, TLS 1.0, 2 bytes: fatal, protocol_version (RFC 5246 section 7.2).
    let port = says(b"\x15\x03\x01\x00\x02\x02\x46").await;
    let refused = fault(&mailbox("127.0.0.1", port, Encryption::Tls), "encryption").await;
    assert!(refused.advice.contains("switch on TLS 1.2"), "{refused:?}");
}

#[tokio::test]
async fn the_wrong_encryption_for_a_port_is_recognised() {
    let bed = Dovecot::shared();
    let tls_on_plain = fault(&mailbox(GOOD, bed.imap, Encryption::Tls), "encryption").await;
    assert!(
        tls_on_plain.advice.contains("\"starttls\""),
        "{tls_on_plain:?}"
    );
    let port = says(b"\x15\x03\x01\x00\x02\x02\x46").await;
    let plain_on_tls = fault(&mailbox(GOOD, port, Encryption::Starttls), "encryption").await;
    assert!(
        plain_on_tls.advice.contains("encryption = \"tls\""),
        "{plain_on_tls:?}"
    );
    let port = says(b"* OK [CAPABILITY IMAP4rev1] ready\r\n").await;
    let no_starttls = fault(&mailbox(GOOD, port, Encryption::Starttls), "encryption").await;
    assert!(no_starttls.advice.contains("port = 993"), "{no_starttls:?}");
}

#[tokio::test]
async fn another_protocol_on_the_port_is_recognised() {
    let bed = Dovecot::shared();
    let pop3 = fault(&mailbox(GOOD, bed.pop3, Encryption::None), "encryption").await;
    assert!(pop3.advice.contains("protocol = \"pop3\""), "{pop3:?}");
    let imap = Mailbox {
        protocol: Protocol::Pop3,
        ..mailbox(GOOD, bed.imap, Encryption::None)
    };
    let imap = fault(&imap, "encryption").await;
    assert!(imap.advice.contains("protocol = \"imap\""), "{imap:?}");
}

#[tokio::test]
async fn a_password_before_encryption_is_refused_with_the_way_out() {
    let bed = Dovecot::shared();
    for (protocol, port) in [(Protocol::Imap, bed.imap), (Protocol::Pop3, bed.pop3)] {
        let plain = Mailbox {
            protocol,
            ..mailbox(STRICT, port, Encryption::None)
        };
        let fault = fault(&plain, "sign-in").await;
        assert!(
            fault.advice.contains("encryption = \"starttls\""),
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn names_ports_passwords_and_folders_that_are_wrong_are_told_apart() {
    let bed = Dovecot::shared();
    let unknown = mailbox("no-such-host.invalid", 993, Encryption::Tls);
    assert!(fault(&unknown, "name").await.advice.contains("spelling"));

    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let refused = Mailbox {
        protocol: Protocol::Pop3,
        ..mailbox(GOOD, port, Encryption::Tls)
    };
    let refused = fault(&refused, "connection").await;
    assert!(
        refused.advice.contains("POP3 is switched off"),
        "{refused:?}"
    );

    let guessed = Mailbox {
        password: Secret::Text("guessed".to_owned()),
        ..mailbox(GOOD, bed.imap, Encryption::None)
    };
    let guessed = fault(&guessed, "sign-in").await;
    assert!(guessed.said.contains("AUTHENTICATIONFAILED"), "{guessed:?}");
    assert!(
        guessed.advice.contains("username and password"),
        "{guessed:?}"
    );

    bed.deliver("doctor-folder", "Z&AOQ-hler", b"Subject: 1\r\n\r\n1\r\n");
    let folder = Mailbox {
        folder: "Zahler".to_owned(),
        username: "doctor-folder".to_owned(),
        ..mailbox(GOOD, bed.imap, Encryption::None)
    };
    let folder = fault(&folder, "folder").await;
    assert!(
        folder.advice.contains("did you mean \"Zähler\"?"),
        "{folder:?}"
    );
}

#[tokio::test]
async fn a_maildir_that_is_missing_names_the_command_that_makes_it() {
    let missing = Mailbox {
        protocol: Protocol::Maildir,
        path: "/nowhere/mails".into(),
        ..Mailbox::default()
    };
    let fault = fault(&missing, "folder").await;
    assert!(
        fault.advice.contains("mkdir -p /nowhere/mails/new"),
        "{fault:?}"
    );
}

#[tokio::test]
async fn a_folder_of_files_is_no_server() {
    let home = tempfile::tempdir().unwrap();
    let dropped = Mailbox {
        name: "dropped".to_owned(),
        protocol: Protocol::Folder,
        path: home.path().to_owned(),
        ..Mailbox::default()
    };
    fs::write(home.path().join("a.edi"), "UNB").unwrap();
    let found = examined(&dropped).await;
    assert!(found.works(), "{found:#?}");
    let names: Vec<&str> = found
        .checks
        .iter()
        .filter_map(|check| check.name.strip_prefix("mailbox dropped: "))
        .collect();
    assert_eq!(names, ["folder", "reading", "putting away"]);
    assert_eq!(found.checks[0].said, "1 files");
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);

    fs::write(home.path().join("done"), "in the way").unwrap();
    let fault = fault(&dropped, "putting away").await;
    assert!(fault.advice.contains("rename or remove it"), "{fault:?}");
    let missing = Mailbox {
        path: home.path().join("nowhere"),
        ..dropped
    };
    let fault = self::fault(&missing, "folder").await;
    assert!(fault.advice.contains("mkdir -p"), "{fault:?}");
}

#[test]
fn a_user_who_may_not_read_or_move_what_lies_there_is_told_so() {
    let home = Home::new();
    let folder = home.folder("dropped", "recursive = true");
    let more = "delete_after_fetch = true";
    home.configure(&[
        home.maildir("mails", more),
        home.maildir("kept", ""),
        folder,
    ]);
    fs::create_dir(home.path("dropped/below")).unwrap();
    for maildir in ["mails", "kept"] {
        home.deliver(maildir, 0);
        fs::set_permissions(home.path(maildir).join("new"), mode(0o555)).unwrap();
    }
    fs::write(home.path("dropped/a.edi"), "UNB").unwrap();
    fs::set_permissions(home.path("dropped/a.edi"), mode(0o000)).unwrap();
    fs::set_permissions(home.path("dropped/below"), mode(0o555)).unwrap();
    fs::remove_dir(home.path("kept/tmp")).unwrap();
    let checks = doctor_as_nobody(&home);
    for (name, verdict, said, advice) in [
        ("mailbox mails: folder", "ok", "1 mails", ""),
        ("mailbox mails: reading", "ok", "all of them", ""),
        (
            "mailbox mails: putting away",
            "fault",
            "Permission denied",
            "never deleted",
        ),
        (
            "mailbox kept: putting away",
            "warning",
            "kept/new",
            "stay in new",
        ),
        (
            "mailbox kept: delivery",
            "warning",
            "no such directory",
            "mkdir",
        ),
        (
            "mailbox dropped: reading",
            "fault",
            "1 of 1",
            "let the gateway's user read",
        ),
        (
            "mailbox dropped: putting away",
            "fault",
            "below",
            "each poll would fail",
        ),
    ] {
        let check = checks
            .iter()
            .find(|check| check["name"] == name)
            .unwrap_or_else(|| panic!("{name} is missing: {checks:#?}"));
        let told = |key: &str| check[key].as_str().unwrap().to_owned();
        assert_eq!(told("verdict"), verdict, "{check}");
        assert!(
            told("said").contains(said) && told("advice").contains(advice),
            "{check}"
        );
    }
}

fn mode(bits: u32) -> fs::Permissions {
    fs::Permissions::from_mode(bits)
}

/// The checks of `doctor`, run by a user whom the modes of files bind. Root is bound by none.
fn doctor_as_nobody(home: &Home) -> Vec<serde_json::Value> {
    const NOBODY: u32 = 65_534;
    let root = home.path("");
    fs::set_permissions(&root, mode(0o755)).unwrap();
    // The program itself may lie where nobody else may look.
    let own = root.join("mscons-gateway");
    fs::copy(env!("CARGO_BIN_EXE_mscons-gateway"), &own).unwrap();
    fs::set_permissions(&own, mode(0o755)).unwrap();
    let mut command = Command::new(own);
    command.arg("--config").arg(home.config());
    command
        .args(["doctor", "--format", "json"])
        .current_dir(&root);
    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command.output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_command_prints_every_check_and_ends_by_the_worst() {
    let home = Home::new();
    home.configure(&[home.maildir("mails", "")]);
    home.deliver("mails", 0);
    let (code, out, _) = home.command(&["doctor"]);
    assert_eq!(code, Some(0), "{out}");
    for name in [
        "configuration",
        "disk",
        "room",
        "store",
        "mailbox mails: folder",
        "clock",
    ] {
        assert!(out.contains(name), "{name} is missing: {out}");
    }
    assert!(!home.path("data").exists(), "doctor made something");
    fs::create_dir(home.path("data")).unwrap();
    let (code, out, _) = home.command(&["doctor"]);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("there is none yet"), "{out}");
    let made = fs::read_dir(home.path("data")).unwrap().count();
    assert_eq!(made, 0, "doctor made something");

    let (code, out, _) = home.command(&["doctor", "--mailbox", "mails", "--format", "json"]);
    let checks: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, Some(0));
    assert_eq!(checks[0]["verdict"], "ok");
    assert!(checks[0]["said"].as_str().unwrap().starts_with("1 mails"));

    fs::remove_dir_all(home.path("mails").join("new")).unwrap();
    let (code, out, _) = home.command(&["doctor"]);
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("FAULT   mailbox mails: folder"), "{out}");
    let (code, _, errors) = home.command(&["doctor", "--mailbox", "other"]);
    assert_eq!(code, Some(2));
    assert!(errors.contains("no mailbox is named"), "{errors}");
}

#[test]
fn a_running_gateway_is_no_fault_of_the_store() {
    let home = Home::new();
    home.configure(&[home.maildir("mails", "")]);
    home.deliver("mails", 0);
    let gateway = Gateway::run(&home);
    gateway.wait_for_metric("mscons_gateway_mails_fetched_total{mailbox=\"mails\"} 1");
    let (code, out, _) = home.command(&["doctor"]);
    assert_eq!(code, Some(0), "{out}");
    let told = format!(
        "in use by a running gateway (process {}): 1 mails, 1 series, 0 in quarantine",
        gateway.id()
    );
    assert!(out.contains(&told), "{out}");
    gateway.stop("TERM");
    let (code, out, _) = home.command(&["doctor"]);
    assert_eq!(code, Some(0), "{out}");
    assert!(
        out.contains("said:  1 mails, 1 series, 0 in quarantine"),
        "{out}"
    );
}

#[test]
fn a_store_that_another_command_has_is_said_to_be_in_use() {
    let home = Home::new();
    home.configure(&[home.maildir("mails", "")]);
    drop(mscons_gateway::store::open(&home.path("data"), 1 << 20).unwrap());
    let lock = DataDir::open(&home.path("data")).unwrap();
    let (code, out, _) = home.command(&["doctor"]);
    assert_eq!(code, Some(0), "a warning: {out}");
    assert!(
        out.contains("nobody answers") && out.contains("run doctor again"),
        "{out}"
    );
    drop(lock);
}

/// A server that says these bytes to everybody, and no more.
async fn says(bytes: &'static [u8]) -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.write_all(bytes).await.unwrap();
            kept.push(stream);
        }
    });
    port
}

/// `openssl s_server`, with TLS 1.0 and nothing newer.
struct OldServer {
    port: u16,
    child: Child,
}

impl OldServer {
    fn start(certificates: &Path) -> Self {
        let held = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = held.local_addr().unwrap().port();
        drop(held);
        let file = |name: &str| certificates.join(name).to_str().unwrap().to_owned();
        let child = Command::new("openssl")
            .args([
                "s_server",
                "-quiet",
                "-tls1",
                "-cipher",
                "DEFAULT@SECLEVEL=0",
            ])
            .args(["-accept", &format!("127.0.0.1:{port}")])
            .args(["-cert", &file("good.pem"), "-key", &file("good.key")])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("openssl must be installed");
        let mut server = Self { port, child };
        let mut attempts = 0;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            attempts += 1;
            let ended = server.child.try_wait().unwrap();
            assert!(ended.is_none() && attempts < 500, "openssl did not come up");
            std::thread::sleep(Duration::from_millis(10));
        }
        server
    }
}

impl Drop for OldServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
