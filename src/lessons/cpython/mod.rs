//! The lesson `cpython`: what Python is underneath.

mod asked;
mod heap;
mod tokenizer;

pub mod demos;
pub mod exercises;

use crate::model::Lesson;

/// The lesson.
pub const LESSON: Lesson = Lesson {
    slug: "cpython",
    alias: Some("python"),
    title: "from Python's source text to system calls",
    demos: demos::DEMOS,
    exercises: exercises::EXERCISES,
    labs: &[heap::LAB, tokenizer::LAB],
};
