//! `/outbox`: mails of ours, newest first, and the stories of those that ask for data.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use crate::request::story::{Standing, Story, story};
use crate::store::StoreError;
use crate::store::outbox::{OutboxRecord, OutboxState, Purpose, Undone};
use crate::text::{Text, shorten};
use crate::web::Context;
use crate::web::pages::{CELL_CHARACTERS, Shell, Tab, render, show};

#[derive(Template)]
#[template(path = "outbox.html", config = "src/web/askama.toml")]
struct OutboxPage<'a> {
    shell: Shell<'a>,
    lead: String,
    mails: Vec<MailRow>,
    older: String,
    is_newest: bool,
}

struct MailRow {
    number: u64,
    written: String,
    purpose: String,
    /// What is asked for.
    about: String,
    to: String,
    subject: String,
    state: String,
    /// Of the style sheet.
    class: &'static str,
    since: String,
    answer: String,
}

/// What the address says.
#[derive(Debug, Deserialize)]
pub(crate) struct Address {
    /// Only mails below this number.
    below: Option<u64>,
}

/// What the page is made of.
struct Shown {
    mails: Vec<(u64, OutboxRecord, Option<Story>)>,
    is_newest: bool,
    undone: Undone,
    quarantine: u64,
}

/// The handler.
pub(crate) async fn page(context: Data<Context>, address: Query<Address>) -> HttpResponse {
    show(context, move |context| {
        let data = gather(context, address.below)?;
        render(&view(&data, &context.text))
    })
    .await
}

fn gather(context: &Context, below: Option<u64>) -> Result<Shown, StoreError> {
    let store = context.store.as_ref();
    let totals = store.totals()?;
    let mails = store
        .outbox(below.unwrap_or(u64::MAX), MAILS_A_PAGE)?
        .into_iter()
        .map(|(number, mail)| {
            let told = match mail.purpose {
                Purpose::Request => story(store, number)?,
                Purpose::Contrl
                | Purpose::Aperak
                | Purpose::Answer
                | Purpose::Report
                | Purpose::Alert
                | Purpose::Test => None,
            };
            Ok((number, mail, told))
        })
        .collect::<Result<_, StoreError>>()?;
    Ok(Shown {
        mails,
        is_newest: below.is_none(),
        undone: totals.outbox,
        quarantine: totals.quarantine,
    })
}

fn view<'a>(data: &Shown, text: &'a Text) -> OutboxPage<'a> {
    let is_full = data.mails.len() == MAILS_A_PAGE;
    let last = data.mails.last().filter(|_| is_full);
    OutboxPage {
        shell: Shell::new(text, Tab::Outbox, text.outbox_title(), data.quarantine),
        lead: text.outbox_lead(data.undone.waiting(), data.undone.for_a_person()),
        mails: data.mails.iter().map(|mail| row(mail, text)).collect(),
        older: last.map_or_else(String::new, |(at, _, _)| format!("/outbox?below={at}")),
        is_newest: data.is_newest,
    }
}

fn row((number, mail, story): &(u64, OutboxRecord, Option<Story>), text: &Text) -> MailRow {
    let cell = |long: &str| shorten(long, CELL_CHARACTERS);
    let (state, class) = match story {
        Some(story) if mail.state == OutboxState::Sent => standing(story.standing, text),
        _ => of_mail(mail.state, text),
    };
    // The last that was said of it: by the partner, else by the server.
    let replied = story.as_ref().and_then(|story| {
        let last = story.events.last()?;
        last.message.map(|_| (last.at.seconds(), last.text.clone()))
    });
    let (since, answer) = replied.unwrap_or_else(|| {
        // What a server says to a mail that it took is of no use.
        let is_sent = mail.state == OutboxState::Sent;
        let answer = if is_sent { "" } else { mail.answer.as_str() };
        (mail.changed, answer.to_owned())
    });
    MailRow {
        number: *number,
        written: text.date_time(mail.written),
        purpose: purpose(mail.purpose, text),
        about: story.as_ref().map_or_else(String::new, |story| {
            let request = &story.request;
            let (from, to) = (text.date_time(request.from), text.date_time(request.to));
            cell(&format!(
                "{}, {}",
                request.location,
                text.request_period(&from, &to)
            ))
        }),
        to: cell(&mail.to),
        subject: cell(&mail.subject),
        state,
        class,
        since: text.date_time(since),
        answer: shorten(&answer, 400),
    }
}

fn standing(standing: Standing, text: &Text) -> (String, &'static str) {
    match standing {
        Standing::ToBeSent => (text.outbox_queued(), ""),
        Standing::NotSent => (text.outbox_failed(), "bad"),
        Standing::Asked => (text.outbox_asked(), ""),
        Standing::Received => (text.outbox_received(), ""),
        Standing::Refused => (text.outbox_refused(), "bad"),
        Standing::Fulfilled => (text.outbox_fulfilled(), "good"),
    }
}

/// How far a mail of ours is, in words, and the class of that.
pub(super) fn of_mail(state: OutboxState, text: &Text) -> (String, &'static str) {
    match state {
        OutboxState::Queued => (text.outbox_queued(), ""),
        OutboxState::Sending => (text.outbox_sending(), ""),
        OutboxState::Deferred { until } => (text.outbox_deferred(&text.date_time(until)), "warn"),
        OutboxState::Sent => (text.outbox_sent(), "good"),
        OutboxState::Failed => (text.outbox_failed(), "bad"),
        OutboxState::Cancelled => (text.outbox_cancelled(), ""),
        OutboxState::Unknown => (text.outbox_unknown(), "warn"),
    }
}

fn purpose(purpose: Purpose, text: &Text) -> String {
    match purpose {
        Purpose::Request => text.outbox_request(),
        Purpose::Contrl => "CONTRL".to_owned(),
        Purpose::Aperak => "APERAK".to_owned(),
        Purpose::Answer => text.outbox_answer(),
        Purpose::Report => text.outbox_report(),
        Purpose::Alert => text.outbox_alert(),
        Purpose::Test => text.outbox_test(),
    }
}

/// A screen or two.
const MAILS_A_PAGE: usize = 50;
