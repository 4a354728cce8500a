//! What Microsoft's refusals mean, as a table within a page that people wrote.

use mscons_gateway::oauth::Meaning;
use mscons_gateway::text::{Language, Text};

/// The page with today's table in its place.
pub(super) fn replaced(page: &str) -> String {
    let (before, rest) = page
        .split_once(BEGIN)
        .expect("the place of the table begins");
    let (_, after) = rest.split_once(END).expect("the place of the table ends");
    format!("{before}{BEGIN}\n{}{END}{after}", table())
}

fn table() -> String {
    let (german, english) = (Text::new(Language::De), Text::new(Language::En));
    let row = |meaning: &Meaning| {
        format!(
            "| {} | {} | {} |\n",
            meaning.codes(),
            meaning.explain(&german),
            meaning.explain(&english)
        )
    };
    let rows: String = Meaning::ALL.iter().map(row).collect();
    format!("| AADSTS | Deutsch | English |\n|---|---|---|\n{rows}")
}

const BEGIN: &str = "<!-- generated: meanings -->";
const END: &str = "<!-- /generated -->";
