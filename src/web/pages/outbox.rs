//! `/outbox`: mails of ours, newest first, and the stories of those that ask for data.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use askama::Template;
use serde::Deserialize;

use crate::clock;
use crate::ingest::IngestError;
use crate::market::calendar::UtcTime;
use crate::request::story::{Story, story};
use crate::store::StoreError;
use crate::store::ledger::InterchangeRecord;
use crate::store::outbox::{OutboxRecord, OutboxState, Purpose, Step, Undone};
use crate::text::{Text, shorten};
use crate::web::Context;
use crate::web::door::{Signed, Visitor, see};
use crate::web::pages::requests::standing;
use crate::web::pages::{CELL_CHARACTERS, PageError, Shell, Tab, error, render, show};

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
    /// What is asked for, or answered.
    about: String,
    to: String,
    subject: String,
    state: String,
    /// Of the style sheet.
    class: &'static str,
    since: String,
    answer: String,
    /// What the administrator can do with it.
    can_retry: bool,
    can_cancel: bool,
}

/// What the address says.
#[derive(Debug, Deserialize)]
pub(crate) struct Address {
    /// Only mails below this number.
    below: Option<u64>,
}

/// What the page is made of.
struct Shown {
    now: UtcTime,
    mails: Vec<Sent>,
    is_newest: bool,
    undone: Undone,
    quarantine: u64,
}

/// A mail of ours.
struct Sent {
    number: u64,
    mail: OutboxRecord,
    /// If it asks.
    story: Option<Story>,
    /// If it answers.
    answered: Option<InterchangeRecord>,
}

/// The handler.
pub(crate) async fn page(
    context: Data<Context>,
    address: Query<Address>,
    visitor: Option<Visitor>,
) -> HttpResponse {
    let form_token = visitor.map_or_else(String::new, |visitor| visitor.form_token);
    show(context, move |context| {
        let data = gather(context, address.below)?;
        render(&view(&data, &form_token, &context.text))
    })
    .await
}

/// `POST /settings/outbox/{number}/retry`.
pub(crate) async fn retry(context: Data<Context>, _: Signed, number: Path<u64>) -> HttpResponse {
    step(&context, *number, Step::Retry).await
}

/// `POST /settings/outbox/{number}/cancel`.
pub(crate) async fn cancel(context: Data<Context>, _: Signed, number: Path<u64>) -> HttpResponse {
    step(&context, *number, Step::Cancel).await
}

/// What a login behind one of these leads to.
pub(crate) async fn back() -> HttpResponse {
    see("/outbox")
}

async fn step(context: &Context, number: u64, step: Step) -> HttpResponse {
    let fault = match context.ingest.step(number, step).await {
        // It went on meanwhile: the page tells how far it is.
        Ok(()) | Err(IngestError::Refused { .. }) => {
            return see(&format!(
                "/outbox?below={}#o{number}",
                number.saturating_add(1)
            ));
        }
        Err(IngestError::NoSuchMail(_)) => PageError::NotFound,
        Err(error) => PageError::Failed(error.to_string()),
    };
    error::answer(&context.text, &fault)
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
            let answered = match &mail.answers {
                Some(answers) => store.interchange(&answers.interchange)?,
                None => None,
            };
            Ok(Sent {
                number,
                mail,
                story: told,
                answered,
            })
        })
        .collect::<Result<_, StoreError>>()?;
    Ok(Shown {
        now: clock::now(),
        mails,
        is_newest: below.is_none(),
        undone: totals.outbox,
        quarantine: totals.quarantine,
    })
}

fn view<'a>(data: &Shown, form_token: &'a str, text: &'a Text) -> OutboxPage<'a> {
    let is_full = data.mails.len() == MAILS_A_PAGE;
    let last = data.mails.last().filter(|_| is_full);
    OutboxPage {
        shell: Shell::new(text, Tab::Outbox, text.outbox_title(), data.quarantine).of(form_token),
        lead: text.outbox_lead(data.undone.waiting(), data.undone.for_a_person()),
        mails: data
            .mails
            .iter()
            .map(|sent| row(sent, data.now, text))
            .collect(),
        older: last.map_or_else(String::new, |last| format!("/outbox?below={}", last.number)),
        is_newest: data.is_newest,
    }
}

fn row(sent: &Sent, now: UtcTime, text: &Text) -> MailRow {
    let Sent {
        number,
        mail,
        story,
        answered,
    } = sent;
    let cell = |long: &str| shorten(long, CELL_CHARACTERS);
    let due = mail.answers.as_ref().and_then(|answers| answers.due);
    let (state, class) = match (story, due) {
        (_, Some(due)) if mail.is_late(now) => (text.outbox_late(&text.date_time(due)), "bad"),
        (Some(story), _) if mail.state == OutboxState::Sent => standing(story.standing, text),
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
        purpose: called(mail.purpose, text),
        about: cell(&about(story.as_ref(), answered.as_ref(), text)),
        to: cell(&mail.to),
        subject: cell(&mail.subject),
        state,
        class,
        since: text.date_time(since),
        answer: shorten(&answer, 400),
        can_retry: can_retry(mail.state),
        can_cancel: can_cancel(mail.state),
    }
}

/// What is asked for, or which interchange is answered.
fn about(story: Option<&Story>, answered: Option<&InterchangeRecord>, text: &Text) -> String {
    match (story, answered) {
        (Some(story), _) => {
            let request = &story.request;
            let (from, to) = (text.date_time(request.from), text.date_time(request.to));
            format!("{}, {}", request.location, text.request_period(&from, &to))
        }
        (None, Some(answered)) => format!("{} · {}", answered.reference, answered.sender),
        (None, None) => String::new(),
    }
}

/// What is queued goes by itself.
fn can_retry(state: OutboxState) -> bool {
    match state {
        OutboxState::Deferred { .. }
        | OutboxState::Failed
        | OutboxState::Cancelled
        | OutboxState::Unknown
        | OutboxState::Bounced => true,
        OutboxState::Queued | OutboxState::Sending | OutboxState::Sent => false,
    }
}

fn can_cancel(state: OutboxState) -> bool {
    match state {
        OutboxState::Queued
        | OutboxState::Deferred { .. }
        | OutboxState::Failed
        | OutboxState::Unknown
        | OutboxState::Bounced => true,
        OutboxState::Sending | OutboxState::Sent | OutboxState::Cancelled => false,
    }
}

/// What became of a mail, in words and as a class of the style sheet.
pub(super) fn of_mail(state: OutboxState, text: &Text) -> (String, &'static str) {
    match state {
        OutboxState::Queued => (text.outbox_queued(), ""),
        OutboxState::Sending => (text.outbox_sending(), ""),
        OutboxState::Deferred { until } => (text.outbox_deferred(&text.date_time(until)), "warn"),
        OutboxState::Sent => (text.outbox_sent(), "good"),
        OutboxState::Failed => (text.outbox_failed(), "bad"),
        OutboxState::Cancelled => (text.outbox_cancelled(), ""),
        OutboxState::Unknown => (text.outbox_unknown(), "warn"),
        OutboxState::Bounced => (text.outbox_bounced(), "bad"),
    }
}

/// What a mail of ours is for, in a word.
pub(crate) fn called(purpose: Purpose, text: &Text) -> String {
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
