//! Nothing secret is in a page, in the log at its most talkative, or readable on the disk.

use std::fs;

use serde_json::json;

use super::callback::come_back;
use super::visitor::value_of;
use super::*;

const SECRET: &str = "secret-2";
const WRONG: &str = "a-wrong-secret";

#[test]
fn no_secret_is_in_pages_log_and_files() {
    let entra = Entra::start();
    let home = Home::new();
    let host = format!("localhost:{}", free_port());
    let account = account(&entra, "authorization_code").replace("app-1", "app-2");
    configure(&home, &host, &account);
    let gateway = Gateway::run_with(&home, &[("MSCONS_GATEWAY_LOG", "trace")]);
    let house = House {
        home,
        gateway,
        host,
    };
    let link = house.link();
    let mut visitor = house.administrator();
    let form = value_of(&visitor.page("/settings/accounts"), "form");
    house.visitor().post("/login", &[("password", PASSWORD)]);
    let save = "/settings/accounts/office";
    for secret in [WRONG, SECRET] {
        visitor.act(save, &[("client_secret", secret)]).leads_to();
        let back = come_back(&house, &mut visitor, &entra, METER);
        visitor.get(&back);
    }
    visitor
        .act("/settings/accounts/office/test", &[])
        .leads_to();
    let faulty = [("client_secret", SECRET), ("tenant_id", "")];
    assert_eq!(visitor.act(save, &faulty).status, 422);
    let page = visitor.page("/settings/accounts");
    assert!(page.contains("Meter Mailbox"), "{page}");
    let (code, printed, said) = house.home.command(&["login-link"]);
    assert_eq!(code, Some(0), "{said}");

    let state = entra.control(&json!({}));
    let refresh_tokens = state["refresh"].as_object().unwrap().keys();
    let mut secrets: Vec<&str> = refresh_tokens.map(String::as_str).collect();
    assert!(secrets.len() >= 2, "{secrets:?}");
    secrets.extend([PASSWORD, SECRET, WRONG, "eyJ", "$argon2"]);
    for secret in &secrets {
        assert!(!visitor.seen.contains(secret), "{secret} in a page");
    }
    let (_, cookie) = visitor.cookie.split_once('=').unwrap();
    let new_link = house.path_in(&printed);
    let log = house.gateway.log();
    assert!(
        log.contains("DEBUG") && log.contains("an account was connected"),
        "{log}"
    );
    secrets.extend([cookie, &form, new_link.trim(), "code=1."]);
    for secret in &secrets {
        assert!(!log.contains(secret), "{secret} in the log");
    }
    assert_eq!(
        log.matches(&link).count(),
        1,
        "the link that is for its reader"
    );
    house.gateway.stop("TERM");

    let mut files = 0;
    for file in fs::read_dir(house.home.path("data/secrets")).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        files += 1;
        for secret in &secrets {
            assert!(!text.contains(secret), "{secret} on the disk");
        }
    }
    assert_eq!(files, 3, "the password, the client secret, the account");
    let file = fs::read_to_string(house.home.config()).unwrap();
    assert!(!file.contains(SECRET) && !file.contains(PASSWORD), "{file}");
}
