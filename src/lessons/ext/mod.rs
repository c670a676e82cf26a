//! The lesson `ext`: native extensions, and the rules of the interpreter that they must keep.

pub mod exercises;

use crate::model::Lesson;

/// The lesson.
pub const LESSON: Lesson = Lesson {
    slug: "ext",
    alias: Some("extensions"),
    title: "native extensions for Python",
    demos: &[],
    exercises: exercises::EXERCISES,
    labs: &[],
};
