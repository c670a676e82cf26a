//! The lab `sockets/echo`: a server for ten thousand connections.
//!
//! `prog PORT` sends back whatever each connection sends. What each run makes it live through is in
//! [`experiments`]; how the recordings are judged, in [`judges`].

mod experiments;
mod judges;

use crate::model::{Capability, Check, Lab};

/// The lab; its contract is `labs/sockets/echo/README.md`.
pub(super) const LAB: Lab = Lab {
    slug: "echo",
    title: "an echo server for ten thousand connections",
    checks: &[
        Check {
            id: "echoes",
            claim: "bytes come back as they were sent, for many clients at once",
            points: 10,
            teaches: "A stream has no messages",
            needs: Capability::OBSERVING_CONFINED,
            experiments: experiments::echoes,
            judge: judges::echoes,
        },
        Check {
            id: "serves-others-while-one-stalls",
            claim: "clients that say nothing or never read delay nobody else",
            points: 30,
            teaches: "Blocking and non-blocking",
            needs: Capability::OBSERVING_CONFINED,
            experiments: experiments::stalls,
            judge: judges::serves_others_while_one_stalls,
        },
        Check {
            id: "finishes-partial-writes",
            claim: "a client that reads late gets all of it",
            points: 30,
            teaches: "Partial writes",
            needs: Capability::OBSERVING_CONFINED,
            experiments: experiments::late_readers,
            judge: judges::finishes_partial_writes,
        },
        Check {
            id: "honours-half-close",
            claim: "after a client's end of file, everything comes back and then an end of file",
            points: 30,
            teaches: "Half-close",
            needs: Capability::OBSERVING_CONFINED,
            experiments: experiments::half_closes,
            judge: judges::honours_half_close,
        },
    ],
};
