//! The configuration's file as the pages of settings see it, and the way to have it read again.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{mpsc, oneshot};

use crate::config::Gateway;
use crate::config::file::{EditError, Sheet};

/// Where the configuration stands. Clones are the same place.
#[derive(Clone)]
pub struct Settings {
    place: Option<Arc<Place>>,
}

struct Place {
    file: PathBuf,
    environment: Vec<(String, String)>,
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
    /// There is no file.
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

    /// Reads the file; `None` where there is none.
    pub(crate) fn read(&self) -> Option<Result<Read, EditError>> {
        let place = self.place.as_ref()?;
        Some(Sheet::read(&place.file).and_then(|sheet| {
            Ok(Read {
                gateway: sheet.gateway(&place.environment)?,
                origins: sheet.origins(&place.environment),
                sheet,
            })
        }))
    }

    /// Whether another text can take the place of what was read.
    pub(crate) fn check(&self, read: &Read, text: &str) -> Result<(), EditError> {
        let environment = self.place.as_ref().map(|place| &place.environment[..]);
        let checked = read.sheet.check(text, environment.unwrap_or_default());
        checked.map(drop)
    }

    /// Keeps others from writing, from reading on.
    pub(crate) fn writing(&self) -> Option<MutexGuard<'_, ()>> {
        let place = self.place.as_ref()?;
        Some(place.writing.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts another text in place of what was read.
    pub(crate) fn write(&self, read: &Read, text: &str) -> Result<(), EditError> {
        let Some(place) = &self.place else {
            return Ok(());
        };
        read.sheet.replace(text, &place.environment).map(drop)
    }

    /// Has the gateway take over what the file says; returns when it has.
    pub(crate) async fn reload(&self) {
        let Some(place) = &self.place else { return };
        let (reloaded, done) = oneshot::channel();
        // If the gateway stops, the next start reads the file.
        if place.reload.send(reloaded).await.is_ok() {
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
