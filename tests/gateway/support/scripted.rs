//! IMAP and POP3 servers that misbehave by script: what no real server does on demand.

mod imap;
pub(crate) mod pop3;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What to say to a command. For IMAP `$T` stands for its tag, `$I` for that of the last IDLE or
/// AUTHENTICATE.
#[derive(Clone, Debug)]
pub(crate) enum Say {
    /// These bytes.
    Bytes(Vec<u8>),
    /// These bytes, and then the end of the connection.
    Last(Vec<u8>),
    /// The first bytes, and then the others again and again, as long as somebody reads.
    Endless(Vec<u8>, Vec<u8>),
    /// The first bytes, and then the others again and again, with a pause before each.
    Drip(Vec<u8>, Vec<u8>),
}

/// These bytes.
pub(crate) fn bytes(bytes: impl Into<Vec<u8>>) -> Say {
    Say::Bytes(bytes.into())
}

/// These bytes, and then the end of the connection.
pub(crate) fn last(bytes: impl Into<Vec<u8>>) -> Say {
    Say::Last(bytes.into())
}

/// A beginning, and then the same again and again.
pub(crate) fn endless(beginning: impl Into<Vec<u8>>, again: impl Into<Vec<u8>>) -> Say {
    Say::Endless(beginning.into(), again.into())
}

/// A beginning, and then the same every [`DRIP`].
pub(crate) fn drip(beginning: impl Into<Vec<u8>>, again: impl Into<Vec<u8>>) -> Say {
    Say::Drip(beginning.into(), again.into())
}

/// A script's answer.
#[expect(
    clippy::unnecessary_wraps,
    reason = "scripts answer some commands only"
)]
pub(crate) fn say(text: impl Into<Vec<u8>>) -> Option<Say> {
    Some(bytes(text))
}

/// The pause between two drops.
pub(crate) const DRIP: Duration = Duration::from_secs(10);

type Script = dyn Fn(&str) -> Option<Say> + Send + Sync;

/// A running server. Ends with the test's runtime.
#[derive(Debug)]
pub(crate) struct Scripted {
    pub(crate) port: u16,
    notes: Arc<Notes>,
}

/// What a server noticed.
#[derive(Debug, Default)]
struct Notes {
    heard: Mutex<Vec<String>>,
    pipelined: AtomicBool,
}

/// Which protocol, with what capabilities, and how many mails (UIDs and numbers from 1).
#[derive(Clone, Copy, Debug)]
struct Offer {
    is_imap: bool,
    capabilities: &'static str,
    mails: u32,
}

impl Scripted {
    /// An IMAP server with these capabilities and this many mails. The script sees each command
    /// without its tag, and `GREETING`; what it does not answer is answered as a good server would.
    pub(crate) async fn imap(
        capabilities: &'static str,
        mails: u32,
        script: impl Fn(&str) -> Option<Say> + Send + Sync + 'static,
    ) -> Self {
        let is_imap = true;
        let offer = Offer {
            is_imap,
            capabilities,
            mails,
        };
        Self::start(offer, Arc::new(script)).await
    }

    /// The same for POP3; capabilities by commas.
    pub(crate) async fn pop3(
        capabilities: &'static str,
        mails: u32,
        script: impl Fn(&str) -> Option<Say> + Send + Sync + 'static,
    ) -> Self {
        let is_imap = false;
        let offer = Offer {
            is_imap,
            capabilities,
            mails,
        };
        Self::start(offer, Arc::new(script)).await
    }

    async fn start(offer: Offer, script: Arc<Script>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let notes = Arc::new(Notes::default());
        let written = notes.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A drop shall not wait for the acknowledgement of the one before.
                stream.set_nodelay(true).unwrap();
                let (script, notes) = (script.clone(), written.clone());
                tokio::spawn(async move {
                    let _ = serve(stream, offer, &*script, &notes).await;
                });
            }
        });
        Self { port, notes }
    }

    /// The commands that came, without tags.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.notes.heard.lock().unwrap().clone()
    }

    /// How many commands came that begin so.
    pub(crate) fn count(&self, beginning: &str) -> usize {
        let heard = self.heard();
        let alike = heard.iter().filter(|line| line.starts_with(beginning));
        alike.count()
    }

    /// Whether a command came before the one ahead of it was answered.
    pub(crate) fn saw_pipelining(&self) -> bool {
        self.notes.pipelined.load(Ordering::SeqCst)
    }
}

async fn serve(
    stream: TcpStream,
    offer: Offer,
    script: &Script,
    notes: &Notes,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let (mut line, mut idle) = ("$ GREETING".to_owned(), String::new());
    loop {
        let (tag, command) = match line.trim_end().split_once(' ') {
            Some(words) if offer.is_imap || line.starts_with('$') => words,
            _ => ("", line.trim_end()),
        };
        if command == "IDLE" || command.starts_with("AUTHENTICATE") {
            tag.clone_into(&mut idle);
        }
        if command != "GREETING" {
            notes.heard.lock().unwrap().push(command.to_owned());
            let has_more = !stream.buffer().is_empty();
            notes.pipelined.fetch_or(has_more, Ordering::SeqCst);
        }
        let good = if offer.is_imap {
            imap::good_answer
        } else {
            pop3::good_answer
        };
        let said = script(command)
            .unwrap_or_else(|| bytes(good(command, offer.capabilities, offer.mails)));
        let marked = |bytes| {
            if offer.is_imap {
                with_tags(bytes, tag, &idle)
            } else {
                bytes
            }
        };
        match said {
            Say::Bytes(bytes) => stream.write_all(&marked(bytes)).await?,
            Say::Last(bytes) => {
                stream.write_all(&marked(bytes)).await?;
                return stream.shutdown().await;
            }
            Say::Endless(beginning, again) => {
                stream.write_all(&marked(beginning)).await?;
                loop {
                    stream.write_all(&again).await?;
                }
            }
            Say::Drip(beginning, again) => {
                stream.write_all(&marked(beginning)).await?;
                loop {
                    tokio::time::sleep(DRIP).await;
                    stream.write_all(&again).await?;
                }
            }
        }
        let is_over = command == "QUIT";
        line.clear();
        if is_over || stream.read_line(&mut line).await? == 0 {
            return stream.shutdown().await;
        }
    }
}

/// The answer with the command's tag in the place of `$T`; bytes that are no text as they are.
fn with_tags(bytes: Vec<u8>, tag: &str, idle: &str) -> Vec<u8> {
    match String::from_utf8(bytes) {
        Ok(text) => text.replace("$T", tag).replace("$I", idle).into_bytes(),
        Err(error) => error.into_bytes(),
    }
}
