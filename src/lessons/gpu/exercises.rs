//! The trace exercises of the lesson `gpu`: four on what the simulator counts, and four on what the driver
//! asks of the kernel, where there is a GPU.

mod counted;
mod driver;

use crate::model::curriculum::Exercise;

/// In the order in which the text speaks of their subjects; those that need a GPU behind.
pub static EXERCISES: &[Exercise] = &[
    counted::SECTORS,
    counted::PASSES,
    counted::ROUNDS,
    counted::APART,
    driver::DOORS,
    driver::MAPPINGS,
    driver::ASKS,
    driver::POOL,
];
