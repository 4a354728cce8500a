//! Servers that mean harm: `fetch` ends with an error that names server and deed, within bounded
//! memory, and the other mailbox is fetched all the same.

use std::io::Read;
use std::process::Stdio;

use crate::run::gateway::{Home, program, wait_for};
use crate::support::memory;
use crate::support::scripted::{Say, Scripted, bytes, endless, last};

/// The most that a fetch may hold in memory, whatever a server sends.
const MOST_MEMORY: u64 = 150 << 20;

type Script = fn(&str) -> Option<Say>;

/// Each with what it does, and a word of the error.
const IMAP: [(&str, &str, Script); 11] = [
    ("greets with garbage", "no IMAP greeting", |command| {
        (command == "GREETING").then(|| bytes(garbage(1_000)))
    }),
    (
        "greets without an end",
        "a line without an end",
        |command| (command == "GREETING").then(|| endless("* OK ", "x".repeat(8_192))),
    ),
    ("answers with garbage", "cannot be understood", |command| {
        command
            .starts_with("EXAMINE")
            .then(|| bytes(garbage(10_000)))
    }),
    ("never ends a line", "a line of more than", |command| {
        command
            .starts_with("EXAMINE")
            .then(|| endless("* OK ", "x".repeat(8_192)))
    }),
    (
        "never ends an answer to SEARCH",
        "a line of more than",
        |command| {
            command
                .contains("RFC822.SIZE")
                .then(|| endless("* SEARCH", " 12345678".repeat(1_000)))
        },
    ),
    ("announces 4 GB and streams them", "4294967295", |command| {
        let header = "* 1 FETCH (UID 1 BODY[] {4294967295}\r\n";
        command
            .contains("BODY.PEEK")
            .then(|| endless(header, "x".repeat(8_192)))
    }),
    ("announces 1 GB as a word", "1000000000", |command| {
        let header = "* LIST () \"/\" {1000000000}\r\n";
        command
            .starts_with("EXAMINE")
            .then(|| endless(header, "x".repeat(8_192)))
    }),
    (
        "sends mail upon mail in one response",
        "52428800",
        |command| {
            // Twice the largest mail that is taken.
            let mail = format!("BODY[] {{52428800}}\r\n{}", "x".repeat(52_428_800));
            command
                .contains("BODY.PEEK")
                .then(|| bytes(format!("* 1 FETCH (UID 1 {mail} {mail})\r\n")))
        },
    ),
    (
        "tells of new mails without an end",
        "lines that nobody asked for",
        |command| {
            command
                .starts_with("EXAMINE")
                .then(|| endless("", "* 5 EXISTS\r\n".repeat(1_000)))
        },
    ),
    (
        "sends what is of no use without an end",
        "lines that nobody asked for",
        |command| {
            command
                .starts_with("EXAMINE")
                .then(|| endless("", "* XODD\r\n".repeat(1_000)))
        },
    ),
    ("says goodbye", "BYE", |command| {
        command
            .contains("BODY.PEEK")
            .then(|| last("* BYE go away\r\n"))
    }),
];

const POP3: [(&str, &str, Script); 6] = [
    ("greets with garbage", "no POP3 greeting", |command| {
        (command == "GREETING").then(|| bytes(garbage(1_000)))
    }),
    ("answers with garbage", "instead of +OK", |command| {
        (command == "UIDL").then(|| bytes(garbage(10_000)))
    }),
    ("sends a line of 100 MB", "a line of more than", |command| {
        (command == "UIDL").then(|| endless("+OK\r\n1 ", "x".repeat(8_192)))
    }),
    (
        "lists without an end",
        "a listing of more than",
        |command| (command == "LIST").then(|| endless("+OK\r\n", "1 5\r\n".repeat(1_000))),
    ),
    ("ends a mail by going away", "broke", |command| {
        (command == "RETR 1").then(|| last("+OK\r\nSubject: no dot\r\n"))
    }),
    (
        "says goodbye in the middle of a listing",
        "broke",
        |command| (command == "UIDL").then(|| last("+OK\r\n1 a\r\n")),
    ),
];

/// Bytes without sense; the same each time.
fn garbage(length: u32) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..length)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24).to_le_bytes()[0])
        .collect();
    bytes.extend(b"\r\n");
    bytes
}

#[test]
fn hostile_imap_servers_end_in_an_error_within_bounded_memory() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for (deed, word, script) in IMAP {
        let server = runtime.block_on(Scripted::imap("IDLE", 1, script));
        against("imap", server.port, deed, word);
    }
}

#[test]
fn hostile_pop3_servers_end_in_an_error_within_bounded_memory() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for (deed, word, script) in POP3 {
        let server = runtime.block_on(Scripted::pop3("USER,UIDL", 1, script));
        against("pop3", server.port, deed, word);
    }
}

/// Runs `fetch` with a hostile mailbox and a good one.
#[expect(clippy::print_stderr, reason = "the figures are for the one who looks")]
fn against(protocol: &str, port: u16, deed: &str, word: &str) {
    let home = Home::new();
    let hostile = format!(
        "[[mailbox]]\nname = \"hostile\"\nprotocol = \"{protocol}\"\nhost = \"127.0.0.1\"\n\
         port = {port}\nencryption = \"none\"\nusername = \"x\"\npassword = \"secret\"\n"
    );
    home.configure(&[hostile, home.maildir("mails", "")]);
    home.deliver("mails", 0);
    let mut fetch = program(&home.config(), &["fetch"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut peak = 0;
    let status = wait_for(deed, || {
        peak = peak.max(memory::peak(fetch.id()).unwrap_or(0));
        fetch.try_wait().unwrap()
    });
    let mut said = String::new();
    fetch
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    eprintln!("{protocol}: {deed}: peak {} MB", peak >> 20);
    assert_eq!(status.code(), Some(1), "{deed}: {said}");
    assert!(
        said.contains("hostile: ") && said.contains("127.0.0.1"),
        "{deed}: {said}"
    );
    assert!(
        said.contains(word) && !said.contains("panic"),
        "{deed}: {said}"
    );
    assert!(
        said.contains("mails: 1 new mails, 1 stored"),
        "{deed}: {said}"
    );
    assert!(peak < MOST_MEMORY, "{deed}: {} MB", peak >> 20);
}
