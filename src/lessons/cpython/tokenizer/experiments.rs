//! Which sources each check is about.

use crate::lessons::cpython::asked::{Asked, WATCH};
use crate::model::Experiment;

/// What the oracle consists of; the first is run.
const SOURCES: &[(&str, &str)] = &[
    ("oracle.py", include_str!("oracle.py")),
    ("sources.py", include_str!("sources.py")),
    ("truth.py", include_str!("truth.py")),
];

/// Without strings that have code in them, the versions agree.
const ORACLE: Asked = Asked {
    sources: SOURCES,
    since: (3, 11),
    watch: WATCH,
};

/// Until 3.11 strings with code in them were tokens like others.
const ORACLE_OF_F_STRINGS: Asked = Asked {
    sources: SOURCES,
    since: (3, 12),
    watch: WATCH,
};

/// Names and numbers, beside each other.
pub(super) fn names_and_numbers(seed: u64) -> Vec<Experiment> {
    ORACLE.about(
        "names-and-numbers",
        "names and numbers, beside each other",
        seed,
    )
}

/// Strings with all prefixes, escapes, and over several lines.
pub(super) fn strings(seed: u64) -> Vec<Experiment> {
    ORACLE.about(
        "strings",
        "strings with all prefixes, escapes, and over several lines",
        seed,
    )
}

/// Strings with code in them, and files of the standard library that have some.
pub(super) fn f_strings(seed: u64) -> Vec<Experiment> {
    ORACLE_OF_F_STRINGS.about(
        "f-strings",
        "strings with code in them, and files of the standard library that have some",
        seed,
    )
}

/// Blocks, tabs, blank lines, comments and continued lines.
pub(super) fn indents(seed: u64) -> Vec<Experiment> {
    ORACLE.about(
        "indents",
        "blocks, tabs, blank lines, comments and continued lines",
        seed,
    )
}

/// Operators without a blank between them.
pub(super) fn operators(seed: u64) -> Vec<Experiment> {
    ORACLE.about("operators", "operators without a blank between them", seed)
}

/// Brackets over several lines.
pub(super) fn brackets_join_lines(seed: u64) -> Vec<Experiment> {
    ORACLE.about("brackets-join-lines", "brackets over several lines", seed)
}

/// Files that are wrong.
pub(super) fn reports_errors(seed: u64) -> Vec<Experiment> {
    ORACLE.about("reports-errors", "files that are wrong", seed)
}

/// Files of the standard library.
pub(super) fn agrees_on_the_standard_library(seed: u64) -> Vec<Experiment> {
    ORACLE.about(
        "agrees-on-the-standard-library",
        "files of the standard library",
        seed,
    )
}
