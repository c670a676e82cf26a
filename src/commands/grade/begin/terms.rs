//! What all examinations of a run have in common.

use std::path::Path;

use super::super::super::check;
use super::super::super::which::AskedLab;
use super::super::opened::told;
use super::super::tree::Tree;
use super::{BeginArgs, remove};
use crate::bench::identity::{self, Rung};
use crate::exit::{self, Trouble};
use crate::grade::run::{Files, RunDir, Terms};

/// Where a lab's file is, and what lies beside it.
pub(super) fn beside(file: &Path) -> &Path {
    let directory = file.parent().unwrap_or(Path::new(""));
    match directory.as_os_str().is_empty() {
        true => Path::new("."),
        false => directory,
    }
}

/// Takes a lab's file, and what lies beside it, along into the run: its author may go on writing.
/// Programs are taken along as canaries.
///
/// # Errors
/// If one of them cannot be read or written.
pub(super) fn taken_along(run: &RunDir, file: &Path) -> Result<Files, Trouble> {
    const PROGRAMS: [&str; 4] = ["solution", "starter", "accepted", "wrong"];
    let place = match run.has_manifest() {
        true => "lab.again",
        false => "lab",
    };
    let directory = run.path(place);
    remove(&directory)?;
    Tree::read(beside(file), &PROGRAMS)?.write(&directory)?;
    let print = identity::submission(&directory)?;
    if run.has_manifest() {
        remove(&directory)?;
    }
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    Ok(Files {
        path: format!("lab/{name}"),
        print,
    })
}

/// How the submissions are examined.
///
/// # Errors
/// If this machine cannot confine them.
pub(super) fn terms(
    args: &BeginArgs,
    meant: &AskedLab,
    written: Option<Files>,
    run: &RunDir,
) -> Result<Terms, Trouble> {
    let (rung, missing) = identity::confinement();
    if rung < Rung::Full && !args.allow_weak_confinement {
        return Err(Trouble::new(
            exit::MACHINE,
            anyhow::Error::msg(missing.join("; ")).context(
                "submissions are programs of strangers, and this machine cannot confine them fully",
            ),
        )
        .hint(
            "`syslab doctor` says what is missing; --allow-weak-confinement grades all the same",
        ));
    }
    let seed = match &args.seed {
        Some(seed) => seed.clone(),
        // A run has one seed: the same command again means the same run.
        None if run.has_manifest() => run.manifest().map_err(told)?.terms.seed,
        None => format!("{:08x}{:08x}", check::any_seed(), check::any_seed()),
    };
    let mut only = args.only.clone();
    only.sort();
    only.dedup();
    Ok(Terms {
        lab: meant.to_string(),
        written,
        program: identity::program()?,
        toolchain: identity::toolchain(),
        confinement: rung,
        seed,
        timeout_scale: args.timeout_scale,
        only,
    })
}
