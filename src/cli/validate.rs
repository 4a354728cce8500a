//! `validate`: a file before the rules: envelope, identifiers, AHB. Stores nothing.

use std::collections::HashSet;
use std::io::{BufWriter, StdoutLock, Write};
use std::path::PathBuf;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::cli::args::ListFormat;
use crate::cli::{Done, Failure, output};
use crate::edifact::{Finding, FindingCode};
use crate::extract::{Bounds, each_in_file};
use crate::format::table::Table;
use crate::message::ahb::{Effort, Remark, Rules, Verdict};
use crate::message::mscons::{self, Interchange, Message};

/// `validate`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files: EDIFACT, mails, mbox, zip, gz; `-` is stdin
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// How the findings are printed
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    format: ListFormat,
}

/// Checks and prints. A file that cannot be read, and an error, make the exit code 1.
pub(super) fn run(args: &Args) -> Result<Done, Failure> {
    let mut checking = Checking {
        format: args.format,
        out: output::stdout(),
        rules: Rules::default(),
        known: HashSet::new(),
        effort: Effort::default(),
        interchanges: 0,
        is_good: true,
    };
    if matches!(args.format, ListFormat::Json) {
        write!(checking.out, "[")?;
    }
    for path in &args.files {
        let name = path.display().to_string();
        if path.is_dir() {
            checking.complain(&format!("{name}: is a folder; name its files ({name}/*)"));
            continue;
        }
        match crate::cli::inputs::read_file(path) {
            Ok(bytes) => checking.file(&name, &bytes)?,
            Err(error) => checking.complain(&format!("{name}: {error}")),
        }
    }
    if matches!(args.format, ListFormat::Json) {
        writeln!(checking.out, "]")?;
    }
    output::finish(checking.out)?;
    Ok(if checking.is_good {
        Done::Well
    } else {
        Done::WithFailures
    })
}

struct Checking {
    format: ListFormat,
    out: BufWriter<StdoutLock<'static>>,
    rules: Rules,
    /// SHA-256 of the candidates of the file: the same twice in a mail counts once.
    known: HashSet<[u8; 32]>,
    effort: Effort,
    interchanges: u64,
    is_good: bool,
}

impl Checking {
    fn complain(&mut self, what: &str) {
        output::complain(what);
        self.is_good = false;
    }

    fn file(&mut self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        self.known.clear();
        self.effort = Effort::default();
        let mut result = Ok(());
        let looked = each_in_file(name, bytes, &Bounds::default(), &mut |_, name, bytes| {
            if result.is_ok() {
                result = self.candidate(name, bytes);
            }
        });
        result?;
        for refused in &looked.refused {
            self.complain(&format!("{}: {}", refused.name, refused.reason));
        }
        if self.known.is_empty() && looked.refused.is_empty() {
            self.complain(&format!(
                "{name}: holds no EDIFACT (no UNA or UNB was found)"
            ));
        }
        Ok(())
    }

    fn candidate(&mut self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        if !self.known.insert(Sha256::digest(bytes).into()) {
            return Ok(());
        }
        let mut reading = mscons::interchanges(bytes);
        for interchange in reading.by_ref() {
            let checked = self.check(bytes, &interchange);
            match self.format {
                ListFormat::Table => table(name, &interchange, &checked, &mut self.out)?,
                ListFormat::Json => {
                    let comma = if self.interchanges > 0 { "," } else { "" };
                    writeln!(self.out, "{comma}")?;
                    serde_json::to_writer(&mut self.out, &as_json(name, &interchange, &checked))?;
                }
            }
            self.interchanges += 1;
        }
        let (findings, left_out) = reading.finish();
        for finding in &findings {
            output::complain(&format!("{name}: {finding}"));
            self.is_good &= !is_error(finding.code);
        }
        if left_out > 0 {
            self.complain(&format!("{name}: {left_out} findings more"));
        }
        Ok(())
    }

    /// The messages of an interchange, each with what the rules say of it.
    fn check<'i>(&mut self, file: &[u8], of: &'i Interchange) -> Vec<(&'i Message, Verdict)> {
        let checked: Vec<_> = of
            .messages
            .iter()
            .map(|message| {
                let verdict = self.rules.check(file, of, message, &mut self.effort);
                (message, verdict)
            })
            .collect();
        let has_errors = checked.iter().any(|(_, verdict)| verdict.has_errors());
        let mut own = of.findings.iter();
        self.is_good &= !has_errors && !own.any(|finding| is_error(finding.code));
        checked
    }
}

/// Whether the message is wrong by it. Check digits fail in documents and test systems, too, and
/// what stands beside an interchange may be a signature.
fn is_error(code: FindingCode) -> bool {
    !matches!(
        code,
        FindingCode::CheckDigit | FindingCode::StrayBytes | FindingCode::UnknownPid
    )
}

fn table(
    name: &str,
    interchange: &Interchange,
    checked: &[(&Message, Verdict)],
    out: &mut impl Write,
) -> std::io::Result<()> {
    let Interchange {
        reference,
        sender,
        receiver,
        ..
    } = interchange;
    let head = format!("{name}: interchange {reference} from {sender} to {receiver}");
    Table::new(&[&head], Vec::new()).write(out)?;
    let rows = checked.iter().map(|(message, verdict)| {
        let count = |is_error| {
            let remarks = verdict.remarks.iter();
            remarks.filter(|remark| remark.is_error == is_error).count()
        };
        vec![
            message.reference.clone(),
            format!("{} {}", message.kind, message.version),
            count(true).to_string(),
            count(false).to_string(),
            verdict.basis.to_string(),
        ]
    });
    let header = ["message", "type", "errors", "warnings", "rules"];
    Table::new(&header, rows.collect()).write(out)?;
    let own = interchange.findings.iter().map(|finding| {
        let place = &finding.place;
        row(
            place.message.as_deref(),
            (place.segment, place.offset_bytes),
            is_error(finding.code),
            &code(finding),
            finding.detail.clone(),
        )
    });
    let of_rules = checked.iter().flat_map(|(_, verdict)| {
        let left_out = (verdict.left_out > 0).then(|| {
            let more = format!("{} findings more", verdict.left_out);
            row(None, (0, 0), false, "", more)
        });
        verdict.remarks.iter().map(remark_row).chain(left_out)
    });
    let rows: Vec<Vec<String>> = own.chain(of_rules).collect();
    if !rows.is_empty() {
        writeln!(out)?;
        let header = ["message", "segment", "byte", "level", "rule", "finding"];
        Table::new(&header, rows).write(out)?;
    }
    writeln!(out)
}

fn remark_row(remark: &Remark) -> Vec<String> {
    let Remark {
        rule,
        is_error,
        place,
        times,
        detail,
    } = remark;
    let times = match times {
        0 | 1 => String::new(),
        times => format!(" ({times} times)"),
    };
    row(
        place.message.as_deref(),
        (place.segment, place.offset_bytes),
        *is_error,
        rule,
        format!("{detail}{times}"),
    )
}

fn row(
    message: Option<&str>,
    (segment, byte): (u32, u64),
    is_error: bool,
    rule: &str,
    finding: String,
) -> Vec<String> {
    vec![
        message.unwrap_or_default().to_owned(),
        segment.to_string(),
        byte.to_string(),
        level(is_error).to_owned(),
        rule.to_owned(),
        finding,
    ]
}

fn as_json(name: &str, interchange: &Interchange, checked: &[(&Message, Verdict)]) -> Value {
    let findings = interchange.findings.iter().map(|finding| {
        json!({
            "rule": code(finding),
            "level": level(is_error(finding.code)),
            "message": finding.place.message,
            "segment": finding.place.segment,
            "byte": finding.place.offset_bytes,
            "finding": finding.detail,
        })
    });
    let messages = checked.iter().map(|(message, verdict)| {
        let Verdict {
            basis,
            remarks,
            left_out,
        } = verdict;
        json!({
            "message": message.reference,
            "type": message.kind,
            "version": message.version,
            "pid": (basis.pid > 0).then_some(basis.pid),
            "rules": basis.rules,
            "book": basis.book,
            "not_checked": basis.lack,
            "findings": remarks.iter().map(remark_json).collect::<Vec<_>>(),
            "findings_left_out": left_out,
        })
    });
    json!({
        "file": name,
        "interchange": interchange.reference,
        "sender": interchange.sender,
        "receiver": interchange.receiver,
        "findings": findings.collect::<Vec<_>>(),
        "messages": messages.collect::<Vec<_>>(),
    })
}

fn remark_json(remark: &Remark) -> Value {
    json!({
        "rule": remark.rule,
        "level": level(remark.is_error),
        "segment": remark.place.segment,
        "byte": remark.place.offset_bytes,
        "times": remark.times,
        "aperak": remark.aperak_code(),
        "finding": remark.detail,
    })
}

fn level(is_error: bool) -> &'static str {
    if is_error { "error" } else { "warning" }
}

/// The name of a finding in records: `bad_number`.
fn code(finding: &Finding) -> String {
    let name = serde_json::to_value(finding.code).ok();
    let name = name.as_ref().and_then(Value::as_str);
    name.unwrap_or_default().to_owned()
}
