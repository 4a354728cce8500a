//! Which file names are meant: a pattern with `*` and `?`, and names that mean "not yet". Pure.

/// Whether a name fits a pattern: `*` is any number of characters, `?` is one; large and small
/// letters are the same, since senders mix them.
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_lowercase(), name.to_lowercase());
    let mut parts = pattern.split('*');
    let beginning = parts.next().unwrap_or_default();
    let Some(mut rest) = after(&name, beginning) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(end) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match starts(rest).find_map(|from| after(from, part)) {
            Some(behind) => rest = behind,
            None => return false,
        }
    }
    starts(rest).any(|from| after(from, end) == Some(""))
}

/// What follows `part` at the beginning of `text`, where `?` stands for any character.
fn after<'a>(text: &'a str, part: &str) -> Option<&'a str> {
    let mut rest = text.chars();
    for wanted in part.chars() {
        let found = rest.next()?;
        if wanted != '?' && wanted != found {
            return None;
        }
    }
    Some(rest.as_str())
}

/// The text from each of its characters on, and its end.
fn starts(text: &str) -> impl Iterator<Item = &str> {
    let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    ends.filter_map(|at| text.get(at..))
}

/// Whether a name says that the file is not ready: programs that copy write under such names first,
/// and rename at the end.
pub(super) fn is_temporary(name: &str) -> bool {
    let name = name.to_lowercase();
    name.starts_with(['.', '~'])
        || name.ends_with('~')
        || TEMPORARY.iter().any(|ending| name.ends_with(ending))
}

/// Of rsync and others, `WinSCP`, browsers, editors.
const TEMPORARY: [&str; 9] = [
    ".part",
    ".partial",
    ".filepart",
    ".tmp",
    ".temp",
    ".crdownload",
    ".download",
    ".swp",
    ".lock",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks_stand_for_characters() {
        for (pattern, name) in [
            ("*", "a.edi"),
            ("*.edi", "A.EDI"),
            ("mscons_?.*", "MSCONS_1.txt"),
            ("*a*b*", "xaxbx"),
            ("*.e?i", "ab.edi.edi"),
            ("zähler*", "Zähler 7.txt"),
            ("a.edi", "a.edi"),
        ] {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("*.edi", "a.edi.txt"),
            ("?", ""),
            ("?", "ab"),
            ("a*", "ba"),
            ("*ab*ab", "ab"),
            ("", "a"),
        ] {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn names_of_files_under_way_are_known() {
        for name in [
            ".a.edi",
            "a.edi.PART",
            "a.tmp",
            "~$a.zip",
            "a~",
            "a.filepart",
        ] {
            assert!(is_temporary(name), "{name}");
        }
        assert!(!is_temporary("a.edi") && !is_temporary("parts.txt"));
    }
}
