//! The program's own words: all texts of the source, with `…` where something is filled in.

use std::fs;
use std::path::Path;

/// All texts of `src/`: string literals of Rust, sentences of the pages.
pub(crate) fn texts() -> Vec<String> {
    let mut texts = Vec::new();
    gather(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut texts,
    );
    texts
}

/// What a document quotes: the lines of its blocks of `text`.
pub(crate) fn quotations(document: &str) -> Vec<&str> {
    let mut quoted = Vec::new();
    let mut is_quoting = false;
    for line in document.lines() {
        match line {
            "```text" => is_quoting = true,
            "```" => is_quoting = false,
            line if is_quoting => quoted.push(line),
            _ => {}
        }
    }
    quoted
}

fn gather(folder: &Path, texts: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let ending = path.extension().and_then(std::ffi::OsStr::to_str);
        if path.is_dir() {
            gather(&path, texts);
        } else if ending == Some("rs") {
            texts.extend(literals(&fs::read_to_string(&path).unwrap()));
        } else if ending == Some("ftl") {
            let sentences = fs::read_to_string(&path).unwrap();
            texts.extend(sentences.lines().map(|line| filled(line, "{ $", " }")));
        }
    }
}

/// The string literals of a source, comments left out.
fn literals(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find(['"', '/', '\'']) {
        let (before, from) = rest.split_at(at);
        rest = if from.starts_with("//") {
            from.split_once('\n').map_or("", |(_, behind)| behind)
        } else if let Some(behind) = from.strip_prefix('"') {
            let hashes = before.len() - before.trim_end_matches('#').len();
            if before.trim_end_matches('#').ends_with('r') {
                let end = format!("\"{}", "#".repeat(hashes));
                let (text, behind) = behind.split_once(&end).unwrap();
                found.push(filled(text, "{", "}"));
                behind
            } else {
                let (text, behind) = literal(behind);
                found.push(filled(&text, "{", "}"));
                behind
            }
        } else if let Some(behind) = from.strip_prefix("'\"'") {
            behind
        } else if from.starts_with("'\\") {
            // An escaped character: its end is the next quote that is not escaped itself.
            from[3..].split_once('\'').map_or("", |(_, behind)| behind)
        } else {
            &from[1..]
        };
    }
    found
}

/// A literal up to its closing quote, unescaped, and what stands behind it.
fn literal(source: &str) -> (String, &str) {
    let mut text = String::new();
    let mut characters = source.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (text, &source[at + 1..]),
            '\\' => match characters.next() {
                Some((_, '\n')) => {
                    // The line goes on where the next one has its first word.
                    let behind = characters.as_str();
                    characters = source[source.len() - behind.trim_start().len()..].char_indices();
                    let (more, behind) = literal(characters.as_str());
                    text.push_str(&more);
                    return (text, behind);
                }
                Some((_, 'n')) => text.push('\n'),
                Some((_, other)) => text.push(other),
                None => break,
            },
            other => text.push(other),
        }
    }
    panic!("a literal without end");
}

/// A text with `…` for each place that is filled in.
fn filled(text: &str, open: &str, close: &str) -> String {
    let mut shown = String::new();
    let text = text.replace("{{", "\u{1}").replace("}}", "\u{2}");
    let mut rest = text.as_str();
    while let Some((before, behind)) = rest.split_once(open) {
        let Some((_, after)) = behind.split_once(close) else {
            break;
        };
        shown.push_str(before);
        shown.push('…');
        rest = after;
    }
    shown.push_str(rest);
    shown.replace('\u{1}', "{").replace('\u{2}', "}")
}

#[test]
fn literals_are_read_as_the_compiler_reads_them() {
    let source = concat!(
        "// no \"text\"\n",
        "let one = \"a \\\"{x:?}\\\" b {{}}\";\n",
        "let quote = '\"'; let back = '\\\\'; let life: &'static str = r#\"raw \"{0}\" text\"#;\n",
        "let long = \"goes \\\n    on\";\n"
    );
    assert_eq!(
        literals(source),
        ["a \"…\" b {}", "raw \"…\" text", "goes on"]
    );
}
