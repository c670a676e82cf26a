//! The lab `sockets/tls`: echo under TLS.
//!
//! `prog PORT CERT KEY` is an echo server whose connections are encrypted. Most clients are real
//! ones; what no library would send, or tells nobody, is written and read byte by byte ([`hello`]).
//! Certificates are made for each run ([`pair`]). What each run makes a server live through is in
//! [`experiments`]; how the recordings are judged, in [`judges`].

mod experiments;
mod hello;
mod judges;
mod pair;

use crate::model::{Capability, Check, Form, Lab};

/// The lab; its contract is `labs/sockets/tls/README.md`.
pub(super) const LAB: Lab = Lab {
    slug: "tls",
    title: "an echo server under TLS",
    form: Form::Program,
    checks: &[
        Check {
            id: "echoes-under-tls",
            claim: "bytes come back under TLS 1.2 and 1.3, and the whole chain is shown",
            points: 10,
            teaches: "Records over a stream",
            needs: Capability::OBSERVING,
            experiments: experiments::echoes,
            judge: judges::echoes_under_tls,
        },
        Check {
            id: "refuses-old-versions",
            claim: "it speaks no version before 1.2",
            points: 10,
            teaches: "Versions",
            needs: Capability::OBSERVING,
            experiments: experiments::old_versions,
            judge: judges::refuses_old_versions,
        },
        Check {
            id: "stops-on-sigterm",
            claim: "SIGTERM ends it with status 0 within a second",
            points: 10,
            teaches: "Stopping a server",
            needs: Capability::OBSERVING,
            experiments: experiments::stops,
            judge: judges::stops_on_sigterm,
        },
        Check {
            id: "closes-cleanly",
            claim: "it answers close_notify with its own and closes; it closes what was cut",
            points: 15,
            teaches: "close_notify",
            needs: Capability::OBSERVING,
            experiments: experiments::endings,
            judge: judges::closes_cleanly,
        },
        Check {
            id: "survives-garbage",
            claim: "who does not speak TLS, or leaves in the middle, ends its own connection",
            points: 15,
            teaches: "A peer that does not speak TLS",
            needs: Capability::OBSERVING,
            experiments: experiments::garbage,
            judge: judges::survives_garbage,
        },
        Check {
            id: "leaks-no-descriptor",
            claim: "it has as many descriptors after 200 connections as before",
            points: 10,
            teaches: "A descriptor for each connection",
            needs: Capability::OBSERVING,
            experiments: experiments::many_endings,
            judge: judges::leaks_no_descriptor,
        },
        Check {
            id: "serves-during-slow-handshakes",
            claim: "clients that are stuck in the handshake delay nobody else",
            points: 15,
            teaches: "A handshake takes turns",
            needs: Capability::OBSERVING,
            experiments: experiments::slow_handshakes,
            judge: judges::serves_during_slow_handshakes,
        },
        Check {
            id: "reloads-on-sighup",
            claim: "SIGHUP brings the new certificate to new connections, and a broken file changes \
                    nothing",
            points: 15,
            teaches: "A certificate is read again",
            needs: Capability::OBSERVING,
            experiments: experiments::reloads,
            judge: judges::reloads_on_sighup,
        },
    ],
};

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::LAB;
    use crate::model::{Experiment, Step};

    #[test]
    fn the_checks_are_those_of_the_contract() {
        let ids: Vec<_> = LAB.checks.iter().map(|check| check.id).collect();
        assert_eq!(
            ids,
            [
                "echoes-under-tls",
                "refuses-old-versions",
                "stops-on-sigterm",
                "closes-cleanly",
                "survives-garbage",
                "leaks-no-descriptor",
                "serves-during-slow-handshakes",
                "reloads-on-sighup",
            ]
        );
        let points: u32 = LAB.checks.iter().map(|check| check.points).sum();
        assert_eq!(points, 100);
    }

    /// Without the certificates and the keys, which are new each time.
    fn without_keys(mut experiments: Vec<Experiment>) -> Vec<Experiment> {
        for experiment in &mut experiments {
            for file in &mut experiment.files {
                file.content.clear();
            }
            for step in experiment.runs.iter_mut().flat_map(|run| &mut run.steps) {
                if let Step::Replace(file) = step {
                    file.content.clear();
                }
            }
        }
        experiments
    }

    #[test]
    fn every_experiment_tells_a_story_of_its_own_and_depends_on_the_seed() {
        for check in LAB.checks {
            let experiments = |seed| without_keys((check.experiments)(seed));
            let stories: HashSet<_> = experiments(7).iter().map(|one| one.story.clone()).collect();
            assert_eq!(stories.len(), experiments(7).len(), "{}", check.id);
            assert_eq!(experiments(7), experiments(7), "{}", check.id);
            assert_ne!(experiments(7), experiments(8), "{}", check.id);
        }
    }
}
