//! The configuration's file as the pages of settings see it, and the way to have it read again.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{mpsc, oneshot};

use crate::config::Gateway;
use crate::config::file::{EditError, Sheet};

/// Where the configuration stands, if it has a place. Clones are the same one.
#[derive(Clone)]
pub struct Settings {
    place: Option<Arc<Place>>,
}

/// The configuration's file.
pub(crate) struct Place {
    file: PathBuf,
    environment: Vec<(String, String)>,
    /// Whether nobody has seen the file yet, since the gateway began without it: then it is made when
    /// there is something to write.
    is_new: AtomicBool,
    reload: mpsc::Sender<Reloaded>,
    /// Who holds it is the one who writes.
    writing: Mutex<()>,
}

/// Told when the configuration was read again.
pub type Reloaded = oneshot::Sender<()>;

/// The file, and what it says.
pub(crate) struct Read {
    pub(crate) sheet: Sheet,
    pub(crate) gateway: Gateway,
    /// Which keys come from which variable of the environment.
    pub(crate) origins: HashMap<String, String>,
}

impl Settings {
    /// There is no file, and none to be made.
    pub fn none() -> Self {
        Self { place: None }
    }

    /// In a file, with this environment laid over it. Gives where to hear that it changed.
    pub fn at(
        file: PathBuf,
        environment: Vec<(String, String)>,
    ) -> (Self, mpsc::Receiver<Reloaded>) {
        let (reload, wanted) = mpsc::channel(RELOADS_WAITING);
        let place = Place {
            is_new: matches!(Sheet::read(&file), Err(EditError::Missing { .. })).into(),
            file,
            environment,
            reload,
            writing: Mutex::default(),
        };
        let settings = Self {
            place: Some(Arc::new(place)),
        };
        (settings, wanted)
    }

    /// Where it stands; `None` where there is no file, and none to be made.
    pub(crate) fn place(&self) -> Option<&Place> {
        self.place.as_deref()
    }
}

impl Place {
    /// Reads the file. One that the gateway began without, and that is not there still, is blank.
    pub(crate) fn read(&self) -> Result<Read, EditError> {
        let sheet = match Sheet::read(&self.file) {
            Err(EditError::Missing { .. }) if self.is_new.load(Ordering::Relaxed) => {
                Sheet::blank(&self.file)?
            }
            read => {
                let sheet = read?;
                self.is_new.store(false, Ordering::Relaxed);
                sheet
            }
        };
        Ok(Read {
            gateway: sheet.gateway(&self.environment)?,
            origins: sheet.origins(&self.environment),
            sheet,
        })
    }

    /// Whether another text can take the place of what was read.
    pub(crate) fn check(&self, read: &Read, text: &str) -> Result<(), EditError> {
        read.sheet.check(text, &self.environment).map(drop)
    }

    /// Keeps others from writing, from reading on.
    pub(crate) fn writing(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts another text in place of what was read.
    pub(crate) fn write(&self, read: &Read, text: &str) -> Result<(), EditError> {
        read.sheet.replace(text, &self.environment).map(drop)
    }

    /// Has the gateway take over what the file says; returns when it has.
    pub(crate) async fn reload(&self) {
        let (reloaded, done) = oneshot::channel();
        // If the gateway stops, the next start reads the file.
        if self.reload.send(reloaded).await.is_ok() {
            let _ = done.await;
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.place.as_ref().map(|place| &place.file);
        f.debug_struct("Settings")
            .field("file", &file)
            .finish_non_exhaustive()
    }
}

/// One administrator saves one form at a time.
const RELOADS_WAITING: usize = 4;
