//! The text of an HTML page, byte by byte: no charset is looked at.

/// The text that a reader sees: without tags, comments, styles and scripts, with the character
/// references that stand for one byte put in.
///
/// References beyond ASCII become ISO 8859-1, the charset of UNOC; those beyond that stay as they
/// are written.
pub fn text(page: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(page.len());
    let mut rest = page;
    while let Some(at) = memchr::memchr2(b'<', b'&', rest) {
        let (plain, markup) = rest.split_at(at);
        text.extend_from_slice(plain);
        rest = if markup.starts_with(b"&") {
            push_reference(&mut text, markup)
        } else {
            let (tag, after) = cut_tag(markup);
            if BREAKS.iter().any(|name| is_tag(tag, name)) {
                text.push(b'\n');
            }
            match HIDDEN.iter().find(|name| is_tag(tag, name)) {
                Some(name) => skip_hidden(after, name),
                None => after,
            }
        };
    }
    text.extend_from_slice(rest);
    text
}

/// The tag or comment at the start, and what follows it.
fn cut_tag(markup: &[u8]) -> (&[u8], &[u8]) {
    let end = if markup.starts_with(b"<!--") {
        memchr::memmem::find(markup, b"-->").map(|at| at + 3)
    } else {
        memchr::memchr(b'>', markup).map(|at| at + 1)
    };
    markup.split_at(end.unwrap_or(markup.len()))
}

/// Whether the tag is `<name …>` or, with a name that begins with a slash, `</name …>`.
fn is_tag(tag: &[u8], name: &str) -> bool {
    let Some((start, after)) = tag
        .get(1..)
        .and_then(|tag| tag.split_at_checked(name.len()))
    else {
        return false;
    };
    start.eq_ignore_ascii_case(name.as_bytes())
        && after
            .first()
            .is_none_or(|byte| !byte.is_ascii_alphanumeric())
}

/// What follows the end tag of an element whose content is not shown; without end tag: nothing.
fn skip_hidden<'a>(content: &'a [u8], name: &str) -> &'a [u8] {
    let end_tag = format!("/{name}");
    memchr::memmem::find_iter(content, b"</")
        .filter_map(|at| content.get(at..))
        .find(|markup| is_tag(markup, &end_tag))
        .map_or(b"", |markup| cut_tag(markup).1)
}

/// Puts in the character that a reference at the start stands for; what follows it.
fn push_reference<'a>(text: &mut Vec<u8>, markup: &'a [u8]) -> &'a [u8] {
    let window = markup.get(..REFERENCE_BYTES).unwrap_or(markup);
    if let Some(end) = memchr::memchr(b';', window)
        && let Some(byte) = markup.get(1..end).and_then(referenced_byte)
    {
        text.push(byte);
        return markup.get(end + 1..).unwrap_or_default();
    }
    text.push(b'&');
    markup.get(1..).unwrap_or_default()
}

fn referenced_byte(reference: &[u8]) -> Option<u8> {
    let reference = str::from_utf8(reference).ok()?;
    if let Some(number) = reference.strip_prefix('#') {
        let number = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return match number {
            160 => Some(b' '),
            _ => u8::try_from(number).ok(),
        };
    }
    REFERENCES
        .iter()
        .find_map(|(name, byte)| (*name == reference).then_some(*byte))
}

const BREAKS: [&str; 6] = ["br", "/p", "/div", "/tr", "/li", "/pre"];
const HIDDEN: [&str; 4] = ["head", "style", "script", "template"];
/// `&#x000000FF;` is the longest worth looking at.
const REFERENCE_BYTES: usize = 12;
const REFERENCES: [(&str, u8); 13] = [
    ("amp", b'&'),
    ("lt", b'<'),
    ("gt", b'>'),
    ("quot", b'"'),
    ("apos", b'\''),
    ("nbsp", b' '),
    ("auml", 0xE4),
    ("ouml", 0xF6),
    ("uuml", 0xFC),
    ("Auml", 0xC4),
    ("Ouml", 0xD6),
    ("Uuml", 0xDC),
    ("szlig", 0xDF),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tags_go_and_references_become_their_byte() {
        let page = b"<html><head><title>UNB+</title></head><body><!-- x > --><p>UNA:+.? &#39;<BR/>\
            UNB&#x2b;UNOC:3+M&uuml;ller &amp; S\xF6hne&#0160;&euro;</p>\n</body>";
        assert_eq!(
            text(page),
            b"UNA:+.? '\nUNB+UNOC:3+M\xFCller & S\xF6hne &euro;\n\n"
        );
    }

    #[test]
    fn broken_markup_loses_no_text_before_it() {
        assert_eq!(text(b"UNB+1 <br"), b"UNB+1 \n");
        assert_eq!(text(b"a<style>b</stylex>c</STYLE >d"), b"ad");
        assert_eq!(text(b"a<script>b"), b"a");
        assert_eq!(text(b"a & b &; &#999; &#"), b"a & b &; &#999; &#");
    }

    proptest! {
        #[test]
        fn no_page_panics(page in "[<>&;#/!a-z\\- ]{0,200}") {
            text(page.as_bytes());
        }
    }
}
