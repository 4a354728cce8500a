//! The parts of a mail (RFC 2046).
//!
//! The tree is walked here, on slices of the mail; crate `mail-parser` reads the header fields of
//! each part and decodes base64. Its own tree would turn text into `String` by charset, where
//! every byte must stay, and nests as deep as the mail does: ten thousand mails in each other
//! overflow the stack when it is dropped.

use memchr::memmem;

use crate::extract::head::{self, PartHead};
use crate::extract::sniff;
use crate::extract::transfer;
use crate::extract::walk::Walk;

/// Looks at every part of a mail that is called `name` (empty for the outermost). What the outermost
/// says of itself is kept.
pub(crate) fn mail(walk: &mut Walk<'_, '_>, mail: &[u8], name: &str, depth: usize) {
    let (fields, body) = head::split(trim_empty_lines(mail));
    let (mail_head, part) = head::read(fields);
    if depth == 0 {
        walk.looked.head = mail_head;
        walk.looked.is_report = part.is_report();
    }
    let entity = Entity {
        mail: name,
        depth,
        multiparts: 0,
        number: 0,
        with_html: true,
    };
    entity.look(walk, &part, body);
}

/// Where in a mail a part is.
#[derive(Clone, Copy, Debug)]
struct Entity<'a> {
    /// The mail it is in.
    mail: &'a str,
    /// Mails and archives around it.
    depth: usize,
    /// Multiparts around it, in this mail.
    multiparts: usize,
    /// Its number among its siblings, from 1; 0 for the mail's whole body.
    number: usize,
    /// Whether a page in HTML is worth a look. Not if its plain alternative gave something: the
    /// same interchange, with other line ends, would count as another.
    with_html: bool,
}

impl Entity<'_> {
    fn look(self, walk: &mut Walk<'_, '_>, part: &PartHead, body: &[u8]) {
        if !part.is_multipart() {
            return self.look_at_leaf(walk, part, body);
        }
        if let Some(delimiter) = delimiter(part, body) {
            return self.look_at_parts(walk, part, Parts::new(body, &delimiter));
        }
        // Quirk: RFC 2045 §6.4 forbids to encode a multipart as a whole; it is done all the same.
        let decoded = transfer::decode(part.encoding, body);
        match delimiter(part, &decoded) {
            Some(delimiter) => self.look_at_parts(walk, part, Parts::new(&decoded, &delimiter)),
            None => self.look_at_leaf(walk, part, body),
        }
    }

    fn look_at_parts(
        mut self,
        walk: &mut Walk<'_, '_>,
        multipart: &PartHead,
        parts: Parts<'_, '_>,
    ) {
        if self.multiparts >= MULTIPARTS_MOST {
            let reason = format!("more than {MULTIPARTS_MOST} multiparts inside each other");
            return walk.refuse(&self.name(multipart), reason);
        }
        let is_alternative = multipart.media_type == "multipart/alternative";
        self.multiparts += 1;
        self.number = 0;
        for entity in parts {
            self.number += 1;
            let (fields, body) = head::split(entity);
            let (_, part) = head::read(fields);
            if !walk.take_part(|| self.name(&part)) {
                return;
            }
            let found = walk.found;
            self.look(walk, &part, body);
            self.with_html &= !is_alternative || walk.found == found;
        }
    }

    fn look_at_leaf(self, walk: &mut Walk<'_, '_>, part: &PartHead, body: &[u8]) {
        let bytes = transfer::decode(part.encoding, body);
        let name = self.name(part);
        let is_html = part.media_type == "text/html" || sniff::kind(&bytes) == sniff::Kind::Html;
        if is_html && !sniff::starts_as_edifact(&bytes) {
            if self.with_html {
                walk.html(&name, &bytes);
            }
        } else if part.is_mail() {
            walk.mail(&name, &bytes, self.depth);
        } else {
            walk.piece(&name, &bytes, self.depth);
        }
    }

    fn name(self, part: &PartHead) -> String {
        let name = match &part.name {
            Some(name) => name,
            None if part.is_mail() => "mail",
            None if self.number <= 1 => "body",
            None => &format!("part {}", self.number),
        };
        Walk::inside(self.mail, name)
    }
}

/// The parts of a multipart body, in order.
pub(crate) fn each_part<'b>(part: &PartHead, body: &'b [u8], mut take: impl FnMut(&'b [u8])) {
    if let Some(delimiter) = delimiter(part, body) {
        Parts::new(body, &delimiter).for_each(&mut take);
    }
}

/// The line between the parts of a multipart body: `--` and its boundary. `None` if the body has
/// no such line.
fn delimiter(part: &PartHead, body: &[u8]) -> Option<Vec<u8>> {
    let announced = part
        .boundary
        .as_ref()
        .map(|boundary| [b"--", boundary.as_bytes()].concat());
    // Quirk: a boundary that was lost or mangled is the first line that looks like one, with a
    // header field after it.
    let found = || {
        let lines = body.split(|&byte| byte == b'\n');
        let (line, _) = lines
            .clone()
            .zip(lines.skip(1))
            .find(|(line, next)| line.starts_with(b"--") && head::field_name(next).is_some())?;
        Some(line.trim_ascii_end().to_vec())
    };
    announced
        .filter(|delimiter| next_delimiter(body, delimiter, 0).is_some())
        .or_else(found)
}

/// The parts of a multipart body, in order. The last may lack its delimiter: a mail that was cut.
#[derive(Debug)]
struct Parts<'a, 'd> {
    body: &'a [u8],
    delimiter: &'d [u8],
    /// Where the next part begins; `None` after the last.
    next: Option<usize>,
}

impl<'a, 'd> Parts<'a, 'd> {
    fn new(body: &'a [u8], delimiter: &'d [u8]) -> Self {
        let first = next_delimiter(body, delimiter, 0);
        let next = first.filter(|first| !first.is_last).map(|first| first.end);
        Self {
            body,
            delimiter,
            next,
        }
    }
}

impl<'a> Iterator for Parts<'a, '_> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let start = self.next?;
        let found = next_delimiter(self.body, self.delimiter, start);
        let end = found.as_ref().map_or(self.body.len(), |found| found.start);
        self.next = found.filter(|found| !found.is_last).map(|found| found.end);
        let part = self.body.get(start..end.max(start)).unwrap_or_default();
        (self.next.is_some() || !part.trim_ascii().is_empty()).then_some(part)
    }
}

/// A line between two parts.
#[derive(Debug)]
struct Delimiter {
    /// Where it begins, with the line end before it, which belongs to it (RFC 2046 §5.1.1).
    start: usize,
    /// Where the line after it begins.
    end: usize,
    /// Whether it closes the multipart.
    is_last: bool,
}

fn next_delimiter(body: &[u8], delimiter: &[u8], from: usize) -> Option<Delimiter> {
    let haystack = body.get(from..)?;
    memmem::find_iter(haystack, delimiter).find_map(|at| {
        let at = from + at;
        let (before, line) = body.split_at_checked(at)?;
        if !matches!(before.last(), None | Some(b'\n')) {
            return None;
        }
        let line_bytes = memchr::memchr(b'\n', line).map_or(line.len(), |end| end + 1);
        let rest = line.get(delimiter.len()..line_bytes)?.trim_ascii();
        if !(rest.is_empty() || rest == b"--") {
            return None; // A longer boundary that begins alike.
        }
        let before = before.strip_suffix(b"\n").unwrap_or(before);
        let before = before.strip_suffix(b"\r").unwrap_or(before);
        Some(Delimiter {
            start: before.len(),
            end: at + line_bytes,
            is_last: rest == b"--",
        })
    })
}

fn trim_empty_lines(mail: &[u8]) -> &[u8] {
    let start = mail.iter().position(|byte| !matches!(byte, b'\r' | b'\n'));
    mail.get(start.unwrap_or(mail.len())..).unwrap_or_default()
}

/// Multiparts inside each other in one mail: real ones nest 4 deep. Each is searched once.
const MULTIPARTS_MOST: usize = 16;
