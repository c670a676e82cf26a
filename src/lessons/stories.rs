//! What the experiments of all labs are put together from.

use crate::model::{Arming, Experiment, InputFile, InputKind, Role, Run, Strike, Sweep, Trigger};

/// An experiment of one run.
pub(in crate::lessons) fn experiment(story: &str, run: Run) -> Experiment {
    Experiment {
        story: story.to_owned(),
        runs: vec![run],
        ..Experiment::default()
    }
}

impl Experiment {
    /// This file is there before the first run.
    pub(in crate::lessons) fn with_file(mut self, path: &str, content: Vec<u8>) -> Self {
        self.files.push(InputFile {
            path: path.to_owned(),
            content,
            ..InputFile::default()
        });
        self
    }

    /// This is there before the first run.
    pub(in crate::lessons) fn with(self, path: &str, kind: InputKind) -> Self {
        self.with_input(InputFile {
            path: path.to_owned(),
            kind,
            ..InputFile::default()
        })
    }

    /// The same, with all that can be said of it.
    pub(in crate::lessons) fn with_input(mut self, file: InputFile) -> Self {
        self.files.push(file);
        self
    }

    /// A further run on the same lab directory.
    pub(in crate::lessons) fn then(mut self, run: Run) -> Self {
        self.runs.push(run);
        self
    }

    /// Repeated with a strike at each of these calls.
    pub(in crate::lessons) fn swept(mut self, strikes: &[Strike], points: Trigger) -> Self {
        self.sweep = Some(Sweep {
            strikes: strikes.to_vec(),
            points,
        });
        self
    }
}

/// Words that live longer.
pub(in crate::lessons) fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

/// The first of these calls.
pub(in crate::lessons) fn trigger(calls: &[&[&str]], on: Role, armed: Arming) -> Trigger {
    Trigger {
        calls: words(&calls.concat()),
        on,
        armed,
        first: 1,
        every: 0,
    }
}
