//! Believes what it reads, and panics where that is wrong.

mod code;
mod int;
mod json;
mod machine;
mod ops;
mod value;

use std::io::{self, BufWriter, Read};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut input = Vec::new();
    let read = io::stdin()
        .read_to_end(&mut input)
        .map_err(|error| error.to_string());
    let text = read.and_then(|_| String::from_utf8(input).map_err(|error| error.to_string()));
    let codes = code::load(&text.expect("a text")).expect("a program");
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
