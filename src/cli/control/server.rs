//! The gateway's side: it has the store, the client has the terminal.

use std::cell::RefCell;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use actix::Addr;
use clap::Parser;
use tokio::net::UnixListener;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::actors::Supervisor;
use crate::cli::at_accounts::AccountsCall;
use crate::cli::call::{Call, Caller, OLDER, Said, complaint};
use crate::cli::control::frame::{self, Receiver};
use crate::cli::control::{Given, Request, Told, socket};
use crate::cli::inputs::{Input, MAX_FILE_BYTES};
use crate::cli::open::Opened;
use crate::cli::{Cli, Done, Ended, Failure, InGateway, login_link};
use crate::config::fingerprint::Fingerprint;
use crate::config::{Current, Gateway};
use crate::web::Administrator;

/// The listening socket; its file goes when it is dropped.
pub(in crate::cli) struct Server {
    path: PathBuf,
    listening: JoinHandle<()>,
}

/// What the commands work with.
struct Running {
    config: Current,
    opened: Opened,
    administrator: Administrator,
    supervisor: Addr<Supervisor>,
    runtime: Handle,
}

impl Server {
    /// Listens in the data directory, which this process has to itself: a socket that is there is
    /// left over.
    ///
    /// # Errors
    /// If it cannot listen there, such as where the path is longer than a socket's may be.
    pub(in crate::cli) fn listen(
        config: Current,
        opened: Opened,
        supervisor: Addr<Supervisor>,
        administrator: Administrator,
    ) -> io::Result<Self> {
        let path = socket(&config.get().data_dir);
        let listener = bind(&path)?;
        let owner = fs::metadata(&path)?.uid();
        let gateway = Arc::new(Running {
            config,
            opened,
            administrator,
            supervisor,
            runtime: Handle::current(),
        });
        let listening = tokio::spawn(serve(listener, owner, gateway));
        Ok(Self { path, listening })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.listening.abort();
        let _ = fs::remove_file(&self.path);
    }
}

/// A socket that never was open to others: it gets its name when its mode is set.
fn bind(path: &Path) -> io::Result<UnixListener> {
    let unnamed = path.with_extension("new");
    let _ = fs::remove_file(&unnamed);
    let listener = UnixListener::bind(&unnamed)?;
    fs::set_permissions(&unnamed, fs::Permissions::from_mode(0o600))?;
    fs::rename(&unnamed, path)?;
    Ok(listener)
}

/// Gives each client a thread of its own: commands read the disk, and wait for their client.
async fn serve(listener: UnixListener, owner: u32, gateway: Arc<Running>) {
    let free = Arc::new(Semaphore::new(MAX_CLIENTS));
    loop {
        let client = match listener.accept().await {
            Ok((client, _)) => client,
            Err(error) => {
                tracing::warn!(%error, "a client could not be taken at the control socket");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        // The mode of the file keeps others out; root may pass it.
        let is_ours = |uid: u32| uid == owner || uid == 0;
        if !client.peer_cred().is_ok_and(|peer| is_ours(peer.uid())) {
            continue;
        }
        let Ok(client) = client.into_std() else {
            continue;
        };
        let permit = Arc::clone(&free).try_acquire_owned();
        let gateway = Arc::clone(&gateway);
        let started = std::thread::Builder::new()
            .name("command".to_owned())
            .spawn(move || {
                let answered = attend(&gateway, &client, permit.is_ok());
                drop(permit);
                if let Err(error) = answered {
                    tracing::debug!(%error, "a client of the control socket is gone");
                }
            });
        if let Err(error) = started {
            tracing::warn!(%error, "the system gives no thread for a command");
        }
    }
}

/// Runs what a client wants.
fn attend(gateway: &Running, stream: &UnixStream, is_free: bool) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(GREETING_TIMEOUT))?;
    stream.set_write_timeout(Some(CLIENT_TIMEOUT))?;
    if frame::greet(stream)? != frame::greeting().trim_end() {
        return Ok(()); // It has heard our version, and says so.
    }
    let mut receiver = Receiver::default();
    let request: Request = receiver.next(stream)?;
    stream.set_read_timeout(Some(CLIENT_TIMEOUT))?;
    let client = Client {
        stream,
        receiver: RefCell::new(receiver),
        is_person: request.is_person,
    };
    let ended = if is_free {
        run(gateway, &client, request)
    } else {
        client.complain(&format!(
            "{MAX_CLIENTS} commands run in the gateway already; try again when one is done"
        ));
        Ended::Failed
    };
    frame::send(stream, &Told::Ended(ended))
}

fn run(gateway: &Running, client: &Client<'_>, request: Request) -> Ended {
    let mut config = (*gateway.config.get()).clone();
    config.language = request.language;
    config.time_zone = request.time_zone;
    config.export.csv = request.csv;
    let is_older = request.fingerprint != Fingerprint::of(&config);
    let arguments = request.arguments.into_iter().map(OsString::from_vec);
    let done = match Cli::try_parse_from(arguments) {
        Ok(cli) => gateway.run(&cli, &config, is_older, client),
        Err(error) => Err(Failure::Usage(error.to_string())),
    };
    match done {
        Ok(done) => Ended::from(&done),
        Err(failure) => failure.report(&|what| client.complain(what)),
    }
}

impl Running {
    fn run(
        &self,
        cli: &Cli,
        config: &Gateway,
        is_older: bool,
        caller: &dyn Caller,
    ) -> Result<Done, Failure> {
        match cli.command.in_gateway() {
            Some(InGateway::Store(work)) => work.run(&Call {
                config,
                opened: &self.opened,
                gateway: Some(&self.supervisor),
                runtime: Some(&self.runtime),
                is_older,
                caller,
            }),
            Some(InGateway::Accounts(work)) => {
                if is_older {
                    caller.note(OLDER);
                }
                work.run(&AccountsCall {
                    config,
                    accounts: self.opened.accounts(config),
                    runtime: Some(&self.runtime),
                    caller,
                })
            }
            Some(InGateway::LoginLink) => login_link::answer(&self.administrator, caller),
            None => Err(Failure::Usage("it does not run in the gateway".to_owned())),
        }
    }
}

/// A terminal at the other end of the socket.
struct Client<'a> {
    stream: &'a UnixStream,
    receiver: RefCell<Receiver>,
    is_person: bool,
}

impl Client<'_> {
    fn complain(&self, what: &str) {
        let _ = self.hear(Said::Line(&complaint(what)));
    }
}

impl Caller for Client<'_> {
    fn hear(&self, said: Said<'_>) -> io::Result<()> {
        frame::send(self.stream, &Told::Said(said))
    }

    fn next_input(&self) -> io::Result<Option<Input>> {
        frame::send(self.stream, &Told::NextInput)?;
        let mut receiver = self.receiver.borrow_mut();
        let mut bytes = Vec::new();
        loop {
            let (name, of, bytes) = match receiver.next(self.stream)? {
                Given::Piece(piece) => {
                    if bytes.len() as u64 + piece.len() as u64 > MAX_FILE_BYTES {
                        return Err(io::ErrorKind::FileTooLarge.into());
                    }
                    bytes.extend_from_slice(piece);
                    continue;
                }
                Given::File { name, of } => (name, of, Ok(bytes)),
                Given::Unreadable { name, of, error } => (name, of, Err(error.to_owned())),
                Given::NoMore => return Ok(None),
            };
            let name = name.to_owned();
            return Ok(Some(Input { name, bytes, of }));
        }
    }

    fn is_person(&self) -> bool {
        self.is_person
    }
}

/// Commands that run at once: more than a person starts, and each has a thread and a file or two.
const MAX_CLIENTS: usize = 8;
/// Between accepts that fail, such as where no file can be opened any more.
const PAUSE: Duration = Duration::from_millis(100);
/// Greeting and command line are sent at once.
const GREETING_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a client may take nothing or give nothing: someone may be reading in a pager.
const CLIENT_TIMEOUT: Duration = Duration::from_mins(10);
