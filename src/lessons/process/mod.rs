//! The lesson `process`: signals, fork, exec, limits.

<<<<<<< HEAD
pub mod demos;
pub mod exercises;

use crate::model::Lesson;

/// The lesson.
pub const LESSON: Lesson = Lesson {
    slug: "process",
    alias: Some("signals"),
    title: "signals, fork, exec, limits",
    demos: demos::DEMOS,
    exercises: exercises::EXERCISES,
    labs: &[],
};
=======
mod durable_log;

use crate::model::Lab;

/// The labs of this lesson, in teaching order.
pub static LABS: &[Lab] = &[durable_log::LAB];
>>>>>>> model
