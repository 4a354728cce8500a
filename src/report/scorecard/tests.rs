//! What a scorecard says.

use super::*;
use crate::config::report::{Period, Template};
use crate::report::plain::plain;
use crate::series::quality::Quality;
use crate::text::Language;

fn card() -> Scorecard {
    let today = "2026-11-02".parse().unwrap();
    let span = Span::of(Period::Auto, Template::Scorecard, today).unwrap();
    let first = day(span.first);
    let complete = Completeness {
        expected: 96,
        present: 96,
        worst: Quality::Measured,
    };
    Scorecard {
        partner: "Netz Musterstadt".to_owned(),
        id: "9905048000007".to_owned(),
        span,
        series: vec![Delivery {
            name: "50120962218 1-1:1.29.0".to_owned(),
            punctuality: Punctuality {
                on_time: 30,
                late: 1,
                incomplete: 0,
                unknown: 0,
            },
            completeness: Some(complete),
            values: 2980,
            substitutes: 1,
            corrected: 0,
        }],
        days: (0..31).map(|n| (first.plus(n), complete)).collect(),
        messages: Messages {
            messages: 31,
            cancellations: 0,
            interchanges: 31,
            with_findings: 2,
            findings: 5,
            barred: 0,
        },
        began: UtcTime::parse("2026-09-01T00:00:00Z"),
        is_cut: false,
    }
}

fn value(card: &Scorecard, name: &str) -> (String, String) {
    let content = content(card, &Text::new(Language::En));
    let Some(Part::Facts(facts)) = content.sections[0].parts.first() else {
        panic!("the figures come first");
    };
    let fact = facts.iter().find(|fact| fact.name == name).unwrap();
    (fact.value.replace('\u{a0}', " "), fact.note.clone())
}

#[test]
fn a_share_is_whole_only_if_all_of_it_is() {
    let card = card();
    assert_eq!(value(&card, "Punctual").0, "96.7 %");
    assert_eq!(value(&card, "Complete").0, "100 %");
    assert_eq!(value(&card, "substitute").0, "0.1 %");
    assert_eq!(value(&card, "Corrected").0, "0.0 %");
    assert_eq!(value(&card, "Faults of syntax").0, "5");
    let text = plain(&content(&card, &Text::new(Language::De)));
    assert!(text.contains("Oktober 2026"), "{text}");
    assert!(text.contains("9905048000007"), "{text}");
}

#[test]
fn what_is_not_known_is_said_to_be_unknown() {
    let mut card = card();
    card.series[0].punctuality = Punctuality {
        unknown: 31,
        ..Punctuality::default()
    };
    let (value_of, why) = value(&card, "Punctual");
    assert_eq!(value_of, "unknown");
    assert!(why.contains("1 Sep 2026"), "{why}");
    card.series.clear();
    card.days.clear();
    card.messages = Messages::default();
    for name in [
        "Punctual",
        "Complete",
        "substitute",
        "Corrected",
        "Faults of syntax",
    ] {
        assert_eq!(value(&card, name).0, "unknown", "{name}");
    }
}
