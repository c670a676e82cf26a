//! What all examinations of a run have in common.

use super::super::super::check;
use super::super::super::which::AskedLab;
use super::super::opened::told;
use super::super::tree::Tree;
use super::{BeginArgs, remove};
use crate::bench::identity::{self, Confinement, Rung};
use crate::exit::{self, Trouble};
use crate::grade::run::{Files, RunDir, Terms};

/// Takes a lab's file, and what lies beside it, along into the run: its author may go on writing.
/// Programs are taken along as canaries. A lab of ours needs nothing.
fn taken_along(run: &RunDir, meant: &AskedLab) -> Result<Option<Files>, Trouble> {
    const PROGRAMS: [&str; 4] = ["solution", "starter", "accepted", "wrong"];
    let (Some(file), Some(beside)) = (&meant.file, meant.directory()) else {
        return Ok(None);
    };
    let has_one = run.has_manifest();
    let directory = run.path(if has_one { "lab.again" } else { "lab" });
    remove(&directory)?;
    Tree::read(beside, &PROGRAMS)?.write(&directory)?;
    let print = identity::submission(&directory)?;
    if has_one {
        remove(&directory)?;
    }
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let path = format!("lab/{name}");
    Ok(Some(Files { path, print }))
}

/// How the submissions are examined.
///
/// # Errors
/// If this machine cannot confine them, or the lab's files cannot be read.
pub(super) fn terms(args: &BeginArgs, meant: &AskedLab, run: &RunDir) -> Result<Terms, Trouble> {
    let Confinement { rung, detail } = identity::confinement();
    if rung < Rung::Full && !args.allow_weak_confinement {
        return Err(Trouble::new(
            exit::MACHINE,
            anyhow::Error::msg(detail.join("; ")).context(
                "submissions are programs of strangers, and this machine cannot confine them fully",
            ),
        )
        .hint(
            "`syslab doctor` says what is missing; --allow-weak-confinement begins all the same, \
             and withholds what cannot be judged so",
        ));
    }
    let seed = match &args.seed {
        Some(seed) => seed.clone(),
        // A run has one seed: the same command again means the same run.
        None if run.has_manifest() => run.manifest().map_err(told)?.terms.seed,
        None => match args.reuse.first() {
            Some(older) => RunDir::at(older).manifest().map_err(told)?.terms.seed,
            None => format!("{:08x}{:08x}", check::any_seed(), check::any_seed()),
        },
    };
    let mut only = args.only.clone();
    only.sort();
    only.dedup();
    Ok(Terms {
        lab: meant.to_string(),
        written: taken_along(run, meant)?,
        program: identity::program()?,
        toolchain: identity::toolchain(),
        confinement: rung,
        seed,
        timeout_scale: args.timeout_scale,
        only,
    })
}
