//! What the commands print, and how: results to stdout, progress and complaints to stderr.
#![expect(clippy::print_stderr, reason = "this is the place that prints")]

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::Failure;
use crate::cli::call::Unit;
use crate::format::Format;

/// Standard output, buffered.
pub(super) fn stdout() -> BufWriter<io::StdoutLock<'static>> {
    BufWriter::with_capacity(1 << 16, io::stdout().lock())
}

/// Refuses to write to a terminal what it cannot show.
pub(super) fn refuse_terminal(format: Format, out: Option<&Path>) -> Result<(), Failure> {
    let is_to_a_file = out.is_some_and(|path| path.as_os_str() != "-");
    if format.is_binary() && !is_to_a_file && io::stdout().is_terminal() {
        return Err(Failure::Usage(format!(
            "{} is binary, and stdout is a terminal; write it to a file: --out FILE, or > FILE",
            format.name()
        )));
    }
    Ok(())
}

/// Says what is wrong.
pub(super) fn complain(what: &str) {
    eprintln!("mscons-gateway: {what}");
}

/// Says something beside the results.
pub(super) fn note(what: &str) {
    eprintln!("{what}");
}

/// Puts a question, without a line end, so that the answer stands behind it.
pub(super) fn ask(question: &str) {
    eprint!("{question} ");
}

/// An error and its causes in one line, none said twice.
pub(super) fn chain(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !text.contains(&cause) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&cause);
        }
    }
    text
}

/// Whether the reader of a pipe has gone, such as `head`: no fault of ours.
pub(super) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
    })
}

/// A progress bar on a terminal; nothing in a pipe.
pub(super) fn progress(length: u64, unit: Unit) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    let template = match unit {
        Unit::Bytes => "{bar:32} {bytes}/{total_bytes} {bytes_per_sec} {eta} {msg}",
        Unit::Things => "{bar:32} {human_pos}/{human_len} {per_sec} {eta} {msg}",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸─"));
    }
    if io::stderr().is_terminal() {
        bar.enable_steady_tick(Duration::from_millis(100));
    } else {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    bar
}

/// Flushes, so that an error of the last bytes is seen.
pub(super) fn finish(mut out: impl Write) -> io::Result<()> {
    out.flush()
}
