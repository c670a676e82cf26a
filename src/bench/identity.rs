//! What a verdict depends on besides the submission: this program, the toolchain, the confinement.
//!
//! For grades that are kept for years: two results with the same of all these may be compared, and
//! one of them is enough.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};

use ring::digest::{Context, SHA256};

use crate::sandbox;
pub use crate::sandbox::{Confinement, CopyError, Rung, confinement};

/// Bytes of the program's digest that are kept.
const KEPT: usize = 16;

/// Tools that a submission may be built with or run by, and how they are asked for their version.
const TOOLS: &[(&str, &str)] = &[
    ("python3", "--version"),
    ("cc", "--version"),
    ("clang", "--version"),
    ("make", "--version"),
    ("rustc", "--version"),
    ("cargo", "--version"),
    ("go", "version"),
];

/// This program: its version and the SHA-256 of its file, in which all labs are.
///
/// # Errors
/// If it cannot be read.
pub fn program() -> io::Result<String> {
    let mut file = File::open("/proc/self/exe")?;
    let mut digest = Context::new(&SHA256);
    let mut some = vec![0; 1 << 20];
    loop {
        match file.read(&mut some)? {
            0 => break,
            taken => digest.update(&some[..taken]),
        }
    }
    let digest = digest.finish();
    let digits: String = digest.as_ref()[..KEPT]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(format!("{} {digits}", env!("CARGO_PKG_VERSION")))
}

/// The first line of what each tool says about its version; a tool that is not here is left out.
pub fn toolchain() -> Vec<String> {
    let version = |(tool, argument): &(&str, &str)| {
        let said = Command::new(tool)
            .arg(argument)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .ok()
            .filter(|said| said.status.success())?;
        let text = String::from_utf8_lossy(&said.stdout);
        Some(format!("{tool}: {}", text.lines().next()?.trim()))
    };
    TOOLS.iter().filter_map(version).collect()
}

/// Everything of a submission that an examination could notice, as a number.
///
/// # Errors
/// If it cannot be read, or is more than a submission may be.
pub fn submission(directory: &Path) -> Result<String, CopyError> {
    sandbox::whole_fingerprint(directory).map(|print| print.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_program_has_the_same_name() {
        let name = program().unwrap();
        assert_eq!(name, program().unwrap());
        let (version, digits) = name.split_once(' ').unwrap();
        assert_eq!(version, env!("CARGO_PKG_VERSION"));
        assert_eq!(digits.len(), 2 * KEPT);
    }

    #[test]
    fn tools_are_named_once_each() {
        let tools = toolchain();
        assert_eq!(tools, toolchain());
        assert!(tools.iter().all(|tool| tool.contains(": ")), "{tools:?}");
    }
}
