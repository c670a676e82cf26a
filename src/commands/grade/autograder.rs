//! `grade autograder`: an autograder for Gradescope.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use object::{Object as _, ObjectSection as _};

use crate::exit::{self, Outcome, Trouble};
use crate::grade::run;
use crate::report::exports::{Autograder, ExportFile, gradescope_autograder, zipped};
use crate::ui::{Screen, visible};

use super::super::which::{self, AskedLab};
use super::begin::{checks_exist, policy_text};
use super::tree::Tree;

/// Pack an autograder for Gradescope
///
/// FILE is a zip of this program, `setup.sh` and `run_autograder`, as Gradescope wants it under
/// "Configure Autograder". Each submission is graded as a class of one, with the lab's solution and
/// starter beside it: where their verdicts are not what they must be, nobody gets a number.
///
/// The lab's policy holds, but for lateness, which is Gradescope's.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The lab: LAB, LESSON/LAB, or the path of a lab.toml
    #[arg(long, value_name = "LAB", value_hint = clap::ValueHint::FilePath)]
    lab: OsString,

    /// The zip
    #[arg(short, long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    output: PathBuf,

    /// The program to pack, best one that is linked statically [default: this one]
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    binary: Option<PathBuf>,

    /// How findings become grades
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    policy: Option<PathBuf>,

    /// What students' seeds are made from; keep it secret [default: by chance, each time]
    #[arg(long, value_name = "TEXT")]
    seed: Option<String>,

    /// Make only this check; may be given several times
    #[arg(long, value_name = "ID")]
    only: Vec<String>,

    /// Begin also where submissions cannot be confined fully within Gradescope's container, and give
    /// no number for what cannot be judged so
    #[arg(long)]
    allow_weak_confinement: bool,
}

const EXAMPLES: &str = "\
Examples:
  $ syslab grade autograder --lab durable-log -o autograder.zip";

/// Packs it.
///
/// # Errors
/// If there is no such lab, the policy makes no sense, or a file cannot be read or written.
pub(super) fn run(args: &Args, screen: &Screen) -> Outcome {
    let meant = which::asked(&args.lab)?;
    checks_exist(&meant, &args.only)?;
    let policy = policy_text(args.policy.as_deref(), &meant)?;
    let (lab, beside) = taken_along(&meant)?;
    let files = gradescope_autograder(Autograder {
        lab,
        beside,
        binary: binary(args.binary.as_deref(), screen)?,
        policy,
        seed: args.seed.clone(),
        only: args.only.clone(),
        allow_weak_confinement: args.allow_weak_confinement,
    });
    let failed = || format!("cannot write {}", args.output.display());
    let packed = zipped(&files).with_context(failed)?;
    run::replace(&args.output, &packed).with_context(failed)?;
    screen.print(&format!("{}\n", visible(&args.output.to_string_lossy())))?;
    Ok(exit::DONE)
}

/// What the lab is called in the autograder, and its files if it is none of ours.
fn taken_along(meant: &AskedLab) -> Result<(String, Vec<ExportFile>), Trouble> {
    let (Some(file), Some(directory)) = (&meant.file, meant.directory()) else {
        return Ok((meant.to_string(), Vec::new()));
    };
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let file = |(path, content, is_executable)| ExportFile {
        path,
        content,
        is_executable,
    };
    let files = Tree::read(directory, &[])?.0.into_iter().map(file);
    Ok((name.into_owned(), files.collect()))
}

/// The program's bytes; says where it may not start.
fn binary(given: Option<&Path>, screen: &Screen) -> Result<Vec<u8>, Trouble> {
    let path = given.unwrap_or(Path::new("/proc/self/exe"));
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let program = object::File::parse(&*bytes)
        .map_err(|_| Trouble::usage(format!("{} is no program", path.display())))?;
    let needs_loader = |name: &str| name == ".interp";
    if program.sections().any(|s| s.name().is_ok_and(needs_loader)) {
        screen.remark(
            "the program is linked dynamically: Gradescope's image must have a C library as new as \
             this machine's; one that is linked statically needs nothing (--binary)",
        );
    }
    Ok(bytes)
}
