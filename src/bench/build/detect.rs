//! What a directory says about how it is started.

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{BuildError, open};
use crate::model::check::KERNEL_SOURCE;

/// What is looked for, as people are told.
pub(super) const LOOKED_FOR: &str =
    "run, main.py, Cargo.toml, go.mod, Makefile, main.c, main.rs, kernel.cu";

/// How a submission is built and started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An executable `run`.
    Run,
    /// `main.py`, with python3.
    Python,
    /// `Cargo.toml`, with cargo.
    Cargo,
    /// `go.mod`, with go.
    Go,
    /// `Makefile`, with make; its default target makes `run` or `main`.
    Make,
    /// `main.c`, with cc.
    C,
    /// `main.rs`, with rustc.
    Rust,
    /// `kernel.cu`, with clang; the simulator launches it.
    Kernel,
}

/// The file that asks for each kind, in order of precedence.
const KINDS: &[(&str, Kind)] = &[
    ("run", Kind::Run),
    ("main.py", Kind::Python),
    ("Cargo.toml", Kind::Cargo),
    ("go.mod", Kind::Go),
    ("Makefile", Kind::Make),
    ("main.c", Kind::C),
    ("main.rs", Kind::Rust),
    (KERNEL_SOURCE, Kind::Kernel),
];

/// How the submission in `directory` is built and started, should it have no `build`.
///
/// # Errors
/// If there is nothing that could be started, or `run` is not executable.
pub fn detect(directory: &Path) -> Result<Kind, BuildError> {
    let directory =
        File::open(directory).map_err(|error| BuildError::Io("open the submission", error))?;
    detect_in(&directory)
}

pub(super) fn detect_in(directory: &File) -> Result<Kind, BuildError> {
    let (name, kind) = KINDS
        .iter()
        .find(|(name, _)| open(directory, name).is_some())
        .ok_or(BuildError::NothingToStart)?;
    if *kind == Kind::Run && is_executable(directory, name) != Some(true) {
        return Err(BuildError::NotExecutable("run"));
    }
    Ok(*kind)
}

/// Whether there is a `build` to be run first. A directory of that name is none.
pub(super) fn has_build(directory: &File) -> Result<bool, BuildError> {
    match is_executable(directory, "build") {
        Some(true) => Ok(true),
        Some(false) => Err(BuildError::NotExecutable("build")),
        None => Ok(false),
    }
}

/// Whether its owner, who is the learner, may execute it; `None` if it is not there.
pub(super) fn is_executable(directory: &File, name: &str) -> Option<bool> {
    let metadata = open(directory, name)?.metadata().ok()?;
    Some(metadata.mode() & 0o100 != 0)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn with(names: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for name in names {
            fs::write(dir.path().join(name), "").unwrap();
        }
        dir
    }

    #[test]
    fn a_description_of_a_build_goes_before_a_single_file() {
        let kind = |names| detect(with(names).path()).unwrap();
        assert_eq!(kind(&["main.c"]), Kind::C);
        assert_eq!(kind(&["main.c", "Makefile"]), Kind::Make);
        assert_eq!(kind(&["main.rs", "Cargo.toml", "Makefile"]), Kind::Cargo);
        assert_eq!(kind(&["main.py", "Makefile", "main.c"]), Kind::Python);
    }

    #[test]
    fn what_is_missing_is_said() {
        let error = detect(with(&["README.md"]).path()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "nothing to start: there is none of run, main.py, Cargo.toml, go.mod, Makefile, \
             main.c, main.rs, kernel.cu"
        );
        let dir = with(&["run", "main.py"]);
        let error = detect(dir.path()).unwrap_err();
        assert_eq!(error.to_string(), "run is not executable");
        assert_eq!(error.hint(), "chmod +x run");
        fs::set_permissions(dir.path().join("run"), fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(detect(dir.path()).unwrap(), Kind::Run);
    }

    #[test]
    fn a_directory_is_no_build_script() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("build")).unwrap();
        assert!(!has_build(&File::open(dir.path()).unwrap()).unwrap());
    }
}
