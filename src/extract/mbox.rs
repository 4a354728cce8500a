//! Mails in one file, one after the other (RFC 4155, with the quoting of "mboxrd").

use std::borrow::Cow;

use memchr::memmem;

use crate::extract::head::field_name;

/// Whether the file begins as an mbox does: a `From ` line, then a header field.
pub fn is_mbox(bytes: &[u8]) -> bool {
    is_separator(bytes)
}

/// The mails of an mbox, in order, each without its `From ` line and with `>From ` as `From `.
///
/// A `From ` line separates only at the start, or after an empty line and before a header field:
/// many programs do not quote a `From ` in a text.
pub fn mails(mbox: &[u8]) -> impl Iterator<Item = Cow<'_, [u8]>> {
    let mut rest = mbox;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = next_separator(rest).unwrap_or(rest.len());
        let (mail, next) = rest.split_at(end);
        rest = next;
        Some(unquote(without_separator(mail)))
    })
}

/// Where the next mail begins, after the one at the start.
fn next_separator(mbox: &[u8]) -> Option<usize> {
    memmem::find_iter(mbox, b"\nFrom ")
        .map(|at| at + 1)
        .find(|&at| {
            let (before, after) = mbox.split_at(at);
            (before.ends_with(b"\n\n") || before.ends_with(b"\n\r\n")) && is_separator(after)
        })
}

fn is_separator(bytes: &[u8]) -> bool {
    let mut lines = bytes.split(|&byte| byte == b'\n');
    lines.next().is_some_and(|line| line.starts_with(b"From "))
        && lines.next().is_some_and(|line| field_name(line).is_some())
}

fn without_separator(mail: &[u8]) -> &[u8] {
    let line = memchr::memchr(b'\n', mail).map_or(mail.len(), |end| end + 1);
    mail.get(line..).unwrap_or_default()
}

/// Takes one `>` from each line of `>From `, `>>From `, …
fn unquote(mail: &[u8]) -> Cow<'_, [u8]> {
    if memmem::find(mail, b">From ").is_none() {
        return mail.into();
    }
    let mut unquoted = Vec::with_capacity(mail.len());
    for line in mail.split_inclusive(|&byte| byte == b'\n') {
        let quotes = line.iter().take_while(|&&byte| byte == b'>').count();
        let is_quoted = quotes > 0
            && line
                .get(quotes..)
                .is_some_and(|rest| rest.starts_with(b"From "));
        unquoted.extend_from_slice(line.get(usize::from(is_quoted)..).unwrap_or_default());
    }
    unquoted.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(mbox: &str) -> Vec<String> {
        mails(mbox.as_bytes())
            .map(|mail| String::from_utf8_lossy(&mail).into_owned())
            .collect()
    }

    #[test]
    fn mails_are_separated_and_unquoted() {
        let mbox = "From a@b Tue Nov 24 08:15:00 2026\nSubject: 1\n\n>From here\n>>From x\n> y\n\n\
                    From - Tue\nSubject: 2\n\nb\n";
        assert!(is_mbox(mbox.as_bytes()));
        assert_eq!(
            split(mbox),
            [
                "Subject: 1\n\nFrom here\n>From x\n> y\n\n",
                "Subject: 2\n\nb\n"
            ]
        );
    }

    #[test]
    fn a_sentence_that_begins_with_from_separates_nothing() {
        let mbox = "From a\r\nSubject: 1\r\n\r\nText\r\nFrom X: y\r\n\r\nFrom now on\r\nwe go\r\n";
        assert_eq!(split(mbox).len(), 1);
        assert!(!is_mbox(b"From: a@b\r\nSubject: 1\r\n"));
    }
}
