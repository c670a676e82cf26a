//! Escaping: every byte becomes printable ASCII, and comes back.

use std::fmt::{self, Write as _};

/// Writes `bytes` so that nothing but printable ASCII is left, and none of `special` bare.
pub(super) fn write_escaped(
    f: &mut fmt::Formatter<'_>,
    bytes: &[u8],
    special: &[u8],
) -> fmt::Result {
    // Runs of plain bytes are written at once: buffers of 64 KiB are the normal case.
    let mut rest = bytes;
    while !rest.is_empty() {
        let plain = rest
            .iter()
            .position(|byte| !is_plain(*byte, special))
            .unwrap_or(rest.len());
        let (run, after) = rest.split_at(plain);
        f.write_str(std::str::from_utf8(run).map_err(|_| fmt::Error)?)?;
        if let Some((byte, after)) = after.split_first() {
            write_escape(f, *byte, special)?;
            rest = after;
        } else {
            rest = after;
        }
    }
    Ok(())
}

fn is_plain(byte: u8, special: &[u8]) -> bool {
    (b' '..=b'~').contains(&byte) && byte != b'\\' && !special.contains(&byte)
}

fn write_escape(f: &mut fmt::Formatter<'_>, byte: u8, special: &[u8]) -> fmt::Result {
    match byte {
        b'\n' => f.write_str("\\n"),
        b'\t' => f.write_str("\\t"),
        b'\r' => f.write_str("\\r"),
        b'\\' => f.write_str("\\\\"),
        // A blank after a backslash could be lost at the end of a line.
        b' ' => f.write_str("\\x20"),
        _ if special.contains(&byte) => {
            f.write_char('\\')?;
            f.write_char(char::from(byte))
        }
        _ => write!(f, "\\x{byte:02x}"),
    }
}

/// Takes the escapes out; `None` if one of them is malformed.
///
/// Any punctuation may follow a backslash and stands for itself.
pub(super) fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        bytes.extend_from_slice(&rest[..at]);
        let (byte, len) = match *rest.get(at + 1)? {
            b'n' => (b'\n', 2),
            b't' => (b'\t', 2),
            b'r' => (b'\r', 2),
            b'x' => {
                let digits = rest.get(at + 2..at + 4)?;
                let high = char::from(digits[0]).to_digit(16)?;
                let low = char::from(digits[1]).to_digit(16)?;
                (u8::try_from(high * 16 + low).ok()?, 4)
            }
            other if other.is_ascii_punctuation() => (other, 2),
            _ => return None,
        };
        bytes.push(byte);
        rest = &rest[at + len..];
    }
    bytes.extend_from_slice(rest);
    Some(bytes)
}
