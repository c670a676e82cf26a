//! What this machine can do, found out by doing it: a small program is traced and lied to, and a
//! box is made. What files in /proc say of such things is not asked.

use std::ffi::OsString;

use nix::errno::Errno;

use crate::model::{
    Action, Arg, Arming, Capability, Fault, Machine, Recording, Role, Trigger, What,
};
use crate::probes;
use crate::sandbox::{Confinement, Rung};
use crate::tracer::decode::{Depth, sets};
use crate::tracer::{Options, TraceError};

use super::live::{self, LiveError};

/// Calls with which a program asks whether a file is there.
const IS_THERE: &[&str] = &[
    "stat",
    "newfstatat",
    "statx",
    "access",
    "faccessat",
    "faccessat2",
];

/// What this machine can do, which confines submissions like this. Takes some milliseconds.
///
/// Only in the `syslab` binary itself: it starts itself under hidden names.
pub fn machine(confinement: &Confinement) -> Machine {
    let mut machine = probes::summary();
    machine.syslab = env!("CARGO_PKG_VERSION").to_owned();
    machine.confinement = format!("{:?}", confinement.rung).to_lowercase();
    machine.confinement_detail.clone_from(&confinement.detail);
    match trial() {
        Ok(recording) => {
            machine.tracer = "ptrace".to_owned();
            machine.capabilities = seen(&recording);
        }
        Err(error) => {
            machine.tracer = format!("none: {}", super::runner::causes(&error).join(": "));
        }
    }
    if confinement.rung == Rung::Full {
        machine.capabilities.push(Capability::Confinement);
    }
    machine
}

/// Traces a shell that looks for `/`, and tells it that there is none.
fn trial() -> Result<Recording, LiveError> {
    let calls: Vec<String> = IS_THERE.iter().map(|name| (*name).to_owned()).collect();
    let fault = Fault {
        trigger: Trigger {
            calls: calls.clone(),
            on: Role::Any,
            armed: Arming::Begin,
            first: 1,
            every: 1,
        },
        action: Action::Error(Errno::ENOENT as i32),
    };
    let options = Options {
        watch: sets::resolve(&calls).map_err(TraceError::from)?,
        depth: Depth {
            bytes: 32,
            objects: false,
        },
        wants_sites: true,
        site_prefix: None,
        measures_usage: false,
        faults: vec![(0, fault)],
    };
    let argv = ["sh", "-c", "test -e /"].map(OsString::from);
    let lived = live::trace(&argv, options, &mut |_| Ok(()))?;
    Ok(lived.traced.recording)
}

/// What a recording shows that the tracer can do.
fn seen(recording: &Recording) -> Vec<Capability> {
    let any = |shows: fn(&What) -> bool| recording.events.iter().any(|event| shows(&event.what));
    let capabilities = [
        (
            Capability::Events,
            any(|what| matches!(what, What::Enter(..))),
        ),
        (
            Capability::Results,
            any(|what| matches!(what, What::Exit { .. })),
        ),
        (
            Capability::Arguments,
            any(|what| match what {
                What::Enter(_, call) => call.args.iter().any(|arg| matches!(arg, Arg::Str(_))),
                _ => false,
            }),
        ),
        (
            Capability::Injection,
            any(|what| matches!(what, What::Exit { returned, .. } if returned.injected)),
        ),
        (
            Capability::Sites,
            recording.events.iter().any(|event| !event.site.is_empty()),
        ),
    ];
    capabilities
        .into_iter()
        .filter(|(_, is_there)| *is_there)
        .map(|(capability, _)| capability)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_recording_shows_can_be_done() {
        let blind: Recording = "2 exec \"/bin/sh\"\n2 begin\n2 +++ exit 0\n"
            .parse()
            .unwrap();
        assert_eq!(seen(&blind), [] as [Capability; 0]);
        let seeing = "2 begin\n2 access(\"/\", F_OK) = -1 ENOENT (injected)  # sh+0x10\n";
        let seeing: Recording = seeing.parse().unwrap();
        assert_eq!(
            seen(&seeing),
            [
                Capability::Events,
                Capability::Results,
                Capability::Arguments,
                Capability::Injection,
                Capability::Sites
            ]
        );
    }
}
