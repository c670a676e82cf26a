//! The virtual environment in which extensions for Python are built and tried: where it is, and
//! whether it has what `scripts/setup` puts into it.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::machine::{Probe, Standing};

/// What is to be in it, a `name==version` a line: what `scripts/setup` installs.
const WANTED: &str = include_str!("../../scripts/python-packages.txt");

/// Asks for the version of each distribution that is named, a line each; an empty one if it is not there.
const ASK: &str = "\
import importlib.metadata, sys
print('%d.%d.%d' % sys.version_info[:3])
for name in sys.argv[1:]:
    try:
        print(importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        print()
";

/// The interpreter of the virtual environment, if there is one: below `$XDG_DATA_HOME`, or
/// `~/.local/share`; see the XDG Base Directory Specification.
pub fn interpreter() -> Option<PathBuf> {
    let data = std::env::var_os("XDG_DATA_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/share")))?;
    let found = data.join("syslab/venv/bin/python");
    found.is_file().then_some(found)
}

/// The packages that are wanted: name and version.
fn wanted() -> impl Iterator<Item = (&'static str, &'static str)> {
    WANTED.lines().filter_map(|line| line.split_once("=="))
}

/// What is to be said of them.
pub(super) fn probe() -> Probe {
    const NAME: &str = "extensions";
    const ADVICE: &str = "only for the lesson `ext`: scripts/setup makes a virtual environment with \
                          the packages that builds of extensions need";
    let Some(python) = interpreter() else {
        return Probe::new(NAME, Standing::Weak, "no virtual environment", ADVICE);
    };
    let Some((version, found)) = ask(&python) else {
        let found = format!("{} does not work", python.display());
        return Probe::new(NAME, Standing::Weak, &found, ADVICE);
    };
    let lacking: Vec<String> = wanted()
        .zip(&found)
        .filter(|((_, wanted), found)| wanted != found)
        .map(|((name, wanted), found)| match found.is_empty() {
            true => format!("no {name}"),
            false => format!("{name} {found} instead of {wanted}"),
        })
        .collect();
    let python = python.display();
    if lacking.is_empty() {
        let names: Vec<String> = wanted()
            .map(|(name, version)| format!("{name} {version}"))
            .collect();
        return Probe::good(NAME, format!("{python} ({version}): {}", names.join(", ")));
    }
    let found = format!("{python} ({version}): {}", lacking.join(", "));
    Probe::new(NAME, Standing::Weak, &found, ADVICE)
}

/// Its version, and that of each wanted package, in their order.
fn ask(python: &PathBuf) -> Option<(String, Vec<String>)> {
    let output = Command::new(python)
        .args(["-I", "-c", ASK])
        .args(wanted().map(|(name, _)| name))
        .current_dir("/")
        .stdin(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines = text.lines().map(str::to_owned);
    Some((lines.next()?, lines.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_has_one_version() {
        let lines = WANTED.lines().count();
        assert_eq!(wanted().count(), lines);
        assert!(wanted().all(|(name, version)| !name.is_empty() && !version.contains(' ')));
    }
}
