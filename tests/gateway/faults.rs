//! Bad lines between the gateway and a real Dovecot: after each fault the next poll finishes, every
//! mail once, none lost, and nothing deleted that is not stored.

use std::collections::HashSet;
use std::time::Duration;

use mscons_gateway::config::mailbox::{Encryption, Mailbox, Protocol};
use mscons_gateway::mail::MailError;
use mscons_gateway::mail::poll::Session;
use mscons_gateway::net::connections::Connections;
use mscons_gateway::oauth::Accounts;
use mscons_gateway::sample;

use crate::run::gateway::{Gateway, Home, wait_for};
use crate::support::dovecot::{Dovecot, GOOD};
use crate::support::fault_proxy::{Fault, FaultProxy};
use crate::support::ledger::Ledger;
use crate::support::polling::{mailbox, poll_once, poll_with};

/// Protocol and encryption, and the port that goes with them.
fn lines(bed: &Dovecot) -> [(Protocol, Encryption, u16); 4] {
    [
        (Protocol::Imap, Encryption::None, bed.imap),
        (Protocol::Imap, Encryption::Tls, bed.imaps),
        (Protocol::Pop3, Encryption::None, bed.pop3),
        (Protocol::Pop3, Encryption::Tls, bed.pop3s),
    ]
}

fn mail(number: usize) -> Vec<u8> {
    // Some lines more than a packet, so that most faults fall into a literal.
    let padding = format!("{number:04} of a mail that is larger than one packet\r\n").repeat(100);
    format!("Subject: {number}\r\n\r\n{padding}").into_bytes()
}

async fn at(
    bed: &Dovecot,
    (protocol, encryption, port): (Protocol, Encryption, u16),
    user: &str,
) -> (FaultProxy, Mailbox) {
    let proxy = FaultProxy::start(format!("{GOOD}:{port}").parse().unwrap()).await;
    let mailbox = Mailbox {
        encryption,
        ca_file: Some(bed.ca_file()),
        delete_after_fetch: protocol == Protocol::Imap,
        ..mailbox(protocol, GOOD, proxy.port, user)
    };
    (proxy, mailbox)
}

/// What must hold at every moment: what the server has no more is stored.
fn check(bed: &Dovecot, user: &str, ledger: &Ledger, mails: usize) {
    let there: HashSet<Vec<u8>> = bed
        .mails(user, "INBOX")
        .iter()
        .filter_map(|path| std::fs::read(path).ok())
        .collect();
    let books = ledger.books();
    for number in 0..mails {
        let mail = mail(number);
        assert!(
            there.contains(&mail) || books.contents.contains(&mail),
            "mail {number} is lost"
        );
    }
}

/// Polls over a good line until the server has let go of the session that broke.
async fn poll_until_done(mailbox: &Mailbox, ledger: &Ledger) {
    while let Err(error) = poll_once(mailbox, ledger).await {
        assert!(matches!(error, MailError::Throttled { .. }), "{error}");
    }
}

#[tokio::test]
async fn after_a_cut_or_a_reset_anywhere_the_next_poll_finishes() {
    const MAILS: usize = 6;
    let bed = Dovecot::shared();
    for line in lines(&bed) {
        // Greeting, handshake, sign-in, listing, and inside of literals.
        for at_bytes in [1, 700, 2_500, 4_000, 9_000, 17_777, 27_000] {
            for fault in [Fault::Cut(at_bytes), Fault::Reset(at_bytes)] {
                let user = format!("fault-{:?}-{:?}-{fault:?}", line.0, line.1);
                let user: String = user.to_lowercase().replace(['(', ')'], "-");
                (0..MAILS).for_each(|n| drop(bed.deliver(&user, "INBOX", &mail(n))));
                let (proxy, mailbox) = at(&bed, line, &user).await;
                let ledger = Ledger::default();
                proxy.set(fault);
                match poll_once(&mailbox, &ledger).await {
                    Err(error) => assert!(error.is_transient(), "{user}: {error}"),
                    // POP3 asks for the mail at which a session ended in another session.
                    Ok(_) => assert!(line.0 == Protocol::Pop3 && proxy.made() > 1, "{user}"),
                }
                check(&bed, &user, &ledger, MAILS);
                proxy.set(Fault::None);
                poll_until_done(&mailbox, &ledger).await;
                check(&bed, &user, &ledger, MAILS);
                let books = ledger.books();
                assert_eq!(books.contents.len(), MAILS, "{user}");
                if line.0 == Protocol::Imap {
                    assert_eq!(bed.mails(&user, "INBOX").len(), 0, "{user}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_short_stall_and_a_line_that_crawls_only_cost_time() {
    let bed = Dovecot::shared();
    for line in lines(&bed) {
        for fault in [
            Fault::Stall(9_000, Duration::from_millis(300)),
            Fault::Crawl(200, Duration::from_micros(500)),
        ] {
            let user = format!("slow-{:?}-{:?}-{fault:?}", line.0, line.1);
            let user: String = user
                .to_lowercase()
                .chars()
                .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
                .collect();
            (0..3).for_each(|n| drop(bed.deliver(&user, "INBOX", &mail(n))));
            let (proxy, mailbox) = at(&bed, line, &user).await;
            proxy.set(fault);
            let ledger = Ledger::default();
            let summary = poll_once(&mailbox, &ledger).await.unwrap();
            assert_eq!((summary.durable, summary.duplicates), (3, 0), "{user}");
        }
    }
}

#[tokio::test]
async fn a_hundred_forced_reconnects_leave_one_connection() {
    let bed = Dovecot::shared();
    let line = (Protocol::Imap, Encryption::None, bed.imap);
    let (proxy, mailbox) = at(&bed, line, "reconnects").await;
    bed.deliver("reconnects", "INBOX", &mail(0));
    let connections = Connections::default();
    let mut session = Session::new(connections.clone(), Accounts::none());
    let ledger = Ledger::default();
    for round in 0..100 {
        proxy.set(if round % 2 == 0 {
            Fault::Reset(400)
        } else {
            Fault::Cut(900)
        });
        let _ = poll_with(&mailbox, &mut session, &ledger).await;
        assert!(connections.open() <= 1);
    }
    proxy.set(Fault::None);
    poll_with(&mailbox, &mut session, &ledger).await.unwrap();
    assert!(proxy.made() > 50, "{}", proxy.made());
    assert_eq!(connections.open(), 1);
    let settle = async {
        while proxy.open() != 1 || bed.connections("reconnects") != 1 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let settled = tokio::time::timeout(Duration::from_secs(30), settle).await;
    let open = (proxy.open(), bed.connections("reconnects"));
    assert!(settled.is_ok(), "{open:?} connections at proxy and server");
}

#[test]
fn a_server_that_restarts_in_the_middle_of_a_fetch_loses_and_doubles_nothing() {
    const MAILS: u32 = 1_500;
    let mut bed = Dovecot::start();
    for number in 0..MAILS {
        bed.deliver("restart", "INBOX", &sample::load_profile_mail(number).bytes);
    }
    let home = Home::new();
    home.configure(&[home.imap(&bed, "restart", "delete_after_fetch = true")]);
    let gateway = Gateway::run(&home);
    for part in [1, 2] {
        let archive = home.path("data/archive");
        wait_for("a part of the mails", || {
            let files = std::fs::read_dir(&archive).ok()?;
            let sizes = files.map(|file| file.unwrap().metadata().unwrap().len());
            (sizes.sum::<u64>() > part * 200_000).then_some(())
        });
        bed.stop();
        bed.start_again();
    }
    wait_for("an empty mailbox", || {
        bed.mails("restart", "INBOX").is_empty().then_some(())
    });
    gateway.wait_for_metric("mscons_gateway_mailbox_up{mailbox=\"restart\"} 1");
    gateway.stop("TERM");
    assert_eq!(home.values(), usize::try_from(MAILS).unwrap() * 96);
}
