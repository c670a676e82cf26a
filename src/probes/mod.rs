//! What this machine can do, and what a process holds.
//!
//! [`machine`] answers for `syslab doctor`: by trying, where it can be tried, since files in /proc
//! and /sys do not tell what a container or a security module refuses. [`inspect`] reads what the
//! kernel tells of a running tree for `syslab process inspect`, [`process`] what the engine asks
//! of one. Nothing here changes anything. How strongly submissions can be confined is the sandbox's to say.

pub mod clang;
pub mod inspect;
mod machine;
pub mod packages;
pub mod process;
mod system;
mod tools;
mod tracing;

pub use machine::{Probe, Standing, machine};
pub use system::{Family, Inside, NamespaceSwitch, Signs, System};

use crate::model::Machine;

/// What this machine can do, found out by tracing a child of ours for a moment; how it confines
/// submissions is left open.
pub fn summary() -> Machine {
    let attempt = tracing::attempt();
    let kernel = nix::sys::utsname::uname().map_or_else(
        |_| String::new(),
        |name| {
            format!(
                "{} {}",
                name.release().to_string_lossy(),
                name.machine().to_string_lossy()
            )
        },
    );
    Machine {
        kernel,
        tracer: attempt.tracer(),
        capabilities: attempt.capabilities(),
        ..Machine::default()
    }
}
