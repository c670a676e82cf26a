//! Whether processes have copies of the array.

use crate::lessons::shm::weights::experiments::FLOAT;
use crate::lessons::shm::weights::observed::Observed;
use crate::lessons::sight::hinted;
use crate::model::recording::FIRST;
use crate::model::{ExitStatus, Failure, Judgement, Objection, Pass, Trial, What};

/// What a process may need for itself, KiB.
const OWN_KIB: u64 = 16 << 10;

/// Helpers that a program may have beside its workers and its first process.
const HELPERS: u64 = 2;

/// Fails if the first process, or all others together, had more memory of their own than a tenth
/// of the array and 16 MiB a process; or if all together never had half of the array in memory.
///
/// Each process counts with the most that it ever had: workers may all have theirs at once. Blind
/// spots: copies in further objects of shared memory, which count against the run's limit of
/// memory, while they last; and an array that is looked at and not summed.
pub(in crate::lessons::shm::weights) fn shares_one_copy(trial: &Trial<'_>) -> Judgement {
    let hint = "of which expression is the value a copy, and how large is it?";
    let observed = Observed::new(trial).map_err(|objection| hinted(objection, hint))?;
    let recording = observed.recording;
    let told = recording.events.iter().enumerate();
    let told: Vec<(usize, u32, u64)> = told
        .filter_map(|(at, event)| match &event.what {
            What::Usage(task, usage) => Some((at, *task, usage.private_kib?)),
            _ => None,
        })
        .collect();
    match recording.outcome() {
        Some((_, ExitStatus::Code(0))) => {}
        Some((at, status)) => {
            let how = crate::lessons::sight::how(status);
            let failure = Failure::new(format!("it {how}")).showing(at);
            return Err(hinted(observed.with_circumstances(failure).into(), hint));
        }
        None => return Err(Objection::Blind("it was not seen to end".to_owned())),
    }
    if told.is_empty() {
        let why = "the kernel did not tell what its processes have".to_owned();
        return Err(Objection::Blind(why));
    }
    let array = observed.count().saturating_mul(FLOAT) / 1024;
    let processes = (told.len() as u64).min(observed.workers() + 1 + HELPERS);
    let most = array / 10 + processes * OWN_KIB;
    let of = |is_first: bool| {
        let these = told
            .iter()
            .filter(move |(_, task, _)| (*task == FIRST) == is_first);
        these
            .clone()
            .fold(0, |all: u64, (.., kib)| all.saturating_add(*kib))
    };
    let (first, others) = (of(true), of(false));
    if first.max(others) <= most {
        is_in_memory(&observed, array)?;
        return Ok(Pass {
            figures: vec![
                ("first_kib".to_owned(), first as f64),
                ("others_kib".to_owned(), others as f64),
            ],
        });
    }
    let is_first = first > most;
    let who = match is_first {
        true => "its first process had",
        false => "its other processes had together",
    };
    let largest = told
        .iter()
        .filter(|(_, task, _)| (*task == FIRST) == is_first)
        .max_by_key(|(_, _, kib)| *kib);
    let (has, most, array) = (first.max(others) >> 10, most >> 10, array >> 10);
    let why = format!(
        "beside the array of {array} MiB, {who} {has} MiB that nobody shares, and {most} \
         would be plenty"
    );
    let failure = Failure::new(why).figure("private_mib", has as f64);
    let failure = match largest {
        Some((at, ..)) => failure.showing(*at),
        None => failure,
    };
    Err(failure.hint(hint).into())
}

/// Fails if all processes together never had half of the array, of so many KiB, in memory.
fn is_in_memory(observed: &Observed<'_>, array: u64) -> Result<(), Failure> {
    let told = observed.recording.events.iter().enumerate();
    let told: Vec<(usize, u64)> = told
        .filter_map(|(at, event)| match &event.what {
            What::Usage(_, usage) => Some((at, usage.maxrss_kib)),
            _ => None,
        })
        .collect();
    let has = told
        .iter()
        .fold(0, |all: u64, (_, kib)| all.saturating_add(*kib));
    if has >= array / 2 {
        return Ok(());
    }
    let why = format!(
        "all its processes together had {} MiB in memory, and the array alone is {} MiB",
        has >> 10,
        array >> 10
    );
    let failure = told
        .iter()
        .take(4)
        .fold(Failure::new(why), |failure, (at, _)| failure.showing(*at));
    Err(failure.hint("where is what a worker adds up, and who has put it there?"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Due, said_of};
    use super::*;
    use insta::assert_snapshot;

    const SHARED: &str = "
        3 usage cpu=5 maxrss=60000 private=9000
        3 +++ exit 0
        4 usage cpu=5 maxrss=60000 private=9000
        4 +++ exit 0
        2 usage cpu=5 maxrss=60000 private=20000
        2 +++ exit 0
    ";

    fn said(trace: &str) -> String {
        said_of((2, 40 << 20), shares_one_copy, Due::Sums, trace)
    }

    #[test]
    fn what_processes_need_for_themselves_passes() {
        assert_eq!(said(SHARED), "pass");
    }

    #[test]
    fn stripes_that_are_copied_fail_together() {
        assert_snapshot!(said(&SHARED.replace("9000", "90000")), @r"
        fail: beside the array of 160 MiB, its other processes had together 175 MiB that nobody shares, and 64 would be plenty
          0.2 4 usage cpu=5 maxrss=60000 private=90000
        hint: of which expression is the value a copy, and how large is it?
        ");
    }

    #[test]
    fn an_array_that_nobody_has_fails() {
        assert_snapshot!(said(&SHARED.replace("maxrss=60000", "maxrss=2000")), @r"
        fail: all its processes together had 5 MiB in memory, and the array alone is 160 MiB
          0.0 3 usage cpu=5 maxrss=2000 private=9000
          0.2 4 usage cpu=5 maxrss=2000 private=9000
          0.4 2 usage cpu=5 maxrss=2000 private=20000
        hint: where is what a worker adds up, and who has put it there?
        ");
    }

    #[test]
    fn an_array_that_is_made_twice_fails() {
        let twice = said(&SHARED.replace("20000", "180000"));
        assert!(twice.contains("its first process had 175 MiB"), "{twice}");
    }

    #[test]
    fn what_nobody_told_cannot_be_judged() {
        let untold = SHARED
            .replace(" private=9000", "")
            .replace(" private=20000", "");
        assert!(said(&untold).starts_with("blind: the kernel"));
        assert!(said("").starts_with("blind"));
        assert!(said(&SHARED.replace("2 +++ exit 0", "2 +++ exit 3")).contains("status 3"));
    }
}
