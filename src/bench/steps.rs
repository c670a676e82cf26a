//! What to do next on this machine, in order: from what was found to commands that can be copied.
//!
//! [`steps`] is a pure function of the system ([`System`]), of what it lacks ([`Lacks`]) and of where this
//! program is, so that every system's way is tested from its facts. One of them always begins the lessons:
//! what is before it comes first, what is after it some lessons need. Where nothing can be done about a
//! lack, the step says so and has no commands.

mod install;

use std::path::Path;

use crate::probes::{Inside, NamespaceSwitch, Probe, Standing, System};

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What for, as an imperative: `Let programs be traced`.
    pub goal: String,
    /// Why it is needed, or where it is to be done.
    pub why: String,
    /// What to type, line by line; empty where words must do.
    pub commands: Vec<String>,
}

/// What is missing, of what can be brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lacks {
    /// Programs cannot be traced.
    pub tracing: bool,
    /// Programs cannot be confined in full.
    pub confinement: bool,
    /// The kernel is older than wanted.
    pub kernel: bool,
    /// The tools that are not there, by the names of their programs.
    pub tools: Vec<&'static str>,
    /// The packages in which extensions for Python are built are not there, or are others.
    pub extensions: bool,
    /// There is no compiler for CUDA kernels.
    pub kernels: bool,
}

impl Lacks {
    /// What these probes found missing.
    pub fn of(probes: &[Probe]) -> Self {
        const TOOLS: [&str; 5] = ["python3", "cc", "make", "strace", "rustc"];
        let lacks = |name: &str| {
            let is_fine = |probe: &Probe| matches!(probe.standing, Standing::Good | Standing::Note);
            let mut named = probes.iter().filter(|probe| probe.name == name);
            named.any(|probe| !is_fine(probe))
        };
        Self {
            tracing: ["ptrace", "seccomp", "registers", "process_vm_readv"]
                .into_iter()
                .any(lacks),
            confinement: lacks("confinement"),
            kernel: lacks("kernel"),
            tools: TOOLS.into_iter().filter(|tool| lacks(tool)).collect(),
            extensions: lacks("extensions"),
            kernels: lacks("kernels"),
        }
    }
}

impl Step {
    fn new(goal: &str, why: impl Into<String>, commands: Vec<String>) -> Self {
        Self {
            goal: goal.to_owned(),
            why: why.into(),
            commands,
        }
    }
}

/// What to do, in this order; `program` is where this program is.
pub fn steps(system: &System, lacks: &Lacks, program: &Path) -> Vec<Step> {
    let mut steps = Vec::new();
    match another_kernel(system, lacks) {
        // Nothing that is changed here helps before that.
        Some(step) => steps.push(step),
        None if system.is_container() && (lacks.tracing || lacks.confinement) => {
            steps.push(container(system));
        }
        None => {
            steps.extend(lacks.tracing.then(|| tracing(system)));
            steps.extend(lacks.confinement.then(|| confinement(system, program)));
        }
    }
    steps.extend(install::tools(system, &lacks.tools));
    steps.push(begin(lacks));
    steps.extend(install::environment(system, lacks));
    steps.extend(install::rust(lacks));
    steps
}

/// A kernel that can do it, where this one cannot.
fn another_kernel(system: &System, lacks: &Lacks) -> Option<Step> {
    const GOAL: &str = "Use another kernel";
    let step = |why: &str, commands: &[&str]| {
        let commands = commands.iter().map(|&command| command.to_owned());
        Some(Step::new(GOAL, why, commands.collect()))
    };
    match system.inside {
        Inside::Gvisor => step(
            "gVisor is no Linux in every detail; take a Linux virtual machine, or a container on one",
            &[],
        ),
        Inside::Wsl1 => {
            let name = match &*system.wsl_name {
                "" => "Ubuntu",
                name => name,
            };
            let convert = format!("wsl --set-version {} 2", shell_quoted(name));
            step(
                "the first Windows Subsystem for Linux has no Linux kernel, the second has; in PowerShell",
                &["wsl --update", &convert],
            )
        }
        Inside::Wsl2 if lacks.kernel => step(
            "Linux 5.12 or later; in PowerShell",
            &["wsl --update", "wsl --shutdown"],
        ),
        _ if lacks.kernel && (lacks.tracing || lacks.confinement) => step(
            "Linux 5.12 or later: a newer release of the distribution has it",
            &[],
        ),
        _ => None,
    }
}

/// A container that is started with what it needs: its switches are made outside.
fn container(system: &System) -> Step {
    const GOAL: &str = "Start this container with more rights";
    const WHY: &str = "programs must be traced and have namespaces of their own; outside of it";
    // AppArmor's profile of containers forbids mount(2).
    let is_guarded = system.namespaces == NamespaceSwitch::AppArmor;
    let apparmor = if is_guarded {
        " --security-opt apparmor=unconfined"
    } else {
        ""
    };
    match &system.inside {
        Inside::Docker => Step::new(
            GOAL,
            WHY,
            vec![format!(
                "docker run -it --security-opt seccomp=unconfined --security-opt systempaths=unconfined{apparmor} IMAGE"
            )],
        ),
        Inside::Podman => Step::new(
            GOAL,
            WHY,
            vec![format!(
                "podman run -it --security-opt seccomp=unconfined --security-opt unmask=ALL{apparmor} IMAGE"
            )],
        ),
        Inside::Kubernetes => Step::new(
            GOAL,
            "in the pod's securityContext: seccompProfile.type: Unconfined, procMount: Unmasked, and \
             hostUsers: false in its spec, without which the second is refused",
            Vec::new(),
        ),
        _ => Step::new(
            GOAL,
            format!(
                "{WHY}: it must permit ptrace(2), user namespaces and mounts (LXC: security.nesting=true)"
            ),
            Vec::new(),
        ),
    }
}

/// Tracing, where no container is in the way.
fn tracing(system: &System) -> Step {
    const GOAL: &str = "Let programs be traced";
    match system.ptrace_scope {
        Some(3..) => Step::new(
            GOAL,
            "kernel.yama.ptrace_scope is 3, which holds until the next start: find where it is set, start \
             again, and see",
            vec![
                "grep -rs ptrace_scope /etc/sysctl.conf /etc/sysctl.d /usr/lib/sysctl.d".to_owned(),
            ],
        ),
        Some(2) => Step::new(
            GOAL,
            "kernel.yama.ptrace_scope is 2: only root may trace",
            switched(system, "kernel.yama.ptrace_scope=1"),
        ),
        _ => Step::new(
            GOAL,
            "something denies ptrace(2), and no switch that is known here: whoever administers this machine \
             knows",
            Vec::new(),
        ),
    }
}

/// Confinement, where no container is in the way.
fn confinement(system: &System, program: &Path) -> Step {
    const GOAL: &str = "Let programs be confined";
    match system.namespaces {
        NamespaceSwitch::AppArmor => apparmor(system, program),
        NamespaceSwitch::Clone => Step::new(
            GOAL,
            "this kernel keeps user namespaces from users",
            switched(system, "kernel.unprivileged_userns_clone=1"),
        ),
        NamespaceSwitch::Count => Step::new(
            GOAL,
            "this machine permits no user namespaces",
            switched(system, "user.max_user_namespaces=10000"),
        ),
        NamespaceSwitch::None => Step::new(
            GOAL,
            "user namespaces or mounts in them are denied, and no switch that is known here says so; see \
             what was found, below",
            Vec::new(),
        ),
    }
}

/// A profile for this program; where its path cannot be written into one, the switch for all programs.
fn apparmor(system: &System, program: &Path) -> Step {
    const GOAL: &str = "Let programs be confined";
    const SWITCH: &str = "kernel.apparmor_restrict_unprivileged_userns=0";
    let is_plain = |path: &&str| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
        path.starts_with('/') && path.chars().all(is_plain)
    };
    match program.to_str().filter(is_plain) {
        Some(path) => Step::new(
            GOAL,
            "AppArmor lets only programs with a profile have user namespaces; this is one for syslab where \
             it is now",
            vec![
                format!(
                    "printf 'abi <abi/4.0>,\\ninclude <tunables/global>\\nprofile syslab {path} \
                     flags=(unconfined) {{\\n  userns,\\n}}\\n' | {}",
                    as_root(system, "tee /etc/apparmor.d/syslab")
                ),
                as_root(system, "apparmor_parser -r /etc/apparmor.d/syslab"),
            ],
        ),
        None => Step::new(
            GOAL,
            "AppArmor keeps user namespaces from programs; this permits them to all",
            switched(system, SWITCH),
        ),
    }
}

/// A switch of the kernel, now and after the next start; see sysctl.d(5).
fn switched(system: &System, setting: &str) -> Vec<String> {
    vec![
        format!(
            "echo {setting} | {}",
            as_root(system, "tee -a /etc/sysctl.d/90-syslab.conf")
        ),
        as_root(system, "sysctl -p /etc/sysctl.d/90-syslab.conf"),
    ]
}

/// The first of the lessons, in a language that is there.
fn begin(lacks: &Lacks) -> Step {
    let has = |tool: &str| !lacks.tools.contains(&tool);
    let language = if has("python3") || !has("cc") {
        "python"
    } else {
        "c"
    };
    let why = match lacks.tracing || lacks.confinement {
        true => "texts and demos work as they are; what checks lack is below",
        false => "a workspace with every lab in it; `syslab` says in it what is next",
    };
    let commands = [
        &*format!("syslab init systems --lang {language}"),
        "cd systems",
        "syslab",
    ];
    Step::new("Begin", why, commands.map(str::to_owned).to_vec())
}

/// As root: by sudo(8), unless this is root.
fn as_root(system: &System, command: &str) -> String {
    match system.is_root {
        true => command.to_owned(),
        false => format!("sudo {command}"),
    }
}

/// A name in double quotes, which PowerShell takes away too.
fn shell_quoted(name: &str) -> String {
    match name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-._".contains(c))
    {
        true => name.to_owned(),
        false => format!("\"{}\"", name.replace(['"', '`', '$'], "")),
    }
}

#[cfg(test)]
mod tests;
