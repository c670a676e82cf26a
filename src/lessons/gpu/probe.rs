//! The probe: launches a submission's kernel on the simulator, and writes down what came of it.
//!
//! This is what a trial of these labs starts: the binary itself, under a hidden name. It has read the
//! compiled kernel, which is hostile text, and executes it instruction by instruction, in bounds of its own;
//! it has no opinion. Facts go to standard output, one JSON object a line, and judges read them there.

mod again;
mod bed;
mod compare;
mod device;
mod options;
#[cfg(test)]
mod tests;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use self::bed::{Bed, Came};
use self::options::Options;
use super::cases::{Contract, Plan, contract};
use super::facts::{Cannot, Fact, Module};
use crate::gpu::fault::FaultKind;
use crate::gpu::launch::{Checks, End};
use crate::lessons::chance::Source;

/// The most PTX that is read: a hundred times what a kernel of these labs takes.
const MOST_PTX: u64 = 4 << 20;

/// Arguments that it does not understand: a bug of ours, like everything else that keeps it from its end.
const BROKEN: u8 = 70;

/// Makes the probe that the arguments ask for: `--lab LAB --probe PROBE --seed N --ptx FILE`. Beside FILE,
/// `NAME.ptx`, there is `NAME.O0.ptx`, which was compiled
/// without optimisation.
///
/// Writes facts to `out`. The status is 0 if it came to its end, whatever that was.
pub fn main(args: &[String], out: &mut dyn Write) -> ExitCode {
    let made = Options::parse(args)
        .map_err(io::Error::other)
        .and_then(|options| probe(&options, out))
        .and_then(|()| out.flush());
    match made {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(BROKEN),
    }
}

/// Makes one probe.
fn probe(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut log = Log { out };
    if let Err(why) = experiment(options, &mut log) {
        match why {
            Broken::Wrote(error) => return Err(error),
            Broken::Unsupported(why) => log.say(&Fact::Unsupported(Cannot { why }))?,
        }
    }
    log.say(&Fact::Done)
}

/// Why a probe is not made.
enum Broken {
    /// Facts cannot be written.
    Wrote(io::Error),
    /// Our simulator cannot make it.
    Unsupported(String),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Wrote(error)
    }
}

fn experiment(options: &Options, log: &mut Log<'_>) -> Result<(), Broken> {
    let Some(contract) = contract(&options.lab) else {
        let why = format!("there is no lab {} of kernels", options.lab);
        return Err(Broken::Unsupported(why));
    };
    let asked = Asked::of(&options.probe);
    let plans = (contract.plans)();
    let mut bed = bed(&options.ptx, asked.checks, options.seed)?;
    if options.probe == "compiles" {
        return Ok(log.say(&Fact::Module(module(contract, &bed)))?);
    }
    let chosen = plans.iter().filter(|plan| asked.takes(plan));
    if asked.is_watching {
        if !launches(contract, &mut bed, chosen, &asked, options, log)? {
            return Ok(());
        }
    } else {
        // What never ends is told by the first small launch, and not by the large one that is counted.
        let small = plans.iter().filter(|plan| plan.is_plain);
        if !ends(contract, &mut bed, small, &asked, options, log)? {
            return Ok(());
        }
        match options.probe.as_str() {
            "is-fast" => {
                for fact in device::timed(contract, options).map_err(Broken::Unsupported)? {
                    log.say(&fact)?;
                }
            }
            _ => {
                launches(contract, &mut bed, chosen, &asked, options, log)?;
            }
        }
        return Ok(());
    }
    let mut bed = self::bed(&unoptimised(&options.ptx), asked.checks, options.seed)?;
    bed.is_optimised = false;
    let chosen = plans
        .iter()
        .filter(|plan| plan.is_plain && asked.takes(plan));
    launches(contract, &mut bed, chosen, &asked, options, log)?;
    Ok(())
}

/// Makes these launches; false, if one of them never ended.
fn launches<'a>(
    contract: &Contract,
    bed: &mut Bed,
    plans: impl Iterator<Item = &'a Plan>,
    asked: &Asked<'_>,
    options: &Options,
    log: &mut Log<'_>,
) -> Result<bool, Broken> {
    for plan in plans {
        let came = launch(contract, bed, plan, options)?;
        told(&came, asked, log)?;
        if is_endless(&came) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Makes these launches, and writes down only the one that never ended; false, if there is one.
fn ends<'a>(
    contract: &Contract,
    bed: &mut Bed,
    plans: impl Iterator<Item = &'a Plan>,
    asked: &Asked<'_>,
    options: &Options,
    log: &mut Log<'_>,
) -> Result<bool, Broken> {
    for plan in plans {
        let came = launch(contract, bed, plan, options)?;
        if is_endless(&came) {
            told(&came, asked, log)?;
            return Ok(false);
        }
    }
    Ok(true)
}

/// Makes a launch.
fn launch(
    contract: &Contract,
    bed: &mut Bed,
    plan: &Plan,
    options: &Options,
) -> Result<Came, Broken> {
    let mut source = Source::new(options.seed, &plan.told);
    let parameters = (contract.make)(plan, &mut source);
    bed.launch(contract.function, plan, &parameters)
        .map_err(Broken::Unsupported)
}

/// Whether a launch would never have ended.
fn is_endless(came: &Came) -> bool {
    let Came::Made(made) = came else {
        return false;
    };
    let never = |kind| matches!(kind, FaultKind::Endless | FaultKind::Deadlock);
    made.launch.end == End::Stopped && made.faults.iter().any(|fault| never(fault.kind))
}

/// Writes down what came of a launch.
fn told(came: &Came, asked: &Asked<'_>, log: &mut Log<'_>) -> io::Result<()> {
    let launch = match came {
        Came::Refused(refused) => return log.say(&Fact::Refused(refused.clone())),
        Came::Made(made) => made,
    };
    log.say(&Fact::Launch(Box::new(launch.launch.clone())))?;
    for fault in &launch.faults {
        log.say(&Fact::Fault(Box::new(fault.clone())))?;
    }
    if !asked.is_watching {
        for fact in &launch.outputs {
            log.say(fact)?;
        }
    }
    if launch.launch.is_counted {
        log.say(&Fact::Counters(Box::new(launch.counters.total.clone())))?;
        for line in &launch.counters.lines {
            log.say(&Fact::Counters(Box::new(line.clone())))?;
        }
    }
    Ok(())
}

/// The kernels of the module, beside what the lab asks for.
fn module(contract: &Contract, bed: &Bed) -> Module {
    let parameters = contract.parameters.iter();
    Module {
        wanted: contract.function.to_owned(),
        parameters: parameters
            .map(|kind| (kind.name().to_owned(), kind.bytes()))
            .collect(),
        functions: bed.functions(),
    }
}

/// The module in this file, ready to be launched.
fn bed(path: &Path, checks: Checks, seed: u64) -> Result<Bed, Broken> {
    let unreadable = |error: io::Error| {
        Broken::Unsupported(format!("{} cannot be read: {error}", path.display()))
    };
    let size = fs::metadata(path).map_err(unreadable)?.len();
    if size > MOST_PTX {
        let why = format!("the kernel has {size} bytes of PTX, and {MOST_PTX} at most are read");
        return Err(Broken::Unsupported(why));
    }
    let ptx = fs::read_to_string(path).map_err(unreadable)?;
    Bed::new(&ptx, checks, seed).map_err(Broken::Unsupported)
}

/// The file beside it that was compiled without optimisation.
fn unoptimised(path: &Path) -> PathBuf {
    path.with_extension("O0.ptx")
}

/// What a probe asks for.
struct Asked<'a> {
    /// The check that it is for.
    check: &'a str,
    /// What the simulator checks.
    checks: Checks,
    /// Whether it looks for faults, in all launches; else for values and counters, in those that are
    /// the check's own.
    is_watching: bool,
}

impl<'a> Asked<'a> {
    fn of(check: &'a str) -> Self {
        let (checks, is_watching) = match check {
            "ends" | "stays-in-bounds" => (Checks::NONE, true),
            "meets-its-barriers" => (
                Checks {
                    barriers: true,
                    ..Checks::NONE
                },
                true,
            ),
            "has-no-race" => (
                Checks {
                    races: true,
                    ..Checks::NONE
                },
                true,
            ),
            "initialises-before-use" => (
                Checks {
                    uninitialised: true,
                    ..Checks::NONE
                },
                true,
            ),
            _ => (Checks::NONE, false),
        };
        Self {
            check,
            checks,
            is_watching,
        }
    }

    fn takes(&self, plan: &Plan) -> bool {
        match self.is_watching {
            true => plan.is_watched,
            false => plan.checks.contains(&self.check),
        }
    }
}

/// Where facts go.
struct Log<'a> {
    out: &'a mut dyn Write,
}

impl Log<'_> {
    fn say(&mut self, fact: &Fact) -> io::Result<()> {
        let line = serde_json::to_string(fact).map_err(io::Error::other)?;
        writeln!(self.out, "{line}")
    }
}
