//! Text from submissions, made harmless and visible before it is shown.

/// Bytes of a value that are shown; the rest is in the JSON form.
const SHOWN: usize = 2048;

/// Marks that may stand on one letter; more only serve to write over other lines.
const MARKS: usize = 2;

/// Whether a character can be sent to a terminal and does what it looks like.
///
/// Not so: control characters (C0, DEL, C1), whatever changes the direction of text, blanks of
/// no or odd width, private and unassigned characters. Marks that combine with the letter before
/// them are safe here.
pub fn is_safe(c: char) -> bool {
    is_plain(c) || is_mark(c) || c.escape_debug().len() == 1
}

/// The text with every unsafe character written as an escape: `\n`, `\x1b`, `\u{202e}`.
///
/// Backslashes stay as they are: what comes here is a name, a sentence, or already quoted.
pub fn visible(text: &str) -> String {
    if text.chars().all(is_plain) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len());
    let mut marks = MARKS;
    for c in text.chars() {
        marks = if is_mark(c) { marks + 1 } else { 0 };
        match c {
            '\n' => shown.push_str("\\n"),
            '\t' => shown.push_str("\\t"),
            '\r' => shown.push_str("\\r"),
            c if is_safe(c) && marks <= MARKS => shown.push(c),
            c if c.is_ascii() => shown.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => shown.extend(c.escape_unicode()),
        }
    }
    shown
}

/// At most 2 kB of the text, which is already visible, and how much is missing.
pub fn shortened(text: &str) -> String {
    if text.len() <= SHOWN {
        return text.to_owned();
    }
    let cut = (0..=SHOWN)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    format!(
        "{}… ({} more bytes; --format json has all)",
        &text[..cut],
        text.len() - cut
    )
}

/// Whether the character is one of those that ASCII prints: most of all text, and safe.
fn is_plain(c: char) -> bool {
    matches!(c, ' '..='~')
}

/// Whether the character is drawn onto the one before it.
fn is_mark(c: char) -> bool {
    // The standard library escapes such a character at the start of a string only.
    !c.is_ascii()
        && c.escape_debug().len() > 1
        && ['a', c].iter().collect::<String>().escape_debug().count() == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_written_out() {
        assert_eq!(visible("a\x1b[31mb\x07"), "a\\x1b[31mb\\x07");
        assert_eq!(visible("a\nb\tc\rd\x7f\0"), "a\\nb\\tc\\rd\\x7f\\x00");
        assert_eq!(visible("\u{9b}31m"), "\\u{9b}31m");
    }

    #[test]
    fn what_a_reader_cannot_see_is_written_out() {
        assert_eq!(visible("evil\u{202e}c.txt"), "evil\\u{202e}c.txt");
        assert_eq!(
            visible("a\u{200b}b\u{a0}c\u{2066}"),
            "a\\u{200b}b\\u{a0}c\\u{2066}"
        );
        assert_eq!(
            visible("\u{2028}\u{feff}\u{e0041}"),
            "\\u{2028}\\u{feff}\\u{e0041}"
        );
    }

    #[test]
    fn what_people_write_stays() {
        for text in [
            "write(3, \"a\\n\", 2) = 2",
            "it's 5 µs, naïve",
            "日本語",
            "e\u{301}te",
        ] {
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn what_ascii_prints_is_safe_and_nothing_else_of_it() {
        let safe: String = (0..=0x7f_u8)
            .map(char::from)
            .filter(|c| is_safe(*c))
            .collect();
        let printed: String = (0x20..0x7f_u8).map(char::from).collect();
        assert_eq!(safe, printed);
        assert_eq!(visible(&printed), printed);
    }

    #[test]
    fn marks_do_not_pile_up() {
        assert_eq!(
            visible("a\u{301}\u{302}\u{303}b\u{301}"),
            "a\u{301}\u{302}\\u{303}b\u{301}"
        );
        assert_eq!(visible("\u{301}a"), "\\u{301}a");
    }

    #[test]
    fn long_values_are_shortened_at_a_character() {
        let text = "é".repeat(2000);
        let short = shortened(&text);
        assert!(
            short.ends_with("é… (1952 more bytes; --format json has all)"),
            "{short}"
        );
        assert_eq!(shortened("short"), "short");
    }
}
