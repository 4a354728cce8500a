//! `check-config`: every fault of the configuration at once.

use std::path::Path;

use crate::cli::{Done, Failure, open, output};
use crate::config::microsoft::Microsoft;
use crate::config::{ConfigError, ConfigFault, Gateway, check};
use crate::net::tls;
use crate::oauth::App;
use crate::oauth::app::secret_name;
use crate::vault;
use crate::vault::key::KeySource;

pub(super) fn run(path: &Path) -> Result<Done, Failure> {
    if !path.is_file() {
        return Err(Failure::Usage(format!(
            "{} does not exist; `mscons-gateway init` writes one, docs/gateway.example.toml shows one",
            path.display()
        )));
    }
    let config = open::config(path)?;
    let faults = outside(&config);
    if !faults.is_empty() {
        let path = path.display().to_string();
        return Err(Failure::Usage(ConfigError { path, faults }.to_string()));
    }
    for hint in hints(&config) {
        output::note(&format!("{}: {}: {}", path.display(), hint.key, hint.what));
    }
    output::note(&format!(
        "{}: good, {} mailbox(es)",
        path.display(),
        config.mailbox.len()
    ));
    Ok(Done::Well)
}

/// What looks like a mistake. A client secret that is kept sealed is none that is missing.
pub(super) fn hints(config: &Gateway) -> Vec<ConfigFault> {
    let directory = vault::directory(&config.data_dir);
    let sealed = vault::names(&directory).unwrap_or_default();
    let is_sealed = |account: &Microsoft| {
        let name = secret_name(&account.name);
        name.is_ok_and(|name| sealed.contains(&name))
    };
    let mut hints = check::hints(config);
    for (index, account) in config.microsoft.iter().enumerate() {
        if is_sealed(account) {
            let key = format!("microsoft[{index}].client_secret");
            hints.retain(|hint| hint.key != key);
        }
    }
    hints
}

/// Faults of the keys and certificates that the file gives or names. The gateway runs with them,
/// but for what needs those.
fn outside(config: &Gateway) -> Vec<ConfigFault> {
    let mut faults = Vec::new();
    let mut check = |key: String, checked: Result<(), String>| {
        faults.extend(checked.err().map(|what| ConfigFault::new(key, what)));
    };
    for (index, mailbox) in config.mailbox.iter().enumerate() {
        if let Some(file) = &mailbox.ca_file {
            check(format!("mailbox[{index}].ca_file"), ca_file(file));
        }
    }
    for (key, smtp) in [("smtp", &config.smtp), ("alert.smtp", &config.alert.smtp)] {
        if let Some(file) = &smtp.ca_file {
            check(format!("{key}.ca_file"), ca_file(file));
        }
    }
    for (index, account) in config.microsoft.iter().enumerate() {
        let key = format!("microsoft[{index}].certificate_file");
        check(key, App::check_files_of(account));
    }
    let source = KeySource::found(&config.secrets, &config.data_dir);
    let key = match source {
        KeySource::Given(_) => "secrets.key",
        KeySource::Credential(_) | KeySource::File(_) => "secrets.key_file",
    };
    check(
        key.to_owned(),
        source.check().map_err(|error| error.to_string()),
    );
    faults
}

fn ca_file(file: &Path) -> Result<(), String> {
    tls::check_ca_file(file).map_err(|error| error.to_string())
}
