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
