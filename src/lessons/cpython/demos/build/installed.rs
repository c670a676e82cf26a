//! Which other interpreters there are along PATH.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Interpreters that are compared at most.
const MOST: usize = 6;

/// Other interpreters along PATH, each once; scripts that only choose one are left out.
pub(super) fn others(own: &Path) -> Vec<PathBuf> {
    let mut seen: BTreeSet<PathBuf> = fs::canonicalize(own).into_iter().collect();
    let mut found = Vec::new();
    let path = std::env::var_os("PATH").unwrap_or_default();
    for directory in std::env::split_paths(&path) {
        let Ok(entries) = fs::read_dir(&directory) else {
            continue;
        };
        let mut names: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| is_interpreter(path))
            .collect();
        names.sort();
        for name in names {
            if let Ok(real) = fs::canonicalize(&name)
                && seen.insert(real)
            {
                found.push(name);
            }
        }
    }
    found.truncate(MOST - 1);
    found
}

/// Whether this is called as interpreters are, may be executed, and is no script.
fn is_interpreter(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if !is_name(&name) {
        return false;
    }
    let is_executable = fs::metadata(path)
        .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0);
    let mut magic = [0; 4];
    let begins = File::open(path).and_then(|mut file| file.read_exact(&mut magic));
    is_executable && begins.is_ok() && magic == *b"\x7fELF"
}

/// `python3`, `python3.12`, `python3.13t`.
fn is_name(name: &str) -> bool {
    match name.strip_prefix("python3") {
        Some("") => true,
        Some(rest) => rest.strip_prefix('.').is_some_and(|minor| {
            let digits = minor.trim_end_matches('t');
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
        }),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpreters_are_known_by_their_names() {
        for name in ["python3", "python3.12", "python3.13t"] {
            assert!(is_name(name), "{name}");
        }
        for name in [
            "python",
            "python3-config",
            "python3.11-config",
            "python3.",
            "python39",
        ] {
            assert!(!is_name(name), "{name}");
        }
    }
}
