//! Loads mails and hands them over: a few windows of `UID FETCH` under way, and many mails in the
//! hands of the [`Intake`] meanwhile.
//!
//! A window is finished when its own tag was answered; a mail is finished when it was handed over,
//! or is known to be gone. OK without the mail, NIL, an empty body: not given, asked again at the
//! next poll.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use async_imap::imap_proto::RequestId;
use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tracing::warn;

use crate::config::mailbox::Mailbox;
use crate::mail::imap::list::{self, Listed};
use crate::mail::imap::wire::{Body, Done, Event, Fetched};
use crate::mail::imap::{Connection, uids};
use crate::mail::in_flight::InFlight;
use crate::mail::poll::Summary;
use crate::mail::substitute::is_substitute;
use crate::mail::{FetchedMail, Intake, MailError, answer};
use crate::mailbox::{Cursor, MailId};

/// The fetching of one round.
pub(super) struct Fetch<'a, I> {
    connection: &'a mut Connection,
    mailbox: &'a Mailbox,
    intake: &'a I,
    cursor: &'a Cursor,
    plan: Plan<'a>,
    /// To be asked for one by one: their window was refused.
    alone: VecDeque<Listed>,
    windows: Vec<Window>,
    in_flight: InFlight<'a, I, u32>,
    /// Answered with OK, but without these mails.
    silent: BTreeSet<u32>,
    not_given: BTreeSet<u32>,
    /// The server's words for a window that it refused.
    refusal: Option<String>,
}

/// Mails that nobody asked for yet, by ascending UID.
#[derive(Default)]
struct Plan<'a> {
    /// Those that did not fit a command.
    given_back: VecDeque<Listed>,
    rest: &'a [Listed],
}

impl<'a> Plan<'a> {
    fn of(mails: &'a [Listed]) -> Self {
        Self {
            given_back: VecDeque::new(),
            rest: mails,
        }
    }

    fn first(&self) -> Option<Listed> {
        self.given_back.front().or(self.rest.first()).copied()
    }

    fn remove_first(&mut self) {
        if self.given_back.pop_front().is_none() {
            self.rest = self.rest.get(1..).unwrap_or_default();
        }
    }

    /// Puts back what came first.
    fn give_back(&mut self, mails: impl DoubleEndedIterator<Item = Listed>) {
        for mail in mails.rev() {
            self.given_back.push_front(mail);
        }
    }
}

/// One command under way.
struct Window {
    tag: RequestId,
    /// Mails that did not come yet.
    pending: Vec<Listed>,
    alone: bool,
}

impl<'a, I: Intake> Fetch<'a, I> {
    pub(super) fn new(
        connection: &'a mut Connection,
        mailbox: &'a Mailbox,
        budget: Arc<Semaphore>,
        intake: &'a I,
        progress: &'a (dyn Fn(u64, u64) + Send + Sync),
        cursor: &'a Cursor,
    ) -> Self {
        Self {
            connection,
            mailbox,
            intake,
            cursor,
            plan: Plan::default(),
            alone: VecDeque::new(),
            windows: Vec::new(),
            in_flight: InFlight::new(intake, mailbox, budget, progress),
            silent: BTreeSet::new(),
            not_given: BTreeSet::new(),
            refusal: None,
        }
    }

    /// Fetches these mails (by ascending UID), hands them over, and waits for what becomes of them.
    ///
    /// # Errors
    /// [`MailError`]; what was durable before is counted, and in [`Fetch::into_releasable`].
    pub(super) async fn run(
        &mut self,
        mails: &'a [Listed],
        summary: &mut Summary,
    ) -> Result<(), MailError> {
        self.plan = Plan::of(mails);
        let came = self.stream(summary).await;
        self.await_outcomes(came.is_ok(), summary).await?;
        came?;
        if let Some(failure) = self.in_flight.failure.take() {
            return Err(MailError::Intake(failure));
        }
        self.look_for_silent(summary).await?;
        summary.not_given += count(self.not_given.len());
        match self.refusal.take() {
            // Everything was refused: that is the poll's error, not a mail's.
            Some(words) if self.not_given.len() == mails.len() => Err(answer::refusal(
                self.connection.wire.host(),
                "UID FETCH",
                &words,
            )),
            Some(_) | None => Ok(()),
        }
    }

    /// UIDs whose outcome lets the server forget them.
    pub(super) fn into_releasable(self) -> Vec<u32> {
        self.in_flight.releasable
    }

    async fn stream(&mut self, summary: &mut Summary) -> Result<(), MailError> {
        loop {
            // A closed budget: the gateway is stopping, and what is under way is the last.
            while self.windows.len() < UNDER_WAY
                && self.in_flight.failure.is_none()
                && !self.in_flight.is_stopping()
            {
                if !self.ask(summary).await? {
                    break;
                }
            }
            if self.windows.is_empty() || self.in_flight.failure.is_some() {
                return Ok(());
            }
            tokio::select! {
                true = self.in_flight.settle_next(summary) => {}
                event = self.connection.wire.next() => match event? {
                    Event::Fetch(fetched) => self.take_in(fetched, summary).await?,
                    Event::Done(done) => self.finish_window(done)?,
                    Event::Search(_)
                    | Event::Code(_)
                    | Event::Continue
                    | Event::Capabilities(_)
                    | Event::Folder(_)
                    | Event::Other => {}
                },
            }
        }
    }

    /// Sends one more window; `false` if there is nothing left to ask for.
    async fn ask(&mut self, summary: &mut Summary) -> Result<bool, MailError> {
        let (window, alone) = match self.next_window(summary).await? {
            window if !window.is_empty() => (window, false),
            _ => match self.alone.pop_front() {
                Some(mail) => (vec![mail], true),
                None => return Ok(false),
            },
        };
        let names: Vec<u32> = window.iter().map(|mail| mail.uid).collect();
        let (set, taken) = uids::first_set(&names);
        let mut window = window;
        self.plan.give_back(window.drain(taken.min(window.len())..));
        self.announce(&window).await?;
        let command = format!("UID FETCH {set} (UID BODY.PEEK[])");
        let tag = self.connection.wire.send(&command).await?;
        self.windows.push(Window {
            tag,
            pending: window,
            alone,
        });
        Ok(true)
    }

    /// The next mails of the plan that fit one window. Those over the limit of size are not
    /// loaded, but handed over as such.
    async fn next_window(&mut self, summary: &mut Summary) -> Result<Vec<Listed>, MailError> {
        let limit = self.mailbox.max_mail_size.bytes();
        let mut window = Vec::new();
        let mut bytes = 0;
        while let Some(mail) = self.plan.first() {
            let size_bytes = u64::from(mail.size_bytes);
            if size_bytes > limit {
                self.announce(&window).await?;
                self.announce(&[mail]).await?;
                self.in_flight.make_room(summary).await;
                self.hand_over(mail.uid, Bytes::new(), Some(size_bytes), None);
            } else {
                bytes += size_bytes;
                let full = bytes > WINDOW_BYTES || window.len() == WINDOW_MAILS;
                if full && !window.is_empty() {
                    break;
                }
                window.push(mail);
            }
            self.plan.remove_first();
        }
        Ok(window)
    }

    /// Tells the intake of new UIDs, so that those between them count as gone.
    async fn announce(&mut self, mails: &[Listed]) -> Result<(), MailError> {
        let new = mails.iter().map(|mail| mail.uid);
        let new: Vec<u32> = new.filter(|uid| *uid >= self.cursor.next).collect();
        let Some(next) = new.last().map(|last| last.saturating_add(1)) else {
            return Ok(());
        };
        let (folder, validity) = (&self.mailbox.folder, self.cursor.validity);
        self.intake.announce(folder, validity, new, next).await?;
        Ok(())
    }

    async fn take_in(&mut self, fetched: Fetched, summary: &mut Summary) -> Result<(), MailError> {
        let Some(uid) = fetched.uid else {
            return Ok(()); // Unasked: flags that another client changed.
        };
        let bytes = match fetched.body {
            Body::Absent => return Ok(()),
            Body::Nil => Bytes::new(),
            Body::Given(bytes) => bytes,
        };
        let asked = self.windows.iter_mut().find_map(|window| {
            let place = window.pending.iter().position(|mail| mail.uid == uid)?;
            Some(window.pending.swap_remove(place))
        });
        if asked.is_none() {
            return Ok(());
        }
        let limit = self.mailbox.max_mail_size.bytes();
        self.in_flight.make_room(summary).await;
        let announced = fetched.size_bytes.map(u64::from);
        if let Some(size) = announced.filter(|size| *size > limit) {
            // Announced smaller than it is; the guard did not load it.
            self.hand_over(uid, Bytes::new(), Some(size), None);
        } else if bytes.is_empty() || is_substitute(&bytes) {
            self.not_given.insert(uid);
        } else {
            summary.bytes += count(bytes.len());
            let permit = self.in_flight.permit(bytes.len(), summary).await;
            self.hand_over(uid, bytes, None, permit);
        }
        Ok(())
    }

    fn finish_window(&mut self, done: Done) -> Result<(), MailError> {
        let Some(place) = self.windows.iter().position(|w| w.tag == done.tag) else {
            return Ok(());
        };
        let window = self.windows.swap_remove(place);
        if done.ok {
            self.silent
                .extend(window.pending.iter().map(|mail| mail.uid));
            return Ok(());
        }
        if answer::asks_to_wait(&done.text) {
            let host = self.connection.wire.host();
            return Err(answer::refusal(host, "UID FETCH", &done.text));
        }
        // One mail that cannot be given must not keep back the others of its window.
        warn!(
            mailbox = self.mailbox.name,
            mails = window.pending.len(),
            answer = answer::shown(&done.text),
            "the server refused to give mails"
        );
        if window.alone {
            self.silent
                .extend(window.pending.iter().map(|mail| mail.uid));
        } else {
            self.alone.extend(window.pending);
        }
        self.refusal = Some(done.text);
        Ok(())
    }

    fn hand_over(
        &mut self,
        uid: u32,
        bytes: Bytes,
        too_large_bytes: Option<u64>,
        permit: Option<OwnedSemaphorePermit>,
    ) {
        let mail = FetchedMail {
            id: MailId::Imap {
                validity: self.cursor.validity,
                uid,
            },
            folder: self.mailbox.folder.clone(),
            bytes,
            too_large_bytes,
            permit,
        };
        self.in_flight.hand_over(uid, mail);
    }

    /// Waits for all that was handed over; keeps the connection alive meanwhile.
    async fn await_outcomes(
        &mut self,
        alive: bool,
        summary: &mut Summary,
    ) -> Result<(), MailError> {
        let mut broken = None;
        loop {
            match timeout(KEEP_ALIVE, self.in_flight.settle_next(summary)).await {
                Ok(false) => return broken.map_or(Ok(()), Err),
                Err(_) if alive && broken.is_none() => {
                    broken = self.connection.wire.run("NOOP", |_| {}).await.err();
                }
                Ok(true) | Err(_) => {}
            }
        }
    }

    /// Mails that did not come although their window was answered: gone, or not given.
    async fn look_for_silent(&mut self, summary: &mut Summary) -> Result<(), MailError> {
        let silent: Vec<u32> = std::mem::take(&mut self.silent).into_iter().collect();
        let there = list::still_there(&mut self.connection.wire, &silent).await?;
        let gone: Vec<u32> = silent
            .into_iter()
            .filter(|uid| !there.contains(uid))
            .collect();
        self.not_given.extend(there);
        if !self.not_given.is_empty() {
            warn!(
                mailbox = self.mailbox.name,
                mails = self.not_given.len(),
                first_uid = self.not_given.first(),
                "the server announced mails that it does not give; they are asked for again"
            );
        }
        if !gone.is_empty() {
            summary.expunged += count(gone.len());
            let ids = list::ids(self.cursor.validity, &gone);
            self.intake.settle(&self.mailbox.folder, ids).await?;
        }
        Ok(())
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// Commands under way: enough that the server never waits for us.
const UNDER_WAY: usize = 3;

/// Mails in one window: full speed was measured from 100 on, and each window is an end to check.
const WINDOW_MAILS: usize = 100;

/// Announced bytes in one window.
const WINDOW_BYTES: u64 = 4 << 20;

/// NOOP while only the intake works: servers end a silent connection after 5 to 30 minutes.
const KEEP_ALIVE: Duration = Duration::from_mins(4);
