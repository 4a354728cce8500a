//! The sign-in as a dialogue: our line, its answer, our next line. Pure.
//!
//! Sources: RFC 1939 section 7 (USER, PASS), RFC 5034 (AUTH); for XOAUTH2 Microsoft,
//! "Authenticate an IMAP, POP or SMTP connection using OAuth": its servers take the two-line form
//! only, and tell a refusal in a challenge that must be answered.

use std::collections::VecDeque;

use crate::mail::answer;
use crate::mail::pop3::reply::{Capabilities, Reply, Status};
use crate::net::sasl;

/// Who signs in, and by what.
#[derive(Clone, Copy)]
pub enum Credentials<'a> {
    /// Name and password.
    Password {
        /// User name.
        username: &'a str,
        /// Password.
        password: &'a str,
    },
    /// Name and OAuth access token.
    Token {
        /// User name; at Microsoft the mailbox.
        username: &'a str,
        /// Access token.
        token: &'a str,
    },
}

/// A sign-in under way. Has no `Debug`: it holds secrets.
pub struct SignIn {
    way: Way,
    lines: VecDeque<String>,
    /// The server said something that we had no line for.
    challenge: Option<String>,
}

#[derive(Clone, Copy)]
enum Way {
    /// +OK asks for the next line.
    UserPass,
    /// `+` asks for the next line.
    Sasl,
}

/// What to do after an answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Step {
    /// Send this line; its end is not in it.
    Send(String),
    /// Signed in.
    Done,
    /// Refused, with the server's reply.
    Refused(Reply),
}

impl SignIn {
    /// Chooses the way by what is offered.
    ///
    /// # Errors
    /// What to change, if there is no way: nothing secret is sent then.
    pub fn new(
        credentials: Credentials<'_>,
        offered: &Capabilities,
        encrypted: bool,
    ) -> Result<Self, &'static str> {
        match credentials {
            Credentials::Password { username, password } => {
                if [username, password].iter().any(|text| holds_control(text)) {
                    return Err("user name or password holds a control character");
                }
                by_password(username, password, offered, encrypted)
            }
            Credentials::Token { username, token } => {
                if offered.are_told() && !offered.has_mechanism("XOAUTH2") {
                    return Err(if encrypted {
                        answer::NO_TOKENS
                    } else {
                        answer::NO_TOKENS_IN_CLEAR
                    });
                }
                // Not in one line: Exchange Online ends the connection at that.
                let token = sasl::xoauth2(username, token);
                Ok(Self::sasl(["AUTH XOAUTH2".to_owned(), token]))
            }
        }
    }

    /// The first line.
    pub fn first(&mut self) -> String {
        self.lines.pop_front().unwrap_or_default()
    }

    /// What follows an answer.
    pub fn answered(&mut self, reply: Reply) -> Step {
        match (self.way, reply.status) {
            (Way::UserPass, Status::Ok) => self.lines.pop_front().map_or(Step::Done, Step::Send),
            (Way::Sasl, Status::Ok) => Step::Done,
            (Way::Sasl, Status::Challenge) if self.challenge.is_none() => {
                Step::Send(self.lines.pop_front().unwrap_or_else(|| {
                    // RFC 7628 section 3.2.3: the reason of a refusal; an empty line ends it.
                    self.challenge = Some(reply.text);
                    String::new()
                }))
            }
            (Way::UserPass | Way::Sasl, Status::Challenge | Status::Err) => {
                Step::Refused(self.with_challenge(reply))
            }
        }
    }

    /// The reply, and what a challenge told of its reason.
    fn with_challenge(&self, mut reply: Reply) -> Reply {
        if let Some(reason) = self.challenge.as_deref().and_then(sasl::challenge) {
            reply.text = format!("{} ({})", reply.text, answer::shown(&reason));
        }
        reply
    }

    fn user_pass(username: &str, password: &str) -> Self {
        Self {
            way: Way::UserPass,
            lines: [format!("USER {username}"), format!("PASS {password}")].into(),
            challenge: None,
        }
    }

    fn sasl(lines: impl Into<VecDeque<String>>) -> Self {
        Self {
            way: Way::Sasl,
            lines: lines.into(),
            challenge: None,
        }
    }
}

fn by_password(
    username: &str,
    password: &str,
    offered: &Capabilities,
    encrypted: bool,
) -> Result<SignIn, &'static str> {
    if offered.has_mechanism("PLAIN") {
        let message = sasl::plain(username, password);
        let line = format!("AUTH PLAIN {message}");
        // RFC 5034 section 4: a longer initial response waits for the server's challenge.
        return Ok(if line.len() + "\r\n".len() <= MAX_COMMAND {
            SignIn::sasl([line])
        } else {
            SignIn::sasl(["AUTH PLAIN".to_owned(), message])
        });
    }
    if offered.has("USER") || !offered.are_told() {
        return Ok(SignIn::user_pass(username, password));
    }
    if offered.has_mechanism("LOGIN") {
        let [name, word] = sasl::login(username, password);
        return Ok(SignIn::sasl(["AUTH LOGIN".to_owned(), name, word]));
    }
    if !encrypted && offered.has("STLS") {
        return Err(answer::NO_PASSWORDS_IN_CLEAR);
    }
    if offered.has_mechanisms() {
        return Err(answer::NO_PASSWORDS);
    }
    // It told of no way; most such servers only forget to name USER.
    Ok(SignIn::user_pass(username, password))
}

/// A line end in a name would be a command of its own.
fn holds_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}

/// Bytes of a command, its end included (RFC 2449 section 4).
const MAX_COMMAND: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(lines: &[&str]) -> Capabilities {
        let mut offered = Capabilities::told();
        for line in lines {
            offered.add(line);
        }
        offered
    }

    fn reply(line: &str) -> Reply {
        Reply::parse(line.as_bytes()).unwrap()
    }

    fn password(password: &str) -> Credentials<'_> {
        Credentials::Password {
            username: "tim",
            password,
        }
    }

    #[test]
    fn an_old_server_gets_user_and_pass() {
        let nothing = Capabilities::default();
        let mut sign_in = SignIn::new(password("a b"), &nothing, false).ok().unwrap();
        assert_eq!(sign_in.first(), "USER tim");
        let step = sign_in.answered(reply("+OK"));
        assert_eq!(step, Step::Send("PASS a b".to_owned()));
        assert_eq!(sign_in.answered(reply("+OK 3 mails")), Step::Done);
    }

    #[test]
    fn plain_goes_in_one_line_if_it_fits_and_in_two_if_not() {
        let offered = offered(&["USER", "SASL PLAIN"]);
        let mut short = SignIn::new(password("secret"), &offered, true)
            .ok()
            .unwrap();
        assert_eq!(short.first(), "AUTH PLAIN AHRpbQBzZWNyZXQ=");
        assert_eq!(short.answered(reply("+OK")), Step::Done);

        let word = "x".repeat(200);
        let mut long = SignIn::new(password(&word), &offered, true).ok().unwrap();
        assert_eq!(long.first(), "AUTH PLAIN");
        let message = sasl::plain("tim", &word);
        assert_eq!(long.answered(reply("+ ")), Step::Send(message));
    }

    #[test]
    fn the_longest_plain_in_one_line_has_255_bytes() {
        let offered = offered(&["SASL PLAIN"]);
        let lengths = (1..300).map(|length| {
            let word = "x".repeat(length);
            SignIn::new(password(&word), &offered, true)
                .ok()
                .unwrap()
                .first()
                .len()
                + 2
        });
        assert!((252..=255).contains(&lengths.max().unwrap()));
    }

    #[test]
    fn login_answers_name_and_password() {
        let offered = offered(&["SASL LOGIN"]);
        let mut sign_in = SignIn::new(password("secret"), &offered, true)
            .ok()
            .unwrap();
        assert_eq!(sign_in.first(), "AUTH LOGIN");
        let step = sign_in.answered(reply("+ VXNlcm5hbWU6"));
        assert_eq!(step, Step::Send("dGlt".to_owned()));
        let step = sign_in.answered(reply("+ UGFzc3dvcmQ6"));
        assert_eq!(step, Step::Send("c2VjcmV0".to_owned()));
    }

    #[test]
    fn a_token_waits_for_the_challenge_and_a_refusal_is_answered_and_explained() {
        let token = Credentials::Token {
            username: "anna@example.org",
            token: "abc",
        };
        let offered = offered(&["SASL PLAIN XOAUTH2"]);
        let mut sign_in = SignIn::new(token, &offered, true).ok().unwrap();
        assert_eq!(sign_in.first(), "AUTH XOAUTH2");
        let message = sasl::xoauth2("anna@example.org", "abc");
        assert_eq!(sign_in.answered(reply("+ ")), Step::Send(message));
        // {"status":"400"}
        let step = sign_in.answered(reply("+ eyJzdGF0dXMiOiI0MDAifQ=="));
        assert_eq!(step, Step::Send(String::new()));
        let step = sign_in.answered(reply("-ERR Authentication failure"));
        let refused = reply("-ERR Authentication failure ({\"status\":\"400\"})");
        assert_eq!(step, Step::Refused(refused));
    }

    #[test]
    fn a_server_that_asks_and_asks_is_refused() {
        let mut sign_in = SignIn::new(password("x"), &offered(&["SASL PLAIN"]), true)
            .ok()
            .unwrap();
        sign_in.first();
        assert_eq!(sign_in.answered(reply("+ ")), Step::Send(String::new()));
        let step = sign_in.answered(reply("+ "));
        assert!(matches!(step, Step::Refused(_)), "{step:?}");
    }

    #[test]
    fn a_password_is_not_sent_where_it_is_refused() {
        let strict = offered(&["STLS", "SASL", "UIDL"]);
        let remedy = SignIn::new(password("x"), &strict, false).err().unwrap();
        assert!(remedy.contains("starttls"));
        let tokens = offered(&["SASL XOAUTH2"]);
        let remedy = SignIn::new(password("x"), &tokens, true).err().unwrap();
        assert!(remedy.contains("tokens"));
    }

    #[test]
    fn a_line_end_in_a_password_is_no_command() {
        let smuggled = SignIn::new(password("x\r\nDELE 1"), &Capabilities::default(), true);
        assert!(smuggled.is_err());
    }
}
