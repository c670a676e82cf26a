//! Whether workers can write to the array.

use crate::lessons::shm::weights::experiments::FLOAT;
use crate::lessons::shm::weights::mapped::holdings;
use crate::lessons::shm::weights::observed::Observed;
use crate::lessons::sight::hinted;
use crate::model::{Failure, Judgement, Pass, Trial};

/// What a process may write to: sums may lie beside the values, in the same pages. Bytes.
const BESIDE: u64 = 64 << 10;

/// Fails unless there are as many processes as workers that have the array mapped, beside the one
/// that made it, and none of them has a mapping through which it could write to the array.
///
/// It counts what a process had when it last had anything: what it had from its parent, and gave up
/// before, does not. Blind spot: see [`holdings`].
pub(in crate::lessons::shm::weights) fn maps_read_only(trial: &Trial<'_>) -> Judgement {
    let hint = "which mappings does a process have when it begins, and with which rights does it \
                make others?";
    let observed = Observed::new(trial).map_err(|objection| hinted(objection, hint))?;
    observed
        .ends_as_due()
        .map_err(|failure| hinted(failure.into(), hint))?;
    let (array, workers) = (observed.count().saturating_mul(FLOAT), observed.workers());
    let holdings = holdings(observed.recording, array);
    if let Some(one) = holdings.iter().find(|one| one.writable > BESIDE) {
        let (process, writable) = (one.process, one.writable);
        let why = format!(
            "process {process} is none that made the array, and could write to {writable} bytes of it"
        );
        return Err(Failure::new(why).showing(one.at).hint(hint).into());
    }
    if (holdings.len() as u64) < workers {
        let why = format!(
            "{workers} workers are asked for, and {} processes have an object of shared memory \
             mapped that they have not made",
            holdings.len()
        );
        let failure = Failure::new(why.replace("1 processes have", "1 process has"));
        let failure = match observed.recording.outcome() {
            Some((at, _)) => failure.showing(at),
            None => failure,
        };
        return Err(failure
            .hint("who are the workers, and where do they have the array from?")
            .into());
    }
    Ok(Pass::of("processes", holdings.len()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Due, said_of};
    use super::*;
    use insta::assert_snapshot;

    const MAPPED: &str = r#"
        2 memfd_create("weights", 0) = 3</memfd:weights (deleted) [9]>
        2 fork 3
        3 mmap(NULL, 4000000, PROT_READ, MAP_SHARED, 3</memfd:weights (deleted) [9]>, 0) = 0x800000
        3 +++ exit 0
        * stdout "worker 0 499500000\ntotal 499500000\n"
        2 +++ exit 0
    "#;

    fn said(trace: &str) -> String {
        said_of((1, 1_000_000), maps_read_only, Due::Sums, trace)
    }

    #[test]
    fn a_worker_that_can_only_read_passes() {
        assert_eq!(said(MAPPED), "pass");
    }

    #[test]
    fn one_that_could_write_fails() {
        assert_snapshot!(said(&MAPPED.replace("PROT_READ", "PROT_READ|PROT_WRITE")), @"
        fail: process 3 is none that made the array, and could write to 4000000 bytes of it
          0.4 3 mmap(NULL, 4000000, PROT_READ|PROT_WRITE, MAP_SHARED, 3</memfd:weights (deleted) [9]>, 0) = 0x800000
        hint: which mappings does a process have when it begins, and with which rights does it make others?
        ");
    }

    #[test]
    fn threads_and_private_arrays_fail() {
        assert_snapshot!(said(&MAPPED.replace("2 fork", "2 thread")), @"
        fail: 1 workers are asked for, and 0 processes have an object of shared memory mapped that they have not made
          0.7 2 +++ exit 0
        hint: who are the workers, and where do they have the array from?
        ");
        let private = MAPPED.replace("/memfd:weights", "/tmp/weights");
        assert!(said(&private).contains("0 processes have"));
    }
}
