//! Words that stand for something in a lab: signals, calls, paths.

use crate::model::experiment::LAB_DIR;
use crate::model::text::signal_number;
use crate::model::toml_reader::Reader;
use crate::model::{On, Select};
use crate::tracer::decode::sets;

/// The number of the signal with this name, `SIGTERM`.
pub(super) fn signal(name: &str) -> Option<i32> {
    signal_number(name).filter(|signo| (1..=64).contains(signo) && name.starts_with("SIG"))
}

/// A list of calls, in strace's words; a problem, if one is unknown or there is none.
pub(super) fn calls(table: &mut Reader<'_, '_>) -> Vec<String> {
    let is_there = table.has("calls");
    let words = table.texts("calls");
    match sets::names(&words) {
        Err(error) => table.refuse("calls", format!("must be a list of calls: {error}")),
        Ok(_) if words.is_empty() && !is_there => {
            table.refuse("calls", r#"is missing: which calls, ["write"]?"#);
        }
        Ok(_) if words.is_empty() => table.refuse("calls", "names no call"),
        Ok(_) => {}
    }
    words
}

/// Which calls a claim is about.
pub(super) fn select(table: &mut Reader<'_, '_>) -> Select {
    let words = calls(table);
    let expected = r#""stdin", "stdout" or an absolute path"#;
    let on = table.parsed("on", expected, |word| match word {
        "stdin" => Some(On::Stdin),
        "stdout" => Some(On::Stdout),
        path if path.starts_with('/') => Some(On::Path(path.trim_end_matches('/').to_owned())),
        _ => None,
    });
    let names = sets::names(&words).unwrap_or_default();
    Select {
        words: words.join(", "),
        names: names.into_iter().map(str::to_owned).collect(),
        on: on.unwrap_or_default(),
    }
}

/// What is expected of a path.
const PATH: &str = "the path of something below /lab: \"/lab/NAME\"";

/// A path below the lab directory, which must be there.
pub(super) fn needed_path(table: &mut Reader<'_, '_>, key: &str) -> String {
    let path = table.needed_text(key);
    if !is_in_lab(&path) {
        table.refuse(key, format!("must be {PATH}"));
    }
    path
}

/// Whether a path is one below the lab directory, in its shortest form.
pub(super) fn is_in_lab(path: &str) -> bool {
    let below = path
        .strip_prefix(LAB_DIR)
        .and_then(|rest| rest.strip_prefix('/'));
    below.is_some_and(|below| {
        (below.split('/')).all(|part| !matches!(part, "" | "." | "..") && !part.contains('\0'))
    })
}

/// Whether a text can name a lab or a check: it is also the name of a directory.
pub(super) fn is_slug(text: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lie_below_the_lab_directory() {
        for path in ["/lab/a", "/lab/a/b.c", "/lab/..a"] {
            assert!(is_in_lab(path), "{path}");
        }
        for path in [
            "/lab",
            "/lab/",
            "/lab/../etc/passwd",
            "/lab/a//b",
            "/laboratory/a",
            "lab/a",
            "/lab/./a",
        ] {
            assert!(!is_in_lab(path), "{path}");
        }
    }

    #[test]
    fn signals_have_names() {
        assert_eq!(signal("SIGTERM"), Some(15));
        for name in ["15", "TERM", "SIG", "SIGNOTHING", ""] {
            assert_eq!(signal(name), None, "{name}");
        }
    }
}
