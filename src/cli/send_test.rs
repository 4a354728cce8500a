//! `send-test`: a mail to those who test, and the dialogue if it does not go.

use std::io::Write;
use std::path::Path;

use crate::cli::{Done, Failure, open, output};
use crate::clock;
use crate::config::Gateway;
use crate::config::smtp::address;
use crate::mail::compose::{Letter, Outgoing, compose};
use crate::mail::smtp::{self, Login, SmtpError, Transcript};
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

pub(super) fn run(path: &Path, args: &Args) -> Result<Done, Failure> {
    let config = open::config(path)?;
    if !config.smtp.is_on() {
        return Err(Failure::Usage(
            "smtp.host is empty, so nothing is sent; give [smtp] a host and a sender".to_owned(),
        ));
    }
    let mails = mails(&config, args)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut out = output::stdout();
    let mut done = Done::Well;
    for mail in &mails {
        let transcript = Transcript::default();
        let sent = runtime.block_on(send(&config, mail, &transcript));
        match &sent {
            Ok(answer) => writeln!(out, "{}: {answer}", mail.to())?,
            Err(error) => {
                output::complain(&format!("{}: {error}", mail.to()));
                done = Done::WithFailures;
            }
        }
        if args.dialogue || sent.is_err() {
            write!(out, "{transcript}")?;
        }
        out.flush()?;
    }
    output::finish(out)?;
    Ok(done)
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
            message_id: &format!("test.{}.{:08x}@{domain}", now.seconds(), clock::jitter()),
            written: u64::try_from(now.seconds()).unwrap_or(0),
        };
        compose(&letter).map_err(|error| Failure::Usage(error.to_string()))
    };
    recipients.iter().map(mail).collect()
}

async fn send(
    config: &Gateway,
    mail: &Outgoing,
    transcript: &Transcript,
) -> Result<String, SmtpError> {
    let login = Login::of(&config.smtp);
    let mut connection = smtp::connect(&config.smtp, &login, transcript).await?;
    let sent = connection.send(mail).await;
    connection.quit().await;
    sent
}
