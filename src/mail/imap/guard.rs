//! What stands between the connection and the IMAP parser: bounds, and what the parser need not see.
//!
//! The parser behind ([`async_imap`]) keeps a whole response in memory, up to 512 MiB, and ends the
//! session at a line that its grammar does not know. The guard reads lines and literals (RFC 9051
//! section 4.3) as they pass and
//! - turns a mail's literal over the limit into `NIL RFC822.SIZE n`, and skips its bytes: a server
//!   that announced a smaller size (Exchange estimates) costs no memory and no new connection;
//! - refuses every other literal that is large, lines without an end, and a response of many parts
//!   that together are over the limit;
//! - leaves out untagged responses of which we make no use (`FLAGS`, `ID`, `NAMESPACE`, …), and
//!   refuses them when they do not end;
//! - puts blanks where a text follows its response code without one: the parser cuts off one byte
//!   there, and panics if that is half a character;
//! - keeps the words of the last tagged answer, for errors.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::net::dial::BoxStream;

/// The guarded connection.
pub(super) struct Guard {
    inner: BoxStream,
    max_literal: u64,
    received: u64,
    /// What was read; from `start` on it is not passed on yet, and `cleared` bytes of that may go.
    inbox: Vec<u8>,
    start: usize,
    cleared: usize,
    /// Bytes of the line under way that hold no line end.
    scanned: usize,
    expected: Expected,
    /// The next line begins a response, and does not continue one after a literal.
    fresh: bool,
    /// Bytes of literals and of lines that the response under way has so far.
    literal_bytes: u64,
    line_bytes: usize,
    /// Responses left out since the last one that was not.
    left_out: u32,
    last_answer: Vec<u8>,
    outbox: Vec<u8>,
    sent: usize,
}

#[derive(Clone, Copy, Debug)]
enum Expected {
    Line,
    Literal(u64),
    Skipped(u64),
}

impl Guard {
    /// Guards a connection of which `received` was read already. No literal over `max_literal`
    /// bytes passes.
    pub(super) fn new(inner: BoxStream, received: Vec<u8>, max_literal: u64) -> Self {
        Self {
            inner,
            max_literal,
            received: 0,
            inbox: received,
            start: 0,
            cleared: 0,
            scanned: 0,
            expected: Expected::Line,
            fresh: true,
            literal_bytes: 0,
            line_bytes: 0,
            left_out: 0,
            last_answer: Vec::new(),
            outbox: Vec::new(),
            sent: 0,
        }
    }

    /// Bytes that came so far: tells a slow answer from none.
    pub(super) fn received(&self) -> u64 {
        self.received
    }

    /// Whether a part of a response came, and the rest is due.
    pub(super) fn is_inside(&self) -> bool {
        !self.fresh || !matches!(self.expected, Expected::Line) || !self.pending().is_empty()
    }

    /// The last tagged answer, or BYE, as it came; at most 512 bytes.
    pub(super) fn last_answer(&self) -> String {
        String::from_utf8_lossy(&self.last_answer).trim().to_owned()
    }

    fn pending(&self) -> &[u8] {
        self.inbox.get(self.start..).unwrap_or_default()
    }

    fn consume(&mut self, length: usize) {
        self.start += length;
        if self.start >= self.inbox.len() {
            self.inbox.clear();
            self.start = 0;
        }
    }

    /// Looks at what was read: clears it for the parser, or drops it. `false` if more is needed.
    fn sort(&mut self) -> io::Result<bool> {
        match self.expected {
            Expected::Literal(left) => {
                let (now, later) = divide(left, self.pending().len());
                self.cleared = now;
                self.expected = if later == 0 {
                    Expected::Line
                } else {
                    Expected::Literal(later)
                };
                Ok(now > 0 || left == 0)
            }
            Expected::Skipped(left) => {
                let (now, later) = divide(left, self.pending().len());
                self.consume(now);
                self.expected = if later == 0 {
                    Expected::Line
                } else {
                    Expected::Skipped(later)
                };
                Ok(later == 0)
            }
            Expected::Line => {
                let unseen = self.pending().get(self.scanned..).unwrap_or_default();
                if let Some(end) = memchr::memchr(b'\n', unseen) {
                    let length = self.scanned + end + 1;
                    self.scanned = 0;
                    self.sort_line(length)?;
                    return Ok(true);
                }
                self.scanned = self.pending().len();
                self.check_line(self.scanned)?;
                Ok(false)
            }
        }
    }

    fn sort_line(&mut self, length: usize) -> io::Result<()> {
        self.check_line(length)?;
        let fresh = std::mem::replace(&mut self.fresh, true);
        if fresh {
            (self.literal_bytes, self.line_bytes) = (0, 0);
        }
        self.line_bytes += length;
        let line = self
            .inbox
            .get_mut(self.start..self.start + length)
            .unwrap_or_default();
        part_code_from_text(line);
        let line = &*line;
        let Some((size, header)) = literal_header(line) else {
            if fresh && is_of_no_use(line) {
                self.left_out += 1;
                if self.left_out > MAX_LEFT_OUT {
                    return Err(senseless(format!(
                        "{MAX_LEFT_OUT} lines that nobody asked for, and on"
                    )));
                }
                self.consume(length);
                return Ok(());
            }
            self.left_out = 0;
            if fresh && (!line.starts_with(b"* ") || starts_with_word(line, b"* BYE")) {
                self.last_answer = line.iter().copied().take(MAX_ANSWER).collect();
            }
            self.cleared = length;
            return Ok(());
        };
        self.fresh = false;
        let before = line.get(..length - header).unwrap_or_default();
        let is_mail = ends_with_word(before, b"BODY[] ");
        let most = if is_mail {
            self.max_literal
        } else {
            self.max_literal.min(MAX_WORD)
        };
        self.literal_bytes = self.literal_bytes.saturating_add(size);
        if self.literal_bytes <= most {
            self.cleared = length;
            self.expected = Expected::Literal(size);
            return Ok(());
        }
        // A mail over the limit is skipped, unless it is not the first part of its response.
        if size > MAX_SKIPPED || self.literal_bytes > size || !is_mail {
            let start = before.get(..before.len().min(80)).unwrap_or_default();
            return Err(senseless(format!(
                "{} and then {size} bytes",
                String::from_utf8_lossy(start)
            )));
        }
        let instead = format!("NIL RFC822.SIZE {size}");
        self.cleared = length - header + instead.len();
        let end = self.start + length;
        self.inbox.splice(end - header..end, instead.into_bytes());
        self.expected = Expected::Skipped(size);
        Ok(())
    }

    /// A line, or as much of it as there is, must not be longer than a line of its kind can be.
    fn check_line(&self, length: usize) -> io::Result<()> {
        let most = if starts_with_word(self.pending(), b"* SEARCH") {
            MAX_SEARCH
        } else {
            MAX_LINE
        };
        if self.line_bytes.saturating_add(length) > most {
            let start = self.pending().get(..80).unwrap_or_default();
            let start = String::from_utf8_lossy(start).into_owned();
            return Err(senseless(format!(
                "a line of more than {most} bytes: {start}"
            )));
        }
        Ok(())
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.inbox.drain(..self.start);
        self.start = 0;
        let end = self.inbox.len();
        self.inbox.resize(end + READ_SIZE, 0);
        let mut space = ReadBuf::new(self.inbox.get_mut(end..).unwrap_or_default());
        let polled = Pin::new(&mut self.inner).poll_read(cx, &mut space);
        let read = space.filled().len();
        self.inbox.truncate(end + read);
        self.received += u64::try_from(read).unwrap_or(u64::MAX);
        polled.map_ok(|()| read)
    }

    /// Reads a literal past the inbox, straight to where it is wanted.
    fn poll_literal(
        &mut self,
        left: u64,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let (wanted, _) = divide(left, buffer.remaining());
        let mut space = ReadBuf::new(buffer.initialize_unfilled_to(wanted));
        ready!(Pin::new(&mut self.inner).poll_read(cx, &mut space))?;
        let read = space.filled().len();
        buffer.advance(read);
        let read = u64::try_from(read).unwrap_or(left);
        self.received += read;
        self.expected = if read == left {
            Expected::Line
        } else {
            Expected::Literal(left - read)
        };
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Guard {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        loop {
            if buffer.remaining() == 0 {
                return Poll::Ready(Ok(()));
            }
            if this.cleared > 0 {
                let length = this.cleared.min(buffer.remaining());
                buffer.put_slice(this.pending().get(..length).unwrap_or_default());
                this.consume(length);
                this.cleared -= length;
                continue;
            }
            if this.sort()? {
                continue;
            }
            if buffer.filled().len() > before {
                return Poll::Ready(Ok(()));
            }
            if let Expected::Literal(left) = this.expected
                && this.pending().is_empty()
            {
                return this.poll_literal(left, cx, buffer);
            }
            if ready!(this.poll_receive(cx))? == 0 {
                // The end. The parser tells an end in mid-response from one between responses.
                part_code_from_text(this.inbox.get_mut(this.start..).unwrap_or_default());
                this.cleared = this.pending().len();
                this.scanned = 0;
                if this.cleared == 0 {
                    return Poll::Ready(Ok(()));
                }
            }
        }
    }
}

impl AsyncWrite for Guard {
    /// Gathers a command, so that it leaves in one packet, and whole even if its future is dropped.
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().outbox.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while let Some(rest) = this.outbox.get(this.sent..).filter(|rest| !rest.is_empty()) {
            let written = ready!(Pin::new(&mut this.inner).poll_write(cx, rest))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            this.sent += written;
        }
        this.outbox.clear();
        this.sent = 0;
        Pin::new(&mut this.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.as_mut().poll_flush(cx))?;
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard")
            .field("received", &self.received)
            .field("expected", &self.expected)
            .finish_non_exhaustive()
    }
}

/// How much of a literal is there, and how much is to come.
fn divide(left: u64, there: usize) -> (usize, u64) {
    let now = usize::try_from(left).map_or(there, |left| left.min(there));
    (now, left - u64::try_from(now).unwrap_or(left))
}

/// The size in a `{n}` at the end of a line, and how many bytes it has from the brace on.
///
/// Free text may end so, too; then the bytes after it pass unread, which harms nothing.
fn literal_header(line: &[u8]) -> Option<(u64, usize)> {
    let inner = line.strip_suffix(b"}\r\n")?;
    let brace = memchr::memrchr(b'{', inner)?;
    let digits = inner.get(brace + 1..)?;
    if digits.is_empty() || digits.len() > 20 {
        return None;
    }
    let size = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some((size, line.len() - brace))
}

/// Blanks instead of what is not ASCII right behind a `]`: there a blank is due (RFC 9051
/// section 9, `resp-text`).
fn part_code_from_text(line: &mut [u8]) {
    let mut is_behind = false;
    for byte in line {
        if *byte == b']' {
            is_behind = true;
        } else if is_behind && !byte.is_ascii() {
            *byte = b' ';
        } else {
            is_behind = false;
        }
    }
}

/// Whether an untagged response can be left out. What begins with a number is about mails.
fn is_of_no_use(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"* ") else {
        return false;
    };
    !(rest.first().is_some_and(u8::is_ascii_digit)
        || USED.iter().any(|word| starts_with_word(rest, word)))
}

fn starts_with_word(line: &[u8], word: &[u8]) -> bool {
    line.get(..word.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(word))
}

fn ends_with_word(line: &[u8], word: &[u8]) -> bool {
    line.len()
        .checked_sub(word.len())
        .and_then(|start| line.get(start..))
        .is_some_and(|end| end.eq_ignore_ascii_case(word))
}

fn senseless(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Untagged responses that are read.
const USED: [&[u8]; 8] = [
    b"OK",
    b"NO",
    b"BAD",
    b"BYE",
    b"PREAUTH",
    b"CAPABILITY",
    b"SEARCH",
    b"LIST",
];

const READ_SIZE: usize = 64 << 10;

/// The lines of one response: those seen have some hundred bytes, lists of capabilities two
/// thousand.
const MAX_LINE: usize = 64 << 10;

/// The answer to SEARCH: eleven bytes a mail, for a million mails.
const MAX_SEARCH: usize = 12 << 20;

/// Literals that are no mails: names of folders, words of the server.
const MAX_WORD: u64 = 64 << 10;

/// Responses of no use come one or two a command.
const MAX_LEFT_OUT: u32 = 100_000;

/// What is still worth reading to skip it: a gigabyte, twenty times the usual limit of a mail.
const MAX_SKIPPED: u64 = 1 << 30;

/// The words of a server worth keeping.
const MAX_ANSWER: usize = 512;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// What comes out if the server sends these pieces and closes.
    async fn pass(pieces: &[&[u8]], max_literal: u64) -> io::Result<Vec<u8>> {
        let (ours, mut theirs) = tokio::io::duplex(16);
        let mut guard = Guard::new(Box::new(ours), Vec::new(), max_literal);
        let send = async {
            for piece in pieces {
                let _ = theirs.write_all(piece).await;
            }
            drop(theirs);
        };
        let mut out = Vec::new();
        let (read, ()) = tokio::join!(guard.read_to_end(&mut out), send);
        read.map(|_| out)
    }

    #[tokio::test]
    async fn a_mail_over_the_limit_becomes_its_size_and_the_next_one_is_read() {
        let sent = b"* 1 FETCH (UID 7 BODY[] {20}\r\n01234567890123456789)\r\n* 2 FETCH (UID 8 BODY[] {2}\r\nhi)\r\nA1 OK\r\n";
        let out = pass(&[sent], 10).await.unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "* 1 FETCH (UID 7 BODY[] NIL RFC822.SIZE 20)\r\n* 2 FETCH (UID 8 BODY[] {2}\r\nhi)\r\nA1 OK\r\n"
        );
    }

    #[tokio::test]
    async fn an_announcement_of_four_gigabytes_is_refused_at_once() {
        let sent = b"* 1 FETCH (UID 7 BODY[] {4294967295}\r\n";
        let error = pass(&[sent], 10).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert!(error.to_string().contains("4294967295"), "{error}");
    }

    #[tokio::test]
    async fn another_literal_over_the_limit_is_refused() {
        let sent = b"* LIST () \".\" {11}\r\nhello world\r\n";
        assert!(pass(&[sent], 10).await.is_err());
    }

    #[tokio::test]
    async fn responses_of_no_use_are_left_out_and_the_content_of_mails_is_not_touched() {
        let sent = b"* FLAGS (\\Odd [x])\r\n* XYZZY\r\n* 3 EXISTS\r\n* 1 FETCH (UID 7 BODY[] {9}\r\n* FLAGS\r\n)\r\nA1 OK\r\n";
        let out = pass(&[sent], 10).await.unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "* 3 EXISTS\r\n* 1 FETCH (UID 7 BODY[] {9}\r\n* FLAGS\r\n)\r\nA1 OK\r\n"
        );
    }

    #[tokio::test]
    async fn a_text_without_a_blank_behind_its_code_begins_with_blanks() {
        let sent = "* OK [UIDNEXT 7]\u{e9}\u{e9} und \u{e9}\r\nA1 NO [LIMIT]\u{e9}x {3}\r\nabc\r\n";
        let out = pass(&[sent.as_bytes()], 10).await.unwrap();
        let expected = "* OK [UIDNEXT 7]     und \u{e9}\r\nA1 NO [LIMIT]  x {3}\r\nabc\r\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
        let out = pass(&["* OK [UIDNEXT 7]\u{e9}t".as_bytes()], 10).await;
        assert_eq!(
            out.unwrap(),
            b"* OK [UIDNEXT 7]  t",
            "a line that is cut off"
        );
    }

    #[tokio::test]
    async fn an_end_inside_a_literal_passes_on_what_came() {
        let out = pass(&[b"* 1 FETCH (BODY[] {9}\r\nabc"], 10).await.unwrap();
        assert!(out.ends_with(b"abc"));
    }

    #[test]
    fn braces_in_quotes_are_no_literal() {
        assert_eq!(literal_header(b"* LIST () \".\" \"a{5}\"\r\n"), None);
        assert_eq!(literal_header(b"* 1 FETCH (BODY[] {5}\r\n"), Some((5, 5)));
    }

    proptest! {
        /// However the bytes are cut into packets, the same comes out.
        #[test]
        fn packets_do_not_matter(cuts in prop::collection::vec(0..90usize, 0..6)) {
            let sent: &[u8] = b"* FLAGS ()\r\n* 1 FETCH (UID 7 BODY[] {20}\r\n01234567890123456789)\r\n* 2 EXISTS\r\nA1 OK {x\r\n";
            let mut cuts = cuts;
            cuts.sort_unstable();
            let mut pieces = Vec::new();
            let mut from = 0;
            for cut in cuts.into_iter().chain([sent.len()]) {
                pieces.push(&sent[from..cut.min(sent.len())]);
                from = cut.min(sent.len());
            }
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let out = runtime.block_on(pass(&pieces, 10)).unwrap();
            prop_assert_eq!(
                out,
                b"* 1 FETCH (UID 7 BODY[] NIL RFC822.SIZE 20)\r\n* 2 EXISTS\r\nA1 OK {x\r\n".to_vec()
            );
        }
    }
}
