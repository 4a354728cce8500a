use super::*;
use crate::config::check;
use crate::config::secret::Secret;

fn account(change: impl FnOnce(&mut Microsoft)) -> Microsoft {
    let mut account = Microsoft {
        name: "default".to_owned(),
        tenant_id: "11111111-2222-3333-4444-555555555555".to_owned(),
        client_id: "app-1".to_owned(),
        ..Microsoft::default()
    };
    change(&mut account);
    account
}

fn gateway(accounts: Vec<Microsoft>, change: impl FnOnce(&mut Mailbox)) -> Gateway {
    let mut mailbox = Mailbox {
        name: "metering".to_owned(),
        host: "outlook.office365.com".to_owned(),
        username: "meter@example.org".to_owned(),
        auth: Auth::Microsoft,
        ..Mailbox::default()
    };
    change(&mut mailbox);
    Gateway {
        mailbox: vec![mailbox],
        microsoft: accounts,
        ..Gateway::default()
    }
}

fn print(faults: Vec<ConfigFault>) -> Vec<String> {
    let print = |fault: ConfigFault| format!("{}: {}", fault.key, fault.what);
    faults.into_iter().map(print).collect()
}

#[track_caller]
fn assert_faults(gateway: &Gateway, expected: &[&str]) {
    assert_eq!(print(check::faults(gateway)), expected);
}

#[track_caller]
fn assert_account(change: impl FnOnce(&mut Microsoft), expected: &[&str]) {
    assert_faults(&gateway(vec![account(change)], |_| {}), expected);
}

#[test]
fn an_account_and_its_mailbox_have_no_fault() {
    let proved = account(|account| account.client_secret = Secret::Text("geheim".to_owned()));
    let gateway = gateway(vec![proved], |_| {});
    assert_faults(&gateway, &[]);
    assert_eq!(check::hints(&gateway), []);
    let found = gateway.account_of(&gateway.mailbox[0]);
    assert_eq!(found.map(|account| account.name.as_str()), Some("default"));
    assert_eq!(gateway.mailboxes_of(&gateway.microsoft[0]).count(), 1);
}

#[test]
fn the_end_of_a_secret_is_a_date() {
    assert_account(
        |account| account.client_secret_until = "2027-05-31".to_owned(),
        &[],
    );
    assert_account(
        |account| account.client_secret_until = "31.05.2027".to_owned(),
        &["microsoft[0].client_secret_until: `31.05.2027` is no date; write it as `2027-05-31`"],
    );
}

#[test]
fn an_account_says_whose_it_is() {
    assert_account(
        |account| {
            *account = Microsoft {
                name: "default".to_owned(),
                ..Microsoft::default()
            }
        },
        &[
            "microsoft[0].tenant_id: is missing; give the directory (tenant) ID of the registration",
            "microsoft[0].client_id: is missing; give the application (client) ID of the registration",
        ],
    );
    assert_account(
        |account| account.tenant_id = "Firma GmbH".to_owned(),
        &["microsoft[0].tenant_id: `Firma GmbH` is neither a directory ID nor a domain"],
    );
    assert_faults(
        &gateway(vec![account(|_| {}), account(|_| {})], |mailbox| {
            mailbox.account = "default".to_owned();
        }),
        &["microsoft[1].name: `default` is the name of two accounts; names must differ"],
    );
}

#[test]
fn secrets_go_over_https_or_to_this_machine() {
    for authority in [
        "https://login.microsoftonline.us",
        "https://login.partner.microsoftonline.cn/",
        "http://localhost:20080",
        "http://127.0.0.1:80",
        "http://[::1]:80",
    ] {
        assert_account(|account| account.authority = authority.to_owned(), &[]);
    }
    assert_account(
        |account| account.authority = "http://login.example.org".to_owned(),
        &["microsoft[0].authority: must begin with `https://`: secrets go there"],
    );
    assert_account(
        |account| account.authority = "https://login.microsoftonline.com/tenant".to_owned(),
        &[
            "microsoft[0].authority: is without a path: such as `https://login.microsoftonline.com`; the tenant goes to `tenant_id`",
        ],
    );
    for nonsense in [
        "",
        "login.microsoftonline.com",
        "https://",
        "https://a@b",
        "https://a:b",
        "http://[x]",
    ] {
        let what = format!(
            "microsoft[0].authority: `{nonsense}` is no address; write it as `https://login.microsoftonline.com`"
        );
        assert_account(|account| account.authority = nonsense.to_owned(), &[&what]);
    }
}

#[test]
fn a_certificate_has_its_key_and_no_secret_beside_it() {
    assert_account(
        |account| account.certificate_file = Some("client.pem".into()),
        &["microsoft[0].key_file: is missing; a certificate needs its private key"],
    );
    assert_account(
        |account| account.key_file = Some("client.key".into()),
        &["microsoft[0].certificate_file: is missing; give the certificate of the key"],
    );
    assert_account(
        |account| {
            account.certificate_file = Some("client.pem".into());
            account.key_file = Some("client.key".into());
            account.client_secret = Secret::Text("geheim".to_owned());
        },
        &["microsoft[0].client_secret: cannot go with `certificate_file`; leave out one of them"],
    );
}

#[test]
fn an_application_alone_needs_its_tenant_and_something_to_prove_itself() {
    let alone = |tenant: &str, secret: &str| {
        gateway(
            vec![account(|account| {
                account.flow = Flow::ClientCredentials;
                account.tenant_id = tenant.to_owned();
                account.client_secret = Secret::Text(secret.to_owned());
            })],
            |_| {},
        )
    };
    assert_faults(
        &alone("common", "geheim"),
        &["microsoft[0].tenant_id: names no tenant; client_credentials needs the tenant's own ID"],
    );
    assert_eq!(check::hints(&alone("example.org", "geheim")), []);
    assert_eq!(
        print(check::hints(&alone("example.org", ""))),
        [
            "microsoft[0].client_secret: is empty, and there is no certificate: one must be kept sealed in `data_dir` for client_credentials"
        ]
    );
}

#[test]
fn who_signs_in_by_browser_and_proves_nothing_is_told_when_that_is_right() {
    let hints = |flow| {
        let account = account(|account| account.flow = flow);
        print(check::hints(&gateway(vec![account], |_| {})))
    };
    let hint = hints(Flow::AuthorizationCode);
    assert!(
        matches!(&hint[..], [hint] if hint.contains("public client") && hint.contains("AADSTS7000218")),
        "{hint:?}"
    );
    assert!(hints(Flow::DeviceCode).is_empty());
}

#[test]
fn scopes_are_written_in_full_and_of_one_resource() {
    let asks = |scopes: &[&str]| {
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        move |account: &mut Microsoft| account.scopes = scopes
    };
    let imap = "https://outlook.office.com/IMAP.AccessAsUser.All";
    assert_account(asks(&[imap, "offline_access", "openid"]), &[]);
    assert_account(
        asks(&["IMAP.AccessAsUser.All"]),
        &[
            "microsoft[0].scopes: `IMAP.AccessAsUser.All` names no resource, and would be taken for one of Microsoft Graph; write `https://outlook.office.com/IMAP.AccessAsUser.All`",
        ],
    );
    assert_account(
        asks(&[imap, "https://graph.microsoft.com/User.Read"]),
        &["microsoft[0].scopes: are of several resources; one token serves one"],
    );
    assert_account(
        asks(&["openid email"]),
        &["microsoft[0].scopes: must be up to 16 scopes, each without blanks and quotes"],
    );
    assert_account(
        |account| {
            account.flow = Flow::ClientCredentials;
            account.scopes = vec![imap.to_owned()];
        },
        &[
            "microsoft[0].scopes: must be one that ends in `/.default` for client_credentials; leave it out for that of Exchange Online",
        ],
    );
}

#[test]
fn a_mailbox_names_an_account_that_there_is() {
    let two = || {
        vec![
            account(|_| {}),
            account(|other| other.name = "other".to_owned()),
        ]
    };
    assert_faults(
        &gateway(Vec::new(), |_| {}),
        &["mailbox[0].account: there is no [[microsoft]] account; add one"],
    );
    assert_faults(
        &gateway(two(), |_| {}),
        &["mailbox[0].account: is missing; choose one of `default`, `other`"],
    );
    for (name, what) in [
        (
            "defualt",
            "no [[microsoft]] has the name `defualt`; did you mean `default`?",
        ),
        (
            "zzz",
            "no [[microsoft]] has the name `zzz`; add one, or name another",
        ),
    ] {
        let gateway = gateway(two(), |mailbox| mailbox.account = name.to_owned());
        assert_faults(&gateway, &[&format!("mailbox[0].account: {what}")]);
    }
    let gateway = gateway(two(), |mailbox| mailbox.account = "other".to_owned());
    let unused = "microsoft[0].name: no mailbox signs in by this account".to_owned();
    assert!(print(check::hints(&gateway)).contains(&unused));
}

#[test]
fn a_token_is_for_a_server_over_an_encrypted_line() {
    let one = || vec![account(|_| {})];
    for protocol in [Protocol::Maildir, Protocol::Folder] {
        let gateway = gateway(one(), |mailbox| {
            mailbox.protocol = protocol;
            mailbox.path = "/var/mail".into();
        });
        let what =
            "mailbox[0].auth: is for IMAP and POP3; leave it out: nobody signs in to a directory";
        assert_faults(&gateway, &[what]);
    }
    assert_faults(
        &gateway(one(), |mailbox| {
            mailbox.password = Secret::Text("geheim".to_owned());
            mailbox.encryption = Encryption::Auto;
        }),
        &[
            "mailbox[0].password: cannot go with `auth = \"microsoft\"`; leave out one of them",
            "mailbox[0].encryption: would let a token go in clear text; use \"tls\" or \"starttls\" with `auth = \"microsoft\"`",
        ],
    );
    assert_faults(
        &gateway(one(), |mailbox| {
            mailbox.host = "127.0.0.1".to_owned();
            mailbox.encryption = Encryption::None;
        }),
        &[],
    );
    assert_faults(
        &gateway(one(), |mailbox| {
            mailbox.auth = Auth::Password;
            mailbox.account = "default".to_owned();
        }),
        &["mailbox[0].account: is for `auth = \"microsoft\"`; leave it out"],
    );
}

#[test]
fn a_browser_is_sent_back_over_https_or_to_this_machine() {
    let at = |flow, base_url: &str| {
        let mut gateway = gateway(vec![account(|account| account.flow = flow)], |_| {});
        base_url.clone_into(&mut gateway.web.base_url);
        gateway
    };
    assert_faults(
        &at(Flow::AuthorizationCode, "https://gateway.example.org:8443/"),
        &[],
    );
    assert_faults(
        &at(Flow::DeviceCode, "https://gateway.example.org/meter"),
        &[
            "web.base_url: is without a path: such as `https://gateway.example.org`; the pages link to each other from the root of their host",
        ],
    );
    assert_faults(&at(Flow::DeviceCode, "http://gateway.example.org"), &[]);
    assert_faults(
        &at(Flow::AuthorizationCode, "http://gateway.example.org"),
        &[
            "web.base_url: must begin with `https://`, or be `http://localhost`: Microsoft sends nobody back elsewhere; or use flow = \"device_code\"",
        ],
    );
    assert_faults(
        &at(Flow::DeviceCode, "gateway.example.org"),
        &[
            "web.base_url: `gateway.example.org` is no address of a page; write it as `https://gateway.example.org`, with a port if need be",
        ],
    );
}
