//! The terminal that a command was started from: it prints what the command says, and reads the
//! files that the command line names. The command may run here or in the gateway.

use std::cell::RefCell;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use indicatif::ProgressBar;

use crate::cli::Failure;
use crate::cli::call::{Caller, Progress, Said};
use crate::cli::inputs::{Input, Inputs};
use crate::cli::out_file::OutFile;
use crate::cli::output;
use crate::text::Language;

/// A terminal.
pub(super) struct Terminal {
    results: RefCell<Results>,
    inputs: RefCell<Inputs>,
    bar: RefCell<Option<ProgressBar>>,
}

/// Where the results go.
enum Results {
    Stdout,
    File(OutFile),
}

impl Terminal {
    /// A terminal whose results go to a file (stdout if there is none, or it is `-`), and that has
    /// these files to give.
    pub(super) fn new(out: Option<&Path>, inputs: &[PathBuf]) -> Result<Self, Failure> {
        let results = match out {
            Some(path) if path.as_os_str() != "-" => {
                let file = OutFile::begin(path);
                Results::File(file.map_err(|error| Failure::Usage(error.to_string()))?)
            }
            Some(_) | None => Results::Stdout,
        };
        Ok(Self {
            results: RefCell::new(results),
            inputs: RefCell::new(Inputs::of(inputs)),
            bar: RefCell::new(None),
        })
    }

    /// The results are whole: flushes stdout, or puts the file in its place.
    pub(super) fn finish(self) -> io::Result<()> {
        match self.results.into_inner() {
            Results::Stdout => io::stdout().flush(),
            Results::File(file) => file.finish(),
        }
    }

    fn show(&self, progress: Progress) {
        let mut bar = self.bar.borrow_mut();
        let bar = bar.get_or_insert_with(|| output::progress(progress.of, progress.unit));
        bar.set_length(progress.of);
        bar.set_position(progress.done);
    }
}

impl Results {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Stdout => io::stdout().write_all(bytes),
            Self::File(file) => file.write_all(bytes),
        }
    }
}

impl Caller for Terminal {
    fn hear(&self, said: Said<'_>) -> io::Result<()> {
        match said {
            Said::Results(bytes) => self.results.borrow_mut().write(bytes)?,
            Said::Line(line) => match &*self.bar.borrow() {
                Some(bar) => bar.suspend(|| output::note(line)),
                None => output::note(line),
            },
            Said::Progress(progress) => self.show(progress),
            Said::NoProgress => {
                if let Some(bar) = self.bar.take() {
                    bar.finish_and_clear();
                }
            }
        }
        Ok(())
    }

    fn next_input(&self) -> io::Result<Option<Input>> {
        Ok(self.inputs.borrow_mut().next())
    }

    fn is_person(&self) -> bool {
        io::stderr().is_terminal()
    }
}

/// The language of the terminal (POSIX: `LC_ALL`, `LC_MESSAGES`, `LANG`, the first that is set).
pub(super) fn language() -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    if set.is_some_and(|value| value.starts_with("de")) {
        Language::De
    } else {
        Language::En
    }
}
