//! The lesson `fds`: descriptors, leaks, mmap, zero copy, io_uring.

pub mod demos;
pub mod exercises;
mod inspector;

use crate::model::Lesson;

/// The lesson.
pub const LESSON: Lesson = Lesson {
    slug: "fds",
    alias: Some("descriptors"),
    title: "descriptors, leaks, mmap, zero copy, io_uring",
    demos: demos::DEMOS,
    exercises: exercises::EXERCISES,
    labs: &[inspector::LAB],
};
