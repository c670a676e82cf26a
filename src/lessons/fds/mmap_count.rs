//! The lab `fds/mmap-count`: count lines through a mapping.
//!
//! `prog FILE...` prints how many newlines each file has, as `wc -l` does, and looks at the files
//! through mmap(2). What each run is made to live through is in [`experiments`]; how the recordings
//! are judged, in [`judges`].

mod experiments;
mod judges;
mod mapped;
mod observed;

use crate::model::{Capability, Check, Form, Lab};

/// The lab; its contract is `labs/fds/mmap-count/README.md`.
pub(super) const LAB: Lab = Lab {
    slug: "mmap-count",
    title: "count lines through a mapping",
    form: Form::Program,
    checks: &[
        Check {
            id: "counts-lines",
            claim: "it counts the newlines of every file, whatever bytes are in it",
            points: 10,
            teaches: "Bytes, not strings",
            needs: Capability::OBSERVING,
            experiments: experiments::lines,
            judge: judges::counts_lines,
        },
        Check {
            id: "maps-the-file",
            claim: "it maps the contents, and does not read them",
            points: 10,
            teaches: "A file as memory",
            needs: Capability::OBSERVING,
            experiments: experiments::mapped,
            judge: judges::maps_the_file,
        },
        Check {
            id: "handles-empty-files",
            claim: "an empty file has no lines, and is no error",
            points: 10,
            teaches: "Nothing to map",
            needs: Capability::OBSERVING,
            experiments: experiments::empty,
            judge: judges::counts_lines,
        },
        Check {
            id: "goes-on-after-errors",
            claim: "what cannot be counted costs a message and the status, and the others are \
                    counted",
            points: 20,
            teaches: "What can be mapped",
            needs: Capability::INJECTING,
            experiments: experiments::errors,
            judge: judges::counts_lines,
        },
        Check {
            id: "maps-in-windows",
            claim: "a file that is larger than the address space is counted",
            points: 20,
            teaches: "Windows",
            needs: Capability::INJECTING,
            experiments: experiments::large,
            judge: judges::counts_lines,
        },
        Check {
            id: "survives-truncation",
            claim: "a file that shrinks under the mapping costs a message and the status, and not \
                    its life",
            points: 20,
            teaches: "SIGBUS",
            needs: Capability::INJECTING,
            experiments: experiments::truncated,
            judge: judges::survives_truncation,
        },
        Check {
            id: "leaks-no-mapping",
            claim: "after 2,000 files, mappings and descriptors are as at the start",
            points: 10,
            teaches: "munmap",
            needs: Capability::OBSERVING,
            experiments: experiments::many,
            judge: judges::leaks_no_mapping,
        },
    ],
};
