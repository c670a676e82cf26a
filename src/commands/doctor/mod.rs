//! `syslab doctor`: what to do next, what works here, and what this machine can do.

mod lessons;

use std::env;

use crate::bench::steps::{Lacks, Step, steps};
use crate::bench::{self, machine};
use crate::exit::{self, Outcome};
use crate::lessons::LESSONS;
use crate::model::{Capability, Machine};
use crate::probes::{Probe, Standing, System};
use crate::report::{
    self, CapabilityHere, DIAGNOSIS_SCHEMA_VERSION, Diagnosis, Found, Health, ToDo,
};
use crate::sandbox;
use crate::ui::Screen;

/// Say what to do next on this machine, what works, and what it lacks
///
/// Begins with steps whose commands can be copied: they are for this distribution and for what it
/// runs in (a container, WSL). Checks that need what the machine lacks are reported as skipped,
/// never as failed. Exits with 3 if a lab cannot be checked here, `fds/uring-copy` aside.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// As JSON, schema 1
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  $ syslab doctor
  $ syslab doctor --json";

/// Without the first, findings say less, and every check can still be made; without the second,
/// one lab cannot be checked, which most containers cannot help; without the third, one check; the
/// fourth is for checks that are made only where it is.
const NICE_TO_HAVE: [Capability; 4] = [
    Capability::Sites,
    Capability::Rings,
    Capability::Memory,
    Capability::Device,
];

/// Runs the command.
///
/// # Errors
/// If stdout fails.
pub fn run(args: &Args, screen: &Screen) -> Outcome {
    let confinement = sandbox::confinement();
    let machine = machine(&confinement);
    let probes = bench::diagnosis(&confinement);
    let is_able = Capability::ALL
        .iter()
        .all(|one| machine.capabilities.contains(one) || NICE_TO_HAVE.contains(one));
    let diagnosis = diagnosis(machine, &probes);
    screen.print(&match args.json {
        true => report::diagnosis_json(&diagnosis),
        false => report::diagnosis(&diagnosis, screen.out),
    })?;
    Ok(if is_able { exit::DONE } else { exit::MACHINE })
}

fn diagnosis(machine: Machine, probes: &[Probe]) -> Diagnosis {
    let system = System::this();
    let program = env::current_exe().unwrap_or_default();
    let steps = steps(&system, &Lacks::of(probes), &program);
    Diagnosis {
        schema: DIAGNOSIS_SCHEMA_VERSION,
        steps: steps.into_iter().map(to_do).collect(),
        lessons: LESSONS
            .iter()
            .map(|lesson| lessons::here(lesson, &machine, probes))
            .collect(),
        languages: lessons::languages(probes),
        system: system.name,
        capabilities: Capability::ALL
            .iter()
            .map(|one| CapabilityHere {
                name: one.name(),
                purpose: one.purpose(),
                is_there: machine.capabilities.contains(one),
            })
            .collect(),
        kernel: machine.kernel,
        tracer: machine.tracer,
        confinement: machine.confinement,
        confinement_detail: machine.confinement_detail,
        found: probes.iter().map(found).collect(),
    }
}

fn to_do(step: Step) -> ToDo {
    ToDo {
        goal: step.goal,
        why: step.why,
        commands: step.commands,
    }
}

fn found(probe: &Probe) -> Found {
    Found {
        name: probe.name,
        standing: match probe.standing {
            Standing::Good => Health::Good,
            Standing::Weak => Health::Weak,
            Standing::Missing => Health::Missing,
            Standing::Note => Health::Note,
        },
        found: probe.found.clone(),
        advice: probe.advice.clone(),
    }
}
