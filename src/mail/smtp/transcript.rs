//! What was said on a connection, for a person: without secrets, and without the mails.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::mail::answer;
use crate::net::dial::BoxStream;

/// The lines of a dialogue, `C:` ours and `S:` the server's. Clones are the same dialogue.
#[derive(Clone, Debug, Default)]
pub struct Transcript(Arc<Mutex<Lines>>);

#[derive(Debug, Default)]
struct Lines {
    told: Vec<String>,
    /// What follows from us.
    ours: Ours,
    /// The server's line that has no end yet.
    begun: Vec<u8>,
    content_bytes: u64,
}

/// What our bytes are, by what was said before.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Ours {
    #[default]
    Commands,
    /// Between AUTH and its last answer.
    Secrets,
    /// Behind the go-ahead of DATA.
    Content,
}

impl Transcript {
    /// The lines so far.
    pub fn lines(&self) -> Vec<String> {
        self.with(|lines| lines.told.clone())
    }

    /// Notes something that is no line of the dialogue.
    pub(super) fn remark(&self, what: &str) {
        self.with(|lines| lines.push("--", what.as_bytes()));
    }

    pub(super) fn sent(&self, bytes: &[u8]) {
        self.with(|lines| lines.sent(bytes));
    }

    pub(super) fn received(&self, bytes: &[u8]) {
        self.with(|lines| lines.received(bytes));
    }

    fn with<T>(&self, work: impl FnOnce(&mut Lines) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines()
            .iter()
            .try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl Lines {
    fn push(&mut self, who: &str, line: &[u8]) {
        if self.told.len() < MAX_LINES {
            let text = answer::shown(&String::from_utf8_lossy(line));
            self.told.push(format!("{who} {text}"));
        }
    }

    fn sent(&mut self, bytes: &[u8]) {
        match self.ours {
            Ours::Content => self.content_bytes += bytes.len() as u64,
            Ours::Secrets => self.push("C:", hidden(bytes.len()).as_bytes()),
            Ours::Commands if bytes.starts_with(b"AUTH ") => {
                let words: Vec<&[u8]> = bytes.trim_ascii_end().splitn(3, |b| *b == b' ').collect();
                let mut line = words
                    .iter()
                    .take(2)
                    .copied()
                    .collect::<Vec<_>>()
                    .join(&b' ');
                if let Some(secret) = words.get(2) {
                    line.extend_from_slice(format!(" {}", hidden(secret.len())).as_bytes());
                }
                self.push("C:", &line);
                self.ours = Ours::Secrets;
            }
            Ours::Commands => self.push("C:", bytes.trim_ascii_end()),
        }
    }

    fn received(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if *byte == b'\n' {
                let line = std::mem::take(&mut self.begun);
                self.heard(line.trim_ascii_end());
            } else if self.begun.len() < MAX_LINE {
                self.begun.push(*byte);
            }
        }
    }

    fn heard(&mut self, line: &[u8]) {
        if self.ours == Ours::Content {
            let bytes = std::mem::take(&mut self.content_bytes);
            self.push("C:", format!("<{bytes} bytes>").as_bytes());
        }
        self.push("S:", line);
        self.ours = match line {
            [b'3', b'5', b'4', ..] => Ours::Content,
            // One more step of the sign-in.
            [b'3', ..] => self.ours,
            _ => Ours::Commands,
        };
    }
}

fn hidden(bytes: usize) -> String {
    format!("<hidden, {bytes} bytes>")
}

/// A stream that begins with a greeting, and notes what passes.
///
/// The greeting of the server was read before TLS; the client that works on this stream waits for
/// one all the same.
pub(super) struct Noted {
    stream: BoxStream,
    greeting: &'static [u8],
    transcript: Transcript,
}

impl Noted {
    pub(super) fn new(stream: BoxStream, transcript: Transcript) -> Self {
        Self {
            stream,
            greeting: b"220 ready\r\n",
            transcript,
        }
    }
}

impl fmt::Debug for Noted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Noted").field(&self.stream).finish()
    }
}

impl AsyncRead for Noted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.greeting.is_empty() {
            let (now, later) = self
                .greeting
                .split_at(self.greeting.len().min(buffer.remaining()));
            buffer.put_slice(now);
            self.greeting = later;
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let new = buffer.filled().get(before..).unwrap_or_default();
        self.transcript.received(new);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Noted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(context, bytes))?;
        self.transcript.sent(bytes.get(..written).unwrap_or(bytes));
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl AsyncTokioStream for Noted {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        // Asked for in the client's log only.
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// A sign-in and a mail are about thirty lines.
const MAX_LINES: usize = 200;
/// RFC 5321 section 4.5.3.1.5: 512 with the line end; servers write longer ones.
const MAX_LINE: usize = 2_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn dialogue(said: &[(&str, &[u8])]) -> Vec<String> {
        let transcript = Transcript::default();
        for (who, bytes) in said {
            match *who {
                "C" => transcript.sent(bytes),
                _ => transcript.received(bytes),
            }
        }
        transcript.lines()
    }

    #[test]
    fn secrets_are_told_by_their_length_only() {
        let lines = dialogue(&[
            ("C", b"AUTH PLAIN AHRpbQBzZWNyZXQ=\r\n"),
            ("S", b"235 2.7.0 ok\r\n"),
            ("C", b"AUTH LOGIN\r\n"),
            ("S", b"334 VXNlcm5hbWU6\r\n"),
            ("C", b"dGlt\r\n"),
            ("S", b"334 UGFzc3dvcmQ6\r\n"),
            ("C", b"c2VjcmV0\r\n"),
            ("S", b"535 5.7.8 no\r\n"),
            ("C", b"QUIT\r\n"),
        ]);
        assert_eq!(
            lines,
            [
                "C: AUTH PLAIN <hidden, 16 bytes>",
                "S: 235 2.7.0 ok",
                "C: AUTH LOGIN",
                "S: 334 VXNlcm5hbWU6",
                "C: <hidden, 6 bytes>",
                "S: 334 UGFzc3dvcmQ6",
                "C: <hidden, 10 bytes>",
                "S: 535 5.7.8 no",
                "C: QUIT",
            ]
        );
    }

    #[test]
    fn a_mail_is_told_by_its_size_and_answers_come_in_pieces() {
        let lines = dialogue(&[
            ("C", b"DATA\r\n"),
            ("S", b"354 go"),
            ("S", b" on\r"),
            ("S", b"\n"),
            ("C", b"Subject: private\r\n"),
            ("C", b"\r\n.\r\n"),
            ("S", b"250 2.0.0 queued\r\n"),
        ]);
        assert_eq!(
            lines,
            [
                "C: DATA",
                "S: 354 go on",
                "C: <23 bytes>",
                "S: 250 2.0.0 queued"
            ]
        );
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let transcript = Transcript::default();
        for _ in 0..1_000 {
            transcript.received(&[b'x'; 10_000]);
            transcript.received(b"\n");
        }
        let lines = transcript.lines();
        assert_eq!(lines.len(), MAX_LINES);
        assert!(lines.iter().all(|line| line.len() < 2_100));
    }
}
