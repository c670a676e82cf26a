//! Lessons: what they consist of.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::check::Lab;

/// A text, demos, trace exercises and labs under one slug.
#[derive(Debug)]
pub struct Lesson {
    /// Its name on the command line, and the name of its three rooms.
    pub slug: &'static str,
    /// Another name that people try.
    pub alias: Option<&'static str>,
    /// What it is about, in a line.
    pub title: &'static str,
    /// In the order in which the text speaks of them.
    pub demos: &'static [Demo],
    /// In teaching order.
    pub exercises: &'static [Exercise],
    /// In teaching order.
    pub labs: &'static [Lab],
}

/// A short program that shows one idea on this machine.
#[derive(Debug)]
pub struct Demo {
    /// Its name on the command line.
    pub slug: &'static str,
    /// What it shows, in a line.
    pub title: &'static str,
    /// Runs it; prints to the given screen.
    pub run: fn(&mut dyn std::io::Write, &DemoOptions) -> anyhow::Result<()>,
}

/// What a demo is told about its surroundings.
#[derive(Clone, Debug, Default)]
pub struct DemoOptions {
    /// Whether the output may use colour.
    pub color: bool,
    /// Whether the shortest useful version is wanted (the tour, tests).
    pub quick: bool,
    /// Becomes true when the user wants the demo to end: it removes what it made, and returns.
    pub interrupted: Arc<AtomicBool>,
}

/// The user has asked for the end.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted;

impl DemoOptions {
    /// Says whether to go on; to be asked between two steps of a demo.
    ///
    /// # Errors
    /// [`Interrupted`] once the user has asked for the end.
    pub fn go_on(&self) -> Result<(), Interrupted> {
        match self.interrupted.load(Ordering::SeqCst) {
            true => Err(Interrupted),
            false => Ok(()),
        }
    }
}

/// A question about a program's system calls whose answer is computed from a live trace.
#[derive(Debug)]
pub struct Exercise {
    /// Its name on the command line.
    pub slug: &'static str,
    /// The question, as asked.
    pub question: &'static str,
    /// The program, a file below `labs/LESSON/trace/`.
    pub program: &'static str,
    /// Its arguments, made from the seed so that the answer cannot be learnt by heart.
    pub args: fn(seed: u64) -> Vec<String>,
    /// Its standard input.
    pub input: &'static str,
    /// Whether it can be run only where there is a CUDA device, and its driver.
    pub needs_device: bool,
    /// Which calls the exercise is about, in strace's words.
    pub watch: &'static [&'static str],
    /// Computes the answer from the recording.
    pub answer: fn(&super::Recording) -> Result<Answer, String>,
}

/// A computed answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Accepted answers, compared without case and surrounding blanks; the first is shown.
    pub accepted: Vec<String>,
    /// The events that decide.
    pub evidence: Vec<usize>,
    /// One sentence that connects the lines with the answer.
    pub because: String,
}

/// The name by which links and `syslab LESSON read` know a heading, as mdBook makes it.
///
/// Lowercase; letters, digits, `-` and `_` stay, blanks become `-`, the rest is dropped.
pub fn heading_slug(title: &str) -> String {
    title
        .trim()
        .chars()
        .filter_map(|c| match c {
            c if c.is_alphanumeric() || c == '_' || c == '-' => Some(c),
            c if c.is_whitespace() => Some('-'),
            _ => None,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_become_slugs_as_in_mdbook() {
        for (title, slug) in [
            ("Orphans and zombies", "orphans-and-zombies"),
            (
                "What `fsync` promises: nothing?",
                "what-fsync-promises-nothing",
            ),
            ("A  B", "a--b"),
            ("SIGTERM/SIGINT", "sigtermsigint"),
            ("EINTR_2 - again", "eintr_2---again"),
        ] {
            assert_eq!(heading_slug(title), slug);
        }
    }
}
