//! What leaves the house: a gradebook in the formats of learning platforms, graders and CI systems.
//!
//! Each is a pure function from a [`Gradebook`](crate::model::Gradebook) or one of its entries to
//! text. Everything that came from a submission is hostile: no format lets it be taken for a
//! formula, a command, markup or a control sequence. A grade that is withheld, or that was never
//! made, is never written as a number.

mod autolab;
mod canvas;
mod cells;
mod classroom50;
pub(super) mod feedback;
mod github;
mod gradebook_csv;
mod gradescope;
mod junit;
mod moodle;
mod prairielearn;
mod rows;
mod zipped;

#[cfg(test)]
pub(super) mod hostile;

pub use autolab::autolab;
pub use canvas::{CanvasError, canvas};
pub use cells::{Edited, Left};
pub use classroom50::classroom50;
pub use feedback::feedback_markdown;
pub use github::{annotations, fenced, job_summary};
pub use gradebook_csv::gradebook_csv;
pub use gradescope::{Autograder, ExportFile, gradescope, gradescope_autograder};
pub use junit::{junit, junit_class};
pub use moodle::{MoodleError, MoodleHeaders, moodle};
pub use prairielearn::prairielearn;
pub use zipped::zipped;
