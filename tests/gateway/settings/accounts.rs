//! The page of accounts, and the file that it writes.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use super::visitor::value_of;
use super::*;
use crate::run::disk::SmallDisk;

const VARIABLE: &str = "MSCONS_GATEWAY__MICROSOFT__OFFICE__TENANT_ID";

/// The fields of the account `office`, as the page sends them.
fn fields<'f>(client_id: &'f str, secret: &'f str, authority: &'f str) -> Vec<(&'f str, &'f str)> {
    vec![
        ("tenant_id", TENANT),
        ("client_id", client_id),
        ("client_secret", secret),
        ("authority", authority),
        ("flow", "client_credentials"),
    ]
}

#[test]
fn an_account_is_changed_in_the_file_with_comments_and_order_and_holds_at_once() {
    let entra = Entra::start();
    let house = House::open(&account(&entra, "authorization_code"));
    fs::set_permissions(house.home.config(), fs::Permissions::from_mode(0o640)).unwrap();
    let mut visitor = house.administrator();
    let answer = visitor.get("/settings/accounts");
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.ends_with("; script-src 'self'") && policy.contains("default-src 'none'"));
    let (_, script) = answer.body.split_once("<script src=\"").unwrap();
    let script = visitor.get(script.split('"').next().unwrap());
    let media_type = script.header("content-type").unwrap();
    assert!(media_type.starts_with("text/javascript"), "{media_type}");
    let page = answer.body;
    assert!(
        page.contains("not connected") && page.contains("None is kept"),
        "{page}"
    );
    assert!(page.contains(&format!("value=\"http://{}/oauth/callback\"", house.host)));
    let before = house.file();

    let save = "/settings/accounts/office";
    let saved = visitor.act(save, &fields("app-2", " secret-2\n", &entra.authority()));
    assert!(saved.leads_to().contains("notice=saved&account=office"));
    let expected = before
        .replace("\"app-1\"", "\"app-2\"")
        .replace("authorization_code", "client_credentials");
    assert_eq!(house.file(), expected);
    let mode = fs::metadata(house.home.config())
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
    let page = visitor.page(saved.leads_to());
    assert!(
        page.contains("office is saved") && page.contains("One is kept sealed"),
        "{page}"
    );
    assert!(!page.contains("secret-2") && !house.file().contains("secret-2"));

    // The gateway has it without a signal, and the secret with it.
    let works = visitor.act("/settings/accounts/office/test", &[]);
    assert!(works.leads_to().contains("notice=works"));
    let granted = ("client_credentials".to_owned(), "ok".to_owned());
    assert!(entra.log().contains(&granted), "{:?}", entra.log());
    let page = visitor.page(works.leads_to());
    assert!(
        page.contains("office works") && page.contains(">works</span>"),
        "{page}"
    );

    // What is not entered stays; what is to be forgotten goes.
    visitor
        .act(save, &fields("app-2", "", &entra.authority()))
        .leads_to();
    assert!(
        visitor
            .page("/settings/accounts")
            .contains("One is kept sealed")
    );
    let authority = entra.authority();
    let mut forget = fields("app-2", "", &authority);
    forget.push(("forget_secret", "on"));
    visitor.act(save, &forget).leads_to();
    let page = visitor.page("/settings/accounts");
    assert!(
        page.contains("None is kept") && page.contains("does not work"),
        "{page}"
    );
    assert_eq!(house.file(), expected);
    let log = house.gateway.log();
    assert!(!log.contains("secret-2") && !log.contains("panic"), "{log}");
}

#[test]
fn an_account_is_added_and_is_kept_over_a_restart() {
    let entra = Entra::start();
    let house = House::open("# The end.\n");
    let mut visitor = house.administrator();
    let authority = entra.authority();
    let mut new = fields("app-1", "secret", &authority);
    new.push(("name", "second"));
    visitor.act("/settings/accounts", &new).leads_to();
    let file = house.file();
    assert!(
        file.contains("language = \"en\" # for the test\n"),
        "{file}"
    );
    let section = format!(
        "\n[[microsoft]]\nname = \"second\"\ntenant_id = \"{TENANT}\"\nclient_id = \"app-1\"\nauthority = \"{authority}\"\nflow = \"client_credentials\"\n"
    );
    assert!(
        file.contains(&section) && file.contains("# The end."),
        "{file}"
    );
    let twice = visitor.act("/settings/accounts", &new);
    assert_eq!(twice.status, 422);
    assert!(
        twice.body.contains("an account of this name already"),
        "{}",
        twice.body
    );
    assert_eq!(house.home.command(&["check-config"]).0, Some(0));

    let house = house.again();
    let mut visitor = house.visitor();
    visitor.post("/login", &[("password", PASSWORD)]);
    let works = visitor.act("/settings/accounts/second/test", &[]);
    assert!(works.leads_to().contains("notice=works"));
}

#[test]
fn what_is_faulty_is_not_written_and_comes_back_to_be_put_right() {
    let entra = Entra::start();
    let house = House::open(&account(&entra, "authorization_code"));
    let mut visitor = house.administrator();
    let before = house.file();
    let mut wrong = fields("app-7", "geheim-7", "http://evil.example");
    wrong[0].1 = "";
    let refused = visitor.act("/settings/accounts/office", &wrong);
    assert_eq!(refused.status, 422);
    for told in [
        "office is not saved:",
        "Directory (tenant) ID: is missing",
        "Sign-in service (authority): must begin with `https://`",
        "value=\"app-7\"",
        "<option value=\"client_credentials\" selected>",
    ] {
        assert!(refused.body.contains(told), "{told}: {}", refused.body);
    }
    assert!(!refused.body.contains("geheim-7"));
    let mut new = fields("app-1", "", "");
    new.push(("name", "No \"name\""));
    let refused = visitor.act("/settings/accounts", &new);
    assert!(
        refused
            .body
            .contains("Name: `No &#34;name&#34;` is no name"),
        "{}",
        refused.body
    );
    let nobody = visitor.act("/settings/accounts/nobody", &fields("a", "b", ""));
    assert!(
        nobody.body.contains("does not stand in the file"),
        "{}",
        nobody.body
    );
    let flow = [("flow", "by_magic")];
    let refused = visitor.act("/settings/accounts/office", &flow);
    assert!(
        refused
            .body
            .contains("How it is connected: unknown variant"),
        "{}",
        refused.body
    );
    assert_eq!(house.file(), before);
    assert!(visitor.page("/settings/accounts").contains("None is kept"));
}

#[test]
fn a_secret_that_cannot_be_kept_leaves_the_file_as_it_is() {
    let entra = Entra::start();
    let with_secret = account(&entra, "authorization_code")
        .replace("client_id =", "client_secret = \"secret\"\nclient_id =");
    let house = House::open(&with_secret);
    let mut visitor = house.administrator();
    let page = visitor.page("/settings/accounts");
    assert!(page.contains("One stands in the file"), "{page}");
    let before = house.file();
    let secrets = house.home.path("data/secrets");
    fs::rename(&secrets, house.home.path("away")).unwrap();
    fs::write(&secrets, "in the way").unwrap();
    let change = [("client_secret", "geheim-8"), ("client_id", "app-2")];
    let refused = visitor.act("/settings/accounts/office", &change);
    assert_eq!(refused.status, 422);
    assert!(
        refused
            .body
            .contains("could not be kept, and the file is unchanged")
    );
    assert_eq!(house.file(), before);
    fs::remove_file(&secrets).unwrap();
    fs::rename(house.home.path("away"), &secrets).unwrap();
    visitor.act("/settings/accounts/office", &change).leads_to();
    let moved = before.replace("client_secret = \"secret\"\n", "");
    assert_eq!(house.file(), moved.replace("app-1", "app-2"));
    assert!(
        visitor
            .page("/settings/accounts")
            .contains("One is kept sealed")
    );
}

#[test]
fn a_file_that_changed_meanwhile_is_not_overwritten() {
    let entra = Entra::start();
    let house = House::open(&account(&entra, "authorization_code"));
    let mut visitor = house.administrator();
    let page = visitor.page("/settings/accounts");
    let by_hand = house.file() + "# by hand\n";
    fs::write(house.home.config(), &by_hand).unwrap();
    let stale = visitor.post(
        "/settings/accounts/office",
        &[
            ("form", &value_of(&page, "form")),
            ("file", &value_of(&page, "file")),
            ("client_id", "app-2"),
        ],
    );
    assert_eq!(stale.status, 422);
    assert!(
        stale.body.contains("The file was changed since"),
        "{}",
        stale.body
    );
    assert!(
        stale.body.contains("value=\"app-2\""),
        "what was entered is still there"
    );
    assert_eq!(house.file(), by_hand);
    // A second try, from the page that says so, goes.
    let fields = [
        ("form", value_of(&stale.body, "form")),
        ("file", value_of(&stale.body, "file")),
        ("client_id", "app-2".to_owned()),
    ];
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    assert_eq!(
        visitor.post("/settings/accounts/office", &fields).status,
        303
    );
    assert_eq!(house.file(), by_hand.replace("app-1", "app-2"));
}

#[test]
fn a_file_that_is_gone_faulty_or_read_only_is_named_and_the_accounts_are_still_seen() {
    let entra = Entra::start();
    let home = Home::new();
    let disk = SmallDisk::mount(&home.path("conf"), "1m");
    let host = format!("localhost:{}", free_port());
    let real = home.path("conf/gateway.toml");
    std::os::unix::fs::symlink(&real, home.config()).unwrap();
    configure(&home, &host, &account(&entra, "authorization_code"));
    let house = House::at(home, host);
    let mut visitor = house.administrator();
    let (form, file) = {
        let page = visitor.page("/settings/accounts");
        (value_of(&page, "form"), value_of(&page, "file"))
    };
    let save = |visitor: &mut Visitor| {
        let fields = [
            ("form", form.as_str()),
            ("file", &file),
            ("client_id", "app-2"),
        ];
        visitor.post("/settings/accounts/office", &fields)
    };
    disk.remount("ro");
    let page = visitor.page("/settings/accounts");
    let said = "gateway.toml cannot be written: Read-only file system";
    assert!(
        page.contains(said) && page.contains("<fieldset disabled>"),
        "{page}"
    );
    assert!(page.contains("value=\"app-1\""), "{page}");
    let refused = save(&mut visitor);
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains(said), "{}", refused.body);
    disk.remount("rw");

    let text = house.file();
    fs::write(&real, text.replace("client_id", "cleint_id")).unwrap();
    let page = visitor.page("/settings/accounts");
    assert!(
        page.contains("unknown key; did you mean `client_id`?"),
        "{page}"
    );
    assert!(page.contains("office <span class=\"pill"), "{page}");
    let refused = save(&mut visitor);
    let told = "line 12: microsoft[0].cleint_id: unknown key";
    assert!(refused.body.contains(told), "{}", refused.body);
    fs::remove_file(&real).unwrap();
    let page = visitor.page("/settings/accounts");
    assert!(
        page.contains("gateway.toml does not exist; `mscons-gateway init` writes one"),
        "{page}"
    );
    assert_eq!(save(&mut visitor).status, 422);
    assert!(!real.exists());

    fs::write(&real, &text).unwrap();
    assert_eq!(save(&mut visitor).status, 303);
    assert!(
        fs::symlink_metadata(house.home.config())
            .unwrap()
            .is_symlink()
    );
    assert_eq!(
        fs::read_to_string(&real).unwrap(),
        text.replace("app-1", "app-2")
    );
    let House { home, gateway, .. } = house;
    gateway.stop("TERM");
    drop((disk, home));
}

#[test]
fn what_comes_from_the_environment_is_shown_as_such_and_not_written() {
    let entra = Entra::start();
    let home = Home::new();
    let host = format!("localhost:{}", free_port());
    let with_secret = account(&entra, "authorization_code").replace(
        "client_id =",
        "client_secret = { env = \"THE_SECRET\" }\nclient_id =",
    );
    configure(&home, &host, &with_secret);
    let environment = [(VARIABLE, TENANT), ("THE_SECRET", "secret")];
    let gateway = Gateway::run_with(&home, &environment);
    let house = House {
        home,
        gateway,
        host,
    };
    let mut visitor = house.administrator();
    let page = visitor.page("/settings/accounts");
    assert!(
        page.contains(&format!("Comes from the environment ({VARIABLE})")),
        "{page}"
    );
    assert!(
        page.contains("Comes from the environment (THE_SECRET)"),
        "{page}"
    );
    for field in ["tenant_id", "client_secret"] {
        let (_, field) = page.split_once(&format!("name=\"{field}\"")).unwrap();
        let (field, _) = field.split_once('>').unwrap();
        assert!(field.ends_with(" disabled"), "{field}");
    }
    let saved = visitor.act("/settings/accounts/office", &[("client_id", "app-2")]);
    assert_eq!(saved.status, 303, "{}", saved.body);
    let file = house.file();
    assert!(
        file.contains("\"app-2\"") && file.contains("{ env = \"THE_SECRET\" }"),
        "{file}"
    );
}

#[test]
fn a_test_asks_microsoft_and_says_what_it_answered_and_what_to_do() {
    let entra = Entra::start();
    let house = House::open(&account(&entra, "client_credentials"));
    let mut visitor = house.administrator();
    let authority = entra.authority();
    let test = "/settings/accounts/office/test";
    let missing = visitor.act(test, &[]);
    assert_eq!(missing.status, 422);
    assert!(
        missing
            .body
            .contains("needs a client secret or a certificate"),
        "{}",
        missing.body
    );

    visitor
        .act(
            "/settings/accounts/office",
            &fields("app-1", "wrong-one", &authority),
        )
        .leads_to();
    let wrong = visitor.act(test, &[]);
    assert_eq!(wrong.status, 422);
    for told in [
        "The client secret is wrong",
        "AADSTS7000215",
        "invalid_client",
    ] {
        assert!(wrong.body.contains(told), "{told}: {}", wrong.body);
    }
    let page = visitor.page("/settings/accounts");
    assert!(page.contains("The client secret is wrong"), "{page}");
    // Whoever puts it right does not wait for the next attempt.
    visitor
        .act(
            "/settings/accounts/office",
            &fields("app-1", "secret", &authority),
        )
        .leads_to();
    assert!(visitor.act(test, &[]).leads_to().contains("notice=works"));
    let page = visitor.page("/settings/accounts");
    assert!(!page.contains("The client secret is wrong"), "{page}");
    let asked = entra.log().len();
    assert!(visitor.act(test, &[]).leads_to().contains("notice=works"));
    assert!(entra.log().len() > asked, "no token at hand is an answer");
    entra.next(&json!({ "kind": "503" }));
    let busy = visitor.act(test, &[]);
    assert_eq!(busy.status, 502);
    assert!(
        busy.body.contains("Microsoft is overloaded"),
        "{}",
        busy.body
    );
    for secret in ["wrong-one", "\"secret\"", "eyJ"] {
        assert!(!house.gateway.log().contains(secret), "{secret}");
    }
}

#[test]
fn an_account_is_connected_by_a_code() {
    let entra = Entra::start();
    entra.control(&json!({ "interval": 1 }));
    let house = House::open(&account(&entra, "device_code"));
    let mut visitor = house.administrator();
    visitor
        .act("/settings/accounts/office", &[("client_secret", "secret")])
        .leads_to();
    let connect = "/settings/accounts/office/connect";
    let to = visitor.act(connect, &[]).leads_to().to_owned();
    let code = |page: &str| {
        let (_, code) = page.split_once("id=\"code\">").unwrap();
        code.split('<').next().unwrap().to_owned()
    };
    let page = visitor.page(&to);
    assert!(
        page.contains("http-equiv=\"refresh\"") && page.contains("/devicelogin"),
        "{page}"
    );
    for told in ["<dd class=\"break\">office<", METER, "Code good until"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    let first = code(&page);
    // Begun anew, the first one serves no more.
    visitor.act(connect, &[]).leads_to();
    let second = code(&visitor.page(&to));
    assert_ne!(first, second);
    entra.enter_code(&first, "second@example.org");
    entra.enter_code(&second, METER);
    let notice = crate::run::wait_for("the end of the sign-in", || {
        let answer = visitor.get(&to);
        (answer.status == 303).then(|| answer.leads_to().to_owned())
    });
    assert!(notice.contains("notice=connected"), "{notice}");
    let page = visitor.page(&notice);
    assert!(page.contains(&format!("Meter Mailbox ({METER})")), "{page}");

    visitor.act(connect, &[]).leads_to();
    entra.enter_code(&code(&visitor.page(&to)), "deny");
    let refused = crate::run::wait_for("the refusal", || {
        let answer = visitor.get(&to);
        (answer.status != 200).then_some(answer)
    });
    assert_eq!(refused.status, 422);
    assert!(
        refused.body.contains("declined or cancelled"),
        "{}",
        refused.body
    );
    assert!(
        visitor.page("/settings/accounts").contains(METER),
        "what was connected stays so"
    );
}
