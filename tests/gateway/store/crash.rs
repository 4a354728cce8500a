//! Kill -9: everything acknowledged is there, nothing is torn.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use mscons_gateway::store::archive::{Archive, Entry};
use mscons_gateway::store::ledger::{Batch, Origin};
use mscons_gateway::store::{self, Store};

use super::{block, hash, mail, mail_of, message, recount, speakers};

/// The test runs itself again as the process that is killed: with this variable it commits mails
/// for ever and says after each flush up to which they are durable.
const CHILD: &str = "MSCONS_GATEWAY_TEST_CRASH_CHILD";

#[test]
fn a_killed_process_loses_nothing_that_it_acknowledged() {
    if let Some(data_dir) = std::env::var_os(CHILD) {
        commit_for_ever(Path::new(&data_dir));
    }
    let home = tempfile::tempdir().unwrap();
    let mut acknowledged = 0;
    for round in 0..ROUNDS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture"])
            .arg("store::crash::a_killed_process_loses_nothing_that_it_acknowledged")
            .env(CHILD, home.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut flushes = 0;
        for line in lines {
            let line = line.unwrap();
            let Some((_, mails)) = line.split_once(WORD) else {
                continue;
            };
            acknowledged = mails.parse().unwrap();
            flushes += 1;
            if flushes == 1 + round * 5 {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(flushes > round * 5, "it ended by itself in round {round}");
        check(home.path(), acknowledged);
    }
    assert!(acknowledged >= u64::from(ROUNDS) * MAILS_A_FLUSH);
}

fn commit_for_ever(data_dir: &Path) -> ! {
    let (store, archive) = store::open(data_dir, 1 << 20).unwrap();
    let mut stdout = std::io::stdout();
    let mut number = store.next_sequence().unwrap() / SEQUENCES_A_MAIL;
    loop {
        let group: Vec<_> = (number..number + MAILS_A_FLUSH)
            .map(|number| sent(number, &archive))
            .collect();
        archive.sync().unwrap();
        for batch in group {
            store.apply(&batch, number * SEQUENCES_A_MAIL).unwrap();
            number += 1;
        }
        store.flush().unwrap();
        writeln!(stdout, "{WORD}{number}").unwrap();
    }
}

/// Mail `number`, with two messages and its bytes in the archive.
fn sent(number: u64, archive: &Archive) -> Batch {
    let day = i32::try_from(number % 5_000).unwrap();
    let mut messages = vec![message("D", 0), message("E", 0)];
    messages[1].blocks = vec![block("b", day, 0), block("c", day, 0)];
    let mut batch = mail(number, messages);
    let known = mail_of(&batch);
    let origin = Origin {
        mailbox: known.mailbox,
        folder: known.folder,
        id: known.id,
        arrived: known.arrived,
        size_bytes: known.size_bytes,
        head: known.head,
        name: number.to_string(),
    };
    let entry = Entry::new(&origin, &raw(number));
    batch.interchanges[0].record.place = archive.append(entry).unwrap();
    batch.interchanges[0].messages[1].record.values = 2;
    batch
}

fn raw(number: u64) -> Vec<u8> {
    (0..number % 3_000)
        .map(|at| (at * number % 251) as u8)
        .collect()
}

fn check(data_dir: &Path, acknowledged: u64) {
    let (store, archive) = store::open(data_dir, 1 << 20).unwrap();
    assert!(archive.damage().is_none());
    let mails = store.next_sequence().unwrap() / SEQUENCES_A_MAIL;
    assert!(
        mails >= acknowledged,
        "{acknowledged} were acknowledged, {mails} are there"
    );
    for number in 0..mails {
        let sequence = number * SEQUENCES_A_MAIL;
        assert!(store.mail(sequence).unwrap().is_some(), "mail {number}");
        let interchange = store.interchange(&hash(number)).unwrap().unwrap();
        let (origin, bytes) = archive.read(interchange.place).unwrap();
        assert_eq!((origin.name, bytes), (number.to_string(), raw(number)));
        for sequence in sequence + 1..sequence + SEQUENCES_A_MAIL {
            let message = store.message(sequence).unwrap().unwrap();
            let known = store.message_by_reference(&message.reference).unwrap();
            assert_eq!(known, Some(sequence));
        }
    }
    for series in store.series().unwrap() {
        let spoken = speakers(&store, series.id, None);
        assert_eq!(u64::try_from(spoken.len()).unwrap(), mails);
    }
    recount(&store);
}

const ROUNDS: u32 = 8;
const MAILS_A_FLUSH: u64 = 4;
/// A mail and its two messages.
const SEQUENCES_A_MAIL: u64 = 3;
const WORD: &str = "acknowledged ";
