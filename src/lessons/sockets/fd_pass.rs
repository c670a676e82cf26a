//! The lab `sockets/fd-pass`: hand out descriptors over a Unix socket.
//!
//! `prog SOCKET ROOT` answers `open NAME` with a descriptor of ROOT/NAME. What lies beneath ROOT,
//! and beside it, is in [`store`]; what each run makes a server live through, in [`experiments`];
//! how the recordings are judged, in [`judges`].

mod experiments;
mod judges;
mod store;

use crate::model::{Capability, Check, Form, Lab};

/// The lab; its contract is `labs/sockets/fd-pass/README.md`.
pub(super) const LAB: Lab = Lab {
    slug: "fd-pass",
    title: "hand out descriptors",
    form: Form::Program,
    checks: &[
        Check {
            id: "passes-the-descriptor",
            claim: "the answer carries the right file, at its beginning, for reading only",
            points: 15,
            teaches: "Passing a descriptor",
            needs: Capability::OBSERVING,
            experiments: experiments::names,
            judge: judges::passes_the_descriptor,
        },
        Check {
            id: "frames-messages",
            claim: "requests may be split and joined at any byte, and a line of 1 MiB is refused",
            points: 15,
            teaches: "A stream has no messages",
            needs: Capability::OBSERVING,
            experiments: experiments::pieces,
            judge: judges::frames_messages,
        },
        Check {
            id: "stays-inside-root",
            claim: "nothing but regular files beneath ROOT is handed out, and nothing makes it wait",
            points: 20,
            teaches: "Opening a name from outside",
            needs: Capability::OBSERVING,
            experiments: experiments::ways_out,
            judge: judges::stays_inside_root,
        },
        Check {
            id: "keeps-none",
            claim: "after 1,000 requests it has as many descriptors as before",
            points: 15,
            teaches: "Who closes what was passed",
            needs: Capability::OBSERVING,
            experiments: experiments::many_requests,
            judge: judges::keeps_none,
        },
        Check {
            id: "replaces-stale-sockets",
            claim: "a socket that nobody listens on is replaced, and anything else is left alone",
            points: 10,
            teaches: "The socket's file",
            needs: Capability::OBSERVING,
            experiments: experiments::taken_names,
            judge: judges::replaces_stale_sockets,
        },
        Check {
            id: "protects-the-socket",
            claim: "the socket has mode 0600 from the first moment",
            points: 10,
            teaches: "Who may connect",
            needs: Capability::INJECTING,
            experiments: experiments::first_moments,
            judge: judges::protects_the_socket,
        },
        Check {
            id: "serves-many",
            claim: "200 clients at once, silent and gone ones among them, delay nobody",
            points: 10,
            teaches: "One thread, many connections",
            needs: Capability::OBSERVING,
            experiments: experiments::many_clients,
            judge: judges::serves_many,
        },
        Check {
            id: "stops-on-sigterm",
            claim: "SIGTERM ends it with status 0 within a second",
            points: 5,
            teaches: "Stopping a server",
            needs: Capability::OBSERVING,
            experiments: experiments::sigterm,
            judge: judges::stops_on_sigterm,
        },
    ],
};
