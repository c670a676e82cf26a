//! Confines a submission: namespaces, mounts, limits, seccomp; and the workshop that holds its files.
//!
//! Two of our processes take part. The **worker** enters a [`Workshop`] once: a mount namespace with a
//! tmpfs that nobody else sees and that ends with it. A **runner** enters the box's network
//! ([`ahead`]), and calls [`launch_copy`], which makes the **box**: in namespaces of its own PID 1, a
//! copy of the runner, is our init, which reaps and whose death ends everything, and PID 2 becomes the
//! learner's program as soon as [`Launched::release`] is called. The learner is never PID 1, because
//! that one is immune to signals, and lessons about signals would lie. Whoever has several threads
//! calls [`launch`], which has a process of this binary do it ([`enter_box`]).
//!
//! Where namespaces cannot be had, Landlock confines the files, that process itself reaps, and paths are
//! the host's: [`Rung::Partial`]. [`confinement`] finds out which it is.
//!
//! Confinement never depends on what a tracer sees: namespaces, read-only mounts, limits, no new
//! privileges and the filter's denials ([`policy`]) hold without one. Deliberately absent: time
//! limits and output limits, which belong to whoever watches the run.

mod copy;
mod enter;
mod fingerprint;
mod init;
mod landlock;
mod launch;
mod learner;
mod left;
mod message;
mod partial;
pub mod policy;
mod private;
mod root;
mod rung;
mod spec;
mod workshop;

pub use copy::{CopyError, SkipReason, Skipped};
pub use enter::{Ahead, ahead, enter_box};
pub use fingerprint::{Fingerprint, fingerprint, is_looked_into, whole_fingerprint};
pub use launch::{Launched, SandboxError, launch, launch_copy};
pub use message::{Failure, Step};
pub use root::is_visible;
pub use rung::{Confinement, confinement};
pub use spec::{BOX_COMMAND, Bind, BoxLimits, BoxSpec, INSIDE_ID, Rung};
pub use workshop::{LabDir, Workshop, WorkshopError, isolated_root, mount_disk};
