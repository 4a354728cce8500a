//! What partners do not take of what we answer: kept beside the mail, and told wherever the mail is.

use std::fs;

use serde_json::Value;

use super::{ASKING, HOLDING, Side, kind, orders, text_of};
use crate::acknowledgement::mail;
use crate::run::gateway::{Gateway, wait_for};
use crate::support::webhook::Webhook;

/// UNB 0020 of the answer to a request.
fn reference(answer: &str) -> String {
    let text = text_of(answer);
    let head = text.split('\'').find(|segment| segment.starts_with("UNB"));
    head.unwrap().split('+').nth(5).unwrap().to_owned()
}

fn interchange(reference: &str, messages: &str) -> String {
    format!(
        "UNA:+.? 'UNB+UNOC:3+{ASKING}:500+{HOLDING}:500+261124:1200+{reference}'{messages}UNZ+1+{reference}'"
    )
}

/// A CONTRL that rejects our interchange for its tenth segment.
fn contrl(reference: &str, ours: &str, kind: &str) -> String {
    let message = format!(
        "UNH+1+CONTRL:D:3:UN:2.0b'UCI+{ours}+{HOLDING}:500+{ASKING}:500+4'UCM+1+{kind}+4'UCS+10'\
         UCD+37+2:2'UNT+6+1'"
    );
    interchange(reference, &message)
}

/// An APERAK that refuses the first message of our interchange, or accepts it.
fn aperak(reference: &str, ours: &str, is_good: bool) -> String {
    let (name, accepts, fault) = if is_good {
        ("312", format!("RFF+AGO:{ours}-1'"), String::new())
    } else {
        let fault = format!(
            "ERC+Z30'FTX+ABO+++202501012300'RFF+ACW:1'RFF+AGO:{ours}-1'FTX+Z02+++Zeitraum:DTM?+163'"
        );
        ("313", String::new(), fault)
    };
    let message = format!(
        "UNH+1+APERAK:D:07B:UN:2.2'BGM+{name}+A1'DTM+137:202611241200?+00:303'RFF+ACE:{ours}'\
         DTM+171:202611241100?+00:303'{accepts}NAD+MS+{ASKING}::293'NAD+MR+{HOLDING}::293'{fault}\
         UNT+9+1'"
    );
    interchange(reference, &message)
}

fn of<'m>(outbox: &'m [Value], reference: &str) -> &'m Value {
    let mut mails = outbox.iter();
    mails.find(|mail| mail["interchange"] == reference).unwrap()
}

#[test]
fn what_a_partner_says_of_our_answers_is_told_wherever_they_are() {
    let webhook = Webhook::start();
    let agreed = format!(
        "answer_requests = [\"*\"]\n[alert]\nwebhook = \"{}\"\n",
        webhook.address()
    );
    let holder = Side::holding("rejectb", "rejecta@netz.example", &agreed);
    let location = holder.locations()[0].clone();
    let gateway = Gateway::run(&holder.home);
    let hears = |id: &str, file: &str| {
        let bytes = mail(id, file);
        holder.dovecot.deliver("rejectb", "INBOX", &bytes);
    };
    let answered = |asked: &str, count: usize| {
        hears(asked, &orders(asked, &location, "2025-01-02"));
        let mails = holder.sent(count);
        let about = |mail: &&String| text_of(mail).contains(asked);
        let of_kind = |wanted| mails.iter().filter(about).find(|mail| kind(mail) == wanted);
        ["MSCONS", "APERAK"].map(|wanted| reference(of_kind(wanted).unwrap()))
    };
    let [first, accepted] = answered("REJECTED1", 2);
    let [second, _] = answered("REJECTED2", 4);
    let [third, _] = answered("REJECTED3", 6);
    wait_for("all of it to be sent", || {
        let outbox = holder.list("outbox");
        let sent = outbox.iter().filter(|mail| mail["standing"] == "sent");
        (sent.count() == 6).then_some(())
    });

    hears("x1", &contrl("X1", &first, "MSCONS:D:04B:UN:2.4c"));
    hears("x2", &aperak("X2", &second, false));
    hears("x3", &aperak("X3", &third, true));
    hears("x4", &contrl("X4", &accepted, "APERAK:D:07B:UN:2.2"));
    wait_for("what the partner says", || {
        let outbox = holder.list("outbox");
        let said = outbox.iter().filter(|mail| mail["replies"][0].is_object());
        (said.count() == 4).then_some(())
    });

    each_is_told(&holder.list("outbox"), [&first, &second, &third, &accepted]);
    it_is_found_by_whoever_looks_for_it(&holder, &gateway, &first);

    let alert = webhook.take();
    assert_eq!(
        (&alert["kind"], &alert["status"]),
        (&"rejected".into(), &"firing".into())
    );
    gateway.stop("TERM");

    it_is_told_after_a_rebuild_and_in_english(&holder);
}

fn each_is_told(outbox: &[Value], [first, second, third, accepted]: [&str; 4]) {
    let told = |ours: &str| {
        let mail = of(outbox, ours);
        let reply = &mail["replies"][0];
        assert_eq!(mail["state"], "sent");
        ["standing", "what", "text", "meaning"]
            .map(|name| {
                let value = if name == "standing" {
                    &mail[name]
                } else {
                    &reply[name]
                };
                value.as_str().unwrap().to_owned()
            })
            .join(" | ")
    };
    assert_eq!(
        told(first),
        "rejected | rejected | 37 at segment 10 | invalid type of characters"
    );
    assert_eq!(
        told(second),
        format!(
            "rejected | refused | Z30 202501012300 at Zeitraum DTM+163 in {second}-1 | series incomplete"
        )
    );
    assert_eq!(told(third), "acknowledged | accepted |  | ");
    assert!(told(accepted).starts_with("rejected | rejected | 37 at segment 10"));
}

fn it_is_told_after_a_rebuild_and_in_english(holder: &Side) {
    assert_eq!(holder.home.command(&["reindex"]).0, Some(0));
    assert_eq!(holder.home.command(&["verify"]).0, Some(0));
    let config = fs::read_to_string(holder.home.config()).unwrap();
    fs::write(holder.home.config(), format!("language = \"en\"\n{config}")).unwrap();
    let gateway = Gateway::run(&holder.home);
    let (_, page) = gateway.get("/outbox?rejected=true");
    assert!(
        page.contains(">rejected<") && page.contains("series incomplete"),
        "{page}"
    );
    gateway.stop("TERM");
}

fn it_is_found_by_whoever_looks_for_it(holder: &Side, gateway: &Gateway, first: &str) {
    let outbox = holder.list("outbox");
    let number = of(&outbox, first)["number"].to_string();
    let (_, list, _) = holder.home.command(&["outbox", "--rejected"]);
    assert_eq!(list.lines().skip(1).count(), 3, "{list}");
    let (_, shown, _) = holder.home.command(&["outbox", "show", &number]);
    assert!(
        shown.contains("state       rejected since 2")
            && shown
                .contains("rejected (37 at segment 10: invalid type of characters), by message "),
        "{shown}"
    );
    let api = |path: &str| -> Value {
        let (code, body) = gateway.get(path);
        assert_eq!(code, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    };
    let rejected = api("/api/v1/outbox?rejected=true&limit=2");
    assert_eq!(rejected.as_array().unwrap().len(), 2);
    let lowest = &rejected[1]["number"];
    let rest = api(&format!("/api/v1/outbox?rejected=true&below={lowest}"));
    assert_eq!(rest.as_array().unwrap().len(), 1);
    let one = api(&format!("/api/v1/outbox/{number}"));
    assert_eq!(one["replies"][0]["text"], "37 at segment 10");
    let (_, page) = gateway.get("/outbox");
    for words in [
        ">zurückgewiesen<",
        ">bestätigt<",
        "37 at segment 10: Ungültige Zeichenart",
        "Zeitreihe unvollständig",
    ] {
        assert!(page.contains(words), "no {words} in {page}");
    }
    let messages = holder.list("messages");
    let standings = messages
        .iter()
        .filter_map(|one| one["answered_by"].as_array());
    let rejected = standings
        .flatten()
        .filter(|answer| answer["standing"] == "rejected");
    assert_eq!(rejected.count(), 3);
}
