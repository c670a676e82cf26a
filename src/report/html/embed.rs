//! JSON that can stand in the middle of a page whatever is in it.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use crate::ui::is_safe;

/// The value as JSON in which no character means anything to HTML, to a script or to a terminal.
///
/// Strings hold no `<`, `>`, `&`, no line or paragraph separator, no control character and nothing
/// that changes the direction of text: these are written as `\uXXXX`, which is the same JSON.
pub(super) fn json<T: Serialize>(value: &T) -> String {
    let mut written = Vec::new();
    value
        .serialize(&mut Serializer::with_formatter(&mut written, Inert))
        .expect("the value has only string keys and is written to memory");
    String::from_utf8(written).expect("JSON is UTF-8")
}

/// Text for the page itself, outside of its data.
pub(super) fn text(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '"' => written.push_str("&quot;"),
            '\'' => written.push_str("&#39;"),
            c => written.push(c),
        }
    }
    written
}

struct Inert;

impl Formatter for Inert {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let is_inert = |c: char| !matches!(c, '<' | '>' | '&') && is_safe(c);
        let mut rest = fragment;
        while let Some(at) = rest.find(|c| !is_inert(c)) {
            writer.write_all(&rest.as_bytes()[..at])?;
            let Some(c) = rest[at..].chars().next() else {
                break;
            };
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &rest[at + c.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }
}
