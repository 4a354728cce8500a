//! The page: whole, well-formed, and nothing in it that leads elsewhere.

use std::collections::BTreeSet;
use std::fs;

use mscons_gateway::explain::{Source, as_page, as_text};
use mscons_gateway::message::mscons;
use mscons_gateway::text::Language;

use crate::explain::{all_fixtures, fixture};
use crate::parse::fixtures;

fn page(bytes: &[u8], language: Language) -> String {
    let file = mscons::read(bytes);
    let mut page = Vec::new();
    let source = Source {
        name: "a.edi",
        bytes,
        file: &file,
    };
    as_page(&[source], language, &mut page).unwrap();
    String::from_utf8(page).unwrap()
}

#[test]
fn the_page_has_the_raw_text_of_the_whole_file() {
    for (name, bytes) in all_fixtures() {
        if bytes.len() > 200_000 || name.contains("too_long") {
            continue;
        }
        let page = page(&bytes, Language::De);
        let mut raw = String::new();
        for piece in page.split("<div class=\"r\">").skip(1) {
            let code = piece.split_once("<code>").unwrap_or_default().1;
            let code = code.split_once("</code>").unwrap_or_default().0;
            raw.push_str(&code.replace("<b>", "").replace("</b>", ""));
        }
        let raw = raw
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&");
        // Line ends and blanks between segments are not shown; letters of other charsets are.
        let plain = |text: &str| -> String {
            let letters = text.chars();
            letters.filter(char::is_ascii_graphic).collect()
        };
        let expected: String = bytes.iter().copied().map(char::from).collect();
        let (got, mut expected) = (plain(&raw), plain(&expected));
        if name.contains("empty_segments") {
            // A terminator that ends nothing is no segment.
            while expected.contains("''") {
                expected = expected.replace("''", "'");
            }
        }
        assert_eq!(got, expected, "{name}");
    }
}

/// What is wrong with a page: elements that are not closed in order, scripts, links that leave it,
/// targets that are not there.
pub(crate) fn faults(page: &str) -> Vec<String> {
    let (mut faults, mut open, mut ids, mut links) =
        (Vec::new(), Vec::new(), BTreeSet::new(), Vec::new());
    let (style, body) = page.split_once("</style>").unwrap();
    if style.contains("url(") || style.contains("@import") {
        faults.push("the style loads something".to_owned());
    }
    let elements = format!("<html><head><style></style>{body}");
    for piece in elements.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or((piece, ""));
        if text.contains('>') {
            faults.push(format!("a > in {piece:?}"));
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        if let Some(name) = name.strip_prefix('/') {
            if open.pop() != Some(name) {
                faults.push(format!("</{name}> closes nothing"));
            }
            continue;
        }
        if !["hr", "meta"].contains(&name) {
            open.push(name);
        }
        if ["script", "img", "link", "iframe", "object", "form", "base"].contains(&name) {
            faults.push(format!("an element {name}"));
        }
        for attribute in attributes.split("\" ") {
            let (key, value) = attribute.split_once("=\"").unwrap_or((attribute, ""));
            let value = value.trim_end_matches('"');
            match key {
                "id" if !ids.insert(value.to_owned()) => {
                    faults.push(format!("{value} is there twice"));
                }
                "href" => links.push(value.to_owned()),
                "id" | "class" | "title" | "start" | "open" | "" => {}
                other => faults.push(format!("an attribute {other}")),
            }
        }
    }
    for link in links {
        let target = link.strip_prefix('#');
        if !target.is_some_and(|target| ids.contains(target)) {
            faults.push(format!("a link to {link}"));
        }
    }
    faults.extend(open.iter().map(|name| format!("<{name}> is not closed")));
    faults
}

#[test]
fn every_page_is_well_formed_and_leads_nowhere_else() {
    for (name, bytes) in all_fixtures() {
        for language in [Language::De, Language::En] {
            let page = page(&bytes, language);
            let faults = faults(&page);
            assert!(faults.is_empty(), "{name}: {faults:?}");
            assert!(
                !page.contains("http://") && !page.contains("https://"),
                "{name}"
            );
            assert!(page.starts_with(&format!(
                "<!DOCTYPE html>\n<html lang=\"{}\">",
                language.code()
            )));
        }
    }
}

#[test]
fn the_list_of_findings_names_each_in_the_order_of_the_page() {
    for path in fixtures("broken") {
        let bytes = fs::read(&path).unwrap();
        let page = page(&bytes, Language::De);
        let (index, main) = page.split_once("<main>").unwrap();
        let listed: Vec<&str> = index
            .split("<a href=\"#f")
            .skip(1)
            .map(|link| {
                link.split_once("</a>")
                    .unwrap()
                    .0
                    .split_once("\">")
                    .unwrap()
                    .1
            })
            .collect();
        let found: Vec<&str> = main
            .split("<div class=\"f\" id=\"f")
            .skip(1)
            .map(|found| {
                let title = found.split_once("<strong>").unwrap().1;
                title.split_once("</strong>").unwrap().0
            })
            .collect();
        assert_eq!(listed, found, "{}", path.display());
        let count = mscons_gateway::explain::findings(&mscons::read(&bytes)).len();
        assert_eq!(listed.len(), count, "{}", path.display());
    }
}

#[test]
fn hostile_content_stays_text() {
    let evil = "<script>alert(1)</script><img src=x onerror=y>\" onload=\"z&amp;\u{202e}\u{1b}[2J";
    let text = format!(
        "UNB+UNOY:3+{evil}+B+261124:0815+{evil}'UNH+{evil}+MSCONS:D:04B:UN:2.5'BGM+7+{evil}+9'\
         FTX+AAI+++{evil}'LOC+172+{evil}'QTY+220:{evil}'{evil}+1'UNT+6+{evil}'UNZ+1+{evil}'{evil}"
    );
    for language in [Language::De, Language::En] {
        let page = page(text.as_bytes(), language);
        let faults = faults(&page);
        assert!(faults.is_empty(), "{faults:?}");
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        assert!(!page.contains('\u{202e}') && !page.contains('\u{1b}'));
        let file = mscons::read(text.as_bytes());
        let source = Source {
            name: "a.edi",
            bytes: text.as_bytes(),
            file: &file,
        };
        let mut plain = Vec::new();
        as_text(&[source], language, &mut plain).unwrap();
        assert!(!plain.contains(&0x1B));
    }
}

#[test]
fn the_values_of_a_day_are_folded_unless_something_was_found_there() {
    let bytes = fs::read(fixture("mscons/hand_13025_96_quarters.edi")).unwrap();
    let whole = page(&bytes, Language::De);
    assert_eq!(whole.matches("<details>").count(), 1);
    assert!(whole.contains("<summary>92 weitere Werte</summary>"));
    assert!(whole.contains("keine Befunde"));
    // The value of the 60th quarter of an hour is no number.
    let text = String::from_utf8(bytes).unwrap();
    let at = text.match_indices("QTY+220:").nth(59).unwrap().0;
    let broken = format!("{}QTY+220:x{}", &text[..at], &text[at + 8..]);
    let broken = page(broken.as_bytes(), Language::En);
    assert!(broken.contains("<details open><summary>92 more values</summary>"));
    assert!(broken.contains("<li class=\"bars\"><a href=\"#f1\">quantity is no number</a>"));
}
