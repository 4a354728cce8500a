//! `/outbox`: mails of ours, newest first, and the stories of those that ask for data.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use askama::Template;
use serde::Deserialize;

use crate::clock;
use crate::ingest::IngestError;
use crate::market::calendar::UtcTime;
use crate::outbox::history::{Heard, History, history, rejected};
use crate::outbox::told::answered;
use crate::request::story::Standing;
use crate::store::StoreError;
use crate::store::ledger::InterchangeRecord;
use crate::store::outbox::{OutboxRecord, OutboxState, Purpose, Step, Undone};
use crate::store::request::RequestRecord;
use crate::text::{Text, shorten};
use crate::web::Context;
use crate::web::door::{Signed, Visitor, see};
use crate::web::pages::{CELL_CHARACTERS, PageError, Shell, Tab, error, render, requests, show};

#[derive(Template)]
#[template(path = "outbox.html", config = "src/web/askama.toml")]
struct OutboxPage<'a> {
    shell: Shell<'a>,
    lead: String,
    /// Only those that partners rejected.
    is_rejected: bool,
    mails: Vec<MailRow>,
    /// Where the newest of them are.
    newest: &'static str,
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
    /// What the partner said of it, in order.
    story: Vec<requests::Step>,
    /// What the administrator can do with it.
    can_retry: bool,
    can_cancel: bool,
}

/// What the address says.
#[derive(Debug, Deserialize)]
pub(crate) struct Address {
    /// Only mails below this number.
    below: Option<u64>,
    /// Only those that partners rejected, or refused.
    #[serde(default)]
    rejected: bool,
}

/// What the page is made of.
struct Shown {
    now: UtcTime,
    mails: Vec<Sent>,
    is_newest: bool,
    is_rejected: bool,
    undone: Undone,
    quarantine: u64,
}

/// A mail of ours.
struct Sent {
    number: u64,
    mail: OutboxRecord,
    history: History,
    /// If it asks.
    request: Option<RequestRecord>,
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
        let data = gather(context, &address)?;
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

fn gather(context: &Context, address: &Address) -> Result<Shown, StoreError> {
    let store = context.store.as_ref();
    let totals = store.totals()?;
    let below = address.below.unwrap_or(u64::MAX);
    let mails = if address.rejected {
        rejected(store, below, MAILS_A_PAGE)?
    } else {
        store.outbox(below, MAILS_A_PAGE)?
    };
    let mails = mails.into_iter().map(|(number, mail)| {
        Ok(Sent {
            number,
            history: history(store, number, &mail)?,
            request: store.request(number)?,
            answered: answered(store, &mail)?,
            mail,
        })
    });
    Ok(Shown {
        now: clock::now(),
        mails: mails.collect::<Result<_, StoreError>>()?,
        is_newest: address.below.is_none(),
        is_rejected: address.rejected,
        undone: totals.outbox,
        quarantine: totals.quarantine,
    })
}

fn view<'a>(data: &Shown, form_token: &'a str, text: &'a Text) -> OutboxPage<'a> {
    let is_full = data.mails.len() == MAILS_A_PAGE;
    let last = data.mails.last().filter(|_| is_full);
    let (newest, more) = if data.is_rejected {
        ("/outbox?rejected=true", "/outbox?rejected=true&below=")
    } else {
        ("/outbox", "/outbox?below=")
    };
    OutboxPage {
        shell: Shell::new(text, Tab::Outbox, text.outbox_title(), data.quarantine).of(form_token),
        lead: text.outbox_lead(data.undone.waiting(), data.undone.for_a_person()),
        is_rejected: data.is_rejected,
        mails: data
            .mails
            .iter()
            .map(|sent| row(sent, data.now, text))
            .collect(),
        newest,
        older: last.map_or_else(String::new, |last| format!("{more}{}", last.number)),
        is_newest: data.is_newest,
    }
}

fn row(sent: &Sent, now: UtcTime, text: &Text) -> MailRow {
    let Sent { number, mail, .. } = sent;
    let cell = |long: &str| shorten(long, CELL_CHARACTERS);
    let (state, class) = state(sent, now, text);
    // What a server says to a mail that it took is of no use.
    let is_sent = mail.state == OutboxState::Sent;
    let answer = if is_sent { "" } else { &mail.answer };
    let last = sent.history.replies().next_back();
    MailRow {
        number: *number,
        written: text.date_time(mail.written),
        purpose: called(mail.purpose, text),
        about: cell(&about(sent, text)),
        to: cell(&mail.to),
        subject: cell(&mail.subject),
        state,
        class,
        since: text.date_time(last.map_or(mail.changed, |reply| reply.at.seconds())),
        answer: shorten(answer, ANSWER_CHARACTERS),
        story: sent
            .history
            .replies()
            .map(|reply| requests::step(reply, text))
            .collect(),
        can_retry: can_retry(mail.state),
        can_cancel: can_cancel(mail.state),
    }
}

/// How far a mail is, in words and as a class of the style sheet.
fn state(sent: &Sent, now: UtcTime, text: &Text) -> (String, &'static str) {
    let Sent { mail, history, .. } = sent;
    let due = mail.answers.as_ref().and_then(|answers| answers.due);
    if let Some(due) = due.filter(|_| mail.is_late(now)) {
        return (text.outbox_late(&text.date_time(due)), "bad");
    }
    if sent.request.is_some() && mail.state == OutboxState::Sent {
        return requests::standing(Standing::of(mail.state, history.heard), text);
    }
    match history.shown(mail.state) {
        Heard::Nothing => of_mail(mail.state, text),
        Heard::Received => (text.outbox_acknowledged(), "good"),
        Heard::Refused => (text.outbox_rejected(), "bad"),
        Heard::Values => (text.outbox_fulfilled(), "good"),
    }
}

/// What is asked for, or which interchange is answered.
fn about(sent: &Sent, text: &Text) -> String {
    match (&sent.request, &sent.answered) {
        (Some(request), _) => {
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
/// What a server says.
const ANSWER_CHARACTERS: usize = 400;
