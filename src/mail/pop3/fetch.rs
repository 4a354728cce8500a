//! Loads mails and hands them over, while many are in the hands of the [`Intake`].
//!
//! With PIPELINING a window of RETR is under way, and filled up when half of it came; otherwise
//! one. A mail that the server refuses is not given, and asked for again at the next poll.

use std::collections::VecDeque;

use tokio::sync::OwnedSemaphorePermit;
use tracing::warn;

use crate::config::mailbox::Mailbox;
use crate::mail::in_flight::InFlight;
use crate::mail::pop3::codec::{Body, Event};
use crate::mail::pop3::command::Command;
use crate::mail::pop3::list::Listed;
use crate::mail::pop3::reply::Reply;
use crate::mail::pop3::wire::Wire;
use crate::mail::substitute::is_substitute;
use crate::mail::{FetchedMail, Intake, MailError, Summary, answer};
use crate::mailbox::MailId;

/// The fetching of one poll.
pub(super) struct Fetch<'f, 'a, I> {
    pub(super) wire: &'f mut Wire,
    pub(super) mailbox: &'a Mailbox,
    pub(super) in_flight: &'f mut InFlight<'a, I, ()>,
    pub(super) summary: &'f mut Summary,
    /// Mails that nobody asked for yet.
    pub(super) plan: VecDeque<Listed>,
    /// RETR under way, in order.
    pub(super) asked: VecDeque<Listed>,
    /// Most RETR under way.
    pub(super) window: usize,
}

impl<I: Intake> Fetch<'_, '_, I> {
    /// Fetches the plan and hands it over. What is handed over may still be under way afterwards.
    ///
    /// Ends early if the gateway is stopping, or could not store a mail.
    ///
    /// # Errors
    /// [`MailError`].
    pub(super) async fn run(&mut self) -> Result<(), MailError> {
        loop {
            if self.in_flight.is_stopping() || self.in_flight.failure.is_some() {
                return Ok(());
            }
            self.ask().await?;
            if self.asked.is_empty() {
                return Ok(());
            }
            tokio::select! {
                true = self.in_flight.settle_next(self.summary) => {}
                event = self.wire.next() => self.take_in(event?).await?,
            }
        }
    }

    /// Fills the window up, once half of it is empty.
    async fn ask(&mut self) -> Result<(), MailError> {
        let mut bytes: u64 = self.asked.iter().map(|mail| mail.size_bytes).sum();
        if self.asked.len() > self.window / 2 || bytes > WINDOW_BYTES / 2 {
            return Ok(());
        }
        let mut commands = Vec::new();
        while self.asked.len() < self.window
            && let Some(mail) = self.plan.pop_front()
        {
            if mail.size_bytes > self.mailbox.max_mail_size.bytes() {
                self.too_large(mail.uidl, mail.size_bytes).await;
                continue;
            }
            bytes = bytes.saturating_add(mail.size_bytes);
            if bytes > WINDOW_BYTES && !self.asked.is_empty() {
                self.plan.push_front(mail);
                break;
            }
            commands.push(Command::Retr {
                number: mail.number,
                size_bytes: mail.size_bytes,
            });
            self.asked.push_back(mail);
        }
        if commands.is_empty() {
            return Ok(());
        }
        self.wire.send(&commands).await
    }

    async fn take_in(&mut self, event: Event) -> Result<(), MailError> {
        let Some(mail) = self.asked.pop_front() else {
            return Ok(());
        };
        match event {
            Event::Mail(Body::Whole(bytes)) => self.whole(mail.uidl, bytes).await,
            Event::Mail(Body::TooLarge { size_bytes }) => {
                self.too_large(mail.uidl, size_bytes).await;
            }
            Event::Reply(reply) => self.refused(&mail, &reply)?,
            Event::Line(_) | Event::End => return Err(self.wire.out_of_step()),
        }
        Ok(())
    }

    async fn whole(&mut self, uidl: String, bytes: Vec<u8>) {
        // Servers announce mails whose content is not there yet; Exchange puts another in place
        // of what it cannot convert.
        if bytes.trim_ascii().is_empty() || is_substitute(&bytes) {
            self.summary.not_given += 1;
            warn!(
                mailbox = self.mailbox.name,
                uidl, "the server announced a mail that it does not give; it is asked for again"
            );
            return;
        }
        self.in_flight.make_room(self.summary).await;
        // Without a permit the gateway is stopping: the mail is asked for again.
        if let Some(permit) = self.in_flight.permit(bytes.len(), self.summary).await {
            self.summary.bytes += bytes.len() as u64;
            self.hand_over(uidl, bytes, None, Some(permit));
        }
    }

    async fn too_large(&mut self, uidl: String, size_bytes: u64) {
        self.in_flight.make_room(self.summary).await;
        self.hand_over(uidl, Vec::new(), Some(size_bytes), None);
    }

    fn hand_over(
        &mut self,
        uidl: String,
        bytes: Vec<u8>,
        too_large_bytes: Option<u64>,
        permit: Option<OwnedSemaphorePermit>,
    ) {
        let mail = FetchedMail {
            id: MailId::Pop3 { uidl },
            folder: String::new(),
            bytes: bytes.into(),
            too_large_bytes,
            permit,
        };
        self.in_flight.hand_over((), mail);
    }

    fn refused(&mut self, mail: &Listed, reply: &Reply) -> Result<(), MailError> {
        self.summary.not_given += 1;
        warn!(
            mailbox = self.mailbox.name,
            uidl = mail.uidl,
            answer = answer::shown(&reply.text),
            "the server refused to give a mail; it is asked for again"
        );
        if answer::asks_to_wait(&reply.text) {
            let command = Command::Retr {
                number: mail.number,
                size_bytes: mail.size_bytes,
            };
            return Err(self.wire.refusal(command, reply));
        }
        Ok(())
    }
}

/// Announced bytes of RETR under way.
const WINDOW_BYTES: u64 = 4 << 20;
