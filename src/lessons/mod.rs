//! The content: demos, exercises and labs of each lesson.
pub mod process;
