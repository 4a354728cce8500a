//! `doctor` on accounts, and on what signs in by them.

use super::*;
use crate::run::gateway::Gateway;

/// The check of exactly this name, as it is printed: the line with its verdict, and those below it
/// that are indented.
fn check(told: &str, name: &str) -> String {
    let is_it = |line: &&str| {
        let named = line.split_once(' ').map(|(_, name)| name.trim_start());
        !line.starts_with(' ') && named == Some(name)
    };
    let mut lines = told.lines().skip_while(|line| !is_it(line));
    let first = lines
        .next()
        .unwrap_or_else(|| panic!("no {name} in {told}"));
    let more = lines.take_while(|line| line.starts_with(' '));
    std::iter::once(first)
        .chain(more)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn doctor_tries_accounts_with_and_without_a_running_gateway() {
    let office = Office::open();
    let post = Postfix::shared();
    let home = &office.home;
    home.configure(&[
        office.mailbox("klara", "imap", ""),
        home.maildir("mails", ""),
        office.device(),
        office.smtp(&post, "klara"),
    ]);
    let (code, told, _) = home.command(&["doctor"]);
    assert_eq!(code, Some(1), "{told}");
    let token = check(&told, "account office: token");
    assert!(
        token.contains("not connected yet") && token.contains("connect office"),
        "{token}"
    );
    let sign_in = check(&told, "mailbox klara-imap: sign-in");
    assert!(
        sign_in.contains("by a Microsoft account")
            && sign_in.contains("sign in: mscons-gateway connect office"),
        "{sign_in}"
    );
    assert!(!home.path("data").exists(), "nothing is made");

    office.connect("klara@example.org");
    let examine = |place: &str| {
        let (code, told, said) = home.command(&["doctor"]);
        assert_eq!(code, Some(0), "{place}: {told}{said}");
        for name in [
            "ok      store",
            "ok      account office: token",
            "ok      account office: who",
            "ok      mailbox klara-imap: folder",
            "ok      mailbox mails: folder",
            "smtp: sign-in",
        ] {
            assert!(told.contains(name), "{place}: no {name} in {told}");
        }
        assert!(
            said.contains("looking at account office") || place == "beside",
            "{said}"
        );
    };
    examine("alone");
    let gateway = Gateway::run(home);
    examine("beside");
    let (code, told, said) = home.command(&["doctor", "--mailbox", "klara-imap"]);
    assert_eq!(code, Some(0), "{told}{said}");
    assert!(
        told.contains("account office: token") && !told.contains("store"),
        "{told}"
    );
    gateway.stop("TERM");
}

#[test]
fn doctor_names_the_mistakes_of_shared_mailboxes() {
    let office = Office::open();
    let post = Postfix::shared();
    let home = &office.home;
    home.configure(&[
        office.mailbox("shared", "imap", ""),
        office.device(),
        office.smtp(&post, "shared"),
    ]);
    office.connect("lena@example.org");
    let (code, told, _) = home.command(&["doctor"]);
    assert_eq!(code, Some(1), "{told}");
    let who = check(&told, "account office: who");
    assert!(who.contains("right for a shared mailbox"), "{who}");
    assert!(
        who.contains("for sending it must be who signed in"),
        "{who}"
    );
    // A Dovecot lets nobody into another's mailbox, as Exchange does without rights.
    let refused = check(&told, "mailbox shared-imap: sign-in");
    assert!(refused.contains("refused the access token"), "{refused}");
    assert!(
        refused.contains("full access") && refused.contains("ImapEnabled"),
        "{refused}"
    );
    let refused = check(&told, "smtp: sign-in");
    assert!(
        refused.contains("smtp.username must be the user who signed in"),
        "{refused}"
    );
}

#[test]
fn doctor_warns_of_a_client_secret_before_its_end() {
    let office = Office::open();
    let home = &office.home;
    for (until, verdict) in [("2026-01-31", "WARN"), ("2999-12-31", "ok")] {
        let secret = format!("client_secret = \"secret\"\nclient_secret_until = \"{until}\"");
        home.configure(&[
            office.mailbox("klara", "imap", ""),
            office.account("office", "client_credentials", &secret),
        ]);
        let (_, told, _) = home.command(&["doctor"]);
        let line = told
            .lines()
            .find(|line| line.contains("account office: credential"));
        let line = line.unwrap_or_else(|| panic!("no credential in {told}"));
        assert!(line.starts_with(verdict), "{until}: {line}");
    }
}
