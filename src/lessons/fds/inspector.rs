//! The lab `fds/inspector`: a small lsof.
//!
//! `prog PID` prints a line for each descriptor of another process. That process is the run's
//! target, the actor's verb `hold`, which says what it holds; what each run has it hold is in
//! [`experiments`], how the two are compared in [`judges`].

mod experiments;
mod judges;
mod observed;

use crate::model::{Capability, Check, Form, Lab};

/// The lab; its contract is `labs/fds/inspector/README.md`.
pub(super) const LAB: Lab = Lab {
    slug: "inspector",
    title: "a small lsof",
    form: Form::Program,
    checks: &[
        Check {
            id: "lists-every-descriptor",
            claim: "every descriptor has one line, in the order of the numbers",
            points: 10,
            teaches: "The directory /proc/PID/fd",
            needs: Capability::OBSERVING,
            experiments: experiments::numbers,
            judge: judges::lists_every_descriptor,
        },
        Check {
            id: "names-the-kinds",
            claim: "each line says what kind of descriptor it is, and where it leads",
            points: 15,
            teaches: "Kinds of descriptors",
            needs: Capability::OBSERVING,
            experiments: experiments::kinds,
            judge: judges::names_the_kinds,
        },
        Check {
            id: "names-the-modes",
            claim: "each line says for what the descriptor was opened",
            points: 10,
            teaches: "Modes and flags",
            needs: Capability::OBSERVING,
            experiments: experiments::modes,
            judge: judges::names_the_modes,
        },
        Check {
            id: "names-the-sockets",
            claim: "sockets have their addresses, and those that listen are marked",
            points: 15,
            teaches: "From inode to address",
            needs: Capability::OBSERVING,
            experiments: experiments::sockets,
            judge: judges::names_the_sockets,
        },
        Check {
            id: "marks-deleted-files",
            claim: "files without a name are marked, and no others",
            points: 10,
            teaches: "A file without a name",
            needs: Capability::OBSERVING,
            experiments: experiments::deleted,
            judge: judges::marks_deleted_files,
        },
        Check {
            id: "escapes-names",
            claim: "a name of any bytes takes one field of one line, and can be read back",
            points: 10,
            teaches: "Names are bytes",
            needs: Capability::OBSERVING,
            experiments: experiments::odd_names,
            judge: judges::escapes_names,
        },
        Check {
            id: "survives-a-moving-target",
            claim: "what closes, opens or ends while it looks costs neither the rest nor the status",
            points: 10,
            teaches: "A target that moves",
            needs: Capability::INJECTING,
            experiments: experiments::moving,
            judge: judges::survives_a_moving_target,
        },
        Check {
            id: "says-why-not",
            claim: "where there is nothing to list, it says why and exits 1 or 2; a zombie has no \
                    descriptors",
            points: 10,
            teaches: "Who may look",
            needs: Capability::OBSERVING,
            experiments: experiments::refusals,
            judge: judges::says_why_not,
        },
        Check {
            id: "scales",
            claim: "20,000 descriptors take at most 16 calls each, and sockets no more than others",
            points: 10,
            teaches: "The cost of looking",
            needs: Capability::OBSERVING,
            experiments: experiments::many,
            judge: judges::scales,
        },
    ],
};
