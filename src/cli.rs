//! The command line: one file a command. Results go to stdout, logs and progress to stderr.

mod accounts;
mod args;
mod at_accounts;
mod at_store;
mod backup;
mod call;
mod check_config;
mod compact;
mod completions;
mod connect;
mod control;
mod demo;
mod diff;
mod disconnect;
mod doctor;
mod explain;
mod export;
mod fetch;
mod gaps;
mod generate;
mod healthcheck;
mod import;
mod init;
mod inputs;
mod kept;
mod login_link;
mod man;
mod messages;
mod open;
mod out_file;
mod outbox;
mod output;
mod parse;
mod plot;
mod quarantine;
mod reindex;
mod report;
mod request;
mod requests;
mod restore;
mod rotate_key;
mod run;
mod send_test;
mod series;
mod terminal;
mod validate;
mod values;
mod verify;
mod version;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

/// Metered energy data by mail: EDIFACT MSCONS from mailboxes to durable time series.
#[derive(Debug, Parser)]
#[command(
    name = "mscons-gateway",
    version,
    propagate_version = true,
    max_term_width = 100
)]
pub struct Cli {
    /// Configuration file; without one, every key has its default.
    #[arg(long, global = true, env = "MSCONS_GATEWAY_CONFIG", default_value = open::DEFAULT_FILE)]
    config: PathBuf,
    /// How log lines on stderr look.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
    /// What is logged: error, warn, info, debug, or a filter such as `info,mscons_gateway::mail=debug`.
    #[arg(long, global = true, env = "MSCONS_GATEWAY_LOG")]
    log: Option<String>,
    #[command(subcommand)]
    command: Command,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for log collectors.
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write gateway.toml by asking: mailbox, password, what to do with fetched mails
    #[command(after_help = "Example:\n  mscons-gateway init --out gateway.toml")]
    Init(init::Args),
    /// Show the main job on sample mails: nothing to set up, pages on <http://localhost:8080>
    #[command(after_help = "Example:\n  mscons-gateway demo --listen 127.0.0.1:8080")]
    Demo(demo::Args),
    /// Run the gateway until SIGTERM or SIGINT; SIGHUP reloads the configuration
    #[command(
        after_help = "Example:\n  mscons-gateway run --config /etc/mscons-gateway/gateway.toml"
    )]
    Run,
    #[command(flatten)]
    AtStore(at_store::Command),
    #[command(flatten)]
    AtAccounts(at_accounts::Command),
    /// Make a link that sets the administrator's password: for the first time, or if it is forgotten
    #[command(
        long_about = "Make a link that sets the administrator's password: for the first time, or if it is forgotten.\n\nThe running gateway makes it; it serves once, within 24 hours, and the one before serves no more. Whoever may use the gateway's data directory may use this command.",
        after_help = "Example:\n  mscons-gateway login-link --config /etc/mscons-gateway/gateway.toml"
    )]
    LoginLink(login_link::Args),
    /// Parse files and print what is in them; store nothing
    #[command(
        after_help = "Example:\n  mscons-gateway parse --format summary MSCONS_TL_2026-11.zip"
    )]
    Parse(parse::Args),
    /// Put files before the rules of the market, and name what breaks them; store nothing
    #[command(
        long_about = "Put files before the rules of the market, and name what breaks them; store nothing.\n\nEnvelope, counts, identifiers, numbers and times are checked in every message; structure, data elements and codes by MIG and AHB in MSCONS 2.4c and 2.5, ORDERS and ORDRSP 1.4b and 1.4c, APERAK 2.1i and 2.2. Each message says how many rules that were: 0 is no praise. A rule that speaks of a value by its format is a warning. The exit code is 1 if there is an error.",
        after_help = "Example:\n  mscons-gateway validate --format json MSCONS_TL_2026-11.txt"
    )]
    Validate(validate::Args),
    /// Show a file beside its meaning: each segment, code and finding in words
    #[command(
        after_help = "Example:\n  mscons-gateway explain MSCONS_TL_2026-11.txt --html explained.html"
    )]
    Explain(explain::Args),
    /// Check the configuration and name every fault
    #[command(
        after_help = "Example:\n  mscons-gateway check-config --config /etc/mscons-gateway/gateway.toml"
    )]
    CheckConfig,
    /// Try everything the gateway needs, mailboxes included, and say what to do
    #[command(after_help = "Example:\n  mscons-gateway doctor --mailbox metering")]
    Doctor(doctor::Args),
    /// Send a test mail and show what the server said
    #[command(after_help = "Example:\n  mscons-gateway send-test --to me@example.org")]
    SendTest(send_test::Args),
    /// Ask the running gateway whether it is ready; for containers
    #[command(after_help = "Example:\n  mscons-gateway healthcheck --url http://127.0.0.1:8080")]
    Healthcheck(healthcheck::Args),
    /// Build the database again from the raw archive
    #[command(
        after_help = "Example:\n  mscons-gateway reindex --config /etc/mscons-gateway/gateway.toml"
    )]
    Reindex,
    /// Make the store again from a backup, where none is yet
    #[command(after_help = "Example:\n  mscons-gateway restore /backup/mscons-2026-11-24.tar")]
    Restore(restore::Args),
    /// Print version and build
    #[command(after_help = "Example:\n  mscons-gateway version")]
    Version,
    /// Print completions for a shell
    #[command(
        after_help = "Example:\n  mscons-gateway completions bash > /etc/bash_completion.d/mscons-gateway"
    )]
    Completions(completions::Args),
    /// Print the manual page
    #[command(after_help = "Example:\n  mscons-gateway man --out /usr/local/share/man/man1")]
    Man(man::Args),
    /// Write sample mails, for tests and benchmarks
    #[command(hide = true)]
    Generate(generate::Args),
}

impl Command {
    /// What of the command can run in the gateway, if anything.
    fn in_gateway(&self) -> Option<InGateway<'_>> {
        match self {
            Self::AtStore(command) => Some(InGateway::Store(command.work())),
            Self::Doctor(args) => Some(InGateway::Store(args)),
            Self::AtAccounts(command) => Some(InGateway::Accounts(command.work())),
            Self::SendTest(args) => Some(InGateway::Accounts(args)),
            Self::LoginLink(_) => Some(InGateway::LoginLink),
            Self::Init(_)
            | Self::Demo(_)
            | Self::Run
            | Self::Parse(_)
            | Self::Validate(_)
            | Self::CheckConfig
            | Self::Explain(_)
            | Self::Healthcheck(_)
            | Self::Reindex
            | Self::Restore(_)
            | Self::Version
            | Self::Completions(_)
            | Self::Man(_)
            | Self::Generate(_) => None,
        }
    }
}

/// What can run in the gateway.
enum InGateway<'a> {
    /// Work on the store.
    Store(&'a dyn at_store::AtStore),
    /// Work with the Microsoft accounts.
    Accounts(&'a dyn at_accounts::AtAccounts),
    /// A link that sets the administrator's password.
    LoginLink,
}

/// Runs the command that the process was started with. Exit codes: 0 done, 1 it ran and something
/// failed, 2 wrong usage or configuration.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let ended = match start_log(&cli).and_then(|()| dispatch(&cli)) {
        Ok(done) => Ended::from(&done),
        Err(failure) => failure.report(&output::complain),
    };
    ExitCode::from(ended.code())
}

/// The definition of the command line, for documents and completions.
pub fn definition() -> clap::Command {
    Cli::command()
}

/// How a command ended that ran to its end.
enum Done {
    /// All of it.
    Well,
    /// Some of it failed; what, was said.
    WithFailures,
}

/// Why a command could not run to its end.
enum Failure {
    /// The command line or the configuration must be changed.
    Usage(String),
    /// It ran, and failed.
    Failed(anyhow::Error),
    /// It did not end well in the gateway, which has said why.
    Told(Ended),
}

/// How a command ended, as it is told.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
enum Ended {
    /// All is done.
    Well,
    /// It ran to its end, and some of it failed.
    WithFailures,
    /// It could not run to its end.
    Failed,
    /// The command line or the configuration must be changed.
    Usage,
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Failure {
    /// Says what is wrong, if it was not said yet.
    fn report(self, complain: &dyn Fn(&str)) -> Ended {
        match self {
            Self::Usage(what) => {
                complain(&what);
                Ended::Usage
            }
            Self::Failed(error) if output::is_broken_pipe(&error) => Ended::Well,
            Self::Failed(error) => {
                complain(&output::chain(&error));
                Ended::Failed
            }
            Self::Told(ended) => ended,
        }
    }
}

impl Ended {
    fn code(self) -> u8 {
        match self {
            Self::Well => 0,
            Self::WithFailures | Self::Failed => 1,
            Self::Usage => 2,
        }
    }
}

impl From<&Done> for Ended {
    fn from(done: &Done) -> Self {
        match done {
            Done::Well => Self::Well,
            Done::WithFailures => Self::WithFailures,
        }
    }
}

fn dispatch(cli: &Cli) -> Result<Done, Failure> {
    let config = cli.config.as_path();
    match &cli.command {
        Command::Init(args) => init::run(args),
        Command::Demo(args) => demo::run(args),
        Command::Run => run::run(config),
        Command::AtStore(command) => command.call(config),
        Command::AtAccounts(command) => at_accounts::call(config, command.work()),
        Command::LoginLink(_) => login_link::run(config),
        Command::Parse(args) => parse::run(args),
        Command::Validate(args) => validate::run(args),
        Command::Explain(args) => explain::run(config, args),
        Command::CheckConfig => check_config::run(config),
        Command::Doctor(args) => doctor::run(config, args),
        Command::SendTest(args) => at_accounts::call(config, args),
        Command::Healthcheck(args) => healthcheck::run(config, args),
        Command::Reindex => reindex::run(config),
        Command::Restore(args) => restore::run(config, args),
        Command::Version => version::run(),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args),
        Command::Generate(args) => generate::run(args),
    }
}

/// Starts logging on stderr. Crates that would log what a mailbox says, passwords included, stay
/// silent below warnings whatever the filter says; so does one that tells of its threads.
fn start_log(cli: &Cli) -> Result<(), Failure> {
    use tracing_subscriber::filter::{EnvFilter, FilterExt, LevelFilter, Targets};
    use tracing_subscriber::layer::{Layer, SubscriberExt};
    use tracing_subscriber::util::SubscriberInitExt;

    let usual = match cli.command {
        Command::Run | Command::Demo(_) => "info",
        // What they would log, they say themselves.
        Command::Init(_) | Command::Doctor(_) | Command::SendTest(_) => "error",
        Command::AtStore(_)
        | Command::AtAccounts(_)
        | Command::LoginLink(_)
        | Command::Parse(_)
        | Command::Validate(_)
        | Command::Explain(_)
        | Command::CheckConfig
        | Command::Reindex
        | Command::Restore(_)
        | Command::Version
        | Command::Completions(_)
        | Command::Healthcheck(_)
        | Command::Man(_)
        | Command::Generate(_) => "warn",
    };
    let wanted = cli.log.as_deref().unwrap_or(usual);
    let filter = EnvFilter::try_new(wanted).map_err(|error| {
        Failure::Usage(format!(
            "--log {wanted:?} (or MSCONS_GATEWAY_LOG): {error}; write error, warn, info or debug, or a filter such as `info,mscons_gateway::mail=debug`"
        ))
    })?;
    let silent = Targets::new()
        .with_default(LevelFilter::TRACE)
        .with_target("actix_server", LevelFilter::WARN)
        .with_target("async_imap", LevelFilter::WARN)
        .with_target("rustls", LevelFilter::WARN);
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let lines = match cli.log_format {
        LogFormat::Text => lines.with_target(false).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    // As one filter, so that what it leaves out is known before a line is made.
    tracing_subscriber::registry()
        .with(lines.with_filter(silent.and(filter)))
        .init();
    Ok(())
}
