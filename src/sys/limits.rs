//! Limits of this process, changed for what it is about to do; see getrlimit(2).

use std::io;

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Raises the limit of open descriptors as far as it goes without privileges; how many there may
/// be now.
///
/// The soft limit is 1,024 for the sake of programs that use select(2).
///
/// # Errors
/// Does not fail where the hard limit is what it was.
pub fn raise_descriptors() -> io::Result<u64> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    if soft < hard {
        setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
    }
    Ok(hard)
}
