//! Questions and answers, line by line: on a terminal, or through a pipe.

use std::io::{self, BufRead, IsTerminal, Read, StdinLock};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::cli::output;
use crate::text::Text;

/// The answers have ended, or cannot be read.
#[derive(Debug)]
pub(super) struct Ended;

/// Puts questions on stderr, reads answers from stdin.
pub(super) struct Terminal<'t> {
    text: &'t Text,
    input: StdinLock<'static>,
}

impl<'t> Terminal<'t> {
    pub(super) fn new(text: &'t Text) -> Self {
        Self {
            text,
            input: io::stdin().lock(),
        }
    }

    /// An answer in one line; an empty one is the default.
    pub(super) fn line(&mut self, question: &str, default: &str) -> Result<String, Ended> {
        if default.is_empty() {
            output::ask(&format!("{question}:"));
        } else {
            output::ask(&format!("{question} [{default}]:"));
        }
        let answer = self.read()?;
        Ok(if answer.is_empty() {
            default.to_owned()
        } else {
            answer
        })
    }

    /// An answer that must not be empty.
    pub(super) fn needed(&mut self, question: &str, default: &str) -> Result<String, Ended> {
        loop {
            let answer = self.line(question, default)?;
            if !answer.is_empty() {
                return Ok(answer);
            }
        }
    }

    /// One of several; gives its number from 0. The first is the default.
    pub(super) fn choice(&mut self, question: &str, choices: &[String]) -> Result<usize, Ended> {
        output::note(question);
        for (number, choice) in (1..).zip(choices) {
            output::note(&format!("  {number}  {choice}"));
        }
        loop {
            let range = format!("1-{}", choices.len());
            match self.line(&range, "1")?.parse::<usize>() {
                Ok(number) if (1..=choices.len()).contains(&number) => return Ok(number - 1),
                Ok(_) | Err(_) => {
                    let last = choices.len() as u64;
                    output::note(&self.text.init_choose(last));
                }
            }
        }
    }

    /// Yes; no is the default.
    pub(super) fn yes(&mut self, question: &str) -> Result<bool, Ended> {
        let (yes, no) = (self.text.init_yes(), self.text.init_no());
        let answer = self.line(&format!("{question} ({yes}/{no})"), &no)?;
        Ok(answer.to_lowercase().starts_with(&yes))
    }

    /// An answer that is not shown.
    pub(super) fn secret(&mut self, question: &str) -> Result<String, Ended> {
        output::ask(&format!("{question}:"));
        let hidden = Hidden::begin();
        let answer = self.read();
        if hidden.is_some() {
            output::note("");
        }
        answer
    }

    /// A line without its end and the spaces around it.
    fn read(&mut self) -> Result<String, Ended> {
        let mut line = String::new();
        let read = (&mut self.input).take(MAX_LINE).read_line(&mut line);
        match read {
            Ok(length) if length > 0 => Ok(line.trim().to_owned()),
            Ok(_) | Err(_) => Err(Ended),
        }
    }
}

/// While it lives, the terminal does not show what is typed.
struct Hidden {
    before: Termios,
}

impl Hidden {
    /// `None` where stdin is no terminal.
    fn begin() -> Option<Self> {
        let stdin = io::stdin();
        if !stdin.is_terminal() {
            return None;
        }
        let before = tcgetattr(&stdin).ok()?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(&stdin, OptionalActions::Flush, &silent).ok()?;
        Some(Self { before })
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.before);
    }
}

/// A path is 4 KiB at most.
const MAX_LINE: u64 = 8 << 10;
