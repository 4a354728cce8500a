//! The configuration's file, read to be changed, and replaced as a whole.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, chown};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::config::keys::keys;
use crate::config::load::read_bounded;
use crate::config::{ConfigError, ConfigFault, Gateway, load_text, overlay};

/// The file as it was read.
#[derive(Debug)]
pub struct Sheet {
    /// Where it is, links followed.
    path: PathBuf,
    name: String,
    text: String,
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
        Ok(Self { path, name, text })
    }

    /// What stands in it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Tells this content from any other, and nothing of it.
    pub fn fingerprint(&self) -> String {
        let hash: [u8; 32] = Sha256::digest(&self.text).into();
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
            faults: vec![ConfigFault {
                line: None,
                key: String::new(),
                what,
            }],
        }
    }

    /// What it says, with the environment laid over it.
    ///
    /// # Errors
    /// [`ConfigError`] with every fault.
    pub fn gateway(&self, environment: &[(String, String)]) -> Result<Gateway, ConfigError> {
        load_text(&self.name, &self.text, environment)
    }

    /// Which keys come from the environment, and from which variable of it:
    /// `microsoft[0].tenant_id` → `MSCONS_GATEWAY__MICROSOFT__DEFAULT__TENANT_ID`.
    pub fn origins(&self, environment: &[(String, String)]) -> HashMap<String, String> {
        let Ok(mut document) = self.text.parse::<toml_edit::DocumentMut>() else {
            return HashMap::new();
        };
        overlay::lay(document.as_table_mut(), &keys(), environment).origins
    }

    /// Whether the file can be replaced, as far as can be told before it is done.
    ///
    /// # Errors
    /// [`EditError::Unwritable`].
    pub fn is_ours(&self) -> Result<(), EditError> {
        let opened = OpenOptions::new().append(true).open(&self.path);
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
        if text != self.text {
            self.is_ours()?;
        }
        Ok(gateway)
    }

    /// Puts another text in place of the file, once it is checked. It is on the disk when this returns; after an error the file is as it was.
    ///
    /// # Errors
    /// [`EditError`].
    pub fn replace(
        &self,
        text: &str,
        environment: &[(String, String)],
    ) -> Result<Gateway, EditError> {
        let gateway = self.check(text, environment)?;
        if text == self.text {
            return Ok(gateway);
        }
        let part = self.part();
        let written = self.write(&part, text);
        let placed = written.and_then(|()| {
            if read_bounded(&self.path)? != self.text {
                return Ok(false);
            }
            fs::rename(&part, &self.path)?;
            File::open(self.folder())?.sync_all()?;
            Ok(true)
        });
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

    /// Writes beside the file what shall be in it, with its owner and permissions.
    fn write(&self, part: &Path, text: &str) -> io::Result<()> {
        let like = fs::metadata(&self.path)?;
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
        let made = file.metadata()?;
        if (made.uid(), made.gid()) != (like.uid(), like.gid()) {
            chown(part, Some(like.uid()), Some(like.gid()))?;
        }
        file.set_permissions(like.permissions())?;
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

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    struct Home(tempfile::TempDir);

    impl Home {
        fn new(text: &str) -> Self {
            let home = Self(tempfile::tempdir().unwrap());
            fs::write(home.file(), text).unwrap();
            home
        }

        fn file(&self) -> PathBuf {
            self.0.path().join("gateway.toml")
        }

        fn text(&self) -> String {
            fs::read_to_string(self.file()).unwrap()
        }

        fn files(&self) -> usize {
            fs::read_dir(self.0.path()).unwrap().count()
        }
    }

    #[test]
    fn a_file_is_replaced_as_a_whole_and_keeps_its_permissions() {
        let home = Home::new("language = \"de\"\n");
        fs::set_permissions(home.file(), fs::Permissions::from_mode(0o640)).unwrap();
        let sheet = Sheet::read(&home.file()).unwrap();
        sheet.replace("language = \"en\"\n", &[]).unwrap();
        assert_eq!(home.text(), "language = \"en\"\n");
        let mode = fs::metadata(home.file()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        assert_eq!(home.files(), 1);
        let now = Sheet::read(&home.file()).unwrap();
        assert_ne!(sheet.fingerprint(), now.fingerprint());
        assert_eq!(now.fingerprint().len(), 64);
    }

    #[test]
    fn a_link_stays_one() {
        let home = Home::new("");
        let link = home.0.path().join("link.toml");
        std::os::unix::fs::symlink("gateway.toml", &link).unwrap();
        let sheet = Sheet::read(&link).unwrap();
        sheet.replace("language = \"en\"\n", &[]).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(home.text(), "language = \"en\"\n");
    }

    #[test]
    fn what_is_faulty_is_not_written() {
        let home = Home::new("");
        let sheet = Sheet::read(&home.file()).unwrap();
        let error = sheet
            .replace("[[microsoft]]\nname = \"a\"\n", &[])
            .unwrap_err();
        assert!(matches!(error, EditError::Faulty(_)), "{error}");
        assert!(
            error
                .to_string()
                .contains("gateway.toml:1: microsoft[0].tenant_id"),
            "{error}"
        );
        assert_eq!((home.text().as_str(), home.files()), ("", 1));
    }

    #[test]
    fn a_file_that_somebody_changed_is_left_alone() {
        let home = Home::new("");
        let sheet = Sheet::read(&home.file()).unwrap();
        fs::write(home.file(), "# mine\n").unwrap();
        let error = sheet.replace("language = \"en\"\n", &[]).unwrap_err();
        assert!(matches!(error, EditError::Changed { .. }), "{error}");
        assert_eq!((home.text().as_str(), home.files()), ("# mine\n", 1));
    }

    #[test]
    fn a_file_that_is_missing_says_what_writes_one() {
        let home = Home::new("");
        let error = Sheet::read(&home.0.path().join("other.toml")).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("other.toml does not exist; `mscons-gateway init`")
        );
        fs::remove_file(home.file()).unwrap();
        assert!(matches!(
            Sheet::read(&home.file()),
            Err(EditError::Missing { .. })
        ));
    }

    #[test]
    fn keys_of_the_environment_are_known_by_their_variable() {
        let home = Home::new("[[microsoft]]\nname = \"main\"\n");
        let sheet = Sheet::read(&home.file()).unwrap();
        let variable = "MSCONS_GATEWAY__MICROSOFT__MAIN__TENANT_ID";
        let origins = sheet.origins(&[(variable.to_owned(), "t".to_owned())]);
        assert_eq!(origins["microsoft[0].tenant_id"], variable);
    }
}
