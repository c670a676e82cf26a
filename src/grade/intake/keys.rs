//! Keys: names for submissions that are fit for files, and unique.

use std::collections::{BTreeMap, HashMap};

use unicode_normalization::UnicodeNormalization;

/// Longest readable part of a key.
const MAX_LENGTH: usize = 60;

/// Gives every label a key: readable, lower-case ASCII, and the same whatever else is in the class
/// but for labels that would have the same key, all of which get a number of their own.
pub(super) fn keys<'a>(labels: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, String> {
    let labels: Vec<&str> = labels.collect();
    let mut count: HashMap<String, usize> = HashMap::new();
    for label in &labels {
        *count.entry(readable(label)).or_default() += 1;
    }
    labels
        .into_iter()
        .map(|label| {
            let key = readable(label);
            let is_unique = count[&key] == 1;
            let key = match is_unique {
                true => key,
                false => format!("{key}~{:016x}", hash(label)),
            };
            (label, key)
        })
        .collect()
}

fn readable(label: &str) -> String {
    let mut key = String::new();
    for c in label.nfkd().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' | '.' | '_' => key.push(c),
            // A mark that stood on the letter before.
            c if unicode_normalization::char::is_combining_mark(c) => {}
            _ if key.ends_with('-') => {}
            _ => key.push('-'),
        }
        if key.len() >= MAX_LENGTH {
            break;
        }
    }
    let key = key.trim_matches(['-', '.']);
    match key {
        // Nothing is left of a name in another script: the number tells it from others.
        "" => format!("s~{:016x}", hash(label)),
        key if label.len() > MAX_LENGTH => format!("{key}~{:016x}", hash(label)),
        key => key.to_owned(),
    }
}

/// FNV-1a: stable over versions and machines, which `std`'s hashes are not.
fn hash(text: &str) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x100_0000_01b3;
    text.bytes().fold(OFFSET, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(PRIME)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_can_be_read_and_do_not_clash() {
        let labels = [
            "Ada Lovelace_12",
            "José",
            "jose\u{301}",
            "日本",
            "../x",
            "ALICE",
            "alice",
        ];
        let keys = keys(labels.into_iter());
        assert_eq!(keys["Ada Lovelace_12"], "ada-lovelace_12");
        assert!(keys["José"].starts_with("jose~") && keys["José"] != keys["jose\u{301}"]);
        assert_eq!(keys["../x"], "x");
        assert!(keys["alice"].starts_with("alice~"));
        assert!(keys["日本"].starts_with("s~"));
    }

    proptest! {
        #[test]
        fn every_key_is_a_file_name_and_nobody_elses(labels in proptest::collection::btree_set(any::<String>(), 0..20)) {
            let keys = keys(labels.iter().map(String::as_str));
            prop_assert_eq!(keys.len(), labels.len());
            let distinct: BTreeSet<&String> = keys.values().collect();
            prop_assert_eq!(distinct.len(), labels.len());
            for key in distinct {
                prop_assert!(!key.is_empty() && key.len() < 100 && !key.starts_with('.'));
                prop_assert!(key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-~".contains(&b)));
            }
        }
    }
}
