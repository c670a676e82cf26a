//! The compiler that makes PTX of CUDA C++: clang, Debian's or that of the `ziglang` package.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::machine::{Probe, Standing};
use super::packages;

/// Versions that are looked for by a name of their own, the newest first. 15 and 16 make wrong code of
/// `~(1ull << (x & 63))` without optimisation, and older ones do not know the devices that we compile for.
const VERSIONS: std::ops::RangeInclusive<u32> = 17..=30;

/// The back end's name among those that a clang lists.
const TARGET: &str = "nvptx64";

/// A clang that can compile for NVIDIA's devices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clang {
    /// What is started.
    pub program: PathBuf,
    /// The words that come first.
    pub arguments: &'static [&'static str],
    /// Whether the program is an interpreter of Python, which then starts clang.
    pub is_python: bool,
    /// What it says of its version.
    pub version: String,
}

impl Clang {
    /// Asks a clang, and says no to one that has no such back end.
    fn at(program: &Path, arguments: &'static [&'static str], is_python: bool) -> Option<Self> {
        let targets = ask(program, arguments, "--print-targets")?;
        targets.contains(TARGET).then_some(())?;
        let version = ask(program, arguments, "--version")?;
        is_new(&version).then_some(())?;
        Some(Self {
            program: program.to_owned(),
            arguments,
            is_python,
            version: version.lines().next().unwrap_or_default().trim().to_owned(),
        })
    }
}

/// Whether a clang that says this of itself is new enough: `Debian clang version 19.1.7 (3~deb12u1)`.
fn is_new(version: &str) -> bool {
    let number = version
        .split_once("clang version ")
        .and_then(|(_, rest)| rest.split('.').next()?.parse().ok());
    number.is_some_and(|number: u32| number >= *VERSIONS.start())
}

/// The newest that has its version in its name; else `clang`; else that of the package `ziglang` in the
/// virtual environment of `scripts/setup`.
pub fn find() -> Option<Clang> {
    VERSIONS
        .rev()
        .map(|version| format!("clang-{version}"))
        .chain(["clang".to_owned()])
        .filter_map(|name| on_path(&name))
        .find_map(|program| Clang::at(&program, &[], false))
        .or_else(|| {
            let python = packages::interpreter()?;
            Clang::at(&python, &["-m", "ziglang", "clang"], true)
        })
}

/// What is to be said of it.
pub(super) fn probe() -> Probe {
    const NAME: &str = "kernels";
    match find() {
        Some(clang) => Probe::good(
            NAME,
            format!("{}: {}", clang.program.display(), clang.version),
        ),
        None => Probe::new(
            NAME,
            Standing::Weak,
            "no clang that makes code for NVIDIA's devices",
            "only for the lesson `gpu`: scripts/setup installs one",
        ),
    }
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_else(|| "/usr/bin:/bin".into());
    std::env::split_paths(&path)
        .filter(|directory| directory.is_absolute())
        .map(|directory| directory.join(name))
        .find(|file| file.is_file())
}

fn ask(program: &Path, arguments: &[&str], question: &str) -> Option<String> {
    let output = Command::new(program)
        .args(arguments)
        .arg(question)
        .current_dir("/")
        .stdin(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_ones_are_passed_over() {
        assert!(is_new(
            "Debian clang version 19.1.7 (3~deb12u1)\nTarget: x86_64-pc-linux-gnu"
        ));
        assert!(is_new(
            "clang version 21.1.0 (https://github.com/ziglang/zig-bootstrap 1234)"
        ));
        assert!(!is_new("Debian clang version 14.0.6"));
        assert!(!is_new("gcc 12"));
    }
}
