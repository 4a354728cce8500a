//! `/`: whether all is well, what came last, and how the liveliest series look.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::chart::measure::Measure;
use crate::config::mailbox::Protocol;
use crate::health::{MailboxHealth, MailboxState, Snapshot};
use crate::mail::Summary;
use crate::market::calendar::UtcTime;
use crate::oauth::Accounts;
use crate::query::QueryError;
use crate::series::Kind;
use crate::series::merge::Held;
use crate::store::StoreError;
use crate::store::ledger::{MessageRecord, SeriesEntry, Totals};
use crate::text::{Text, shorten, with_unit};
use crate::web::Context;
use crate::web::gallery;
use crate::web::pages::messages::MessageRow;
use crate::web::pages::series::{known, small_chart};
use crate::web::pages::{Shell, Tab, render, show};

/// What the page is made of.
struct Status {
    health: Snapshot,
    totals: Totals,
    messages: Vec<(u64, MessageRecord)>,
    gallery: Vec<(SeriesEntry, Vec<Held>)>,
    /// How many there are, the virtual ones too.
    series: u64,
    /// The Microsoft accounts that nothing works with before somebody signs in.
    sign_ins: Vec<String>,
}

#[derive(Template)]
#[template(path = "status.html", config = "src/web/askama.toml")]
struct StatusPage<'a> {
    shell: Shell<'a>,
    tone: &'static str,
    headline: String,
    last_message: String,
    since: String,
    totals: Vec<Total>,
    mailboxes: Vec<MailboxCard>,
    /// Accounts that wait for a person.
    sign_ins: Vec<String>,
    cards: Vec<SeriesCard>,
    all_series: String,
    messages: Vec<MessageRow>,
}

struct Total {
    href: &'static str,
    number: String,
    label: String,
    note: String,
    is_warning: bool,
}

struct MailboxCard {
    name: String,
    place: String,
    tone: &'static str,
    state: String,
    error: String,
    remedy: String,
    facts: Vec<(String, String)>,
}

struct SeriesCard {
    href: String,
    location: String,
    what: String,
    last: String,
    until: String,
    chart: String,
}

/// The handler.
pub(crate) async fn page(context: Data<Context>) -> HttpResponse {
    show(context, |context| {
        let status = gather(context)?;
        render(&view(&status, &context.text))
    })
    .await
}

fn gather(context: &Context) -> Result<Status, StoreError> {
    let store = context.store.as_ref();
    let catalogue = context.catalogue();
    let series = catalogue.series()?;
    let count = series.len() as u64;
    let mut shown = Vec::new();
    for entry in gallery::choose(series) {
        let (known_from, known_to) = known(&entry, &context.text);
        let shown_seconds = match entry.key.kind {
            Kind::Reading => GALLERY_READINGS_SECONDS,
            Kind::Interval | Kind::Timeless => GALLERY_SECONDS,
        };
        let from = known_from.max(UtcTime::from_seconds(known_to.seconds() - shown_seconds));
        match catalogue.held(&entry, (from, known_to), None) {
            Ok(held) => shown.push((entry, held)),
            Err(QueryError::Store(error)) => return Err(error),
            // What is wrong with it, its own page says.
            Err(QueryError::Refused { .. } | QueryError::Virtual { .. }) => {}
        }
    }
    Ok(Status {
        health: context.health.snapshot(),
        totals: context.totals()?,
        messages: store.messages(u64::MAX, LATEST_MESSAGES)?,
        gallery: shown,
        series: count,
        sign_ins: waiting(&context.accounts),
    })
}

fn waiting(accounts: &Accounts) -> Vec<String> {
    let known = accounts.all().into_iter();
    let waiting = known.filter(|account| account.is_used && account.needs_sign_in());
    waiting.map(|account| account.name).collect()
}

fn view<'a>(status: &Status, text: &'a Text) -> StatusPage<'a> {
    let (tone, headline) = headline(status, text);
    StatusPage {
        shell: Shell::new(
            text,
            Tab::Status,
            text.nav_status(),
            status.totals.quarantine,
        ),
        tone,
        headline,
        last_message: match status.messages.first() {
            Some((_, message)) => text.status_last_message(&text.date_time(message.arrived)),
            None => text.status_no_message(),
        },
        since: text.status_since(&text.date_time(status.health.started.seconds())),
        totals: totals(&status.totals, status.health.overdue_series, text),
        mailboxes: status
            .health
            .mailboxes
            .iter()
            .map(|mailbox| card(mailbox, text))
            .collect(),
        sign_ins: status
            .sign_ins
            .iter()
            .map(|name| text.status_sign_in(name))
            .collect(),
        cards: status
            .gallery
            .iter()
            .map(|(entry, held)| thumbnail(entry, held, text))
            .collect(),
        all_series: text.gallery_all(status.series),
        messages: status
            .messages
            .iter()
            .map(|(at, message)| MessageRow::of(*at, message, None, None, text))
            .collect(),
    }
}

fn headline(status: &Status, text: &Text) -> (&'static str, String) {
    let health = &status.health;
    let is_down = |mailbox: &&MailboxHealth| matches!(mailbox.state, MailboxState::Down { .. });
    let down = u64::try_from(health.mailboxes.iter().filter(is_down).count()).unwrap_or(u64::MAX);
    let is_starting = |mailbox: &MailboxHealth| mailbox.state == MailboxState::Starting;
    match (health.is_store_ready && health.store_fault.is_none(), down) {
        (false, _) => ("bad", text.status_store_failed()),
        (true, 1..) => ("bad", text.status_mailboxes_down(down)),
        (true, 0) if !status.sign_ins.is_empty() => ("bad", text.status_sign_in_missing()),
        (true, 0) if health.mailboxes.is_empty() => ("idle", text.status_no_mailbox()),
        (true, 0) if health.mailboxes.iter().any(is_starting) => ("idle", text.status_starting()),
        (true, 0) => ("good", text.status_all_well()),
    }
}

fn totals(totals: &Totals, overdue: Option<u64>, text: &Text) -> Vec<Total> {
    let plain = |href, number: u64, label| Total {
        href,
        number: text.count(number),
        label,
        note: String::new(),
        is_warning: false,
    };
    let duplicates = totals.duplicates;
    let note = if duplicates > 0 {
        text.total_duplicates(duplicates)
    } else {
        String::new()
    };
    let disk = totals.database_bytes.saturating_add(totals.archive_bytes);
    let overdue = overdue.map(|overdue| Total {
        is_warning: overdue > 0,
        ..plain("/gaps", overdue, text.total_overdue())
    });
    let shown = vec![
        plain("/series", totals.series, text.total_series()),
        plain("/series", totals.values, text.total_values()),
        Total {
            note,
            ..plain("/messages", totals.messages, text.total_messages())
        },
        plain("/messages", totals.mails, text.total_mails()),
        Total {
            is_warning: totals.quarantine > 0,
            ..plain("/quarantine", totals.quarantine, text.total_quarantine())
        },
        Total {
            number: text.bytes(disk),
            ..plain("/metrics", 0, text.total_disk())
        },
    ];
    shown.into_iter().chain(overdue).collect()
}

fn card(mailbox: &MailboxHealth, text: &Text) -> MailboxCard {
    let (tone, state, error, remedy) = match &mailbox.state {
        MailboxState::Starting => ("idle", text.mailbox_starting(), "", String::new()),
        MailboxState::Up => ("good", text.mailbox_up(), "", String::new()),
        MailboxState::Down {
            since,
            error,
            is_transient,
            account,
        } => {
            let since = text.mailbox_down_since(&text.date_time(since.seconds()));
            if let Some(account) = account {
                let state = if account.needs_sign_in {
                    text.mailbox_needs_sign_in()
                } else if *is_transient {
                    text.mailbox_down()
                } else {
                    text.mailbox_down_act()
                };
                let remedy = format!("{since}. {}", account.meaning.explain(text));
                ("bad", state, error.as_str(), remedy)
            } else if *is_transient {
                let remedy = format!("{since}. {}", text.mailbox_retries());
                ("bad", text.mailbox_down(), error.as_str(), remedy)
            } else {
                ("bad", text.mailbox_down_act(), error.as_str(), since)
            }
        }
    };
    let when = |at: Option<UtcTime>| {
        at.map_or_else(|| text.mailbox_never(), |at| text.date_time(at.seconds()))
    };
    let mut facts = vec![(text.mailbox_last_success(), when(mailbox.last_success))];
    if let Some(next) = mailbox.next_poll {
        facts.push((text.mailbox_next_poll(), text.time_of(next.seconds())));
    }
    if let Some(summary) = mailbox.last_summary {
        facts.push((text.mailbox_last_poll(), summary_line(summary, text)));
    }
    if let Some(until) = mailbox.certificate_until {
        facts.push((text.mailbox_certificate(), text.date_of(until.seconds())));
    }
    facts.push((
        text.mailbox_since_start(),
        summary_line(mailbox.since_start, text),
    ));
    let protocol = match mailbox.protocol {
        Protocol::Imap => "IMAP".to_owned(),
        Protocol::Pop3 => "POP3".to_owned(),
        Protocol::Maildir => "Maildir".to_owned(),
        Protocol::Folder => text.protocol_folder(),
    };
    MailboxCard {
        name: mailbox.name.clone(),
        place: format!("{protocol} · {}", shorten(&mailbox.host, 80)),
        tone,
        state,
        error: shorten(error, 400),
        remedy,
        facts,
    }
}

fn summary_line(summary: Summary, text: &Text) -> String {
    if summary.durable == 0 && summary.too_large == 0 {
        return text.mailbox_nothing_new();
    }
    let mut parts = vec![text.mailbox_mails(summary.durable)];
    if summary.duplicates > 0 {
        parts.push(text.mailbox_duplicates(summary.duplicates));
    }
    if summary.quarantined > 0 {
        parts.push(text.mailbox_quarantined(summary.quarantined));
    }
    if summary.irrelevant > 0 {
        parts.push(text.mailbox_irrelevant(summary.irrelevant));
    }
    if summary.too_large > 0 {
        parts.push(text.mailbox_too_large(summary.too_large));
    }
    parts.join(", ")
}

fn thumbnail(entry: &SeriesEntry, held: &[Held], text: &Text) -> SeriesCard {
    let measure = Measure::of(&entry.key, text);
    let last = held.iter().rev().find(|held| held.value.is_some());
    let number = last.and_then(|held| held.value);
    let until = last.and_then(|held| held.end);
    SeriesCard {
        href: format!("/series/{}", entry.id),
        location: match entry.key.location.as_str() {
            "" => text.series_without_location(),
            location => shorten(location, 40),
        },
        what: if measure.name.is_empty() {
            shorten(&entry.key.obis, 40)
        } else {
            measure.name
        },
        last: number.map_or_else(String::new, |number| {
            let shown = text.decimal(i128::from(number.mantissa()), number.scale());
            with_unit(&shown, &measure.unit)
        }),
        until: until.map_or_else(String::new, |at| {
            text.gallery_until(&text.date_time(at.seconds()))
        }),
        chart: small_chart(entry, held, text),
    }
}

/// The last week of a series.
const GALLERY_SECONDS: i64 = 7 * 86_400;
/// The last year of a meter, which is read once a month or once a day.
const GALLERY_READINGS_SECONDS: i64 = 366 * 86_400;
/// Enough to see that something comes.
const LATEST_MESSAGES: usize = 8;
