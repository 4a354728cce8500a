//! `docs/CLI.md`, written from the definition of the command line: what `--help` says, on one page.

use std::fmt::Write as _;

use clap::{Arg, Command};
use mscons_gateway::cli;

/// The page: what holds for all commands, then one section for each.
pub(crate) fn reference() -> String {
    let program = cli::definition();
    let mut page = format!("{HEAD}{}", options(&program));
    for command in shown(&program) {
        add_command(&mut page, program.get_name(), command, 2);
    }
    page
}

/// The examples of all commands: what follows the name of the program.
pub(crate) fn examples() -> Vec<String> {
    let program = cli::definition();
    let mut examples = Vec::new();
    gather_examples(&program, &mut examples);
    examples
}

fn gather_examples(command: &Command, examples: &mut Vec<String>) {
    examples.extend(example(command));
    for command in shown(command) {
        gather_examples(command, examples);
    }
}

fn shown(command: &Command) -> impl Iterator<Item = &Command> {
    command
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
}

fn add_command(page: &mut String, parent: &str, command: &Command, level: usize) {
    let path = format!("{parent} {}", command.get_name());
    let (_, title) = path.split_once(' ').unwrap();
    let about = command.get_about().unwrap();
    let usage = command.clone().bin_name(&path).render_usage();
    let usage = usage.to_string();
    let usage = usage.trim_start_matches("Usage: ");
    let example = example(command).unwrap_or_else(|| panic!("`{path}` has no example"));
    let marks = "#".repeat(level);
    write!(
        page,
        "\n{marks} `{title}`\n\n{about}.\n\n```text\n{usage}\n```\n{}\n```sh\n{example}\n```\n",
        options(command)
    )
    .unwrap();
    for below in shown(command) {
        add_command(page, &path, below, level + 1);
    }
}

/// The table of what a command takes; nothing if it takes nothing.
fn options(command: &Command) -> String {
    let rows: String = command.get_arguments().map(row).collect();
    if rows.is_empty() {
        return rows;
    }
    format!("\n| argument | default | meaning |\n| --- | --- | --- |\n{rows}")
}

fn row(argument: &Arg) -> String {
    let default: Vec<_> = argument
        .get_default_values()
        .iter()
        .map(|value| format!("`{}`", value.display()))
        .collect();
    let default = default.join(", ");
    let mut meaning = argument.get_help().unwrap().to_string();
    if !meaning.ends_with('.') {
        meaning.push('.');
    }
    if let Some(variable) = argument.get_env() {
        write!(meaning, " Also from `{}`.", variable.display()).unwrap();
    }
    let choices: Vec<_> = argument.get_possible_values().iter().map(choice).collect();
    if argument.get_action().takes_values() && !choices.is_empty() {
        write!(meaning, "<br>{}", choices.join("; ")).unwrap();
    }
    let cells = [format!("`{}`", name(argument)), default, meaning];
    format!(
        "| {} |\n",
        cells.map(|cell| cell.replace('|', "\\|")).join(" | ")
    )
}

/// `--from <TIME>`, `--raw`, `<SERIES>`, `[PATTERN]`.
fn name(argument: &Arg) -> String {
    let value = || {
        argument
            .get_value_names()
            .and_then(|names| names.first())
            .map_or_else(
                || argument.get_id().to_string().to_uppercase(),
                ToString::to_string,
            )
    };
    match argument.get_long() {
        Some(long) if argument.get_action().takes_values() => format!("--{long} <{}>", value()),
        Some(long) => format!("--{long}"),
        None if argument.is_required_set() => format!("<{}>", value()),
        None => format!("[{}]", value()),
    }
}

fn choice(value: &clap::builder::PossibleValue) -> String {
    let name = value.get_name();
    match value.get_help() {
        Some(help) => format!("`{name}`: {}", help.to_string().trim_end_matches('.')),
        None => format!("`{name}`"),
    }
}

/// The line below `Example:`.
fn example(command: &Command) -> Option<String> {
    let text = command.get_after_help()?.to_string();
    let (head, line) = text.split_once('\n')?;
    assert_eq!(head, "Example:", "{}", command.get_name());
    Some(line.trim().to_owned())
}

const HEAD: &str = "\
# Command line

Written from the source; `UPDATE_DOCS=1 cargo test docs` renews it. `mscons-gateway help COMMAND`
says the same.

Results go to stdout, logs, progress and complaints to stderr. Exit codes: 0 all is done; 1 it ran,
and some of it failed; 2 the command line or the configuration must be changed.

Series are named by number, location, OBIS code or `location/obis`; where several may be meant, `*`
stands for any characters. Times without a zone are those of `time_zone` in the configuration.

## For every command
";
