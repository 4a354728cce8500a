//! File, environment and secrets to a checked configuration.

use std::path::Path;

use super::Gateway;

/// One thing that is wrong with the configuration.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConfigFault {
    /// Line in the file, if it is known (from 1).
    pub line: Option<usize>,
    /// `mailbox[0].port`.
    pub key: String,
    /// What is wrong, and what to do.
    pub what: String,
}

/// All that is wrong with the configuration, at once.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {} fault(s)", faults.len())]
pub struct ConfigError {
    /// The file.
    pub path: String,
    /// The faults, in the order of the file.
    pub faults: Vec<ConfigFault>,
}

/// Loads and checks a configuration file, with the environment (`MSCONS_GATEWAY__…`) laid over it
/// and secrets resolved.
///
/// # Errors
/// [`ConfigError`] with every fault.
pub fn load(_path: &Path, _environment: &[(String, String)]) -> Result<Gateway, ConfigError> {
    todo!()
}
