//! PTX text as tokens (PTX ISA, 4.2 to 4.5).

use super::{Number, ParseError};

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'a> {
    /// A directive, opcode or identifier with all its points: `.reg`, `ld.global.f32`, `%tid.x`.
    Word(&'a str),
    /// A literal.
    Number(Number),
    /// What is between quotation marks, escapes as they are.
    Text(&'a str),
    /// Anything else, a character.
    Mark(u8),
}

/// A token with the line that it is in.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Located<'a> {
    pub(super) token: Token<'a>,
    pub(super) line: u32,
}

fn begins_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$' | b'%' | b'.')
}

fn goes_on(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'%' | b'.')
}

/// The whole text as tokens, comments and preprocessor lines aside.
pub(super) fn tokens(text: &str) -> Result<Vec<Located<'_>>, ParseError> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let (mut at, mut line) = (0, 1);
    while let Some(&byte) = bytes.get(at) {
        let rest = &bytes[at..];
        if byte == b'\n' {
            line += 1;
            at += 1;
        } else if byte.is_ascii_whitespace() || byte == 0 {
            at += 1;
        } else if rest.starts_with(b"//") || byte == b'#' {
            at += rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
        } else if rest.starts_with(b"/*") {
            let end = rest[2..].windows(2).position(|pair| pair == b"*/");
            let len = end.map_or(rest.len(), |end| end + 4);
            line += newlines(&rest[..len]);
            at += len;
        } else if byte == b'"' {
            let len = text_length(rest).ok_or_else(|| ParseError {
                line,
                what: "a text that does not end".to_owned(),
            })?;
            let token = Token::Text(&text[at + 1..at + len - 1]);
            found.push(Located { token, line });
            line += newlines(&rest[..len]);
            at += len;
        } else if byte.is_ascii_digit() {
            let mut len = rest.iter().position(|b| !goes_on(*b)).unwrap_or(rest.len());
            // 1.5e-3: the sign belongs to the number.
            if rest[..len].contains(&b'.') && rest[len - 1].eq_ignore_ascii_case(&b'e') {
                let exponent = rest[len..]
                    .iter()
                    .skip(1)
                    .take_while(|b| b.is_ascii_digit());
                len += 1 + exponent.count();
            }
            let literal = text.get(at..at + len).unwrap_or_default();
            let number = number(literal).ok_or_else(|| ParseError {
                line,
                what: format!("{literal} is no number"),
            })?;
            found.push(Located {
                token: Token::Number(number),
                line,
            });
            at += len;
        } else if begins_word(byte) {
            let len = word_length(rest);
            let token = Token::Word(&text[at..at + len]);
            found.push(Located { token, line });
            at += len;
        } else if byte.is_ascii_graphic() {
            found.push(Located {
                token: Token::Mark(byte),
                line,
            });
            at += 1;
        } else {
            return Err(ParseError {
                line,
                what: format!("a byte {byte:#04x} that PTX has no use for"),
            });
        }
    }
    Ok(found)
}

fn newlines(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.iter().filter(|b| **b == b'\n').count()).unwrap_or(u32::MAX / 2)
}

/// A word's length; `::` is part of it (`.shared::cta`), a single colon is not.
fn word_length(bytes: &[u8]) -> usize {
    let mut at = 0;
    loop {
        if bytes.get(at).is_some_and(|b| goes_on(*b)) {
            at += 1;
        } else if bytes[at..].starts_with(b"::") && bytes.get(at + 2).is_some_and(|b| goes_on(*b)) {
            at += 2;
        } else {
            return at;
        }
    }
}

/// The length of a text with its quotation marks.
fn text_length(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'\\' => at += 2,
            b'"' => return Some(at + 1),
            _ => at += 1,
        }
    }
}

fn number(literal: &str) -> Option<Number> {
    let lower = literal.to_ascii_lowercase();
    if let Some(digits) = lower.strip_prefix("0f") {
        let bits = u32::from_str_radix(digits, 16).ok();
        return bits.filter(|_| digits.len() == 8).map(Number::Single);
    }
    if let Some(digits) = lower.strip_prefix("0d") {
        let bits = u64::from_str_radix(digits, 16).ok();
        return bits.filter(|_| digits.len() == 16).map(Number::Double);
    }
    if lower.contains('.') {
        return lower
            .parse::<f64>()
            .ok()
            .map(|n| Number::Double(n.to_bits()));
    }
    let digits = lower.strip_suffix('u').unwrap_or(&lower);
    let (digits, radix) = match digits.get(..2) {
        Some("0x") => (&digits[2..], 16),
        Some("0b") => (&digits[2..], 2),
        Some(_) if digits.starts_with('0') => (&digits[1..], 8),
        _ => (digits, 10),
    };
    u64::from_str_radix(digits, radix).ok().map(Number::Int)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<Token<'_>> {
        tokens(text)
            .unwrap()
            .into_iter()
            .map(|located| located.token)
            .collect()
    }

    #[test]
    fn words_keep_their_points() {
        use Token::{Mark, Word};
        assert_eq!(
            words("@!%p1 bra $L__BB0_2; // gone\nld.shared::cta.u32 %r1"),
            [
                Mark(b'@'),
                Mark(b'!'),
                Word("%p1"),
                Word("bra"),
                Word("$L__BB0_2"),
                Mark(b';'),
                Word("ld.shared::cta.u32"),
                Word("%r1"),
            ]
        );
    }

    #[test]
    fn numbers_of_every_notation() {
        let ints: Vec<Token> = words("12 0x1F 017 0b101 7U 0");
        let expected = [12, 31, 15, 5, 7, 0].map(|n| Token::Number(Number::Int(n)));
        assert_eq!(ints, expected);
        assert_eq!(
            words("0f3F800000 0d3FF0000000000000 1.5e-3 2.5"),
            [
                Token::Number(Number::Single(0x3f80_0000)),
                Token::Number(Number::Double(1.0f64.to_bits())),
                Token::Number(Number::Double(1.5e-3f64.to_bits())),
                Token::Number(Number::Double(2.5f64.to_bits())),
            ]
        );
    }

    #[test]
    fn errors_name_their_line() {
        assert_eq!(tokens("a\n\"b").unwrap_err().line, 2);
        assert_eq!(tokens("a\n\n0x").unwrap_err().line, 3);
        assert_eq!(tokens("/* \n */ \u{e9}").unwrap_err().line, 2);
        assert_eq!(tokens("0f12").unwrap_err().what, "0f12 is no number");
    }
}
