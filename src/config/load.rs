//! File, environment and secrets to a checked configuration.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::config::check::AccountFault;
use crate::config::fit::{self, Misfits};
use crate::config::keys::keys;
use crate::config::lines::Lines;
use crate::config::{Gateway, check, mailbox, overlay};

/// One thing that is wrong with the configuration.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConfigFault {
    /// Line in the file, if it is known (from 1).
    pub line: Option<usize>,
    /// `mailbox[0].port`; empty for the file as a whole.
    pub key: String,
    /// What is wrong, and what to do.
    pub what: String,
    /// The same for the pages, where a Microsoft account is wrong.
    pub of_account: Option<AccountFault>,
}

impl ConfigFault {
    /// Of a key; its line is not known here.
    pub fn new(key: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            line: None,
            key: key.into(),
            what: what.into(),
            of_account: None,
        }
    }
}

/// All that is wrong with the configuration, at once. Prints one fault a line:
/// ``gateway.toml:12: mailbox[0].hots: unknown key; did you mean `host`?``
#[derive(Debug)]
pub struct ConfigError {
    /// The file.
    pub path: String,
    /// The faults, in the order of the file.
    pub faults: Vec<ConfigFault>,
}

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.faults.iter().enumerate() {
            let line_end = if index == 0 { "" } else { "\n" };
            write!(f, "{line_end}{}:", self.path)?;
            if let Some(line) = fault.line {
                write!(f, "{line}:")?;
            }
            write!(f, " {fault}")?;
        }
        Ok(())
    }
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.key.is_empty() {
            f.write_str(&self.what)
        } else {
            write!(f, "{}: {}", self.key, self.what)
        }
    }
}

/// Loads and checks a configuration file, with the environment (`MSCONS_GATEWAY__…`) laid over it
/// and secrets resolved.
///
/// # Errors
/// [`ConfigError`] with every fault.
pub fn load(path: &Path, environment: &[(String, String)]) -> Result<Gateway, ConfigError> {
    let name = path.display().to_string();
    match read_bounded(path) {
        Ok(source) => load_text(&name, &source, environment),
        Err(error) => Err(ConfigError {
            path: name,
            faults: vec![whole(format!(
                "cannot be read: {error}; `mscons-gateway init` writes one"
            ))],
        }),
    }
}

/// The same for a text that is no file yet, such as what the settings page is about to write.
///
/// # Errors
/// [`ConfigError`] with every fault; `name` stands for the file.
pub fn load_text(
    name: &str,
    source: &str,
    environment: &[(String, String)],
) -> Result<Gateway, ConfigError> {
    let failed = |faults| ConfigError {
        path: name.to_owned(),
        faults,
    };
    let document = toml_edit::Document::parse(source).map_err(|error| {
        let line = error.span().map(|span| Lines::line_at(source, span.start));
        // Only the message: the error's own text shows the line, and a secret may stand in it.
        failed(vec![ConfigFault {
            line,
            ..whole(error.message())
        }])
    })?;
    let lines = Lines::of(source, document.as_table());
    let mut document = document.into_mut();
    let keys = keys();
    let laid = overlay::lay(document.as_table_mut(), &keys, environment);
    mailbox::look_at_folders_often(document.as_table_mut());
    let (mut gateway, mut misfits) = fit::fit(document, &keys);
    resolve_secrets(&mut gateway, environment, &mut misfits);
    let mut faults = check::faults(&gateway);
    faults.retain(|fault| !misfits.touch(&fault.key));
    faults.extend(misfits.faults);
    for fault in &mut faults {
        match laid.origins.get(&fault.key) {
            Some(variable) => fault.what = overlay::fault(variable, &fault.what),
            None => fault.line = lines.nearest(&fault.key),
        }
    }
    faults.extend(laid.faults);
    // Those without a line come last: they are of the environment, or of keys that are not there.
    faults.sort_by_key(|fault| fault.line.unwrap_or(usize::MAX));
    if faults.is_empty() {
        Ok(gateway)
    } else {
        Err(failed(faults))
    }
}

fn resolve_secrets(gateway: &mut Gateway, environment: &[(String, String)], misfits: &mut Misfits) {
    let variable = |name: &str| {
        let found = environment.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone())
    };
    for (index, mailbox) in gateway.mailbox.iter_mut().enumerate() {
        match mailbox.password.resolve(variable, read_bounded) {
            Ok(secret) => mailbox.password = secret,
            Err(what) => misfits.add(format!("mailbox[{index}].password"), what),
        }
    }
    for (index, account) in gateway.microsoft.iter_mut().enumerate() {
        match account.client_secret.resolve(variable, read_bounded) {
            Ok(secret) => account.client_secret = secret,
            Err(what) => misfits.add(format!("microsoft[{index}].client_secret"), what),
        }
    }
    for (index, known) in gateway.api_token.iter_mut().enumerate() {
        match known.token.resolve(variable, read_bounded) {
            Ok(secret) => known.token = secret,
            Err(what) => misfits.add(format!("api_token[{index}].token"), what),
        }
    }
    for (key, secret) in [
        ("smtp.password", &mut gateway.smtp.password),
        ("secrets.key", &mut gateway.secrets.key),
        ("alert.webhook", &mut gateway.alert.webhook),
        ("alert.smtp.password", &mut gateway.alert.smtp.password),
    ] {
        match secret.resolve(variable, read_bounded) {
            Ok(found) => *secret = found,
            Err(what) => misfits.add(key.to_owned(), what),
        }
    }
}

/// Of the file as a whole.
fn whole(what: impl Into<String>) -> ConfigFault {
    ConfigFault::new("", what)
}

/// Reads a file that people write: bounded, so that a device or a log does not fill the memory.
pub(crate) fn read_bounded(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let read = File::open(path)?
        .take(FILE_BYTES + 1)
        .read_to_string(&mut text)?;
    if u64::try_from(read).unwrap_or(u64::MAX) > FILE_BYTES {
        return Err(io::Error::other(format!(
            "it is larger than {FILE_BYTES} bytes"
        )));
    }
    Ok(text)
}

/// A hundred mailboxes with all their keys are 100 kB.
const FILE_BYTES: u64 = 1 << 20;

#[cfg(test)]
mod tests;
