//! Labs that their authors write as data: a `lab.toml`, and files beside it, without a line of Rust.
//!
//! What is read becomes the same nouns that our own labs consist of: [`Lab`], [`Check`],
//! [`Experiment`](crate::model::Experiment). What a judge decides elsewhere is decided here by
//! [`judge`], from the [claims](crate::model::Claim) that each run carries. `labs/CUSTOM.md` is the
//! reference for authors.
//!
//! Deliberately not here: anything that is computed. A lab whose truth has to be found out anew for
//! each seed is written in Rust, in `lessons`.

mod claims;
mod experiments;
mod faults;
mod judges;
mod lab;
mod source;
mod steps;
pub mod template;
#[cfg(test)]
mod tests;
mod words;

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

use crate::model::toml_reader::{Problem, Problems};
use crate::model::{Capability, Check, Form, Lab};
use lab::Written;
use source::Sources;

pub use judges::judge;

/// The usual name of the file that a lab is written in.
pub const FILE: &str = "lab.toml";

/// The largest file beside a lab, and the largest lab, in bytes.
const MOST_BYTES: u64 = 16 << 20;

/// Why there is no lab.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("cannot read {path}", path = .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What it says is no lab.
    #[error("{}", lines(.path, .problems))]
    Wrong {
        /// The file.
        path: PathBuf,
        /// All that is wrong.
        problems: Problems,
    },
}

/// Every problem on a line of its own, behind the file's name.
fn lines(path: &Path, problems: &Problems) -> String {
    let lines = problems.0.iter().map(|problem| line(path, problem));
    lines.collect::<Vec<_>>().join("\n")
}

/// A problem as compilers tell it: `lab.toml:3: points must be ...`.
pub fn line(path: &Path, problem: &Problem) -> String {
    let Problem { line, key, message } = problem;
    let path = path.display();
    match key.as_str() {
        "" => format!("{path}:{line}: {message}"),
        key => format!("{path}:{line}: {key} {message}"),
    }
}

/// Loads a lab from its file.
///
/// It lives as long as the process, like the labs that are compiled in: each call leaks one, so a
/// process loads the few labs that it was asked for, once.
///
/// # Errors
/// If a file cannot be read, or is no lab; see [`LoadError`].
pub fn load(path: &Path) -> Result<&'static Lab, LoadError> {
    let unreadable = |source| LoadError::Read {
        path: path.to_owned(),
        source,
    };
    let bytes = bounded(path).map_err(unreadable)?;
    let text = String::from_utf8(bytes)
        .map_err(|error| unreadable(io::Error::new(io::ErrorKind::InvalidData, error)))?;
    let directory = path.parent().unwrap_or(Path::new(""));
    let beside = |name: &str| beside(directory, name);
    let written = Written::parse(&text, &Sources::new(&beside)).map_err(|problems| {
        let path = path.to_owned();
        LoadError::Wrong { path, problems }
    })?;
    Ok(leaked(written))
}

/// A file beside the lab.
fn beside(directory: &Path, name: &str) -> Result<Vec<u8>, String> {
    let is_inside = (Path::new(name).components()).all(|part| matches!(part, Component::Normal(_)));
    if !is_inside || name.is_empty() {
        return Err(format!(
            "names the file {name:?}, which is not below the lab's directory"
        ));
    }
    bounded(&directory.join(name))
        .map_err(|error| format!("names the file {name:?}, which cannot be read: {error}"))
}

/// A regular file of a size that is no mistake.
fn bounded(path: &Path) -> io::Result<Vec<u8>> {
    // A FIFO would be waited for.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?
        .take(MOST_BYTES + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        let most = MOST_BYTES >> 20;
        return Err(io::Error::other(format!("it is larger than {most} MiB")));
    }
    Ok(bytes)
}

/// The lab as one that lives for ever.
fn leaked(written: Written) -> &'static Lab {
    let mut checks = Vec::new();
    let mut experiments = Vec::new();
    for check in written.checks {
        let is_injecting = check
            .experiments
            .iter()
            .any(|one| one.sweep.is_some() || one.runs.iter().any(|run| !run.faults.is_empty()));
        checks.push(Check {
            id: forever(check.id),
            claim: forever(check.claim),
            points: check.points as u32,
            teaches: forever(check.teaches),
            needs: match is_injecting {
                true => Capability::INJECTING,
                false => Capability::OBSERVING,
            },
            // They are in the lab's form.
            experiments: |_| Vec::new(),
            judge,
        });
        experiments.push(check.experiments);
    }
    Box::leak(Box::new(Lab {
        slug: forever(written.name),
        title: forever(written.title),
        form: Form::Written(experiments.leak()),
        checks: checks.leak(),
    }))
}

fn forever(text: String) -> &'static str {
    text.leak()
}
