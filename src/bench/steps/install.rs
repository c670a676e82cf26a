//! Steps that install something: in the words of each distribution, all of one kind in one command.

use super::{Lacks, Step, as_root};
use crate::probes::{Family, System};

/// Where the compiler for CUDA kernels comes from where there is no clang: as `scripts/setup` has it.
pub(super) const ZIG: &str = "ziglang==0.16.0";

/// Packages of the virtual environment: what `scripts/setup` installs.
const PACKAGES: &str = include_str!("../../../scripts/python-packages.txt");

/// Where the virtual environment is; see the XDG Base Directory Specification.
const VENV: &str = "\"${XDG_DATA_HOME:-$HOME/.local/share}/syslab/venv\"";

/// How Rust is installed, on every distribution; see <https://rustup.rs>.
const RUSTUP: &str = "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh";

/// The tools that programs are built and looked at with, all in one command.
pub(super) fn tools(system: &System, missing: &[&'static str]) -> Option<Step> {
    const GOAL: &str = "Install what programs are built with";
    let missing: Vec<&'static str> = missing
        .iter()
        .copied()
        .filter(|tool| *tool != "rustc")
        .collect();
    if missing.is_empty() {
        return None;
    }
    let why = format!(
        "not found: {}; each is for one language or use, as below",
        missing.join(", ")
    );
    let packages = packages(system.family, &missing);
    let command = install(system, &packages);
    Some(match command {
        Some(command) => Step::new(GOAL, why, vec![command]),
        None => Step::new(
            GOAL,
            format!("{why}; take them from your distribution"),
            Vec::new(),
        ),
    })
}

/// The packages in which these tools are.
fn packages(family: Family, tools: &[&'static str]) -> Vec<&'static str> {
    let named = |tool: &&'static str| match (family, *tool) {
        // What a C compiler needs to link comes apart from it.
        (Family::Debian | Family::Ubuntu, "cc") => vec!["gcc", "libc6-dev"],
        (_, "cc") => vec!["gcc"],
        (Family::Arch, "python3") => vec!["python"],
        (_, tool) => vec![tool],
    };
    tools.iter().flat_map(named).collect()
}

/// The command that installs packages, on the distributions that are known.
fn install(system: &System, packages: &[&str]) -> Option<String> {
    let packages = packages.join(" ");
    let root = |command: &str| as_root(system, command);
    match system.family {
        Family::Debian | Family::Ubuntu => Some(format!(
            "{} && {}",
            root("apt-get update"),
            root(&format!("apt-get install -y {packages}"))
        )),
        Family::Fedora => Some(root(&format!("dnf install -y {packages}"))),
        Family::Arch => Some(root(&format!("pacman -S --needed {packages}"))),
        Family::Other => None,
    }
}

/// The virtual environment of two lessons.
pub(super) fn environment(system: &System, lacks: &Lacks) -> Option<Step> {
    let (goal, why) = match (lacks.extensions, lacks.kernels) {
        (false, false) => return None,
        (true, false) => (
            "Prepare the lesson ext",
            "its labs are built with these packages; those in Rust need `scripts/setup` of a checkout",
        ),
        (false, true) => (
            "Prepare the lesson gpu",
            "its labs are compiled by this package's clang",
        ),
        (true, true) => (
            "Prepare the lessons ext and gpu",
            "their labs are built with these packages; not needed by any other lesson",
        ),
    };
    let mut commands = Vec::new();
    let headers: &[&str] = match system.family {
        Family::Debian | Family::Ubuntu => &["python3-venv", "python3-dev", "g++"],
        Family::Fedora => &["python3-devel", "gcc-c++"],
        Family::Arch | Family::Other => &[],
    };
    if !headers.is_empty() {
        commands.extend(install(system, headers));
    }
    commands.push(format!("python3 -m venv {VENV}"));
    let wanted = PACKAGES.lines().filter(|_| lacks.extensions);
    let wanted: Vec<&str> = wanted.chain(lacks.kernels.then_some(ZIG)).collect();
    commands.push(format!("{VENV}/bin/pip install {}", wanted.join(" ")));
    Some(Step::new(goal, why, commands))
}

/// Rust, which comes the same way everywhere.
pub(super) fn rust(lacks: &Lacks) -> Option<Step> {
    lacks.tools.contains(&"rustc").then(|| {
        let why = "only for programs in Rust; every lab can be done in another language";
        Step::new(
            "Install Rust, if you want to write in it",
            why,
            vec![RUSTUP.to_owned()],
        )
    })
}
