//! `run`: the gateway, until it is told to stop.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, Addr};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;

use crate::acknowledge::Terms;
use crate::actors::{Duties, Reload, Stop, Supervisor};
use crate::alert::Desk;
use crate::cli::control::Server;
use crate::cli::open::Opened;
use crate::cli::{Done, Failure, open};
use crate::clock;
use crate::config::{Current, Gateway};
use crate::expect::Watch;
use crate::health::Health;
use crate::metrics;
use crate::oauth::Accounts;
use crate::outbox::Routes;
use crate::query::Virtuals;
use crate::text::Text;
use crate::web::settings::Reloaded;
use crate::web::{Administrator, Context, Listeners, Settings};

pub(super) fn run(config: &Path) -> Result<Done, Failure> {
    let loaded = open::config(config)?;
    let file = config.to_owned();
    runtime().block_on(serve(loaded, Some(file), |_| {}))
}

/// The runtime of all that lives long: actors on this thread, everything else on worker threads.
pub(super) fn runtime() -> actix::SystemRunner {
    #[expect(clippy::expect_used, reason = "without threads there is no gateway")]
    actix::System::with_tokio_rt(|| {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .expect("the system gives no threads")
    })
}

/// Runs the gateway until SIGTERM or SIGINT. `ready` is told where, once its pages answer.
pub(super) async fn serve(
    config: Gateway,
    file: Option<PathBuf>,
    ready: impl FnOnce(SocketAddr),
) -> Result<Done, Failure> {
    // First of all: a signal that nobody listens to ends the process without its exit code.
    let signals = Signals::listen()?;
    let metrics = metrics::install()?;
    let opened = open::store(&config)?;
    let ingest = opened.ingest()?;
    let accounts = opened.accounts(&config);
    let health = well(&config, &accounts);
    let watch = Watch::new(open::plan(&config));
    let text = Text::new(config.language).in_zone(open::time_zone(&config)?);
    let desk = Desk::open(&config.data_dir, text.clone());
    let press = open::press(&config, &opened)?;
    let administrator = Administrator::new(accounts.clone(), &config.web.address())?;
    let (settings, reloads) = settings(file.as_deref());
    let current = Current::new(config.clone());
    let context = Context {
        store: Arc::clone(&opened.store),
        archive: Arc::clone(&opened.archive),
        health: health.clone(),
        text: Arc::new(text),
        time_zone: open::time_zone(&config)?,
        metrics: metrics.clone(),
        watch: watch.clone(),
        dialect: open::dialect(&config),
        virtuals: opened.virtuals.clone(),
        press: press.clone(),
        accounts: accounts.clone(),
        administrator: administrator.clone(),
        settings,
        config: current.clone(),
        ingest: ingest.clone(),
    };
    let listeners = bind(&config)?;
    let address = listeners.pages_address()?;
    let server = listeners.serve(context)?;
    let web = server.handle();
    tokio::spawn(upkeep(metrics));
    let serving = tokio::spawn(server);
    let (sends, told) = (ingest.clone(), health.clone());
    let duties = Duties::new(&config, sends, told, watch, desk, accounts.clone(), press);
    let supervisor = Supervisor::new(ingest, health.clone(), config.mailbox.clone())
        .with_duties(duties)
        .with_accounts(accounts.clone(), Text::new(config.language))
        .with_routes(Routes::of_config(&config))
        .start();
    let (virtuals, terms) = (opened.virtuals.clone(), opened.terms.clone());
    let control = control(&current, opened, &supervisor, &administrator);
    tracing::info!(listen = %address, mailboxes = config.mailbox.len(), data_dir = %config.data_dir.display(), "the gateway runs");
    ready(address);
    // The demo shows; nobody sets it up.
    if file.is_some() {
        invite(&administrator);
    }
    let renewed = Renewed {
        file: file.as_deref(),
        supervisor: &supervisor,
        current: &current,
        virtuals: &virtuals,
        terms: &terms,
        accounts: &accounts,
    };
    signals.until_stop(&renewed, reloads).await;
    tracing::info!("stopping: what is in flight is finished first");
    drop(control);
    health.store_ready(false);
    // The pages answer until the pollers are done, so that `/readyz` tells what is going on.
    let _ = supervisor.send(Stop).await;
    web.stop(true).await;
    drop(serving.await);
    Ok(Done::Well)
}

/// The health of a gateway that begins, and all counters at 0.
fn well(config: &Gateway, accounts: &Accounts) -> Health {
    let mailboxes: Vec<String> = config.mailbox.iter().map(|m| m.name.clone()).collect();
    metrics::zero(&mailboxes, &accounts.names());
    let health = Health::new(clock::now());
    health.set_mailboxes(&config.mailbox);
    health.store_ready(true);
    health
}

fn bind(config: &Gateway) -> Result<Listeners, Failure> {
    Listeners::bind(&config.web).map_err(|error| {
        let listen = &config.web.listen;
        Failure::Usage(format!(
            "web.listen = {listen:?}: {error}; stop what listens there, or write another address and port"
        ))
    })
}

/// Where the pages of settings write to, and where they tell that they did.
fn settings(file: Option<&Path>) -> (Settings, mpsc::Receiver<Reloaded>) {
    match file {
        Some(file) => Settings::at(file.to_owned(), open::environment()),
        None => (Settings::none(), mpsc::channel(1).1),
    }
}

/// Lets commands in while the gateway has the store; it runs without them where that cannot be.
fn control(
    config: &Current,
    opened: Opened,
    supervisor: &Addr<Supervisor>,
    administrator: &Administrator,
) -> Option<Server> {
    let (supervisor, administrator) = (supervisor.clone(), administrator.clone());
    match Server::listen(config.clone(), opened, supervisor, administrator) {
        Ok(server) => Some(server),
        Err(error) => {
            tracing::warn!(
                data_dir = %config.get().data_dir.display(), %error,
                "no control socket: commands such as `values` must wait until the gateway has stopped; a shorter data_dir may help"
            );
            None
        }
    }
}

/// Says where the administrator's password is set, as long as there is none.
fn invite(administrator: &Administrator) {
    let link = match administrator.has_password() {
        Ok(true) => return,
        Ok(false) => administrator.link(),
        Err(error) => Err(error),
    };
    match link {
        Ok(link) => tracing::warn!(
            link = *link,
            "nobody can log in yet: this link sets the administrator's password, once, within 24 hours"
        ),
        Err(error) => tracing::error!(%error, "the administrator cannot log in"),
    }
}

/// Keeps the histograms small, also where nobody asks for the metrics.
async fn upkeep(metrics: metrics::Handle) {
    let mut tick = tokio::time::interval(UPKEEP_EVERY);
    loop {
        tick.tick().await;
        metrics.run_upkeep();
    }
}

/// What the system may tell the process.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for SIGTERM or SIGINT; SIGHUP, and who saves settings, reload the configuration
    /// meanwhile.
    async fn until_stop(mut self, renewed: &Renewed<'_>, mut reloads: mpsc::Receiver<Reloaded>) {
        loop {
            let reloaded = tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hangup.recv() => None,
                Some(reloaded) = reloads.recv() => Some(reloaded),
            };
            tokio::select! {
                () = renewed.reload() => {}
                // A renewal that is waited for may take half a minute.
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
            }
            // Who does not wait any more need not know.
            let _ = reloaded.map(|reloaded| reloaded.send(()));
        }
    }
}

/// Who hears of a changed file.
struct Renewed<'a> {
    file: Option<&'a Path>,
    supervisor: &'a Addr<Supervisor>,
    current: &'a Current,
    virtuals: &'a Virtuals,
    terms: &'a Terms,
    accounts: &'a Accounts,
}

impl Renewed<'_> {
    /// Takes over what the changed file says; a faulty one changes nothing.
    async fn reload(&self) {
        let Some(file) = self.file else { return };
        match open::config(file) {
            Ok(config) => {
                tracing::info!(
                    mailboxes = config.mailbox.len(),
                    "the configuration is read again; changes of data_dir, secrets, store and web, and of what the pages look like (language, time_zone, export.csv), need a restart"
                );
                let config = Arc::new(config);
                self.virtuals.replace(open::virtuals(&config));
                self.current.replace(Arc::clone(&config));
                self.terms.replace(&config);
                let (accounts, changed) = (self.accounts.clone(), Arc::clone(&config));
                let replaced = tokio::task::spawn_blocking(move || accounts.reload(&changed));
                if let Err(panic) = replaced.await {
                    tracing::error!(%panic, "the Microsoft accounts are as they were");
                }
                let _ = self.supervisor.send(Reload(config)).await;
            }
            Err(Failure::Usage(what)) => {
                tracing::error!(
                    what,
                    "the configuration has faults; the gateway goes on with the old one"
                );
            }
            Err(Failure::Told(_)) => {}
            Err(Failure::Failed(error)) => {
                tracing::error!(%error, "the configuration cannot be read; the gateway goes on with the old one");
            }
        }
    }
}

/// As often as the exporter wants it.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);
