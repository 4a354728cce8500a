use super::*;
use crate::oauth::Meaning;
use crate::oauth::Moment;
use crate::text::Language;

fn text() -> Text {
    Text::new(Language::En)
}

/// Connected by a person, as the user of the mailbox.
fn connected() -> Status {
    let mut status = Status {
        by_a_person: true,
        connected: Some(UtcTime::from_seconds(0)),
        ..Status::default()
    };
    "meter@example.org".clone_into(&mut status.who.mail);
    status
}

fn seen(status: Result<Status, OauthError>, usernames: &[&str]) -> Seen {
    Seen {
        name: "office".to_owned(),
        known: Some(Known {
            usernames: usernames.iter().map(|name| (*name).to_owned()).collect(),
            ..new_account()
        }),
        status: Some(status),
        consent: String::new(),
    }
}

fn unreachable() -> OauthError {
    OauthError::Unreachable {
        host: "login.example".to_owned(),
        what: "nobody answers".to_owned(),
    }
}

fn unusable() -> OauthError {
    OauthError::Configuration {
        account: "office".to_owned(),
        what: "the certificate is none".to_owned(),
    }
}

fn refused(meaning: Meaning) -> OauthError {
    let fault = serde_json::json!({
        "meaning": meaning, "code": null, "error": "invalid_grant",
        "description": "AADSTS1: <b>why</b>", "trace_id": "", "retry_after": null,
        "clock_ahead_seconds": null,
    });
    OauthError::Refused(Box::new(serde_json::from_value(fault).unwrap()))
}

#[test]
fn each_state_of_an_account_has_its_word_and_tone() {
    let with = |fault| {
        Ok(Status {
            fault: Some(fault),
            ..connected()
        })
    };
    let new = Status {
        connected: None,
        ..connected()
    };
    let worked = Status {
        renewed: Some(UtcTime::from_seconds(0)),
        ..Status::default()
    };
    for (status, tone, word) in [
        (Err(unusable()), "bad", "does not work"),
        (Ok(new), "warn", "not connected"),
        (Ok(connected()), "good", "connected"),
        (with(refused(Meaning::Revoked)), "bad", "needs a sign-in"),
        (with(refused(Meaning::WrongSecret)), "bad", "does not work"),
        (with(unreachable()), "warn", "waits"),
        (Ok(Status::default()), "", "not used yet"),
        (Ok(worked), "good", "works"),
    ] {
        assert_eq!(
            state(Some(&status), &text()),
            (tone, word.to_owned()),
            "{status:?}"
        );
    }
}

#[test]
fn what_looks_like_a_mistake_is_told() {
    let warned = |seen: &Seen| warnings(seen, &text());
    assert!(warned(&seen(Ok(connected()), &["Meter@example.org"])).is_empty());
    let other = warned(&seen(
        Ok(connected()),
        &["meter@example.org", "shared@example.org"],
    ));
    assert!(matches!(&other[..], [one] if one.contains("the mailbox is shared@example.org")));
    let unused = warned(&seen(Err(unusable()), &[]));
    assert!(matches!(&unused[..], [one] if one.contains("No mailbox uses this account")));
    let withheld = Status {
        withheld: vec!["SMTP.Send".to_owned(), "POP".to_owned()],
        ..connected()
    };
    let withheld = warned(&seen(Ok(withheld), &["meter@example.org"]));
    assert_eq!(withheld, ["Asked for, but not granted: SMTP.Send, POP"]);
}

#[test]
fn a_fault_is_told_with_the_answer_and_the_answer_is_no_markup() {
    let sight = Sight {
        locked: Locked::No,
        to_be_made: String::new(),
        fingerprint: "f".to_owned(),
        accounts: vec![
            seen(Err(refused(Meaning::Revoked)), &["meter@example.org"]),
            seen(Err(unusable()), &["meter@example.org"]),
        ],
    };
    let said = Said::Notice(String::new(), String::new());
    let text = text();
    let page = view(&sight, &said, "token", "http://localhost:8080", &text);
    let page = page.render().unwrap();
    for told in [
        "or the sessions were revoked",
        "Microsoft answered: invalid_grant: AADSTS1: &#60;b&#62;why&#60;/b&#62;",
        "The account cannot be used with what is entered",
        "<small class=\"break\">the certificate is none",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
}

#[test]
fn the_address_chooses_among_our_sentences_and_brings_none_of_its_own() {
    let notice = |what: &str, account: &str| {
        Said::Notice(what.to_owned(), account.to_owned()).notice(&text())
    };
    assert_eq!(notice("saved", "office"), "office is saved and in force.");
    let long = "a".repeat(65);
    for (what, account) in [
        ("pay", "office"),
        ("saved", "Your account is gone"),
        ("saved", "<b>"),
        ("saved", &long),
    ] {
        assert_eq!(notice(what, account), "", "{what} {account}");
    }
}

#[test]
fn an_account_of_a_person_is_tried_once_it_is_connected() {
    let card = |status: Status| card(&seen(Ok(status), &[]), None, &text());
    let new = card(Status {
        by_a_person: true,
        ..Status::default()
    });
    assert!(!new.can_test && !new.can_disconnect && new.connect == "Connect account");
    let old = card(Status {
        due: Some(Moment::now()),
        ..connected()
    });
    assert!(old.can_test && old.can_disconnect && old.connect == "Connect again");
    let application = card(Status::default());
    assert!(application.can_test && application.connect.is_empty());
}
