//! `/requests`: what was asked for, newest first, each with its story; and the form that asks.

pub(crate) mod form;

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use crate::outbox::history::{Event, Happening};
use crate::request::story::{Standing, Story, stories};
use crate::store::request::Reply;
use crate::text::{Text, shorten};
use crate::web::Context;
use crate::web::pages::{CELL_CHARACTERS, Shell, Tab, outbox, render, show};

#[derive(Template)]
#[template(path = "requests.html", config = "src/web/askama.toml")]
struct RequestsPage<'a> {
    shell: Shell<'a>,
    /// That one was just made; empty if not.
    notice: String,
    requests: Vec<Row>,
    older: String,
    is_newest: bool,
}

struct Row {
    number: u64,
    asked: String,
    partner: String,
    /// What, where, when.
    about: String,
    location: String,
    state: String,
    /// Of the style sheet.
    class: &'static str,
    /// From draft to fulfilled.
    story: Vec<Step>,
}

/// Something that happened, as a page tells it.
pub(super) struct Step {
    pub(super) at: String,
    pub(super) what: String,
    pub(super) text: String,
    /// What its codes mean.
    pub(super) meaning: String,
}

/// What the address says.
#[derive(Debug, Deserialize)]
pub(crate) struct Address {
    /// Only requests below this number.
    below: Option<u64>,
    /// The one that was just made.
    asked: Option<u64>,
}

/// The handler.
pub(crate) async fn page(context: Data<Context>, address: Query<Address>) -> HttpResponse {
    show(context, move |context| {
        let store = context.store.as_ref();
        let below = address.below.unwrap_or(u64::MAX);
        let found = stories(store, below, REQUESTS_A_PAGE)?;
        let quarantine = store.totals()?.quarantine;
        let names = Names::of(context);
        render(&view(&found, &address, &names, quarantine, &context.text))
    })
    .await
}

/// What people call partners.
struct Names(Vec<(String, String)>);

impl Names {
    fn of(context: &Context) -> Self {
        let config = context.config.get();
        let named = config.partner.iter().filter(|one| !one.name.is_empty());
        Self(
            named
                .map(|one| (one.id.clone(), one.name.clone()))
                .collect(),
        )
    }

    fn get<'n>(&'n self, id: &'n str) -> &'n str {
        let found = self.0.iter().find(|(known, _)| known == id);
        found.map_or(id, |(_, name)| name)
    }
}

fn view<'a>(
    found: &[Story],
    address: &Address,
    names: &Names,
    quarantine: u64,
    text: &'a Text,
) -> RequestsPage<'a> {
    let is_full = found.len() == REQUESTS_A_PAGE;
    let last = found.last().filter(|_| is_full);
    RequestsPage {
        shell: Shell::new(text, Tab::Outbox, text.requests_title(), quarantine),
        notice: address.asked.map_or_else(String::new, |number| {
            text.requests_asked(&number.to_string())
        }),
        requests: found.iter().map(|story| row(story, names, text)).collect(),
        older: last.map_or_else(String::new, |story| {
            format!("/requests?below={}", story.number)
        }),
        is_newest: address.below.is_none(),
    }
}

fn row(story: &Story, names: &Names, text: &Text) -> Row {
    let request = &story.request;
    let cell = |long: &str| shorten(long, CELL_CHARACTERS);
    let from = text.date_time(request.from);
    let period = if request.from == request.to {
        from
    } else {
        text.request_period(&from, &text.date_time(request.to))
    };
    let obis = if request.obis.is_empty() {
        String::new()
    } else {
        format!("{}, ", request.obis)
    };
    let (state, class) = standing(story.standing, text);
    Row {
        number: story.number,
        asked: text.date_time(request.asked),
        partner: cell(names.get(&request.partner)),
        about: cell(&format!("{obis}{period}")),
        location: cell(&request.location),
        state,
        class,
        story: story.events.iter().map(|event| step(event, text)).collect(),
    }
}

/// What happened, as a page tells it.
pub(super) fn step(event: &Event, text: &Text) -> Step {
    Step {
        at: text.date_time(event.at.seconds()),
        what: happening(event.what, text),
        text: shorten(&event.text, EVENT_CHARACTERS),
        meaning: event.meaning(text),
    }
}

fn happening(what: Happening, text: &Text) -> String {
    match what {
        Happening::Written => text.requests_written(),
        Happening::Mail(state) => outbox::of_mail(state, text).0,
        Happening::Reply(reply) => match reply {
            Reply::Received => text.requests_received(),
            Reply::Rejected => text.requests_rejected(),
            Reply::Accepted => text.requests_accepted(),
            Reply::Refused => text.requests_refused(),
            Reply::Values => text.requests_values(),
        },
    }
}

/// How far a request is, in words and as a class of the style sheet.
pub(super) fn standing(standing: Standing, text: &Text) -> (String, &'static str) {
    match standing {
        Standing::ToBeSent => (text.outbox_queued(), ""),
        Standing::NotSent => (text.outbox_failed(), "bad"),
        Standing::Asked => (text.outbox_asked(), ""),
        Standing::Received => (text.outbox_received(), ""),
        Standing::Refused => (text.outbox_refused(), "bad"),
        Standing::Fulfilled => (text.outbox_fulfilled(), "good"),
    }
}

/// A screen or two.
const REQUESTS_A_PAGE: usize = 50;
/// What a partner's machine says.
const EVENT_CHARACTERS: usize = 300;
