//! `open N`: opens so many descriptors beside those that it has, and exits 0, or 1 if it cannot.

use std::fs::File;
use std::process::ExitCode;

use super::{Verb, only, refused};

pub(super) const VERB: Verb = Verb {
    name: "open",
    usage: "open NUMBER",
    act: |args| {
        let count: usize = only(args, VERB.usage)?;
        let opened: Result<Vec<File>, _> = (0..count).map(|_| File::open("/dev/null")).collect();
        match opened {
            Ok(_) => Ok(ExitCode::SUCCESS),
            Err(error) => Ok(refused("open that many descriptors", &error)),
        }
    },
};
