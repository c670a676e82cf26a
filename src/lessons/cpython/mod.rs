//! The lesson `cpython`: what Python is underneath.

pub mod demos;
pub mod exercises;

mod asked;
mod heap;
mod pvm;
mod tokenizer;

use crate::model::Lesson;

/// The lesson.
pub const LESSON: Lesson = Lesson {
    slug: "cpython",
    alias: Some("python"),
    title: "from Python's source text to system calls",
    demos: demos::DEMOS,
    exercises: exercises::EXERCISES,
    labs: &[tokenizer::LAB, pvm::LAB, heap::LAB],
};
