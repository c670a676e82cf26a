//! The characters of a text file that a spreadsheet or a learning platform wrote.
//!
//! Excel's "Unicode text" is UTF-16 with a byte order mark, its CSV in the West windows-1252, that
//! of platforms UTF-8 with or without the mark. What is decoded here can be encoded again to the
//! very same bytes, so that a file can be edited in place.

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How a text file is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8 without a byte order mark.
    Utf8,
    /// UTF-8 with one.
    Utf8Mark,
    /// UTF-16, least significant byte first, with a byte order mark.
    Utf16Le,
    /// UTF-16, most significant byte first, with a byte order mark.
    Utf16Be,
    /// What is none of these: one byte a character.
    Windows1252,
}

/// The text of a file, and how it is encoded: by the byte order mark, else UTF-8 if it is valid,
/// else windows-1252. Broken UTF-16 has U+FFFD where it is broken.
pub fn decode(bytes: &[u8]) -> (String, Charset) {
    const MARK_UTF8: &[u8] = b"\xef\xbb\xbf";
    if let Some(rest) = bytes.strip_prefix(MARK_UTF8)
        && let Ok(text) = std::str::from_utf8(rest)
    {
        return (text.to_owned(), Charset::Utf8Mark);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        let (text, _) = UTF_16LE.decode_without_bom_handling(rest);
        return (text.into_owned(), Charset::Utf16Le);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        let (text, _) = UTF_16BE.decode_without_bom_handling(rest);
        return (text.into_owned(), Charset::Utf16Be);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), Charset::Utf8),
        Err(_) => {
            let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
            (text.into_owned(), Charset::Windows1252)
        }
    }
}

/// The bytes of a text; `None` if the charset lacks a character of it.
pub fn encode(text: &str, charset: Charset) -> Option<Vec<u8>> {
    match charset {
        Charset::Utf8 => Some(text.as_bytes().to_vec()),
        Charset::Utf8Mark => Some([b"\xef\xbb\xbf", text.as_bytes()].concat()),
        Charset::Utf16Le => Some(
            [0xfeff]
                .into_iter()
                .chain(text.encode_utf16())
                .flat_map(u16::to_le_bytes)
                .collect(),
        ),
        Charset::Utf16Be => Some(
            [0xfeff]
                .into_iter()
                .chain(text.encode_utf16())
                .flat_map(u16::to_be_bytes)
                .collect(),
        ),
        Charset::Windows1252 => {
            let (bytes, _, has_lost) = WINDOWS_1252.encode(text);
            (!has_lost).then(|| bytes.into_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_mark_decides_and_else_what_is_valid() {
        let utf16: Vec<u8> = [0xfeffu16, 0x0061, 0x00e9]
            .iter()
            .flat_map(|unit| unit.to_le_bytes())
            .collect();
        assert_eq!(decode(&utf16), ("aé".to_owned(), Charset::Utf16Le));
        assert_eq!(decode("aé".as_bytes()), ("aé".to_owned(), Charset::Utf8));
        assert_eq!(decode(b"a\xe9"), ("aé".to_owned(), Charset::Windows1252));
        assert_eq!(
            decode(b"\xef\xbb\xbfa"),
            ("a".to_owned(), Charset::Utf8Mark)
        );
        assert_eq!(encode("日", Charset::Windows1252), None);
    }

    proptest! {
        #[test]
        fn bytes_come_back(text in any::<String>(), bytes in any::<Vec<u8>>()) {
            for charset in [Charset::Utf8Mark, Charset::Utf16Le, Charset::Utf16Be] {
                let encoded = encode(&text, charset).unwrap();
                prop_assert_eq!(decode(&encoded), (text.clone(), charset));
            }
            let (decoded, charset) = decode(&bytes);
            if !matches!(charset, Charset::Utf16Le | Charset::Utf16Be) {
                prop_assert_eq!(encode(&decoded, charset), Some(bytes));
            }
        }
    }
}
