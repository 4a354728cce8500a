//! The command line: one file a command. Results go to stdout, logs and progress to stderr.

mod args;
mod check_config;
mod completions;
mod demo;
mod doctor;
mod export;
mod fetch;
mod generate;
mod healthcheck;
mod import;
mod init;
mod man;
mod messages;
mod open;
mod output;
mod parse;
mod plot;
mod quarantine;
mod reindex;
mod run;
mod series;
mod values;
mod version;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand, ValueEnum};

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
    /// Poll every mailbox once, then end
    #[command(after_help = "Example:\n  mscons-gateway fetch --mailbox metering")]
    Fetch(fetch::Args),
    /// Take files in: EDIFACT, mails, mbox, zip, gz, folders, Maildirs; `-` is stdin
    #[command(after_help = "Example:\n  mscons-gateway import ~/old-mails/ MSCONS_TL_2026-11.zip")]
    Import(import::Args),
    /// Parse files and print what is in them; store nothing
    #[command(
        after_help = "Example:\n  mscons-gateway parse --format summary MSCONS_TL_2026-11.zip"
    )]
    Parse(parse::Args),
    /// List the series
    #[command(after_help = "Example:\n  mscons-gateway series '5012*'")]
    Series(series::Args),
    /// Read the values of one series
    #[command(
        after_help = "Example:\n  mscons-gateway values 50120962218/1-1:1.29.0 --from 2026-11-01 --to 2026-12-01"
    )]
    Values(values::Args),
    /// Write the values of many series to a file
    #[command(
        after_help = "Example:\n  mscons-gateway export '5012*' --from 2026-11-01 --to 2026-12-01 --out november.csv"
    )]
    Export(export::Args),
    /// Draw a series as SVG
    #[command(
        after_help = "Example:\n  mscons-gateway plot 50120962218/1-1:1.29.0 --from 2026-11-02 --to 2026-11-09 --out week.svg"
    )]
    Plot(plot::Args),
    /// List the messages that were taken in, newest first
    #[command(after_help = "Example:\n  mscons-gateway messages --limit 10 --format json")]
    Messages(messages::Args),
    /// Look at what was not understood, try it again, or drop it
    #[command(after_help = "Example:\n  mscons-gateway quarantine")]
    Quarantine(quarantine::Args),
    /// Check the configuration and name every fault
    #[command(
        after_help = "Example:\n  mscons-gateway check-config --config /etc/mscons-gateway/gateway.toml"
    )]
    CheckConfig,
    /// Try everything the gateway needs, mailboxes included, and say what to do
    #[command(after_help = "Example:\n  mscons-gateway doctor --mailbox metering")]
    Doctor(doctor::Args),
    /// Ask the running gateway whether it is ready; for containers
    #[command(after_help = "Example:\n  mscons-gateway healthcheck --url http://127.0.0.1:8080")]
    Healthcheck(healthcheck::Args),
    /// Build the database again from the raw archive
    #[command(
        after_help = "Example:\n  mscons-gateway reindex --config /etc/mscons-gateway/gateway.toml"
    )]
    Reindex,
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

/// Runs the command that the process was started with. Exit codes: 0 done, 1 it ran and something
/// failed, 2 wrong usage or configuration.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    start_log(&cli);
    match dispatch(&cli) {
        Ok(Done::Well) => ExitCode::SUCCESS,
        Ok(Done::WithFailures) => ExitCode::from(1),
        Err(failure) => failure.report(),
    }
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
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Failure {
    fn report(self) -> ExitCode {
        match self {
            Self::Usage(what) => {
                output::complain(&what);
                ExitCode::from(2)
            }
            Self::Failed(error) if output::is_broken_pipe(&error) => ExitCode::SUCCESS,
            Self::Failed(error) => {
                output::complain(&output::chain(&error));
                ExitCode::from(1)
            }
        }
    }
}

fn dispatch(cli: &Cli) -> Result<Done, Failure> {
    let config = cli.config.as_path();
    match &cli.command {
        Command::Init(args) => init::run(args),
        Command::Demo(args) => demo::run(args),
        Command::Run => run::run(config),
        Command::Fetch(args) => fetch::run(config, args),
        Command::Import(args) => import::run(config, args),
        Command::Parse(args) => parse::run(args),
        Command::Series(args) => series::run(config, args),
        Command::Values(args) => values::run(config, args),
        Command::Export(args) => export::run(config, args),
        Command::Plot(args) => plot::run(config, args),
        Command::Messages(args) => messages::run(config, args),
        Command::Quarantine(args) => quarantine::run(config, args),
        Command::CheckConfig => check_config::run(config),
        Command::Doctor(args) => doctor::run(config, args),
        Command::Healthcheck(args) => healthcheck::run(config, args),
        Command::Reindex => reindex::run(config),
        Command::Version => version::run(),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args),
        Command::Generate(args) => generate::run(args),
    }
}

/// Starts logging on stderr. Crates that would log what a mailbox says, passwords included, stay
/// silent below warnings whatever the filter says; so does one that tells of its threads.
fn start_log(cli: &Cli) {
    use tracing_subscriber::filter::{EnvFilter, LevelFilter, Targets};
    use tracing_subscriber::layer::{Layer, SubscriberExt};
    use tracing_subscriber::util::SubscriberInitExt;

    let usual = match cli.command {
        Command::Run | Command::Demo(_) => "info",
        // What they would log, they say themselves.
        Command::Init(_) | Command::Doctor(_) => "error",
        Command::Fetch(_)
        | Command::Import(_)
        | Command::Parse(_)
        | Command::Series(_)
        | Command::Values(_)
        | Command::Export(_)
        | Command::Plot(_)
        | Command::Messages(_)
        | Command::Quarantine(_)
        | Command::CheckConfig
        | Command::Reindex
        | Command::Version
        | Command::Completions(_)
        | Command::Healthcheck(_)
        | Command::Man(_)
        | Command::Generate(_) => "warn",
    };
    let wanted = cli.log.as_deref().unwrap_or(usual);
    let filter = EnvFilter::try_new(wanted).unwrap_or_else(|_| EnvFilter::new(usual));
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
    tracing_subscriber::registry()
        .with(lines.with_filter(silent))
        .with(filter)
        .init();
}
