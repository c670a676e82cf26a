//! The content: demos, exercises and labs of each lesson.

pub mod cpython;
pub mod ext;
pub mod fds;
pub mod gpu;
pub mod player;
pub mod process;
pub mod shm;
pub mod sockets;

pub(crate) mod agreement;
mod answers;
mod chance;
mod columns;
mod dice;
pub(crate) mod sight;
mod stories;
#[cfg(test)]
pub(crate) mod testing;

use crate::model::{Lab, Lesson};

/// Every lesson, in teaching order.
pub static LESSONS: &[Lesson] = &[
    process::LESSON,
    sockets::LESSON,
    fds::LESSON,
    shm::LESSON,
    cpython::LESSON,
    ext::LESSON,
    gpu::LESSON,
];

/// The lab with these slugs: of the lesson, and its own. Also [`ext::AUDIT`], which is in no list.
pub fn lab(lesson: &str, lab: &str) -> Option<&'static Lab> {
    if (lesson, lab) == (ext::LESSON.slug, ext::AUDIT.slug) {
        return Some(&ext::AUDIT);
    }
    let lesson = LESSONS.iter().find(|known| known.slug == lesson)?;
    lesson.labs.iter().find(|known| known.slug == lab)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::model::{Check, Experiment, Step};

    #[test]
    fn names_are_unique() {
        let mut seen = BTreeSet::new();
        for lesson in LESSONS {
            assert!(seen.insert(lesson.slug), "{}", lesson.slug);
            assert!(lesson.alias.is_none_or(|alias| seen.insert(alias)));
            let mut labs = BTreeSet::new();
            for lab in lesson.labs {
                assert!(labs.insert(lab.slug), "{}", lab.slug);
            }
        }
    }

    #[test]
    fn every_program_of_an_exercise_is_there_and_no_other() {
        for lesson in LESSONS {
            let directory = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("labs")
                .join(lesson.slug)
                .join("trace");
            let there: BTreeSet<String> = std::fs::read_dir(directory)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            let exercises = lesson.exercises.iter();
            let named: BTreeSet<String> = exercises.map(|one| one.program.to_owned()).collect();
            assert_eq!(there, named);
        }
    }

    #[test]
    fn slugs_of_exercises_differ() {
        for lesson in LESSONS {
            let slugs: BTreeSet<_> = lesson.exercises.iter().map(|one| one.slug).collect();
            assert_eq!(slugs.len(), lesson.exercises.len());
        }
    }

    #[test]
    fn arguments_come_from_the_seed() {
        for exercise in LESSONS.iter().flat_map(|lesson| lesson.exercises) {
            let several: BTreeSet<_> = (0..50).map(exercise.args).collect();
            assert!(several.len() > 3, "{}: {several:?}", exercise.slug);
            assert_eq!((exercise.args)(7), (exercise.args)(7));
        }
    }

    #[test]
    fn an_empty_recording_has_no_answer() {
        for exercise in LESSONS.iter().flat_map(|lesson| lesson.exercises) {
            let answer = (exercise.answer)(&crate::model::Recording::default());
            assert!(answer.is_err(), "{}: {answer:?}", exercise.slug);
        }
    }

    #[test]
    fn a_lab_has_100_points_and_unique_checks() {
        for lab in LESSONS.iter().flat_map(|lesson| lesson.labs) {
            let asked_everywhere = lab.checks.iter().filter(|check| !check.needs_device());
            let points: u32 = asked_everywhere.map(|check| check.points).sum();
            assert_eq!(points, 100, "{}", lab.slug);
            let ids: BTreeSet<_> = lab.checks.iter().map(|check| check.id).collect();
            assert_eq!(ids.len(), lab.checks.len(), "{}", lab.slug);
        }
    }

    /// The experiments of a check, without certificates and keys, which are new each time.
    fn experiments(check: &Check, seed: u64) -> Vec<Experiment> {
        let mut experiments = (check.experiments)(seed);
        for experiment in &mut experiments {
            let runs = experiment.runs.iter_mut();
            let replaced = runs
                .flat_map(|run| &mut run.steps)
                .filter_map(|step| match step {
                    Step::Replace(file) => Some(file),
                    _ => None,
                });
            for file in experiment.files.iter_mut().chain(replaced) {
                if file.content.starts_with(b"-----BEGIN ") {
                    file.content.clear();
                }
            }
        }
        experiments
    }

    #[test]
    fn every_experiment_tells_a_story_of_its_own_and_depends_on_the_seed_alone() {
        let mut same = Vec::new();
        for check in checks() {
            let from_seed = experiments(check, 7);
            assert!(!from_seed.is_empty(), "{}", check.id);
            let stories: BTreeSet<_> = from_seed.iter().map(|one| &one.story).collect();
            assert_eq!(stories.len(), from_seed.len(), "{}", check.id);
            assert_eq!(from_seed, experiments(check, 7), "{}", check.id);
            if from_seed == experiments(check, 8) {
                same.push(check.id);
            }
        }
        // Signals, orphans and a gibibyte are what they are.
        insta::assert_snapshot!(same.join("\n"), @r"
        starts-with-clean-signals
        reaps-every-orphan
        keeps-the-first-signal
        waits-without-polling
        retries-interrupted-calls
        scales-to-a-gigabyte
        ");
    }

    fn checks() -> impl Iterator<Item = &'static Check> {
        let labs = LESSONS.iter().flat_map(|lesson| lesson.labs);
        labs.flat_map(|lab| lab.checks)
    }

    #[test]
    fn claims_follow_a_tick() {
        for check in checks() {
            assert!(!check.claim.ends_with('.'), "{}", check.id);
            // A word that is all capitals is a name: CMD, SIGTERM.
            let first = check.claim.split(' ').next().unwrap_or_default();
            let is_name = first.chars().all(|c| !c.is_lowercase());
            assert!(
                is_name || !first.starts_with(char::is_uppercase),
                "{}",
                check.id
            );
        }
    }
}
