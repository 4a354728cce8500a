//! `send-test`: a mail to those who test, and the dialogue if it does not go.

use std::io::Write;

use crate::cli::at_accounts::{AccountsCall, AtAccounts};
use crate::cli::call::Caller;
use crate::cli::kept::{self, Kept};
use crate::cli::{Done, Failure, open};
use crate::clock;
use crate::config::Gateway;
use crate::config::smtp::address;
use crate::mail::compose::{Letter, Outgoing, compose};
use crate::mail::smtp::{self, SmtpError, Transcript};
use crate::oauth::Accounts;
use crate::text::Text;

/// `send-test`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Who gets the mail, instead of `smtp.test_recipients`; may be given several times
    #[arg(long, value_name = "ADDRESS")]
    to: Vec<String>,
    /// Show the dialogue also if all goes well
    #[arg(long)]
    dialogue: bool,
}

impl AtAccounts for Args {
    fn run(&self, call: &AccountsCall<'_>) -> Result<Done, Failure> {
        call.wait(self.send(call.config, &call.accounts, call.caller))?
    }

    /// What is wrong with the command line is said before anything is opened.
    fn check(&self, config: &Gateway) -> Result<(), Failure> {
        if !config.smtp.is_on() {
            return Err(Failure::Usage(
                "smtp.host is empty, so nothing is sent; give [smtp] a host and a sender"
                    .to_owned(),
            ));
        }
        mails(config, self).map(drop)
    }

    /// Only where it signs in by one does it need an account.
    fn find(&self, config: &Gateway) -> Result<Kept, Failure> {
        match config.account_of_sending(&config.smtp) {
            Some(_) => kept::open(config),
            None => Ok(Kept::Here(Accounts::none(), None)),
        }
    }
}

impl Args {
    async fn send(
        &self,
        config: &Gateway,
        accounts: &Accounts,
        caller: &dyn Caller,
    ) -> Result<Done, Failure> {
        let mut done = Done::Well;
        for mail in &mails(config, self)? {
            let transcript = Transcript::default();
            let sent = send(config, accounts, mail, &transcript).await;
            let mut out = caller.results();
            match &sent {
                Ok(answer) => writeln!(out, "{}: {answer}", mail.to())?,
                Err(error) => {
                    caller.complain(&format!("{}: {error}", mail.to()));
                    done = Done::WithFailures;
                }
            }
            if self.dialogue || sent.is_err() {
                write!(out, "{transcript}")?;
            }
            out.flush()?;
        }
        Ok(done)
    }
}

/// One mail a recipient.
fn mails(config: &Gateway, args: &Args) -> Result<Vec<Outgoing>, Failure> {
    let recipients = if args.to.is_empty() {
        &config.smtp.test_recipients
    } else {
        &args.to
    };
    if recipients.is_empty() {
        return Err(Failure::Usage(
            "nobody is to get the mail; name somebody: --to ADDRESS, or smtp.test_recipients"
                .to_owned(),
        ));
    }
    let text = Text::new(config.language).in_zone(open::time_zone(config)?);
    let now = clock::now();
    let domain = address(&config.smtp.sender).and_then(|sender| sender.rsplit_once('@'));
    let domain = domain.map_or("localhost", |(_, domain)| domain);
    let mail = |to: &String| {
        let letter = Letter {
            from: &config.smtp.sender,
            to,
            subject: &text.test_mail_subject(),
            text: &text.test_mail_text(&config.smtp.host, &text.date_time(now.seconds())),
            html: None,
            attachments: &[],
            message_id: &format!("test.{}.{:08x}@{domain}", now.seconds(), clock::jitter()),
            written: u64::try_from(now.seconds()).unwrap_or(0),
        };
        compose(&letter).map_err(|error| Failure::Usage(error.to_string()))
    };
    recipients.iter().map(mail).collect()
}

async fn send(
    config: &Gateway,
    accounts: &Accounts,
    mail: &Outgoing,
    transcript: &Transcript,
) -> Result<String, SmtpError> {
    let mut connection = smtp::connect(&config.smtp, accounts, transcript).await?;
    let sent = connection.send(mail).await;
    connection.quit().await;
    sent
}
