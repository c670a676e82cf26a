//! The lab `sockets/dns`: answer by UDP.
//!
//! `prog PORT ZONE` answers queries from a file. The clients are our own and write their packets
//! byte by byte ([`packet`]), for many are such as no library makes. What a right answer is follows
//! from the zone and the query ([`zone`]); how an answer differs from it, [`reply`] says. What each
//! run is made to live through is in [`experiments`]; how the recordings are judged, in [`judges`].

mod experiments;
mod judges;
mod observed;
mod packet;
mod reply;
mod zone;

use crate::model::{Capability, Check, Form, Lab};

/// The lab; its contract is `labs/sockets/dns/README.md`.
pub(super) const LAB: Lab = Lab {
    slug: "dns",
    title: "answer DNS queries by UDP",
    form: Form::Program,
    checks: &[
        Check {
            id: "stops-on-sigterm",
            claim: "SIGTERM ends it with status 0 within a second",
            points: 5,
            teaches: "Stopping a server",
            needs: Capability::INJECTING,
            experiments: experiments::stops,
            judge: judges::stops_on_sigterm,
        },
        Check {
            id: "answers-each-type",
            claim: "it answers with the right records, for each type",
            points: 15,
            teaches: "A DNS message on the wire",
            needs: Capability::OBSERVING,
            experiments: experiments::types,
            judge: judges::answers,
        },
        Check {
            id: "tells-nxdomain-from-nodata",
            claim: "it tells a name that is not there from one without that type",
            points: 10,
            teaches: "No such name, no such data",
            needs: Capability::OBSERVING,
            experiments: experiments::absent,
            judge: judges::answers,
        },
        Check {
            id: "ignores-case",
            claim: "it finds names however they are spelled, and keeps the question's spelling",
            points: 10,
            teaches: "Names without case",
            needs: Capability::OBSERVING,
            experiments: experiments::spelled,
            judge: judges::answers,
        },
        Check {
            id: "follows-cname",
            claim: "it answers for an alias with the chain and its end",
            points: 15,
            teaches: "Aliases",
            needs: Capability::OBSERVING,
            experiments: experiments::aliases,
            judge: judges::answers,
        },
        Check {
            id: "rejects-bad-zones",
            claim: "it refuses a zone with a line that cannot be read, and says which",
            points: 10,
            teaches: "A zone from a file",
            needs: Capability::OBSERVING,
            experiments: experiments::bad_zones,
            judge: judges::rejects_bad_zones,
        },
        Check {
            id: "truncates",
            claim: "it says so when an answer does not fit",
            points: 10,
            teaches: "Answers that do not fit",
            needs: Capability::OBSERVING,
            experiments: experiments::sizes,
            judge: judges::answers,
        },
        Check {
            id: "answers-the-right-client",
            claim: "each of many clients gets its own answers",
            points: 10,
            teaches: "A datagram has a sender",
            needs: Capability::OBSERVING,
            experiments: experiments::many_clients,
            judge: judges::answers,
        },
        Check {
            id: "rejects-malformed",
            claim: "it refuses what is no query, and answers the next one",
            points: 15,
            teaches: "Packets from anybody",
            needs: Capability::OBSERVING,
            experiments: experiments::malformed,
            judge: judges::rejects_malformed,
        },
    ],
};
