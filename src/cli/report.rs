//! `report`: the reports that there are, what one would say now, and sending it by hand.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::cli::args::{ListFormat, read_time};
use crate::cli::at_store::AtStore;
use crate::cli::call::{Call, wait};
use crate::cli::{Done, Failure, open};
use crate::clock;
use crate::config::Gateway;
use crate::config::report::Report;
use crate::format::table::Table;
use crate::market::calendar::UtcTime;
use crate::press::{Made, Press, PressError, firing, print};

/// `report`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List the reports: when they go out, and when they last did
    #[command(after_help = "Example:\n  mscons-gateway report list")]
    List {
        /// How they are printed
        #[arg(long, value_enum, default_value_t = ListFormat::Table)]
        format: ListFormat,
    },
    /// Make a report and send it to nobody; `digest` is there without any configuration
    #[command(
        after_help = "Example:\n  mscons-gateway report preview digest --at 2026-11-23 --out digest.html"
    )]
    Preview {
        /// Its name
        name: String,
        /// The file: a mail (.eml), a page (.html), a document (.pdf), or words (.txt); `-` is words on stdout
        #[arg(long, value_name = "FILE", default_value = "-")]
        out: PathBuf,
        /// Make it as on this day [default: now]
        #[arg(long, value_name = "DATE")]
        at: Option<String>,
    },
    /// Send a report to its recipients now, whatever its schedule says
    #[command(after_help = "Example:\n  mscons-gateway report send weekly")]
    Send {
        /// Its name
        name: String,
    },
}

impl AtStore for Args {
    fn run(&self, call: &Call<'_>) -> Result<Done, Failure> {
        let press = open::press(call.config, call.opened)?;
        match &self.action {
            Action::List { format } => list(call, &press, *format),
            Action::Preview { name, out, at } => {
                let zone = open::time_zone(call.config)?;
                let at = at.as_ref().map(|at| read_time("--at", at, &zone));
                let at = at.transpose()?.unwrap_or_else(clock::now);
                preview(call, &press, &report(&press, name)?, (out, at))
            }
            Action::Send { name } => send(call, &press, &report(&press, name)?),
        }
    }

    fn out(&self) -> Option<&Path> {
        match &self.action {
            Action::Preview { out, .. } => Some(out),
            Action::List { .. } | Action::Send { .. } => None,
        }
    }

    fn check(&self, config: &Gateway) -> Result<(), Failure> {
        if let Action::Preview { out, .. } = &self.action {
            Form::of(out)?;
        }
        open::existing(config)
    }
}

/// What a preview is.
enum Form {
    Mail,
    Page,
    Document,
    Words,
}

impl Form {
    /// By the name of the file.
    fn of(out: &Path) -> Result<Self, Failure> {
        let ending = out.extension().map(std::ffi::OsStr::to_ascii_lowercase);
        match ending.as_ref().and_then(|ending| ending.to_str()) {
            Some("eml") => Ok(Self::Mail),
            Some("html") => Ok(Self::Page),
            Some("pdf") => Ok(Self::Document),
            Some("txt") => Ok(Self::Words),
            None if out.as_os_str() == "-" => Ok(Self::Words),
            Some(_) | None => Err(Failure::Usage(format!(
                "--out {} must end with .eml, .html, .pdf or .txt, or be -",
                out.display()
            ))),
        }
    }
}

fn report(press: &Press, name: &str) -> Result<Report, Failure> {
    press.report(name).ok_or_else(|| {
        let known = press.reports().into_iter().map(|report| report.name);
        let known = known.collect::<Vec<_>>().join(", ");
        Failure::Usage(format!(
            "no report is named {name:?} in the configuration; it has {known}"
        ))
    })
}

fn list(call: &Call<'_>, press: &Press, format: ListFormat) -> Result<Done, Failure> {
    let now = clock::now();
    let mut rows = Vec::new();
    let mut objects = Vec::new();
    for report in press.reports() {
        let next = press.next(&report, now).map(|next| next.to_string());
        let last = firing::last_mail(call.store(), &report)?;
        let at = |seconds: i64| UtcTime::from_seconds(seconds).to_string();
        let last = last.map(|(number, mail)| (number, at(mail.written), mail.state.name()));
        objects.push(serde_json::json!({
            "name": report.name,
            "template": report.template.name(),
            "schedule": report.schedule.to_string(),
            "recipients": report.recipients,
            "next": next,
            "last": last.as_ref().map(|(number, written, state)| serde_json::json!({
                "mail": number, "written": written, "state": state,
            })),
        }));
        rows.push(vec![
            report.name.clone(),
            report.template.name().to_owned(),
            report.schedule.to_string(),
            report.recipients.join(", "),
            next.unwrap_or_default(),
            last.map_or_else(String::new, |(number, written, state)| {
                format!("{written} (mail {number}, {state})")
            }),
        ]);
    }
    let mut out = call.results();
    match format {
        ListFormat::Table => {
            let header = ["name", "template", "schedule", "recipients", "next", "last"];
            Table::new(&header, rows).write(&mut out)?;
        }
        ListFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &objects)?;
            writeln!(out)?;
        }
    }
    out.flush()?;
    Ok(Done::Well)
}

fn preview(
    call: &Call<'_>,
    press: &Press,
    report: &Report,
    (out, at): (&Path, UtcTime),
) -> Result<Done, Failure> {
    let made = press.make(call.store(), report, at, &|| true)?;
    let bytes = match Form::of(out)? {
        Form::Mail => mail(call.config, report, &made, at)?,
        Form::Page => made.page()?.into_bytes(),
        Form::Document => made.pdf()?,
        Form::Words => made.plain().into_bytes(),
    };
    let mut to = call.results();
    to.write_all(&bytes)?;
    to.flush()?;
    if out.as_os_str() != "-" {
        call.note(&format!("{} is in {}", report.name, out.display()));
    }
    Ok(Done::Well)
}

/// The mail that its first recipient would get.
fn mail(
    config: &Gateway,
    report: &Report,
    made: &Made,
    at: UtcTime,
) -> Result<Vec<u8>, PressError> {
    let sender = config.smtp.sender.as_str();
    let sender = if sender.is_empty() { NOBODY } else { sender };
    let recipient = report.recipients.first().map_or(NOBODY, String::as_str);
    let reference = format!("{}.preview", made.stem);
    let message_id = print::message_id(&reference, 1, sender);
    made.mail((sender, recipient), &message_id, at)
}

fn send(call: &Call<'_>, press: &Press, report: &Report) -> Result<Done, Failure> {
    let now = clock::now();
    let made = press.make(call.store(), report, now, &|| true)?;
    let drafts = press.mails(&made, report, &print::by_hand(report, now), now);
    let drafts = drafts.map_err(|error| {
        if matches!(error, PressError::NoServer | PressError::NoRecipients) {
            Failure::Usage(error.to_string())
        } else {
            error.into()
        }
    })?;
    let numbers = wait(call.opened.ingest()?.dispatch(drafts))??;
    call.note(&format!(
        "{} mails of {} are in the outbox",
        numbers.len(),
        report.name
    ));
    if call.gateway.is_none() {
        call.note("no gateway runs: `mscons-gateway outbox send` sends them");
    }
    Ok(Done::Well)
}

/// For a mail that nobody sends.
const NOBODY: &str = "nobody@example.org";
