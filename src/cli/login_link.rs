//! `login-link`: a link that sets the administrator's password, from the running gateway.

use std::io::Write;
use std::path::Path;

use anyhow::anyhow;

use crate::cli::call::Caller;
use crate::cli::terminal::Terminal;
use crate::cli::{Done, Failure, control, open};
use crate::store::StoreError;
use crate::store::data_dir::DataDir;
use crate::web::Administrator;

/// `login-link`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

/// Asks the gateway for one.
pub(super) fn run(path: &Path) -> Result<Done, Failure> {
    let config = open::config(path)?;
    let Some(in_use) = in_use(&config.data_dir)? else {
        return Err(Failure::Failed(anyhow!(
            "no gateway runs on data_dir {}, and only a running one makes a link: start it, or name its configuration with --config; while no password is set, its log has a link",
            config.data_dir.display()
        )));
    };
    let terminal = Terminal::new(None, &[])?;
    let done = control::call(&config, &terminal, in_use.into())?;
    terminal.finish()?;
    Ok(done)
}

/// Whether somebody has a data directory; nothing is made where there is none.
fn in_use(data_dir: &Path) -> Result<Option<StoreError>, StoreError> {
    if !data_dir.is_dir() {
        return Ok(None);
    }
    match DataDir::open(data_dir) {
        Ok(_) => Ok(None),
        Err(in_use @ StoreError::InUse { .. }) => Ok(Some(in_use)),
        Err(error) => Err(error),
    }
}

/// What the gateway answers.
pub(super) fn answer(administrator: &Administrator, caller: &dyn Caller) -> Result<Done, Failure> {
    let link = administrator.link()?;
    let mut results = caller.results();
    writeln!(results, "{}", *link)?;
    results.flush()?;
    caller.note(
        "it sets the administrator's password, once, within 24 hours; earlier links serve no more",
    );
    Ok(Done::Well)
}
