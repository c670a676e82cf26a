//! `grow FILE KIB`: makes a file and writes so much into it; exits 0, or 1 if a write fails.
//!
//! What SIGXFSZ does to it is what whoever started it has arranged; see RLIMIT_FSIZE in
//! getrlimit(2).

use std::fs::File;
use std::io::Write;
use std::process::ExitCode;

use super::{Confusion, Verb, parsed, refused};

/// Bytes that one write is given.
const BLOCK: [u8; 1024] = [b'x'; 1024];

pub(super) const VERB: Verb = Verb {
    name: "grow",
    usage: "grow FILE KIB",
    act: |args| {
        let [path, kib] = args else {
            return Err(Confusion::Usage(VERB.usage));
        };
        let kib: u64 = parsed(kib, VERB.usage)?;
        let grown = File::create(path)
            .and_then(|mut file| (0..kib).try_for_each(|_| file.write_all(&BLOCK)));
        match grown {
            Ok(()) => Ok(ExitCode::SUCCESS),
            Err(error) => Ok(refused("write that much", &error)),
        }
    },
};
