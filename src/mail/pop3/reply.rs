//! What a POP3 server says in one line, and what it offers. Pure.

use std::collections::BTreeSet;
use std::time::Duration;

/// A status line (RFC 1939 section 3, RFC 5034 section 4).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reply {
    /// Its first word.
    pub status: Status,
    /// What follows, without the space between.
    pub text: String,
}

/// The first word of a status line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Status {
    /// `+OK`.
    Ok,
    /// `-ERR`.
    Err,
    /// `+`: the server waits for a line of a sign-in.
    Challenge,
}

/// What an `-ERR` means (RFC 2449 section 8, RFC 3206). Its text is for people alone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Code {
    /// `[AUTH]`: name or password is wrong.
    Auth,
    /// `[IN-USE]`: another session has the maildrop.
    InUse,
    /// `[LOGIN-DELAY]`: too soon after the last sign-in.
    LoginDelay,
    /// `[SYS/TEMP]`: the server has a trouble that may pass.
    SysTemp,
    /// `[SYS/PERM]`: the server has a trouble that a person must end.
    SysPerm,
    /// None, or another one.
    None,
}

impl Reply {
    /// Reads a line without its end; `None` if it is no status line.
    pub fn parse(line: &[u8]) -> Option<Self> {
        let word = |word: &[u8]| {
            let (start, rest) = line.split_at_checked(word.len())?;
            start.eq_ignore_ascii_case(word).then_some(rest)
        };
        let (status, rest) = word(b"+OK")
            .map(|rest| (Status::Ok, rest))
            .or_else(|| word(b"-ERR").map(|rest| (Status::Err, rest)))
            .or_else(|| word(b"+").map(|rest| (Status::Challenge, rest)))?;
        Some(Self {
            status,
            text: String::from_utf8_lossy(rest).trim().to_owned(),
        })
    }

    /// Its response code.
    pub fn code(&self) -> Code {
        let Some((code, _)) = self
            .text
            .strip_prefix('[')
            .and_then(|text| text.split_once(']'))
        else {
            return Code::None;
        };
        match code.to_ascii_uppercase().as_str() {
            "AUTH" => Code::Auth,
            "IN-USE" => Code::InUse,
            "LOGIN-DELAY" => Code::LoginDelay,
            "SYS/TEMP" => Code::SysTemp,
            "SYS/PERM" => Code::SysPerm,
            _ => Code::None,
        }
    }
}

/// What the server offers, in capitals (RFC 2449 section 5). Old servers do not tell.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Capabilities {
    told: bool,
    names: BTreeSet<String>,
    mechanisms: BTreeSet<String>,
    login_delay: Option<Duration>,
}

impl Capabilities {
    /// Those of a server that answered CAPA with +OK; its lines follow.
    pub fn told() -> Self {
        Self {
            told: true,
            ..Self::default()
        }
    }

    /// Takes in a line of the answer.
    pub fn add(&mut self, line: &str) {
        let capitals = line.to_ascii_uppercase();
        let mut words = capitals.split_ascii_whitespace();
        let Some(name) = words.next() else { return };
        match name {
            "SASL" => self.mechanisms.extend(words.map(str::to_owned)),
            "LOGIN-DELAY" => {
                let seconds = words.next().and_then(|number| number.parse().ok());
                self.login_delay = seconds.map(Duration::from_secs);
            }
            _ => {
                self.names.insert(name.to_owned());
            }
        }
    }

    /// Whether the server told anything at all.
    pub fn are_told(&self) -> bool {
        self.told
    }

    /// What is offered, mechanisms as `SASL=PLAIN`.
    pub fn lines(&self) -> Vec<String> {
        let mechanisms = self.mechanisms.iter().map(|name| format!("SASL={name}"));
        self.names.iter().cloned().chain(mechanisms).collect()
    }

    /// Whether it is offered: `STLS`, `PIPELINING`.
    pub fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Whether this SASL mechanism is offered: `PLAIN`.
    pub fn has_mechanism(&self, name: &str) -> bool {
        self.mechanisms.contains(name)
    }

    /// Whether any SASL mechanism is offered.
    pub fn has_mechanisms(&self) -> bool {
        !self.mechanisms.is_empty()
    }

    /// Least time between two sign-ins (RFC 2449 section 6.5).
    pub fn login_delay(&self) -> Option<Duration> {
        self.login_delay
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_lines_are_told_from_other_lines() {
        let read = |line: &str| Reply::parse(line.as_bytes()).map(|reply| reply.status);
        assert_eq!(read("+OK ready"), Some(Status::Ok));
        assert_eq!(read("+ok"), Some(Status::Ok));
        assert_eq!(read("-ERR no"), Some(Status::Err));
        assert_eq!(read("+ eyJ9"), Some(Status::Challenge));
        assert_eq!(read("* OK IMAP4rev1"), None);
        assert_eq!(read(""), None);
    }

    #[test]
    fn a_code_is_read_at_the_start_of_the_text_only() {
        let code = |text: &str| Reply::parse(text.as_bytes()).unwrap().code();
        assert_eq!(code("-ERR [IN-USE] locked"), Code::InUse);
        assert_eq!(code("-ERR [sys/temp] disk"), Code::SysTemp);
        assert_eq!(code("-ERR mailbox [IN-USE]"), Code::None);
        assert_eq!(code("-ERR [OTHER] x"), Code::None);
        assert_eq!(code("-ERR [AUTH"), Code::None);
    }

    #[test]
    fn capabilities_are_read_line_by_line() {
        let mut offered = Capabilities::told();
        for line in ["TOP", "uidl", "SASL PLAIN XOAUTH2", "LOGIN-DELAY 900", ""] {
            offered.add(line);
        }
        assert!(offered.has("UIDL") && !offered.has("PLAIN"));
        assert!(offered.has_mechanism("XOAUTH2"));
        assert_eq!(offered.login_delay(), Some(Duration::from_mins(15)));
    }
}
