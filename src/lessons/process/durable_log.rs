//! The lab `process/durable-log`: survive SIGTERM without losing an acknowledged record.
//!
//! `prog LOGFILE` reads records from standard input, one a line, appends each to LOGFILE, makes
//! it durable, and only then says `ok N`. What each run is made to live through is in
//! [`experiments`]; how the recordings are judged, in [`judges`].

mod experiments;
mod judges;
mod observed;
mod records;
mod stage;

use crate::model::{Capability, Check, Form, Lab};

/// The log, as the submission gets it on its command line.
const LOGFILE: &str = "/lab/records.log";

/// The lab; its contract is `labs/process/durable-log/README.md`.
pub(super) const LAB: Lab = Lab {
    slug: "durable-log",
    title: "survive SIGTERM without losing an acknowledged record",
    form: Form::Program,
    checks: &[
        Check {
            id: "acknowledges-every-record",
            claim: "every record is in the log, once, in order, and acknowledged",
            points: 10,
            teaches: "What write promises",
            needs: Capability::OBSERVING,
            experiments: experiments::ordinary,
            judge: judges::acknowledges_every_record,
        },
        Check {
            id: "syncs-before-ack",
            claim: "every acknowledgement follows a sync that covers its record",
            points: 10,
            teaches: "Acknowledge after the sync",
            needs: Capability::OBSERVING,
            experiments: experiments::acknowledgements,
            judge: judges::syncs_before_ack,
        },
        Check {
            id: "stops-when-idle",
            claim: "it ends within a second of SIGTERM or SIGINT while it waits for input",
            points: 10,
            teaches: "The gap between the test and the wait",
            needs: Capability::INJECTING,
            experiments: experiments::idle,
            judge: judges::stops_when_idle,
        },
        Check {
            id: "loses-nothing-on-sigterm",
            claim: "whatever call SIGTERM strikes at, acknowledged records are in the log, whole, \
                    and it exits 0",
            points: 15,
            teaches: "Signals strike anywhere",
            needs: Capability::INJECTING,
            experiments: experiments::sigterm,
            judge: judges::loses_nothing_on_sigterm,
        },
        Check {
            id: "loses-nothing-on-sigkill",
            claim: "whatever call SIGKILL strikes at, acknowledged records are in the log, and the \
                    next start repairs a torn end",
            points: 10,
            teaches: "Torn records",
            needs: Capability::INJECTING,
            experiments: experiments::sigkill,
            judge: judges::loses_nothing_on_sigkill,
        },
        Check {
            id: "loses-nothing-on-power-loss",
            claim: "with everything not yet synced thrown away, acknowledged records are there",
            points: 10,
            teaches: "The directory entry",
            needs: Capability::OBSERVING,
            experiments: experiments::power_loss,
            judge: judges::loses_nothing_on_power_loss,
        },
        Check {
            id: "finishes-short-writes",
            claim: "a write that takes only part is continued",
            points: 10,
            teaches: "Short writes",
            needs: Capability::INJECTING,
            experiments: experiments::short_writes,
            judge: judges::finishes_short_writes,
        },
        Check {
            id: "retries-interrupted-calls",
            claim: "a call that was interrupted (EINTR) is not an error",
            points: 5,
            teaches: "EINTR",
            needs: Capability::INJECTING,
            experiments: experiments::interrupted_calls,
            judge: judges::retries_interrupted_calls,
        },
        Check {
            id: "refuses-on-full-disk",
            claim: "on a full disk it acknowledges nothing more, leaves no torn record and exits 1",
            points: 10,
            teaches: "When the disk is full",
            needs: Capability::INJECTING,
            experiments: experiments::full_disk,
            judge: judges::refuses_on_full_disk,
        },
        Check {
            id: "never-trusts-a-failed-sync",
            claim: "a record whose sync failed is never acknowledged, not even after a second sync",
            points: 10,
            teaches: "A failed sync stays failed",
            needs: Capability::INJECTING,
            experiments: experiments::failed_syncs,
            judge: judges::never_trusts_a_failed_sync,
        },
    ],
};

#[cfg(test)]
mod tests {
    use super::LAB;

    #[test]
    fn stories_are_parts_of_a_sentence_and_the_log_is_collected() {
        for check in LAB.checks {
            for experiment in (check.experiments)(7) {
                assert!(experiment.story.starts_with(|c: char| !c.is_uppercase()
                    || experiment.story.starts_with("SIG")
                    || experiment.story.starts_with('E')));
                assert!(
                    experiment
                        .runs
                        .iter()
                        .all(|run| run.collect == [super::LOGFILE])
                );
            }
        }
    }
}
