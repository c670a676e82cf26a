//! `syslab doctor`: what this machine can do, and what it lacks.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use crate::bench;
use crate::exit::{self, Outcome};
use crate::model::Machine;
use crate::ui::{Look, Screen, Tone, padded, visible};

/// Say what this machine can do, and what it lacks
///
/// Checks that need what the machine lacks are reported as skipped, never as failed. Exits with
/// 3 if a lab cannot be checked here.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {}

const EXAMPLES: &str = "\
Examples:
  $ syslab doctor";

/// What checks may need of a machine, with what it is for.
const CAPABILITIES: &[(&str, &str)] = &[
    ("events", "see which calls a program makes, in which order"),
    ("results", "see what they return"),
    ("arguments", "see what they are given"),
    ("injection", "make calls fail"),
    ("sites", "name the line of the program"),
    ("confinement", "run programs that are not trusted"),
];

/// Without this, findings say less, and every check can still be made.
const NICE_TO_HAVE: &str = "sites";

/// Tools that lessons and labs use, each with what for.
const TOOLS: &[(&str, &str)] = &[
    ("cc", "labs in C"),
    ("make", "submissions with a Makefile"),
    ("rustc", "labs in Rust"),
    ("cargo", "submissions with a Cargo.toml"),
    ("python3", "labs in Python"),
    ("strace", "the commands that findings show"),
    ("less", "reading long texts"),
];

/// Runs the command.
///
/// # Errors
/// If stdout fails.
pub fn run(_args: &Args, screen: &Screen) -> Outcome {
    let machine = bench::machine();
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
    out.push_str(&tools(look));
    screen.print(&out)?;
    let is_able = CAPABILITIES
        .iter()
        .all(|(name, _)| has(&machine, name) || *name == NICE_TO_HAVE);
    Ok(if is_able { exit::DONE } else { exit::MACHINE })
}

fn said(text: &str) -> String {
    match text.is_empty() {
        true => "unknown".to_owned(),
        false => visible(text),
    }
}

fn has(machine: &Machine, capability: &str) -> bool {
    machine.capabilities.iter().any(|name| name == capability)
}

fn capabilities(machine: &Machine, look: Look) -> String {
    let mut out = format!("\n{}\n", look.paint(Tone::Strong, "What checks can use"));
    for (name, purpose) in CAPABILITIES {
        row(&mut out, look, has(machine, name), name, purpose);
    }
    out
}

fn tools(look: Look) -> String {
    let mut out = format!("\n{}\n", look.paint(Tone::Strong, "Tools"));
    for (name, purpose) in TOOLS {
        row(&mut out, look, is_installed(name), name, purpose);
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

/// Whether a program of this name is found along PATH.
fn is_installed(name: &str) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    let is_program = |path: &Path| {
        fs::metadata(path)
            .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
    };
    env::var_os("PATH")
        .is_some_and(|paths| env::split_paths(&paths).any(|path| is_program(&path.join(name))))
}
