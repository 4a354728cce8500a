//! `doctor`: everything the gateway needs, tried live.

use std::cell::RefCell;
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use tokio::runtime::Runtime;

use crate::cli::at_store::AtStore;
use crate::cli::call::{Call, Caller, Said};
use crate::cli::inputs::Input;
use crate::cli::kept::{self, Kept};
use crate::cli::{Done, Failure, check_config, control, open, output};
use crate::clock;
use crate::config::mailbox::{Auth, Mailbox};
use crate::config::microsoft::Microsoft;
use crate::config::{Gateway, smtp};
use crate::mail::visit::Newest;
use crate::oauth::Accounts;
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
    let trial = Trial {
        config: &config,
        with_machine: args.mailbox.is_none(),
        mailboxes: wanted,
    };
    let checks = trial.all(path, &runtime);
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

/// What is tried.
struct Trial<'a> {
    config: &'a Gateway,
    mailboxes: Vec<&'a Mailbox>,
    /// Also all that is around the mailboxes.
    with_machine: bool,
}

/// What only who has the data directory can tell: the store, and all that signs in by an account.
#[derive(Default, Deserialize, Serialize)]
struct Inside {
    store: Option<Check>,
    /// The gateway that was asked goes by another configuration.
    is_older: bool,
    accounts: Vec<Check>,
    mailboxes: Vec<Seen>,
    smtp: Vec<Check>,
}

/// What was seen of a mailbox.
#[derive(Deserialize, Serialize)]
struct Seen {
    name: String,
    checks: Vec<Check>,
    /// When the newest mail arrived, by the server's clock.
    last_arrival: Option<i64>,
}

impl Trial<'_> {
    fn all(&self, path: &Path, runtime: &Runtime) -> Vec<Check> {
        let config = self.config;
        let now = clock::now();
        let mut checks = Vec::new();
        if self.with_machine {
            checks.push(configuration(path, config));
            checks.extend(doctor::disk(&config.data_dir));
        }
        let inside = self.inside(runtime);
        checks.extend(inside.store);
        checks.extend(inside.is_older.then(older));
        checks.extend(inside.accounts);
        let mut seen = inside.mailboxes;
        let mut witnesses = Vec::new();
        for mailbox in &self.mailboxes {
            let at = seen.iter().position(|seen| seen.name == mailbox.name);
            let seen = match at {
                Some(at) => seen.swap_remove(at),
                None if mailbox.auth == Auth::Microsoft => not_read_yet(mailbox),
                None => runtime.block_on(examine(mailbox, &Accounts::none(), output::note)),
            };
            witnesses.extend(
                seen.last_arrival
                    .map(|at| (format!("the newest mail of mailbox {}", mailbox.name), at)),
            );
            checks.extend(seen.checks);
        }
        if !self.with_machine {
            return checks;
        }
        if config.smtp.is_on() && config.smtp.auth != smtp::Auth::Microsoft {
            output::note(SENDING);
            let nobody = Accounts::none();
            let sending = doctor::sending(&config.smtp, &nobody, now.seconds());
            checks.extend(runtime.block_on(sending));
        }
        checks.extend(inside.smtp);
        let (zone, data_dir) = (&config.time_zone, &config.data_dir);
        checks.push(doctor::clock(now, zone, data_dir, &witnesses));
        checks
    }

    /// Looks at the store and at what signs in by an account: here, or in the gateway that has
    /// them, so that no account is renewed by two.
    fn inside(&self, runtime: &Runtime) -> Inside {
        let data_dir = &self.config.data_dir;
        let mut inside = Inside::default();
        if self.with_machine {
            match doctor::store(data_dir, self.config.store.cache.bytes()) {
                Ok(check) => inside.store = Some(check),
                Err(in_use) => return ask(self.config, in_use, self.with_machine),
            }
        }
        if !self.needs_accounts() {
            return inside;
        }
        match kept::open(self.config) {
            Ok(Kept::Here(accounts, _held)) => {
                let by_account = self.by_account(&accounts, output::note);
                let store = inside.store;
                inside = runtime.block_on(by_account);
                inside.store = store;
            }
            Ok(Kept::Elsewhere(in_use)) => return ask(self.config, in_use, self.with_machine),
            Err(failure) => {
                let tried = format!("taking the accounts in {}", data_dir.display());
                let check = Check::ok("accounts", tried, told(failure, ""));
                inside.accounts.push(check.but(Verdict::Fault, NO_ACCOUNTS));
            }
        }
        inside
    }

    fn needs_accounts(&self) -> bool {
        let mut mailboxes = self.mailboxes.iter();
        (self.with_machine && !self.config.microsoft.is_empty())
            || mailboxes.any(|mailbox| mailbox.auth == Auth::Microsoft)
    }

    /// Tries the accounts, and what signs in by them.
    async fn by_account(&self, accounts: &Accounts, note: impl Fn(&str) + Copy) -> Inside {
        let config = self.config;
        let mut inside = Inside::default();
        let is_of = |account: &Microsoft, mailbox: &&&Mailbox| {
            let of = config.account_of(mailbox);
            of.is_some_and(|of| of.name == account.name)
        };
        let sends = config.account_of_sending(&config.smtp);
        for known in accounts.all() {
            let Some(account) = config.microsoft.iter().find(|one| one.name == known.name) else {
                continue;
            };
            let mailboxes = self.mailboxes.iter().filter(|one| is_of(account, one));
            let mailboxes: Vec<&Mailbox> = mailboxes.copied().collect();
            if !self.with_machine && mailboxes.is_empty() {
                continue;
            }
            note(&format!("looking at account {} …", known.name));
            let smtp = sends.filter(|of| of.name == known.name && self.with_machine);
            let smtp = smtp.map(|_| &config.smtp);
            let users = (&mailboxes[..], smtp);
            let checks = doctor::account(&known, accounts, users, config.language).await;
            inside.accounts.extend(checks);
        }
        for mailbox in &self.mailboxes {
            if mailbox.auth == Auth::Microsoft {
                inside
                    .mailboxes
                    .push(examine(mailbox, accounts, note).await);
            }
        }
        if self.with_machine && sends.is_some() {
            note(SENDING);
            let now = clock::now().seconds();
            inside.smtp = doctor::sending(&config.smtp, accounts, now).await;
        }
        inside
    }
}

/// Of a gateway that was not told of the changed file.
fn older() -> Check {
    let tried = "comparing the configuration of the running gateway with this one";
    let said = "mailboxes, accounts or [smtp] differ: the gateway goes by an older file, or by another environment";
    let advice = "send the gateway SIGHUP: it reads the file; what is said of accounts, and of what signs in by them, is said of the older one";
    Check::ok("gateway", tried, said).but(Verdict::Warning, advice)
}

/// A mailbox whose account is with a running gateway that does not know the mailbox, or does not
/// answer.
fn not_read_yet(mailbox: &Mailbox) -> Seen {
    let tried = "asking the running gateway, which has the account".to_owned();
    let said = "it has not looked at this mailbox".to_owned();
    let advice = "if the file was changed, send the gateway SIGHUP, then ask again";
    Seen {
        name: mailbox.name.clone(),
        checks: vec![
            Check::ok(format!("mailbox {}", mailbox.name), tried, said)
                .but(Verdict::Warning, advice),
        ],
        last_arrival: None,
    }
}

async fn examine(mailbox: &Mailbox, accounts: &Accounts, note: impl Fn(&str)) -> Seen {
    note(&format!("looking at mailbox {} …", mailbox.name));
    let now = clock::now().seconds();
    let examined = doctor::examine(mailbox, accounts, newest(mailbox), now).await;
    Seen {
        name: mailbox.name.clone(),
        checks: examined.checks,
        last_arrival: examined.visit.last_arrival,
    }
}

/// How many of its mails are read: at Exchange some, since it does not give all of them.
fn newest(mailbox: &Mailbox) -> Newest {
    match mailbox.auth {
        Auth::Password => Newest::NONE,
        Auth::Microsoft => Newest {
            mails: 20,
            bytes: 8 << 20,
        },
    }
}

/// Has the running gateway look at what it has.
fn ask(config: &Gateway, in_use: StoreError, with_machine: bool) -> Inside {
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
    let called = control::call(config, &heard, in_use.into());
    let answer = serde_json::from_slice::<Inside>(&heard.results.take());
    match (called, answer) {
        (Ok(_), Ok(mut inside)) => {
            if let Some(check) = &mut inside.store {
                check.tried = tried;
                check.said = format!("in use by a running gateway{holder}: {}", check.said);
            }
            inside
        }
        (called, _) => {
            let lines = heard.lines.take();
            let why = match called {
                Err(failure) => told(failure, &lines),
                Ok(_) => lines,
            };
            let said = format!("in use{holder}, and nobody answers: {why}");
            let name = if with_machine { "store" } else { "accounts" };
            let check = Check::ok(name, tried, said).but(Verdict::Warning, NO_ANSWER);
            Inside {
                store: Some(check),
                ..Inside::default()
            }
        }
    }
}

fn told(failure: Failure, lines: &str) -> String {
    match failure {
        Failure::Failed(error) => output::chain(&error),
        Failure::Usage(what) => what,
        Failure::Told(_) => lines.to_owned(),
    }
}

/// In the gateway only what it alone has is looked at: all else is tried where the command was
/// started.
impl AtStore for Args {
    fn run(&self, call: &Call<'_>) -> Result<Done, Failure> {
        let trial = Trial {
            config: call.config,
            with_machine: self.mailbox.is_none(),
            mailboxes: open::mailboxes(call.config, self.mailbox.as_deref())?,
        };
        let store = doctor::open_store(&call.config.data_dir, call.store(), call.archive());
        let accounts = call.accounts();
        let by_account = trial.by_account(&accounts, |what| call.note(what));
        let inside = Inside {
            store: trial.with_machine.then_some(store),
            is_older: call.is_older,
            ..call.wait(by_account)?
        };
        let mut out = call.results();
        serde_json::to_writer(&mut out, &inside)?;
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
    let hints: Vec<String> = check_config::hints(config)
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

const SENDING: &str = "looking at the server that takes our mail …";
const NO_ACCOUNTS: &str = "let the gateway's user read and write all of data_dir (chown -R)";
const NO_ANSWER: &str = "if another command has the store, run doctor again when it has ended; a gateway that could not open its control socket says so in its log when it starts";
