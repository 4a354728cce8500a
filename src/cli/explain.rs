//! `explain`: a file beside its meaning, as text or as a page.

use std::io::{BufWriter, IntoInnerError, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::cli::out_file::OutFile;
use crate::cli::{Done, Failure, inputs, open, output, terminal};
use crate::explain::{Source, as_page, as_text};
use crate::extract::{Bounds, Candidate, candidates_in_file};
use crate::message::mscons::{self, File};
use crate::text::Language;

/// `explain`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// EDIFACT, or a mail, mbox, zip or gz with some in it; `-` is stdin
    file: PathBuf,
    /// Write one page to look at in a browser or to send, instead of text; `-` is stdout
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// The language [default: that of the configuration, without one that of the terminal]
    #[arg(long, value_enum)]
    language: Option<LanguageArg>,
}

/// A [`Language`] on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum LanguageArg {
    /// German
    De,
    /// English
    En,
}

/// Explains what is in a file. As with `parse`, what could not be read, and a message that could
/// not be stored, make the exit code 1.
pub(super) fn run(config: &Path, args: &Args) -> Result<Done, Failure> {
    let language = language(config, args.language)?;
    let path = &args.file;
    let bytes = inputs::read_file(path).map_err(|error| {
        anyhow::anyhow!(
            "{}: {error}; name one file that can be read, or - for stdin",
            path.display()
        )
    })?;
    let name = match path.file_name() {
        Some(name) if path.as_os_str() != "-" => name.to_string_lossy(),
        Some(_) | None => "stdin".into(),
    };
    let extract = candidates_in_file(&name, &bytes, &Bounds::default());
    for refused in &extract.refused {
        output::complain(&format!("{}: {}", refused.name, refused.reason));
    }
    if extract.candidates.is_empty() {
        if extract.refused.is_empty() {
            output::complain(&format!(
                "{name}: holds no EDIFACT (no UNA or UNB was found); name a file that does, or a mail, zip or gz with one in it"
            ));
        }
        return Ok(Done::WithFailures);
    }
    let files = extract.candidates.iter();
    let read: Vec<(&Candidate, File)> = files
        .map(|candidate| (candidate, mscons::read(&candidate.bytes)))
        .collect();
    let sources: Vec<Source<'_>> = read
        .iter()
        .map(|(candidate, file)| Source {
            name: &candidate.name,
            bytes: &candidate.bytes,
            file,
        })
        .collect();
    write(&sources, language, args.html.as_deref())?;
    let is_barred = |file: &File| {
        let of_interchanges = file.interchanges.iter().flat_map(|i| &i.findings);
        let mut all = file.findings.iter().chain(of_interchanges);
        all.any(|finding| finding.code.bars_message())
    };
    let is_good = extract.refused.is_empty() && !read.iter().any(|(_, file)| is_barred(file));
    Ok(if is_good {
        Done::Well
    } else {
        Done::WithFailures
    })
}

fn write(sources: &[Source<'_>], language: Language, html: Option<&Path>) -> Result<(), Failure> {
    match html {
        None => {
            let mut out = output::stdout();
            as_text(sources, language, &mut out)?;
            output::finish(out)?;
        }
        Some(path) if path.as_os_str() == "-" => {
            let mut out = output::stdout();
            as_page(sources, language, &mut out)?;
            output::finish(out)?;
        }
        Some(path) => {
            let file = OutFile::begin(path).map_err(|error| {
                Failure::Usage(format!("{error}; name another file with --html"))
            })?;
            let mut out = BufWriter::with_capacity(1 << 16, file);
            as_page(sources, language, &mut out)?;
            out.flush()?;
            let file = out.into_inner().map_err(IntoInnerError::into_error)?;
            file.finish()?;
            output::note(&format!("explained in {}", path.display()));
        }
    }
    Ok(())
}

/// The language that was asked for, else that of the configuration, else that of the terminal.
fn language(config: &Path, wanted: Option<LanguageArg>) -> Result<Language, Failure> {
    match wanted {
        Some(LanguageArg::De) => Ok(Language::De),
        Some(LanguageArg::En) => Ok(Language::En),
        None if config == Path::new(open::DEFAULT_FILE) && !config.exists() => {
            Ok(terminal::language())
        }
        None => Ok(open::config(config)?.language),
    }
}
