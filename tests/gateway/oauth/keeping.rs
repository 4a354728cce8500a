//! An account that is kept going.

use std::fs;

use futures_util::FutureExt;
use mscons_gateway::oauth::keeper::Status;
use serde_json::{Value, json};
use tokio::sync::watch::Receiver;

use super::*;

/// The grants of the token requests so far.
fn grants(office: &Office) -> Vec<String> {
    let log = office.entra.log().into_iter();
    log.map(|(grant, result)| format!("{grant} {result}"))
        .collect()
}

fn refreshes(office: &Office) -> usize {
    let is_refresh = |entry: &&(String, String)| entry.0 == "refresh_token";
    office.entra.log().iter().filter(is_refresh).count()
}

fn fault(status: &Status) -> Option<Meaning> {
    status.fault.as_ref().map(OauthError::meaning)
}

/// The refresh tokens that the server still takes.
fn good_tokens(office: &Office) -> Vec<String> {
    let state = office.entra.control(&json!({}));
    let tokens = state["refresh"].as_object().unwrap();
    let good = tokens.iter().filter(|(_, token)| token["state"] == "good");
    good.map(|(token, _)| token.clone()).collect()
}

#[test]
fn a_connected_account_hands_out_one_token_until_it_is_due() {
    let office = Office::open();
    let keeper = office.keeper(|_| {});
    let before = keeper.status();
    assert!(before.needs_sign_in() && before.connected.is_none());
    assert_eq!(
        meaning(office.ask(&keeper, office.start)),
        Meaning::NotConnected
    );
    let grant = office.sign_in(keeper.app(), METER).unwrap();
    office
        .runtime
        .block_on(keeper.connect(grant, office.start))
        .unwrap();
    let first = office.ask(&keeper, office.start).unwrap();
    // Due five to ten minutes before its end.
    assert_eq!(office.ask(&keeper, office.at(3_000 - 1)).unwrap(), first);
    assert_eq!(refreshes(&office), 0);
    let second = office.ask(&keeper, office.at(3_301)).unwrap();
    assert_ne!(second, first);
    assert_eq!(refreshes(&office), 1);
    let status = keeper.status();
    assert_eq!(status.who.name, "Meter Mailbox");
    assert_eq!(status.connected, Some(office.start.utc));
    assert_eq!(status.renewed, Some(office.at(3_301).utc));
    assert!(status.scopes.contains(&IMAP.to_owned()) && status.fault.is_none());
    assert!(status.expires.is_some() && !status.needs_sign_in());
}

#[test]
fn however_many_ask_microsoft_is_asked_once() {
    let office = Office::open();
    let keeper = office.connected();
    office
        .entra
        .next(&json!({ "kind": "slow", "seconds": 0.3 }));
    let now = office.at(3_400);
    let tokens = office.runtime.block_on(async {
        let asks: Vec<_> = (0..10)
            .map(|_| {
                let keeper = keeper.clone();
                tokio::spawn(async move { keeper.access_token(now).await.unwrap() })
            })
            .collect();
        let mut tokens = Vec::new();
        for ask in asks {
            tokens.push(ask.await.unwrap());
        }
        tokens
    });
    assert!(tokens.iter().all(|token| *token == tokens[0]));
    assert_eq!(refreshes(&office), 1);
}

#[test]
fn a_failure_is_one_failure_however_many_ask() {
    let office = Office::open();
    let keeper = office.connected();
    office.entra.next(&json!({ "kind": "503", "n": 20 }));
    let now = office.at(4_000);
    let failed = office.runtime.block_on(async {
        let asks = (0..10).map(|_| keeper.access_token(now));
        futures_util::future::join_all(asks).await
    });
    assert!(
        failed
            .into_iter()
            .all(|answer| meaning(answer) == Meaning::Busy)
    );
    assert_eq!(refreshes(&office), 1);
}

#[test]
fn an_asker_who_goes_away_does_not_cut_a_renewal_off() {
    let office = Office::open();
    let keeper = office.connected();
    office
        .entra
        .next(&json!({ "kind": "slow", "seconds": 0.3 }));
    let mut status = keeper.watch();
    let now = office.at(3_400);
    office.runtime.block_on(async {
        let ask = keeper.access_token(now);
        let gone = tokio::time::timeout(Duration::from_millis(1), ask).await;
        assert!(gone.is_err(), "the server is slow");
        until(&mut status, |status| status.renewed == Some(now.utc)).await;
    });
    assert_eq!(refreshes(&office), 1);
    // What is kept is what the server takes now.
    let again = office.keeper(|_| {});
    office.ask(&again, office.at(3_400)).unwrap();
}

#[test]
fn every_new_refresh_token_is_kept_before_it_is_used() {
    let office = Office::open();
    drop(office.connected());
    // The strict server takes each refresh token once: what was kept must be the newest.
    for hour in 1..=5 {
        let keeper = office.keeper(|_| {});
        office.ask(&keeper, office.at(hour * 3_600)).unwrap();
        office
            .ask(&keeper, office.at(hour * 3_600 + 3_500))
            .unwrap();
    }
    assert_eq!(refreshes(&office), 10);
    for rotation in ["lax", "none"] {
        office.entra.control(&json!({ "rotation": rotation }));
        let keeper = office.keeper(|_| {});
        office.ask(&keeper, office.at(40_000)).unwrap();
        office
            .ask(&office.keeper(|_| {}), office.at(40_001))
            .unwrap();
    }
}

/// Lets no secret be written, as a disk would that is full or gone.
pub(super) fn break_storage(office: &Office) {
    let secrets = vault::directory(office.data_dir.path());
    fs::rename(&secrets, office.data_dir.path().join("aside")).unwrap();
    fs::write(&secrets, "no directory").unwrap();
}

pub(super) fn mend_storage(office: &Office) {
    let secrets = vault::directory(office.data_dir.path());
    fs::remove_file(&secrets).unwrap();
    fs::rename(office.data_dir.path().join("aside"), &secrets).unwrap();
}

#[test]
fn a_token_is_not_used_before_what_came_with_it_is_on_the_disk() {
    let office = Office::open();
    let keeper = office.connected();
    break_storage(&office);
    for _ in 0..3 {
        assert_eq!(
            meaning(office.ask(&keeper, office.at(4_000))),
            Meaning::NotKept
        );
        assert_eq!(fault(&keeper.status()), Some(Meaning::NotKept));
    }
    // It was given once, and is not asked for again.
    assert_eq!(refreshes(&office), 1);
    mend_storage(&office);
    office.ask(&keeper, office.at(4_001)).unwrap();
    assert_eq!(fault(&keeper.status()), None);
    assert_eq!(refreshes(&office), 1);
    // The strict server takes what was kept in the end.
    office
        .ask(&office.keeper(|_| {}), office.at(4_002))
        .unwrap();
}

#[test]
fn a_crash_between_answer_and_storage_harms_nothing_with_microsoft() {
    for (rotation, expected) in [("lax", None), ("strict", Some(Meaning::GrantInvalid))] {
        let office = Office::open();
        office.entra.control(&json!({ "rotation": rotation }));
        let keeper = office.connected();
        break_storage(&office);
        office.ask(&keeper, office.at(4_000)).unwrap_err();
        drop(keeper);
        mend_storage(&office);
        let answer = office.ask(&office.keeper(|_| {}), office.at(4_001));
        assert_eq!(
            answer.err().map(|error| error.meaning()),
            expected,
            "{rotation}"
        );
    }
}

#[test]
fn an_answer_that_is_lost_after_rotation_harms_nothing_with_microsoft() {
    for kind in ["drop", "cut", "503"] {
        for (rotation, expected) in [("lax", None), ("strict", Some(Meaning::GrantInvalid))] {
            let office = Office::open();
            office.entra.control(&json!({ "rotation": rotation }));
            let keeper = office.connected();
            office.entra.next(&json!({ "kind": kind, "after": true }));
            let lost = office.ask(&keeper, office.at(4_000)).unwrap_err();
            assert!(lost.is_transient());
            let answer = office.ask(&keeper, office.at(4_400));
            assert_eq!(
                answer.err().map(|error| error.meaning()),
                expected,
                "{kind} {rotation}"
            );
        }
    }
}

#[test]
fn a_server_is_not_asked_before_its_own_number() {
    let office = Office::open();
    let keeper = office.connected();
    office
        .entra
        .next(&json!({ "kind": "429", "retry_after": 100 }));
    let busy = office.ask(&keeper, office.at(4_000)).unwrap_err();
    assert_eq!(busy.meaning(), Meaning::Busy);
    let wait = office.at(4_000).until(keeper.status().retry.unwrap());
    assert!((100..=110).contains(&wait.as_secs()), "{wait:?}");
    assert_eq!(
        meaning(office.ask(&keeper, office.at(4_099))),
        Meaning::Busy
    );
    assert_eq!(refreshes(&office), 1);
    office.ask(&keeper, office.at(4_111)).unwrap();
    assert_eq!(refreshes(&office), 2);
    let status = keeper.status();
    assert!(status.fault.is_none() && status.retry.is_none());
}

#[test]
fn the_token_at_hand_serves_while_the_server_is_down() {
    let office = Office::open();
    let keeper = office.connected();
    let first = office.ask(&keeper, office.start).unwrap();
    office.entra.next(&json!({ "kind": "503", "n": 100 }));
    assert_eq!(office.ask(&keeper, office.at(3_400)).unwrap(), first);
    assert_eq!(fault(&keeper.status()), Some(Meaning::Busy));
    assert_eq!(office.ask(&keeper, office.at(3_500)).unwrap(), first);
    // In its last minute it might end on the way.
    assert_eq!(
        meaning(office.ask(&keeper, office.at(3_545))),
        Meaning::Busy
    );
}

#[test]
fn what_a_person_must_do_is_remembered_and_ends_with_a_new_sign_in() {
    let office = Office::open();
    let keeper = office.connected();
    office.entra.control(&json!({ "revoke": METER }));
    assert_eq!(
        meaning(office.ask(&keeper, office.at(4_000))),
        Meaning::Revoked
    );
    assert!(keeper.status().needs_sign_in());
    drop(keeper);
    let keeper = office.keeper(|_| {});
    let status = keeper.status();
    assert_eq!(fault(&status), Some(Meaning::Revoked));
    assert_eq!(status.who.name, "Meter Mailbox");
    let grant = office.sign_in(keeper.app(), METER).unwrap();
    office
        .runtime
        .block_on(keeper.connect(grant, office.at(5_000)))
        .unwrap();
    office.ask(&keeper, office.at(5_000)).unwrap();
    assert!(!keeper.status().needs_sign_in() && keeper.status().fault.is_none());
    assert!(office.keeper(|_| {}).status().fault.is_none());
}

#[test]
fn a_final_refusal_is_not_repeated_with_every_poll() {
    let office = Office::open();
    let keeper = office.connected();
    office.entra.control(&json!({ "revoke": "all" }));
    for minute in 0..120 {
        office
            .ask(&keeper, office.at(4_000 + 60 * minute))
            .unwrap_err();
    }
    // Once more after a minute, then every six hours.
    assert_eq!(refreshes(&office), 2);
}

#[test]
fn a_refused_token_is_forgotten_and_only_that_one() {
    let office = Office::open();
    let keeper = office.connected();
    let first = office.ask(&keeper, office.start).unwrap();
    office.runtime.block_on(keeper.invalidate(&first));
    let second = office.ask(&keeper, office.start).unwrap();
    assert_ne!(first, second);
    // Another connection comes back later with the old one.
    office.runtime.block_on(keeper.invalidate(&first));
    assert_eq!(office.ask(&keeper, office.start).unwrap(), second);
    assert_eq!(refreshes(&office), 1);
}

#[test]
fn a_week_without_use_renews() {
    let office = Office::open();
    let day = 86_400;
    let keep = |keeper: &Keeper, now| office.runtime.block_on(keeper.keep_fresh(now)).unwrap();
    drop(office.connected());
    let keeper = office.keeper(|_| {});
    for days in 0..6 {
        keep(&keeper, office.at(days * day));
    }
    assert_eq!(refreshes(&office), 0);
    keep(&keeper, office.at(7 * day));
    assert_eq!(refreshes(&office), 1);
    // And before its end, the access token that came with it.
    keep(&keeper, office.at(7 * day + 60));
    assert_eq!(refreshes(&office), 1);
    keep(&keeper, office.at(7 * day + 3_400));
    assert_eq!(refreshes(&office), 2);
    let unconnected = office.keeper(|account| account.name = "other".to_owned());
    keep(&unconnected, office.at(7 * day));
}

#[test]
fn an_account_of_another_application_is_not_connected() {
    let office = Office::open();
    drop(office.connected());
    for change in [
        |account: &mut Microsoft| account.client_id = "app-2".to_owned(),
        |account: &mut Microsoft| account.tenant_id = "common".to_owned(),
        |account: &mut Microsoft| account.name = "other".to_owned(),
        |account: &mut Microsoft| account.authority = Microsoft::default().authority,
    ] {
        assert!(office.keeper(change).status().connected.is_none());
    }
    let slash = office.keeper(|account| account.authority.push('/'));
    assert!(slash.status().connected.is_some(), "it is the same place");
    let keeper = office.keeper(|_| {});
    assert!(keeper.status().connected.is_some());
    office.runtime.block_on(keeper.disconnect()).unwrap();
    assert_eq!(
        meaning(office.ask(&keeper, office.start)),
        Meaning::NotConnected
    );
    assert!(office.keeper(|_| {}).status().connected.is_none());
}

#[test]
fn who_goes_away_cuts_off_neither_a_sign_in_nor_its_end() {
    let office = Office::open();
    let keeper = office.keeper(|_| {});
    let grant = office.sign_in(keeper.app(), METER).unwrap();
    let mut status = keeper.watch();
    office.runtime.block_on(async {
        let connect = keeper.connect(grant, office.start);
        assert!(connect.now_or_never().is_none(), "the disk takes a while");
        until(&mut status, |status| status.connected.is_some()).await;
    });
    office.ask(&keeper, office.start).unwrap();
    assert!(office.keeper(|_| {}).status().connected.is_some());
    office.runtime.block_on(async {
        let gone = keeper.disconnect().now_or_never();
        assert!(gone.is_none(), "the disk takes a while");
        until(&mut status, |status| status.connected.is_none()).await;
    });
    // What were left in memory would be written again by the next renewal.
    assert_eq!(
        meaning(office.ask(&keeper, office.at(4_000))),
        Meaning::NotConnected
    );
    assert!(office.keeper(|_| {}).status().connected.is_none());
}

async fn until(status: &mut Receiver<Status>, is_so: impl FnMut(&Status) -> bool) {
    let waited = tokio::time::timeout(Duration::from_mins(1), status.wait_for(is_so)).await;
    drop(waited.unwrap().unwrap());
}

#[test]
fn a_sign_in_that_cannot_be_kept_leaves_the_account_as_it_was() {
    let office = Office::open();
    let keeper = office.connected();
    let before = office.ask(&keeper, office.start).unwrap();
    let grant = office.sign_in(keeper.app(), "second@example.org").unwrap();
    break_storage(&office);
    let connected = office.runtime.block_on(keeper.connect(grant, office.at(1)));
    assert_eq!(connected.unwrap_err().meaning(), Meaning::NotKept);
    assert_eq!(keeper.status().who.mail, METER);
    assert_eq!(office.ask(&keeper, office.at(2)).unwrap(), before);
}

#[test]
fn nothing_secret_is_printed_or_lies_in_the_data_directory() {
    let office = Office::open();
    let keeper = office.connected();
    let access = office.ask(&keeper, office.start).unwrap();
    let refresh = good_tokens(&office);
    assert_eq!(refresh.len(), 1);
    let printed = format!(
        "{:?} {:?} {:?} {access:?} {:?}",
        keeper.app(),
        keeper.status(),
        office.vault,
        keeper
    );
    for secret in [access.reveal(), &refresh[0], "\"secret\""] {
        assert!(!printed.contains(secret), "{printed}");
    }
    for entry in fs::read_dir(vault::directory(office.data_dir.path())).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        for secret in [&refresh[0][..20], "Meter Mailbox", METER] {
            assert!(
                !bytes
                    .windows(secret.len())
                    .any(|part| part == secret.as_bytes())
            );
        }
    }
}

#[test]
fn the_grants_that_the_server_saw_are_those_that_were_meant() {
    let office = Office::open();
    let keeper = office.connected();
    office.ask(&keeper, office.at(3_400)).unwrap();
    assert_eq!(
        grants(&office),
        ["authorization_code ok", "refresh_token ok"]
    );
    let scope: Value = office.entra.control(&json!({}))["log"][1]["scope"].clone();
    // AADSTS900144: Microsoft wants the scopes again.
    assert!(scope.as_str().unwrap().contains(IMAP), "{scope}");
}
