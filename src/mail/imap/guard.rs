//! What stands between the connection and the IMAP parser: bounds, and what the parser need not see.
//!
//! The parser behind ([`async_imap`]) keeps a whole response in memory, up to 512 MiB, and ends the
//! session at a line that its grammar does not know. The guard reads lines and literals (RFC 9051
//! section 4.3) as they pass and
//! - takes mails out: the parser gets a number in quotes for each ([`Guard::take_mail`]), and need
//!   not move megabytes;
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
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};

use crate::net::dial::BoxStream;

/// The guarded connection.
pub(super) struct Guard {
    inner: BoxStream,
    max_literal: u64,
    received: u64,
    /// What was read and is not passed on yet; `cleared` bytes of it may go.
    inbox: BytesMut,
    cleared: usize,
    /// What goes before the inbox: the line in front of a mail, as soon as the mail is there.
    held: Vec<u8>,
    /// The mail that is coming, and those that came with the response under way.
    mail: BytesMut,
    mails: Vec<(u64, Bytes)>,
    /// The number of the last mail.
    number: u64,
    /// Bytes of the line under way that hold no line end.
    scanned: usize,
    expected: Expected,
    /// The next line begins a response, and does not continue one after a literal.
    fresh: bool,
    /// The response under way is a `FETCH`.
    is_fetch: bool,
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
    Mail(u64),
    Skipped(u64),
}

impl Guard {
    /// Guards a connection of which `received` was read already. No literal over `max_literal`
    /// bytes passes.
    pub(super) fn new(inner: BoxStream, received: &[u8], max_literal: u64) -> Self {
        Self {
            inner,
            max_literal,
            received: 0,
            inbox: BytesMut::from(received),
            cleared: 0,
            held: Vec::new(),
            mail: BytesMut::new(),
            mails: Vec::new(),
            number: 0,
            scanned: 0,
            expected: Expected::Line,
            fresh: true,
            is_fetch: false,
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
        !self.is_between_responses() || !self.inbox.is_empty()
    }

    /// The last tagged answer, or BYE, as it came; at most 512 bytes.
    pub(super) fn last_answer(&self) -> String {
        String::from_utf8_lossy(&self.last_answer).trim().to_owned()
    }

    /// The mail that the last response gives under this number; the others of it are forgotten.
    pub(super) fn take_mail(&mut self, number: &[u8]) -> Option<Bytes> {
        let number: u64 = std::str::from_utf8(number).ok()?.parse().ok()?;
        let mut mails = std::mem::take(&mut self.mails).into_iter();
        let (_, mail) = mails.find(|(of, _)| *of == number)?;
        Some(mail)
    }

    fn is_between_responses(&self) -> bool {
        self.fresh && matches!(self.expected, Expected::Line)
    }

    /// Looks at what was read: clears it for the parser, or drops it. `false` if more is needed.
    fn sort(&mut self) -> io::Result<bool> {
        match self.expected {
            Expected::Literal(left) => {
                let (now, later) = divide(left, self.inbox.len());
                self.cleared = now;
                self.expected = if later == 0 {
                    Expected::Line
                } else {
                    Expected::Literal(later)
                };
                Ok(now > 0 || left == 0)
            }
            Expected::Mail(left) => {
                let (now, later) = divide(left, self.inbox.len());
                if self.mail.is_empty() && later == 0 {
                    // All of it is here: it stays where it is.
                    self.mail = self.inbox.split_to(now);
                } else {
                    self.mail.reserve(usize::try_from(left).unwrap_or(now));
                    self.mail
                        .extend_from_slice(self.inbox.get(..now).unwrap_or_default());
                    self.inbox.advance(now);
                }
                self.note_mail(later);
                Ok(later == 0)
            }
            Expected::Skipped(left) => {
                let (now, later) = divide(left, self.inbox.len());
                self.inbox.advance(now);
                self.expected = if later == 0 {
                    Expected::Line
                } else {
                    Expected::Skipped(later)
                };
                Ok(later == 0)
            }
            Expected::Line => {
                let unseen = self.inbox.get(self.scanned..).unwrap_or_default();
                if let Some(end) = memchr::memchr(b'\n', unseen) {
                    let length = self.scanned + end + 1;
                    self.scanned = 0;
                    self.sort_line(length)?;
                    return Ok(true);
                }
                self.scanned = self.inbox.len();
                self.check_line(self.scanned)?;
                Ok(false)
            }
        }
    }

    /// So many bytes of a mail are still to come. When none is, the mail is put aside.
    fn note_mail(&mut self, later: u64) {
        if later > 0 {
            self.expected = Expected::Mail(later);
            return;
        }
        self.expected = Expected::Line;
        let mail = std::mem::take(&mut self.mail).freeze();
        self.mails.push((self.number, mail));
    }

    fn sort_line(&mut self, length: usize) -> io::Result<()> {
        self.check_line(length)?;
        let fresh = std::mem::replace(&mut self.fresh, true);
        if fresh {
            (self.literal_bytes, self.line_bytes) = (0, 0);
            self.mails.clear();
        }
        self.line_bytes += length;
        let line = self.inbox.get_mut(..length).unwrap_or_default();
        part_code_from_text(line);
        let line = &*line;
        if fresh {
            self.is_fetch = is_fetch(line);
        }
        let Some((size, header)) = literal_header(line) else {
            if fresh && is_of_no_use(line) {
                self.left_out += 1;
                if self.left_out > MAX_LEFT_OUT {
                    return Err(senseless(format!(
                        "{MAX_LEFT_OUT} lines that nobody asked for, and on"
                    )));
                }
                self.inbox.advance(length);
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
        let is_mail = self.is_fetch && ends_with_word(before, b"BODY[] ");
        let most = if is_mail {
            self.max_literal
        } else {
            self.max_literal.min(MAX_WORD)
        };
        self.literal_bytes = self.literal_bytes.saturating_add(size);
        let fits = self.literal_bytes <= most;
        if fits && !is_mail {
            self.cleared = length;
            self.expected = Expected::Literal(size);
            return Ok(());
        }
        // A mail over the limit is skipped, unless it is not the first part of its response.
        if !fits && (size > MAX_SKIPPED || self.literal_bytes > size || !is_mail) {
            let start = before.get(..before.len().min(80)).unwrap_or_default();
            return Err(senseless(format!(
                "{} and then {size} bytes",
                String::from_utf8_lossy(start)
            )));
        }
        self.held.extend_from_slice(before);
        if fits {
            self.number += 1;
            self.expected = Expected::Mail(size);
            self.held
                .extend_from_slice(format!("\"{}\"", self.number).as_bytes());
        } else {
            self.expected = Expected::Skipped(size);
            self.held
                .extend_from_slice(format!("NIL RFC822.SIZE {size}").as_bytes());
        }
        self.inbox.advance(length);
        Ok(())
    }

    /// A line, or as much of it as there is, must not be longer than a line of its kind can be.
    fn check_line(&self, length: usize) -> io::Result<()> {
        let most = if starts_with_word(&self.inbox, b"* SEARCH") {
            MAX_SEARCH
        } else {
            MAX_LINE
        };
        if self.line_bytes.saturating_add(length) > most {
            let start = self.inbox.get(..80).unwrap_or_default();
            let start = String::from_utf8_lossy(start).into_owned();
            return Err(senseless(format!(
                "a line of more than {most} bytes: {start}"
            )));
        }
        Ok(())
    }

    /// Passes on what may go; tells whether anything did.
    fn pass_on(&mut self, buffer: &mut ReadBuf<'_>) -> bool {
        if matches!(self.expected, Expected::Mail(_)) {
            return false;
        }
        let held = self.held.len().min(buffer.remaining());
        buffer.put_slice(self.held.get(..held).unwrap_or_default());
        self.held.drain(..held);
        let cleared = self.cleared.min(buffer.remaining());
        buffer.put_slice(self.inbox.get(..cleared).unwrap_or_default());
        self.inbox.advance(cleared);
        self.cleared -= cleared;
        held + cleared > 0
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.inbox.capacity() - self.inbox.len() < LEAST_READ {
            self.inbox.reserve(READ_SIZE);
        }
        let read = ready!(pin!(self.inner.read_buf(&mut self.inbox)).poll(cx))?;
        self.received += u64::try_from(read).unwrap_or(u64::MAX);
        Poll::Ready(Ok(read))
    }

    /// Reads on in a mail, past the inbox.
    fn poll_mail(&mut self, left: u64, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let (wanted, _) = divide(left, usize::MAX);
        let mut space = (&mut self.mail).limit(wanted);
        let read = ready!(pin!(self.inner.read_buf(&mut space)).poll(cx))?;
        let came = u64::try_from(read).unwrap_or(left);
        self.received += came;
        self.note_mail(left.saturating_sub(came));
        Poll::Ready(Ok(read))
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
            if this.pass_on(buffer) {
                continue;
            }
            // One response with mails at a time: what waits to be taken is bounded as a response is.
            let has_some = buffer.filled().len() > before;
            if has_some && this.is_between_responses() && !this.mails.is_empty() {
                return Poll::Ready(Ok(()));
            }
            if this.sort()? {
                continue;
            }
            if has_some {
                return Poll::Ready(Ok(()));
            }
            let read = match this.expected {
                Expected::Literal(left) if this.inbox.is_empty() => {
                    return this.poll_literal(left, cx, buffer);
                }
                Expected::Mail(left) => ready!(this.poll_mail(left, cx))?,
                Expected::Line | Expected::Literal(_) | Expected::Skipped(_) => {
                    ready!(this.poll_receive(cx))?
                }
            };
            if read == 0 {
                // The end. The parser tells an end in mid-response from one between responses.
                part_code_from_text(&mut this.inbox);
                this.cleared = this.inbox.len();
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

/// Whether a line begins a response that is about a mail: `* 7 FETCH (`.
fn is_fetch(line: &[u8]) -> bool {
    let rest = line.strip_prefix(b"* ").unwrap_or_default();
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    digits > 0 && starts_with_word(rest.get(digits..).unwrap_or_default(), b" FETCH ")
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

/// Mails stay in what was read until they are durable: it is filled well before it is made anew.
const READ_SIZE: usize = 64 << 10;
const LEAST_READ: usize = 16 << 10;

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
        let (out, _) = pass_with_mails(pieces, max_literal).await?;
        Ok(out)
    }

    /// The same, and the mails that were taken out meanwhile.
    async fn pass_with_mails(
        pieces: &[&[u8]],
        max_literal: u64,
    ) -> io::Result<(Vec<u8>, Vec<(u64, Bytes)>)> {
        let (ours, mut theirs) = tokio::io::duplex(16);
        let mut guard = Guard::new(Box::new(ours), &[], max_literal);
        let send = async {
            for piece in pieces {
                let _ = theirs.write_all(piece).await;
            }
            drop(theirs);
        };
        let read = async {
            let (mut out, mut mails) = (Vec::new(), Vec::new());
            while guard.read_buf(&mut out).await? > 0 {
                mails.append(&mut guard.mails);
            }
            Ok((out, mails))
        };
        let (read, ()) = tokio::join!(read, send);
        read
    }

    #[tokio::test]
    async fn mails_are_taken_out_and_a_number_stands_for_each() {
        let sent = b"* 1 FETCH (UID 7 BODY[] {7}\r\na {3}\r\n)\r\n* 2 fetch (BODY[] {0}\r\n UID 8)\r\nA1 OK\r\n";
        let (out, mails) = pass_with_mails(&[sent], 10).await.unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "* 1 FETCH (UID 7 BODY[] \"1\")\r\n* 2 fetch (BODY[] \"2\" UID 8)\r\nA1 OK\r\n"
        );
        assert_eq!(mails, [(1, Bytes::from("a {3}\r\n")), (2, Bytes::new())]);
    }

    #[tokio::test]
    async fn no_second_response_is_begun_while_a_mail_waits_to_be_taken() {
        let (ours, mut theirs) = tokio::io::duplex(1 << 10);
        let mut guard = Guard::new(Box::new(ours), &[], 10);
        for sequence in 1..4 {
            let response = format!("* {sequence} FETCH (BODY[] {{2}}\r\nm{sequence})\r\n");
            theirs.write_all(response.as_bytes()).await.unwrap();
        }
        for sequence in 1..4 {
            let mut response = Vec::new();
            assert!(guard.read_buf(&mut response).await.unwrap() > 0);
            let expected = format!("* {sequence} FETCH (BODY[] \"{sequence}\")\r\n");
            assert_eq!(String::from_utf8(response).unwrap(), expected);
            let mail = guard.take_mail(sequence.to_string().as_bytes()).unwrap();
            assert_eq!(mail, format!("m{sequence}"));
            assert_eq!(
                guard.take_mail(sequence.to_string().as_bytes()),
                None,
                "taken"
            );
        }
    }

    #[tokio::test]
    async fn a_literal_behind_free_text_is_no_mail() {
        let sent = b"* OK we know BODY[] {2}\r\nhi\r\n";
        let (out, mails) = pass_with_mails(&[sent], 10).await.unwrap();
        assert_eq!((out.as_slice(), mails), (sent.as_slice(), Vec::new()));
    }

    #[tokio::test]
    async fn a_mail_over_the_limit_becomes_its_size_and_the_next_one_is_read() {
        let sent = b"* 1 FETCH (UID 7 BODY[] {20}\r\n01234567890123456789)\r\n* 2 FETCH (UID 8 BODY[] {2}\r\nhi)\r\nA1 OK\r\n";
        let out = pass(&[sent], 10).await.unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "* 1 FETCH (UID 7 BODY[] NIL RFC822.SIZE 20)\r\n* 2 FETCH (UID 8 BODY[] \"1\")\r\nA1 OK\r\n"
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
        let (out, mails) = pass_with_mails(&[sent], 10).await.unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "* 3 EXISTS\r\n* 1 FETCH (UID 7 BODY[] \"1\")\r\nA1 OK\r\n"
        );
        assert_eq!(mails, [(1, Bytes::from("* FLAGS\r\n"))]);
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
    async fn an_end_inside_a_literal_passes_on_what_came_but_no_part_of_a_mail() {
        let out = pass(&[b"* LIST () \".\" {9}\r\nabc"], 10).await.unwrap();
        assert!(out.ends_with(b"abc"));
        let cut_off: &[&[u8]] = &[b"* 1 EXISTS\r\n* 1 FETCH (BODY[] {9}\r\nabc"];
        let (out, mails) = pass_with_mails(cut_off, 10).await.unwrap();
        assert_eq!(
            (out.as_slice(), mails),
            (b"* 1 EXISTS\r\n".as_slice(), Vec::new())
        );
    }

    #[test]
    fn braces_in_quotes_are_no_literal() {
        assert_eq!(literal_header(b"* LIST () \".\" \"a{5}\"\r\n"), None);
        assert_eq!(literal_header(b"* 1 FETCH (BODY[] {5}\r\n"), Some((5, 5)));
    }

    proptest! {
        /// However the bytes are cut into packets, the same comes out.
        #[test]
        fn packets_do_not_matter(cuts in prop::collection::vec(0..130usize, 0..6)) {
            let sent: &[u8] = b"* FLAGS ()\r\n* 1 FETCH (UID 7 BODY[] {20}\r\n01234567890123456789)\r\n* 2 FETCH (BODY[] {9}\r\n* FLAGS\r\n)\r\n* 2 EXISTS\r\nA1 OK {x\r\n";
            let mut cuts = cuts;
            cuts.sort_unstable();
            let mut pieces = Vec::new();
            let mut from = 0;
            for cut in cuts.into_iter().chain([sent.len()]) {
                pieces.push(&sent[from..cut.min(sent.len())]);
                from = cut.min(sent.len());
            }
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let (out, mails) = runtime.block_on(pass_with_mails(&pieces, 10)).unwrap();
            prop_assert_eq!(
                out,
                b"* 1 FETCH (UID 7 BODY[] NIL RFC822.SIZE 20)\r\n* 2 FETCH (BODY[] \"1\")\r\n* 2 EXISTS\r\nA1 OK {x\r\n".to_vec()
            );
            prop_assert_eq!(mails, [(1, Bytes::from("* FLAGS\r\n"))]);
        }
    }
}
