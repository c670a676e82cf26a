//! The lesson `gpu`: CUDA kernels, judged by what the simulator sees of them.

pub mod demos;
pub mod exercises;
pub mod probe;

mod cases;
mod checks;
mod facts;
mod host;
mod judges;
mod labs;
mod probes;

use crate::model::Lesson;

/// The lesson.
pub const LESSON: Lesson = Lesson {
    slug: "gpu",
    alias: Some("cuda"),
    title: "CUDA kernels",
    demos: demos::DEMOS,
    exercises: exercises::EXERCISES,
    labs: &[
        labs::VECTOR_ADD,
        labs::SAXPY,
        labs::TRANSPOSE,
        labs::REDUCE,
        labs::HISTOGRAM,
        labs::SCAN,
        labs::MATMUL,
        labs::SOFTMAX,
        host::RAII,
        host::BRIDGE,
    ],
};
