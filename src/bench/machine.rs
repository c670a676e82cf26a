//! What this machine can do for a check: what a scorecard says of where it comes from.

use crate::gpu;
use crate::model::{Capability, Machine};
use crate::probes;
use crate::sandbox::{Confinement, Rung};
use crate::sys;

/// Memory that must be there for a program that may use two gibibytes, and for what else runs.
const MUCH_KIB: u64 = 5 << 19;

/// What this machine can do, which confines submissions like this. Takes about a millisecond.
pub fn machine(confinement: &Confinement) -> Machine {
    let mut machine = Machine {
        syslab: env!("CARGO_PKG_VERSION").to_owned(),
        confinement: confinement.rung.name().to_owned(),
        confinement_detail: confinement.detail.clone(),
        ..probes::summary()
    };
    if confinement.rung == Rung::Full {
        machine.capabilities.push(Capability::Confinement);
    }
    if sys::uring::setup_refusal().is_none() {
        machine.capabilities.push(Capability::Rings);
    }
    if sys::proc::available_kib().is_ok_and(|kib| kib >= MUCH_KIB) {
        machine.capabilities.push(Capability::Memory);
    }
    if gpu::cuda::is_there() {
        machine.capabilities.push(Capability::Device);
    }
    machine
}
