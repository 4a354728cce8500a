use super::*;
use crate::config::expect::Expect;
use crate::config::partner::{Acknowledge, Partner, Sector};
use crate::config::party::Party;
use crate::config::secret::Secret;

fn mailbox(change: impl FnOnce(&mut Mailbox)) -> Gateway {
    let mut mailbox = Mailbox {
        name: "metering".to_owned(),
        host: "imap.example.org".to_owned(),
        username: "meter@example.org".to_owned(),
        path: "/var/mail/meter".into(),
        ..Mailbox::default()
    };
    change(&mut mailbox);
    Gateway {
        mailbox: vec![mailbox],
        ..Gateway::default()
    }
}

fn print(faults: Vec<ConfigFault>) -> Vec<String> {
    faults
        .into_iter()
        .map(|fault| format!("{}: {}", fault.key, fault.what))
        .collect()
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
        &[
            "mailbox[0].name: `Zähler` is no name; use up to 64 of a-z, 0-9, `-` and `_`: it is a label in metrics",
        ],
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
            *mailbox = Mailbox {
                name: "a".to_owned(),
                protocol,
                ..Mailbox::default()
            };
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
        &[
            "mailbox[0].move_to: is for IMAP; leave it out: a Maildir keeps its mails, or use `delete_after_fetch`",
        ],
    );
}

#[test]
fn a_folder_needs_a_path_and_a_pattern_and_does_not_move_elsewhere() {
    assert_faults(
        &mailbox(|mailbox| {
            mailbox.protocol = Protocol::Folder;
            mailbox.path = "".into();
            mailbox.pattern = "in/*.edi".to_owned();
            mailbox.move_to = "Done".to_owned();
        }),
        &[
            "mailbox[0].path: is missing; give the folder that files are dropped in",
            "mailbox[0].pattern: must be a pattern for file names, such as `*.edi`; leave it out for all files",
            "mailbox[0].move_to: is for IMAP; leave it out: files go to `done` and `failed` in the folder, or use `delete_after_fetch`",
        ],
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
    let mut gateway = Gateway {
        data_dir: "".into(),
        time_zone: "Europe/Musterstadt".to_owned(),
        ..Gateway::default()
    };
    gateway.store.cache = ByteSize::from_kib(1);
    gateway.web.listen = "localhost:8080".to_owned();
    gateway.web.metrics_listen = "localhost:8080".to_owned();
    gateway.export.csv = Csv {
        delimiter: 'x',
        decimal: 'x',
        bom: true,
    };
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
        [
            "mailbox[0].trust_all_certificates: lets anyone on the line read and change mails; better: `ca_file`"
        ]
    );
    assert_eq!(
        hinted(|mailbox| mailbox.port = 143),
        [
            "mailbox[0].encryption: port 143 begins in plain text; use \"starttls\", or port 993 or 995"
        ]
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

fn expecting(change: impl FnOnce(&mut Expect)) -> Gateway {
    let mut expect = Expect {
        location: "50120962218".to_owned(),
        partner: "9905048000007".to_owned(),
        ..Expect::default()
    };
    change(&mut expect);
    Gateway {
        partner: vec![Partner {
            name: "Netz Musterstadt".to_owned(),
            id: "9905048000007".to_owned(),
            ..Partner::default()
        }],
        expect: vec![expect],
        ..Gateway::default()
    }
}

#[test]
fn what_is_expected_names_a_location_and_a_partner_that_is_there() {
    assert_faults(&expecting(|_| {}), &[]);
    assert_faults(&expecting(|expect| expect.partner.clear()), &[]);
    for (partner, fault) in [
        (
            "9905048000008",
            "expect[0].partner: no [[partner]] has the id `9905048000008`; did you mean `9905048000007`?",
        ),
        (
            "Netz Musterstadt",
            "expect[0].partner: `Netz Musterstadt` is a name; write its id, `9905048000007`",
        ),
        (
            "x",
            "expect[0].partner: no [[partner]] has the id `x`; add one, or leave it out",
        ),
    ] {
        let gateway = expecting(|expect| partner.clone_into(&mut expect.partner));
        assert_faults(&gateway, &[fault]);
    }
    assert_faults(
        &expecting(|expect| expect.location.clear()),
        &[
            "expect[0].location: is missing; give a market or metering location, or a pattern such as `5012*`",
        ],
    );
}

#[test]
fn partners_have_an_id_that_no_other_has() {
    let mut gateway = expecting(|_| {});
    gateway.partner.push(gateway.partner[0].clone());
    gateway.partner.push(Partner::default());
    assert_faults(
        &gateway,
        &[
            "partner[1].id: `9905048000007` is the id of two partners; give it once",
            "partner[2].id: is missing; give the partner's MP-ID, 13 digits",
        ],
    );
}

#[test]
fn alerts_go_to_an_address_and_wait_longer_than_a_poll() {
    let mut gateway = mailbox(|mailbox| mailbox.poll_interval = Duration::from_hours(1).into());
    gateway.alert.webhook = Secret::Text("ntfy.example/meter-geheim".to_owned());
    gateway.alert.stale_after = Duration::ZERO.into();
    assert_faults(
        &gateway,
        &[
            "alert.stale_after: is too short: every mailbox would be an alert; give at least \"1s\"",
            "alert.webhook: is no address; it begins with `https://`",
        ],
    );
    gateway.alert.stale_after = Duration::from_mins(30).into();
    assert_eq!(
        print(hints(&gateway)),
        [
            "mailbox[0].poll_interval: is not below alert.stale_after = \"30m\": the mailbox would be an alert between two polls"
        ]
    );
}

#[test]
fn who_hears_how_messages_were_received_is_reached_and_has_a_sector() {
    let mut gateway = expecting(|_| {});
    gateway.partner[0].acknowledge = Acknowledge::Both;
    let told = |gateway: &Gateway, fault: &str| assert_faults(gateway, &[fault]);
    told(
        &gateway,
        "partner[0].acknowledge: nothing is sent without a server; give [smtp] a host, or leave it out",
    );
    gateway.smtp.host = "smtp.example.org".to_owned();
    gateway.smtp.sender = "meter@example.org".to_owned();
    gateway.smtp.username = "meter".to_owned();
    told(
        &gateway,
        "partner[0].mail: is missing; give the address that answers and acknowledgements go to",
    );
    gateway.partner[0].mail = "edifact@netz.example".to_owned();
    told(
        &gateway,
        "partner[0].acknowledge: an answer says who gives it; add a [[party]] with your MP-ID, or leave it out",
    );
    gateway.party.push(Party {
        id: "9985046000001".to_owned(),
        ..Party::default()
    });
    assert_faults(&gateway, &[]);
    gateway.party[0].id = "4012345000023".to_owned();
    assert_faults(&gateway, &[]);
    gateway.expect.clear();
    gateway.partner[0].id = "12XBKW-HANDEL--X".to_owned();
    told(
        &gateway,
        "partner[0].sector: cannot be told from the ids; give \"power\" or \"gas\": what is answered depends on it",
    );
    gateway.partner[0].sector = Sector::Power;
    assert_faults(&gateway, &[]);
    gateway.partner[0].acknowledge = Acknowledge::None;
    gateway.partner[0].answer_requests = vec!["*".to_owned()];
    gateway.party.clear();
    told(
        &gateway,
        "partner[0].answer_requests: an answer says who gives it; add a [[party]] with your MP-ID, or leave it out",
    );
}
