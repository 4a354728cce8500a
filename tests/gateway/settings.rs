//! The administrator's login and the pages of settings, as a browser and a stranger see them.

mod accounts;
mod asking;
mod browser;
mod callback;
mod changes;
mod login;
mod outbox;
mod places;
mod secrets;
mod visitor;

use std::fs;
use std::net::TcpListener;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::run::gateway::{Gateway, Home};
use crate::support::entra::{Entra, TENANT};
use visitor::{Answer, Visitor};

const PASSWORD: &str = "richtig-pferd-batterie";
const METER: &str = "meter@example.org";

/// A running gateway with a file that can be changed.
struct House {
    home: Home,
    gateway: Gateway,
    /// Host and port, as a browser names them.
    host: String,
}

impl House {
    /// With this behind the sections `data_dir` and `[web]`.
    fn open(more: &str) -> Self {
        let home = Home::new();
        let host = format!("localhost:{}", free_port());
        configure(&home, &host, more);
        Self::at(home, host)
    }

    fn at(home: Home, host: String) -> Self {
        let gateway = Gateway::run(&home);
        Self {
            home,
            gateway,
            host,
        }
    }

    /// The same after a restart; what the gateway logged before is gone.
    fn again(self) -> Self {
        let Self {
            home,
            gateway,
            host,
        } = self;
        gateway.stop("TERM");
        Self::at(home, host)
    }

    fn file(&self) -> String {
        fs::read_to_string(self.home.config()).unwrap()
    }

    fn visitor(&self) -> Visitor {
        Visitor::new(&self.host)
    }

    /// The path behind the link of the log.
    fn link(&self) -> String {
        let line = self
            .gateway
            .wait_for_log("this link sets the administrator's password");
        self.path_in(&line)
    }

    /// The path of the address that stands somewhere in a text.
    fn path_in(&self, text: &str) -> String {
        let base = format!("http://{}", self.host);
        let (_, behind) = text.split_once(&base).unwrap();
        let end = behind.find(|char: char| char.is_whitespace() || char == '"');
        behind[..end.unwrap_or(behind.len())].to_owned()
    }

    /// Somebody who is logged in.
    fn administrator(&self) -> Visitor {
        let mut visitor = self.visitor();
        let answer = set_password(&mut visitor, &self.link(), PASSWORD);
        assert_eq!(answer.status, 303, "{}", answer.body);
        visitor
    }
}

/// Sets the password by a link; gives what was answered.
fn set_password(visitor: &mut Visitor, link: &str, password: &str) -> Answer {
    let (_, token) = link.split_once("token=").unwrap();
    let fields = [
        ("token", token),
        ("password", password),
        ("repeated", password),
    ];
    visitor.post("/setup", &fields)
}

/// Writes `gateway.toml` with this behind the sections `data_dir` and `[web]`.
fn configure(home: &Home, host: &str, more: &str) {
    let (_, port) = host.split_once(':').unwrap();
    let text = format!(
        "data_dir = '{}'\nlanguage = \"en\" # for the test\n\n[web]\nlisten = \"127.0.0.1:{port}\"\nbase_url = \"http://{host}\"\n{more}",
        home.path("data").display()
    );
    fs::write(home.config(), text).unwrap();
}

/// An account at the server, without its secret, and a mailbox that uses it.
fn account(entra: &Entra, flow: &str) -> String {
    format!(
        "\n# The account of the mailbox.\n[[microsoft]]\nname = \"office\"\ntenant_id = \"{TENANT}\"   # the tests' own\nclient_id = \"app-1\"\nauthority = \"{}\"\nflow = \"{flow}\"\n{}",
        entra.authority(),
        mailbox(METER)
    )
}

/// A mailbox that signs in by the only account; there is no server behind it.
fn mailbox(username: &str) -> String {
    format!(
        "\n[[mailbox]]\nname = \"metering\"\nhost = \"localhost\"\nport = 9\nauth = \"microsoft\"\nusername = \"{username}\"\npoll_interval = \"1h\"\n"
    )
}

/// A port that is free, and that the system gives to nobody else who asks for any (on Linux those
/// begin at 32,768).
fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let first = std::process::id() % PORTS;
    let mut ports = std::iter::from_fn(|| {
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        u16::try_from(FIRST_PORT + (first + next) % PORTS).ok()
    });
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    ports.find(is_free).unwrap()
}

const FIRST_PORT: u32 = 12_000;
const PORTS: u32 = 8_000;
