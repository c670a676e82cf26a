//! The lesson `process`: signals, fork, exec, limits.

use crate::model::Lesson;

/// The lesson.
pub const LESSON: Lesson = Lesson {
    slug: "process",
    alias: Some("signals"),
    title: "signals, fork, exec, limits",
    demos: &[],
    exercises: &[],
    labs: &[],
};
