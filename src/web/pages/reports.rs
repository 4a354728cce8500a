//! `/reports`: the reports that there are, and what each would say now.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Data, Path};
use askama::Template;

use crate::clock;
use crate::config::report::{Report, Template as Kind};
use crate::market::calendar::UtcTime;
use crate::press::{Made, PressError, firing, print};
use crate::store::outbox::OutboxRecord;
use crate::text::{Text, shorten};
use crate::web::Context;
use crate::web::pages::outbox::of_mail;
use crate::web::pages::{CELL_CHARACTERS, PageError, Shell, Tab, error, render, show};

#[derive(Template)]
#[template(path = "reports.html", config = "src/web/askama.toml")]
struct ReportsPage<'a> {
    shell: Shell<'a>,
    reports: Vec<Row>,
}

struct Row {
    name: String,
    kind: String,
    /// `0 6 * * MON`; empty for by hand alone.
    schedule: String,
    recipients: Vec<String>,
    next: String,
    last: String,
    /// How far its last mail is, and the class of that.
    state: String,
    class: &'static str,
    /// Where that mail is.
    link: String,
    page: String,
    document: String,
    mail: String,
}

/// What the page is made of: each report, its next firing, its last mail.
type Shown = Vec<(Report, Option<i64>, Option<(u64, OutboxRecord)>)>;

/// The handler of the page.
pub(crate) async fn page(context: Data<Context>) -> HttpResponse {
    show(context, move |context| {
        let now = clock::now();
        let store = context.store.as_ref();
        let mut shown = Shown::new();
        for report in context.press.reports() {
            let next = context.press.next(&report, now).map(UtcTime::seconds);
            let last = firing::last_mail(store, &report)?;
            shown.push((report, next, last));
        }
        let quarantine = store.totals()?.quarantine;
        render(&view(&shown, quarantine, &context.text))
    })
    .await
}

/// The handler of what a report would say now: as a page, a document or a mail.
pub(crate) async fn preview(context: Data<Context>, place: Path<(String, String)>) -> HttpResponse {
    let (name, ending) = place.into_inner();
    let text = context.text.clone();
    let made = actix_web::web::block(move || made(&context, &name, &ending)).await;
    match made {
        Ok(Ok((form, name, bytes))) => form.answer(&name, bytes),
        Ok(Err(error)) => error::answer(&text, &error),
        Err(_) => {
            let panicked = PageError::Failed("making a report panicked".to_owned());
            error::answer(&text, &panicked)
        }
    }
}

fn made(context: &Context, name: &str, ending: &str) -> Result<(Form, String, Vec<u8>), PageError> {
    let form = Form::of(ending).ok_or(PageError::NotFound)?;
    let report = context.press.report(name).ok_or(PageError::NotFound)?;
    let now = clock::now();
    let made = context
        .press
        .make(context.store.as_ref(), &report, now, &|| true)?;
    let bytes = match form {
        Form::Page => made.page()?.into_bytes(),
        Form::Document => made.pdf()?,
        Form::Mail => mail(&report, &made)?,
    };
    let name = format!("{}.{ending}", made.stem);
    Ok((form, name, bytes))
}

fn mail(report: &Report, made: &Made) -> Result<Vec<u8>, PressError> {
    let recipient = report.recipients.first().map_or(NOBODY, String::as_str);
    let message_id = print::message_id(&format!("{}.preview", made.stem), 1, NOBODY);
    made.mail((NOBODY, recipient), &message_id, clock::now())
}

#[derive(Clone, Copy)]
enum Form {
    Page,
    Document,
    Mail,
}

impl Form {
    fn of(ending: &str) -> Option<Self> {
        match ending {
            "html" => Some(Self::Page),
            "pdf" => Some(Self::Document),
            "eml" => Some(Self::Mail),
            _ => None,
        }
    }

    fn answer(self, name: &str, bytes: Vec<u8>) -> HttpResponse {
        let (media_type, place) = match self {
            Self::Page => ("text/html; charset=utf-8", "inline"),
            Self::Document => ("application/pdf", "inline"),
            Self::Mail => ("message/rfc822", "attachment"),
        };
        HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, media_type))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
            // The name is of the configuration's letters and a date.
            .insert_header((
                header::CONTENT_DISPOSITION,
                format!("{place}; filename=\"{name}\""),
            ))
            .body(bytes)
    }
}

fn view<'a>(shown: &Shown, quarantine: u64, text: &'a Text) -> ReportsPage<'a> {
    let row = |(report, next, last): &(Report, Option<i64>, Option<(u64, OutboxRecord)>)| {
        let mail = last.as_ref();
        let (state, class) =
            mail.map_or_else(Default::default, |(_, mail)| of_mail(mail.state, text));
        let preview = |ending: &str| format!("/reports/{}.{ending}", report.name);
        Row {
            name: report.name.clone(),
            kind: kind(report.template, text),
            schedule: report.schedule.to_string(),
            recipients: report
                .recipients
                .iter()
                .map(|recipient| shorten(recipient, CELL_CHARACTERS))
                .collect(),
            next: next.map_or_else(String::new, |next| text.date_time(next)),
            last: mail.map_or_else(String::new, |(_, mail)| text.date_time(mail.written)),
            state,
            class,
            link: mail.map_or_else(String::new, |(number, _)| {
                format!("/outbox?below={}#o{number}", number.saturating_add(1))
            }),
            page: preview("html"),
            document: preview("pdf"),
            mail: preview("eml"),
        }
    };
    ReportsPage {
        shell: Shell::new(text, Tab::Reports, text.reports_title(), quarantine),
        reports: shown.iter().map(row).collect(),
    }
}

fn kind(template: Kind, text: &Text) -> String {
    match template {
        Kind::Energy => text.reports_energy(),
        Kind::Digest => text.digest_title(),
        Kind::Scorecard => text.reports_scorecard(),
    }
}

impl From<PressError> for PageError {
    fn from(error: PressError) -> Self {
        Self::Failed(error.to_string())
    }
}

/// A report has its style and its pictures in itself, and may load nothing at all.
const POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; \
     form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
/// For a mail that nobody sends.
const NOBODY: &str = "nobody@example.org";
