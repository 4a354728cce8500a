//! `verify`: is everything there, and as it was written?

use std::io::Write;

use crate::cli::args::ListFormat;
use crate::cli::at_store::AtStore;
use crate::cli::call::{Call, Caller, Unit, wait};
use crate::cli::{Done, Failure};
use crate::config::Gateway;
use crate::format::table::Table;
use crate::store::StoreError;
use crate::store::archive::Archive;
use crate::store::data_dir::DataDir;
use crate::upkeep::verify::{Fault, Report, point, verify};

/// `verify`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How what is wrong is printed
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    format: ListFormat,
}

impl AtStore for Args {
    fn run(&self, call: &Call<'_>) -> Result<Done, Failure> {
        let end = wait(point(&call.opened.ingest()?))??;
        let progress = call.progress(0, Unit::Bytes);
        let tell = |done, of| progress.at_of(done, of);
        let report = verify(Ok(call.store()), call.archive(), end, &tell)?;
        drop(progress);
        self.tell(call.caller, &report)
    }

    /// What is wrong with the database is what this command is asked for; the archive can be read
    /// all the same.
    fn without_database(
        &self,
        config: &Gateway,
        caller: &dyn Caller,
        error: StoreError,
    ) -> Result<Done, Failure> {
        let archive = Archive::open(&DataDir::open(&config.data_dir)?)?;
        let progress = caller.progress(0, Unit::Bytes);
        let tell = |done, of| progress.at_of(done, of);
        let report = verify(Err(error), &archive, archive.end(), &tell)?;
        drop(progress);
        self.tell(caller, &report)
    }
}

impl Args {
    fn tell(&self, caller: &dyn Caller, report: &Report) -> Result<Done, Failure> {
        let mut out = caller.results();
        match self.format {
            ListFormat::Table => {
                if !report.faults.is_empty() {
                    table(&report.faults).write(&mut out)?;
                }
            }
            ListFormat::Json => {
                serde_json::to_writer_pretty(&mut out, report)?;
                out.write_all(b"\n")?;
            }
        }
        out.flush()?;
        let faults = report.faults.len();
        caller.note(&format!(
            "{} archive entries, {} interchanges, {} database records read: {}",
            report.archive_entries,
            report.interchanges,
            report.records,
            if faults == 0 {
                "all is well".to_owned()
            } else {
                format!("{faults} faults")
            }
        ));
        Ok(if faults == 0 {
            Done::Well
        } else {
            Done::WithFailures
        })
    }
}

fn table(faults: &[Fault]) -> Table {
    let row = |fault: &Fault| {
        vec![
            fault.file.clone(),
            fault.byte.map(|byte| byte.to_string()).unwrap_or_default(),
            fault.what.clone(),
            fault.lost.clone(),
            fault.remedy.clone(),
        ]
    };
    let header = ["file", "byte", "what is wrong", "lost", "what to do"];
    Table::new(&header, faults.iter().map(row).collect())
}
