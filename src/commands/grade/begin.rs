//! `grade SUBMISSIONS` and `grade resume`: takes the class in, and has it examined.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::bench::identity;
use crate::exit::{self, Outcome, Trouble};
use crate::grade::intake::{Caps, Intake, IntakeError, Roster, Source, take_in};
use crate::grade::run::{self, Files, Handed, Manifest, RunDir, SCHEMA, Terms, Unfit};
use crate::ui::{Screen, visible};

use super::super::which::{self, AskedLab};
use super::super::{check, interrupt::Interrupt};
use super::canaries::{self, Program};
use super::engines::Workers;
use super::opened::{POLICY, policy, told};
use super::{RunArg, drive};

mod repositories;
mod reuse;
mod terms;

use repositories::Clones;
use terms::terms;

/// What begins a run.
#[derive(Debug, clap::Args)]
pub(super) struct BeginArgs {
    /// The submissions
    #[arg(required = true, value_name = "SUBMISSIONS", value_hint = clap::ValueHint::AnyPath)]
    submissions: Option<PathBuf>,

    /// The lab: LAB, LESSON/LAB, or the path of a lab.toml
    #[arg(long, required = true, value_name = "LAB", value_hint = clap::ValueHint::FilePath)]
    lab: Option<OsString>,

    /// The run's directory; it is made
    #[arg(short, long = "output", required = true, value_name = "RUN", value_hint = clap::ValueHint::DirPath)]
    output: Option<PathBuf>,

    /// What the submissions come from: dirs, git, classroom50, canvas, moodle or gradescope [default:
    /// found out]. With git, SUBMISSIONS may be a list of repositories: on each line ADDRESS or
    /// NAME ADDRESS
    #[arg(long, value_name = "SOURCE")]
    from: Option<String>,

    /// Who is in the class: what a platform exports, or any CSV with a header
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    roster: Option<PathBuf>,

    /// How findings become grades: weights, lateness, who sees what; kept in RUN/policy.toml
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    policy: Option<PathBuf>,

    /// What every student's own seed is made from; keep it secret [default: by chance]
    #[arg(long, value_name = "TEXT")]
    seed: Option<String>,

    /// Make only this check; may be given several times
    #[arg(long, value_name = "ID")]
    only: Vec<String>,

    /// Programs whose verdicts are known, laid out as labs/LESSON/LAB of the repository
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    canaries: Option<PathBuf>,

    /// Allow each program X times the usual time
    #[arg(long, value_name = "X", default_value = "1", value_parser = check::scale)]
    timeout_scale: f64,

    /// Begin also where submissions cannot be confined fully: they can read what you can read, and
    /// what cannot be judged so is withheld
    #[arg(long)]
    allow_weak_confinement: bool,

    /// Take over what an older run found out about the same files in the same way; may be given
    /// several times. The seed is that run's, if none is given
    #[arg(long, value_name = "RUN", value_hint = clap::ValueHint::DirPath)]
    reuse: Vec<PathBuf>,

    #[command(flatten)]
    workers: Workers,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  Grade what Canvas, Moodle or Gradescope gave, or a directory of directories:
  $ syslab grade handed-in --lab durable-log -o run

  See what came of it, and hand it on:
  $ syslab grade status run
  $ syslab grade collect run --format csv

Exit status: 0 graded, whatever the grades, 2 usage, 3 this machine cannot, 4 somebody must
look, 130 interrupted.";

/// Go on with a run that was interrupted
///
/// Examines what has no result yet. The submissions are those that were taken in when the run was
/// begun.
#[derive(Debug, clap::Args)]
#[command(after_help = RESUME_EXAMPLES)]
pub(super) struct ResumeArgs {
    #[command(flatten)]
    run: RunArg,

    #[command(flatten)]
    workers: Workers,
}

const RESUME_EXAMPLES: &str = "\
Examples:
  $ syslab grade resume run";

/// Begins a run, or goes on with it.
///
/// # Errors
/// If the class cannot be taken in, or the machine cannot grade.
pub(super) fn run(args: &BeginArgs, screen: &Screen) -> Outcome {
    let (Some(submissions), Some(lab), Some(output)) = (&args.submissions, &args.lab, &args.output)
    else {
        return Err(Trouble::usage("SUBMISSIONS, --lab and -o are needed"));
    };
    let meant = &which::asked(lab)?;
    let from = args.from.as_deref().map(source).transpose()?;
    checks_exist(meant, &args.only)?;
    let policy_text = policy_text(args.policy.as_deref(), meant)?;
    let roster = args.roster.as_deref().map(roster).transpose()?;
    let programs = canary_programs(args, meant)?;

    let run = RunDir::at(output);
    refuse_strange(&run)?;
    run.make().map_err(told)?;
    let lock = run.lock().map_err(told)?;
    let terms = terms(args, meant, &run)?;
    let interrupt = Interrupt::install()?;

    let clones = match args.from.as_deref() {
        Some("git") => Clones::of(submissions, &run, &interrupt, screen)?,
        _ => None,
    };
    let given = Given {
        submissions,
        from,
        roster: roster.as_ref(),
        clones: clones.as_ref(),
        programs: &programs,
    };
    let manifest = taken_in(&run, &given, terms, screen)?;
    if let Some(text) = policy_text {
        run::replace(&run.path(POLICY), text.as_bytes())?;
    }
    reuse::take_over(&run, &manifest, &args.reuse, screen)?;
    drive::drive(&run, &manifest, &args.workers, lock, &interrupt, screen)
}

/// Goes on with a run.
///
/// # Errors
/// If there is none, or the machine cannot grade.
pub(super) fn resume(args: &ResumeArgs, screen: &Screen) -> Outcome {
    let run = RunDir::at(&args.run.run);
    let manifest = run.manifest().map_err(told)?;
    let lock = run.lock().map_err(told)?;
    let interrupt = Interrupt::install()?;
    let here = identity::program()?;
    if here != manifest.terms.program {
        return Err(Trouble::usage(format!(
            "the run was begun by syslab {}, and this is {here}",
            manifest.terms.program
        ))
        .hint("a run is graded by one program from beginning to end: begin a new one with -o"));
    }
    drive::drive(&run, &manifest, &args.workers, lock, &interrupt, screen)
}

fn source(name: &str) -> Result<Source, Trouble> {
    Source::of_name(name).ok_or_else(|| {
        super::super::unknown(
            "there is no source",
            name,
            [
                "dirs",
                "git",
                "classroom50",
                "canvas",
                "moodle",
                "gradescope",
            ],
        )
    })
}

/// Whether the lab has these checks.
///
/// # Errors
/// Usage, if it has not.
pub(super) fn checks_exist(meant: &AskedLab, only: &[String]) -> Result<(), Trouble> {
    for id in only {
        let known: Vec<&str> = meant.lab.checks.iter().map(|check| check.id).collect();
        if !known.contains(&id.as_str()) {
            return Err(super::super::unknown(
                &format!("{meant} has no check"),
                id,
                known,
            ));
        }
    }
    Ok(())
}

/// The policy's text, if one is given.
///
/// # Errors
/// Usage, if it makes no sense for the lab.
pub(super) fn policy_text(
    path: Option<&Path>,
    meant: &AskedLab,
) -> Result<Option<String>, Trouble> {
    let Some(path) = path else {
        return Ok(None);
    };
    let Some(policy) = policy(path)? else {
        return Err(Trouble::usage(format!("there is no {}", path.display())));
    };
    let is_known = |id: &str| meant.lab.checks.iter().any(|check| check.id == id);
    if let Some(stranger) = policy.strangers(is_known).first() {
        let known: Vec<&str> = meant.lab.checks.iter().map(|check| check.id).collect();
        return Err(super::super::unknown(
            &format!("{}: {meant} has no check", path.display()),
            stranger,
            known,
        ));
    }
    Ok(Some(fs::read_to_string(path)?))
}

fn roster(path: &Path) -> Result<Roster, Trouble> {
    let read = || format!("cannot read {}", path.display());
    let bytes = fs::read(path).with_context(read)?;
    Roster::parse(&bytes).map_err(|error| {
        Trouble::usage(format!("{}: {error}", path.display()))
            .hint("a roster needs a column such as id, name, email or login")
    })
}

fn canary_programs(args: &BeginArgs, meant: &AskedLab) -> Result<Vec<Program>, Trouble> {
    let programs = match (args.canaries.as_deref(), meant.directory()) {
        (Some(directory), _) | (None, Some(directory)) => {
            canaries::of_directory(directory, meant.lab)?
        }
        (None, None) => canaries::own(&meant.to_string()),
    };
    Ok(programs
        .into_iter()
        .filter(|program| program.is_telling(&args.only))
        .collect())
}

/// A directory with other things in it is not for us to write into.
fn refuse_strange(run: &RunDir) -> Result<(), Trouble> {
    if run.has_manifest() || run.path("attempts").is_dir() {
        return Ok(());
    }
    let is_empty = match fs::read_dir(run.root()) {
        Ok(mut entries) => entries.next().is_none(),
        Err(_) => !run.root().exists(),
    };
    match is_empty {
        true => Ok(()),
        false => Err(
            Trouble::usage(format!("{} is no run, and not empty", run.root().display()))
                .hint("give a directory that does not exist with -o"),
        ),
    }
}

/// What a run is made of.
struct Given<'a> {
    submissions: &'a Path,
    from: Option<Source>,
    roster: Option<&'a Roster>,
    clones: Option<&'a Clones>,
    programs: &'a [Program],
}

impl Given<'_> {
    /// Takes the submissions in.
    fn take_in(&self, target: &Path) -> Result<Intake, Trouble> {
        let place = self.clones.map_or(self.submissions, Clones::path);
        let mut intake = take_in(place, self.from, self.roster, target, &Caps::default())
            .map_err(|error| not_taken(error, self.submissions))?;
        if let Some(clones) = self.clones {
            clones.explain(&mut intake);
        }
        Ok(intake)
    }
}

/// Takes the class in and writes the manifest; or finds that all is as it was.
fn taken_in(
    run: &RunDir,
    given: &Given<'_>,
    terms: Terms,
    screen: &Screen,
) -> Result<Manifest, Trouble> {
    let is_new = !run.has_manifest();
    // What an earlier beginning left that did not get as far as a manifest; or a place beside
    // what is there, to compare with.
    let place = match is_new {
        true => "intake",
        false => "intake.again",
    };
    let (target, canaries) = (run.path(place), run.path("canaries"));
    for left in [&run.path("intake.again"), &target] {
        remove(left)?;
    }
    let intake = given.take_in(&target)?;
    for program in given.programs {
        let directory = canaries.join(&program.canary.name);
        if is_new {
            remove(&directory)?;
        }
        if is_new || !directory.exists() {
            program.write(&directory)?;
        }
    }
    let manifest = manifest(run, &target, &intake, terms, given.programs)?;
    let set = run.set_manifest(&manifest).map_err(told);
    if !is_new {
        remove(&target)?;
    }
    set?;
    if let Some(roster) = given.roster {
        for note in &roster.notes {
            screen.remark(&format!("roster: {}", visible(note)));
        }
    }
    screen.remark(&format!(
        "{}: {}",
        intake.detected.source.title(),
        intake.detected.why
    ));
    for leftover in &intake.leftovers {
        screen.remark(&format!("belongs to no submission: {}", visible(leftover)));
    }
    Ok(manifest)
}

fn remove(directory: &Path) -> Result<(), Trouble> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error)
            .with_context(|| format!("cannot remove {}", directory.display()))
            .map_err(Into::into),
        _ => Ok(()),
    }
}

fn not_taken(error: IntakeError, submissions: &Path) -> Trouble {
    match error {
        IntakeError::Target(..) => Trouble::from(error),
        IntakeError::Nothing(_) => Trouble::new(exit::USAGE, error)
            .hint("SUBMISSIONS holds a directory or an archive for every submission"),
        other => Trouble::new(exit::USAGE, other)
            .hint(format!("is {} what was handed in?", submissions.display())),
    }
}

fn manifest(
    run: &RunDir,
    target: &Path,
    intake: &Intake,
    terms: Terms,
    programs: &[Program],
) -> Result<Manifest, Trouble> {
    let mut tasks = Vec::new();
    let mut unfit = Vec::new();
    // First, so that it is known early if nothing can be trusted.
    for program in programs {
        let path = format!("canaries/{}", program.canary.name);
        let print = identity::submission(&run.path(&path))?;
        tasks.push(terms.canary(&program.canary, &Files { path, print }));
    }
    for submission in &intake.submissions {
        let mut refuse = |because: String| {
            unfit.push(Unfit {
                name: submission.key.clone(),
                handed: Handed::of(submission),
                because,
            });
        };
        let files = match &submission.files {
            Ok(files) => files,
            Err(because) => {
                refuse(because.clone());
                continue;
            }
        };
        let print = match identity::submission(files) {
            Ok(print) => print,
            Err(error) => {
                refuse(error.to_string());
                continue;
            }
        };
        let inside = files.strip_prefix(target).unwrap_or(files);
        let path = format!("intake/{}", inside.display());
        tasks.push(terms.submission(submission, &Files { path, print }));
    }
    Ok(Manifest {
        schema: SCHEMA,
        terms,
        source: format!(
            "{}: {}",
            intake.detected.source.title(),
            intake.detected.why
        ),
        tasks,
        unfit,
        absent: intake.absent.clone(),
        leftovers: intake.leftovers.clone(),
    })
}
