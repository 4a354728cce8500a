//! The sentences of the reader in German.
//!
//! The reader tells in English what it found, and fills in what stood there. A sentence here has
//! both languages with the same places left open; a test demands one for each fixture.

use crate::explain::words::Words;

/// The German sentence; `None` if there is none for it.
pub(super) fn sentence(detail: &str) -> Option<String> {
    // The last finding of a file tells how many found no room.
    if let Some((first, count)) = detail
        .strip_suffix(" findings more)")
        .and_then(|detail| detail.rsplit_once(" (and "))
    {
        return Some(format!(
            "{} (und {count} weitere Befunde)",
            sentence(first)?
        ));
    }
    SENTENCES.iter().find_map(|words| {
        let filled = open_places(words.en, detail)?;
        let mut filled = filled.into_iter();
        let mut sentence = String::new();
        for (n, part) in words.de.split(OPEN).enumerate() {
            if n > 0 {
                sentence.push_str(&of_una(filled.next().unwrap_or_default()));
            }
            sentence.push_str(part);
        }
        Some(sentence)
    })
}

/// What stands in the open places of a pattern; `None` if the text is not of it.
fn open_places<'t>(pattern: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let mut parts = pattern.split(OPEN);
    let mut rest = text.strip_prefix(parts.next()?)?;
    let mut filled = Vec::new();
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        let end = if parts.peek().is_none() {
            rest.len().checked_sub(part.len())
        } else {
            rest.find(part)
        }?;
        let (before, behind) = rest.split_at_checked(end)?;
        filled.push(before);
        rest = behind.strip_prefix(part)?;
    }
    rest.is_empty().then_some(filled)
}

/// A fault of UNA names places and kinds of characters in words.
fn of_una(text: &str) -> String {
    let is_fault = SERVICE_CHARACTERS
        .iter()
        .any(|words| text.ends_with(words.en) || text.ends_with(LETTER_OR_DIGIT.en));
    let mut text = text.to_owned();
    if is_fault {
        let words = SERVICE_CHARACTERS.iter().chain([&LETTER_OR_DIGIT]);
        for words in words.chain(&BETWEEN_SERVICE_CHARACTERS) {
            text = text.replace(words.en, words.de);
        }
    }
    text
}

const OPEN: &str = "{}";

/// The sentences of the reader, as `{}` leaves them open.
const SENTENCES: [Words; 32] = [
    Words::new(
        "{} Bytes, die zu keiner Übertragungsdatei gehören",
        "{} bytes that belong to no interchange",
    ),
    Words::new(
        "eine Nachricht (UNH) steht außerhalb einer Übertragungsdatei (UNB … UNZ)",
        "a message (UNH) stands outside of an interchange (UNB … UNZ)",
    ),
    Words::new(
        "UNA nennt {} als Dezimalzeichen; gelesen werden \".\" und \",\"",
        "UNA names {} as decimal mark; \".\" and \",\" are read",
    ),
    Words::new(
        "UNA nennt {}; es gelten die üblichen \":+.? '\"",
        "UNA names {}; the usual \":+.? '\" are used",
    ),
    Words::new(
        "ein Segment mit {} Bytes; gelesen werden höchstens {}",
        "a segment of {} bytes; {} are the most that is read",
    ),
    Words::new(
        "eine Kennung mit {} Bytes; gelesen werden höchstens {}",
        "an identifier of {} bytes; {} are the most that is read",
    ),
    Words::new(
        "UNB 0001 ist {}; gelesen wie ISO 8859-1 (UNOC)",
        "UNB 0001 is {}; read as ISO 8859-1 (UNOC)",
    ),
    Words::new(
        "UNZ nennt die Übertragungsdatei {}, UNB {}",
        "UNZ names interchange {}, UNB {}",
    ),
    Words::new(
        "{} nennt {} Nachrichten, es sind {}",
        "{} says {} messages, there are {}",
    ),
    Words::new(
        "{} nennt {} Gruppen, es sind {}",
        "{} says {} groups, there are {}",
    ),
    Words::new(
        "{} nennt {} Segmente, es sind {}",
        "{} says {} segments, there are {}",
    ),
    Words::new(
        "den letzten {} Bytes fehlt das Segment-Endezeichen",
        "the last {} bytes have no segment terminator",
    ),
    Words::new(
        "die Übertragungsdatei endet ohne UNZ",
        "the interchange ends without UNZ",
    ),
    Words::new(
        "im UNH fehlt die Nachrichtenreferenz (0062)",
        "UNH does not say the message's reference (0062)",
    ),
    Words::new(
        "im UNH fehlt der Nachrichtentyp (0065)",
        "UNH does not say the message's type (0065)",
    ),
    Words::new(
        "ab Segment {} bis UNT steht nichts in einer Nachricht: UNH fehlt oder ist beschädigt",
        "from segment {} to UNT nothing stands in a message: UNH is missing or broken",
    ),
    Words::new(
        "UNT nennt die Nachricht {}, UNH {}",
        "UNT names message {}, UNH {}",
    ),
    Words::new(
        "die Nachricht {} endet ohne UNT",
        "message {} ends without UNT",
    ),
    Words::new(
        "ein Storno ohne RFF+ACW sagt nicht, was storniert wird",
        "a cancellation without RFF+ACW does not say what it cancels",
    ),
    Words::new("die Nachricht hat kein QTY", "the message has no QTY"),
    Words::new("der Nachricht fehlt {}", "the message has no {}"),
    Words::new("{} ist keine Zahl", "{} is no number"),
    Words::new(
        "mehr als {} Teile in einer Nachricht; der Rest wird übergangen",
        "more than {} parts in a message; the rest is left out",
    ),
    Words::new(
        "Prüfidentifikator {} ist nicht bekannt; die Werte werden trotzdem gelesen",
        "Prüfidentifikator {} is not known; its values are read all the same",
    ),
    Words::new(
        "die Menge {} ist keine Zahl mit höchstens 18 Ziffern",
        "the quantity {} is no number of at most 18 digits",
    ),
    Words::new(
        "das Nachrichtendatum {} ist keine Zeit",
        "the document date {} is no time",
    ),
    Words::new(
        "{} ist keine Zeit im Format {}",
        "{} is no time of the format {}",
    ),
    Words::new(
        "die Prüfziffer von {} stimmt nicht",
        "the check digit of {} does not fit",
    ),
    Words::new(
        "das Segment {} gehört nicht zu MSCONS und wird übergangen",
        "segment {} is not one of MSCONS; left out",
    ),
    Words::new(
        "{} hat Bytes, die {} (UNB 0001) nicht kennt",
        "{} has bytes that {} (UNB 0001) does not have",
    ),
    Words::new(
        "das Intervall von {} endet um {}",
        "the interval from {} ends at {}",
    ),
    Words::new(
        "mehr als {} Werte oder {} Nachrichten in einer Übertragungsdatei: den Absender bitten, sie zu teilen",
        "more than {} values or {} messages in one interchange: ask the sender to split it",
    ),
];

const SERVICE_CHARACTERS: [Words; 4] = [
    Words::new("Trennzeichen der Komponenten", "component separator"),
    Words::new("Trennzeichen der Elemente", "element separator"),
    Words::new("Freigabezeichen", "release character"),
    Words::new("Segment-Endezeichen", "terminator"),
];
const LETTER_OR_DIGIT: Words =
    Words::new(", ein Buchstabe oder eine Ziffer", ", a letter or digit");
const BETWEEN_SERVICE_CHARACTERS: [Words; 3] = [
    Words::new(" und als ", " and as "),
    Words::new(" als ", " as "),
    Words::new("ein Zeilenende", "a line end"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_told_in_german_with_what_was_filled_in() {
        for (english, expected) in [
            (
                "UNT says \"99\" segments, there are 15",
                "UNT nennt \"99\" Segmente, es sind 15",
            ),
            (
                "UNA names \":\" as component separator and as terminator; the usual \":+.? '\" are used",
                "UNA nennt \":\" als Trennzeichen der Komponenten und als Segment-Endezeichen; es gelten die üblichen \":+.? '\"",
            ),
            (
                "UNA names \"X\" as release character, a letter or digit; the usual \":+.? '\" are used",
                "UNA nennt \"X\" als Freigabezeichen, ein Buchstabe oder eine Ziffer; es gelten die üblichen \":+.? '\"",
            ),
            (
                "the message has no QTY (and 12 findings more)",
                "die Nachricht hat kein QTY (und 12 weitere Befunde)",
            ),
        ] {
            assert_eq!(sentence(english).as_deref(), Some(expected));
        }
        assert_eq!(sentence("something new"), None);
    }

    #[test]
    fn both_languages_leave_the_same_places_open() {
        for words in SENTENCES {
            let count = |text: &str| text.matches(OPEN).count();
            assert_eq!(count(words.de), count(words.en), "{}", words.en);
        }
    }
}
