//! `fill MIB`: writes to so much memory and exits 0, or 1 if it does not get it.

use std::hint::black_box;
use std::io;
use std::process::ExitCode;

use super::{Verb, only, refused};

pub(super) const VERB: Verb = Verb {
    name: "fill",
    usage: "fill MIB",
    act: |args| match hold(only(args, VERB.usage)?) {
        Ok(held) => {
            drop(black_box(held));
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => Ok(refused("hold that much memory", &error)),
    },
};

/// So much memory, each byte of it written to.
///
/// # Errors
/// ENOMEM if there is no more, or a limit is reached; see RLIMIT_AS in getrlimit(2).
pub(super) fn hold(mib: usize) -> io::Result<Vec<u8>> {
    let none = || io::Error::from(io::ErrorKind::OutOfMemory);
    let bytes = mib.checked_mul(1 << 20).ok_or_else(none)?;
    let mut held = Vec::new();
    held.try_reserve_exact(bytes).map_err(|_| none())?;
    held.resize(bytes, 1);
    Ok(held)
}
