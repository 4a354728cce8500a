use proptest::prelude::*;

use super::*;

const FILE: &str = "\
# Our gateway.
language = \"de\"   # or en

# The account of the mailbox.
[[microsoft]] # the only one
name = \"default\"
tenant_id   =  'old'  # the directory
# Ask Jörg for a new one.
client_id = \"c\"

# What follows is not ours.
[[mailbox]]
name = \"metering\"
password = { env = \"X\" }   # not here
# The end.
";

fn edited(source: &str, change: impl FnOnce(&mut Draft)) -> String {
    let mut draft = Draft::of(source).unwrap();
    change(&mut draft);
    draft.text()
}

fn set(source: &str, key: &str, text: &str) -> String {
    edited(source, |draft| {
        let mut section = draft.named("microsoft", "default").unwrap();
        section.set(key, text, "");
    })
}

#[test]
fn a_key_is_changed_and_nothing_around_it() {
    let expected = FILE.replace("'old'", "\"new\"");
    assert_eq!(set(FILE, "tenant_id", "new"), expected);
}

#[test]
fn what_says_the_same_already_is_left_as_it_is_written() {
    assert_eq!(set(FILE, "tenant_id", "old"), FILE);
    assert_eq!(set(FILE, "authority", ""), FILE);
}

#[test]
fn a_new_key_comes_last_in_its_section() {
    let expected = FILE.replace("\"c\"\n", "\"c\"\nflow = \"device_code\"\n");
    assert_eq!(set(FILE, "flow", "device_code"), expected);
}

#[test]
fn a_new_section_comes_behind_those_of_its_list() {
    let added = edited(FILE, |draft| {
        let mut section = draft.add("microsoft", "second").unwrap();
        section.set("tenant_id", "t", "");
    });
    let section = "\n[[microsoft]]\nname = \"second\"\ntenant_id = \"t\"\n";
    let expected = FILE.replace("\"c\"\n", &format!("\"c\"\n{section}"));
    assert_eq!(added, expected);
    let first = edited("# Mine.\ndata_dir = \"d\"\n", |draft| {
        draft.add("microsoft", "first").unwrap();
    });
    assert_eq!(
        first,
        "# Mine.\ndata_dir = \"d\"\n\n[[microsoft]]\nname = \"first\"\n"
    );
    let alone = edited("", |draft| {
        draft.add("microsoft", "first").unwrap();
    });
    assert_eq!(alone.trim_start(), "[[microsoft]]\nname = \"first\"\n");
}

#[test]
fn a_list_in_one_line_is_changed_in_its_line() {
    let source = "microsoft = [{ name = \"default\", tenant_id = \"old\" }] # one\n";
    assert_eq!(
        set(source, "tenant_id", "new"),
        source.replace("old", "new")
    );
    let added = edited(source, |draft| {
        draft.add("microsoft", "second").unwrap();
    });
    assert_eq!(added, source.replace("}]", "}, { name = \"second\" }]"));
}

#[test]
fn a_key_is_removed_with_its_line() {
    let removed = edited(FILE, |draft| {
        draft
            .named("microsoft", "default")
            .unwrap()
            .remove("tenant_id");
    });
    assert_eq!(
        removed,
        FILE.replace("tenant_id   =  'old'  # the directory\n", "")
    );
}

#[test]
fn a_section_is_removed_with_the_comments_right_above_it_and_no_others() {
    let removed = |source: &str| {
        edited(source, |draft| {
            assert!(draft.remove("microsoft", "default"));
        })
    };
    let (before, rest) = FILE.split_once("\n# The account").unwrap();
    let (_, behind) = rest.split_once("client_id = \"c\"\n").unwrap();
    assert_eq!(removed(FILE), format!("{before}{behind}"));
    // A comment that is parted from it by an empty line is of the file.
    let head = "# Ours.\n\n# The account.\n[[microsoft]]\nname = \"default\"\n";
    assert_eq!(removed(head), "# Ours.\n");
    let followed = format!("{head}\n# More.\n[web]\nlisten = \"x\"\n");
    assert_eq!(
        removed(&followed),
        "# Ours.\n\n# More.\n[web]\nlisten = \"x\"\n"
    );
    let nested = format!("{head}\n[export.csv]\nbom = true\n\n[web]\n");
    let kept = "# Ours.\n\n[export.csv]\nbom = true\n\n[web]\n";
    assert_eq!(removed(&nested), kept);
    let line = "microsoft = [{ name = \"default\" }, { name = \"b\" }] # two\n";
    assert!(removed(line).contains("{ name = \"b\" }] # two\n"));
    let mut draft = Draft::of(FILE).unwrap();
    assert!(!draft.remove("microsoft", "second") && !draft.remove("web", "default"));
    assert_eq!(draft.text(), FILE);
    assert!(!format!("{draft:?}").contains("Jörg"));
}

#[test]
fn where_a_secret_is_can_be_told() {
    let mut draft =
        Draft::of("[smtp]\na = { env = \"X\" }\nb = { file = \"y\" }\nc = \"z\"\n").unwrap();
    let section = draft.section("smtp").unwrap();
    assert_eq!(section.place("a"), Some(SecretPlace::Variable("X")));
    assert_eq!(section.place("b"), Some(SecretPlace::File("y")));
    assert_eq!(section.place("c").or(section.place("d")), None);
    assert!(draft.section("web").is_none());
}

#[test]
fn lines_that_end_as_on_windows_go_on_doing_so() {
    let windows = FILE.replace('\n', "\r\n");
    let expected = set(FILE, "flow", "device_code").replace('\n', "\r\n");
    assert_eq!(set(&windows, "flow", "device_code"), expected);
}

#[test]
fn what_is_no_list_is_left_alone_and_a_fault_does_not_show_the_line() {
    let mut draft = Draft::of("microsoft = \"x\"\n").unwrap();
    assert!(draft.add("microsoft", "a").is_none());
    assert!(draft.named("microsoft", "a").is_none());
    assert_eq!(draft.text(), "microsoft = \"x\"\n");
    let fault = Draft::of("password = \"geheim\n").unwrap_err();
    assert!(!fault.contains("geheim"), "{fault}");
}

/// Lines between the keys of a section.
fn filler() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("\n".to_owned()),
        "# [a-zäöü\\[\\]=\"' ]{0,20}\n",
    ]
}

/// A key with its value, oddly written, and perhaps a comment behind it.
fn line(key: &'static str) -> impl Strategy<Value = String> {
    let blanks = || prop_oneof![Just(""), Just(" "), Just("   "), Just("\t")];
    let comment = prop_oneof![Just(String::new()), "[ \t]{0,3}# [a-z\"'=\\[\\]]{0,12}"];
    (blanks(), blanks(), "[a-z0-9]{0,8}", any::<bool>(), comment).prop_map(
        move |(left, right, value, is_literal, comment)| {
            let quote = if is_literal { '\'' } else { '"' };
            format!("{key}{left}={right}{quote}{value}{quote}{comment}\n")
        },
    )
}

/// A `[[microsoft]]` whose keys stand in any order.
fn account(name: &'static str) -> impl Strategy<Value = String> {
    let keys = Just(vec!["tenant_id", "client_id", "flow"]).prop_shuffle();
    let keys = (keys, 0..=3_usize).prop_map(|(keys, count)| keys[..count].to_vec());
    let keys = keys.prop_flat_map(|keys| {
        keys.into_iter()
            .map(|key| (line(key), filler()))
            .collect::<Vec<_>>()
    });
    (filler(), keys).prop_map(move |(before, keys)| {
        let keys: String = keys
            .into_iter()
            .map(|(line, filler)| line + &filler)
            .collect();
        format!("[[microsoft]]\n{before}name = \"{name}\" # its name\n{keys}")
    })
}

fn file() -> impl Strategy<Value = String> {
    let mailbox = "[[mailbox]]\nname = 'default' # the same name\ntenant_id = \"no\"\n";
    let parts = (
        filler(),
        line("data_dir"),
        filler(),
        account("first"),
        filler(),
        account("default"),
        filler(),
    );
    (parts, any::<bool>()).prop_map(move |((a, b, c, d, e, f, g), has_more)| {
        let more = if has_more { mailbox } else { "" };
        [a, b, c, d, e, f, g].concat() + more
    })
}

proptest! {
    #[test]
    fn every_other_line_stays_as_it_is_and_where_it_is(source in file(), text in "[a-z\"\\\\ ]{1,9}") {
        let changed = set(&source, "client_id", &text);
        let mut draft = Draft::of(&changed).unwrap();
        let section = draft.named("microsoft", "default").unwrap();
        prop_assert_eq!(section.get("client_id"), Some(text.as_str()));
        // Lines of this key are the only ones that may come, go or change; of those of the other
        // account there must be as many as before.
        let without = |text: &str| -> Vec<String> {
            text.lines().filter(|line| !line.starts_with("client_id")).map(str::to_owned).collect()
        };
        prop_assert_eq!(without(&source), without(&changed));
        let comments = |text: &str| -> Vec<String> {
            let lines = text.lines().filter(|line| line.starts_with("client_id"));
            lines.filter_map(|line| Some(line.split_once('#')?.1.to_owned())).collect()
        };
        prop_assert!(text.contains('#') || comments(&source) == comments(&changed));
        prop_assert_eq!(&set(&changed, "client_id", &text), &changed);
    }

    #[test]
    fn an_added_section_moves_no_line(source in file()) {
        let added = edited(&source, |draft| {
            draft.add("microsoft", "third").unwrap().set("tenant_id", "t", "");
        });
        let new = "[[microsoft]]\nname = \"third\"\ntenant_id = \"t\"\n";
        let (before, after) = added.split_once(new).unwrap();
        let before = before.strip_suffix('\n').unwrap_or(before);
        prop_assert_eq!(before.to_owned() + after, source);
    }

    #[test]
    fn a_removed_section_takes_no_line_of_another_one(source in file()) {
        let removed = edited(&source, |draft| {
            draft.remove("microsoft", "first");
        });
        let (_, behind) = source.rsplit_once("[[microsoft]]").unwrap();
        let last = ["[[microsoft]]", behind].concat();
        prop_assert!(removed.ends_with(&last));
        let first = source.find("[[microsoft]]").unwrap();
        let key = source[..first].find("data_dir").unwrap();
        let line = source[key..].find('\n').unwrap() + key + 1;
        prop_assert!(removed.starts_with(&source[..line]));
        prop_assert!(!removed.contains("\"first\""));
    }
}
