//! The table: every call by name, the sets that it is in, and what its arguments are.
//!
//! One file a subject. A call that an architecture lacks is in the table all the same; see
//! [`table`](super::table) for how rows find their numbers.

mod descriptors;
mod files;
mod ipc;
mod memory;
mod metadata;
mod mounts;
mod processes;
mod signals;
mod sockets;
mod system;
mod time;
mod waiting;

use super::table::Row;

/// All rows.
pub(crate) const GROUPS: &[&[Row]] = &[
    files::ROWS,
    metadata::ROWS,
    descriptors::ROWS,
    waiting::ROWS,
    memory::ROWS,
    processes::ROWS,
    signals::ROWS,
    sockets::ROWS,
    time::ROWS,
    ipc::ROWS,
    mounts::ROWS,
    system::ROWS,
];
