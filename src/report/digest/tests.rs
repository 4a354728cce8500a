//! What a digest says.

use super::*;
use crate::config::report::{Period, Template};
use crate::market::quantity::Decimal;
use crate::report::plain::plain;
use crate::report::span::day;
use crate::series::quality::Quality;
use crate::text::Language;

fn digest() -> Digest {
    let today = "2026-11-23".parse().unwrap();
    let span = Span::of(Period::Auto, Template::Digest, today).unwrap();
    let first = day(span.first);
    let complete = Completeness {
        expected: 192,
        present: 192,
        worst: Quality::Measured,
    };
    Digest {
        span,
        came: Came {
            mails: 12,
            messages: 14,
            values: 1344,
            cancellations: 0,
            since: None,
            senders: vec![("Netz Musterstadt".to_owned(), 14)],
        },
        days: (0..7).map(|n| (first.plus(n), complete)).collect(),
        series: 2,
        with_gaps: 0,
        late: Vec::new(),
        late_series: 0,
        corrections: Vec::new(),
        corrected: 0,
        waiting: Waiting::default(),
        main: None,
        is_cut: false,
    }
}

fn told(digest: &Digest, language: Language) -> (Content, String) {
    let content = content(digest, &Text::new(language));
    let text = plain(&content);
    (content, text)
}

#[test]
fn a_good_week_is_told_in_few_words() {
    let (content, text) = told(&digest(), Language::De);
    assert_eq!(content.summary[0].tone, Tone::Good);
    for part in [
        "12 Mails",
        "1.344 Werten",
        "Netz Musterstadt (14)",
        "Mo 16.11.2026",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert_eq!(content.charts().count(), 1);
    let (_, english) = told(&digest(), Language::En);
    assert!(english.contains("1,344 values"), "{english}");
}

#[test]
fn a_bad_week_names_what_is_to_be_done() {
    let mut digest = digest();
    digest.days[6].1.present = 96;
    digest.with_gaps = 1;
    digest.late_series = 7;
    digest.late = vec![
        Late {
            series: "50120962218 1-1:1.29.0".to_owned(),
            partner: "Netz Musterstadt".to_owned(),
            missing: 96,
            since: UtcTime::parse("2026-11-23T09:00:00Z").unwrap(),
        };
        5
    ];
    digest.corrected = 3;
    digest.corrections.push(Correction {
        series: "41373559241".to_owned(),
        values: 3,
        difference: Decimal::parse(b"-12.5").map(Sum::from),
        unit: "kWh".to_owned(),
    });
    digest.waiting = Waiting {
        quarantine: 1,
        unsent: 2,
    };
    let (content, text) = told(&digest, Language::De);
    assert_eq!(content.summary[0].tone, Tone::Bad);
    for part in [
        "10 ",
        "Eine von 2 Zeitreihen hat Lücken; 96 Werte fehlen (92,8 %",
        "So 22. 50,0 %",
        "−12,5 kWh",
        "2 weitere",
        "Quarantäne",
    ] {
        let text = text.replace('\n', " ");
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn an_empty_store_claims_nothing() {
    let mut digest = digest();
    digest.came = Came::default();
    digest.days.clear();
    digest.series = 0;
    let (content, _) = told(&digest, Language::En);
    assert_eq!(content.summary[0].tone, Tone::Warn);
    assert_eq!(content.charts().count(), 0);
}
