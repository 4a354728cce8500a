use proptest::prelude::*;

use super::*;
use crate::config::microsoft::Microsoft;
use crate::oauth::scopes::Uses;
use crate::vault::Vault;
use crate::vault::key::KeySource;

const IMAP: &str = "https://outlook.office.com/IMAP.AccessAsUser.All";
const SMTP: &str = "https://outlook.office.com/SMTP.Send";

fn app() -> App {
    let uses = Uses {
        imap: true,
        smtp: true,
        ..Uses::default()
    };
    let account = Microsoft {
        name: "default".to_owned(),
        tenant_id: "tenant-1".to_owned(),
        client_id: "app-1".to_owned(),
        ..Microsoft::default()
    };
    let nowhere = tempfile::tempdir().unwrap();
    let key = KeySource::File(nowhere.path().join("key"));
    App::of(&account, uses, &Vault::open(nowhere.path(), key).unwrap()).unwrap()
}

fn grant(change: &serde_json::Value) -> Result<Grant, OauthError> {
    let mut answer = serde_json::json!({
        "token_type": "Bearer",
        "access_token": "ey.geheim",
        "expires_in": 3600,
        "refresh_token": "0.geheim",
        "scope": format!("{IMAP} {SMTP} openid"),
    });
    let all = answer.as_object_mut().unwrap();
    all.extend(change.as_object().unwrap().clone());
    all.retain(|_, value| !value.is_null());
    serde_json::from_value::<Answer>(answer)
        .unwrap()
        .grant(&app())
}

fn refused(change: &serde_json::Value) -> String {
    let error = grant(change).unwrap_err();
    assert!(
        !format!("{error:?} {error}").contains("geheim"),
        "{error:?}"
    );
    error.to_string()
}

#[test]
fn a_good_answer_grants_what_it_says() {
    let grant = grant(&serde_json::json!({})).unwrap();
    assert_eq!(grant.access.reveal(), "ey.geheim");
    assert_eq!(grant.refresh.as_ref().unwrap().reveal(), "0.geheim");
    assert_eq!(grant.lifetime, Duration::from_hours(1));
    assert_eq!(grant.scopes, [IMAP, SMTP, "openid"]);
    assert!(grant.withheld.is_empty());
    assert!(!format!("{grant:?}").contains("geheim"));
}

#[test]
fn a_lifetime_may_be_missing_or_a_text_but_not_nonsense() {
    let lifetime = |value| {
        grant(&serde_json::json!({ "expires_in": value }))
            .ok()
            .map(|grant| grant.lifetime.as_secs())
    };
    for (value, seconds) in [
        (serde_json::json!("3599"), Some(3599)),
        (serde_json::json!(null), Some(600)),
        (serde_json::json!(i64::MAX), Some(28 * 3600)),
        (serde_json::json!(u64::MAX), Some(28 * 3600)),
        (serde_json::json!(10), Some(10)),
        (serde_json::json!(9), None),
        (serde_json::json!(0), None),
        (serde_json::json!(-3600), None),
        (serde_json::json!("soon"), None),
        (serde_json::json!(true), None),
        (serde_json::json!([1]), None),
    ] {
        assert_eq!(lifetime(value.clone()), seconds, "{value}");
    }
    let what = refused(&serde_json::json!({ "expires_in": -5 }));
    assert!(what.contains("past its end already"), "{what}");
}

#[test]
fn a_token_that_cannot_be_sent_is_none() {
    for (field, value) in [
        ("token_type", serde_json::json!(null)),
        ("token_type", serde_json::json!("pop")),
        ("access_token", serde_json::json!("")),
        ("access_token", serde_json::json!("geheim\u{1}auth=x")),
        ("access_token", serde_json::json!("geheim und mehr")),
        ("access_token", serde_json::json!("geheim".repeat(10_000))),
        ("refresh_token", serde_json::json!("")),
        ("refresh_token", serde_json::json!("gehéim")),
    ] {
        let what = refused(&serde_json::json!({ field: value }));
        assert!(what.contains("its token is"), "{what}");
    }
    let kept = grant(&serde_json::json!({ "token_type": "bearer", "refresh_token": null }));
    assert!(kept.unwrap().refresh.is_none());
}

#[test]
fn what_is_withheld_is_told_and_all_of_it_is_an_error() {
    let part = grant(&serde_json::json!({ "scope": IMAP.to_lowercase() })).unwrap();
    assert_eq!(part.withheld, [SMTP]);
    let error = grant(&serde_json::json!({ "scope": "openid" })).unwrap_err();
    assert_eq!(error.meaning(), Meaning::Withheld);
    let untold = grant(&serde_json::json!({ "scope": null })).unwrap();
    assert!(untold.withheld.is_empty() && untold.scopes.contains(&IMAP.to_owned()));
}

proptest! {
    #[test]
    fn any_json_can_be_looked_through(
        token_type: String, access: String, expires: i64, refresh: Option<String>, scope: String,
    ) {
        let changed = grant(&serde_json::json!({
            "token_type": token_type, "access_token": access, "expires_in": expires,
            "refresh_token": refresh, "scope": scope, "id_token": access,
        }));
        if let Ok(grant) = changed {
            prop_assert!(grant.lifetime >= LIFETIME_LEAST && grant.lifetime <= LIFETIME_MOST);
        }
    }
}
