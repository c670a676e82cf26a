//! The lab `fds/file-server`: send files without touching them.
//!
//! `prog PORT ROOT` answers `GET NAME` with `OK SIZE` and the bytes. What is there to be served is
//! in [`shelf`]; what each run makes a server live through, in [`experiments`]; how the recordings
//! are judged, in [`judges`].
//!
//! No server that people use speaks this protocol, and so none is among the tests: something that
//! translates between it and, say, nginx would stand between the two sockets, and move every byte
//! itself. What nginx does with `sendfile on` is checked in `sockets/http`.

mod experiments;
mod judges;
mod shelf;

use crate::model::{Capability, Check, Form, Lab};

/// The lab; its contract is `labs/fds/file-server/README.md`.
pub(super) const LAB: Lab = Lab {
    slug: "file-server",
    title: "send files without touching them",
    form: Form::Program,
    checks: &[
        Check {
            id: "serves-files",
            claim: "every file arrives, of 0 bytes to 100 MiB, however requests come",
            points: 10,
            teaches: "A size, then the bytes",
            needs: Capability::OBSERVING,
            experiments: experiments::files,
            judge: judges::serves_files,
        },
        Check {
            id: "copies-nothing",
            claim: "at least 99 % of a large file gets to the socket past the program",
            points: 20,
            teaches: "sendfile",
            needs: Capability::OBSERVING,
            experiments: experiments::big,
            judge: judges::copies_nothing,
        },
        Check {
            id: "continues-partial-sends",
            claim: "clients that read late, and calls that move less, get the right bytes",
            points: 15,
            teaches: "Short counts",
            needs: Capability::INJECTING,
            experiments: experiments::partial,
            judge: judges::continues_partial_sends,
        },
        Check {
            id: "passes-two-gib",
            claim: "a file of 5 GiB arrives, and what was asked for behind it",
            points: 10,
            teaches: "More than two gibibytes",
            needs: Capability::OBSERVING,
            experiments: experiments::huge,
            judge: judges::passes_two_gib,
        },
        Check {
            id: "stays-inside-root",
            claim: "not a byte of what is outside ROOT is sent, and what is no file is an error",
            points: 10,
            teaches: "Names from a client",
            needs: Capability::OBSERVING,
            experiments: experiments::ways_out,
            judge: judges::stays_inside_root,
        },
        Check {
            id: "serves-others-while-one-stalls",
            claim: "clients that stall delay nobody else",
            points: 10,
            teaches: "Many transfers at once",
            needs: Capability::OBSERVING,
            experiments: experiments::stalls,
            judge: judges::serves_others,
        },
        Check {
            id: "survives-resets",
            claim: "1,000 vanished clients later it serves as before",
            points: 5,
            teaches: "A client that goes away",
            needs: Capability::OBSERVING,
            experiments: experiments::resets,
            judge: judges::survives_resets,
        },
        Check {
            id: "leaks-no-descriptor",
            claim: "after 2,000 connections it has as many descriptors as before",
            points: 5,
            teaches: "A file for each transfer",
            needs: Capability::OBSERVING,
            experiments: experiments::endings,
            judge: judges::leaks_no_descriptor,
        },
        Check {
            id: "survives-truncation",
            claim: "a file that shrinks while it is sent ends that connection, and nothing else",
            points: 10,
            teaches: "A file that shrinks",
            needs: Capability::OBSERVING,
            experiments: experiments::changing,
            judge: judges::survives_truncation,
        },
        Check {
            id: "stops-on-sigterm",
            claim: "SIGTERM: it exits 0 within a second, also in the middle of a transfer",
            points: 5,
            teaches: "When to stop serving",
            needs: Capability::OBSERVING,
            experiments: experiments::sigterm,
            judge: judges::stops_on_sigterm,
        },
    ],
};
