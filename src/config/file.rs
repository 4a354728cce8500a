//! The configuration's file, read to be changed, and replaced as a whole.

use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, chown};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::config::keys::keys;
use crate::config::load::read_bounded;
use crate::config::{ConfigError, ConfigFault, Gateway, load_text, overlay};

/// The file as it was read. Prints without its text: secrets may stand there.
pub struct Sheet {
    /// Where it is, links followed.
    path: PathBuf,
    name: String,
    /// What stands in it; `None` if it is to be made.
    text: Option<String>,
}

/// Why the file cannot be changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// It is not there.
    #[error("{path} does not exist; `mscons-gateway init` writes one")]
    Missing {
        /// The file.
        path: String,
    },
    /// It cannot be read.
    #[error("{path} cannot be read: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// It cannot be replaced.
    #[error(
        "{path} cannot be written: {source}. The gateway must own the file and be allowed to write into its folder; in a container mount the folder, not the file"
    )]
    Unwritable {
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// Somebody changed it meanwhile.
    #[error("{path} was changed meanwhile; look at what it says now, and change that")]
    Changed {
        /// The file.
        path: String,
    },
    /// What would be written is no good configuration.
    #[error(transparent)]
    Faulty(#[from] ConfigError),
}

impl Sheet {
    /// Reads the file.
    ///
    /// # Errors
    /// [`EditError::Missing`], [`EditError::Unreadable`].
    pub fn read(path: &Path) -> Result<Self, EditError> {
        let name = path.display().to_string();
        let failed = |source: io::Error| {
            let path = name.clone();
            if source.kind() == io::ErrorKind::NotFound {
                EditError::Missing { path }
            } else {
                EditError::Unreadable { path, source }
            }
        };
        // The link itself must stay one.
        let path = fs::canonicalize(path).map_err(failed)?;
        let text = read_bounded(&path).map_err(failed)?;
        Ok(Self {
            path,
            name,
            text: Some(text),
        })
    }

    /// A file that is not there, and is made by [`Sheet::replace`].
    ///
    /// # Errors
    /// [`EditError::Unreadable`] if nothing can be said of where it would be.
    pub fn blank(path: &Path) -> Result<Self, EditError> {
        let path = std::path::absolute(path).map_err(|source| EditError::Unreadable {
            path: path.display().to_string(),
            source,
        })?;
        Ok(Self {
            name: path.display().to_string(),
            path,
            text: None,
        })
    }

    /// Where it is, as people know it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is to be made.
    pub fn is_blank(&self) -> bool {
        self.text.is_none()
    }

    /// What stands in it.
    pub fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    /// Tells this content from any other, and nothing of it.
    pub fn fingerprint(&self) -> String {
        let hash: [u8; 32] = Sha256::digest(self.text()).into();
        hash.iter().fold(String::new(), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// A fault of the file as a whole.
    pub fn fault(&self, what: String) -> ConfigError {
        ConfigError {
            path: self.name.clone(),
            faults: vec![ConfigFault::new("", what)],
        }
    }

    /// What it says, with the environment laid over it.
    ///
    /// # Errors
    /// [`ConfigError`] with every fault.
    pub fn gateway(&self, environment: &[(String, String)]) -> Result<Gateway, ConfigError> {
        load_text(&self.name, self.text(), environment)
    }

    /// Which keys come from the environment, and from which variable of it:
    /// `microsoft[0].tenant_id` → `MSCONS_GATEWAY__MICROSOFT__DEFAULT__TENANT_ID`.
    pub fn origins(&self, environment: &[(String, String)]) -> HashMap<String, String> {
        let Ok(mut document) = self.text().parse::<toml_edit::DocumentMut>() else {
            return HashMap::new();
        };
        overlay::lay(document.as_table_mut(), &keys(), environment).origins
    }

    /// Whether the file can be replaced, as far as can be told before it is done.
    ///
    /// # Errors
    /// [`EditError::Unwritable`].
    pub fn is_ours(&self) -> Result<(), EditError> {
        let opened = match self.text {
            Some(_) => OpenOptions::new().append(true).open(&self.path).map(drop),
            None => Ok(()),
        };
        let folder = rustix::fs::access(self.folder(), rustix::fs::Access::WRITE_OK);
        opened
            .and(folder.map_err(io::Error::from))
            .map_err(|source| self.unwritable(source))
    }

    /// Whether another text can take the place of the file: what it says then. The check is the one
    /// that reads the file.
    ///
    /// # Errors
    /// [`EditError::Faulty`], [`EditError::Unwritable`].
    pub fn check(
        &self,
        text: &str,
        environment: &[(String, String)],
    ) -> Result<Gateway, EditError> {
        let gateway = load_text(&self.name, text, environment)?;
        if !self.says(text) {
            self.is_ours()?;
        }
        Ok(gateway)
    }

    /// Puts another text in place of the file, once it is checked. The text itself is on the disk
    /// before it takes its place; a folder that cannot be synced then is told in the log alone, since
    /// every reader sees the new text already. After an error the file is as it was.
    ///
    /// # Errors
    /// [`EditError`].
    pub fn replace(
        &self,
        text: &str,
        environment: &[(String, String)],
    ) -> Result<Gateway, EditError> {
        let gateway = self.check(text, environment)?;
        if self.says(text) {
            return Ok(gateway);
        }
        let part = self.part();
        let placed = self.write(&part, text).and_then(|()| self.put(&part));
        if !matches!(placed, Ok(true)) {
            let _ = fs::remove_file(&part);
        }
        match placed {
            Ok(true) => Ok(gateway),
            Ok(false) => Err(EditError::Changed {
                path: self.name.clone(),
            }),
            Err(source) => Err(self.unwritable(source)),
        }
    }

    /// Whether it says so already.
    fn says(&self, text: &str) -> bool {
        self.text.as_deref() == Some(text)
    }

    /// Gives what was written beside the file its place; not if somebody changed it meanwhile.
    fn put(&self, part: &Path) -> io::Result<bool> {
        let Some(text) = &self.text else {
            // A link, unlike a rename, takes nobody's place.
            return match fs::hard_link(part, &self.path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
                linked => {
                    linked?;
                    let _ = fs::remove_file(part);
                    self.sync_folder();
                    Ok(true)
                }
            };
        };
        if read_bounded(&self.path)? != *text {
            return Ok(false);
        }
        fs::rename(part, &self.path)?;
        self.sync_folder();
        Ok(true)
    }

    fn sync_folder(&self) {
        let synced = File::open(self.folder()).and_then(|folder| folder.sync_all());
        if let Err(error) = synced {
            tracing::warn!(file = self.name, %error, "the file is changed, and its folder could not be synced: a loss of power may bring the old one back");
        }
    }

    /// Writes beside the file what shall be in it, with its owner and permissions; a new one is for
    /// the gateway alone.
    fn write(&self, part: &Path, text: &str) -> io::Result<()> {
        let like = self.text.as_ref().map(|_| fs::metadata(&self.path));
        let like = like.transpose()?;
        // One that a crash left behind may have other permissions.
        match fs::remove_file(part) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(part)?;
        if let Some(like) = like {
            let made = file.metadata()?;
            if (made.uid(), made.gid()) != (like.uid(), like.gid()) {
                chown(part, Some(like.uid()), Some(like.gid()))?;
            }
            file.set_permissions(like.permissions())?;
        }
        file.write_all(text.as_bytes())?;
        file.sync_all()
    }

    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("/"))
    }

    fn part(&self) -> PathBuf {
        let mut part = self.path.clone().into_os_string();
        part.push(".part");
        part.into()
    }

    fn unwritable(&self, source: io::Error) -> EditError {
        EditError::Unwritable {
            path: self.name.clone(),
            source,
        }
    }
}

impl fmt::Debug for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sheet")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
