//! Parts of an event's line, for whoever shows them apart from each other.

use super::print::{Answer, Name, Shown};
use crate::model::recording::{Call, Frame, Returned, What};

/// A call as it was made: `write(3</lab/log [12]>, "a\n", 2)`.
pub fn call_text(call: &Call) -> String {
    Shown(call).to_string()
}

/// A call's name, harmless also where it is none of the kernel's.
pub fn call_name(call: &Call) -> String {
    Name(&call.name).to_string()
}

/// What a call of this name answered: `-1 EIO (injected)`.
pub fn answer_text(returned: &Returned, name: &str) -> String {
    Answer(returned, name).to_string()
}

/// What happened, without whom it happened to: `--- SIGTERM`, `rest zombies 4 5`.
pub fn what_text(what: &What) -> String {
    let line = Shown(what).to_string();
    match line.split_once(' ') {
        Some((_, what)) => what.to_owned(),
        None => line,
    }
}

/// A place in a program: `main.c:41 (append)`.
pub fn place_text(frame: &Frame) -> String {
    Shown(frame).to_string()
}
