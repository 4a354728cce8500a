//! Requests of others: from an ORDERS in a real Dovecot to the MSCONS that a real Postfix gets, and
//! two gateways that ask and answer each other.

mod kinds;
mod rejected;

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::sync::Arc;

use mail_parser::MessageParser;
use mscons_gateway::market::calendar::UtcTime;
use mscons_gateway::market::party::Party;
use mscons_gateway::market::role::{Role, Sector};
use mscons_gateway::message::mscons;
use mscons_gateway::message::orders;
use mscons_gateway::message::orders::request::{Ask, Period, Request, Values, request};
use mscons_gateway::message::transfer::Transfer;
use mscons_gateway::sample;
use serde_json::Value;

use crate::acknowledgement::{mail, opened};
use crate::ahb;
use crate::run::gateway::{Gateway, Home, wait_for};
use crate::support::dovecot::{Dovecot, PASSWORD};
use crate::support::postfix::Postfix;

/// Who asks, and who holds the values. Whoever told them first is neither.
const ASKING: &str = "9904000000006";
const HOLDING: &str = "9985046000001";

/// A market partner: a gateway, its mailbox and what goes to the other.
struct Side {
    home: Home,
    user: &'static str,
    /// Address of the other.
    other: String,
    dovecot: Arc<Dovecot>,
    postfix: Arc<Postfix>,
}

impl Side {
    fn new((user, us): (&'static str, &str), (other, them): (&str, &str), agreed: &str) -> Self {
        let (dovecot, postfix) = (Dovecot::shared(), Postfix::shared());
        dovecot.deliver(user, "INBOX", b"Subject: hello\r\n\r\nhello\r\n");
        let home = Home::new();
        let smtp = format!(
            "[smtp]\nhost = \"127.0.0.1\"\nport = {}\nencryption = \"none\"\nusername = \"meter\"\npassword = \"{PASSWORD}\"\nsender = \"Meter data <{user}@example.org>\"\nmails_per_minute = 1000\n",
            postfix.plain
        );
        home.configure(&[
            home.imap(&dovecot, user, "poll_interval = \"1s\""),
            smtp,
            format!("[[party]]\nid = \"{us}\"\nrole = \"supplier\"\n"),
            format!(
                "[[partner]]\nname = \"Other\"\nid = \"{them}\"\nmail = \"{other}\"\nacknowledge = \"contrl+aperak\"\n{agreed}\n"
            ),
        ]);
        Self {
            home,
            user,
            other: other.to_owned(),
            dovecot,
            postfix,
        }
    }

    /// One that holds two days of load profiles, of two locations.
    fn holding(user: &'static str, other: &str, agreed: &str) -> Self {
        let side = Self::new((user, HOLDING), (other, ASKING), agreed);
        for number in [0, 1, 1_000] {
            let file = side.home.path(&format!("{number}.eml"));
            fs::write(&file, sample::load_profile_mail(number).bytes).unwrap();
            let (code, _, err) = side.home.command(&["import", file.to_str().unwrap()]);
            assert_eq!(code, Some(0), "{err}");
        }
        side
    }

    /// What it sent to the other.
    fn sent(&self, count: usize) -> Vec<String> {
        let to = format!("To: {}", self.other);
        let mut mails = Vec::new();
        wait_for(&format!("{count} mails of {}", self.user), || {
            mails = self.postfix.all_delivered(&to);
            (mails.len() >= count).then_some(())
        });
        mails
    }

    fn list(&self, what: &str) -> Vec<Value> {
        let (code, out, err) = self
            .home
            .command(&[what, "--limit", "1000", "--format", "json"]);
        assert_eq!(code, Some(0), "{err}");
        serde_json::from_str(&out).unwrap()
    }

    /// The locations that it has values of.
    fn locations(&self) -> Vec<String> {
        let (_, out, _) = self.home.command(&["series", "--format", "json"]);
        let series: Vec<Value> = serde_json::from_str(&out).unwrap();
        let of = |one: &Value| one["location"].as_str().unwrap().to_owned();
        series.iter().map(of).collect()
    }

    /// All that it knows of a location: what, when, how much, how good.
    fn values(&self, location: &str) -> BTreeSet<String> {
        let (code, out, err) = self.home.command(&[
            "export",
            location,
            "--from",
            "2025-01-02",
            "--to",
            "2025-01-03",
            "--format",
            "ndjson",
        ]);
        assert_eq!(code, Some(0), "{err}");
        let told = |line: &str| {
            let value: Value = serde_json::from_str(line).unwrap();
            [
                "obis",
                "start",
                "end",
                "value",
                "unit",
                "qualifier",
                "status",
            ]
            .map(|name| value[name].to_string())
            .join(" ")
        };
        out.lines().map(told).collect()
    }
}

/// The type of the message that a mail carries.
fn kind(mail: &str) -> String {
    let (_, text) = opened(mail);
    mscons::read(text.as_bytes()).interchanges[0].messages[0]
        .kind
        .clone()
}

/// An ORDERS (17102) for the load profile of a location on a day.
fn orders(reference: &str, location: &str, day: &str) -> String {
    let at = UtcTime::parse("2026-11-24T09:00:00Z").unwrap();
    let start = UtcTime::parse(&format!("{day}T00:00:00Z")).unwrap();
    let midnight = |days: i64| UtcTime::from_seconds(start.seconds() + (days * 24 - 1) * 3_600);
    let asks = Ask::Values {
        values: Values::LoadProfile,
        location: location.to_owned(),
        period: Period {
            start: midnight(0),
            end: midnight(1),
        },
    };
    let orders = request(&Request {
        role: Role::Supplier,
        sector: Sector::Power,
        document: reference,
        asks: &asks,
        now: at,
    });
    let transfer = Transfer::new(Party::new(ASKING), Party::new(HOLDING), reference, at);
    let bytes = orders::write(&transfer.unwrap(), &[orders.unwrap()]).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn text_of(mail: &str) -> String {
    opened(mail).1
}

#[test]
fn two_gateways_ask_and_answer_each_other() {
    let [a, b] = ["answera@mailbox.example", "answerb@mailbox.example"];
    let holder = Side::holding("answerb", a, "answer_requests = [\"*\"]");
    let asker = Side::new(("answera", ASKING), (b, HOLDING), "");
    let location = holder.locations()[0].clone();
    let (a, b) = (Gateway::run(&asker.home), Gateway::run(&holder.home));
    let (code, _, err) = asker.home.command(&[
        "request",
        "--partner",
        "Other",
        "--location",
        &location,
        "--from",
        "2025-01-02",
        "--to",
        "2025-01-03",
    ]);
    assert_eq!(code, Some(0), "{err}");
    let answers = holder.sent(2);
    let mut kinds: Vec<String> = answers.iter().map(|mail| kind(mail)).collect();
    kinds.sort();
    assert_eq!(kinds, ["APERAK", "MSCONS"]);
    let values = answers.iter().find(|mail| kind(mail) == "MSCONS").unwrap();
    let text = text_of(values);
    let issues = ahb::issues(text.as_bytes());
    assert!(issues.is_empty(), "{issues:#?}\n{text}");
    let parsed = MessageParser::new().parse(values.as_bytes()).unwrap();
    let subject = parsed.subject().unwrap();
    assert!(
        subject.starts_with(&format!("MSCONS_TL_{HOLDING}_{ASKING}_20")),
        "{subject}"
    );
    wait_for("the request to be fulfilled", || {
        (asker.list("requests")[0]["state"] == "fulfilled").then_some(())
    });
    let story = &asker.list("requests")[0];
    let said: Vec<&str> = story["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["what"].as_str().unwrap())
        .collect();
    assert!(
        said.contains(&"accepted") && said.contains(&"values"),
        "{story}"
    );
    let told = asker.values(&location);
    assert_eq!(told.len(), 96);
    assert_eq!(told, holder.values(&location));

    what_is_said_of_the_answer_is_not_answered(&holder, &asker);
    a.stop("TERM");
    b.stop("TERM");
    assert_eq!(holder.home.command(&["verify"]).0, Some(0));
}

fn what_is_said_of_the_answer_is_not_answered(holder: &Side, asker: &Side) {
    wait_for("the last word", || {
        let messages = holder.list("messages");
        messages
            .iter()
            .any(|one| one["type"] == "APERAK")
            .then_some(())
    });
    assert_eq!(
        (holder.list("outbox").len(), asker.list("outbox").len()),
        (2, 2)
    );
    // Both are told as the answer to the request.
    let messages = holder.list("messages");
    let request = messages.iter().find(|one| one["type"] == "ORDERS").unwrap();
    let answered: HashSet<&str> = request["answered_by"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["kind"].as_str().unwrap())
        .collect();
    assert_eq!(answered, HashSet::from(["aperak", "answer"]));
}

#[test]
fn what_cannot_be_answered_is_refused_and_who_has_agreed_nothing_waits() {
    let holder = Side::holding("refuseb", "refusea@netz.example", "");
    let locations: BTreeSet<String> = holder.locations().into_iter().collect();
    let [mine, other] = [0, 1].map(|n| locations.iter().nth(n).unwrap().as_str());
    let unknown = "51238696781";
    let agreed = format!("answer_requests = [\"{mine}\", \"{unknown}\"]\n");
    let silent = fs::read_to_string(holder.home.config()).unwrap();
    fs::write(holder.home.config(), format!("{silent}{agreed}")).unwrap();
    let gateway = Gateway::run(&holder.home);
    let ask = |reference: &str, location: &str, day: &str| {
        let bytes = mail(reference, &orders(reference, location, day));
        holder.dovecot.deliver("refuseb", "INBOX", &bytes);
    };
    ask("NOTYOURS", other, "2025-01-02");
    ask("NOBODYS", unknown, "2025-01-02");
    ask("TOOEARLY", mine, "2024-01-02");
    let said: Vec<String> = holder.sent(4).iter().map(|mail| text_of(mail)).collect();
    let about = |what: &str| {
        said.iter()
            .filter(|text| text.contains(what))
            .collect::<Vec<_>>()
    };
    let not_yours = about("RFF+ACE:NOTYOURS'");
    assert!(
        not_yours[0].contains("BGM+313+") && not_yours[0].contains("ERC+Z17'"),
        "{said:?}"
    );
    let nobodys = about("RFF+ACE:NOBODYS'");
    assert!(
        nobodys[0].contains("BGM+313+") && nobodys[0].contains("ERC+Z10'"),
        "{said:?}"
    );
    let accepted = about("RFF+ACE:TOOEARLY'");
    assert!(accepted[0].contains("BGM+312+"), "{said:?}");
    let refused = about("RFF+ON:TOOEARLY'");
    for part in [
        "ORDRSP:D:10A:UN:1.4c'BGM+Z48+",
        "RFF+Z13:19102'",
        "AJT+A04+E_0442'",
    ] {
        assert!(refused[0].contains(part), "no {part} in {refused:?}");
    }
    let issues = ahb::issues(refused[0].as_bytes());
    assert!(issues.is_empty(), "{issues:#?}");
    assert_eq!(said.len(), 4);

    // The same request again is answered by the same mails again.
    let again = mail("again", &orders("TOOEARLY", mine, "2024-01-02"));
    holder.dovecot.deliver("refuseb", "INBOX", &again);
    let all = holder.sent(6);
    let distinct: HashSet<(String, String)> = all.iter().map(|mail| opened(mail)).collect();
    assert_eq!((all.len(), distinct.len()), (6, 4));

    // Without agreement a request waits for a person; that it came well is said all the same.
    fs::write(holder.home.config(), silent).unwrap();
    gateway.signal("HUP");
    gateway.wait_for_log("the configuration is read again");
    ask("UNHEARD", mine, "2025-01-02");
    wait_for("the request", || {
        let messages = holder.list("messages");
        messages
            .iter()
            .any(|one| one["interchange"] == "UNHEARD")
            .then_some(())
    });
    let outbox = holder.list("outbox");
    assert_eq!(outbox.len(), 5, "{outbox:?}");
    let heard: Vec<String> = holder.sent(7).iter().map(|mail| text_of(mail)).collect();
    let unheard = heard.iter().find(|text| text.contains("RFF+ACE:UNHEARD'"));
    assert!(unheard.unwrap().contains("BGM+312+"), "{heard:?}");
    gateway.stop("TERM");
}

#[test]
fn kills_between_a_request_and_its_answer_leave_it_with_one_answer() {
    const REQUESTS: usize = 30;
    let holder = Side::holding("killb", "killa@netz.example", "answer_requests = [\"*\"]");
    let location = holder.locations()[0].clone();
    for number in 0..REQUESTS {
        let name = format!("KA{number}");
        let bytes = mail(&name, &orders(&name, &location, "2025-01-02"));
        holder.dovecot.deliver("killb", "INBOX", &bytes);
    }
    let answers = || {
        let outbox = holder.list("outbox");
        outbox
            .into_iter()
            .filter(|mail| mail["kind"] == "answer")
            .collect::<Vec<_>>()
    };
    let mut gateway = Some(Gateway::run(&holder.home));
    for life in 1..=3 {
        let running = gateway.take().unwrap();
        wait_for("some more answers", || {
            (answers().len() >= life * 5).then_some(())
        });
        running.signal("KILL");
        running.end();
        gateway = Some(Gateway::run(&holder.home));
    }
    wait_for("all answers to go", || {
        let sent = answers()
            .iter()
            .filter(|mail| mail["state"] == "sent")
            .count();
        (sent == REQUESTS).then_some(())
    });
    gateway.unwrap().stop("TERM");
    let distinct = |of: &dyn Fn(&Value) -> String| {
        let all: HashSet<String> = answers().iter().map(of).collect();
        all.len()
    };
    assert_eq!(answers().len(), REQUESTS);
    assert_eq!(
        distinct(&|mail| mail["answers"]["interchange"].to_string()),
        REQUESTS
    );
    assert_eq!(distinct(&|mail| mail["interchange"].to_string()), REQUESTS);

    // A rebuilt database knows what is answered.
    assert_eq!(holder.home.command(&["reindex"]).0, Some(0));
    let gateway = Gateway::run(&holder.home);
    gateway.wait_for_metric("mscons_gateway_outbox_size{state=\"queued\"} 0");
    gateway.stop("TERM");
    assert_eq!(answers().len(), REQUESTS);
}
