//! Each kind of values that can be asked for, told as it was told before, and right by the AHB.

use std::collections::BTreeSet;
use std::sync::Arc;

use mail_parser::MessageParser;
use mscons_gateway::acknowledge::Terms;
use mscons_gateway::clock;
use mscons_gateway::config;
use mscons_gateway::config::partner::{Acknowledge, Partner};
use mscons_gateway::config::party;
use mscons_gateway::config::smtp::Smtp;
use mscons_gateway::ingest::{Arrival, Ingest, Parcel};
use mscons_gateway::mailbox::{MailId, Outcome};
use mscons_gateway::market::calendar::UtcTime;
use mscons_gateway::market::party::Party;
use mscons_gateway::message::mscons;
use mscons_gateway::message::mscons::write::{Version, write};
use mscons_gateway::message::orders::{self, Orders};
use mscons_gateway::message::transfer::Transfer;
use mscons_gateway::request::answer::answer;
use mscons_gateway::sample;
use mscons_gateway::store;
use mscons_gateway::store::outbox::{Purpose, Written};
use serde_json::Value;

use crate::ahb;
use crate::parse::ndjson;

const POWER: [&str; 2] = ["9904000000006", "9985046000001"];
const GAS: [&str; 2] = ["9801234000001", "9800357000005"];

/// A store that answers a partner.
struct Holder {
    ingest: Ingest,
    asking: &'static str,
    holding: &'static str,
    _home: tempfile::TempDir,
}

impl Holder {
    fn new([asking, holding]: [&'static str; 2]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let (store, archive) = store::open(home.path(), 8 << 20).unwrap();
        let gateway = config::Gateway {
            smtp: Smtp {
                host: "smtp.example.org".to_owned(),
                sender: "meter@example.org".to_owned(),
                ..Smtp::default()
            },
            party: vec![party::Party {
                id: holding.to_owned(),
                ..party::Party::default()
            }],
            partner: vec![Partner {
                id: asking.to_owned(),
                mail: "asking@netz.example".to_owned(),
                acknowledge: Acknowledge::Aperak,
                answer_requests: vec!["*".to_owned()],
                ..Partner::default()
            }],
            ..config::Gateway::default()
        };
        let ingest = Ingest::start(Arc::new(store), Arc::new(archive)).unwrap();
        Self {
            ingest: ingest.with_terms(Terms::of_config(&gateway)),
            asking,
            holding,
            _home: home,
        }
    }

    async fn takes(&self, mailbox: &str, bytes: Vec<u8>) {
        let arrival = Arrival {
            mailbox: mailbox.to_owned(),
            folder: String::new(),
            id: MailId::File {
                path: "a.edi".to_owned(),
            },
            at: clock::now(),
        };
        let parcel = Parcel::File("a.edi".to_owned(), bytes.into());
        let outcome = self.ingest.take_in(arrival, parcel).await.unwrap();
        assert_eq!(outcome, Outcome::Stored);
    }

    /// What answers a request, by purpose.
    async fn answers(&self, orders: Orders) -> Vec<(Purpose, Vec<u8>)> {
        let (from, to) = (Party::new(self.asking), Party::new(self.holding));
        let transfer = Transfer::new(from, to, &orders.document, clock::now()).unwrap();
        let bytes = orders::write(&transfer, &[orders]).unwrap();
        self.takes("mailbox", bytes).await;
        let (store, archive) = (self.ingest.store(), self.ingest.archive());
        let asked = store.asked(10).unwrap();
        assert_eq!(asked.len(), 1);
        let terms = self.ingest.terms();
        let drafts = answer(&**store, archive, &terms, &asked[0], clock::now());
        let numbers = self.ingest.dispatch(drafts.unwrap().unwrap()).await;
        assert_eq!(store.asked(10).unwrap(), [], "it is answered");
        let file = |number: u64| {
            let record = store.outbox_record(number).unwrap().unwrap();
            let (_, bytes) = archive.read(record.place).unwrap();
            let (_, mail) = Written::decode(number, &bytes).unwrap();
            let mail = MessageParser::new().parse(&mail.bytes).unwrap();
            (
                record.purpose,
                mail.attachment(0).unwrap().contents().to_vec(),
            )
        };
        numbers.unwrap().into_iter().map(file).collect()
    }
}

/// What is said of a location: all but by whom and when.
fn told(bytes: &[u8]) -> BTreeSet<String> {
    let lines = ndjson(&mscons::read(bytes));
    let told = |line: &str| {
        let value: Value = serde_json::from_str(line).unwrap();
        let names = [
            "location",
            "device",
            "obis",
            "start",
            "end",
            "value",
            "unit",
            "qualifier",
            "status",
        ];
        names.map(|name| value[name].to_string()).join(" ")
    };
    lines.lines().map(told).collect()
}

/// The request for what an example holds: BGM 1001 and IMD 7081.
fn orders(pid: u32, item: (&str, Option<&str>), example: &[u8]) -> Orders {
    let read = mscons::read(example);
    let interchange = &read.interchanges[0];
    let rows = || interchange.columns.rows();
    let (name_code, item) = item;
    let is_instant = pid == 17_004;
    let start = rows().filter_map(|row| row.start).min();
    let end = rows().filter_map(|row| row.end).max();
    // A reading at the end of a period is none of it.
    let end = end.map(|end| UtcTime::from_seconds(end.seconds() + 60));
    let group = &interchange.messages[0].groups[0];
    Orders {
        name_code: name_code.to_owned(),
        document: "ORD0000001".to_owned(),
        date: Some(UtcTime::parse("2026-11-24T09:00:00Z").unwrap()),
        item: item.map(str::to_owned),
        pid: Some(pid),
        location: group.location.as_deref().map(str::to_owned),
        reason: is_instant.then(|| "Z49".to_owned()),
        at: start.filter(|_| is_instant),
        start: start.filter(|_| !is_instant),
        end: end.filter(|_| !is_instant),
        ..Orders::default()
    }
}

#[tokio::test]
async fn every_kind_of_value_is_told_as_it_was() {
    for (example, parties, pid, item) in [
        (13_025, POWER, 17_102, ("Z48", None)),
        (13_018, POWER, 17_102, ("7", Some("Z11"))),
        (13_017, POWER, 17_102, ("7", Some("Z12"))),
        (13_017, POWER, 17_004, ("7", Some("Z13"))),
        (13_019, POWER, 17_102, ("7", Some("Z35"))),
        (13_016, POWER, 17_102, ("Z28", None)),
        (13_008, GAS, 17_102, ("7", Some("Z11"))),
        (13_009, GAS, 17_102, ("7", Some("Z35"))),
    ] {
        let bytes = write(&sample::example(example, Version::V25, 7).unwrap()).unwrap();
        let holder = Holder::new(parties);
        holder.takes("", bytes.clone()).await;
        let answers = holder.answers(orders(pid, item, &bytes)).await;
        let purposes: Vec<Purpose> = answers.iter().map(|(purpose, _)| *purpose).collect();
        let expected: &[Purpose] = if parties == POWER {
            &[Purpose::Aperak, Purpose::Answer]
        } else {
            &[Purpose::Answer]
        };
        assert_eq!(purposes, expected, "{example}");
        let (_, answer) = answers.last().unwrap();
        let text = String::from_utf8_lossy(answer);
        assert_eq!(told(answer), told(&bytes), "{example}: {text}");
        let read = mscons::read(answer);
        for message in &read.interchanges[0].messages {
            assert_eq!(message.answers.as_deref(), Some("ORD0000001"));
            assert_eq!(message.pid, Some(example));
        }
        let issues = ahb::issues(answer);
        assert!(issues.is_empty(), "{example}: {issues:#?}\n{text}");
    }
}

#[tokio::test]
async fn what_is_not_said_or_not_told_again_is_refused_by_its_own_message() {
    let bytes = write(&sample::example(13_008, Version::V25, 7).unwrap()).unwrap();
    for (pid, item, change, parts) in [
        (
            17_103,
            ("7", Some("Z10")),
            "",
            ["RFF+Z13:19103'", "AJT+Z15+G_0015'"],
        ),
        (
            17_004,
            ("7", Some("Z13")),
            "",
            ["RFF+Z13:19007'", "AJT+Z19+G_0075'"],
        ),
        (
            17_102,
            ("7", Some("Z12")),
            "",
            ["RFF+Z13:19102'", "AJT+Z21+G_0050'"],
        ),
        (
            17_102,
            ("7", Some("Z11")),
            "location",
            ["BGM+313+", "ERC+Z29'"],
        ),
        (17_102, ("7", None), "", ["BGM+313+", "ERC+Z29'"]),
        (
            17_102,
            ("7", Some("Z11")),
            "period",
            ["BGM+313+", "ERC+Z29'"],
        ),
    ] {
        let holder = Holder::new(GAS);
        holder.takes("", bytes.clone()).await;
        let mut asks = orders(pid, item, &bytes);
        match change {
            "location" => asks.location = None,
            "period" => asks.end = None,
            _ => {}
        }
        let answers = holder.answers(asks).await;
        let [(_, answer)] = answers.as_slice() else {
            panic!("{answers:?}");
        };
        let text = String::from_utf8_lossy(answer);
        for part in parts {
            assert!(text.contains(part), "{pid} {change}: no {part} in {text}");
        }
    }
}
