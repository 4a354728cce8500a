//! From a host name to an encrypted connection on which nobody is signed in.
//!
//! Greeting, EHLO and STARTTLS are ours: crate `lettre` keeps what it has received across the
//! handshake, so that an answer which somebody on the line put behind that of STARTTLS would be
//! believed inside TLS (RFC 3207 section 6).

use crate::config::mailbox::{Encryption, Endpoint};
use crate::mail::answer;
use crate::mail::smtp::SmtpError;
use crate::mail::smtp::transcript::Transcript;
use crate::net::NetError;
use crate::net::dial::{self, BoxStream};
use crate::net::starttls;

/// A connection on which nobody is signed in.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) stream: BoxStream,
    pub(super) offer: Offer,
    pub(super) encrypted: bool,
}

/// What the server offers: the keywords of its answer to EHLO (RFC 5321 section 4.1.1.1).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Offer(Vec<String>);

impl Offer {
    /// The keywords with their parameters, in capitals.
    pub fn keywords(&self) -> &[String] {
        &self.0
    }

    pub(super) fn has(&self, keyword: &str) -> bool {
        self.parameters(keyword).is_some()
    }

    /// Whether a mechanism of SASL is offered.
    pub(super) fn signs_in_by(&self, mechanism: &str) -> bool {
        self.mechanisms().any(|offered| offered == mechanism)
    }

    /// The mechanisms of SASL (RFC 4954 section 3).
    pub(super) fn mechanisms(&self) -> impl Iterator<Item = &str> {
        let auth = self.parameters("AUTH").unwrap_or_default();
        auth.split_ascii_whitespace()
    }

    /// The largest mail in bytes (RFC 1870 section 3); `None` if there is no limit that it tells.
    pub(super) fn largest_mail(&self) -> Option<u64> {
        let size = self.parameters("SIZE")?.trim().parse().ok()?;
        (size > 0).then_some(size)
    }

    fn parameters(&self, keyword: &str) -> Option<&str> {
        self.0.iter().find_map(|line| {
            let rest = line.strip_prefix(keyword)?;
            // `AUTH=LOGIN` is how old servers write it.
            (rest.is_empty() || rest.starts_with([' ', '='])).then(|| rest.trim_start_matches('='))
        })
    }
}

/// Connects, says who we are, and encrypts as it shall be.
pub(super) async fn open(
    endpoint: &Endpoint,
    name: &str,
    transcript: &Transcript,
) -> Result<Opened, SmtpError> {
    let stream = dial::dial(endpoint).await?;
    let mut encrypted = endpoint.encryption == Encryption::Tls;
    if encrypted {
        transcript.remark("TLS");
    }
    let mut opening = Dialogue::new(stream, endpoint, transcript);
    let greeting = opening.greeting().await?;
    if greeting.code != 220 {
        return Err(opening.refused("the connection", &greeting));
    }
    let mut offer = opening.hello(name).await?;
    let wanted = match endpoint.encryption {
        Encryption::None | Encryption::Tls => false,
        Encryption::Auto => offer.has("STARTTLS"),
        Encryption::Starttls => true,
    };
    if wanted {
        if !offer.has("STARTTLS") {
            return Err(SmtpError::Net(NetError::NoStarttls {
                host: endpoint.host.clone(),
                port: endpoint.port,
            }));
        }
        let reply = opening.command("STARTTLS").await?;
        if reply.code != 220 {
            return Err(opening.refused("STARTTLS", &reply));
        }
        let stream = opening.lines.upgrade().await?;
        transcript.remark("TLS");
        opening = Dialogue::new(stream, endpoint, transcript);
        encrypted = true;
        // What was offered in clear text is forgotten (RFC 3207 section 4.2).
        offer = opening.hello(name).await?;
    }
    let (stream, received) = opening.lines.into_parts();
    if !received.is_empty() {
        return Err(SmtpError::Protocol {
            host: endpoint.host.clone(),
            what: "lines that nobody asked for, behind its answer to EHLO".to_owned(),
        });
    }
    Ok(Opened {
        stream,
        offer,
        encrypted,
    })
}

/// Commands and replies in plain lines.
struct Dialogue<'a> {
    lines: starttls::Opening<'a>,
    endpoint: &'a Endpoint,
    transcript: &'a Transcript,
}

/// A reply (RFC 5321 section 4.2): the texts of its lines.
struct Reply {
    code: u16,
    lines: Vec<String>,
}

impl<'a> Dialogue<'a> {
    fn new(stream: BoxStream, endpoint: &'a Endpoint, transcript: &'a Transcript) -> Self {
        Self {
            lines: starttls::Opening::new(stream, endpoint),
            endpoint,
            transcript,
        }
    }

    async fn greeting(&mut self) -> Result<Reply, SmtpError> {
        let first = self.lines.greeting().await?;
        self.reply(first).await
    }

    async fn hello(&mut self, name: &str) -> Result<Offer, SmtpError> {
        let reply = self.command(&format!("EHLO {name}")).await?;
        if reply.code != 250 {
            return Err(self.refused("EHLO", &reply));
        }
        // The first line is the server's name.
        let keywords = reply.lines.iter().skip(1);
        Ok(Offer(
            keywords.map(|line| line.to_ascii_uppercase()).collect(),
        ))
    }

    async fn command(&mut self, command: &str) -> Result<Reply, SmtpError> {
        let line = format!("{command}\r\n");
        self.transcript.sent(line.as_bytes());
        self.lines.send(line.as_bytes()).await?;
        let first = self.lines.line().await?;
        self.reply(first).await
    }

    /// The reply that begins with this line.
    async fn reply(&mut self, first: Vec<u8>) -> Result<Reply, SmtpError> {
        let mut reply = Reply {
            code: 0,
            lines: Vec::new(),
        };
        let mut line = first;
        loop {
            self.transcript.received(&line);
            self.transcript.received(b"\n");
            let line_text = String::from_utf8_lossy(&line).into_owned();
            let (code, is_last, text) =
                parts(&line_text).ok_or_else(|| self.senseless(&line_text))?;
            reply.code = code;
            reply.lines.push(text.to_owned());
            if is_last {
                return Ok(reply);
            }
            if reply.lines.len() == MAX_LINES {
                return Err(self.senseless("a reply without an end"));
            }
            line = self.lines.line().await?;
        }
    }

    fn senseless(&self, line: &str) -> SmtpError {
        SmtpError::Protocol {
            host: self.endpoint.host.clone(),
            what: format!("no reply of SMTP, but {:?}", answer::shown(line)),
        }
    }

    fn refused(&self, command: &str, reply: &Reply) -> SmtpError {
        SmtpError::Refused {
            host: self.endpoint.host.clone(),
            command: command.to_owned(),
            code: reply.code,
            answer: answer::shown(&reply.lines.join(" ")),
        }
    }
}

/// Code, whether it is the last line, and text.
fn parts(line: &str) -> Option<(u16, bool, &str)> {
    let (code, rest) = line.split_at_checked(3)?;
    let code: u16 = code.parse().ok().filter(|code| (200..600).contains(code))?;
    match rest.split_at_checked(1) {
        None => Some((code, true, "")),
        Some((" ", text)) => Some((code, true, text)),
        Some(("-", text)) => Some((code, false, text)),
        Some(_) => None,
    }
}

/// Servers offer some twenty keywords, a line each.
const MAX_LINES: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_a_code_and_may_be_the_last() {
        assert_eq!(parts("250-SIZE 10"), Some((250, false, "SIZE 10")));
        assert_eq!(parts("250 ok"), Some((250, true, "ok")));
        assert_eq!(parts("250"), Some((250, true, "")));
        for none in [
            "",
            "25",
            "abc ok",
            "250_ok",
            "999 ok",
            "* OK IMAP ready",
            "+OK",
        ] {
            assert_eq!(parts(none), None, "{none}");
        }
    }

    #[test]
    fn what_is_offered_is_read_with_its_parameters() {
        let lines = [
            "SIZE 52428800",
            "AUTH PLAIN XOAUTH2",
            "8BITMIME",
            "SIZEABLE",
        ];
        let offer = Offer(lines.iter().map(|line| (*line).to_owned()).collect());
        assert_eq!(offer.largest_mail(), Some(52_428_800));
        assert!(offer.signs_in_by("XOAUTH2") && !offer.signs_in_by("LOGIN"));
        assert!(offer.has("8BITMIME") && !offer.has("STARTTLS"));
        let old = Offer(vec!["AUTH=LOGIN PLAIN".to_owned(), "SIZE 0".to_owned()]);
        assert!(old.signs_in_by("LOGIN"));
        assert_eq!(old.largest_mail(), None);
    }
}
