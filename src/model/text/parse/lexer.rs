//! The pieces that lines are made of: words, numbers, strings.

use std::str::FromStr;

use crate::model::recording::Bytes;
use crate::model::text::escape::unescape;

/// What was expected and not found.
pub(super) type Expected = &'static str;

/// The part of a line that has not been read yet.
pub(super) struct Rest<'a>(pub(super) &'a str);

impl<'a> Rest<'a> {
    pub(super) fn name(&mut self, expected: Expected) -> Result<String, Expected> {
        if self.0.starts_with('`') {
            return self.backquoted();
        }
        match self.identifier() {
            "" => Err(expected),
            name => Ok(name.to_owned()),
        }
    }

    pub(super) fn identifier(&mut self) -> &'a str {
        let end = self
            .0
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
            .count();
        self.take(end)
    }

    pub(super) fn backquoted(&mut self) -> Result<String, Expected> {
        self.expect("`", "a backquote")?;
        unescaped(self.until(b'`').ok_or("a closing backquote")?)
    }

    pub(super) fn string(&mut self) -> Result<String, Expected> {
        self.expect("\"", "a string in quotes")?;
        unescaped(self.until(b'"').ok_or("a closing quote")?)
    }

    pub(super) fn bytes(&mut self) -> Result<Bytes, Expected> {
        self.expect("\"", "a string in quotes")?;
        let inner = self.until(b'"').ok_or("a closing quote")?;
        let data = unescape(inner).ok_or("a string with valid escapes")?;
        let cut = if self.eat("...") {
            self.number("the number of bytes that were cut")?
        } else {
            0
        };
        Ok(Bytes { data, cut })
    }

    /// Takes everything before the next unescaped `end`, and `end` itself.
    pub(super) fn until(&mut self, end: u8) -> Option<&'a str> {
        let bytes = self.0.as_bytes();
        let mut at = 0;
        loop {
            match bytes.get(at)? {
                b'\\' => at += 2,
                byte if *byte == end => break,
                _ => at += 1,
            }
        }
        let inner = self.0.get(..at)?;
        self.0 = &self.0[at + 1..];
        Some(inner)
    }

    pub(super) fn number<T: FromStr>(&mut self, expected: Expected) -> Result<T, Expected> {
        let len = self.integer_len();
        let number = self.0[..len].parse().map_err(|_| expected)?;
        self.take(len);
        Ok(number)
    }

    /// The length of the integer at the front; 0 if there is none.
    pub(super) fn integer_len(&self) -> usize {
        let sign = usize::from(self.0.starts_with('-'));
        let digits = self.0[sign..].bytes().take_while(u8::is_ascii_digit);
        match digits.count() {
            0 => 0,
            digits => sign + digits,
        }
    }

    pub(super) fn take(&mut self, len: usize) -> &'a str {
        let (taken, rest) = self.0.split_at(len);
        self.0 = rest;
        taken
    }

    pub(super) fn eat(&mut self, word: &str) -> bool {
        match self.0.strip_prefix(word) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    pub(super) fn expect(&mut self, word: &str, expected: Expected) -> Result<(), Expected> {
        self.eat(word).then_some(()).ok_or(expected)
    }
}

/// Takes the escapes out of text that must be UTF-8.
pub(super) fn unescaped(text: &str) -> Result<String, Expected> {
    let bytes = unescape(text).ok_or("valid escapes")?;
    String::from_utf8(bytes).map_err(|_| "UTF-8")
}
