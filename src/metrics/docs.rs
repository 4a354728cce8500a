//! `docs/METRICS.md`, written from the table.

use std::fmt::Write as _;

use crate::metrics::table::{
    ACTORS, ALERT_KINDS, ALL, MESSAGE_TYPES, MetricKind, NO_PID, OTHER, PIDS, QUALIFIERS,
};
use crate::metrics::{AlertResult, InterchangeResult, PollResult, RefreshResult, Release};

/// The page that documents every metric: name, kind, labels, their values, buckets.
pub fn docs_markdown() -> String {
    let mut page = String::from(HEAD);
    for metric in ALL {
        let labels = codes(metric.labels);
        line(
            &mut page,
            &[
                &format!("`{}`", metric.name),
                metric.kind.label(),
                &labels,
                metric.help,
            ],
        );
    }
    page.push_str(LABELS_HEAD);
    line(
        &mut page,
        &["`action`", &codes(&Release::ALL.map(Release::label))],
    );
    line(
        &mut page,
        &[
            "`result` of a poll",
            &codes(&PollResult::ALL.map(PollResult::label)),
        ],
    );
    let results = InterchangeResult::ALL.map(InterchangeResult::label);
    line(&mut page, &["`result` of an interchange", &codes(&results)]);
    let results = RefreshResult::ALL.map(RefreshResult::label);
    line(&mut page, &["`result` of a token", &codes(&results)]);
    let results = AlertResult::ALL.map(AlertResult::label);
    line(&mut page, &["`result` of an alert", &codes(&results)]);
    line(&mut page, &["`kind`", &codes(ALERT_KINDS)]);
    line(
        &mut page,
        &["`type`", &codes(&[MESSAGE_TYPES, &[OTHER]].concat())],
    );
    line(
        &mut page,
        &["`pid`", &codes(&[PIDS, &[NO_PID, OTHER]].concat())],
    );
    line(
        &mut page,
        &["`qualifier`", &codes(&[QUALIFIERS, &[OTHER]].concat())],
    );
    line(
        &mut page,
        &["`actor`", &codes(&[ACTORS, &[OTHER]].concat())],
    );
    page.push_str(BUCKETS_HEAD);
    for metric in ALL
        .iter()
        .filter(|metric| metric.kind == MetricKind::Histogram)
    {
        let bounds: Vec<String> = metric.buckets.iter().map(f64::to_string).collect();
        line(
            &mut page,
            &[&format!("`{}`", metric.name), &bounds.join(", ")],
        );
    }
    page
}

/// A line of a table, without blanks where a cell is empty.
fn line(page: &mut String, cells: &[&str]) {
    for cell in cells {
        let blank = if cell.is_empty() { "" } else { " " };
        let _ = write!(page, "| {cell}{blank}");
    }
    page.push_str("|\n");
}

fn codes(values: &[&str]) -> String {
    let quoted: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
    quoted.join(", ")
}

const HEAD: &str = "\
# Metrics

`GET /metrics` answers in Prometheus' text format. Every series exists at 0 from the start. Label
values come from the configuration or from the lists below; whatever else a mail says is `other`.

| metric | kind | labels | tells |
| --- | --- | --- | --- |
";

const LABELS_HEAD: &str = "
## Label values

`mailbox` is the name of a mailbox in the configuration, `partner` the id of a partner there, or `none`,
`account` the name of a Microsoft account.

| label | values |
| --- | --- |
";

const BUCKETS_HEAD: &str = "
## Buckets

| histogram | upper bounds in seconds |
| --- | --- |
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_every_metric_once_in_its_table() {
        let page = docs_markdown();
        for metric in ALL {
            let row = format!("| `{}` | {} |", metric.name, metric.kind.label());
            assert_eq!(page.matches(&row).count(), 1, "{}", metric.name);
        }
        assert!(!page.contains("  |"), "no cell ends in two blanks");
    }
}
