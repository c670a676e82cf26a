//! Pages that need no network. A picture of runs: tasks as lanes, calls as marks, what descriptors
//! lived through, and the events that cost points. What an instructor wants to know of a class
//! ([`gradebook`]), and what a learner is told of a grade ([`feedback_html`]).
//!
//! [`html`] is a pure function, as the others are. It turns recordings into the tables of [`data`] and puts them, as
//! JSON, beside the page's own script and style, which are the files next to this one. What is
//! in a recording is a submission's, and hostile: it reaches the page as data only
//! ([`embed`]), and the page's policy ([`policy`]) lets no other script run and nothing be fetched.
//!
//! Deliberately absent: opinions. Arrows join what the recording gives in an order that can be
//! told ([`arrows`]), and descriptors are followed as far as the recorded calls tell
//! ([`descriptors`]).

mod arrows;
mod base64;
mod card;
mod data;
mod descriptors;
mod embed;
mod feedback;
mod gradebook;
mod lanes;
mod marks;
mod page;
mod policy;
mod run;
#[cfg(test)]
mod tests;

use crate::model::exhibit::Exhibit;
use crate::model::{Recording, Scorecard};

pub use feedback::feedback_html;
pub use gradebook::{ClassReport, class_report};
pub use page::html;

/// What a page shows.
#[derive(Debug, Default)]
pub struct Picture<'a> {
    /// What was run: a command, a lab.
    pub title: String,
    /// What became of the checks, if there were any.
    pub card: Option<&'a Scorecard>,
    /// The recordings, in the order in which they are offered.
    pub shots: Vec<Shot<'a>>,
}

impl<'a> Picture<'a> {
    /// A scorecard, with the recordings that its failed checks were judged by.
    pub fn of_card(card: &'a Scorecard, exhibits: &'a [Exhibit]) -> Self {
        let shots = exhibits.iter().flat_map(|exhibit| {
            let numbered = exhibit.runs.iter().zip(1..);
            numbered.map(|(run, number)| Shot {
                story: exhibit.story.clone(),
                proves: Some((exhibit.check.clone(), number)),
                recording: &run.recording,
                times_ns: &[],
                omitted: run.omitted,
            })
        });
        Self {
            title: format!("{}: {}", card.lab, card.title),
            card: Some(card),
            shots: shots.collect(),
        }
    }
}

/// One recording of a [`Picture`].
#[derive(Debug)]
pub struct Shot<'a> {
    /// What was done to the program.
    pub story: String,
    /// The check that this is the proof for, and the number of the run in its experiment, from 1.
    pub proves: Option<(String, u32)>,
    /// What happened.
    pub recording: &'a Recording,
    /// When each event happened, nanoseconds since the first; empty if that was not noted.
    pub times_ns: &'a [u64],
    /// Events that came after these and were not kept.
    pub omitted: u64,
}
