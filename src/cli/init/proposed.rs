//! `[[partner]]` and `[[expect]]` that are proposed, as the end of a configuration file. What comes
//! regularly stands there as it holds; the rest as comments.

use std::fmt::Write as _;

use crate::cli::init::settings::quoted;
use crate::market::calendar::legal_day;
use crate::upkeep::proposal::{Proposal, Proposed};

/// The sections; empty if nothing was found.
pub(super) fn toml(proposal: &Proposal) -> String {
    let mut text = String::new();
    if !proposal.partners.is_empty() {
        text.push_str(PARTNERS);
    }
    for partner in &proposal.partners {
        add(
            &mut text,
            format_args!(
                "[[partner]]\nname = {}\nid = {}\n\n",
                quoted(&partner.name),
                quoted(&partner.id)
            ),
        );
    }
    for (head, mark, is_regular) in [(REGULAR, "", true), (SELDOM, "#", false)] {
        let mut fitting = proposal
            .expects
            .iter()
            .filter(|one| one.is_regular == is_regular)
            .peekable();
        if fitting.peek().is_some() {
            text.push_str(head);
        }
        for one in fitting {
            expect(&mut text, one, mark);
        }
    }
    if proposal.left_out > 0 {
        add(
            &mut text,
            format_args!(
                "# {} series more were found. A pattern expects many: location = \"5012*\".\n",
                proposal.left_out
            ),
        );
    }
    text
}

fn expect(text: &mut String, proposed: &Proposed, mark: &str) {
    let Proposed {
        expect,
        messages,
        last,
        ..
    } = proposed;
    let last = last.map_or_else(String::new, |at| format!(", the last on {}", legal_day(at)));
    add(
        text,
        format_args!("# {messages} message(s) seen{last}\n{mark}[[expect]]\n"),
    );
    let due = expect.due.to_string();
    for (key, value) in [
        ("location", &expect.location),
        ("obis", &expect.obis),
        ("partner", &expect.partner),
        ("due", &due),
    ] {
        if !value.is_empty() {
            add(text, format_args!("{mark}{key} = {}\n", quoted(value)));
        }
    }
    text.push('\n');
}

fn add(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = text.write_fmt(line);
}

const PARTNERS: &str = "
# Who sends MSCONS to the mailbox. Write the names as you say them.
";
const REGULAR: &str = "\
# What came regularly: `mscons-gateway gaps` and the page of gaps tell when it is late, [alert] tells you.
# `due` is an hour or two after the latest arrival that was seen: German legal time, and days (+1d)
# or working days (+1wd) after the delivery day.
";
const SELDOM: &str = "\
# What came too seldom, or no more: take the `#` away to expect it, and set `due`.
";
