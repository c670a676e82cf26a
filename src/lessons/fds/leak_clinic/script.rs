//! What is said to the service, what it must answer, and what is in its files then.

use std::collections::BTreeMap;

use super::DIRECTORY;
use crate::model::{Expected, Limits, Run, Step};

/// The answer to what was done and gives nothing to tell.
pub(super) const OK: &str = "ok";

/// The answer to what was not done.
pub(super) const ERROR: &str = "error";

/// No command, and so `error`: whoever has answered it is done with all commands before, and holds
/// nothing of them.
pub(super) const FOLLOWING: &str = "nothing";

/// A log that is larger is rotated before the next line, in bytes.
const LARGEST_LOG: usize = 1024;

/// Logs that are kept, the current one among them.
const LOGS: usize = 4;

/// How long the world waits before it counts, for those who close by another thread, in
/// milliseconds.
const SETTLE_MS: u64 = 20;

/// A conversation with the service.
#[derive(Default)]
pub(super) struct Script {
    steps: Vec<Step>,
    expects: Vec<Expected>,
    /// Logs, the newest first.
    logs: Vec<Vec<u8>>,
    files: BTreeMap<String, Vec<u8>>,
    collect: Vec<String>,
    /// Lines that are sent together, and how many.
    waiting: (Vec<u8>, usize),
    is_in_bulk: bool,
    never_rotates: bool,
}

impl Script {
    /// Lines are sent one by one, each after the answer to the one before.
    pub(super) fn new() -> Self {
        Self {
            logs: vec![Vec::new()],
            ..Self::default()
        }
    }

    /// Nothing is sent before the program rests: helpers that it may have are ready then.
    pub(super) fn at_rest(mut self) -> Self {
        self.steps.push(Step::AwaitStrike);
        self
    }

    /// Lines are sent together.
    pub(super) fn in_bulk(mut self) -> Self {
        self.is_in_bulk = true;
        self
    }

    /// These logs are there, the newest first.
    pub(super) fn on_logs(mut self, logs: &[Vec<u8>]) -> Self {
        self.logs = logs.to_vec();
        self
    }

    /// Something is in the way of the oldest log: none can be rotated.
    pub(super) fn without_rotation(mut self) -> Self {
        self.never_rotates = true;
        self
    }

    /// A line, and its answer.
    pub(super) fn say(mut self, line: &str, answer: &str) -> Self {
        self.expects.push(Expected::Output {
            line: line.to_owned(),
            any_of: vec![answer.as_bytes().to_vec()],
        });
        if let Some(text) = line.strip_prefix("log ") {
            self.log(text);
        }
        self.waiting.0.extend_from_slice(line.as_bytes());
        self.waiting.0.push(b'\n');
        self.waiting.1 += 1;
        match self.is_in_bulk {
            true => self,
            false => self.flushed(),
        }
    }

    /// Several lines with their answers.
    pub(super) fn say_all(self, lines: &[(String, String)]) -> Self {
        lines
            .iter()
            .fold(self, |script, (line, answer)| script.say(line, answer))
    }

    /// A copy that succeeds, and what B holds then.
    pub(super) fn copies(self, from: &str, to: &str, content: &[u8]) -> Self {
        let mut script = self.say(&format!("copy {from} {to}"), OK);
        script.files.insert(to.to_owned(), content.to_vec());
        script
    }

    /// Its descriptors are counted, after the answer to a line that needs none.
    pub(super) fn counted(self) -> Self {
        let mut script = self.say(FOLLOWING, ERROR).flushed();
        let settle = Step::Pass { ms: SETTLE_MS };
        script.steps.extend([settle, Step::Measure]);
        script
    }

    fn log(&mut self, text: &str) {
        if self.logs[0].len() > LARGEST_LOG && !self.never_rotates {
            self.logs.insert(0, Vec::new());
            self.logs.truncate(LOGS);
        }
        self.logs[0].extend_from_slice(text.as_bytes());
        self.logs[0].push(b'\n');
    }

    /// Sends what is waiting, and waits for as many answers.
    fn flushed(mut self) -> Self {
        let (bytes, lines) = std::mem::take(&mut self.waiting);
        if lines > 0 {
            self.steps.push(Step::Send(bytes));
            let answer = || Step::AwaitOutput(b"\n".to_vec());
            self.steps.extend((0..lines).map(|_| answer()));
        }
        self
    }

    /// The run: the lines, the end of input, and what is in the files then.
    pub(super) fn run(self, watch: &[&str]) -> Run {
        let mut script = self.flushed();
        let logs = script.logs.iter().enumerate();
        let logs = logs.map(|(nth, log)| (log_name(nth), log.clone()));
        let files = std::mem::take(&mut script.files);
        for (name, content) in logs.chain(files) {
            let path = format!("{DIRECTORY}/{name}");
            script.collect.push(path.clone());
            // A log that nothing was written to may be there or not.
            if !content.is_empty() || !name.starts_with("app.log") {
                script.expects.push(Expected::File {
                    line: String::new(),
                    path,
                    content,
                });
            }
        }
        script.steps.push(Step::CloseInput);
        Run {
            args: vec![DIRECTORY.to_owned()],
            steps: script.steps,
            expects: script.expects,
            collect: script.collect,
            watch: watch.iter().map(|&word| word.to_owned()).collect(),
            buffer: 256,
            limits: Limits {
                time_ms: 60_000,
                cpu_ms: 60_000,
                events: 1_000_000,
                ..Limits::default()
            },
            ..Run::default()
        }
    }
}

/// The name of a log: 0 is the current one.
pub(super) fn log_name(nth: usize) -> String {
    match nth {
        0 => "app.log".to_owned(),
        nth => format!("app.log.{nth}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_over_a_kibibyte_is_rotated_before_the_next_line_and_three_are_kept() {
        let mut script = Script::new();
        let line = format!("log {}", "x".repeat(511));
        for _ in 0..17 {
            script = script.say(&line, OK);
        }
        let sizes: Vec<usize> = script.logs.iter().map(Vec::len).collect();
        // Two lines are 1,024 bytes, which is not over a KiB yet.
        assert_eq!(sizes, [1024, 1536, 1536, 1536]);
    }

    #[test]
    fn each_line_waits_for_its_answer_unless_they_are_sent_together() {
        let script = Script::new().say("ping", OK).say("ping", OK).run(&["read"]);
        let script_in_bulk = Script::new().in_bulk().say("ping", OK).say("ping", OK);
        let sends = |run: &Run| {
            let is_send = |step: &&Step| matches!(step, Step::Send(_));
            run.steps.iter().filter(is_send).count()
        };
        assert_eq!(sends(&script), 2);
        let in_bulk = script_in_bulk.run(&["read"]);
        assert_eq!(sends(&in_bulk), 1);
        assert_eq!(in_bulk.steps.len(), 4);
    }
}
