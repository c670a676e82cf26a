//! Scripts: lines of input, each with what a right shell makes of it.

use crate::lessons::stories::words;
use crate::model::{Expected, Run, Step};

/// Which calls are observed where single commands are looked at: what starts and ends processes,
/// and what makes descriptors. Nothing that reads: a shell may well take its input byte by byte.
const WATCH: &[&str] = &[
    "process", "pipe", "pipe2", "dup", "dup2", "dup3", "openat", "open", "creat",
];

/// Input for a shell, and what is to come of it.
#[derive(Debug, Default)]
pub(super) struct Script {
    text: Vec<u8>,
    steps: Vec<Step>,
    expects: Vec<Expected>,
    collect: Vec<String>,
}

impl Script {
    /// An empty script.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// A line that prints nothing.
    pub(super) fn line(mut self, line: &str) -> Self {
        self.text.extend_from_slice(line.as_bytes());
        self.text.push(b'\n');
        self
    }

    /// Bytes of which nothing is expected.
    pub(super) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.text.extend_from_slice(bytes);
        self
    }

    /// A line that prints this.
    pub(super) fn prints(self, line: &str, output: &str) -> Self {
        self.prints_after(line, line, &[output])
    }

    /// A line after which one of these is printed because of `cause`, a line before it or itself.
    pub(super) fn prints_after(mut self, cause: &str, line: &str, outputs: &[&str]) -> Self {
        self.expects.push(Expected::Output {
            line: cause.to_owned(),
            any_of: outputs.iter().map(|one| one.as_bytes().to_vec()).collect(),
        });
        self.line(line)
    }

    /// A line after which `$?` is this.
    pub(super) fn ends_with(self, line: &str, status: u64) -> Self {
        self.line(line).prints_after(
            &format!("{line}\n{SHOW_STATUS}"),
            SHOW_STATUS,
            &[&format!("<{status}>\n")],
        )
    }

    /// A line that says something on standard error, and after which `$?` is 1 or 2.
    pub(super) fn refused(self, line: &str) -> Self {
        self.line(line).complains(line).prints_after(
            &format!("{line}\n{SHOW_STATUS}"),
            SHOW_STATUS,
            &["<1>\n", "<2>\n"],
        )
    }

    /// A line that prints whatever it likes.
    pub(super) fn prints_anything(mut self, line: &[u8]) -> Self {
        self.expects.push(Expected::Anything {
            line: String::from_utf8_lossy(line).into_owned(),
        });
        self.text.extend_from_slice(line);
        self.text.push(b'\n');
        self
    }

    /// What the lines before `line` leave in a file after all is done.
    pub(super) fn leaves(mut self, line: &str, path: &str, content: &str) -> Self {
        self.expects.push(Expected::File {
            line: line.to_owned(),
            path: path.to_owned(),
            content: content.as_bytes().to_vec(),
        });
        self.collect.push(path.to_owned());
        self
    }

    /// A line that fills a file.
    pub(super) fn fills(self, line: &str, path: &str, content: &str) -> Self {
        self.leaves(line, path, content).line(line)
    }

    /// This line, already added, says something on standard error.
    pub(super) fn complains(mut self, line: &str) -> Self {
        self.expects.push(Expected::Message {
            line: line.to_owned(),
        });
        self
    }

    /// The shell exits with this status.
    pub(super) fn exits(mut self, status: i32) -> Self {
        self.expects.push(Expected::Status(status));
        self
    }

    /// The shell exits with a status other than 0.
    pub(super) fn fails(mut self) -> Self {
        self.expects.push(Expected::Failure);
        self
    }

    /// The last line goes without its newline.
    pub(super) fn torn(mut self) -> Self {
        self.text.pop();
        self
    }

    /// What has been added so far is sent, and something happens.
    pub(super) fn then(mut self, step: Step) -> Self {
        self.send();
        self.steps.push(step);
        self
    }

    /// What has been added so far is sent, and done.
    pub(super) fn settles(self) -> Self {
        self.then(Step::Pass { ms: SETTLE_MS })
            .then(Step::AwaitRest)
    }

    fn send(&mut self) {
        if !self.text.is_empty() {
            self.steps.push(Step::Send(std::mem::take(&mut self.text)));
        }
    }

    /// The run in which a shell gets this, and then the end of its input.
    pub(super) fn run(mut self) -> Run {
        self.send();
        self.steps.push(Step::CloseInput);
        Run {
            steps: self.steps,
            expects: self.expects,
            collect: self.collect,
            watch: words(WATCH),
            has_actor: true,
            ..Run::default()
        }
    }

    /// The run in which somebody types this at a terminal, and then Ctrl-D.
    pub(super) fn typed(self) -> Run {
        let mut run = self.settles().bytes(&[CTRL_D]).run();
        run.steps.pop();
        run.steps.push(Step::AwaitExit {
            within_ms: EXIT_WITHIN_MS,
        });
        run.has_terminal = true;
        run
    }
}

/// Longer than any shell sleeps between taking a line and running it: on a terminal, one that edits
/// lines may leave its reader 20 ms to draw them (busybox does).
const SETTLE_MS: u64 = 60;

/// Shows the status of the command before.
const SHOW_STATUS: &str = "/actor show $?";

/// What a terminal makes SIGINT of; see termios(3), VINTR.
pub(super) const CTRL_C: u8 = 3;

/// What a terminal makes the end of input of; see termios(3), VEOF.
const CTRL_D: u8 = 4;

/// The handout promises one second; see the contracts' common rules for the rest.
const EXIT_WITHIN_MS: u64 = 1500;

/// Everything that a run sends, as one text.
pub(super) fn sent(run: &Run) -> String {
    let bytes: Vec<u8> = run
        .steps
        .iter()
        .filter_map(|step| match step {
            Step::Send(bytes) => Some(bytes.as_slice()),
            _ => None,
        })
        .flatten()
        .copied()
        .collect();
    String::from_utf8_lossy(&bytes).into_owned()
}
