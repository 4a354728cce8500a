//! An IMAP server that misbehaves by script: what no real server does on demand.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What to say to a command. `$T` stands for its tag, `$I` for that of the last IDLE.
#[derive(Clone, Debug)]
pub(crate) enum Say {
    /// These bytes.
    Text(String),
    /// These bytes, and then the end of the connection.
    Last(String),
}

/// A script's answer.
#[expect(
    clippy::unnecessary_wraps,
    reason = "scripts answer some commands only"
)]
pub(crate) fn say(text: impl Into<String>) -> Option<Say> {
    Some(Say::Text(text.into()))
}

/// A running server. Ends with the test's runtime.
#[derive(Debug)]
pub(crate) struct Scripted {
    pub(crate) port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    /// A server with these capabilities and this many mails (UIDs from 1). The script sees each
    /// command without its tag; what it does not answer is answered as a good server would.
    pub(crate) async fn start(
        capabilities: &'static str,
        mails: u32,
        script: impl Fn(&str) -> Option<Say> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let script = Arc::new(script);
        let log = heard.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (script, log) = (script.clone(), log.clone());
                tokio::spawn(async move {
                    let _ = serve(stream, capabilities, mails, &*script, &log).await;
                });
            }
        });
        Self { port, heard }
    }

    /// The commands that came, without tags.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    /// How many commands came that begin so.
    pub(crate) fn count(&self, beginning: &str) -> usize {
        let heard = self.heard();
        heard
            .iter()
            .filter(|line| line.starts_with(beginning))
            .count()
    }
}

async fn serve(
    stream: TcpStream,
    capabilities: &str,
    mails: u32,
    script: &(dyn Fn(&str) -> Option<Say> + Send + Sync),
    log: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let greeting = match script("GREETING") {
        Some(Say::Text(text) | Say::Last(text)) => text,
        None => format!("* OK [CAPABILITY IMAP4rev1 {capabilities}] ready\r\n"),
    };
    stream.get_mut().write_all(greeting.as_bytes()).await?;
    let (mut line, mut idle) = (String::new(), String::new());
    while stream.read_line(&mut line).await? > 0 {
        let (tag, command) = line
            .trim_end()
            .split_once(' ')
            .unwrap_or(("", line.trim_end()));
        let command = if tag == "DONE" { "DONE" } else { command };
        if command == "IDLE" {
            tag.clone_into(&mut idle);
        }
        log.lock().unwrap().push(command.to_owned());
        let (text, last) = match script(command) {
            Some(Say::Text(text)) => (text, false),
            Some(Say::Last(text)) => (text, true),
            None => (good_answer(command, capabilities, mails), false),
        };
        stream
            .get_mut()
            .write_all(text.replace("$T", tag).replace("$I", &idle).as_bytes())
            .await?;
        if last {
            break;
        }
        line.clear();
    }
    stream.get_mut().shutdown().await
}

/// The answer of a server whose mails are `Mail n`.
fn good_answer(command: &str, capabilities: &str, mails: u32) -> String {
    let before = if command.starts_with("CAPABILITY") {
        format!("* CAPABILITY IMAP4rev1 {capabilities}\r\n")
    } else if command.starts_with("SELECT") || command.starts_with("EXAMINE") {
        format!(
            "* {mails} EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT {}] ok\r\n",
            mails + 1
        )
    } else if let Some(rest) = command.strip_prefix("UID FETCH ") {
        let (set, items) = rest.split_once(' ').unwrap();
        set_of(set, mails).map(|uid| fetch(uid, items)).collect()
    } else if let Some(rest) = command.strip_prefix("FETCH ") {
        let (set, items) = rest.split_once(' ').unwrap();
        set_of(set, mails).map(|uid| fetch(uid, items)).collect()
    } else if let Some(set) = command.strip_prefix("UID SEARCH UID ") {
        let found: Vec<String> = set_of(set, mails).map(|uid| uid.to_string()).collect();
        format!("* SEARCH {}\r\n", found.join(" "))
    } else if command.starts_with("UID SEARCH") {
        "* SEARCH\r\n".to_owned()
    } else {
        String::new()
    };
    format!("{before}$T OK done\r\n")
}

fn fetch(uid: u32, items: &str) -> String {
    let mail = format!("Subject: {uid}\r\n\r\nMail {uid}\r\n");
    let length = mail.len();
    if items.contains("BODY.PEEK[]") {
        format!("* {uid} FETCH (UID {uid} BODY[] {{{length}}}\r\n{mail})\r\n")
    } else {
        format!("* {uid} FETCH (UID {uid} RFC822.SIZE {length} FLAGS ())\r\n")
    }
}

/// The UIDs of a set that have a mail.
fn set_of(set: &str, mails: u32) -> impl Iterator<Item = u32> {
    let ranges: Vec<_> = set
        .split(',')
        .map(|part| {
            let (first, last) = part.split_once(':').unwrap_or((part, part));
            let number = |text: &str| text.parse().unwrap_or(mails);
            let (first, last) = (number(first), number(last));
            first.min(last)..=first.max(last).min(mails)
        })
        .collect();
    ranges.into_iter().flatten()
}
