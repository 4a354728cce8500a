//! Where an account may come from: no file yet, the environment; and addresses that lead nowhere.

use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use super::*;

#[test]
fn the_first_account_makes_the_file_where_there_is_none() {
    let entra = Entra::start();
    let home = Home::new();
    let host = format!("localhost:{}", free_port());
    let (_, port) = host.split_once(':').unwrap();
    let listen = format!("127.0.0.1:{port}");
    let base_url = format!("http://{host}");
    let environment = [
        ("MSCONS_GATEWAY__LANGUAGE", "en"),
        ("MSCONS_GATEWAY__WEB__LISTEN", &listen),
        ("MSCONS_GATEWAY__WEB__BASE_URL", &base_url),
    ];
    let gateway = Gateway::run_without_file(&home, &environment);
    let house = House {
        home,
        gateway,
        host,
    };
    let mut visitor = house.administrator();
    let page = visitor.page("/settings/accounts");
    let told = format!("The first account makes {}", house.home.config().display());
    assert!(
        page.contains(&told) && !house.home.config().exists(),
        "{page}"
    );
    let authority = entra.authority();
    let mut new = vec![
        ("name", "office"),
        ("tenant_id", ""),
        ("client_id", "app-1"),
        ("client_secret", "secret"),
        ("authority", &authority),
        ("flow", "client_credentials"),
    ];
    let refused = visitor.act("/settings/accounts", &new);
    assert_eq!(refused.status, 422);
    assert!(!house.home.config().exists());
    new[1].1 = TENANT;
    let added = visitor.act("/settings/accounts", &new);
    let page = visitor.page(added.leads_to());
    assert!(
        page.contains("office is saved") && !page.contains(&told),
        "{page}"
    );
    let mode = fs::metadata(house.home.config())
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let expected = format!(
        "[[microsoft]]\nname = \"office\"\ntenant_id = \"{TENANT}\"\nclient_id = \"app-1\"\nauthority = \"{authority}\"\nflow = \"client_credentials\"\n"
    );
    assert_eq!(house.file().trim_start(), expected);
    let works = visitor.act("/settings/accounts/office/test", &[]);
    assert!(works.leads_to().contains("notice=works"));
    // Once it was there it is not made anew: it held more than what would be in it.
    fs::remove_file(house.home.config()).unwrap();
    let page = visitor.page("/settings/accounts");
    assert!(page.contains("gateway.toml does not exist"), "{page}");
}

/// A gateway whose account comes from the environment alone, with this in its file.
fn of_environment(entra: &Entra, more: &str, mailbox: &[(&str, &str)]) -> House {
    let home = Home::new();
    let host = format!("localhost:{}", free_port());
    configure(&home, &host, more);
    let authority = entra.authority();
    let account = [
        ("MICROSOFT__OFFICE__CLIENT_ID", "app-1"),
        ("MICROSOFT__OFFICE__TENANT_ID", TENANT),
        ("MICROSOFT__OFFICE__AUTHORITY", &authority),
        ("MICROSOFT__OFFICE__FLOW", "client_credentials"),
    ];
    let variables = account.iter().chain(mailbox);
    let variables: Vec<(String, &str)> = variables
        .map(|(key, value)| (format!("MSCONS_GATEWAY__{key}"), *value))
        .collect();
    let variables: Vec<(&str, &str)> = variables
        .iter()
        .map(|(name, value)| (name.as_str(), *value))
        .collect();
    let gateway = Gateway::run_with(&home, &variables);
    House {
        home,
        gateway,
        host,
    }
}

#[test]
fn an_account_of_the_environment_is_changed_there_and_its_secret_here() {
    let entra = Entra::start();
    let house = of_environment(&entra, &mailbox(METER), &[]);
    let mut visitor = house.administrator();
    let before = house.file();
    let page = visitor.page("/settings/accounts");
    for key in [
        "CLIENT_ID",
        "TENANT_ID",
        "AUTHORITY",
        "FLOW",
        "CLIENT_SECRET_UNTIL",
    ] {
        let variable = format!("MSCONS_GATEWAY__MICROSOFT__OFFICE__{key}");
        let told = format!("Comes from the environment ({variable})");
        assert!(page.contains(&told), "{key}: {page}");
    }
    assert!(!page.contains("/office/remove"), "{page}");
    let office = "/settings/accounts/office";
    let new = [
        ("name", "office"),
        ("client_id", "app-2"),
        ("tenant_id", "t"),
    ];
    for (path, fields, told) in [
        (
            office,
            &[("client_id", "app-2")][..],
            "Variables of the environment",
        ),
        (
            office,
            &[("client_secret_until", "2099-01-01")],
            "Variables of the environment",
        ),
        (
            "/settings/accounts",
            &new,
            "an account of this name already",
        ),
        (
            "/settings/accounts/office/remove",
            &[],
            "The mailbox metering",
        ),
    ] {
        let refused = visitor.act(path, fields);
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains(told), "{told}: {}", refused.body);
    }
    visitor
        .act(office, &[("client_secret", "secret")])
        .leads_to();
    assert_eq!(house.file(), before);
    let works = visitor.act("/settings/accounts/office/test", &[]);
    assert!(works.leads_to().contains("notice=works"));
}

#[test]
fn a_mailbox_of_the_environment_that_must_choose_an_account_is_named() {
    let entra = Entra::start();
    let mailbox = [
        ("MAILBOX__METERING__HOST", "localhost"),
        ("MAILBOX__METERING__AUTH", "microsoft"),
        ("MAILBOX__METERING__USERNAME", METER),
    ];
    let house = of_environment(&entra, "", &mailbox);
    let mut visitor = house.administrator();
    let before = house.file();
    let new = [
        ("name", "second"),
        ("tenant_id", TENANT),
        ("client_id", "app-1"),
    ];
    let refused = visitor.act("/settings/accounts", &new);
    assert_eq!(refused.status, 422);
    let told = "mailbox metering, account: is missing; choose one of `second`, `office`";
    assert!(refused.body.contains(told), "{}", refused.body);
    assert_eq!(house.file(), before);
}

#[test]
fn the_way_to_microsoft_is_the_proxy_of_the_environment() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let home = Home::new();
    let host = format!("localhost:{}", free_port());
    let account = "[[microsoft]]\nname = \"office\"\ntenant_id = \"t\"\nclient_id = \"c\"\nclient_secret = \"s\"\nauthority = \"https://login.invalid\"\nflow = \"client_credentials\"\n";
    configure(&home, &host, account);
    let gateway = Gateway::run_with(&home, &[("HTTPS_PROXY", &address)]);
    let house = House {
        home,
        gateway,
        host,
    };
    let mut visitor = house.administrator();
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = proxy.accept().unwrap();
        let mut begin = [0; 25];
        stream.read_exact(&mut begin).unwrap();
        String::from_utf8_lossy(&begin).into_owned()
    });
    let tried = visitor.act("/settings/accounts/office/test", &[]);
    assert_eq!(tried.status, 502);
    assert!(tried.body.contains("cannot be reached"), "{}", tried.body);
    assert_eq!(asked.join().unwrap(), "CONNECT login.invalid:443");
}

#[test]
fn addresses_of_forms_lead_back_and_one_that_cannot_be_read_says_so() {
    let entra = Entra::start();
    let house = House::open(&account(&entra, "authorization_code"));
    let mut visitor = house.administrator();
    for path in ["", "/connect", "/disconnect", "/test", "/remove", "/code"] {
        let back = visitor.get(&format!("/settings/accounts/office{path}"));
        assert_eq!(back.leads_to(), "/settings/accounts", "{path}");
    }
    assert_eq!(visitor.get("/settings/accounts/office/other").status, 404);
    for twice in [
        "/settings/accounts?notice=saved&notice=saved",
        "/login?to=x&to=y",
        "/setup?token=x&token=y",
        "/oauth/callback?state=x&state=y",
    ] {
        let answer = visitor.get(twice);
        assert_eq!(answer.status, 400, "{twice}");
        assert!(
            answer.body.contains("This address cannot be read"),
            "{}",
            answer.body
        );
        assert!(!answer.body.contains("period"), "{}", answer.body);
    }
}
