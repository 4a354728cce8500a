//! `doctor`: everything the gateway needs, tried live.

use std::cell::RefCell;
use std::io::{self, Write};
use std::path::Path;

use crate::cli::at_store::AtStore;
use crate::cli::call::{Call, Caller, Said};
use crate::cli::inputs::Input;
use crate::cli::{Done, Failure, control, open, output};
use crate::clock;
use crate::config::mailbox::Mailbox;
use crate::config::{Gateway, check};
use crate::mail::visit::Newest;
use crate::store::StoreError;
use crate::upkeep::doctor::{self, Check, Verdict};

/// `doctor`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only the mailbox with this name, and nothing but it
    #[arg(long, value_name = "NAME")]
    mailbox: Option<String>,
    /// How the checks are printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How the checks are printed.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON list
    Json,
}

pub(super) fn run(path: &Path, args: &Args) -> Result<Done, Failure> {
    let config = open::config(path)?;
    let wanted = open::mailboxes(&config, args.mailbox.as_deref())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let checks = runtime.block_on(examine(path, &config, &wanted, args.mailbox.is_none()));
    let mut out = output::stdout();
    match args.format {
        Format::Text => print(&mut out, &checks)?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, &checks)?;
            writeln!(out)?;
        }
    }
    output::finish(out)?;
    let has_fault = checks.iter().any(|check| check.verdict == Verdict::Fault);
    Ok(if has_fault {
        Done::WithFailures
    } else {
        Done::Well
    })
}

/// The mailboxes, and if `with_machine` what is around them.
async fn examine(
    path: &Path,
    config: &Gateway,
    mailboxes: &[&Mailbox],
    with_machine: bool,
) -> Vec<Check> {
    let now = clock::now();
    let mut checks = Vec::new();
    if with_machine {
        checks.push(configuration(path, config));
        checks.extend(doctor::disk(&config.data_dir));
        checks.push(store(config));
    }
    let mut witnesses = Vec::new();
    for mailbox in mailboxes {
        output::note(&format!("looking at mailbox {} …", mailbox.name));
        let examined = doctor::examine(mailbox, Newest::NONE, now.seconds()).await;
        let arrival = examined.visit.last_arrival;
        witnesses
            .extend(arrival.map(|at| (format!("the newest mail of mailbox {}", mailbox.name), at)));
        checks.extend(examined.checks);
    }
    if with_machine && config.smtp.is_on() {
        output::note("looking at the server that takes our mail …");
        checks.extend(doctor::sending(&config.smtp, now.seconds()).await);
    }
    if with_machine {
        let (zone, data_dir) = (&config.time_zone, &config.data_dir);
        checks.push(doctor::clock(now, zone, data_dir, &witnesses));
    }
    checks
}

/// The store, looked at here or by the gateway that has it.
fn store(config: &Gateway) -> Check {
    match doctor::store(&config.data_dir, config.store.cache.bytes()) {
        Ok(check) => check,
        Err(in_use) => ask(config, in_use),
    }
}

/// Has the running gateway look at its store.
fn ask(config: &Gateway, in_use: StoreError) -> Check {
    let holder = if let StoreError::InUse { holder, .. } = &in_use {
        holder.clone()
    } else {
        String::new()
    };
    let tried = format!(
        "asking the gateway that has the store in {}",
        config.data_dir.display()
    );
    let heard = Heard::default();
    let called = control::call(config, &heard, in_use);
    let answer = serde_json::from_slice::<Check>(&heard.results.take());
    match (called, answer) {
        (Ok(_), Ok(check)) => Check {
            tried,
            said: format!("in use by a running gateway{holder}: {}", check.said),
            ..check
        },
        (called, _) => {
            let why = match called {
                Err(Failure::Failed(error)) => output::chain(&error),
                Err(Failure::Usage(what)) => what,
                Err(Failure::Told(_)) | Ok(_) => heard.lines.take(),
            };
            let said = format!("in use{holder}, and nobody answers: {why}");
            Check::ok("store", tried, said).but(Verdict::Warning, NO_ANSWER)
        }
    }
}

/// In the gateway only the store is looked at: all else is tried where the command was started.
impl AtStore for Args {
    fn run(&self, call: &Call<'_>) -> Result<Done, Failure> {
        let check = doctor::open_store(&call.config.data_dir, call.store(), call.archive());
        let mut out = call.results();
        serde_json::to_writer(&mut out, &check)?;
        out.flush()?;
        Ok(Done::Well)
    }
}

/// Keeps what the gateway says, in place of a terminal.
#[derive(Default)]
struct Heard {
    results: RefCell<Vec<u8>>,
    lines: RefCell<String>,
}

impl Caller for Heard {
    fn hear(&self, said: Said<'_>) -> io::Result<()> {
        match said {
            Said::Results(bytes) => self.results.borrow_mut().extend_from_slice(bytes),
            Said::Line(line) => self.lines.borrow_mut().push_str(line),
            Said::Progress(_) | Said::NoProgress => {}
        }
        Ok(())
    }

    fn next_input(&self) -> io::Result<Option<Input>> {
        Ok(None)
    }

    fn is_person(&self) -> bool {
        false
    }
}

/// What is said of the file: its faults have ended the command already.
fn configuration(path: &Path, config: &Gateway) -> Check {
    let tried = format!("reading {}", path.display());
    if !path.exists() {
        let check = Check::ok("configuration", tried, "it does not exist: all is default");
        return check.but(Verdict::Warning, "write one: mscons-gateway init");
    }
    let mailboxes = config.mailbox.len();
    let said = format!("it has no faults, and {mailboxes} mailbox(es)");
    let hints: Vec<String> = check::hints(config)
        .iter()
        .map(|hint| format!("{}: {}", hint.key, hint.what))
        .collect();
    let check = Check::ok("configuration", tried, said);
    if mailboxes == 0 {
        check.but(Verdict::Warning, "add one: mscons-gateway init shows how")
    } else if hints.is_empty() {
        check
    } else {
        check.but(Verdict::Warning, hints.join("; "))
    }
}

fn print(out: &mut impl Write, checks: &[Check]) -> io::Result<()> {
    for check in checks {
        let Check {
            name,
            verdict,
            tried,
            said,
            advice,
        } = check;
        let mark = match verdict {
            Verdict::Ok => "ok     ",
            Verdict::Warning => "WARNING",
            Verdict::Fault => "FAULT  ",
        };
        writeln!(out, "{mark} {name}")?;
        writeln!(out, "        tried: {tried}")?;
        writeln!(out, "        said:  {said}")?;
        if !advice.is_empty() {
            writeln!(out, "        do:    {advice}")?;
        }
    }
    let count = |verdict| checks.iter().filter(|c| c.verdict == verdict).count();
    let (faults, warnings) = (count(Verdict::Fault), count(Verdict::Warning));
    match (faults, warnings) {
        (0, 0) => writeln!(out, "all is well"),
        (0, warnings) => writeln!(out, "it works; {warnings} warning(s)"),
        (faults, warnings) => writeln!(out, "{faults} fault(s), {warnings} warning(s)"),
    }
}

const NO_ANSWER: &str = "if another command has the store, run doctor again when it has ended; a gateway that could not open its control socket says so in its log when it starts";
