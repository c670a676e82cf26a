//! What this machine can do, and what a process holds.
//!
//! [`process`] reads what the kernel tells of a running tree: zombies, descriptors, states,
//! memory. Nothing here watches or changes anything.

pub mod process;

use crate::model::Machine;

/// What this machine can do.
pub fn summary() -> Machine {
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
        ..Machine::default()
    }
}
