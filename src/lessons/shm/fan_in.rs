//! The lab `shm/fan-in`: merge pipes.
//!
//! `prog FIFO...` reads lines from all FIFOs as they come, writes each whole to standard output, and
//! ends when every one has had a writer and reached its end. What each run is made to live through
//! is in [`experiments`]; how the recordings are judged, in [`judges`].
//!
//! No well-known program does just this: `cat` in the background passes on pieces of lines, `tail`
//! and log collectors never end. A shell script with `read` and flock(1) does, and is among those
//! that are accepted.

mod experiments;
mod judges;
mod observed;

use crate::model::{Capability, Check, Form, Lab};

/// The lab; its contract is `labs/shm/fan-in/README.md`.
pub(super) const LAB: Lab = Lab {
    slug: "fan-in",
    title: "merge pipes",
    form: Form::Program,
    checks: &[
        Check {
            id: "passes-the-last-line",
            claim: "a last line without a newline gets one",
            points: 10,
            teaches: "The last line",
            needs: Capability::OBSERVING,
            experiments: experiments::ends,
            judge: judges::passes_the_last_line,
        },
        Check {
            id: "merges-whole-lines",
            claim: "every line comes out as soon as it is complete, whole, and in its writer's order",
            points: 30,
            teaches: "Whole lines",
            needs: Capability::INJECTING,
            experiments: experiments::crowds,
            judge: judges::merges_whole_lines,
        },
        Check {
            id: "says-not-a-fifo",
            claim: "what is not a FIFO, or not there, is said with status 1 before anything is read",
            points: 10,
            teaches: "What is a FIFO",
            needs: Capability::INJECTING,
            experiments: experiments::others,
            judge: judges::says_not_a_fifo,
        },
        Check {
            id: "waits-for-late-writers",
            claim: "a writer that comes late is not missed, and holds nobody up",
            points: 20,
            teaches: "Opening a FIFO",
            needs: Capability::OBSERVING,
            experiments: experiments::late,
            judge: judges::waits_for_late_writers,
        },
        Check {
            id: "stops-when-nobody-reads",
            claim: "when nobody reads its output, it ends at the next line, by SIGPIPE or with status \
                    1, and without a message",
            points: 15,
            teaches: "When nobody reads",
            needs: Capability::OBSERVING,
            experiments: experiments::unread,
            judge: judges::stops_when_nobody_reads,
        },
        Check {
            id: "sleeps-when-idle",
            claim: "two seconds in which no line comes take at most 50 calls",
            points: 15,
            teaches: "A FIFO that has hung up",
            needs: Capability::OBSERVING,
            experiments: experiments::idle,
            judge: judges::sleeps_when_idle,
        },
    ],
};

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::LAB;
    use super::observed::sources;
    use crate::model::InputKind;

    #[test]
    fn no_line_could_be_of_two_fifos() {
        for check in LAB.checks {
            for experiment in (check.experiments)(7) {
                let fifos = experiment.files.iter();
                let fifos = fifos.filter(|file| file.kind == InputKind::Fifo);
                let fifos: HashSet<_> = fifos.map(|file| file.path.as_str()).collect();
                for run in &experiment.runs {
                    let mut seen = HashSet::new();
                    for source in sources(run) {
                        assert!(run.args.contains(&source.path) && fifos.contains(&*source.path));
                        let own: HashSet<_> = source.lines.into_iter().collect();
                        assert!(own.is_disjoint(&seen), "{}", experiment.story);
                        seen.extend(own);
                    }
                }
            }
        }
    }
}
