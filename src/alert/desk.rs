//! The desk: facts come in, notices go out, and the book is kept.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::alert::book::{Book, Notice, Status};
use crate::alert::facts::Facts;
use crate::alert::judge::judge;
use crate::alert::webhook::{Undelivered, Webhook};
use crate::clock;
use crate::market::calendar::UtcTime;
use crate::metrics::{self, AlertResult};
use crate::net::backoff::{self, Cause};
use crate::store::data_dir;
use crate::text::Text;

/// Tells a person what the facts demand. Cloning shares it.
///
/// The book is a file of its own beside the database: the desk must speak, and remember that it
/// did, also when the database cannot write. Without the file alerts are told once more.
#[derive(Clone, Debug)]
pub struct Desk(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    text: Text,
    state: Mutex<State>,
    news: Notify,
}

#[derive(Debug)]
struct State {
    book: Book,
    webhook: Option<Webhook>,
}

impl Desk {
    /// A desk whose book is in this data directory.
    pub fn open(data_dir: &Path, text: Text) -> Self {
        let path = data_dir.join(BOOK_FILE);
        let book = read(&path).unwrap_or_else(|error| {
            tracing::warn!(path = %path.display(), %error, "what was alerted before cannot be read; it is told again");
            Book::default()
        });
        Self(Arc::new(Shared {
            path,
            text,
            state: Mutex::new(State {
                book,
                webhook: None,
            }),
            news: Notify::new(),
        }))
    }

    /// Sends to this address from now on; empty: nowhere.
    ///
    /// # Errors
    /// [`Undelivered::BadAddress`]: then to nowhere, and the log has all alerts, as always.
    pub fn set_webhook(&self, address: &str) -> Result<(), Undelivered> {
        let webhook = if address.is_empty() {
            Ok(None)
        } else {
            Webhook::new(address).map(Some)
        };
        let mut state = self.state();
        match webhook {
            Ok(webhook) => {
                state.webhook = webhook;
                self.0.news.notify_one();
                Ok(())
            }
            Err(error) => {
                state.webhook = None;
                Err(error)
            }
        }
    }

    /// Judges the facts, logs what is new and hands it to the webhook's queue. Writes the book if
    /// it has changed: to be called where that may block.
    pub fn take(&self, facts: &Facts, now: UtcTime) -> Vec<Notice> {
        let mut state = self.state();
        let before = state.book.clone();
        state.book.remember(facts, now);
        let judged = judge(facts, &state.book, now);
        let notices = state.book.settle(&judged, &self.0.text, now);
        for notice in &notices {
            log(notice);
            metrics::alert_sent(notice.kind.name(), AlertResult::Logged);
            if state.webhook.is_some()
                && let Some(dropped) = state.book.keep(notice.clone())
            {
                tracing::error!(
                    title = dropped.title,
                    "too many alerts wait for the webhook; the oldest is dropped"
                );
            }
        }
        if state.book != before {
            self.write(&state.book);
        }
        if !state.book.pending.is_empty() {
            self.0.news.notify_one();
        }
        notices
    }

    /// Delivers what waits, one after the other, for as long as it is polled. A webhook that is
    /// down or slow holds up nobody but the alerts behind.
    pub async fn deliver(&self) {
        let mut attempt = 0;
        loop {
            let Some((notice, webhook)) = self.next() else {
                self.0.news.notified().await;
                continue;
            };
            let kind = notice.kind.name();
            let error = match webhook.post(&notice).await {
                Ok(()) => {
                    metrics::alert_sent(kind, AlertResult::Delivered);
                    attempt = 0;
                    self.settled(notice).await;
                    continue;
                }
                Err(error) => error,
            };
            metrics::alert_sent(kind, AlertResult::Failed);
            attempt += 1;
            if error.is_final() && attempt >= REFUSALS_MOST {
                tracing::error!(%error, title = notice.title, "the webhook refuses an alert; it is given up");
                attempt = 0;
                self.settled(notice).await;
                continue;
            }
            let delay = backoff::delay(Cause::Transient, attempt, clock::jitter());
            tracing::warn!(%error, title = notice.title, retry_in = ?delay, "an alert was not delivered");
            tokio::time::sleep(delay).await;
        }
    }

    fn next(&self) -> Option<(Notice, Webhook)> {
        let state = self.state();
        Some((state.book.pending.front()?.clone(), state.webhook.clone()?))
    }

    /// Takes a notice out of the queue, unless it was dropped meanwhile.
    async fn settled(&self, notice: Notice) {
        let desk = self.clone();
        let written = tokio::task::spawn_blocking(move || {
            let mut state = desk.state();
            if state.book.pending.front() == Some(&notice) {
                state.book.pending.pop_front();
                desk.write(&state.book);
            }
        });
        drop(written.await);
    }

    fn write(&self, book: &Book) {
        let bytes = serde_json::to_vec_pretty(book).map_err(io::Error::from);
        let written = bytes.and_then(|bytes| data_dir::replace(&self.0.path, &bytes));
        if let Err(error) = written {
            tracing::warn!(path = %self.0.path.display(), %error, "what was alerted cannot be kept; a restart tells it again");
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Every alert is in the log, whatever becomes of the webhook.
fn log(notice: &Notice) {
    let Notice {
        kind,
        subject,
        since,
        ..
    } = notice;
    match notice.status {
        Status::Firing => {
            tracing::error!(alert = kind.name(), ?subject, %since, text = notice.text, "alert");
        }
        Status::Resolved => {
            tracing::info!(alert = kind.name(), ?subject, %since, text = notice.text, "alert resolved");
        }
    }
}

fn read(path: &Path) -> io::Result<Book> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Book::default()),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    file.take(BOOK_BYTES).read_to_end(&mut bytes)?;
    Ok(serde_json::from_slice(&bytes)?)
}

const BOOK_FILE: &str = "alerts.json";
/// A thousand notices and some thousand mailboxes and partners.
const BOOK_BYTES: u64 = 8 << 20;
/// Some servers refuse wrongly while they start.
const REFUSALS_MOST: u32 = 5;
