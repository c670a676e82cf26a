//! `syslab doctor`: what this machine can do, and what it lacks.

use std::fmt::Write as _;

use crate::bench;
use crate::exit::{self, Outcome};
use crate::model::{Capability, Machine};
use crate::probes::{Probe, Standing};
use crate::sandbox;
use crate::ui::{Look, Screen, Tone, padded, visible};

/// Say what this machine can do, and what it lacks
///
/// Checks that need what the machine lacks are reported as skipped, never as failed. Exits with
/// 3 if a lab cannot be checked here, `fds/uring-copy` aside.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {}

const EXAMPLES: &str = "\
Examples:
  $ syslab doctor";

/// Without the first, findings say less, and every check can still be made; without the second,
/// one lab cannot be checked, which most containers cannot help; without the third, one check.
const NICE_TO_HAVE: [Capability; 3] = [Capability::Sites, Capability::Rings, Capability::Memory];

/// Runs the command.
///
/// # Errors
/// If stdout fails.
pub fn run(_args: &Args, screen: &Screen) -> Outcome {
    let confinement = sandbox::confinement();
    let machine = bench::machine(&confinement);
    let look = screen.out;
    let mut out = format!(
        "kernel       {}\ntracer       {}\nconfinement  {}\n",
        said(&machine.kernel),
        said(&machine.tracer),
        said(&machine.confinement)
    );
    for detail in &machine.confinement_detail {
        out.push_str(&look.wrap(13, 0, &visible(detail)));
    }
    out.push_str(&capabilities(&machine, look));
    out.push_str(&findings(&bench::diagnosis(&confinement), look));
    screen.print(&out)?;
    let is_able = Capability::ALL
        .iter()
        .all(|one| machine.capabilities.contains(one) || NICE_TO_HAVE.contains(one));
    Ok(if is_able { exit::DONE } else { exit::MACHINE })
}

fn said(text: &str) -> String {
    match text.is_empty() {
        true => "unknown".to_owned(),
        false => visible(text),
    }
}

fn capabilities(machine: &Machine, look: Look) -> String {
    let mut out = format!("\n{}\n", look.paint(Tone::Strong, "What checks can use"));
    for one in Capability::ALL {
        let is_there = machine.capabilities.contains(&one);
        row(&mut out, look, is_there, one.name(), one.purpose());
    }
    out
}

/// What was found, piece by piece, and what to do about it.
fn findings(probes: &[Probe], look: Look) -> String {
    let mut out = format!("\n{}\n", look.paint(Tone::Strong, "What was found"));
    let widest = probes
        .iter()
        .map(|probe| probe.name.len())
        .max()
        .unwrap_or(0);
    for probe in probes {
        let (mark, tone) = match probe.standing {
            Standing::Good => ("✓", Tone::Good),
            Standing::Weak => ("-", Tone::Odd),
            Standing::Missing => ("✗", Tone::Bad),
            Standing::Note => (" ", Tone::Good),
        };
        let name = padded(probe.name, widest);
        writeln!(
            out,
            "  {} {name}  {}",
            look.paint(tone, mark),
            visible(&probe.found)
        )
        .expect("writing to a string does not fail");
        if !probe.advice.is_empty() {
            out.push_str(&look.wrap(widest + 6, 0, &visible(&probe.advice)));
        }
    }
    out
}

fn row(out: &mut String, look: Look, is_there: bool, name: &str, purpose: &str) {
    const WIDEST: usize = 11;
    let mark = match is_there {
        true => look.paint(Tone::Good, "✓"),
        false => look.paint(Tone::Odd, "✗"),
    };
    writeln!(out, "  {mark} {}  {purpose}", padded(name, WIDEST))
        .expect("writing to a string does not fail");
}
