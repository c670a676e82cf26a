//! Experiments whose runs an oracle makes: what is the same for the labs that have one.

use crate::lessons::stories::{experiment, words};
use crate::model::{Experiment, Oracle, Run};

/// Which calls are observed: that it ends is enough.
pub(super) const WATCH: &[&str] = &["exit_group"];

/// An oracle of a lab, by its sources, the first of which is run, and the oldest Python for it.
pub(super) struct Asked {
    /// File names and texts.
    pub(super) sources: &'static [(&'static str, &'static str)],
    /// The version: `(3, 11)`.
    pub(super) since: (u32, u32),
    /// Which calls are observed: [`WATCH`], or those by which a difference is shown.
    pub(super) watch: &'static [&'static str],
}

impl Asked {
    /// The experiments of a check, about which the oracle is asked by its id and the seed.
    pub(super) fn about(&self, check: &str, story: &str, seed: u64) -> Vec<Experiment> {
        let run = Run {
            watch: words(self.watch),
            ..Run::default()
        };
        let sources = self.sources.iter();
        let sources = sources.map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        vec![Experiment {
            oracle: Some(Oracle {
                sources: sources.collect(),
                args: vec![check.to_owned(), seed.to_string()],
                since: self.since,
            }),
            ..experiment(story, run)
        }]
    }
}
