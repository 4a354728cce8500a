//! `rotate-key`: seals everything that is kept sealed under a new key.

use std::path::PathBuf;

use anyhow::anyhow;
use zeroize::Zeroizing;

use crate::cli::at_accounts::{AccountsCall, AtAccounts};
use crate::cli::{Done, Failure};
use crate::config::Gateway;
use crate::vault::key::{Key, check_owner_alone_reads};

/// `rotate-key`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// File with the new key, where the gateway does not keep the key itself (`secrets.key`, or a
    /// systemd credential); afterwards put it in the old one's place
    #[arg(long, value_name = "FILE")]
    to: Vec<PathBuf>,
}

impl AtAccounts for Args {
    fn run(&self, call: &AccountsCall<'_>) -> Result<Done, Failure> {
        if !call.config.data_dir.is_dir() {
            call.note("nothing is kept sealed yet, so there is no key to change");
            return Ok(Done::Well);
        }
        let vault = call.accounts.vault()?;
        let new = match call.next_input()? {
            Some(input) => Some(read(&input.name, input.bytes)?),
            None => None,
        };
        let secrets = vault.names()?.len();
        match new {
            Some(new) => vault.rotate_key_to(new)?,
            None => vault.rotate_key()?,
        }
        call.note(&format!("{secrets} secret(s) are sealed under the new key"));
        if !self.to.is_empty() {
            call.note(
                "put the new key in the old one's place now: the next start needs it; the old one opens nothing any more",
            );
        }
        Ok(Done::Well)
    }

    fn inputs(&self) -> &[PathBuf] {
        &self.to
    }

    fn check(&self, _: &Gateway) -> Result<(), Failure> {
        match &self.to[..] {
            [] => Ok(()),
            [file] if file.as_os_str() == "-" => Ok(()),
            [file] => Ok(check_owner_alone_reads(file)?),
            [_, _, ..] => Err(Failure::Usage("--to names one file".to_owned())),
        }
    }
}

fn read(name: &str, bytes: Result<Vec<u8>, String>) -> Result<Key, Failure> {
    let bytes = Zeroizing::new(bytes.map_err(|error| anyhow!("{name}: {error}"))?);
    let key = match std::str::from_utf8(&bytes) {
        Ok(text) => Key::parse(text),
        Err(_) => Err("it is no text"),
    };
    let key = key.map_err(|what| {
        anyhow!("{name} holds no key: {what}; `openssl rand -base64 32` makes one")
    });
    Ok(key?)
}
