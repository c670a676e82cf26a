//! Pieces of strace's notation: addresses, octal modes, quoted strings, arrays.

use std::fmt::Write;

/// An address: `NULL` or `0x7ffd1234`.
pub(crate) fn address(value: u64) -> String {
    if value == 0 {
        "NULL".to_owned()
    } else {
        hex(value)
    }
}

/// A number in hexadecimal; `0` stays `0`.
pub(crate) fn hex(value: u64) -> String {
    if value == 0 {
        "0".to_owned()
    } else {
        format!("{value:#x}")
    }
}

/// Permission bits: `0644`, `000`.
pub(crate) fn octal(mode: u32) -> String {
    let digits = format!("0{mode:o}");
    format!("{digits:0>3}")
}

/// A user or group id, -1 being "leave it".
pub(crate) fn id(value: u32) -> i64 {
    if value == u32::MAX {
        -1
    } else {
        i64::from(value)
    }
}

/// Bytes in double quotes, escaped as the text form of a recording escapes them; `...` follows
/// if bytes are missing.
pub(crate) fn quoted(bytes: &[u8], is_cut: bool) -> String {
    let mut text = String::with_capacity(bytes.len() + 5);
    text.push('"');
    for byte in bytes {
        match byte {
            b'"' => text.push_str("\\\""),
            b'\\' => text.push_str("\\\\"),
            b'\n' => text.push_str("\\n"),
            b'\t' => text.push_str("\\t"),
            b'\r' => text.push_str("\\r"),
            b' '..=b'~' => text.push(char::from(*byte)),
            _ => write!(text, "\\x{byte:02x}").unwrap_or_default(),
        }
    }
    text.push('"');
    if is_cut {
        text.push_str("...");
    }
    text
}

/// `[a, b, ...]`: the elements, and an ellipsis if there are more.
pub(crate) fn array(elements: &[String], is_cut: bool) -> String {
    let mut text = format!("[{}", elements.join(", "));
    if is_cut {
        text.push_str(if elements.is_empty() { "..." } else { ", ..." });
    }
    text.push(']');
    text
}
