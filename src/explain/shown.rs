//! Text from a stranger, made fit to be looked at.

/// The same with a picture for each control character (`␀`, `␛`), and `�` for what would turn or
/// hide the text around it: nothing that moves a cursor, and nothing that a person does not see.
pub(super) fn printable(text: String) -> String {
    if text.chars().all(is_plain) {
        return text;
    }
    text.chars().map(picture).collect()
}

/// At most so many characters, the last of them `…` if any were cut.
pub(super) fn cut(text: &str, characters: usize) -> String {
    if text.char_indices().nth(characters).is_none() {
        return text.to_owned();
    }
    let kept = text.chars().take(characters.saturating_sub(1));
    kept.chain(['…']).collect()
}

fn is_plain(character: char) -> bool {
    !character.is_control() && !is_hidden(character)
}

fn picture(character: char) -> char {
    match character {
        '\0'..='\u{1f}' => {
            char::from_u32(0x2400 + u32::from(character)).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        '\u{7f}' => '\u{2421}',
        hidden if !is_plain(hidden) => char::REPLACEMENT_CHARACTER,
        plain => plain,
    }
}

/// Marks of direction and other characters without a shape, and those that XML cannot hold.
fn is_hidden(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_a_cursor_or_hides_becomes_a_picture() {
        let shown = printable("a\u{1b}[2J\u{202e}b\u{7f}\u{85}\0".to_owned());
        assert_eq!(shown, "a␛[2J\u{fffd}b␡\u{fffd}␀");
        assert_eq!(printable("Zähler+1'".to_owned()), "Zähler+1'");
    }

    #[test]
    fn a_long_text_is_cut_at_characters() {
        assert_eq!(cut("Zähler", 6), "Zähler");
        assert_eq!(cut("Zähler", 4), "Zäh…");
    }
}
