//! A little Python virtual machine that calls itself for each call, on a stack that is large enough for
//! as many as it allows.

mod code;
mod int;
mod json;
mod machine;
mod ops;
mod value;

use std::io::{self, BufWriter, Read};
use std::process::ExitCode;

/// Bytes of stack: some kibibytes for each call, and some more.
const STACK: usize = 256 << 20;

fn main() -> ExitCode {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(run);
    match thread.map(|thread| thread.join()) {
        Ok(Ok(code)) => code,
        _ => ExitCode::FAILURE,
    }
}

fn run() -> ExitCode {
    let mut input = Vec::new();
    let read = io::stdin()
        .read_to_end(&mut input)
        .map_err(|error| error.to_string());
    let text = read.and_then(|_| String::from_utf8(input).map_err(|error| error.to_string()));
    let codes = match text.and_then(|text| code::load(&text)) {
        Ok(codes) => codes,
        Err(why) => {
            eprintln!("pvm: {why}");
            return ExitCode::from(2);
        }
    };
    let mut machine = machine::Machine::new(&codes, BufWriter::new(io::stdout()));
    let ended = machine.run();
    machine.flush();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let (kind, message) = (error.kind.name(), error.message());
            match message.is_empty() {
                true => eprintln!("{kind}"),
                false => eprintln!("{kind}: {message}"),
            }
            ExitCode::from(1)
        }
    }
}
