//! A POP3 server that misbehaves by script: what no real server does on demand.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What to say to a command.
#[derive(Clone, Debug)]
pub(super) enum Say {
    /// These bytes.
    Bytes(Vec<u8>),
    /// These bytes, and then the end of the connection.
    Last(Vec<u8>),
    /// These bytes again and again, as long as somebody reads.
    Endless(Vec<u8>),
}

/// A script's answer.
#[expect(
    clippy::unnecessary_wraps,
    reason = "scripts answer some commands only"
)]
pub(super) fn say(bytes: impl AsRef<[u8]>) -> Option<Say> {
    Some(Say::Bytes(bytes.as_ref().to_vec()))
}

/// A running server. Ends with the test's runtime.
#[derive(Debug)]
pub(super) struct Scripted {
    pub(super) port: u16,
    heard: Arc<Mutex<Vec<String>>>,
    pipelined: Arc<AtomicBool>,
}

impl Scripted {
    /// A server with these capabilities (by commas) and this many mails. The script sees each
    /// command, and `GREETING`; what it does not answer is answered as a good server would.
    pub(super) async fn start(
        capabilities: &'static str,
        mails: u32,
        script: impl Fn(&str) -> Option<Say> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let script = Arc::new(script);
        let log = heard.clone();
        let pipelined = Arc::new(AtomicBool::new(false));
        let seen = pipelined.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (script, log, seen) = (script.clone(), log.clone(), seen.clone());
                tokio::spawn(async move {
                    let _ = serve(stream, (capabilities, mails), &*script, &log, &seen).await;
                });
            }
        });
        Self {
            port,
            heard,
            pipelined,
        }
    }

    /// The commands that came.
    pub(super) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    /// Whether a command came before the one ahead of it was answered.
    pub(super) fn saw_pipelining(&self) -> bool {
        self.pipelined.load(Ordering::SeqCst)
    }

    /// How many commands came that begin so.
    pub(super) fn count(&self, beginning: &str) -> usize {
        let heard = self.heard();
        let alike = heard.iter().filter(|line| line.starts_with(beginning));
        alike.count()
    }
}

/// The mail that a good server gives under a number.
pub(super) fn mail(number: u32) -> String {
    format!("Subject: {number}\r\n\r\nMail {number}\r\n")
}

async fn serve(
    stream: TcpStream,
    (capabilities, mails): (&str, u32),
    script: &(dyn Fn(&str) -> Option<Say> + Send + Sync),
    log: &Mutex<Vec<String>>,
    pipelined: &AtomicBool,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = "GREETING".to_owned();
    loop {
        let command = line.trim_end().to_owned();
        if command != "GREETING" {
            log.lock().unwrap().push(command.clone());
            pipelined.fetch_or(!stream.buffer().is_empty(), Ordering::SeqCst);
        }
        let said = script(&command)
            .unwrap_or_else(|| Say::Bytes(good_answer(&command, capabilities, mails).into()));
        match said {
            Say::Bytes(bytes) => stream.write_all(&bytes).await?,
            Say::Last(bytes) => {
                stream.write_all(&bytes).await?;
                return stream.shutdown().await;
            }
            Say::Endless(bytes) => loop {
                stream.write_all(&bytes).await?;
            },
        }
        line.clear();
        if command == "QUIT" || stream.read_line(&mut line).await? == 0 {
            return stream.shutdown().await;
        }
    }
}

fn good_answer(command: &str, capabilities: &str, mails: u32) -> String {
    let (verb, argument) = command.split_once(' ').unwrap_or((command, ""));
    match verb {
        "CAPA" => {
            let lines = capabilities.replace(',', "\r\n");
            format!("+OK\r\n{lines}\r\n.\r\n")
        }
        "UIDL" => listing(mails, |number| format!("uid-{number}")),
        "LIST" => listing(mails, |number| mail(number).len().to_string()),
        "RETR" => format!("+OK\r\n{}.\r\n", mail(argument.parse().unwrap())),
        _ => "+OK\r\n".to_owned(),
    }
}

fn listing(mails: u32, of: impl Fn(u32) -> String) -> String {
    let mut lines = vec!["+OK".to_owned()];
    lines.extend((1..=mails).map(|number| format!("{number} {}", of(number))));
    format!("{}\r\n.\r\n", lines.join("\r\n"))
}
