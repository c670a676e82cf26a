//! The lesson `ext`: native extensions, and the rules of the interpreter that they must keep.

pub mod demos;
pub mod exercises;

mod battery;
mod checks;
mod facts;
mod judges;
mod labs;
mod probes;

pub use labs::AUDIT;

use crate::model::Lesson;

/// The lesson.
pub const LESSON: Lesson = Lesson {
    slug: "ext",
    alias: Some("extensions"),
    title: "native extensions for Python",
    demos: demos::DEMOS,
    exercises: exercises::EXERCISES,
    labs: &[
        labs::FAST_SUM,
        labs::COUNT_LINES,
        labs::DOT,
        labs::REFCOUNT_CLINIC,
        labs::BIND,
    ],
};
