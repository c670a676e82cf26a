//! What an older run has found out already.

use std::fs;

use syslab::exit;

use super::{GRADE, class, results, said};
use crate::workspace::syslab;

#[test]
fn results_of_an_older_run_are_taken_over() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    class(here, &["ada", "bob"]);
    said(here, &GRADE, exit::DONE);
    let older = results(here);
    fs::rename(here.join("run"), here.join("older")).unwrap();
    class(here, &["eve"]);
    // Without a seed of its own it has the older one's.
    let mut args = GRADE[..GRADE.len() - 2].to_vec();
    args.extend(["--reuse", "older"]);
    let output = syslab(here).args(&args).output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        output.status.code(),
        Some(i32::from(exit::DONE)),
        "{errors}"
    );
    assert!(errors.contains("taken over from older: 2\n"), "{errors}");
    let now = results(here);
    assert_eq!((older.len(), now.len()), (3, 4));
    let is_the_same = |name: &&String| {
        let of = |run: &str| fs::read(here.join(run).join("results").join(name)).unwrap();
        of("older") == of("run")
    };
    assert_eq!(older.keys().filter(is_the_same).count(), 2);
    let begun = fs::read_dir(here.join("run/marks")).unwrap().count();
    assert_eq!(
        begun, 2,
        "only eve and the program that tries the run were examined"
    );
    said(here, &["grade", "replay", "run", "ada"], exit::DONE);
    // With another seed nothing is the same, and it is said why.
    fs::rename(here.join("run"), here.join("newer")).unwrap();
    let mut args = GRADE.to_vec();
    *args.last_mut().unwrap() = "another";
    args.extend(["--reuse", "newer", "--reuse", "older"]);
    let output = syslab(here).args(&args).output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    let why = "taken over from newer: 0: the seed, the checks or the limits are others";
    assert!(errors.contains(why), "{errors}");
}
