//! The lesson `process`: signals, fork, exec, limits.

pub mod demos;
pub mod exercises;

mod durable_log;
mod limits;
mod reaper;
mod shell;

use crate::model::Lesson;

/// The lesson.
pub const LESSON: Lesson = Lesson {
    slug: "process",
    alias: Some("signals"),
    title: "signals, fork, exec, limits",
    demos: demos::DEMOS,
    exercises: exercises::EXERCISES,
    labs: &[durable_log::LAB, reaper::LAB, shell::LAB, limits::LAB],
};
