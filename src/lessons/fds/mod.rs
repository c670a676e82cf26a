//! The lesson `fds`: descriptors, leaks, mmap, zero copy, io_uring.

pub mod demos;
pub mod exercises;
mod file_server;
mod inspector;
mod leak_clinic;
mod mmap_count;
mod opened;
mod uring_copy;

use crate::model::Lesson;

/// The lesson.
pub const LESSON: Lesson = Lesson {
    slug: "fds",
    alias: Some("descriptors"),
    title: "descriptors, leaks, mmap, zero copy, io_uring",
    demos: demos::DEMOS,
    exercises: exercises::EXERCISES,
    labs: &[
        leak_clinic::LAB,
        inspector::LAB,
        file_server::LAB,
        mmap_count::LAB,
        uring_copy::LAB,
    ],
};
