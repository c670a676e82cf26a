//! The lesson `shm`: shared memory and IPC.

pub mod demos;
pub mod exercises;
mod ring;

use crate::model::Lesson;

/// The lesson.
pub const LESSON: Lesson = Lesson {
    slug: "shm",
    alias: Some("ipc"),
    title: "pipes, shared memory, locks between processes",
    demos: demos::DEMOS,
    exercises: exercises::EXERCISES,
    labs: &[ring::LAB],
};
