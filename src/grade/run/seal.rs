//! Files that say of themselves whether they are whole.
//!
//! `{"key":"K","sha256":"H","body":B}`, where H is the SHA-256 of K and the very bytes of B. A file
//! that was written half, by whatever, is not taken for a result; and one that was renamed is not
//! taken for another's.

use std::fmt::Write as _;

use ring::digest::{Context, SHA256};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Why a file is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// It is cut short, or something else.
    #[error("is not whole: it was cut short, or is something else")]
    Form,
    /// Its content is not the one that was sealed.
    #[error("was changed: its checksum is that of something else")]
    Checksum,
    /// It is of another key.
    #[error("belongs to {0}")]
    Key(String),
    /// Its content is of another version.
    #[error("cannot be understood")]
    Body(#[from] serde_json::Error),
}

const KEY: &str = "{\"key\":\"";
const DIGEST: &str = "\",\"sha256\":\"";
const BODY: &str = "\",\"body\":";
const END: &str = "}\n";

/// Whether a key can stand in a sealed file and in a file's name.
pub(super) fn is_key(key: &str) -> bool {
    !key.is_empty() && key.len() <= 64 && key.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The text of a sealed file. The key must be one that [`is_key`].
///
/// # Errors
/// If the body cannot be written as JSON.
pub(super) fn sealed(key: &str, body: &impl Serialize) -> Result<String, serde_json::Error> {
    let body = serde_json::to_string(body)?;
    Ok(format!(
        "{KEY}{key}{DIGEST}{}{BODY}{body}{END}",
        digest(key, &body)
    ))
}

/// The body of a sealed file of this key.
///
/// # Errors
/// What is wrong with it.
pub(super) fn unsealed<T: DeserializeOwned>(key: &str, text: &str) -> Result<T, SealError> {
    let parts = || {
        let rest = text.strip_prefix(KEY)?.strip_suffix(END)?;
        let (found, rest) = rest.split_once(DIGEST)?;
        let (digest, body) = rest.split_once(BODY)?;
        Some((found, digest, body))
    };
    let (found, stated, body) = parts().ok_or(SealError::Form)?;
    if digest(found, body) != stated {
        return Err(SealError::Checksum);
    }
    if found != key {
        return Err(SealError::Key(crate::ui::shortened(found)));
    }
    Ok(serde_json::from_str(body)?)
}

/// SHA-256 of the parts, each with its length, in hexadecimal.
pub(super) fn digest_of<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut digest = Context::new(&SHA256);
    for part in parts {
        // Else one part could run into the next.
        digest.update(&(part.len() as u64).to_le_bytes());
        digest.update(part.as_bytes());
    }
    let mut text = String::new();
    for byte in digest.finish().as_ref() {
        let _infallible = write!(text, "{byte:02x}");
    }
    text
}

fn digest(key: &str, body: &str) -> String {
    digest_of([key, body])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_was_sealed_comes_back() {
        let text = sealed("ab12", &vec!["\"}\n{", "body"]).unwrap();
        assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
        let body: Vec<String> = unsealed("ab12", &text).unwrap();
        assert_eq!(body, ["\"}\n{", "body"]);
        let other = unsealed::<Vec<String>>("ab13", &text).unwrap_err();
        assert_eq!(other.to_string(), "belongs to ab12");
        let renamed = text.replace("ab12", "ab13");
        assert!(matches!(
            unsealed::<Vec<String>>("ab13", &renamed),
            Err(SealError::Checksum)
        ));
    }

    proptest! {
        #[test]
        fn no_part_of_a_file_is_taken_for_the_whole(numbers in proptest::collection::vec(any::<u32>(), 0..20), cut in 0.0..1.0, flip in any::<u8>()) {
            let text = sealed("c0ffee", &numbers).unwrap();
            prop_assert_eq!(unsealed::<Vec<u32>>("c0ffee", &text).unwrap(), numbers);
            let at = ((text.len() as f64) * cut) as usize;
            prop_assert!(unsealed::<Vec<u32>>("c0ffee", &text[..at]).is_err());
            let mut bytes = text.into_bytes();
            if flip != 0 {
                bytes[at] ^= flip;
                let changed = String::from_utf8_lossy(&bytes).into_owned();
                prop_assert!(unsealed::<Vec<u32>>("c0ffee", &changed).is_err());
            }
        }

        #[test]
        fn no_text_breaks_it(text in any::<String>()) {
            prop_assert!(unsealed::<Vec<u32>>("a", &text).is_err());
        }
    }
}
