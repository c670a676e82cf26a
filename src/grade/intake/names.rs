//! Which names in an archive are names of files, and which are attacks or accidents.

use std::fmt;

/// Longest name of a file, in bytes; see path_resolution(7).
const MAX_NAME: usize = 255;

/// Longest path within a submission, in bytes: a quarter of PATH_MAX, since more goes before it.
const MAX_PATH: usize = 1024;

/// Characters that change the direction of what follows them, or cannot be seen: "main.c" may be
/// something else; see Unicode Technical Report 36.
const DECEIVING: &[(char, char)] = &[
    ('\u{61c}', '\u{61c}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{fff9}', '\u{fffb}'),
    ('\u{e0000}', '\u{e007f}'),
];

/// Names that Windows keeps for devices; harmless here, and not there.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul"];

/// What operating systems and tools leave behind, and nobody wrote.
const JUNK: &[&str] = &[
    "__MACOSX",
    ".DS_Store",
    "Thumbs.db",
    "desktop.ini",
    ".Spotlight-V100",
    ".Trashes",
    ".fseventsd",
    "__pycache__",
    ".git",
    ".svn",
    ".hg",
    "@eaDir",
];

/// Why a name is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameProblem {
    /// Nothing, or nothing but dots and slashes.
    Empty,
    /// Begins at the root, or with a drive.
    Absolute,
    /// Goes up.
    Up,
    /// Has a backslash, which is a separator elsewhere.
    Backslash,
    /// Has NUL or another control character.
    Control,
    /// Has characters that cannot be seen or change the direction of text.
    Deceiving,
    /// Is longer than a file system takes.
    Long,
    /// Is not UTF-8.
    Encoding,
}

impl fmt::Display for NameProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "its name is empty",
            Self::Absolute => "its name begins at the root",
            Self::Up => "its name leads out by \"..\"",
            Self::Backslash => "its name has a backslash",
            Self::Control => "its name has control characters",
            Self::Deceiving => "its name has characters that cannot be seen",
            Self::Long => "its name is too long",
            Self::Encoding => "its name is not UTF-8",
        })
    }
}

/// The parts of a path below a submission; `.` and double slashes are left out.
///
/// # Errors
/// If the path could lead out, or deceive who reads it.
pub fn checked_path(path: &str) -> Result<Vec<String>, NameProblem> {
    let drive = path.as_bytes().get(..2);
    if path.starts_with('/')
        || drive.is_some_and(|d| {
            d[0].is_ascii_alphabetic() && d[1] == b':' && path[2..].starts_with(['/', '\\'])
        })
    {
        return Err(NameProblem::Absolute);
    }
    if path.len() > MAX_PATH {
        return Err(NameProblem::Long);
    }
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => return Err(NameProblem::Up),
            part => {
                check(part)?;
                parts.push(part.to_owned());
            }
        }
    }
    match parts.is_empty() {
        true => Err(NameProblem::Empty),
        false => Ok(parts),
    }
}

fn check(part: &str) -> Result<(), NameProblem> {
    let is_deceiving = |c: char| {
        DECEIVING
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&c))
    };
    if part.contains('\\') {
        Err(NameProblem::Backslash)
    } else if part.chars().any(char::is_control) {
        Err(NameProblem::Control)
    } else if part.chars().any(is_deceiving) {
        Err(NameProblem::Deceiving)
    } else if part.len() > MAX_NAME {
        Err(NameProblem::Long)
    } else {
        Ok(())
    }
}

/// Whether nobody wrote what is called so.
pub(super) fn is_junk(part: &str) -> bool {
    JUNK.contains(&part) || part.starts_with("._")
}

/// Whether Windows could not open a file of this name: worth a note, no reason to refuse it.
pub(super) fn is_device(part: &str) -> bool {
    let stem = part
        .split('.')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let is_port = |word: &str| {
        stem.strip_prefix(word)
            .is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit())
    };
    DEVICES.contains(&stem.as_str()) || is_port("com") || is_port("lpt")
}

/// A name of a zip's entry that is not said to be UTF-8: UTF-8 if it is, else code page 437, which
/// the format prescribes; see APPNOTE.TXT, appendix D.
pub(super) fn of_zip(raw: &[u8]) -> String {
    /// Code page 437, from 0x80 on.
    const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
    match std::str::from_utf8(raw) {
        Ok(name) => name.to_owned(),
        Err(_) => raw
            .iter()
            .map(|byte| match byte {
                0..0x80 => char::from(*byte),
                _ => CP437
                    .chars()
                    .nth(usize::from(*byte) - 0x80)
                    .unwrap_or('\u{fffd}'),
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn attacks_and_accidents_are_refused() {
        use NameProblem::*;
        for (name, problem) in [
            ("", Empty),
            ("/", Absolute),
            ("./", Empty),
            ("/etc/passwd", Absolute),
            ("C:/x", Absolute),
            ("C:\\x", Absolute),
            ("..", Up),
            ("a/../../b", Up),
            ("a\\b", Backslash),
            ("a\0b", Control),
            ("a\nb", Control),
            ("a\x1b[2J", Control),
            ("a\u{9b}", Control),
            ("evil\u{202e}c.txt", Deceiving),
            ("a\u{200b}", Deceiving),
        ] {
            assert_eq!(checked_path(name), Err(problem), "{name:?}");
        }
        assert_eq!(checked_path(&"x".repeat(256)), Err(Long));
        assert_eq!(checked_path(&"x/".repeat(600)), Err(Long));
    }

    #[test]
    fn names_that_people_write_are_taken() {
        for name in [
            "main.c",
            "a b",
            "ü",
            "日本",
            ".gitignore",
            "...",
            "-rf",
            "~",
            "aux.c",
            "C:x",
            "é/e\u{301}",
        ] {
            assert!(checked_path(name).is_ok(), "{name}");
        }
        assert_eq!(checked_path("./a//b/").unwrap(), ["a", "b"]);
        assert!(
            is_device("AUX.c")
                && is_device("com1")
                && !is_device("auxiliary")
                && !is_device("com10")
        );
        assert!(is_junk("._main.c") && !is_junk(".clang-format"));
        assert_eq!(of_zip(b"\x81ber"), "über");
        assert_eq!(of_zip("über".as_bytes()), "über");
        assert_eq!(of_zip(b"\xff"), "\u{a0}");
    }

    proptest! {
        #[test]
        fn nothing_that_is_taken_leads_out(path in any::<String>(), sly in "[./\\\\:aC\u{0}-\u{20}\u{202e}]{0,20}") {
            for path in [path, sly] {
                if let Ok(parts) = checked_path(&path) {
                    prop_assert!(!parts.is_empty());
                    for part in parts {
                        prop_assert!(!part.is_empty() && part != "." && part != ".." && part.len() <= MAX_NAME);
                        let has_bad = part.contains(['/', '\\', '\0', '\n', '\u{202e}']);
                        prop_assert!(!has_bad);
                    }
                }
            }
        }

        #[test]
        fn zip_names_are_text(raw in any::<Vec<u8>>()) {
            let _ = checked_path(&of_zip(&raw));
        }
    }
}
