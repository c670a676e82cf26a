//! Oracles: programs of ours that know what a right submission prints, where only the thing itself
//! that a lab is about knows it.
//!
//! What CPython does with a program, CPython alone can say. So an experiment can have an oracle,
//! in Python, that the machine's own interpreter runs before any trial is made: it invents inputs
//! from the seed, finds out what is right, and hands out both. Each of its [`Foretold`] runs is a
//! trial. A submission never meets the oracle, nor what it said.
//!
//! Where a trial fails, the oracle is asked for smaller inputs than the one that failed, so that a
//! learner is shown a small one. It is asked as it was before, with [`SMALLER`] as a last argument
//! and the run that failed, as it had been foretold, on standard input.

use serde::{Deserialize, Serialize};

use super::experiment::{Expected, Experiment, InputFile, Step};

/// The argument that asks for smaller inputs.
pub const SMALLER: &str = "--smaller";

/// The exit status by which an oracle says that it cannot work here; the last line of its standard
/// error says why.
pub const CANNOT: i32 = 3;

/// A program that makes runs and knows what is right in them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Oracle {
    /// Python sources, by file name. The first is run; it can import the others.
    pub sources: Vec<(String, String)>,
    /// Its arguments.
    pub args: Vec<String>,
    /// The oldest Python that it can be run by: `(3, 11)`.
    pub since: (u32, u32),
}

/// What an oracle prints.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prophecy {
    /// The runs, the simplest first.
    pub runs: Vec<Foretold>,
}

/// One run, as an oracle makes it. What it leaves out is as the experiment's own first run has it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Foretold {
    /// Further arguments.
    #[serde(default)]
    pub args: Vec<String>,
    /// All of standard input, which is closed behind it.
    #[serde(default)]
    pub input: Option<String>,
    /// Files of the lab directory: path and content.
    #[serde(default)]
    pub files: Vec<(String, String)>,
    /// What comes out of standard output, piece by piece: why, for people, and what.
    #[serde(default)]
    pub outputs: Vec<(String, String)>,
    /// The exit status.
    #[serde(default)]
    pub status: Option<i32>,
    /// Why, for people, something must be said on standard error.
    #[serde(default)]
    pub message: Option<String>,
    /// What the last line of standard error must be.
    #[serde(default)]
    pub last_words: Option<LastWords>,
    /// The oracle's own, which it gets back when it is asked for something smaller.
    #[serde(default)]
    pub origin: serde_json::Value,
}

/// The last line of standard error.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastWords {
    /// Why, for people.
    pub line: String,
    /// What it is, or, unless `is_whole`, what it begins with.
    pub text: String,
    /// Whether there is no more to it.
    pub is_whole: bool,
}

impl Foretold {
    /// The experiment whose only run is this one.
    pub fn applied(&self, to: &Experiment) -> Experiment {
        let mut experiment = Experiment {
            oracle: None,
            ..to.clone()
        };
        experiment
            .files
            .extend(self.files.iter().map(|(path, content)| InputFile {
                path: path.clone(),
                content: content.clone().into_bytes(),
                ..InputFile::default()
            }));
        experiment.runs.truncate(1);
        if experiment.runs.is_empty() {
            experiment.runs.push(super::Run::default());
        }
        let run = &mut experiment.runs[0];
        run.args.extend(self.args.iter().cloned());
        if let Some(input) = &self.input {
            let steps = [Step::Send(input.clone().into_bytes()), Step::CloseInput];
            run.steps.splice(0..0, steps);
        }
        run.expects.extend(self.expects());
        experiment
    }

    fn expects(&self) -> impl Iterator<Item = Expected> + '_ {
        let outputs = self.outputs.iter().map(|(line, due)| Expected::Output {
            line: line.clone(),
            any_of: vec![due.clone().into_bytes()],
        });
        let message = self.message.clone().map(|line| Expected::Message { line });
        let last_words = self.last_words.clone().map(Expected::LastWords);
        outputs
            .chain(message)
            .chain(last_words)
            .chain(self.status.map(Expected::Status))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Run;

    #[test]
    fn what_is_foretold_is_added_to_the_template() {
        let prophecy: Prophecy = serde_json::from_str(
            r#"{"runs": [{"args": ["/lab/1"], "input": "a\n", "files": [["/lab/1", "x"]],
                "outputs": [["line 1", "b\n"]], "status": 0, "origin": [7]}]}"#,
        )
        .unwrap();
        let template = Experiment {
            story: "a story".to_owned(),
            oracle: Some(Oracle::default()),
            runs: vec![Run {
                args: vec!["-x".to_owned()],
                steps: vec![Step::AwaitRest],
                ..Run::default()
            }],
            ..Experiment::default()
        };
        let applied = prophecy.runs[0].applied(&template);
        assert_eq!(applied.oracle, None);
        assert_eq!(applied.files[0].content, b"x");
        assert_eq!(applied.runs[0].args, ["-x", "/lab/1"]);
        assert_eq!(
            applied.runs[0].steps,
            [
                Step::Send(b"a\n".to_vec()),
                Step::CloseInput,
                Step::AwaitRest
            ]
        );
        let due = Expected::Output {
            line: "line 1".to_owned(),
            any_of: vec![b"b\n".to_vec()],
        };
        assert_eq!(applied.runs[0].expects, [due, Expected::Status(0)]);
    }

    #[test]
    fn a_word_that_nobody_knows_is_refused() {
        let text = r#"{"runs": [{"inputs": "a"}]}"#;
        assert!(serde_json::from_str::<Prophecy>(text).is_err());
    }
}
