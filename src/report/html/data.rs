//! The tables that the page's script draws: columns, so that 100,000 events stay small.
//!
//! Text is kept once, in [`Strings`]; everywhere else stands its number. Events go by their
//! numbers on the recording's time line.

use std::collections::HashMap;

use serde::Serialize;

use crate::ui::visible;

/// The longest text of one event, bytes; how much is missing is said.
const TEXT_MAX: usize = 4096;

/// Everything on a page.
#[derive(Debug, Serialize)]
pub(super) struct Data {
    pub(super) made: String,
    pub(super) title: String,
    pub(super) card: Option<super::card::Card>,
    pub(super) runs: Vec<Run>,
    pub(super) strings: Vec<String>,
}

/// One recording.
#[derive(Debug, Default, Serialize)]
pub(super) struct Run {
    /// What was done.
    pub(super) story: String,
    /// The check that it proves, and the run's number.
    pub(super) check: Option<String>,
    pub(super) number: u32,
    /// What there is to see, in a sentence.
    pub(super) summary: String,
    /// How many events the recording has, and how many more it had.
    pub(super) events: usize,
    pub(super) omitted: u64,
    /// Nanoseconds from each event to the next, the first after nothing.
    pub(super) times: Option<Vec<u64>>,
    pub(super) lanes: Vec<Lane>,
    pub(super) marks: Marks,
    /// Signals on their way: from a mark's event to another's, and whether a child's end sent it.
    pub(super) arrows: Vec<(usize, usize, bool)>,
    pub(super) descriptors: Vec<Descriptor>,
    /// Which mark used which descriptor, in pairs.
    pub(super) uses: Vec<(usize, usize)>,
}

/// A task, or the outside world.
#[derive(Debug, Serialize)]
pub(super) struct Lane {
    /// `None`: the outside world.
    pub(super) task: Option<u32>,
    /// Lane of the process' first task.
    pub(super) process: usize,
    /// Lane of who started it.
    pub(super) parent: Option<usize>,
    pub(super) is_thread: bool,
    /// What it runs: the last part of the path.
    pub(super) name: String,
    /// Its first event, and its last.
    pub(super) from: usize,
    pub(super) to: usize,
    /// How it ended; empty if it was not seen to end.
    pub(super) end: String,
}

/// Columns, one entry a mark, in the order of events.
#[derive(Debug, Default, Serialize)]
pub(super) struct Marks {
    /// The event.
    pub(super) at: Vec<usize>,
    /// The event of the call's return; the same event if it has no length.
    pub(super) until: Vec<usize>,
    pub(super) lane: Vec<usize>,
    pub(super) kind: Vec<u8>,
    /// A call's name, or a word.
    pub(super) name: Vec<u32>,
    pub(super) text: Vec<u32>,
    /// What a call answered; empty for what does not answer.
    pub(super) answer: Vec<u32>,
    /// The places of the call, innermost first, a line each.
    pub(super) site: Vec<u32>,
    pub(super) flags: Vec<u8>,
}

/// The number of a descriptor in a process.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Descriptor {
    /// Lane of the process.
    pub(super) lane: usize,
    pub(super) number: i32,
    pub(super) lives: Vec<Life>,
}

/// What the number stood for, from an event to an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Life {
    pub(super) from: usize,
    /// `None`: it was open when the recording ended.
    pub(super) to: Option<usize>,
    /// What it refers to.
    pub(super) object: u32,
    /// How it came, and how it went.
    pub(super) how: u32,
    pub(super) end: u32,
}

/// Kinds of marks; the script has the same numbers.
pub(super) mod kind {
    pub(in super::super) const CALL: u8 = 0;
    pub(in super::super) const FORK: u8 = 1;
    pub(in super::super) const EXEC: u8 = 2;
    pub(in super::super) const SIGNAL: u8 = 3;
    pub(in super::super) const STOP: u8 = 4;
    pub(in super::super) const END: u8 = 5;
    pub(in super::super) const FAULT: u8 = 6;
    pub(in super::super) const WORLD: u8 = 7;
    pub(in super::super) const NOTE: u8 = 8;
}

/// What a mark's flags say; the script has the same numbers.
pub(super) mod flag {
    /// The call failed, or the task's end was not a good one.
    pub(in super::super) const FAILED: u8 = 1;
    /// The answer is a fault's.
    pub(in super::super) const INJECTED: u8 = 2;
    /// The call has not returned.
    pub(in super::super) const OPEN: u8 = 4;
    /// Something else happened before the call returned.
    pub(in super::super) const WAITED: u8 = 8;
}

/// All text of a page, each once.
#[derive(Debug, Default)]
pub(super) struct Strings {
    all: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Strings {
    /// The number of this text, made harmless.
    pub(super) fn number(&mut self, text: &str) -> u32 {
        if let Some(known) = self.numbers.get(text) {
            return *known;
        }
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.all.push(shown(text));
        self.numbers.insert(text.to_owned(), number);
        number
    }

    /// What has been numbered, in order.
    pub(super) fn into_all(self) -> Vec<String> {
        self.all
    }
}

/// Text that can be looked at, of bounded length.
pub(super) fn shown(text: &str) -> String {
    let text = visible(text);
    if text.len() <= TEXT_MAX {
        return text;
    }
    let end = (0..=TEXT_MAX)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    format!("{}… ({} more bytes)", &text[..end], text.len() - end)
}
