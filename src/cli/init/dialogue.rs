//! The questions, in their order, and what follows from the answers.

use std::io;
use std::path::PathBuf;

use tokio::runtime::Runtime;

use crate::cli::init::probe::{Found, probe};
use crate::cli::init::settings::quoted;
use crate::cli::init::terminal::{Ended, Terminal};
use crate::cli::init::{settings, shown};
use crate::cli::{Failure, output};
use crate::clock;
use crate::config::mailbox::{Encryption, Mailbox, Protocol};
use crate::config::secret::Secret;
use crate::mail::visit::Newest;
use crate::oauth::Accounts;
use crate::text::{Language, Text};
use crate::upkeep::doctor;
use crate::upkeep::proposal::{Proposal, propose};
use crate::upkeep::provider::{self, User};
use crate::upkeep::survey::survey;

/// What is to be written.
pub(super) struct Setup {
    /// Keys with their values as TOML.
    pub(super) values: Vec<(&'static str, String)>,
    /// What else the mailbox makes worth writing.
    pub(super) proposal: Proposal,
    /// A password stands among the values.
    pub(super) holds_secret: bool,
    /// The environment variable for the password, and the password.
    pub(super) variable: Option<(String, String)>,
}

/// Where the password is kept.
#[derive(Clone)]
enum Kept {
    Here,
    Variable(String),
    File(PathBuf),
}

/// A conversation about one mailbox.
pub(super) struct Dialogue<'t> {
    text: &'t Text,
    file: &'t str,
    terminal: Terminal<'t>,
    runtime: Runtime,
    mailbox: Mailbox,
    kept: Kept,
    proposal: Proposal,
}

impl<'t> Dialogue<'t> {
    pub(super) fn new(text: &'t Text, file: &'t str) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        Ok(Self {
            text,
            file,
            terminal: Terminal::new(text),
            runtime,
            mailbox: Mailbox::default(),
            kept: Kept::Here,
            proposal: Proposal::default(),
        })
    }

    /// Asks, tries, and asks again; `None` if nothing shall be written.
    pub(super) fn run(mut self) -> Result<Option<Setup>, Ended> {
        output::note(&self.text.init_welcome(self.file));
        for _ in 0..MAX_ROUNDS {
            if !self.ask_mailbox()? {
                return Ok(None);
            }
            if self.try_out() {
                return self.finish().map(Some);
            }
            let ways = [
                self.text.init_again(),
                self.text.init_write(),
                self.text.init_quit(),
            ];
            match self.terminal.choice(&self.text.init_failed(), &ways)? {
                0 => {}
                1 => return self.finish().map(Some),
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    /// All that is needed to fetch; `false` if the person gives up.
    fn ask_mailbox(&mut self) -> Result<bool, Ended> {
        let protocols = [
            self.text.init_protocol_imap(),
            self.text.init_protocol_pop3(),
            self.text.init_protocol_maildir(),
        ];
        let protocol = self
            .terminal
            .choice(&self.text.init_protocol(), &protocols)?;
        self.mailbox.protocol = match protocol {
            0 => Protocol::Imap,
            1 => Protocol::Pop3,
            _ => Protocol::Maildir,
        };
        if self.mailbox.protocol == Protocol::Maildir {
            let before = self.mailbox.path.display().to_string();
            let path = self.terminal.needed(&self.text.init_path(), &before)?;
            self.mailbox.path = PathBuf::from(path);
            return Ok(true);
        }
        if !self.ask_server()? {
            return Ok(false);
        }
        self.ask_password()?;
        self.find_server()?;
        if self.mailbox.protocol == Protocol::Imap {
            let folder = self.mailbox.folder.clone();
            self.mailbox.folder = self.terminal.needed(&self.text.init_folder(), &folder)?;
        }
        Ok(true)
    }

    fn ask_server(&mut self) -> Result<bool, Ended> {
        let before = self.mailbox.username.clone();
        let address = self.terminal.needed(&self.text.init_address(), &before)?;
        let known = provider::of_address(&address);
        let is_pop3 = self.mailbox.protocol == Protocol::Pop3;
        let mut host = self.mailbox.host.clone();
        if let Some(provider) = known {
            output::note(&format!("{}: {}", provider.name, provider.note));
            if provider.needs_oauth && !self.terminal.yes(&self.text.init_anyway())? {
                return Ok(false);
            }
            let server = if is_pop3 {
                provider.pop3.unwrap_or_default()
            } else {
                provider.imap
            };
            server.clone_into(&mut host);
        } else if let (true, Some((_, domain))) = (host.is_empty(), address.rsplit_once('@')) {
            host = format!("{}.{domain}", if is_pop3 { "pop3" } else { "imap" });
        }
        self.mailbox.host = self.terminal.needed(&self.text.init_host(), &host)?;
        let by_host = provider::of_host(&self.mailbox.host).filter(|_| known.is_none());
        if let Some(provider) = by_host {
            output::note(&format!("{}: {}", provider.name, provider.note));
            if provider.needs_oauth && !self.terminal.yes(&self.text.init_anyway())? {
                return Ok(false);
            }
        }
        let user = known
            .or(by_host)
            .map_or(User::Address, |provider| provider.user);
        let user = user.of(&address);
        self.mailbox.username = self.terminal.needed(&self.text.init_username(), user)?;
        Ok(true)
    }

    /// Asks where the password is kept until it is, and for the password itself.
    fn ask_password(&mut self) -> Result<(), Ended> {
        let mut typed = None;
        loop {
            let kept = self.ask_place()?;
            match self.password_at(&kept, &mut typed)? {
                Ok(password) => {
                    self.kept = kept;
                    self.mailbox.password = Secret::Text(password);
                    return Ok(());
                }
                Err(what) => output::note(&self.text.init_unusable(&what)),
            }
        }
    }

    fn ask_place(&mut self) -> Result<Kept, Ended> {
        let ways = [
            self.text.init_secret_text(self.file),
            self.text.init_secret_env(),
            self.text.init_secret_file(),
        ];
        let way = self.terminal.choice(&self.text.init_secret(), &ways)?;
        Ok(match way {
            0 => Kept::Here,
            1 => {
                let question = self.text.init_variable();
                let name = self.terminal.needed(&question, "MAILBOX_PASSWORD")?;
                Kept::Variable(name)
            }
            _ => {
                let path = self.terminal.needed(&self.text.init_secret_path(), "")?;
                Kept::File(PathBuf::from(path))
            }
        })
    }

    /// The password that is there already, or the one that is typed (once), put where it shall be;
    /// the inner error is why it cannot be kept there.
    fn password_at(
        &mut self,
        kept: &Kept,
        typed: &mut Option<String>,
    ) -> Result<Result<String, String>, Ended> {
        let there = match kept {
            Kept::Here => None,
            Kept::Variable(name) => std::env::var(name).ok(),
            Kept::File(path) => match std::fs::read_to_string(path) {
                Ok(password) => Some(password),
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                Err(error) => return Ok(Err(format!("reading {}: {error}", path.display()))),
            },
        };
        if let Some(password) = there {
            return Ok(Ok(password.trim_end_matches(['\r', '\n']).to_owned()));
        }
        let password = match typed {
            Some(password) => password.clone(),
            None => self.terminal.secret(&self.text.init_password())?,
        };
        *typed = Some(password.clone());
        if let Kept::File(path) = kept
            && let Err(error) = crate::cli::init::write(path, &password, true)
        {
            return Ok(Err(output::chain(&error)));
        }
        Ok(Ok(password))
    }

    /// Port and encryption, by trying; and the root certificate, if one is missing.
    fn find_server(&mut self) -> Result<(), Ended> {
        self.mailbox.port = loop {
            let port = self.terminal.line(&self.text.init_port(), "")?;
            match port.parse::<u16>() {
                Ok(port) => break port,
                Err(_) if port.is_empty() => break 0,
                Err(error) => output::note(&self.text.init_unusable(&error.to_string())),
            }
        };
        output::note(&self.text.init_probing());
        let Some(found) = self.runtime.block_on(probe(&self.mailbox)) else {
            output::note(&self.text.init_not_found());
            return Ok(());
        };
        let Found {
            port, encryption, ..
        } = found;
        self.mailbox.port = port;
        self.mailbox.encryption = encryption;
        output::note(&self.text.init_found(&port.to_string(), encryption.name()));
        if encryption == Encryption::None {
            output::note(&self.text.init_plain());
        }
        if found.is_issuer_unknown {
            let path = self.terminal.line(&self.text.init_ca_file(), "")?;
            self.mailbox.ca_file = Some(PathBuf::from(path)).filter(|path| path != "");
        }
        Ok(())
    }

    /// Signs in and looks through the newest mails; whether the gateway could fetch.
    fn try_out(&mut self) -> bool {
        output::note(&self.text.init_trying());
        let now = clock::now();
        let nobody = Accounts::none();
        let examine = doctor::examine(&self.mailbox, &nobody, NEWEST, now.seconds());
        let examined = self.runtime.block_on(examine);
        shown::checks(&examined);
        let works = examined.works();
        if works {
            let found = survey(examined.visit.newest.iter().map(Vec::as_slice));
            shown::survey(&found, self.text);
            self.proposal = propose(&found, now);
            shown::proposal(&self.proposal, self.text);
        }
        works
    }

    /// The last questions, and all answers as keys.
    fn finish(mut self) -> Result<Setup, Ended> {
        self.ask_release()?;
        self.mailbox.name = self.ask_name()?;
        Ok(self.into_setup())
    }

    fn ask_release(&mut self) -> Result<(), Ended> {
        let (keep, delete) = (self.text.init_keep(), self.text.init_delete());
        let question = self.text.init_release();
        match self.mailbox.protocol {
            Protocol::Pop3 => {}
            Protocol::Maildir | Protocol::Folder => {
                let way = self.terminal.choice(&question, &[keep, delete])?;
                self.mailbox.delete_after_fetch = way == 1;
            }
            Protocol::Imap => {
                let ways = [keep, self.text.init_move(), delete];
                match self.terminal.choice(&question, &ways)? {
                    0 => {}
                    1 => {
                        let question = self.text.init_move_to();
                        let folder = match self.text.language() {
                            Language::De => "Erledigt",
                            Language::En => "Done",
                        };
                        self.mailbox.move_to = self.terminal.needed(&question, folder)?;
                    }
                    _ => self.mailbox.delete_after_fetch = true,
                }
            }
        }
        Ok(())
    }

    fn ask_name(&mut self) -> Result<String, Ended> {
        let fits = |char: char| matches!(char, 'a'..='z' | '0'..='9' | '_' | '-');
        loop {
            let name = self.terminal.needed(&self.text.init_name(), "metering")?;
            if name.len() <= MAX_NAME && name.chars().all(fits) {
                return Ok(name);
            }
            output::note(&self.text.init_unusable(&name));
        }
    }

    fn into_setup(self) -> Setup {
        let is_server = matches!(self.mailbox.protocol, Protocol::Imap | Protocol::Pop3);
        let mut values = vec![("language", quoted(self.text.language().code()))];
        values.extend(settings::of(&self.mailbox, Some(self.password())));
        let password = self.mailbox.password.reveal().to_owned();
        Setup {
            values,
            proposal: self.proposal,
            holds_secret: is_server && matches!(self.kept, Kept::Here),
            variable: match self.kept {
                Kept::Variable(name) => Some((name, password)),
                Kept::Here | Kept::File(_) => None,
            },
        }
    }

    fn password(&self) -> String {
        match &self.kept {
            Kept::Here => quoted(self.mailbox.password.reveal()),
            Kept::Variable(name) => format!("{{ env = {} }}", quoted(name)),
            Kept::File(path) => format!("{{ file = {} }}", quoted(&path.display().to_string())),
        }
    }
}

/// Enough to know who sends what, and quick.
pub(super) const NEWEST: Newest = Newest {
    mails: 200,
    bytes: 20 << 20,
};
/// Nobody means it any more.
const MAX_ROUNDS: usize = 20;
/// As the check of the configuration has it.
const MAX_NAME: usize = 64;
