//! Asking for data: from the command line over a real Postfix to the partner, and from his answers
//! back into the story of the request.

use std::fs;

use mscons_gateway::market::calendar::UtcTime;
use mscons_gateway::market::party::Party;
use mscons_gateway::message::aperak::{self, Aperak};
use mscons_gateway::message::contrl::{self, Action, Contrl};
use mscons_gateway::message::mscons;
use mscons_gateway::message::mscons::write::{Version, write};
use mscons_gateway::message::ordrsp::{self, Decision, Ordrsp};
use mscons_gateway::message::transfer::Transfer;
use mscons_gateway::sample;
use serde_json::Value;

use crate::run::gateway::{Gateway, Home, wait_for};
use crate::support::dovecot::PASSWORD;
use crate::support::postfix::Postfix;

const US: &str = "9985046000001";
const THEM: &str = "9905048000007";
const LOCATION: &str = "41373559241";

/// A home that asks by ORDERS, at `partner@netz.example`, and in words. All share one server.
fn asking(bed: &Postfix, partner: &str, more: &str) -> Home {
    let home = Home::new();
    home.configure(&[format!(
        "[smtp]\nhost = \"127.0.0.1\"\nport = {}\nencryption = \"none\"\nusername = \"meter\"\npassword = \"{PASSWORD}\"\nsender = \"Meter data <meter@example.org>\"\n\
         [[party]]\nid = \"{US}\"\nrole = \"supplier\"\n\
         contact = {{ name = \"Anna Beispiel\", mail = \"anna@example.org\" }}\n\
         [[partner]]\nname = \"Netz\"\nid = \"{THEM}\"\nmail = \"{partner}@netz.example\"\n\
         [[partner]]\nname = \"Dienst\"\nid = \"9903100000006\"\nmail = \"dienst@example.net\"\nrequest_format = \"mail\"\n{more}",
        bed.plain
    )]);
    home
}

fn ask(home: &Home, more: &[&str]) -> (Option<i32>, String, String) {
    let asks = ["request", "--partner", "Netz", "--location", LOCATION];
    let period = ["--from", "2026-09-01", "--to", "2026-10-01"];
    home.command(&[&asks[..], &period, more].concat())
}

fn stories(home: &Home) -> Vec<Value> {
    let (code, out, err) = home.command(&["requests", "--format", "json"]);
    assert_eq!(code, Some(0), "{err}");
    serde_json::from_str(&out).unwrap()
}

/// The partner's interchange with this reference.
fn transfer(reference: &str) -> Transfer {
    let at = UtcTime::parse("2026-11-24T10:00:00Z").unwrap();
    Transfer::new(Party::new(THEM), Party::new(US), reference, at).unwrap()
}

fn comes(home: &Home, name: &str, bytes: &[u8]) {
    let file = home.path(name);
    fs::write(&file, bytes).unwrap();
    let (code, _, err) = home.command(&["import", file.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{err}");
}

/// Asks, sends, and gives our number for the request.
fn asked(home: &Home) -> String {
    let (code, out, err) = ask(home, &[]);
    assert_eq!((code, out.as_str()), (Some(0), "1\n"), "{err}");
    assert_eq!(stories(home)[0]["state"], "to be sent");
    let (code, _, err) = home.command(&["outbox", "send"]);
    assert_eq!(code, Some(0), "{err}");
    let story = &stories(home)[0];
    assert_eq!(story["state"], "asked", "{story}");
    assert_eq!(story["pid"], 17_102);
    story["reference"].as_str().unwrap().to_owned()
}

/// An ORDRSP that refuses the request with this number.
fn refusal(of: &str, document: &str) -> Ordrsp {
    Ordrsp {
        name_code: "Z48".to_owned(),
        document: document.to_owned(),
        date: UtcTime::parse("2026-11-24T10:00:00Z"),
        answers: Some(of.to_owned()),
        pid: Some(19_102),
        decisions: vec![Decision {
            code: "A02".to_owned(),
            tree: "E_0442".to_owned(),
        }],
        ..Ordrsp::default()
    }
}

#[test]
fn an_orders_goes_out_as_the_market_wants_it() {
    let bed = Postfix::shared();
    let home = asking(&bed, "market", "");
    let reference = asked(&home);
    let came = bed.delivered("To: market@netz.example");
    let name = format!("ORDERS__{US}_{THEM}_");
    let subject = came.lines().find(|line| line.starts_with("Subject:"));
    let subject = subject.unwrap();
    let ending = format!("_{reference}.txt");
    assert!(
        subject.contains(&name) && subject.ends_with(&ending),
        "{subject}"
    );
    let mail = mail_parser::MessageParser::new();
    let mail = mail.parse(came.as_bytes()).unwrap();
    let orders = mail.attachment(0).unwrap().contents();
    let text = String::from_utf8(orders.to_vec()).unwrap();
    assert!(!text.contains('\n'), "{text}");
    for part in [
        format!("UNB+UNOC:3+{US}:500+{THEM}:500+"),
        format!("BGM+Z48+{reference}'"),
        "RFF+Z13:17102'".to_owned(),
        format!("LOC+172+{LOCATION}'"),
        "DTM+163:202608312200?+00:303'DTM+164:202609302200?+00:303'".to_owned(),
    ] {
        assert!(text.contains(&part), "no {part} in {text}");
    }
}

#[test]
fn what_the_partner_answers_and_nobody_else_makes_the_story() {
    let bed = Postfix::shared();
    let home = asking(&bed, "story", "");
    let reference = asked(&home);
    let at = UtcTime::parse("2026-11-24T10:00:00Z").unwrap();
    let stranger = Transfer::new(Party::new("9904000000006"), Party::new(US), "S1", at);
    let strange = ordrsp::write(&stranger.unwrap(), &[refusal(&reference, "D1")]);
    comes(&home, "strange.edi", &strange.unwrap());
    assert_eq!(stories(&home)[0]["state"], "asked");

    let received = Contrl {
        interchange: reference.clone(),
        sender: (US.to_owned(), "500".to_owned()),
        receiver: (THEM.to_owned(), "500".to_owned()),
        action: Action::RECEIVED,
        ..Contrl::default()
    };
    let received = contrl::write(&transfer("C1"), &received).unwrap();
    comes(&home, "contrl.edi", &received);
    assert_eq!(stories(&home)[0]["state"], "received");
    let accepted = Aperak {
        name_code: "312".to_owned(),
        document: "A1".to_owned(),
        date: Some(at),
        interchange: Some(reference.clone()),
        accepts: Some(reference.clone()),
        ..Aperak::default()
    };
    let accepted = aperak::write(&transfer("A1"), &[accepted]).unwrap();
    comes(&home, "aperak.edi", &accepted);
    let refused = ordrsp::write(&transfer("O1"), &[refusal(&reference, "D2")]);
    comes(&home, "ordrsp.edi", &refused.unwrap());
    let story = &stories(&home)[0];
    assert_eq!(story["state"], "refused", "{story}");
    let meaning = story["events"].to_string();
    assert!(
        meaning.contains("the supplier is not entitled"),
        "{meaning}"
    );
    let events = story["events"].as_array().unwrap().iter();
    let said: Vec<&str> = events
        .map(|event| event["what"].as_str().unwrap())
        .collect();
    assert_eq!(said, ["written", "sent", "received", "accepted", "refused"]);
    assert_eq!(story["events"][4]["text"], "A02 E_0442");

    let mut values = sample::example(13_025, Version::V25, 7).unwrap();
    values.sender = THEM.to_owned();
    values.receiver = US.to_owned();
    values.messages[0].answers = Some(reference);
    comes(&home, "values.edi", &write(&values).unwrap());
    assert_eq!(stories(&home)[0]["state"], "fulfilled");
    let (_, out, _) = home.command(&["requests"]);
    assert!(
        out.contains(" → ") && out.contains("refused (A02 E_0442: the supplier is not"),
        "{out}"
    );

    // From the archive alone the same is told, but for what became of the mail.
    fs::remove_dir_all(home.path("data/sled")).unwrap();
    assert_eq!(home.command(&["reindex"]).0, Some(0));
    assert_eq!(stories(&home)[0]["state"], "fulfilled");
    assert_eq!(home.command(&["verify"]).0, Some(0));
}

/// What is asked wrongly, and a part of what is said.
fn wrong_requests() -> Vec<(String, &'static str)> {
    let period = "--from 2026-09-01 --to 2026-10-01";
    vec![
        (
            format!("--partner Nobody --location {LOCATION} {period}"),
            "there are Netz, Dienst",
        ),
        (
            format!("--partner 9907000000000 --location {LOCATION} {period}"),
            "has no mail address",
        ),
        (
            format!("--partner 4012345000023 --location {LOCATION} {period}"),
            "give the [[partner]] `sector`",
        ),
        (
            format!("--partner Netz --location 41373559242 {period}"),
            "check digit of 41373559242 does not fit",
        ),
        (
            format!("--partner Dienst --location 41373559242 {period}"),
            "check digit of 41373559242 does not fit",
        ),
        (
            format!("--partner Netz --location {LOCATION} --from 2026-10-01 --to 2026-09-01"),
            "--to must be after --from",
        ),
        (
            format!("--partner Netz --location {LOCATION} --from 2096-10-01 --to 2096-11-01"),
            "is not over at",
        ),
        (
            format!("--partner Dienst --location {LOCATION} --from 2096-10-01 --to 2096-11-01"),
            "is not over at",
        ),
        (
            format!("--partner Netz --location {LOCATION} --from 2026-10-01"),
            "give --from and --to",
        ),
        (
            format!("--partner Netz --location {LOCATION} --values apportioning {period}"),
            "give --at",
        ),
        (
            format!("--partner Netz --location {LOCATION} --values calorific-value {period}"),
            "in power, no supplier asks for that",
        ),
        (
            format!(
                "--partner Netz --location {LOCATION} --complaint too-high --obis 1-1:1.29.0 {period}"
            ),
            "give --document",
        ),
        (
            format!(
                "--partner Netz --location {LOCATION} --complaint missing --obis wrong {period}"
            ),
            "no OBIS code",
        ),
    ]
}

#[test]
fn what_cannot_be_asked_is_said_before_anything_is_kept() {
    let bed = Postfix::shared();
    let home = asking(
        &bed,
        "wrong",
        "[[partner]]\nid = \"4012345000023\"\nmail = \"x@example.net\"\n[[partner]]\nid = \"9907000000000\"\n",
    );
    let of = |arguments: &str| {
        let words: Vec<&str> = arguments.split(' ').collect();
        let (code, out, err) = home.command(&words);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments}: {err}");
        err
    };
    for (asks, said) in wrong_requests() {
        let err = of(&format!("request {asks}"));
        assert!(err.contains(said), "{asks}: {err}");
    }
    assert!(!home.path("data").exists(), "nothing is made");

    home.configure(&[format!(
        "[[partner]]\nname = \"Netz\"\nid = \"{THEM}\"\nmail = \"a@b.example\"\n"
    )]);
    let (code, _, err) = ask(&home, &[]);
    assert_eq!(code, Some(2));
    assert!(err.contains("add a [[party]] with your MP-ID"), "{err}");
    home.configure(&[format!(
        "[[party]]\nid = \"{US}\"\n[[partner]]\nname = \"Netz\"\nid = \"{THEM}\"\nmail = \"a@b.example\"\n"
    )]);
    let (code, _, err) = ask(&home, &[]);
    assert_eq!(code, Some(2));
    assert!(err.contains("smtp.host is empty"), "{err}");
}

#[test]
fn a_dry_run_shows_what_would_be_sent() {
    let bed = Postfix::shared();
    let home = asking(&bed, "dry", "");
    let (code, out, err) = ask(&home, &["--dry-run"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(
        out.starts_with("to       dry@netz.example\nsubject  ORDERS__"),
        "{out}"
    );
    assert!(out.contains("UNH+1+ORDERS:D:09B:UN:1.4c'"), "{out}");
    let missing = [
        "--dry-run",
        "--complaint",
        "missing",
        "--obis",
        "1-1:1.29.0",
        "--text",
        "Seit Montag.",
    ];
    let (code, out, err) = ask(&home, &missing);
    assert_eq!(code, Some(0), "{err}");
    for part in [
        "RFF+Z13:17113'",
        "FTX+Z06",
        "Seit Montag.",
        "CTA+IC+:Anna Beispiel'",
    ] {
        assert!(out.contains(part), "no {part} in {out}");
    }
    assert!(!home.path("data").exists(), "nothing is made");
}

#[test]
fn a_request_in_words_is_a_mail_for_people() {
    let bed = Postfix::shared();
    let home = asking(&bed, "words", "");
    let in_words = [
        "request",
        "--partner",
        "Dienst",
        "--location",
        LOCATION,
        "--obis",
        "1-1:1.29.0",
        "--from",
        "2026-09-01",
        "--to",
        "2026-10-01",
    ];
    let (code, _, err) = home.command(&in_words);
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(home.command(&["outbox", "send"]).0, Some(0));
    let came = bed.delivered("To: dienst@example.net");
    let mail = mail_parser::MessageParser::new()
        .parse(came.as_bytes())
        .unwrap();
    let text = mail.body_text(0).unwrap();
    for part in [
        "Lastgang für 41373559241",
        "01.09.2026 00:00 bis 01.10.2026 00:00",
        "OBIS-Kennzahl: 1-1:1.29.0",
    ] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    assert_eq!(stories(&home)[0]["state"], "asked");
}

/// A partner who is asked in words, of his own language or text.
fn asked_in_words(more: &str) -> (Option<i32>, String, String) {
    let home = asking(
        &Postfix::shared(),
        "own-words",
        &format!(
            "[[partner]]\nname = \"Amt\"\nid = \"9900000000001\"\nmail = \"amt@example.net\"\nrequest_format = \"mail\"\n{more}"
        ),
    );
    let asks = ["request", "--partner", "Amt", "--location", LOCATION];
    let period = ["--from", "2026-09-01", "--to", "2026-10-01", "--dry-run"];
    home.command(&[&asks[..], &period].concat())
}

#[test]
fn a_partner_has_a_language_and_a_text_of_his_own() {
    let (code, english, err) = asked_in_words("language = \"en\"\n");
    assert_eq!(code, Some(0), "{err}");
    assert!(
        english.contains("load profile") && english.contains("1 Sep 2026 00:00"),
        "{english}"
    );
    let own = "request_text = '''\nFehlende Werte {{ location }}\n\nHallo {{ partner }}, es fehlt: {{ what }}, {{ period }}.\n'''\n";
    let (code, shown, err) = asked_in_words(own);
    assert_eq!(code, Some(0), "{err}");
    assert!(
        shown.contains("subject  Fehlende Werte 41373559241\n")
            && shown.contains("Hallo Amt, es fehlt: Lastgang, 01.09.2026 00:00 bis"),
        "{shown}"
    );
    let (code, _, err) = asked_in_words("request_text = \"Werte\\n{{ locaton }}\"\n");
    assert_eq!(code, Some(2), "{err}");
    assert!(
        err.contains("request_text") && err.contains("did you mean `location`?"),
        "{err}"
    );
}

#[test]
fn an_orders_is_packed_where_the_partner_wants_it_so() {
    let bed = Postfix::shared();
    let home = asking(&bed, "packed", "");
    let config = fs::read_to_string(home.config()).unwrap();
    let packed = config.replace(
        "mail = \"packed@netz.example\"",
        "mail = \"packed@netz.example\"\ngzip = true",
    );
    fs::write(home.config(), packed).unwrap();
    assert_eq!(ask(&home, &[]).0, Some(0));
    assert_eq!(home.command(&["outbox", "send"]).0, Some(0));
    let came = bed.delivered("To: packed@netz.example");
    let mail = mail_parser::MessageParser::new()
        .parse(came.as_bytes())
        .unwrap();
    let packed = mail.attachment(0).unwrap().contents();
    let mut orders = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(packed), &mut orders).unwrap();
    assert_eq!(
        mscons::read(&orders).interchanges[0].messages[0].kind,
        "ORDERS"
    );
    assert!(came.contains(".txt.gz"), "{came}");
}

#[test]
fn what_is_late_is_asked_for_once_and_then_waited_for() {
    let bed = Postfix::shared();
    let late = format!(
        "[[expect]]\nlocation = \"{LOCATION}\"\nobis = \"1-1:1.29.0\"\npartner = \"{THEM}\"\n\
         request_after = \"2h\"\nescalate_to = [\"boss@example.net\"]\n"
    );
    let home = asking(&bed, "overdue", &late);
    let config = fs::read_to_string(home.config()).unwrap();
    fs::write(
        home.config(),
        format!("{config}{}", home.maildir("metering", "")),
    )
    .unwrap();
    let gateway = Gateway::run(&home);
    gateway.wait_for_log("what is late is asked for");
    wait_for("the request to go", || {
        let stories = stories(&home);
        (stories.len() == 1 && stories[0]["state"] == "asked").then_some(())
    });
    let story = &stories(&home)[0];
    assert_eq!(
        (&story["by_itself"], &story["pid"]),
        (&Value::Bool(true), &Value::from(17_102))
    );
    let (code, out, err) = home.command(&["request", "--due", "--dry-run"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("an answer is waited for until 20"), "{out}");
    assert!(err.contains("0 mails would be sent"), "{err}");
    gateway.stop("TERM");
    let (code, _, _) = home.command(&["request", "--due"]);
    assert_eq!(code, Some(0));
    assert_eq!(stories(&home).len(), 1, "no storm");

    // The partner refuses: a person must look, and nothing more is asked.
    let reference = story["reference"].as_str().unwrap().to_owned();
    let refused = ordrsp::write(&transfer("O9"), &[refusal(&reference, "D9")]);
    comes(&home, "no.edi", &refused.unwrap());
    let (_, out, _) = home.command(&["request", "--due", "--dry-run"]);
    assert!(out.contains("request 1 was refused: look at it"), "{out}");
}
