//! Alerts from facts to a real webhook: down, up, slow.

use std::path::Path;
use std::time::Duration;

use mscons_gateway::alert::{Desk, Facts, MailboxFacts, Notice, PartnerFacts};
use mscons_gateway::market::calendar::UtcTime;
use mscons_gateway::text::{Language, Text};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use crate::support::webhook::{Webhook, closed_port};

/// A desk that delivers until it is dropped.
struct Office {
    desk: Desk,
    runtime: Runtime,
    delivery: JoinHandle<()>,
}

impl Office {
    fn open(data_dir: &Path, webhook: &str) -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let desk = Desk::open(data_dir, Text::new(Language::De));
        desk.set_webhook(webhook).unwrap();
        let runtime = Runtime::new().unwrap();
        let delivery = {
            let desk = desk.clone();
            runtime.spawn(async move { desk.deliver().await })
        };
        Self {
            desk,
            runtime,
            delivery,
        }
    }

    fn take(&self, facts: &Facts, hours: i64) -> Vec<Notice> {
        self.desk.take(facts, at(hours))
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        self.delivery.abort();
        let _ = self.runtime.block_on(&mut self.delivery);
    }
}

fn at(hours: i64) -> UtcTime {
    UtcTime::from_seconds(1_795_000_000 + hours * 3600)
}

/// A mailbox that was polled then, and nothing else to say.
fn polled(hours: i64) -> Facts {
    Facts {
        started: at(0),
        stale_after: Duration::from_hours(24),
        mailboxes: vec![MailboxFacts {
            name: "metering".to_owned(),
            last_success: Some(at(hours)),
            certificate_until: None,
        }],
        accounts: Vec::new(),
        quarantine: Some(0),
        unsent: Some(0),
        rejected: Some(0),
        room: None,
        partners: Some(Vec::new()),
    }
}

fn told(notices: &[Notice]) -> Vec<String> {
    let of = |notice: &Notice| format!("{:?} {}", notice.status, notice.kind.name());
    notices.iter().map(of).collect()
}

/// What is still to be delivered, as the file in the data directory has it.
fn pending(data_dir: &Path) -> usize {
    let text = std::fs::read_to_string(data_dir.join("alerts.json")).unwrap();
    let book: serde_json::Value = serde_json::from_str(&text).unwrap();
    book["pending"].as_array().unwrap().len()
}

fn wait_until(what: &str, is_true: impl Fn() -> bool) {
    crate::run::wait_for(what, || is_true().then_some(()));
}

#[test]
fn what_was_told_while_the_webhook_was_down_is_delivered_in_order_when_it_is_up() {
    let home = tempfile::tempdir().unwrap();
    let port = closed_port();
    let office = Office::open(home.path(), &format!("http://127.0.0.1:{port}/hook"));
    assert_eq!(told(&office.take(&polled(0), 1)), Vec::<String>::new());
    assert_eq!(told(&office.take(&polled(0), 24)), ["Firing mailbox_stale"]);
    assert_eq!(told(&office.take(&polled(0), 25)), Vec::<String>::new());
    assert_eq!(
        told(&office.take(&polled(26), 26)),
        ["Resolved mailbox_stale"]
    );
    assert_eq!(pending(home.path()), 2);
    let webhook = Webhook::at(port);
    let (firing, resolved) = (webhook.take(), webhook.take());
    assert_eq!(firing["status"], "firing");
    assert_eq!(firing["kind"], "mailbox_stale");
    assert_eq!(firing["subject"], "metering");
    assert_eq!(
        firing["title"],
        "Postfach metering: keine erfolgreiche Abfrage"
    );
    assert_eq!(firing["since"], at(24).to_string());
    assert!(
        firing["text"]
            .as_str()
            .unwrap()
            .starts_with("Postfach metering: keine")
    );
    assert_eq!(resolved["status"], "resolved");
    assert_eq!(resolved["since"], firing["since"]);
    wait_until("an empty queue", || pending(home.path()) == 0);
}

#[test]
fn a_slow_webhook_holds_up_nothing_but_the_alerts_behind() {
    let home = tempfile::tempdir().unwrap();
    let webhook = Webhook::start();
    let office = Office::open(home.path(), &webhook.address());
    office.take(&polled(0), 24);
    assert_eq!(webhook.receive()["kind"], "mailbox_stale");
    // It does not answer. Rounds go on.
    for entries in 1..50 {
        let facts = Facts {
            quarantine: Some(entries),
            ..polled(0)
        };
        office.take(&facts, 25);
    }
    assert_eq!(pending(home.path()), 2);
    webhook.answer(200);
    assert_eq!(webhook.take()["kind"], "quarantine");
    wait_until("an empty queue", || pending(home.path()) == 0);
}

#[test]
fn a_webhook_that_fails_is_asked_again_for_the_same_alert() {
    let home = tempfile::tempdir().unwrap();
    let webhook = Webhook::start();
    let office = Office::open(home.path(), &webhook.address());
    office.take(&polled(0), 24);
    let first = webhook.receive();
    webhook.answer(503);
    assert_eq!(webhook.take(), first);
    wait_until("an empty queue", || pending(home.path()) == 0);
}

#[test]
fn a_restart_tells_nothing_twice_and_delivers_what_was_left() {
    let home = tempfile::tempdir().unwrap();
    let port = closed_port();
    let address = format!("http://127.0.0.1:{port}/hook");
    let partner = |overdue| Facts {
        partners: Some(vec![PartnerFacts {
            id: "9905048000007".to_owned(),
            name: "Netz".to_owned(),
            overdue,
        }]),
        ..polled(0)
    };
    let late = partner(Some((3, at(0))));
    let office = Office::open(home.path(), &address);
    assert_eq!(told(&office.take(&late, 1)), ["Firing overdue"]);
    drop(office);

    let webhook = Webhook::at(port);
    let office = Office::open(home.path(), &address);
    let unknown = Facts {
        partners: None,
        ..polled(0)
    };
    assert_eq!(told(&office.take(&unknown, 2)), Vec::<String>::new());
    assert_eq!(told(&office.take(&late, 3)), Vec::<String>::new());
    let firing = webhook.take();
    assert_eq!(firing["title"], "Netz: erwartete Werte sind überfällig");
    assert!(
        firing["text"]
            .as_str()
            .unwrap()
            .contains("3 Zeitreihen, die erste seit")
    );
    assert_eq!(told(&office.take(&partner(None), 4)), ["Resolved overdue"]);
    assert_eq!(webhook.take()["status"], "resolved");
}

#[test]
fn a_book_that_cannot_be_read_begins_anew() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("alerts.json"), "{ torn").unwrap();
    let office = Office::open(home.path(), "");
    assert_eq!(told(&office.take(&polled(0), 24)), ["Firing mailbox_stale"]);
    assert_eq!(
        pending(home.path()),
        0,
        "without a webhook nothing waits for it"
    );
}
