//! One poll of an IMAP server that says what it wants, over a real connection on loopback.

use std::cell::RefCell;
use std::net::Ipv4Addr;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex};

use mscons_gateway::config::mailbox::{Encryption, Mailbox};
use mscons_gateway::config::secret::Secret;
use mscons_gateway::mail::poll::{Session, poll};
use mscons_gateway::mail::{FetchedMail, Intake, IntakeError};
use mscons_gateway::mailbox::{Cursor, MailId, Outcome};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;

/// A poll comes to its end whatever the server answers. It hands over no more than came, no mail
/// over the limit, and lets the server forget nothing but what is durable. The first byte chooses
/// what happens to a mail that is done, and which mails are.
pub(crate) fn any_answers(bytes: &[u8]) {
    let Some((&choice, answers)) = bytes.split_first() else {
        return;
    };
    let intake = Memory::new(choice);
    let heard = SERVER.with_borrow_mut(|server| server.poll(choice, answers, &intake));
    let seen = intake.0.lock().expect("nobody panicked");
    assert!(seen.bytes <= answers.len() as u64);
    for command in heard.lines() {
        let mut words = command.split(' ').skip(1);
        let is_release = words.next() == Some("UID")
            && matches!(words.next(), Some("STORE" | "MOVE" | "COPY" | "EXPUNGE"));
        for run in words
            .next()
            .filter(|_| is_release)
            .into_iter()
            .flat_map(uids)
        {
            let durable = seen.durable.iter().any(|uid| run.contains(uid));
            assert!(durable, "{command}: nothing of {run:?} is durable");
            let length = run.end() - run.start();
            assert!(length < 1_000, "{command}");
            assert!(
                run.clone().all(|uid| seen.durable.contains(&uid)),
                "{command}"
            );
        }
    }
}

/// The runs of a set: `1:3,7`.
fn uids(set: &str) -> impl Iterator<Item = RangeInclusive<u32>> {
    let number = |text: &str| text.parse().expect("a UID");
    set.split(',').map(move |run| {
        let (first, last) = run.split_once(':').unwrap_or((run, run));
        number(first)..=number(last)
    })
}

thread_local! {
    static SERVER: RefCell<Server> = RefCell::new(Server::start());
}

struct Server {
    runtime: Runtime,
    listener: TcpListener,
    port: u16,
    address: u32,
}

impl Server {
    fn start() -> Self {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let listener = runtime
            .block_on(TcpListener::bind("0.0.0.0:0"))
            .expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        Self {
            runtime,
            listener,
            port,
            address: 0,
        }
    }

    /// Polls once; gives the commands that came.
    fn poll(&mut self, choice: u8, answers: &[u8], intake: &Memory) -> String {
        // Each poll leaves a closed pair of ports behind for a minute: 127.0.0.0/8 has enough.
        self.address = self.address % 0xFF_FFF0 + 1;
        let mailbox = Mailbox {
            host: Ipv4Addr::from(0x7F00_0000 + self.address).to_string(),
            port: self.port,
            encryption: Encryption::None,
            username: "metering".to_owned(),
            password: Secret::Text("secret".to_owned()),
            delete_after_fetch: choice & 1 == 1,
            move_to: if choice & 3 == 2 { "Done" } else { "" }.to_owned(),
            max_mail_size: "200".parse().expect("a size"),
            ..Mailbox::default()
        };
        let serve = async {
            let (mut stream, _) = self.listener.accept().await.expect("a client");
            let (mut reader, mut writer) = stream.split();
            let say = async {
                // The client may have heard enough.
                let _ = writer.write_all(answers).await;
                let _ = writer.shutdown().await;
            };
            let mut heard = Vec::new();
            // A closed socket would take back what the client has not read yet.
            let (_, ()) = tokio::join!(reader.read_to_end(&mut heard), say);
            String::from_utf8(heard).expect("commands are text")
        };
        let poll = async {
            let mut session = Session::default();
            let budget = Arc::new(Semaphore::new(1_000));
            let polled = poll(&mailbox, &mut session, budget, intake, &|_, _| {}).await;
            if let Ok(summary) = polled {
                let handed_over = intake.0.lock().expect("nobody panicked").handed_over;
                assert!(summary.durable <= handed_over);
            }
        };
        self.runtime.block_on(async { tokio::join!(serve, poll) }).0
    }
}

/// Keeps nothing of a mail but its UID.
#[derive(Clone)]
struct Memory(Arc<Mutex<Seen>>);

struct Seen {
    /// Mails of this remainder are not stored.
    spares: u32,
    handed_over: u64,
    bytes: u64,
    durable: Vec<u32>,
}

impl Memory {
    fn new(choice: u8) -> Self {
        Self(Arc::new(Mutex::new(Seen {
            spares: u32::from(choice >> 5),
            handed_over: 0,
            bytes: 0,
            durable: Vec::new(),
        })))
    }
}

impl Intake for Memory {
    async fn hand_over(&self, mail: FetchedMail) -> Result<Outcome, IntakeError> {
        let mut seen = self.0.lock().expect("nobody panicked");
        assert!(mail.bytes.len() <= 200);
        seen.handed_over += 1;
        seen.bytes += mail.bytes.len() as u64;
        let MailId::Imap { uid, .. } = mail.id else {
            panic!("{:?} from IMAP", mail.id);
        };
        if mail.too_large_bytes.is_some() {
            return Ok(Outcome::TooLarge);
        }
        if uid % 8 == seen.spares {
            return Err(IntakeError::passing("the disk is full"));
        }
        seen.durable.push(uid);
        Ok(Outcome::Stored)
    }

    async fn cursor(&self, _: &str) -> Result<Option<Cursor>, IntakeError> {
        Ok(None)
    }

    async fn announce(&self, _: &str, _: u32, _: Vec<u32>, _: u32) -> Result<(), IntakeError> {
        Ok(())
    }

    async fn settled(&self, ids: Vec<MailId>) -> Result<Vec<bool>, IntakeError> {
        Ok(vec![false; ids.len()])
    }

    async fn settle(&self, _: &str, _: Vec<MailId>) -> Result<(), IntakeError> {
        Ok(())
    }
}
