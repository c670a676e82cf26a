//! `report [ARGUMENT...]`: writes what it was started with to standard output, one thing a line:
//! its arguments, its environment, its working directory, and its standard input, read to the end.

use std::io::{self, Read};
use std::process::ExitCode;

use super::{Confusion, Verb, tell};

pub(super) const VERB: Verb = Verb {
    name: "report",
    usage: "report [ARGUMENT...]",
    act: |args| {
        let failed = |what| move |error| Confusion::Kernel(what, error);
        let mut lines: Vec<String> = args.iter().map(|arg| argument(arg)).collect();
        for (name, value) in std::env::vars_os() {
            lines.push(variable(&name.to_string_lossy(), &value.to_string_lossy()));
        }
        let cwd = std::env::current_dir().map_err(failed("tell the working directory"))?;
        lines.push(directory(&cwd.to_string_lossy()));
        let mut bytes = Vec::new();
        io::stdin()
            .read_to_end(&mut bytes)
            .map_err(failed("read standard input"))?;
        lines.push(input(&String::from_utf8_lossy(&bytes)));
        tell(&format!("{}\n", lines.join("\n")))?;
        Ok(ExitCode::SUCCESS)
    },
};

/// The line of an argument.
pub fn argument(value: &str) -> String {
    format!("argument {value:?}")
}

/// The line of a variable.
pub fn variable(name: &str, value: &str) -> String {
    format!("variable {name}={value:?}")
}

/// The line of the working directory.
pub fn directory(path: &str) -> String {
    format!("directory {path:?}")
}

/// The line of what standard input held.
pub fn input(text: &str) -> String {
    format!("input {text:?}")
}
