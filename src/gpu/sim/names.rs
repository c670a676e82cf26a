//! Names of variables as the learner wrote them.

/// The innermost name of a mangled one (Itanium C++ ABI, 5.1); others as they are.
pub(super) fn readable(name: &str) -> String {
    innermost(name).unwrap_or(name).to_owned()
}

/// `_ZZ3redE4tile` is `tile`, `_ZL6lookup` is `lookup`, `_ZN2ns5countE` is `count`.
fn innermost(name: &str) -> Option<&str> {
    let rest = name.strip_prefix("_Z")?;
    // A variable of a function follows the function's whole encoding and an E.
    let (mut text, is_local) = match rest.strip_prefix('Z') {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    if is_local {
        // Of all the places after an E where a name could begin, the last that fits to the end.
        let fits = |at: &usize| {
            let after = &text[at + 1..];
            source_name(after).is_some_and(|(_, rest)| {
                rest.is_empty() || rest.starts_with('_') || rest.starts_with('.')
            })
        };
        let at = text.match_indices('E').map(|(at, _)| at).rfind(fits)?;
        return source_name(&text[at + 1..]).map(|(name, _)| name);
    }
    text = text.trim_start_matches(['N', 'L', 'K']);
    let mut last = None;
    while let Some((name, rest)) = source_name(text) {
        last = Some(name);
        text = rest.trim_start_matches('L');
    }
    last
}

/// `4tileX` as `tile` and `X`.
fn source_name(text: &str) -> Option<(&str, &str)> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let len: usize = text[..digits].parse().ok()?;
    let end = digits.checked_add(len).filter(|_| len > 0)?;
    Some((text.get(digits..end)?, text.get(end..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mangled_names_are_read() {
        for (mangled, name) in [
            ("_ZZ3redE4tile", "tile"),
            ("_ZZ9transposePKfPfiiE4tile", "tile"),
            ("_ZZ9transposePKfPfiiE4tile_0", "tile"),
            ("_ZZ1fILi32EEvPfE1s", "s"),
            ("_ZL6lookup", "lookup"),
            ("_ZN2ns5countE", "count"),
            ("gcount", "gcount"),
            ("_Z99x", "_Z99x"),
            ("_ZZ", "_ZZ"),
        ] {
            assert_eq!(readable(mangled), name);
        }
    }
}
