//! The documents about the configuration, written from its types: they cannot drift.

use std::fmt::Write as _;

use serde_json::Value;

use crate::config::keys::{Key, Shape, keys};

/// `docs/CONFIG.md`: a table for each section.
pub fn reference() -> String {
    let mut text = REFERENCE_HEAD.to_owned();
    add_reference(&mut text, "", &keys(), None);
    text
}

/// `docs/gateway.example.toml`: every key with its doc line and default, and a mailbox to begin
/// with.
pub fn example() -> String {
    let values = EXAMPLES.map(|(path, value)| (path, value.to_owned()));
    let mut text = EXAMPLE_HEAD.to_owned();
    add_example(&mut text, "", &keys(), &values);
    text
}

/// A configuration with some values set (`mailbox.host`, as TOML), and every other key beside its
/// doc line and default, commented out.
pub fn filled(values: &[(&str, String)]) -> String {
    let mut text = FILLED_HEAD.to_owned();
    add_example(&mut text, "", &keys(), values);
    text
}

fn add_reference(text: &mut String, section: &str, keys: &[Key], about: Option<&Key>) {
    if let Some(key) = about {
        let heading = heading(section, &key.shape);
        add(
            text,
            format_args!(
                "\n## `{heading}`\n\n{}<br>\n*{}*\n",
                key.english, key.german
            ),
        );
    }
    if keys.iter().any(|key| !is_section(key)) {
        text.push_str(TABLE_HEAD);
    }
    for key in keys.iter().filter(|key| !is_section(key)) {
        let cells = [
            format!("`{}`", key.name),
            kind(key),
            format!("`{}`", toml(&key.default)),
            key.english.clone() + &choices(key),
            key.german.clone(),
        ];
        let cells = cells.map(|cell| cell.replace('|', "\\|"));
        add(text, format_args!("| {} |\n", cells.join(" | ")));
    }
    for (key, keys) in sections(keys) {
        add_reference(text, &join(section, &key.name), keys, Some(key));
    }
}

fn add_example(text: &mut String, section: &str, keys: &[Key], values: &[(&str, String)]) {
    for key in keys.iter().filter(|key| !is_section(key)) {
        let example = values
            .iter()
            .find_map(|(path, value)| (*path == join(section, &key.name)).then_some(value));
        let Key { name, english, .. } = key;
        let choices = choice_names(key).map_or_else(String::new, |names| format!(" ({names})"));
        add(text, format_args!("# {english}{choices}\n"));
        match example {
            Some(value) => add(text, format_args!("{name} = {value}\n")),
            None => add(text, format_args!("#{name} = {}\n", toml(&key.default))),
        }
    }
    for (key, keys) in sections(keys) {
        let path = join(section, &key.name);
        add(
            text,
            format_args!("\n# {}\n{}\n", key.english, heading(&path, &key.shape)),
        );
        let section = text.len();
        add_example(text, &path, keys, values);
        if matches!(key.shape, Shape::Tables(_)) && path != NEEDED {
            comment_out(text, section);
        }
    }
}

/// Makes a section that nobody needs a comment, from its heading on: settings as `#name = …`, what
/// is said of them as `# …`.
fn comment_out(text: &mut String, keys_from: usize) {
    let before = text.get(..keys_from).unwrap_or_default();
    let heading = before.trim_end().rfind('\n').map_or(0, |at| at + 1);
    let section = text.split_off(heading);
    for line in section.lines() {
        let mark = if line.is_empty() || line.starts_with('#') {
            ""
        } else {
            "#"
        };
        add(text, format_args!("{mark}{line}\n"));
    }
}

fn sections(keys: &[Key]) -> impl Iterator<Item = (&Key, &[Key])> {
    keys.iter().filter_map(|key| match &key.shape {
        Shape::Table(keys) | Shape::Tables(keys) => Some((key, &keys[..])),
        Shape::Text
        | Shape::Texts
        | Shape::Integer
        | Shape::Boolean
        | Shape::Choice(_)
        | Shape::Secret => None,
    })
}

fn is_section(key: &Key) -> bool {
    matches!(key.shape, Shape::Table(_) | Shape::Tables(_))
}

fn heading(path: &str, shape: &Shape) -> String {
    match shape {
        Shape::Tables(_) => format!("[[{path}]]"),
        Shape::Text
        | Shape::Texts
        | Shape::Integer
        | Shape::Boolean
        | Shape::Choice(_)
        | Shape::Secret
        | Shape::Table(_) => format!("[{path}]"),
    }
}

fn kind(key: &Key) -> String {
    match &key.shape {
        Shape::Text => "string".to_owned(),
        Shape::Texts => "list of strings".to_owned(),
        Shape::Integer => "integer".to_owned(),
        Shape::Boolean => "boolean".to_owned(),
        Shape::Secret => "secret".to_owned(),
        Shape::Table(_) | Shape::Tables(_) => "section".to_owned(),
        Shape::Choice(choices) => {
            let values: Vec<String> = choices
                .iter()
                .map(|choice| format!("`{}`", choice.value))
                .collect();
            values.join(", ")
        }
    }
}

fn choices(key: &Key) -> String {
    let Shape::Choice(choices) = &key.shape else {
        return String::new();
    };
    choices.iter().fold(String::new(), |text, choice| {
        format!("{text} `{}`: {}", choice.value, choice.english)
    })
}

fn choice_names(key: &Key) -> Option<String> {
    let Shape::Choice(choices) = &key.shape else {
        return None;
    };
    let values: Vec<&str> = choices.iter().map(|choice| choice.value.as_str()).collect();
    Some(values.join(" | "))
}

/// A default as it would be written in the file; none is an empty string.
fn toml(value: &Value) -> String {
    match value {
        Value::Null => "\"\"".to_owned(),
        Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => {
            value.to_string() // JSON and TOML write these alike.
        }
    }
}

fn join(section: &str, name: &str) -> String {
    if section.is_empty() {
        name.to_owned()
    } else {
        format!("{section}.{name}")
    }
}

fn add(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = text.write_fmt(line);
}

/// The list that is of no use when empty; entries of others say what is true of nobody else, and
/// stand in the example file as comments.
const NEEDED: &str = "mailbox";
/// The mailbox of the example file, and what could be expected in it.
const EXAMPLES: [(&str, &str); 19] = [
    ("api_token.name", "\"erp\""),
    ("api_token.token", "{ env = \"ERP_TOKEN\" }"),
    ("mailbox.name", "\"metering\""),
    ("mailbox.host", "\"imap.example.org\""),
    ("mailbox.username", "\"meter@example.org\""),
    ("mailbox.password", "{ env = \"IMAP_PASSWORD\" }"),
    ("microsoft.name", "\"default\""),
    (
        "microsoft.tenant_id",
        "\"00000000-0000-0000-0000-000000000000\"",
    ),
    (
        "microsoft.client_id",
        "\"00000000-0000-0000-0000-000000000000\"",
    ),
    ("virtual.name", "\"site\""),
    ("virtual.unit", "\"kWh\""),
    ("virtual.terms.series", "\"50120962218/1-1:1.29.0\""),
    ("partner.name", "\"Netz Musterstadt\""),
    ("party.id", "\"9985046000001\""),
    ("partner.id", "\"9905048000007\""),
    ("expect.location", "\"50120962218\""),
    ("expect.obis", "\"1-1:1.29.0\""),
    ("expect.partner", "\"9905048000007\""),
    ("report.name", "\"weekly\""),
];

const TABLE_HEAD: &str = "\n| key | type | default | English | Deutsch |\n|---|---|---|---|---|\n";

const REFERENCE_HEAD: &str = "\
# Configuration: `gateway.toml`

Written from the source; `UPDATE_DOCS=1 cargo test docs` renews it.

Every key has a default except what identifies an account. A key that is not known is an error, \
with the nearest known one named. `mscons-gateway check-config` lists every fault by file, line \
and key.

**Environment.** Any key may come from a variable, which goes before the file: \
`MSCONS_GATEWAY__WEB__LISTEN=0.0.0.0:8080`. A mailbox is addressed by its name, with `_` for `-`: \
`MSCONS_GATEWAY__MAILBOX__METERING__PORT=993`. One that is not in the file is made if its `HOST` \
or `PATH` is there, a Microsoft account if its `CLIENT_ID` is.

**Due times** are written `10:00 +1d` (10 o'clock of the day after the delivery day) or `12:00 +3wd` \
(the third working day after it; holidays that all German states have are none).

**Secrets** are a string, `{ env = \"NAME\" }` or `{ file = \"path\" }`; the last line end of a file \
is cut. In the environment: `…__PASSWORD=…` or `…__PASSWORD__FILE=/run/secrets/…`. **Lists of strings** \
are separated by commas there.

**Sizes** are written `50MiB`, `512KiB`, `1GiB` or in bytes, **spans of time** `30s`, `5m`, `24h`, \
`7d` or `1h30m`.
";

const EXAMPLE_HEAD: &str = "\
# mscons-gateway: every key with its default. Take the `#` away to change one.
# Written from the source; `UPDATE_DOCS=1 cargo test docs` renews it. More: CONFIG.md

";

const FILLED_HEAD: &str = "\
# mscons-gateway. Every other key stands here with its default: take the `#` away to change it.
# `mscons-gateway check-config` names each fault by line and key.

";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::api_token::ApiToken;
    use crate::config::expect::Expect;
    use crate::config::microsoft::Microsoft;
    use crate::config::partner::Partner;
    use crate::config::party::Party;
    use crate::config::report::Report;
    use crate::config::virtual_series::{Term, Virtual};
    use crate::config::{Gateway, load_text, mailbox::Mailbox, secret::Secret};

    const TOKEN: &str = "0123456789abcdef0123456789abcdef";

    fn load_example(text: &str) -> Gateway {
        let environment = [("IMAP_PASSWORD", "geheim"), ("ERP_TOKEN", TOKEN)];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
        load_text("gateway.example.toml", text, &environment).unwrap()
    }

    fn expected() -> Gateway {
        Gateway {
            mailbox: vec![Mailbox {
                name: "metering".to_owned(),
                host: "imap.example.org".to_owned(),
                username: "meter@example.org".to_owned(),
                password: Secret::Text("geheim".to_owned()),
                ..Mailbox::default()
            }],
            ..Gateway::default()
        }
    }

    #[test]
    fn the_example_is_the_default_and_a_mailbox() {
        assert_eq!(load_example(&example()), expected());
    }

    #[test]
    fn every_default_of_the_example_can_be_written_as_it_stands_there() {
        let lines: Vec<String> = example()
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(setting) if !setting.starts_with(' ') => setting.to_owned(),
                _ => line.to_owned(),
            })
            .collect();
        let optional = Gateway {
            api_token: vec![ApiToken {
                name: "erp".to_owned(),
                token: Secret::Text(TOKEN.to_owned()),
            }],
            microsoft: vec![Microsoft {
                name: "default".to_owned(),
                tenant_id: "00000000-0000-0000-0000-000000000000".to_owned(),
                client_id: "00000000-0000-0000-0000-000000000000".to_owned(),
                ..Microsoft::default()
            }],
            virtual_series: vec![Virtual {
                name: "site".to_owned(),
                unit: "kWh".to_owned(),
                terms: vec![Term {
                    series: "50120962218/1-1:1.29.0".to_owned(),
                    ..Term::default()
                }],
            }],
            party: vec![Party {
                id: "9985046000001".to_owned(),
                ..Party::default()
            }],
            partner: vec![Partner {
                name: "Netz Musterstadt".to_owned(),
                id: "9905048000007".to_owned(),
                ..Partner::default()
            }],
            expect: vec![Expect {
                location: "50120962218".to_owned(),
                obis: "1-1:1.29.0".to_owned(),
                partner: "9905048000007".to_owned(),
                ..Expect::default()
            }],
            report: vec![Report {
                name: "weekly".to_owned(),
                ..Report::default()
            }],
            ..expected()
        };
        assert_eq!(load_example(&lines.join("\n")), optional);
    }

    #[test]
    fn the_reference_has_a_row_for_a_key() {
        let text = reference();
        assert!(text.contains("## `[[mailbox]]`"));
        assert!(text.contains("| `poll_interval` | string | `\"5m\"` | Time between two polls."));
        assert!(text.contains("`pop3`: POP3 (RFC 1939): reads, never deletes."));
    }
}
