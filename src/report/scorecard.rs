//! The scorecard of a partner: how punctual, complete and final what it sent was. Fit to be sent to
//! it; what is not known is said to be unknown.

use crate::chart::bars::{Bar, bars};
use crate::chart::{Dress, Frame};
use crate::market::calendar::{Day, UtcTime};
use crate::report::Span;
use crate::report::content::{Cell, Chart, Content, Fact, Line, Part, Section, Table, Tone};
use crate::report::energy::CHART_WIDTH;
use crate::report::figures::whole;
use crate::report::span::day;
use crate::series::completeness::Completeness;
use crate::series::rhythm::Border;
use crate::text::{Text, shorten, with_unit};

/// What a scorecard is made of.
#[derive(Debug)]
pub struct Scorecard {
    /// What the partner is called.
    pub partner: String,
    /// Its MP-ID.
    pub id: String,
    /// The time that it tells of.
    pub span: Span,
    /// Each series that an `[[expect]]` names as this partner's.
    pub series: Vec<Delivery>,
    /// How complete each day of delivery is, all series together.
    pub days: Vec<(Day, Completeness)>,
    /// What its messages of that time were like.
    pub messages: Messages,
    /// When the first mail was taken in: of days before nobody knows when their values came.
    pub began: Option<UtcTime>,
    /// Some of the figures are of less than all, since there was too much to read.
    pub is_cut: bool,
}

/// How one series was delivered.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Delivery {
    /// Location and OBIS code.
    pub name: String,
    /// When its days were there.
    pub punctuality: Punctuality,
    /// How many values should be there, and are. `None` if nothing tells.
    pub completeness: Option<Completeness>,
    /// How many values there are.
    pub values: u64,
    /// How many of them are substitutes.
    pub substitutes: u64,
    /// How many were corrected.
    pub corrected: u64,
}

/// How many days of delivery were complete when they were due.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Punctuality {
    /// Complete when they were due.
    pub on_time: u64,
    /// Complete now, and not when they were due.
    pub late: u64,
    /// Not complete now.
    pub incomplete: u64,
    /// Complete now; whether they were when they were due, nobody knows.
    pub unknown: u64,
}

/// What messages were like.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Messages {
    /// Messages that came.
    pub messages: u64,
    /// Those among them that cancel others.
    pub cancellations: u64,
    /// The interchanges that they came in.
    pub interchanges: u64,
    /// Those among them that break the rules of EDIFACT or MSCONS somewhere.
    pub with_findings: u64,
    /// How often they do.
    pub findings: u64,
    /// Interchanges of which something could not be taken in.
    pub barred: u64,
}

impl Punctuality {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            on_time: self.on_time + other.on_time,
            late: self.late + other.late,
            incomplete: self.incomplete + other.incomplete,
            unknown: self.unknown + other.unknown,
        }
    }

    /// Days of which it is known whether they were punctual.
    fn known(self) -> u64 {
        self.on_time + self.late + self.incomplete
    }
}

/// What the scorecard says.
pub fn content(card: &Scorecard, text: &Text) -> Content {
    let partner = shorten(&card.partner, NAME_CHARACTERS);
    let mut sections = vec![Section {
        heading: text.card_figures(),
        parts: vec![Part::Facts(facts(card, text))],
    }];
    if whole(&card.days).expected > 0 {
        sections.push(Section {
            heading: text.card_days(),
            parts: vec![Part::Chart(chart(card, text))],
        });
    }
    if !card.series.is_empty() {
        sections.push(Section {
            heading: text.card_series(),
            parts: vec![Part::Table(table(card, text))],
        });
    }
    Content {
        title: text.card_title(&partner),
        period: card.span.name(text),
        summary: summary(card, text),
        sections,
        notes: notes(card, text),
    }
}

fn punctuality(card: &Scorecard) -> Punctuality {
    let each = card.series.iter().map(|series| series.punctuality);
    each.fold(Punctuality::default(), Punctuality::and)
}

fn completeness(card: &Scorecard) -> Option<Completeness> {
    let sum = whole(&card.days);
    (sum.expected > 0).then_some(sum)
}

fn summary(card: &Scorecard, text: &Text) -> Vec<Line> {
    let name = shorten(&card.partner, NAME_CHARACTERS);
    let mut lines = vec![Line::plain(text.card_lead(&name, &card.id))];
    match completeness(card) {
        None => lines.push(Line::toned(text.card_nothing_expected(), Tone::Warn)),
        Some(sum) if sum.is_complete() => {
            lines.push(Line::toned(text.card_complete(), Tone::Good));
        }
        Some(sum) => {
            let missing = sum.expected - sum.present;
            let line = text.card_incomplete(missing, &text.count(sum.expected));
            lines.push(Line::toned(line, Tone::Warn));
        }
    }
    lines
}

fn facts(card: &Scorecard, text: &Text) -> Vec<Fact> {
    let fact = |name: String, (value, note, tone): (String, String, Tone)| Fact {
        name,
        value,
        note,
        tone,
    };
    let unknown = |why: String| (text.card_unknown(), why, Tone::Plain);
    let values: u64 = card.series.iter().map(|series| series.values).sum();
    let of_values = |part: fn(&Delivery) -> u64| -> u64 { card.series.iter().map(part).sum() };
    let substitutes = of_values(|series| series.substitutes);
    let corrected = of_values(|series| series.corrected);
    let told = |part: u64| {
        let share = shared_up(part, values, text);
        let note = text.card_of_values(&text.count(part), &text.count(values));
        (share, note, tone(part == 0))
    };
    let no_values = || unknown(text.card_no_values());
    vec![
        fact(text.card_punctuality(), punctual(card, text)),
        fact(
            text.report_complete(),
            completeness(card).map_or_else(no_values, |sum| {
                let share = with_unit(&text.permille_as_percent(sum.permille()), "%");
                let (present, expected) = (text.count(sum.present), text.count(sum.expected));
                let note = text.card_of_values(&present, &expected);
                (share, note, tone(sum.is_complete()))
            }),
        ),
        fact(
            text.quality_substitute(),
            if values == 0 {
                no_values()
            } else {
                told(substitutes)
            },
        ),
        fact(
            text.card_corrections(),
            if values == 0 {
                no_values()
            } else {
                told(corrected)
            },
        ),
        fact(text.card_syntax(), syntax(card, text)),
        fact(
            text.card_cancellations(),
            match card.messages.messages {
                0 => unknown(text.card_no_messages()),
                all => (
                    text.count(card.messages.cancellations),
                    text.card_of_messages(&text.count(all)),
                    Tone::Plain,
                ),
            },
        ),
    ]
}

fn punctual(card: &Scorecard, text: &Text) -> (String, String, Tone) {
    let sum = punctuality(card);
    let known = sum.known();
    if known == 0 {
        let why = match card.began {
            Some(began) if sum.unknown > 0 => text.card_began(&text.date_of(began.seconds())),
            Some(_) | None => text.card_no_deadline(),
        };
        return (text.card_unknown(), why, Tone::Plain);
    }
    let share = shared_down(sum.on_time, known, text);
    let (on_time, all) = (text.count(sum.on_time), text.count(known));
    let mut note = text.card_of_days(&on_time, &all);
    if sum.unknown > 0 {
        note = format!("{note}; {}", text.card_days_unknown(sum.unknown));
    }
    (share, note, tone(sum.on_time == known))
}

fn syntax(card: &Scorecard, text: &Text) -> (String, String, Tone) {
    let Messages {
        interchanges,
        with_findings,
        findings,
        barred,
        ..
    } = card.messages;
    if interchanges == 0 {
        return (text.card_unknown(), text.card_no_messages(), Tone::Plain);
    }
    let mut note = text.card_of_files(&text.count(with_findings), &text.count(interchanges));
    if barred > 0 {
        note = format!("{note}; {}", text.card_barred(barred));
    }
    (text.count(findings), note, tone(findings == 0))
}

fn tone(is_good: bool) -> Tone {
    if is_good { Tone::Good } else { Tone::Warn }
}

fn table(card: &Scorecard, text: &Text) -> Table {
    let header = vec![
        text.report_series(),
        text.card_punctuality(),
        text.report_complete(),
        text.quality_substitute(),
        text.card_corrections(),
    ];
    let row = |series: &Delivery| {
        let known = series.punctuality.known();
        let punctual = if known == 0 {
            Cell::of(text.card_unknown())
        } else {
            let on_time = series.punctuality.on_time;
            Cell::of(shared_down(on_time, known, text)).toned(tone(on_time == known))
        };
        let complete = series.completeness.filter(|sum| sum.expected > 0);
        let complete = complete.map_or_else(
            || Cell::of(text.card_unknown()),
            |sum| {
                let share = with_unit(&text.permille_as_percent(sum.permille()), "%");
                let missing = sum.expected.saturating_sub(sum.present);
                let cell = Cell::of(share).toned(tone(sum.is_complete()));
                if missing > 0 {
                    cell.noted(text.report_missing(missing))
                } else {
                    cell
                }
            },
        );
        let of_values = |part: u64| {
            Cell::of(match series.values {
                0 => text.card_unknown(),
                values => shared_up(part, values, text),
            })
        };
        vec![
            Cell::of(shorten(&series.name, NAME_CHARACTERS)),
            punctual,
            complete,
            of_values(series.substitutes),
            of_values(series.corrected),
        ]
    };
    Table {
        header,
        rows: card.series.iter().take(ROWS_MOST).map(row).collect(),
    }
}

fn chart(card: &Scorecard, text: &Text) -> Chart {
    let title = text.digest_chart();
    let (from, to) = card.span.bounds(Border::Midnight);
    let frame = Frame {
        title: &title,
        unit: "",
        from,
        to,
        width: CHART_WIDTH,
        height: 160,
        language: text.language(),
        time_zone: text.time_zone(),
    };
    let first = day(card.span.first).number();
    let list: Vec<Bar> = card
        .days
        .iter()
        .map(|(at, completeness)| {
            let date = card.span.first;
            let since = i64::from(at.number() - first);
            let date = date.saturating_add(jiff::Span::new().days(since));
            Bar {
                label: date.day().to_string(),
                present: completeness.present,
                expected: completeness.expected,
            }
        })
        .collect();
    let sum = whole(&card.days);
    let share = with_unit(&text.permille_as_percent(sum.permille()), "%");
    let incomplete = card.days.iter().filter(|(_, day)| !day.is_complete());
    let incomplete = u64::try_from(incomplete.count()).unwrap_or(u64::MAX);
    let words = text.card_chart_words(&share, incomplete);
    Chart {
        svg: bars(&frame, &list, &words, Dress::Document),
        words,
    }
}

fn notes(card: &Scorecard, text: &Text) -> Vec<String> {
    let mut notes = vec![text.card_note_punctuality(), text.card_note_syntax()];
    if card.series.len() > ROWS_MOST {
        let all = u64::try_from(card.series.len()).unwrap_or(u64::MAX);
        notes.push(text.card_rows_cut(all));
    }
    if card.is_cut {
        notes.push(text.digest_cut());
    }
    notes
}

/// A part of a whole in percent, rounded down: 100 only for all of it.
fn shared_down(part: u64, whole: u64, text: &Text) -> String {
    let permille = u128::from(part.min(whole)) * 1000 / u128::from(whole.max(1));
    in_percent(permille, text)
}

/// The same rounded up: 0 only for nothing of it.
fn shared_up(part: u64, whole: u64, text: &Text) -> String {
    let permille = (u128::from(part.min(whole)) * 1000).div_ceil(u128::from(whole.max(1)));
    in_percent(permille, text)
}

fn in_percent(permille: u128, text: &Text) -> String {
    let permille = u16::try_from(permille).unwrap_or(1000);
    with_unit(&text.permille_as_percent(permille), "%")
}

/// More rows make a letter nobody reads.
const ROWS_MOST: usize = 40;
const NAME_CHARACTERS: usize = 60;

#[cfg(test)]
mod tests;
