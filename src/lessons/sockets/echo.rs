//! The lab `sockets/echo`: a server for ten thousand connections.
//!
//! `prog PORT` sends back whatever each connection sends. What each run makes it live through is in
//! [`experiments`]; how the recordings are judged, in [`judges`].

mod experiments;
mod judges;

use crate::model::{Capability, Check, Form, Lab};

/// The lab; its contract is `labs/sockets/echo/README.md`.
///
/// What asks for edges and does not drain them fails almost everything that follows: so that check
/// comes early, and the one before it sends no client more than can be read at once.
pub(super) const LAB: Lab = Lab {
    slug: "echo",
    title: "an echo server for ten thousand connections",
    form: Form::Program,
    checks: &[
        Check {
            id: "echoes",
            claim: "bytes come back, for many clients at once",
            points: 10,
            teaches: "A stream has no messages",
            needs: Capability::OBSERVING,
            experiments: experiments::echoes,
            judge: judges::echoes,
        },
        Check {
            id: "drains-edge-triggered",
            claim: "if it asks for EPOLLET, it reads all that it was told of",
            points: 5,
            teaches: "Level and edge",
            needs: Capability::OBSERVING,
            experiments: experiments::bursts,
            judge: judges::drains_edge_triggered,
        },
        Check {
            id: "stops-on-sigterm",
            claim: "SIGTERM ends it with status 0 within a second, idle and under load",
            points: 6,
            teaches: "Stopping a server",
            needs: Capability::INJECTING,
            experiments: experiments::sigterm,
            judge: judges::stops_on_sigterm,
        },
        Check {
            id: "rebinds-at-once",
            claim: "killed with connections open, it can be started again on the same port at once",
            points: 5,
            teaches: "TIME_WAIT",
            needs: Capability::OBSERVING,
            experiments: experiments::restarts,
            judge: judges::rebinds_at_once,
        },
        Check {
            id: "serves-others-while-one-stalls",
            claim: "clients that say nothing, or send and never read, delay nobody",
            points: 10,
            teaches: "Blocking and non-blocking",
            needs: Capability::OBSERVING,
            experiments: experiments::stalls,
            judge: judges::serves_others_while_one_stalls,
        },
        Check {
            id: "finishes-partial-writes",
            claim: "8 MiB come back to a client that reads slowly",
            points: 10,
            teaches: "Partial writes",
            needs: Capability::OBSERVING,
            experiments: experiments::late_readers,
            judge: judges::finishes_partial_writes,
        },
        Check {
            id: "honours-half-close",
            claim: "after a client's FIN everything comes back, and then FIN",
            points: 8,
            teaches: "Half-close",
            needs: Capability::OBSERVING,
            experiments: experiments::half_closes,
            judge: judges::honours_half_close,
        },
        Check {
            id: "bounds-its-memory",
            claim: "a client that sends 256 MiB and never reads costs at most 32 MiB",
            points: 8,
            teaches: "Backpressure",
            needs: Capability::OBSERVING,
            experiments: experiments::floods,
            judge: judges::bounds_its_memory,
        },
        Check {
            id: "survives-resets",
            claim: "clients that vanish, also in the middle of a write, end nobody but themselves",
            points: 8,
            teaches: "Resets and SIGPIPE",
            needs: Capability::OBSERVING,
            experiments: experiments::resets,
            judge: judges::survives_resets,
        },
        Check {
            id: "leaks-no-descriptor",
            claim: "after 2,000 connections of all endings it has as many descriptors as before",
            points: 6,
            teaches: "A descriptor for each connection",
            needs: Capability::OBSERVING,
            experiments: experiments::churn,
            judge: judges::leaks_no_descriptor,
        },
        Check {
            id: "sleeps-when-idle",
            claim: "with 100 idle connections it makes at most 20 calls in two seconds",
            points: 6,
            teaches: "Asleep until something happens",
            needs: Capability::OBSERVING,
            experiments: experiments::idle,
            judge: judges::sleeps_when_idle,
        },
        Check {
            id: "multiplexes",
            claim: "1,000 connections need no 1,000 threads or processes",
            points: 6,
            teaches: "One thread, many connections",
            needs: Capability::OBSERVING,
            experiments: experiments::thousand,
            judge: judges::multiplexes,
        },
        Check {
            id: "holds-ten-thousand",
            claim: "10,000 connections at once, each of them served",
            points: 6,
            teaches: "Raising the limit",
            needs: Capability::OBSERVING,
            experiments: experiments::ten_thousand,
            judge: judges::holds_ten_thousand,
        },
        Check {
            id: "survives-descriptor-exhaustion",
            claim: "out of descriptors it serves those that it has, does not spin, and accepts again when some leave",
            points: 6,
            teaches: "When accept fails",
            needs: Capability::OBSERVING,
            experiments: experiments::exhaustion,
            judge: judges::survives_descriptor_exhaustion,
        },
    ],
};
