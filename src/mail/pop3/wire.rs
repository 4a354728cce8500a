//! Commands out, events in: the [`Decoder`] over a connection.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout};

use crate::config::mailbox::{Endpoint, Mailbox};
use crate::mail::pace::{NO_PROGRESS, Pace, SLICE};
use crate::mail::pop3::codec::{Decoder, Event};
use crate::mail::pop3::command::Command;
use crate::mail::pop3::reply::{Capabilities, Reply, Status};
use crate::mail::{MailError, answer};
use crate::net::dial::BoxStream;
use crate::net::{NetError, starttls};

/// A connection behind its greeting.
#[derive(Debug)]
pub(super) struct Wire {
    stream: BoxStream,
    decoder: Decoder,
    pace: Pace,
    host: String,
    max_mail_bytes: u64,
}

impl Wire {
    /// Takes over a connection of which `received` was read already.
    pub(super) fn new(stream: BoxStream, received: Vec<u8>, mailbox: &Mailbox) -> Self {
        let max_mail_bytes = mailbox.max_mail_size.bytes();
        Self {
            stream,
            decoder: Decoder::new(received, max_mail_bytes),
            pace: Pace::default(),
            host: mailbox.host.clone(),
            max_mail_bytes,
        }
    }

    /// Shakes hands, after the server said yes to STLS.
    ///
    /// # Errors
    /// [`NetError::Injected`] if anything was received behind that yes (RFC 2595 section 4).
    pub(super) async fn upgrade(self, endpoint: &Endpoint) -> Result<Self, NetError> {
        if self.decoder.has_rest() {
            return Err(NetError::Injected {
                host: endpoint.host.clone(),
                port: endpoint.port,
            });
        }
        Ok(Self {
            stream: starttls::upgrade(self.stream, endpoint).await?,
            decoder: Decoder::new(Vec::new(), self.max_mail_bytes),
            ..self
        })
    }

    /// Sends commands, all at once. Their answers come in the same order.
    pub(super) async fn send(&mut self, commands: &[Command<'_>]) -> Result<(), MailError> {
        if !self.decoder.is_waiting() && self.decoder.has_rest() {
            // An answer that nobody asked for would be taken for that of the next command.
            return Err(self.out_of_step());
        }
        let mut lines = Vec::new();
        for command in commands {
            command.encode(&mut lines);
            self.decoder.expect(command.expected());
        }
        let sent = timeout(NO_PROGRESS, async {
            self.stream.write_all(&lines).await?;
            self.stream.flush().await
        });
        match sent.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.broken("sending", error)),
            Err(_) => Err(self.broken("sending", io::ErrorKind::TimedOut.into())),
        }
    }

    /// The next event, while an answer is due. Cancel-safe.
    ///
    /// # Errors
    /// [`MailError::Broken`] at the end of the connection and if the answer comes too slowly
    /// ([`Pace`]); [`MailError::Protocol`] for what cannot be understood. The session is of no use then.
    pub(super) async fn next(&mut self) -> Result<Event, MailError> {
        loop {
            match self.decoder.decode() {
                Ok(Some(event)) => return Ok(event),
                Ok(None) => {}
                Err(reason) => {
                    return Err(MailError::Protocol {
                        host: self.host.clone(),
                        what: reason.to_string(),
                    });
                }
            }
            let (is_inside, begun) = (self.decoder.is_inside(), Instant::now());
            let read = self.stream.read_buf(self.decoder.buffer());
            let bytes = match timeout(SLICE, read).await {
                Ok(Ok(0)) => {
                    return Err(self.broken("reading", io::ErrorKind::UnexpectedEof.into()));
                }
                Ok(Ok(bytes)) => bytes as u64,
                Ok(Err(error)) => return Err(self.broken("reading", error)),
                Err(_) => 0,
            };
            if let Err(late) = self.pace.note(is_inside, begun.elapsed(), bytes) {
                return Err(self.broken("reading", late));
            }
        }
    }

    /// Sends one command, and gives its status line.
    pub(super) async fn ask(&mut self, command: Command<'_>) -> Result<Reply, MailError> {
        self.send(&[command]).await?;
        match self.next().await? {
            Event::Reply(reply) => Ok(reply),
            Event::Line(_) | Event::End | Event::Mail(_) => Err(self.out_of_step()),
        }
    }

    /// What is offered now. A server that does not know CAPA offers nothing.
    pub(super) async fn capabilities(&mut self) -> Result<Capabilities, MailError> {
        if self.ask(Command::Capa).await?.status != Status::Ok {
            return Ok(Capabilities::default());
        }
        let mut offered = Capabilities::told();
        for _ in 0..MAX_CAPABILITIES {
            match self.line().await? {
                Some(line) => offered.add(&line),
                None => return Ok(offered),
            }
        }
        Err(self.too_long(MAX_CAPABILITIES))
    }

    /// The next line of a listing; `None` at its end.
    pub(super) async fn line(&mut self) -> Result<Option<String>, MailError> {
        match self.next().await? {
            Event::Line(line) => Ok(Some(line)),
            Event::End => Ok(None),
            Event::Reply(_) | Event::Mail(_) => Err(self.out_of_step()),
        }
    }

    /// Says goodbye, and waits a little for the answer: a server that hears QUIT gives the maildrop
    /// free at once. A failure of that is no failure.
    pub(super) async fn quit(&mut self) {
        let goodbye = async {
            self.send(&[Command::Quit]).await?;
            while self.decoder.is_waiting() {
                self.next().await?;
            }
            self.stream
                .shutdown()
                .await
                .map_err(|error| self.broken("closing", error))
        };
        let _ = timeout(GOODBYE_LIMIT, goodbye).await;
    }

    /// The error for a command that was refused.
    pub(super) fn refusal(&self, command: Command<'_>, reply: &Reply) -> MailError {
        answer::refusal(&self.host, command.name(), &reply.text)
    }

    /// The error for a listing that does not end.
    pub(super) fn too_long(&self, most: usize) -> MailError {
        MailError::Protocol {
            host: self.host.clone(),
            what: format!("a listing of more than {most} lines"),
        }
    }

    /// The error for an answer that does not fit its command.
    pub(super) fn out_of_step(&self) -> MailError {
        MailError::Protocol {
            host: self.host.clone(),
            what: "an answer to another command".to_owned(),
        }
    }

    fn broken(&self, doing: &'static str, source: io::Error) -> MailError {
        MailError::Broken {
            host: self.host.clone(),
            doing,
            source,
        }
    }
}

/// For the whole of QUIT: nothing depends on it, since nothing is deleted.
const GOODBYE_LIMIT: Duration = Duration::from_secs(2);

/// Lists seen have below twenty lines.
const MAX_CAPABILITIES: usize = 200;
