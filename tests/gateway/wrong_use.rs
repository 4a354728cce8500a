//! Wrong use of each command: it says what is wrong and what to do, and changes nothing.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use clap::{Arg, Command};
use mscons_gateway::cli;

use crate::cli::{filled, gateway};

/// A command line, and what is said of it; the exit code is 2, but for those that ran.
type Wrong = (&'static str, &'static [&'static str]);

/// Where nothing is: no configuration, no store.
const NOWHERE: &[Wrong] = &[
    ("", &["Usage: mscons-gateway", "Commands:"]),
    ("nonsense", &["unrecognized subcommand 'nonsense'"]),
    ("serie", &["unrecognized subcommand 'serie'", "'series'"]),
    ("series --nonsense", &["unexpected argument '--nonsense'"]),
    (
        "--log a=b=c series",
        &["--log \"a=b=c\"", "write error, warn, info or debug"],
    ),
    (
        "--config other.toml series",
        &[
            "other.toml: cannot be read",
            "`mscons-gateway init` writes one",
        ],
    ),
    (
        "check-config",
        &[
            "gateway.toml does not exist",
            "`mscons-gateway init` writes one",
        ],
    ),
    (
        "fetch",
        &["has no [[mailbox]]", "`mscons-gateway init` writes one"],
    ),
    ("fetch --mailbox x", &["no mailbox is named \"x\""]),
    ("doctor --mailbox x", &["no mailbox is named \"x\""]),
    (
        "demo --listen here",
        &["--listen \"here\"", "such as 127.0.0.1:8080"],
    ),
    (
        "healthcheck --url https://x",
        &["is no address of a gateway", "write http://HOST:PORT"],
    ),
    (
        "init --defaults --out nowhere/gateway.toml",
        &["there is no folder nowhere", "make it first"],
    ),
    (
        "restore nowhere.tar",
        &["nowhere.tar cannot be read: No such file"],
    ),
    (
        "man --out /proc/nowhere",
        &["--out /proc/nowhere cannot be"],
    ),
    ("import", &["<PATHS>"]),
    ("parse", &["<FILES>"]),
    ("validate", &["<FILES>"]),
    ("validate --format csv one.edi", &["table, json"]),
    ("values", &["<SERIES>"]),
    ("plot", &["<SERIES>"]),
    ("backup", &["<FILE>"]),
    ("restore", &["<FILE>"]),
    ("completions", &["<SHELL>"]),
    ("quarantine show", &["<NUMBER>"]),
    ("quarantine drop", &["<NUMBERS>"]),
    ("quarantine show first", &["invalid value 'first'"]),
    ("messages --limit 0", &["0 is not in 1.."]),
    ("plot x --width 5", &["5 is not in 200..=10000"]),
];

/// What needs a store, where there is none.
const STORELESS: &[&str] = &[
    "series",
    "values x",
    "export",
    "diff --as-of 2026-11-01",
    "gaps",
    "plot x",
    "messages",
    "quarantine",
    "quarantine show 1",
    "quarantine retry",
    "quarantine drop 1",
    "verify",
    "backup all.tar",
    "compact",
    "reindex",
];

/// On a store with values.
const ON_VALUES: &[Wrong] = &[
    (
        "values nothing",
        &[
            "no series fits \"nothing\"",
            "`mscons-gateway series` lists them",
        ],
    ),
    (
        "values 5*",
        &["series fit \"5*\"", "name one by its number"],
    ),
    (
        "plot nothing",
        &[
            "no series fits \"nothing\"",
            "`mscons-gateway series` lists them",
        ],
    ),
    (
        "export nothing",
        &[
            "no series fits \"nothing\"",
            "`mscons-gateway series` lists them",
        ],
    ),
    (
        "diff nothing --as-of 2020-01-01",
        &[
            "no series fits \"nothing\"",
            "`mscons-gateway series` lists them",
        ],
    ),
    (
        "gaps nothing",
        &[
            "no series fits \"nothing\"",
            "`mscons-gateway series` lists them",
        ],
    ),
    ("diff", &["diff needs --as-of TIME"]),
    (
        "diff --as-of 2020-01-02 --and 2020-01-01",
        &["--and must be after --as-of"],
    ),
    (
        "diff --as-of 2020-01-02 --and soon",
        &["--and \"soon\" is no time", "write 2026-11-01"],
    ),
    (
        "values 50120962218/1-1:1.29.0 --from 1.11.2026",
        &["--from \"1.11.2026\" is no time", "write 2026-11-01"],
    ),
    (
        "export --to 2026-02-30",
        &["--to \"2026-02-30\" is no time", "write 2026-11-01"],
    ),
    (
        "values 50120962218/1-1:1.29.0 --as-of now",
        &["--as-of \"now\" is no time", "write 2026-11-01"],
    ),
    (
        "values 50120962218/1-1:1.29.0 --from 2026-11-02 --to 2026-11-01",
        &["--to must be after --from"],
    ),
    (
        "export --from 2026-11-02 --to 2026-11-02",
        &["--to must be after --from"],
    ),
    (
        "plot 50120962218/1-1:1.29.0 --from 2026-11-02 --to 2026-11-01",
        &["--to must be after --from"],
    ),
    (
        "gaps --from 2026-11-02 --to 2026-11-01",
        &["--to must be after --from"],
    ),
    (
        "values 50120962218/1-1:1.29.0 --delimiter x --format csv",
        &["--delimiter \"x\" must be `;`, `,`, `|` or `tab`"],
    ),
    (
        "values 50120962218/1-1:1.29.0 --decimal x --format csv",
        &["--decimal 'x' must be `,` or `.`"],
    ),
    (
        "values 50120962218/1-1:1.29.0 --delimiter , --format csv",
        &["numbers would fall apart", "give --delimiter or --decimal"],
    ),
    (
        "values 50120962218/1-1:1.29.0 --bom true",
        &["go with --format csv"],
    ),
    (
        "export --format mscons --decimal .",
        &["go with --format csv"],
    ),
    (
        "export --format mscons --resolution day",
        &["leave out --resolution"],
    ),
    (
        "export --out nowhere/x.csv",
        &[
            "nowhere/x.csv cannot be written",
            "make the folder nowhere first",
        ],
    ),
    (
        "plot 50120962218/1-1:1.29.0 --out x.jpg",
        &["must end with .svg or .png"],
    ),
    (
        "plot 50120962218/1-1:1.29.0 --out nowhere/x.png",
        &["make the folder nowhere first"],
    ),
    (
        "plot 50120962218/1-1:1.9.0 --kind heat-map",
        &["intervals of an hour at most", "take --kind load-profile"],
    ),
    ("backup nowhere/all.tar", &["make the folder nowhere first"]),
    (
        "restore gateway.toml",
        &["data is not empty", "name an empty data_dir"],
    ),
];

/// What ran, and could not do all of it.
const FAILED: &[Wrong] = &[
    (
        "login-link",
        &["no gateway runs on data_dir data", "start it"],
    ),
    ("import nowhere.edi", &["nowhere.edi: No such file"]),
    ("parse nowhere.edi", &["nowhere.edi: No such file"]),
    ("parse mail", &["mail: is a folder", "`import`"]),
    ("validate nowhere.edi", &["nowhere.edi: No such file"]),
    ("validate mail", &["mail: is a folder"]),
    (
        "quarantine show 999",
        &["`mscons-gateway quarantine` lists them"],
    ),
    (
        "quarantine drop 999",
        &["`mscons-gateway quarantine` lists them"],
    ),
    (
        "quarantine retry 999",
        &["`mscons-gateway quarantine` lists them"],
    ),
    (
        "healthcheck --url http://127.0.0.1:9",
        &["not ready (127.0.0.1:9)", "--url names another address"],
    ),
];

fn assert_wrong(home: &Path, command: &str, code: i32, says: &[&str]) {
    let arguments = command.split(' ').filter(|word| !word.is_empty());
    let output = gateway(home).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{command}: {said}");
    assert!(output.stdout.is_empty(), "{command}: it gave results");
    for part in says {
        assert!(said.contains(part), "{command}: no {part:?} in {said}");
    }
    assert!(!said.contains("panicked"), "{command}: {said}");
}

#[test]
fn where_nothing_is_each_command_says_what_it_lacks_and_makes_nothing() {
    let home = tempfile::tempdir().unwrap();
    for (command, says) in NOWHERE {
        assert_wrong(home.path(), command, 2, says);
    }
    for command in STORELESS {
        let says = ["data_dir data does not exist", "`import` or `fetch`"];
        assert_wrong(home.path(), command, 2, &says);
    }
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    let data = home.path().join("data");
    fs::create_dir(&data).unwrap();
    for command in STORELESS {
        let says = ["data_dir data holds no store yet", "`import` or `fetch`"];
        assert_wrong(home.path(), command, 2, &says);
    }
    assert_eq!(fs::read_dir(&data).unwrap().count(), 0);
    fs::remove_dir(&data).unwrap();
    fs::write(&data, "a file").unwrap();
    assert_wrong(home.path(), "series", 2, &["data_dir data is no directory"]);
}

#[test]
fn what_is_asked_wrongly_of_a_store_is_answered_with_the_right_way() {
    let home = filled();
    let mailbox = "[[mailbox]]\nname = \"metering\"\nprotocol = \"maildir\"\npath = \"mail\"\n";
    fs::write(home.path().join("gateway.toml"), mailbox).unwrap();
    for (command, says) in ON_VALUES {
        assert_wrong(home.path(), command, 2, says);
    }
    for (command, says) in FAILED {
        assert_wrong(home.path(), command, 1, says);
    }
    for command in ["fetch --mailbox werk", "doctor --mailbox werk"] {
        assert_wrong(
            home.path(),
            command,
            2,
            &["no mailbox is named \"werk\"", "it has metering"],
        );
    }
}

#[test]
fn run_names_the_address_that_is_taken() {
    let home = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let web = format!("[web]\nlisten = \"{address}\"\n");
    fs::write(home.path().join("gateway.toml"), web).unwrap();
    let says = [
        format!("web.listen = \"{address}\": Address already in use"),
        "stop what listens there".to_owned(),
    ];
    let output = gateway(home.path()).arg("run").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(says.iter().all(|part| said.contains(part)), "{said}");
}

#[test]
fn a_value_that_is_none_of_the_choices_is_answered_with_them() {
    let home = tempfile::tempdir().unwrap();
    let mut tried = 0;
    each_choice(
        &cli::definition(),
        &mut Vec::new(),
        &mut |path, argument, choice| {
            let mut words: Vec<String> = path.to_vec();
            for needed in required(path) {
                words.push(needed);
            }
            match argument.get_long() {
                Some(long) => words.extend([format!("--{long}"), "nonsense".to_owned()]),
                None => words.push("nonsense".to_owned()),
            }
            let command = words.join(" ");
            assert_wrong(
                home.path(),
                &command,
                2,
                &["invalid value 'nonsense'", choice],
            );
            tried += 1;
        },
    );
    assert!(tried > 15, "{tried} choices were tried");
}

/// Calls with every argument that has choices, and one of them.
fn each_choice(
    command: &Command,
    path: &mut Vec<String>,
    call: &mut dyn FnMut(&[String], &Arg, &str),
) {
    for argument in command.get_arguments() {
        let choices = argument.get_possible_values();
        if let Some(choice) = choices.first()
            && argument.get_action().takes_values()
        {
            call(path, argument, choice.get_name());
        }
    }
    for below in command
        .get_subcommands()
        .filter(|below| !below.is_hide_set())
    {
        path.push(below.get_name().to_owned());
        each_choice(below, path, call);
        path.pop();
    }
}

/// What a command must be given beside.
fn required(path: &[String]) -> Vec<String> {
    let program = cli::definition();
    let mut command = &program;
    for name in path {
        command = command.find_subcommand(name).unwrap();
    }
    let needed = command
        .get_positionals()
        .filter(|argument| argument.is_required_set() && argument.get_possible_values().is_empty());
    needed.map(|_| "x".to_owned()).collect()
}
