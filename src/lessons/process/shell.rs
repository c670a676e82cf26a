//! The lab `process/shell`: pipelines, redirections, background commands.
//!
//! `prog` reads commands from standard input and runs them. What each run is made to live through
//! is in [`experiments`]; how the recordings are judged, in [`judges`].

mod experiments;
mod judges;
mod observed;
mod script;

use crate::model::{Capability, Check, Form, Lab};

/// The lab; its contract is `labs/process/shell/README.md`.
pub(super) const LAB: Lab = Lab {
    slug: "shell",
    title: "pipelines",
    form: Form::Program,
    checks: &[
        Check {
            id: "runs-a-command",
            claim: "a command runs, found along PATH or by its path, with its words as they were quoted",
            points: 5,
            teaches: "The search along PATH",
            needs: Capability::OBSERVING,
            experiments: experiments::commands,
            judge: judges::runs_a_command,
        },
        Check {
            id: "reports-status",
            claim: "$? and its own exit status say how the last command ended",
            points: 10,
            teaches: "Wait statuses",
            needs: Capability::OBSERVING,
            experiments: experiments::statuses,
            judge: judges::reports_status,
        },
        Check {
            id: "pipes",
            claim: "the stages of a pipeline run at the same time, and all of them end",
            points: 15,
            teaches: "Pipelines",
            needs: Capability::OBSERVING,
            experiments: experiments::pipelines,
            judge: judges::pipes,
        },
        Check {
            id: "closes-what-it-opened",
            claim: "each command starts with descriptors 0, 1 and 2 and nothing else, and the \
                    shell keeps no more of them after 500 pipelines than after five",
            points: 15,
            teaches: "Descriptors across fork and exec",
            needs: Capability::OBSERVING,
            experiments: experiments::descriptors,
            judge: judges::closes_what_it_opened,
        },
        Check {
            id: "redirects",
            claim: "redirections are made from left to right, and one that fails fails its \
                    command only",
            points: 10,
            teaches: "Redirections are descriptors",
            needs: Capability::OBSERVING,
            experiments: experiments::redirections,
            judge: judges::redirects,
        },
        Check {
            id: "runs-in-background",
            claim: "& returns at once, wait waits, and nothing is left a zombie while the next \
                    commands run",
            points: 10,
            teaches: "Background commands",
            needs: Capability::OBSERVING,
            experiments: experiments::background,
            judge: judges::runs_in_background,
        },
        Check {
            id: "leaves-signals-alone",
            claim: "commands in the foreground start with no signal blocked or ignored",
            points: 10,
            teaches: "Signals across exec",
            needs: Capability::OBSERVING,
            experiments: experiments::signals,
            judge: judges::leaves_signals_alone,
        },
        Check {
            id: "survives-bad-input",
            claim: "bad input and a fork that fails are reported, and nothing hangs or crashes",
            points: 10,
            teaches: "When fork fails",
            needs: Capability::INJECTING,
            experiments: experiments::bad_input,
            judge: judges::survives_bad_input,
        },
        Check {
            id: "handles-interrupt",
            claim: "on a terminal, Ctrl-C ends the pipeline in the foreground and not the shell, \
                    and Ctrl-D ends the shell",
            points: 15,
            teaches: "Process groups and the terminal",
            needs: Capability::OBSERVING,
            experiments: experiments::interrupts,
            judge: judges::handles_interrupt,
        },
    ],
};
