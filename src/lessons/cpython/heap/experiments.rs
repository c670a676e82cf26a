//! What each check makes a heap live through.

use crate::lessons::cpython::asked::{Asked, WATCH};
use crate::lessons::stories::{experiment, words};
use crate::model::{Experiment, Run};

use super::long::{collected, come_and_gone};

/// What it says is the same in all versions.
const ORACLE: Asked = Asked {
    sources: &[
        ("oracle.py", include_str!("oracle.py")),
        ("scripts.py", include_str!("scripts.py")),
        ("truth.py", include_str!("truth.py")),
    ],
    since: (3, 9),
    watch: WATCH,
};

/// Scripts in which nothing is freed, with many probes.
pub(super) fn counts(seed: u64) -> Vec<Experiment> {
    ORACLE.about(
        "counts-references",
        "references come and go, and nothing is freed",
        seed,
    )
}

/// Scripts without cycles, and a chain.
pub(super) fn frees(seed: u64) -> Vec<Experiment> {
    ORACLE.about("frees-at-once", "objects lose their last reference", seed)
}

/// Scripts with cycles, and no collection.
pub(super) fn cycles(seed: u64) -> Vec<Experiment> {
    ORACLE.about("leaves-cycles", "cycles are left behind", seed)
}

/// Scripts with cycles, and a collection at the end; and a ring.
pub(super) fn collections(seed: u64) -> Vec<Experiment> {
    ORACLE.about(
        "collects-cycles",
        "cycles are left behind and then collected",
        seed,
    )
}

/// Scripts with several collections, and looks at what is left.
pub(super) fn once(seed: u64) -> Vec<Experiment> {
    ORACLE.about(
        "frees-each-once",
        "garbage that refers to what stays is collected, and then that goes, too",
        seed,
    )
}

/// Scripts with a line that cannot be done.
pub(super) fn nonsense(seed: u64) -> Vec<Experiment> {
    ORACLE.about("refuses-nonsense", "a line cannot be done", seed)
}

/// Scripts of [`SHORT`] and of [`LONG`] lines, one after the other.
pub(super) fn long(seed: u64) -> Vec<Experiment> {
    let sizes = |script: fn(u64, usize) -> Run| {
        let measured = |lines| Run {
            watch: words(WATCH),
            measures_usage: true,
            ..script(seed, lines)
        };
        (measured(SHORT), measured(LONG))
    };
    let (short, long) = sizes(come_and_gone);
    let (few, many) = sizes(collected);
    vec![
        experiment("objects come and go beside many others", short).then(long),
        experiment("a collection among many objects", few).then(many),
    ]
}

/// So many lines has the first script.
const SHORT: usize = LONG / TIMES;

/// So many lines has the second one.
const LONG: usize = 200_000;

/// So many times longer is the second one.
pub(super) const TIMES: usize = 8;
