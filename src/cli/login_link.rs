//! `login-link`: a link that sets the administrator's password, from the running gateway.

use std::io::Write;

use crate::cli::at_store::AtStore;
use crate::cli::call::Call;
use crate::cli::{Done, Failure};

/// `login-link`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

impl AtStore for Args {
    fn run(&self, call: &Call<'_>) -> Result<Done, Failure> {
        let Some(administrator) = call.administrator else {
            return Err(Failure::Usage(format!(
                "no gateway runs on data_dir {}; start it: while no password is set, its log has a link",
                call.config.data_dir.display()
            )));
        };
        let link = administrator.link()?;
        let mut results = call.results();
        writeln!(results, "{}", *link)?;
        results.flush()?;
        call.note("it sets the administrator's password, once, within 24 hours; earlier links serve no more");
        Ok(Done::Well)
    }
}
