//! The trace exercises of the lesson `process`: predict, run, compare with what the kernel saw.
//!
//! Each program gets arguments that depend on a seed, and each answer is computed from the
//! recording of the run that the reader just made.

mod calls;
mod children;
mod ending;
mod interrupts;
mod limits;
mod log;
mod masks;
mod starting;

use crate::lessons::dice;
use crate::model::curriculum::Exercise;

/// In the order in which the text speaks of their subjects.
pub static EXERCISES: &[Exercise] = &[
    masks::BLOCKED,
    masks::MERGED,
    masks::AFTER_EXEC,
    interrupts::INTERRUPTED,
    interrupts::RESTARTED,
    interrupts::WAITS,
    log::DESCRIPTOR,
    log::FILE_LIMIT,
    log::ACKNOWLEDGE,
    log::GROUP,
    ending::LEAVING,
    ending::STATUS,
    starting::BUFFERED,
    starting::INHERITED,
    starting::SEARCH,
    children::RAW_STATUS,
    children::ORPHAN,
    children::SIGNALLED,
    limits::REACHED,
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_program_is_there_and_no_other() {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("labs/process/trace");
        let there: HashSet<String> = std::fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let named: HashSet<String> = EXERCISES.iter().map(|e| e.program.to_owned()).collect();
        assert_eq!(there, named);
    }

    #[test]
    fn slugs_differ() {
        let slugs: HashSet<_> = EXERCISES.iter().map(|exercise| exercise.slug).collect();
        assert_eq!(slugs.len(), EXERCISES.len());
    }

    #[test]
    fn arguments_come_from_the_seed() {
        for exercise in EXERCISES {
            let several: HashSet<_> = (0..50).map(exercise.args).collect();
            assert!(several.len() > 3, "{}: {several:?}", exercise.slug);
            assert_eq!((exercise.args)(7), (exercise.args)(7));
        }
    }

    #[test]
    fn an_empty_recording_has_no_answer() {
        for exercise in EXERCISES {
            let answer = (exercise.answer)(&crate::model::Recording::default());
            assert!(answer.is_err(), "{}: {answer:?}", exercise.slug);
        }
    }
}
