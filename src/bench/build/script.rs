//! Executable files of a submission: whether the kernel would take them, and what they call.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::toolchain::{self, Tools};
use super::{BuildError, open};
use crate::model::experiment::SUBMISSION_DIR;
use crate::sandbox;

/// How much of a script is looked at.
const LOOKED_AT: u64 = 64 * 1024;

const ELF: &[u8] = b"\x7fELF";

/// Refuses what the kernel would refuse, in words that say why.
///
/// # Errors
/// [`BuildError::BadScript`].
pub(super) fn check(directory: &File, name: &'static str) -> Result<(), BuildError> {
    let content = beginning(directory, name);
    let bad = |why: &str| Err(BuildError::BadScript(name, why.to_owned()));
    if content.starts_with(ELF) {
        return Ok(());
    }
    if content.is_empty() {
        return bad("it is empty");
    }
    match first_line(&content) {
        None => bad("its first line does not begin with #! and it is no program"),
        Some(line) if line.ends_with(b"\r") => {
            bad("its first line ends in a carriage return (CRLF line endings)")
        }
        Some(line) if interpreter(line).is_empty() => bad("its first line names no interpreter"),
        Some(_) => Ok(()),
    }
}

/// Refuses a script whose interpreter is not to be found inside.
///
/// # Errors
/// [`BuildError::BadScript`].
pub(super) fn check_interpreter(
    directory: &File,
    name: &'static str,
    tools: &Tools,
) -> Result<(), BuildError> {
    let content = beginning(directory, name);
    let Some(line) = first_line(&content) else {
        return Ok(());
    };
    let line = String::from_utf8_lossy(interpreter(line)).into_owned();
    let path = Path::new(&line);
    let is_there = if let Ok(inside) = path.strip_prefix(SUBMISSION_DIR) {
        inside
            .to_str()
            .is_some_and(|inside| open(directory, inside).is_some())
    } else if path.is_absolute() {
        path.exists() && (sandbox::is_visible(path) || tools.reach(path))
    } else {
        // Relative to the submission, which is the working directory.
        open(directory, &line).is_some()
    };
    if is_there {
        Ok(())
    } else {
        Err(BuildError::BadScript(
            name,
            format!("its interpreter {path:?} is not there, or not visible in the sandbox"),
        ))
    }
}

/// The tools that a script (or Makefile) seems to call, and that are installed. Tools in the
/// system's own directories are there anyway.
pub(super) fn tools(directory: &File, name: &str) -> Tools {
    let content = String::from_utf8_lossy(&beginning(directory, name)).into_owned();
    let mut tools = Tools::default();
    // What is missing is said by the script itself, if it really calls it.
    let mut add = |word: &str, find: fn() -> Result<toolchain::Tool, BuildError>| {
        if content.contains(word)
            && let Ok(tool) = find()
        {
            tools.add(tool);
        }
    };
    add("python", toolchain::python);
    add("rustc", toolchain::rustc);
    add("cargo", toolchain::cargo);
    add("go ", toolchain::go);
    tools
}

fn beginning(directory: &File, name: &str) -> Vec<u8> {
    let mut content = Vec::new();
    if let Some(file) = open(directory, name) {
        // A file that cannot be read is judged as an empty one.
        let _ = file.take(LOOKED_AT).read_to_end(&mut content);
    }
    content
}

/// The first line of a script, after `#!`.
fn first_line(content: &[u8]) -> Option<&[u8]> {
    let rest = content.strip_prefix(b"#!")?;
    let end = rest.iter().position(|byte| *byte == b'\n');
    Some(&rest[..end.unwrap_or(rest.len())])
}

/// The first word of a script's first line.
fn interpreter(line: &[u8]) -> &[u8] {
    line.split(|byte| matches!(byte, b' ' | b'\t'))
        .find(|word| !word.is_empty())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(content: &str) -> Result<(), String> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("run"), content).unwrap();
        let dir = File::open(dir.path()).unwrap();
        check(&dir, "run")
            .and_then(|()| check_interpreter(&dir, "run", &Tools::default()))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn scripts_that_the_kernel_would_refuse_are_explained() {
        assert_eq!(checked("#!/bin/sh\nexec true\n"), Ok(()));
        assert_eq!(checked("#! /usr/bin/env python3"), Ok(()));
        assert!(checked("").unwrap_err().ends_with("it is empty"));
        assert!(
            checked("exec true\n")
                .unwrap_err()
                .contains("begin with #!")
        );
        assert!(
            checked("#!/bin/sh\r\nexec true\r\n")
                .unwrap_err()
                .contains("CRLF")
        );
        assert!(checked("#!\n").unwrap_err().contains("no interpreter"));
        assert_eq!(
            checked("#!/no/\x1b[1mpython\n").unwrap_err(),
            "run cannot be executed: its interpreter \"/no/\\u{1b}[1mpython\" is not there, \
             or not visible in the sandbox"
        );
    }
}
