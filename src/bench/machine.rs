//! What this machine can do, found out by doing it: a small program is traced and lied to, and a
//! box is made. What files in /proc say of such things is not asked.

use std::ffi::OsString;

use nix::errno::Errno;

use crate::model::{Action, Arg, Arming, Fault, Machine, Recording, Role, Trigger, What};
use crate::tracer::decode::{Depth, sets};
use crate::tracer::{Options, TraceError};
use crate::{probes, sandbox};

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

/// What this machine can do. Takes some ten milliseconds.
///
/// Only in the `syslab` binary itself: it starts itself under hidden names.
pub fn machine() -> Machine {
    let confinement = sandbox::confinement();
    let mut machine = probes::summary();
    machine.syslab = env!("CARGO_PKG_VERSION").to_owned();
    machine.confinement = format!("{:?}", confinement.rung).to_lowercase();
    machine.confinement_detail = confinement.detail;
    match trial() {
        Ok(recording) => {
            machine.tracer = "ptrace".to_owned();
            machine.capabilities = seen(&recording);
        }
        Err(error) => {
            machine.tracer = format!("none: {}", super::runner::causes(&error).join(": "));
        }
    }
    if confinement.rung == sandbox::Rung::Full {
        machine.capabilities.push("confinement".to_owned());
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
        faults: vec![(0, fault)],
    };
    let argv = ["sh", "-c", "test -e /"].map(OsString::from);
    let lived = live::trace(&argv, options, &mut |_| Ok(()))?;
    Ok(lived.traced.recording)
}

/// The names of what a recording shows that the tracer can do.
fn seen(recording: &Recording) -> Vec<String> {
    let any = |shows: fn(&What) -> bool| recording.events.iter().any(|event| shows(&event.what));
    let capabilities = [
        ("events", any(|what| matches!(what, What::Enter(..)))),
        ("results", any(|what| matches!(what, What::Exit { .. }))),
        (
            "arguments",
            any(|what| match what {
                What::Enter(_, call) => call.args.iter().any(|arg| matches!(arg, Arg::Str(_))),
                _ => false,
            }),
        ),
        (
            "injection",
            any(|what| matches!(what, What::Exit { returned, .. } if returned.injected)),
        ),
        (
            "sites",
            recording.events.iter().any(|event| !event.site.is_empty()),
        ),
    ];
    capabilities
        .into_iter()
        .filter(|(_, is_there)| *is_there)
        .map(|(name, _)| name.to_owned())
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
        assert_eq!(seen(&blind), [] as [String; 0]);
        let seeing = "2 begin\n2 access(\"/\", F_OK) = -1 ENOENT (injected)  # sh+0x10\n";
        let seeing: Recording = seeing.parse().unwrap();
        assert_eq!(
            seen(&seeing),
            ["events", "results", "arguments", "injection", "sites"]
        );
    }
}
