//! Asking for data by the page and by the API; the command's own tests are in `request.rs`.

use serde_json::{Value, json};

use super::visitor::value_of;
use super::*;
use crate::support::dovecot::PASSWORD as MAIL_PASSWORD;
use crate::support::postfix::Postfix;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const FORM: &str = "/requests/new";
const API: &str = "/api/v1/requests";

/// Who may ask, whom, by which server.
fn asking(bed: &Postfix, partner: &str) -> String {
    format!(
        "[[api_token]]\nname = \"erp\"\ntoken = \"{TOKEN}\"\n\
         [smtp]\nhost = \"127.0.0.1\"\nport = {}\nencryption = \"none\"\nusername = \"meter\"\npassword = \"{MAIL_PASSWORD}\"\nsender = \"Meter data <meter@example.org>\"\n\
         [[party]]\nid = \"9985046000001\"\n\
         [[partner]]\nname = \"Netz <Nord>\"\nid = \"9905048000007\"\nmail = \"{partner}@netz.example\"\n",
        bed.plain
    )
}

fn fields<'f>(form: &'f str, more: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
    let mut fields = vec![
        ("form", form),
        ("partner", "9905048000007"),
        ("location", "41373559241"),
        ("values", "load_profile"),
        ("from", "2026-09-01"),
        ("to", "2026-10-01"),
    ];
    for (name, text) in more {
        fields.retain(|(known, _)| known != name);
        fields.push((name, text));
    }
    fields
}

#[test]
fn the_page_shows_what_would_be_sent_then_sends_it_and_tells_its_story() {
    let bed = Postfix::shared();
    let house = House::open(&asking(&bed, "by-page"));
    let mut stranger = house.visitor();
    let door = stranger.get(FORM);
    assert_eq!(door.leads_to(), "/login?to=/requests/new");
    let empty = stranger.page("/requests");
    assert!(empty.contains("Nothing was asked for yet"), "{empty}");

    let mut visitor = house.administrator();
    let known = "/requests/new?partner=9905048000007&location=41373559241&obis=1-1%3A1.29.0";
    let page = visitor.page(known);
    assert!(
        page.contains("value=\"41373559241\"")
            && page.contains("value=\"1-1:1.29.0\"")
            && page
                .contains("<option value=\"9905048000007\" selected>Netz &#60;Nord&#62;</option>"),
        "{page}"
    );
    let form = value_of(&page, "form");
    let preview = visitor.post(FORM, &fields(&form, &[]));
    assert_eq!(preview.status, 200);
    assert!(
        preview.body.contains("by-page@netz.example")
            && preview.body.contains("LOC+172+41373559241"),
        "{}",
        preview.body
    );
    let none = visitor.page("/requests");
    assert!(none.contains("Nothing was asked for yet"), "{none}");

    let sent = visitor.post(FORM, &fields(&form, &[("act", "send")]));
    assert_eq!(sent.leads_to(), "/requests?asked=1");
    let page = visitor.page("/requests?asked=1");
    assert!(
        page.contains("Request 1 is in the outbox") && page.contains("Netz &#60;Nord&#62;"),
        "{page}"
    );
    let came = bed.delivered("To: by-page@netz.example");
    assert!(
        came.contains("ORDERS__9985046000001_9905048000007_"),
        "{came}"
    );
    crate::run::gateway::wait_for("a request that was asked", || {
        let page = visitor.page("/requests");
        page.contains("<span class=\"pill \">asked</span>")
            .then_some(())
    });
    house.gateway.stop("TERM");
}

#[test]
fn what_cannot_be_asked_is_said_in_the_form_and_nothing_is_sent() {
    let bed = Postfix::shared();
    let house = House::open(&asking(&bed, "unasked"));
    let mut visitor = house.administrator();
    let form = value_of(&visitor.page(FORM), "form");
    for (more, said) in [
        (
            ("location", "41373559242"),
            "The check digit of 41373559242 does not fit",
        ),
        (("location", ""), "Market or metering location: is missing"),
        (("from", "yesterday"), "From: is no time"),
        (("to", "2026-08-01"), "The end must be after the beginning"),
        (("to", "2030-01-01"), "is not over; only what is past"),
        (("values", "too_low"), "Document number: is missing"),
        (("at", "2026-09-01"), "fill in “from” and “to”"),
        (("partner", "nobody"), "no [[partner]] has the id or name"),
    ] {
        for act in ["", "send"] {
            let refused = visitor.post(FORM, &fields(&form, &[more, ("act", act)]));
            assert_eq!(refused.status, 422, "{more:?}");
            assert!(refused.body.contains(said), "{more:?}: {}", refused.body);
        }
    }
    let none = visitor.page("/requests");
    assert!(none.contains("Nothing was asked for yet"), "{none}");
    house.gateway.stop("TERM");
}

fn said(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{}", answer.body))
}

#[test]
fn a_program_asks_with_its_token_and_reads_the_story() {
    let bed = Postfix::shared();
    let house = House::open(&asking(&bed, "by-program"));
    let mut program = house.visitor();
    let wanted = json!({
        "partner": "Netz <Nord>", "location": "41373559241",
        "from": "2026-09-01", "to": "2026-10-01",
    });
    let body = wanted.to_string();
    for token in ["", "wrong", &TOKEN[1..], &TOKEN.to_uppercase()] {
        let stranger = program.tell(API, token, &body);
        assert_eq!(stranger.status, 401, "{token}");
        assert_eq!(stranger.header("www-authenticate"), Some("Bearer"));
        let why = said(&stranger)["error"].to_string();
        assert!(why.contains("[[api_token]]"), "{why}");
    }
    let shown = program.tell("/api/v1/requests?dry_run=true", TOKEN, &body);
    assert_eq!(shown.status, 200, "{}", shown.body);
    assert_eq!(said(&shown)["to"], "by-program@netz.example");
    assert_eq!(said(&program.get(API)), json!([]));

    let mut typo = wanted.clone();
    typo["locaton"] = json!("1");
    let mut wrong = wanted.clone();
    wrong["location"] = json!("41373559242");
    let mut backwards = wanted.clone();
    backwards["to"] = json!("2026-08-01");
    for (status, body, why) in [
        (400, typo.to_string(), "unknown field `locaton`"),
        (400, "{".to_owned(), "EOF"),
        (
            400,
            json!({ "text": "x".repeat(20_000) }).to_string(),
            "limit",
        ),
        (422, wrong.to_string(), "check digit of 41373559242"),
        (422, backwards.to_string(), "must be after `from`"),
        (422, "{}".to_owned(), "is missing"),
    ] {
        let refused = program.tell(API, TOKEN, &body);
        assert_eq!(refused.status, status, "{body}");
        let error = said(&refused)["error"].to_string();
        assert!(error.contains(why), "{error}");
    }
    assert_eq!(
        said(&program.get(API)),
        json!([]),
        "nothing was kept of those"
    );

    let made = program.tell(API, TOKEN, &body);
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(said(&made), json!({ "number": 1 }));
    bed.delivered("To: by-program@netz.example");
    crate::run::gateway::wait_for("a request that was asked", || {
        let story = said(&program.get("/api/v1/requests/1"));
        (story["state"] == "asked").then_some(())
    });
    let list = said(&program.get("/api/v1/requests?limit=1"));
    assert_eq!(list[0]["pid"], 17_102, "{list}");
    assert_eq!(program.get("/api/v1/requests/2").status, 404);
    assert_eq!(program.get("/api/v1/requets").status, 404);
    the_outbox_by_program(&mut program);
    let log = house.gateway.log();
    assert!(
        log.contains("a program asks for data") && !log.contains(TOKEN),
        "{log}"
    );
    house.gateway.stop("TERM");
}

fn the_outbox_by_program(program: &mut Visitor) {
    let mail = said(&program.get("/api/v1/outbox/1"));
    assert_eq!(
        (&mail["kind"], &mail["state"]),
        (&json!("request"), &json!("sent"))
    );
    assert_eq!(said(&program.get("/api/v1/outbox"))[0], mail);
    let act = "/api/v1/outbox/1/cancel";
    assert_eq!(program.tell(act, "", "").status, 401);
    assert_eq!(program.tell(act, TOKEN, "").status, 409, "sent is sent");
    assert_eq!(
        program.tell("/api/v1/outbox/2/retry", TOKEN, "").status,
        404
    );
    assert_eq!(program.get("/api/v1/outbox/2").status, 404);
}
