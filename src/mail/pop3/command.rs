//! What we say to a POP3 server. Pure.
//!
//! There is no `DELE`: what cannot be said cannot delete a mail.

use crate::mail::pop3::codec::Expected;

/// A command, or a line of a sign-in. Has no `Debug`: some hold secrets.
#[derive(Clone, Copy)]
pub enum Command<'a> {
    /// What is offered (RFC 2449 section 5).
    Capa,
    /// TLS on this connection (RFC 2595 section 4).
    Stls,
    /// One line of a sign-in, a secret: see [`crate::mail::pop3::sign_in`].
    SignIn(&'a str),
    /// Identities of all mails (RFC 1939 section 7).
    Uidl,
    /// Sizes of all mails.
    List,
    /// A whole mail.
    Retr {
        /// Its number in this session.
        number: u32,
        /// Its size as the server listed it.
        size_bytes: u64,
    },
    /// The end.
    Quit,
}

impl Command<'_> {
    /// Its name in errors, without arguments.
    pub fn name(self) -> &'static str {
        match self {
            Self::Capa => "CAPA",
            Self::Stls => "STLS",
            Self::SignIn(_) => "the sign-in",
            Self::Uidl => "UIDL",
            Self::List => "LIST",
            Self::Retr { .. } => "RETR",
            Self::Quit => "QUIT",
        }
    }

    /// Appends it as it is sent, line end included.
    pub fn encode(self, line: &mut Vec<u8>) {
        match self {
            Self::SignIn(text) => line.extend_from_slice(text.as_bytes()),
            Self::Retr { number, .. } => {
                line.extend_from_slice(format!("RETR {number}").as_bytes());
            }
            Self::Capa | Self::Stls | Self::Uidl | Self::List | Self::Quit => {
                line.extend_from_slice(self.name().as_bytes());
            }
        }
        line.extend_from_slice(b"\r\n");
    }

    /// How its answer looks.
    pub fn expected(self) -> Expected {
        match self {
            Self::Capa | Self::Uidl | Self::List => Expected::Listing,
            Self::Retr { size_bytes, .. } => Expected::Mail { size_bytes },
            Self::Stls | Self::SignIn(_) | Self::Quit => Expected::Reply,
        }
    }
}
