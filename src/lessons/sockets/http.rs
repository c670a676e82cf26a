//! The lab `sockets/http`: a static file server from raw sockets.
//!
//! `prog PORT ROOT` serves the files under ROOT by HTTP/1.1. What is there to be served is in
//! [`site`]; what each run makes a server live through, in [`experiments`]; how requests and
//! responses are read, in [`wire`]; how the recordings are judged, in [`judges`].

mod experiments;
mod judges;
mod site;
mod wire;

use crate::model::{Capability, Check, Form, Lab};

/// The lab; its contract is `labs/sockets/http/README.md`.
pub(super) const LAB: Lab = Lab {
    slug: "http",
    title: "a static file server",
    form: Form::Program,
    checks: &[
        Check {
            id: "serves-files",
            claim: "GET gives status, length and bytes of every file",
            points: 10,
            teaches: "A response on the wire",
            needs: Capability::OBSERVING,
            experiments: experiments::files,
            judge: judges::serves_files,
        },
        Check {
            id: "answers-head",
            claim: "HEAD gives the header of GET and no body",
            points: 5,
            teaches: "HEAD and other methods",
            needs: Capability::OBSERVING,
            experiments: experiments::heads,
            judge: judges::answers_head,
        },
        Check {
            id: "says-not-found",
            claim: "what is not there is 404, other methods are 405 or 501, and what is no request \
                    is refused",
            points: 10,
            teaches: "Status codes",
            needs: Capability::OBSERVING,
            experiments: experiments::refusals,
            judge: judges::says_not_found,
        },
        Check {
            id: "keeps-alive",
            claim: "a connection serves many requests, and ends when it should",
            points: 10,
            teaches: "Where a message ends",
            needs: Capability::OBSERVING,
            experiments: experiments::connections,
            judge: judges::keeps_alive,
        },
        Check {
            id: "reads-split-requests",
            claim: "requests may arrive in pieces, or several at once",
            points: 10,
            teaches: "Requests that arrive in pieces",
            needs: Capability::OBSERVING,
            experiments: experiments::pieces,
            judge: judges::reads_split_requests,
        },
        Check {
            id: "bounds-headers",
            claim: "a header of 1 MiB is refused, in bounded memory",
            points: 5,
            teaches: "A header has a bound",
            needs: Capability::OBSERVING,
            experiments: experiments::endless_headers,
            judge: judges::bounds_headers,
        },
        Check {
            id: "stays-inside-root",
            claim: "not a byte of what is outside ROOT is sent",
            points: 15,
            teaches: "Staying inside a root",
            needs: Capability::OBSERVING,
            experiments: experiments::ways_out,
            judge: judges::stays_inside_root,
        },
        Check {
            id: "survives-slow-clients",
            claim: "200 clients in the middle of a request delay nobody",
            points: 10,
            teaches: "Slow clients",
            needs: Capability::OBSERVING,
            experiments: experiments::slow_clients,
            judge: judges::survives_slow_clients,
        },
        Check {
            id: "serves-big-files",
            claim: "a file of 3 GiB is sent to a slow reader in bounded memory",
            points: 5,
            teaches: "Files larger than memory",
            needs: Capability::OBSERVING,
            experiments: experiments::big_file,
            judge: judges::serves_big_files,
        },
        Check {
            id: "survives-resets",
            claim: "1,000 resets later it serves as before",
            points: 5,
            teaches: "Resets and SIGPIPE",
            needs: Capability::OBSERVING,
            experiments: experiments::resets,
            judge: judges::survives_resets,
        },
        Check {
            id: "leaks-no-descriptor",
            claim: "after 2,000 connections it has as many descriptors as before",
            points: 5,
            teaches: "A descriptor for each connection",
            needs: Capability::OBSERVING,
            experiments: experiments::endings,
            judge: judges::leaks_no_descriptor,
        },
        Check {
            id: "sleeps-when-idle",
            claim: "with 100 idle connections it makes at most 20 calls in two seconds",
            points: 5,
            teaches: "Asleep until something happens",
            needs: Capability::OBSERVING,
            experiments: experiments::idleness,
            judge: judges::sleeps_when_idle,
        },
        Check {
            id: "stops-on-sigterm",
            claim: "SIGTERM: answers under way are finished, and it exits 0 within a second",
            points: 5,
            teaches: "Stopping a server",
            needs: Capability::OBSERVING,
            experiments: experiments::sigterm,
            judge: judges::stops_on_sigterm,
        },
    ],
};
