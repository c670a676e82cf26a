//! The worker: a process for one submission. It builds, plans trials, and has them made.

use std::collections::VecDeque;
use std::io::{self, BufReader, Write};

use crate::model::exhibit::Exhibit;
use crate::model::score::SCHEMA;
use crate::model::{
    Capability, Check, Experiment, Finding, Foretold, Form, Lab, Machine, Run, Scorecard, Verdict,
    score::Repeats,
};
use crate::sandbox::{Confinement, Rung, Workshop, WorkshopError};
use crate::sys;

use super::boxes::Ground;
use super::build::{self, BuildError, Built};
use super::crew::Crew;
use super::exhibit;
use super::job::{Order, Progress, Report, Request, TrialRecord};
use super::observe::Observation;
use super::oracle::{self, Interpreters, OracleError};
use super::plan::{self, Kind, Work};
use super::runner::causes;
use super::runners::Runners;
use super::shrink::{LIMITED_TRIAL, shrunk};
use super::trial::{make, next_number};
use super::verdict::{self, Outcome, Surroundings, TrialResult};

/// The labs that there are.
#[derive(Clone, Copy, Debug)]
pub struct Labs {
    /// Finds the one that a request is about.
    pub find: fn(&Request) -> Result<&'static Lab, AnyError>,
    /// The text of the kernel that submissions of `LESSON/LAB` are timed beside, if they are kernels.
    pub reference: fn(&str) -> Option<&'static [u8]>,
}

/// The process' main function: an [`Order`] on standard input, [`Report`]s on standard output.
///
/// # Errors
/// If standard output is gone.
pub fn main(labs: Labs) -> io::Result<()> {
    sys::process::die_with_parent(nix::unistd::getppid().as_raw())?;
    let order = serde_json::from_reader(BufReader::new(io::stdin().lock()))?;
    let done = match order {
        Order::Examine(request) => examine(&request, labs),
        Order::Observe(observation) => observe(&observation),
    };
    match done {
        Ok(report) => say(&report),
        Err(error) => say(&Report::Failed {
            causes: causes(error.as_ref()),
            hint: hint(error.as_ref()),
        }),
    }
}

/// Whatever goes wrong.
pub type AnyError = Box<dyn std::error::Error>;

fn hint(error: &(dyn std::error::Error + 'static)) -> String {
    if let Some(error) = error.downcast_ref::<crate::sandbox::SandboxError>() {
        return error.hint().to_owned();
    }
    if error.is::<NoWorld>() {
        return "`syslab doctor` says what to do about it".to_owned();
    }
    match error.downcast_ref() {
        Some(WorkshopError::Root(failure)) => return failure.hint().to_owned(),
        Some(WorkshopError::Copy(error)) => return error.hint().to_owned(),
        _ => {}
    }
    error
        .downcast_ref::<BuildError>()
        .map_or_else(String::new, BuildError::hint)
}

fn say(report: &Report) -> io::Result<()> {
    let mut line = serde_json::to_vec(report)?;
    line.push(b'\n');
    let mut out = io::stdout().lock();
    out.write_all(&line)?;
    out.flush()
}

fn examine(request: &Request, labs: Labs) -> Result<Report, AnyError> {
    let lab = (labs.find)(request)?;
    let workshop = Workshop::enter(&request.submission, request.confinement.as_ref())?;
    say(&Report::Progress(Progress::Building))?;
    let machine = super::machine(workshop.confinement());
    let mut notes: Vec<String> = workshop
        .skipped()
        .iter()
        .map(|skipped| format!("not taken over: {skipped}"))
        .collect();
    let built = match (lab.form, &request.audit) {
        (Form::Program | Form::Written(_), _) => build::build(&workshop),
        (Form::Module(_, battery), Some(audit)) => build::build_audited(&workshop, audit, battery),
        (Form::Module(name, battery), None) => {
            build::build_module(&workshop, lab.slug, name, battery)
        }
        (Form::Kernel, _) => {
            let has_device = machine.capabilities.contains(&Capability::Device);
            let name = format!("{}/{}", request.lesson, lab.slug);
            let reference = has_device.then(|| (labs.reference)(&name)).flatten();
            build::build_kernel(&workshop, reference)
        }
    };
    let mut exhibits = Vec::new();
    let findings = match built {
        Ok(built) => {
            let said = built.warnings.trim_end();
            notes.extend((!said.is_empty()).then(|| format!("the build said:\n{said}")));
            let shown = all_findings(request, lab, &machine, &workshop, &built)?;
            let (findings, with): (Vec<_>, Vec<_>) = shown.into_iter().unzip();
            exhibits.extend(with.into_iter().flatten());
            findings
        }
        Err(error) if error.is_the_programs() => {
            let findings = not_built(request, lab, &machine, &error);
            for finding in &findings {
                say(&Report::Progress(Progress::Finished(Box::new(
                    finding.clone(),
                ))))?;
            }
            findings
        }
        Err(error) => return Err(error.into()),
    };
    for exhibit in exhibits {
        say(&Report::Progress(Progress::Exhibit(Box::new(exhibit))))?;
    }
    Ok(Report::Done(Box::new(Scorecard {
        schema: SCHEMA,
        lab: format!("{}/{}", request.lesson, request.lab),
        title: lab.title.to_owned(),
        submission: request.submission.to_string_lossy().into_owned(),
        seed: request.seed,
        score: findings.iter().map(|finding| finding.points).sum(),
        max_score: findings.iter().map(|finding| finding.max_points).sum(),
        machine,
        notes,
        checks: findings,
    })))
}

fn wanted<'a>(
    request: &'a Request,
    lab: &'static Lab,
) -> impl Iterator<Item = (usize, &'static Check)> + 'a {
    let is_wanted = |id: &str| request.only.is_empty() || request.only.iter().any(|o| o == id);
    lab.checks
        .iter()
        .enumerate()
        .filter(move |(_, check)| is_wanted(check.id))
}

/// A program that does not build fails the first check; the others are not made.
fn not_built(
    request: &Request,
    lab: &'static Lab,
    machine: &Machine,
    error: &BuildError,
) -> Vec<Finding> {
    wanted(request, lab)
        .enumerate()
        .map(|(place, (_, check))| {
            if let Some(finding) = skipped(request, check, machine).filter(|_| place > 0) {
                return finding;
            }
            let verdict = if place == 0 {
                Verdict::Fail
            } else {
                Verdict::Skipped
            };
            let mut finding =
                verdict::blank(&request.lesson, check, verdict, "the program is built");
            if place == 0 {
                finding.why = causes(error).join(": ");
                finding.hint = error.hint();
            } else {
                "not checked: the program does not build".clone_into(&mut finding.why);
            }
            finding
        })
        .collect()
}

/// What a check needs and this machine lacks, as a reason; `None` if nothing.
fn lacking(check: &Check, machine: &Machine) -> Option<String> {
    let lacks: Vec<&str> = check
        .needs
        .iter()
        .filter(|need| !machine.capabilities.contains(need))
        .map(|need| need.name())
        .collect();
    (!lacks.is_empty()).then(|| {
        let lacks = lacks.join(", ");
        format!("not checked here: needs {lacks}; see `syslab doctor`")
    })
}

/// The finding of a check that this machine cannot make, if it cannot. Without a device nobody is asked
/// for the points that it takes one to get.
fn skipped(request: &Request, check: &Check, machine: &Machine) -> Option<Finding> {
    let why = lacking(check, machine)?;
    let mut finding = verdict::blank(&request.lesson, check, Verdict::Skipped, "");
    finding.why = why;
    if check.needs_device() {
        finding.max_points = 0;
    }
    Some(finding)
}

/// A finding, and what it was judged by, if that was kept.
type Shown = (Finding, Option<Exhibit>);

fn all_findings(
    request: &Request,
    lab: &'static Lab,
    machine: &Machine,
    workshop: &Workshop,
    built: &Built,
) -> Result<Vec<Shown>, AnyError> {
    let mut rounds = Vec::new();
    for round in 0..request.repeat.max(1) {
        let is_first = round == 0;
        rounds.push(one_round(request, lab, machine, workshop, built, is_first)?);
    }
    let of = request.repeat;
    if of <= 1 {
        return Ok(rounds.pop().unwrap_or_default());
    }
    let mut first = rounds.remove(0);
    for (at, shown) in first.iter_mut().enumerate() {
        let others: Vec<&Shown> = rounds.iter().map(|round| &round[at]).collect();
        let is_pass = |shown: &Shown| shown.0.verdict == Verdict::Pass;
        let passed =
            others.iter().filter(|f| is_pass(f)).count() as u32 + u32::from(is_pass(shown));
        // The worst of the repeats is what counts, and what is shown.
        let worst = |shown: &Shown| match shown.0.verdict {
            Verdict::Fail => 0,
            Verdict::Unknown => 1,
            Verdict::Skipped => 2,
            Verdict::Pass => 3,
        };
        if let Some(other) = others.into_iter().min_by_key(|f| worst(f))
            && worst(other) < worst(shown)
        {
            *shown = other.clone();
        }
        shown.0.repeats = Some(Repeats { passed, of });
    }
    Ok(first)
}

fn one_round(
    request: &Request,
    lab: &'static Lab,
    machine: &Machine,
    workshop: &Workshop,
    built: &Built,
    is_first: bool,
) -> Result<Vec<Shown>, AnyError> {
    let mut works = VecDeque::new();
    let mut stories = vec![String::new(); lab.checks.len()];
    let mut not_made = vec![None; lab.checks.len()];
    for (index, check) in wanted(request, lab) {
        if let Some(finding) = skipped(request, check, machine) {
            not_made[index] = Some((finding, None));
            continue;
        }
        let experiments = lab.experiments(index, request.seed);
        stories[index] = experiments
            .first()
            .map_or_else(String::new, |e| e.story.clone());
        works.extend(plan::trials(index, experiments));
    }
    put_first(&mut works, &request.first, lab);
    let (crew, runners) = crew(workshop, works, lab.checks.len())?;
    let interpreters = Interpreters::default();
    let made = crew.work(
        request.jobs,
        |slot, work| {
            if work.kind == Kind::Question {
                return question(workshop, &interpreters, work);
            }
            let judged = |work: &Work| {
                let record = make(
                    &runners,
                    workshop,
                    built,
                    (slot, work),
                    request.timeout_scale,
                );
                let at = Surroundings {
                    submission: &workshop.submission_dir(),
                    argv: &built.argv,
                    exhibits: request.exhibits,
                };
                let outcome = verdict::judge(&lab.checks[work.check], work, &record, at);
                let price = match record.runs.iter().any(|run| run.limit().is_some()) {
                    true => LIMITED_TRIAL,
                    false => 1,
                };
                (outcome, work_found(work, &record), price)
            };
            let (outcome, more, _) = judged(work);
            if !request.shrinks {
                return (outcome, more);
            }
            let smaller = |work: &Work| foretell(workshop, &interpreters, work).unwrap_or_default();
            let tried = |work: &Work| {
                let (outcome, _, price) = judged(work);
                (outcome, price)
            };
            (shrunk(work, outcome, smaller, tried), more)
        },
        |check, done, of| {
            let id = lab.checks[check].id.to_owned();
            // A command line that has gone away is noticed when the worker is killed.
            let _gone = is_first.then(|| say(&Report::Progress(Progress::Check { id, done, of })));
        },
        |check, mut outcomes| {
            let check_ = &lab.checks[check];
            let mut exhibit = verdict::exhibit(&mut outcomes);
            if let Some(exhibit) = &mut exhibit {
                exhibit::name_lines(exhibit, &workshop.submission_dir());
            }
            let finding = verdict::finding(&request.lesson, check_, &stories[check], outcomes);
            if is_first {
                let _gone = say(&Report::Progress(Progress::Finished(Box::new(
                    finding.clone(),
                ))));
            }
            (finding, exhibit)
        },
    );
    Ok(wanted(request, lab)
        .filter_map(|(index, _)| made[index].clone().or_else(|| not_made[index].clone()))
        .collect())
}

/// Who makes these trials. What they need is there before threads have them made: while a process is
/// copied, no other can copy what is to be executed, because the first's child may have it open for
/// writing (ETXTBSY).
fn crew(workshop: &Workshop, works: VecDeque<Work>, checks: usize) -> io::Result<(Crew, Runners)> {
    let mut runs = works.iter().flat_map(|work| &work.experiment.runs);
    if runs.any(Run::meets_actor) {
        workshop.actor()?;
    }
    let ground = Ground {
        rung: workshop.confinement().rung,
        root: workshop.root(),
    };
    Ok((Crew::new(works, checks), Runners::start(&ground)?))
}

/// Moves the trials of these checks to the front; all others stay in their order.
fn put_first(works: &mut VecDeque<Work>, first: &[String], lab: &Lab) {
    works.make_contiguous().sort_by_key(|work| {
        let id = lab.checks[work.check].id;
        first
            .iter()
            .position(|wanted| wanted == id)
            .unwrap_or(first.len())
    });
}

/// Asks an experiment's oracle: the trials that it makes.
fn question(workshop: &Workshop, interpreters: &Interpreters, work: &Work) -> (Outcome, Vec<Work>) {
    let (result, more) = match foretell(workshop, interpreters, work) {
        Ok(runs) => (TrialResult::Counted, work.foretold(runs)),
        Err(error @ OracleError::Cannot(_)) => (TrialResult::Skipped(error.to_string()), vec![]),
        Err(error @ OracleError::Broken(_)) => (TrialResult::Unknown(error.to_string()), vec![]),
    };
    let outcome = Outcome {
        order: work.order,
        was_struck: None,
        result,
    };
    (outcome, more)
}

/// The runs that the oracle behind a trial makes, or, where the trial is one of them, the smaller ones.
fn foretell(
    workshop: &Workshop,
    interpreters: &Interpreters,
    work: &Work,
) -> Result<Vec<Foretold>, OracleError> {
    let (failed, from) = match &work.foretold {
        Some((failed, from)) => (Some(failed.as_ref()), from),
        None => (None, &work.experiment),
    };
    let Some(oracle) = &from.oracle else {
        return Ok(Vec::new());
    };
    let directory = workshop
        .lab_dir(next_number(), 0)
        .map_err(|error| OracleError::Broken(causes(&error).join(": ")))?;
    oracle::ask(oracle, failed, workshop, interpreters, directory.path())
}

/// The trials that a reference trial makes known.
fn work_found(work: &Work, record: &TrialRecord) -> Vec<Work> {
    if work.kind == Kind::Reference {
        work.points(record.points)
    } else {
        Vec::new()
    }
}

/// Why nothing is observed where programs have no namespaces of their own: paths, processes and ports
/// would be the machine's, and what is told of them wrong.
#[derive(Debug, thiserror::Error)]
#[error("a program cannot be observed in a world of its own here: {0}")]
struct NoWorld(String);

fn observe(observation: &Observation) -> Result<Report, AnyError> {
    let workshop = Workshop::enter(&observation.program, None)?;
    let Confinement { rung, detail } = workshop.confinement();
    if *rung < Rung::Full {
        let why = detail.first().cloned();
        return Err(NoWorld(why.unwrap_or_default()).into());
    }
    let built = build::build(&workshop)?;
    let experiment: Experiment = observation.experiment.clone();
    let works = plan::trials(0, vec![experiment]).into();
    let (crew, runners) = crew(&workshop, works, 1)?;
    crew.work(
        observation.jobs,
        |slot, work| {
            let record = make(&runners, &workshop, &built, (slot, work), 1.0);
            let more = work_found(work, &record);
            let result = match &record.trouble {
                Some(why) => TrialResult::Unknown(why.clone()),
                None => TrialResult::Counted,
            };
            let point = match work.kind {
                Kind::Point { strike, nth, .. } => Some((strike, nth)),
                _ => None,
            };
            let _gone = say(&Report::Observed {
                point,
                runs: record.runs.iter().map(ToString::to_string).collect(),
                trouble: record.trouble.or(record.cannot_start),
            });
            (
                Outcome {
                    order: work.order,
                    was_struck: None,
                    result,
                },
                more,
            )
        },
        |_, _, _| {},
        |_, _| (),
    );
    Ok(Report::AllObserved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_that_are_wanted_first_are_tried_first() {
        const LAB: Lab = Lab {
            slug: "",
            title: "",
            form: Form::Program,
            checks: &[
                Check::named("a"),
                Check::named("b"),
                Check::named("c"),
                Check::named("d"),
            ],
        };
        let trials = |index| plan::trials(index, vec![Experiment::default(); 2]);
        let mut works: VecDeque<Work> = (0..4).flat_map(trials).collect();
        put_first(&mut works, &["d".into(), "b".into()], &LAB);
        let order: Vec<usize> = works.iter().map(|work| work.check).collect();
        assert_eq!(order, [3, 3, 1, 1, 0, 0, 2, 2]);
    }
}
