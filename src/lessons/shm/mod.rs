//! The lesson `shm`: shared memory and IPC.

pub mod demos;
pub mod exercises;
mod fan_in;
mod idle;
mod ring;
mod robust_lock;
mod weights;

use crate::model::Lesson;

/// The lesson.
pub const LESSON: Lesson = Lesson {
    slug: "shm",
    alias: Some("ipc"),
    title: "pipes, shared memory, locks between processes",
    demos: demos::DEMOS,
    exercises: exercises::EXERCISES,
    labs: &[weights::LAB, ring::LAB, robust_lock::LAB, fan_in::LAB],
};
