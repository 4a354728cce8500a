//! POP3 answers: bytes in, events out (RFC 1939 section 3). Pure.
//!
//! Answers come in the order of the commands, so the decoder is told what is expected, and knows
//! by that where a mail begins. A mail is read in one pass: long runs are copied, and only a line
//! that begins with a dot is looked at.
//!
//! Lines of a mail end with CRLF and with nothing else: a lone LF is a byte like others. Who takes
//! it for a line end can be told by a crafted mail that the mail is over, and that what follows
//! is the server's answer to the next command.

use std::collections::VecDeque;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::mail::answer;
use crate::mail::pop3::reply::{Reply, Status};

/// How an answer looks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Expected {
    /// One status line.
    Reply,
    /// A status line; after +OK lines up to a dot.
    Listing,
    /// A status line; after +OK a mail up to a dot.
    Mail {
        /// Its size as listed: a hint, nothing relies on it.
        size_bytes: u64,
    },
}

/// What the server said.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Event {
    /// A status line; of a mail only if it is refused.
    Reply(Reply),
    /// A line of a listing.
    Line(String),
    /// The end of a listing.
    End,
    /// A mail.
    Mail(Body),
}

/// A mail.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Body {
    /// Its bytes as they were before dots were added, the last line end included.
    Whole(Vec<u8>),
    /// It is over the limit, and was not kept.
    TooLarge {
        /// Bytes that came.
        size_bytes: u64,
    },
}

/// Why a session cannot go on.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Unreadable {
    /// No line end within [`MAX_LINE`].
    #[error("a line of more than {MAX_LINE} bytes")]
    LongLine,
    /// Neither `+OK` nor `-ERR`.
    #[error("{0:?} instead of +OK or -ERR")]
    NoReply(String),
    /// A mail far over the limit that does not end.
    #[error("a mail of more than {size_bytes} bytes without an end")]
    EndlessMail {
        /// Bytes that came.
        size_bytes: u64,
    },
}

/// Turns what is received into events.
#[derive(Debug)]
pub struct Decoder {
    received: Vec<u8>,
    /// Up to here it is decoded.
    start: usize,
    expected: VecDeque<Expected>,
    state: State,
    max_mail_bytes: u64,
}

#[derive(Debug)]
enum State {
    StatusLine,
    Listing,
    Mail(Growing),
    /// Out of step with the server.
    Lost(Unreadable),
}

/// A mail under way.
#[derive(Debug, Default)]
struct Growing {
    bytes: Vec<u8>,
    size_bytes: u64,
    in_a_line: bool,
}

impl Decoder {
    /// Begins behind the greeting; `received` came with it. Mails over `max_mail_bytes` are not
    /// kept.
    pub fn new(received: Vec<u8>, max_mail_bytes: u64) -> Self {
        Self {
            received,
            start: 0,
            expected: VecDeque::new(),
            state: State::StatusLine,
            max_mail_bytes,
        }
    }

    /// Takes note that a command with such an answer is sent.
    pub fn expect(&mut self, expected: Expected) {
        self.expected.push_back(expected);
    }

    /// Whether an answer is due.
    pub fn is_waiting(&self) -> bool {
        !(self.expected.is_empty() && matches!(self.state, State::StatusLine))
    }

    /// Whether a part of an answer came, and the rest is due.
    pub fn is_inside(&self) -> bool {
        !matches!(self.state, State::StatusLine) || self.has_rest()
    }

    /// Whether something was received that no event told of yet.
    pub fn has_rest(&self) -> bool {
        self.start < self.received.len()
    }

    /// Where received bytes are appended. Call [`Decoder::decode`] until it gives nothing first:
    /// then it stays small.
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        self.received.drain(..self.start);
        self.start = 0;
        self.received.reserve(READ_BYTES);
        &mut self.received
    }

    /// The next event; `None` if more must be received first.
    ///
    /// # Errors
    /// [`Unreadable`]: the session is of no use any more, and every later call says the same.
    pub fn decode(&mut self) -> Result<Option<Event>, Unreadable> {
        let event = match &self.state {
            State::StatusLine => self.status_line(),
            State::Listing => self.listing(),
            State::Mail(_) => Ok(self.mail()),
            State::Lost(reason) => return Err(reason.clone()),
        };
        if let Err(reason) = &event {
            self.state = State::Lost(reason.clone());
        }
        event
    }

    fn status_line(&mut self) -> Result<Option<Event>, Unreadable> {
        let Some(expected) = self.expected.front().copied() else {
            return Ok(None);
        };
        let Some(line) = self.line()? else {
            return Ok(None);
        };
        let no_reply = |line| Unreadable::NoReply(answer::shown(&String::from_utf8_lossy(line)));
        let reply = Reply::parse(line).ok_or_else(|| no_reply(line))?;
        match (reply.status, expected) {
            (Status::Ok, Expected::Listing) => self.state = State::Listing,
            (Status::Ok, Expected::Mail { size_bytes }) => {
                let hint = size_bytes.min(self.max_mail_bytes).min(MAX_HINT);
                self.state = State::Mail(Growing {
                    bytes: Vec::with_capacity(usize::try_from(hint).unwrap_or(0)),
                    ..Growing::default()
                });
                self.expected.pop_front();
                return Ok(self.mail());
            }
            (Status::Challenge, Expected::Listing | Expected::Mail { .. }) => {
                return Err(no_reply(line));
            }
            (Status::Ok | Status::Challenge, Expected::Reply) | (Status::Err, _) => {}
        }
        self.expected.pop_front();
        Ok(Some(Event::Reply(reply)))
    }

    fn listing(&mut self) -> Result<Option<Event>, Unreadable> {
        let Some(line) = self.line()? else {
            return Ok(None);
        };
        let line = match line.strip_prefix(b".") {
            Some(b"") => {
                self.state = State::StatusLine;
                return Ok(Some(Event::End));
            }
            Some(unstuffed) => unstuffed,
            None => line,
        };
        Ok(Some(Event::Line(String::from_utf8_lossy(line).into())))
    }

    fn mail(&mut self) -> Option<Event> {
        let State::Mail(mail) = &mut self.state else {
            return None;
        };
        let input = self.received.get(self.start..).unwrap_or_default();
        let (taken, ended) = mail.grow(input, self.max_mail_bytes);
        self.start += taken;
        let size_bytes = mail.size_bytes;
        if !ended && size_bytes <= bytes_to_pass_over(self.max_mail_bytes) {
            return None;
        }
        let body = if size_bytes > self.max_mail_bytes {
            Body::TooLarge { size_bytes }
        } else {
            let mut bytes = std::mem::take(&mut mail.bytes);
            // Room was made on the server's word; the byte budget counts what came.
            if bytes.len() < bytes.capacity() / 2 {
                bytes.shrink_to_fit();
            }
            Body::Whole(bytes)
        };
        self.state = if ended {
            State::StatusLine
        } else {
            State::Lost(Unreadable::EndlessMail { size_bytes })
        };
        Some(Event::Mail(body))
    }

    /// The next line without its end.
    fn line(&mut self) -> Result<Option<&[u8]>, Unreadable> {
        let input = self.received.get(self.start..).unwrap_or_default();
        let Some(end) = memchr::memchr(b'\n', input) else {
            if input.len() > MAX_LINE {
                return Err(Unreadable::LongLine);
            }
            return Ok(None);
        };
        if end > MAX_LINE {
            return Err(Unreadable::LongLine);
        }
        self.start += end + 1;
        let line = input.get(..end).unwrap_or_default();
        Ok(Some(line.strip_suffix(b"\r").unwrap_or(line)))
    }
}

impl Growing {
    /// Takes in what it can; gives how many bytes that were, and whether the mail is over.
    fn grow(&mut self, input: &[u8], max_bytes: u64) -> (usize, bool) {
        let mut rest = input;
        let ended = loop {
            if !self.in_a_line {
                match rest {
                    [b'.', b'\r', b'\n', after @ ..] => {
                        rest = after;
                        break true;
                    }
                    [] | [b'.'] | [b'.', b'\r'] => break false,
                    [b'.', after @ ..] => rest = after,
                    [_, ..] => {}
                }
                self.in_a_line = true;
            }
            if let Some(line_end) = DOTTED_LINE.find(rest) {
                let (run, dotted) = rest.split_at(line_end + 2);
                self.keep(run, max_bytes);
                self.in_a_line = false;
                rest = dotted;
            } else {
                // A CR may be the beginning of a line end.
                let held_back = usize::from(rest.ends_with(b"\r"));
                let (run, after) = rest.split_at(rest.len() - held_back);
                self.keep(run, max_bytes);
                self.in_a_line = !run.ends_with(b"\r\n");
                rest = after;
                break false;
            }
        };
        (input.len() - rest.len(), ended)
    }

    fn keep(&mut self, run: &[u8], max_bytes: u64) {
        self.size_bytes += run.len() as u64;
        if self.size_bytes > max_bytes {
            self.bytes = Vec::new();
        } else {
            self.bytes.extend_from_slice(run);
        }
    }
}

/// How much of a mail over the limit is passed over, to reach the next one.
fn bytes_to_pass_over(max_mail_bytes: u64) -> u64 {
    max_mail_bytes.saturating_mul(4).saturating_add(1 << 20)
}

static DOTTED_LINE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\r\n."));

/// Status lines have 512 bytes at most (RFC 2449 section 4); challenges of a sign-in are longer.
pub const MAX_LINE: usize = 8 << 10;

/// Read at once: a few hundred system calls for the largest mail.
const READ_BYTES: usize = 128 << 10;

/// Reserved for a mail on the server's word; larger ones grow.
const MAX_HINT: u64 = 1 << 20;

#[cfg(test)]
mod tests;
