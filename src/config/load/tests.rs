use proptest::prelude::*;

use super::*;
use crate::config::mailbox::Protocol;

const METERING: &str =
    "[[mailbox]]\nname = \"metering\"\nhost = \"imap.example.org\"\nusername = \"m\"\n";

fn environment(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn error(source: &str) -> String {
    load_text("gateway.toml", source, &[])
        .unwrap_err()
        .to_string()
}

fn error_with(source: &str, pairs: &[(&str, &str)]) -> String {
    load_text("gateway.toml", source, &environment(pairs))
        .unwrap_err()
        .to_string()
}

#[test]
fn an_empty_file_is_the_default() {
    assert_eq!(
        load_text("gateway.toml", "", &[]).unwrap(),
        Gateway::default()
    );
}

#[test]
fn a_file_is_loaded_with_the_environment_over_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gateway.toml");
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "geheim\n").unwrap();
    let source = format!(
        "{METERING}protocol = \"pop3\"\npassword = {{ file = {secret:?} }}\nmax_mail_size = 1048576\n"
    );
    std::fs::write(&path, source).unwrap();
    let variables = [
        ("MSCONS_GATEWAY__WEB__LISTEN", "[::]:80"),
        ("MSCONS_GATEWAY_CONFIG", "x"),
    ];
    let gateway = load(&path, &environment(&variables)).unwrap();
    assert_eq!(gateway.web.listen, "[::]:80");
    let mailbox = &gateway.mailbox[0];
    assert_eq!(mailbox.protocol, Protocol::Pop3);
    assert_eq!(mailbox.password.reveal(), "geheim");
    assert_eq!(mailbox.max_mail_size.to_string(), "1MiB");
}

#[test]
fn an_emptied_authority_is_the_usual_one() {
    let account = "[[microsoft]]\nname = \"office\"\ntenant_id = \"t\"\nclient_id = \"c\"\n";
    let emptied = load_text("gateway.toml", &format!("{account}authority = \"\"\n"), &[]);
    let usual = load_text("gateway.toml", account, &[]).unwrap();
    assert_eq!(emptied.unwrap(), usual);
    let emptied = environment(&[("MSCONS_GATEWAY__MICROSOFT__OFFICE__AUTHORITY", "")]);
    assert_eq!(load_text("gateway.toml", account, &emptied).unwrap(), usual);
}

#[test]
fn a_folder_is_looked_at_often_unless_it_says_otherwise() {
    let folder = |more: &str| {
        let source =
            format!("[[mailbox]]\nname = \"a\"\nprotocol = \"folder\"\npath = \"in\"\n{more}");
        let gateway = load_text("gateway.toml", &source, &[]).unwrap();
        gateway.mailbox[0].poll_interval.to_string()
    };
    assert_eq!(folder(""), "10s");
    assert_eq!(folder("poll_interval = \"1m\"\n"), "1m");
}

#[test]
fn a_file_that_is_not_there_says_how_to_get_one() {
    let error = load(Path::new("/nowhere/gateway.toml"), &[])
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("/nowhere/gateway.toml: cannot be read: "),
        "{error}"
    );
    assert!(
        error.ends_with("`mscons-gateway init` writes one"),
        "{error}"
    );
}

#[test]
fn a_syntax_fault_names_its_line_and_shows_none() {
    let error = error("[web]\nlisten = \"x\"\npassword = geheim\n");
    assert!(error.starts_with("gateway.toml:3: "), "{error}");
    assert!(!error.contains("geheim"), "{error}");
}

#[test]
fn unknown_keys_are_all_named_with_the_nearest_known_one() {
    assert_eq!(
        error(
            "langage = \"de\"\n\n[[mailbox]]\nname = \"a\"\nhots = \"b\"\nusername = \"c\"\nzzz = 1\n\n[wbe]\nx = 1\n"
        ),
        "gateway.toml:1: langage: unknown key; did you mean `language`?\n\
         gateway.toml:5: mailbox[0].hots: unknown key; did you mean `host`?\n\
         gateway.toml:7: mailbox[0].zzz: unknown key\n\
         gateway.toml:9: wbe: unknown key; did you mean `web`?"
    );
}

#[test]
fn values_that_do_not_fit_are_all_named() {
    assert_eq!(
        error(&format!(
            "language = \"fr\"\n{METERING}port = 99999\nidle = \"yes\"\npoll_interval = 5\nmax_mail_size = \"50MB\"\n\
             [export.csv]\ndelimiter = \";;\"\n"
        )),
        "gateway.toml:1: language: unknown variant `fr`, expected `de` or `en`\n\
         gateway.toml:6: mailbox[0].port: invalid value: integer `99999`, expected u16\n\
         gateway.toml:7: mailbox[0].idle: invalid type: string \"yes\", expected a boolean\n\
         gateway.toml:8: mailbox[0].poll_interval: invalid type: integer `5`, expected a span of time such as \"5m\"\n\
         gateway.toml:9: mailbox[0].max_mail_size: `50MB` is no size: write 50MiB, 512KiB, 1GiB, or a number of bytes\n\
         gateway.toml:11: export.csv.delimiter: invalid value: string \";;\", expected a character"
    );
}

#[test]
fn sections_of_the_wrong_kind_are_named() {
    assert!(
        error("web = 5\n").starts_with("gateway.toml:1: web: invalid type"),
        "{}",
        error("web = 5\n")
    );
    assert!(error("mailbox = [5]\n").starts_with("gateway.toml:1: mailbox[0]: invalid type"));
    assert!(
        error("[mailbox]\nname = \"a\"\n").starts_with("gateway.toml:1: mailbox: invalid type")
    );
}

#[test]
fn keys_that_do_not_go_together_are_named_by_line() {
    assert_eq!(
        error(&format!(
            "{METERING}protocol = \"pop3\"\ndelete_after_fetch = true\n[web]\nlisten = \":80\"\n"
        )),
        "gateway.toml:6: mailbox[0].delete_after_fetch: POP3 never deletes mails: leave it out, or use IMAP\n\
         gateway.toml:8: web.listen: `:80` is no address; write IP address and port, such as 127.0.0.1:8080 or [::1]:8080"
    );
}

#[test]
fn what_is_missing_is_named_by_the_line_of_its_section() {
    assert_eq!(
        error("\n[[mailbox]]\nname = \"a\"\nusername = \"b\"\n"),
        "gateway.toml:2: mailbox[0].host: is missing; give the name of the mail server"
    );
}

#[test]
fn secrets_that_are_nowhere_are_faults() {
    assert_eq!(
        error(&format!("{METERING}password = {{ env = \"NO_SUCH\" }}\n")),
        "gateway.toml:5: mailbox[0].password: the environment variable `NO_SUCH` is not set; set it, or write the secret here"
    );
    let error = error(&format!(
        "{METERING}password = {{ file = \"/nowhere/x\" }}\n"
    ));
    assert!(error.starts_with(
        "gateway.toml:5: mailbox[0].password: the file `/nowhere/x` cannot be read: "
    ));
}

#[test]
fn no_error_shows_what_was_written_as_a_secret() {
    for written in [
        "12345",
        "{ evn = \"12345\" }",
        "{ env = 12345 }",
        "[\"12345\"]",
        "{ env = \"a\", file = \"12345\" }",
    ] {
        assert_eq!(
            error(&format!("{METERING}password = {written}\n")),
            format!(
                "gateway.toml:5: mailbox[0].password: must be a string, `{{ env = \"NAME\" }}` or `{{ file = \"path\" }}`"
            )
        );
    }
}

#[test]
fn a_fault_of_the_environment_names_its_variable_and_no_line() {
    assert_eq!(
        error_with(
            METERING,
            &[("MSCONS_GATEWAY__MAILBOX__METERING__PORT", "99999")]
        ),
        "gateway.toml: mailbox[0].port: environment variable `MSCONS_GATEWAY__MAILBOX__METERING__PORT`: \
         invalid value: integer `99999`, expected u16"
    );
    assert_eq!(
        error_with(
            "",
            &[
                ("MSCONS_GATEWAY__WEB__LISTEN", "x"),
                ("MSCONS_GATEWAY__WEB__LISTN", "x")
            ]
        ),
        "gateway.toml: web.listen: environment variable `MSCONS_GATEWAY__WEB__LISTEN`: \
         `x` is no address; write IP address and port, such as 127.0.0.1:8080 or [::1]:8080\n\
         gateway.toml: web: environment variable `MSCONS_GATEWAY__WEB__LISTN`: `listn` is unknown; did you mean `listen`?"
    );
}

#[test]
fn the_environment_mends_what_is_wrong_in_the_file() {
    let source = format!("{METERING}port = \"x\"\n");
    let variables = environment(&[("MSCONS_GATEWAY__MAILBOX__METERING__PORT", "143")]);
    assert_eq!(
        load_text("gateway.toml", &source, &variables)
            .unwrap()
            .mailbox[0]
            .port,
        143
    );
}

#[test]
fn an_empty_ca_file_is_none() {
    let source = format!("{METERING}ca_file = \"\"\n");
    assert_eq!(
        load_text("gateway.toml", &source, &[]).unwrap().mailbox[0].ca_file,
        None
    );
}

/// Text that is TOML more often than not.
fn toml_like() -> impl Strategy<Value = String> {
    const KEYS: &[&str] = &[
        "mailbox", "name", "port", "web", "listen", "password", "export", "csv", "env", "hots",
        "store",
    ];
    const VALUES: &[&str] = &[
        "1",
        "-1",
        "\"a\"",
        "true",
        "{ env = \"X\" }",
        "{ name = 1 }",
        "[1]",
        "[{ name = \"a\" }]",
        "[]",
        "x",
        "1979-05-27",
        "1.5",
    ];
    let line = prop_oneof![
        4 => (proptest::sample::select(KEYS), proptest::sample::select(VALUES))
            .prop_map(|(key, value)| format!("{key} = {value}")),
        2 => proptest::sample::select(KEYS).prop_map(|key| format!("[[{key}]]")),
        2 => proptest::sample::select(KEYS).prop_map(|key| format!("[{key}]")),
        1 => (proptest::sample::select(KEYS), proptest::sample::select(KEYS))
            .prop_map(|(one, other)| format!("{one}.{other} = 1")),
        1 => "[\\[\\]{}=\",.#\\PC]{0,20}",
    ];
    proptest::collection::vec(line, 0..8).prop_map(|lines| lines.join("\n"))
}

fn variables() -> impl Strategy<Value = Vec<(String, String)>> {
    const NAMES: &[&str] = &[
        "WEB",
        "WEB__LISTEN",
        "MAILBOX__A__PORT",
        "MAILBOX__A__HOST",
        "MAILBOX",
        "EXPORT__CSV__BOM",
        "PASSWORD__",
        "_",
    ];
    let one = (proptest::sample::select(NAMES), "[0-9a-z]{0,3}");
    proptest::collection::vec(
        one.prop_map(|(name, value)| (format!("MSCONS_GATEWAY__{name}"), value)),
        0..3,
    )
}

proptest! {
    #[test]
    fn no_text_panics_and_every_error_says_something(source in toml_like(), environment in variables()) {
        if let Err(error) = load_text("x", &source, &environment) {
            prop_assert!(!error.faults.is_empty());
            for fault in &error.faults {
                prop_assert!(!fault.what.is_empty());
                prop_assert!(fault.line.is_none_or(|line| line <= source.lines().count().max(1)));
            }
        }
    }
}
