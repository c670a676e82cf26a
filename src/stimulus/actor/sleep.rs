//! `sleep MS`: sleeps in one call, and exits 0.

use std::process::ExitCode;
use std::time::Duration;

use super::{Verb, only};

pub(super) const VERB: Verb = Verb {
    name: "sleep",
    usage: "sleep MILLISECONDS",
    act: |args| {
        std::thread::sleep(Duration::from_millis(only(args, VERB.usage)?));
        Ok(ExitCode::SUCCESS)
    },
};
