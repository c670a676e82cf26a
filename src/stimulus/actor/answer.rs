//! `answer FIFO`: waits for a question on standard input, answers into the FIFO, and writes what
//! comes then to standard output; see fifo(7).

use std::fs;
use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use super::{Confusion, Verb, only};

pub(super) const VERB: Verb = Verb {
    name: "answer",
    usage: "answer FIFO",
    act: |args| {
        let path: String = only(args, VERB.usage)?;
        let mut input = io::stdin().lock();
        let mut question = String::new();
        input
            .read_line(&mut question)
            .map_err(|error| Confusion::Kernel("read", error))?;
        if question.is_empty() {
            return Ok(ExitCode::FAILURE);
        }
        fs::OpenOptions::new()
            .write(true)
            .open(path)
            .and_then(|mut fifo| fifo.write_all(b"answer\n"))
            .map_err(|error| Confusion::Kernel("write to the FIFO", error))?;
        io::copy(&mut input, &mut io::stdout())
            .map_err(|error| Confusion::Kernel("copy", error))?;
        Ok(ExitCode::SUCCESS)
    },
};
