//! What each check gives a submission to run: programs that its oracle makes.
//!
//! The oracle's sources lie beside this file, but for `normalise.py`, which learners are given with
//! the starters: it makes the documents by which they are checked.

use crate::lessons::cpython::asked::Asked;
use crate::model::Experiment;

/// The oracle. The first Python is the first whose bytecode the normaliser knows.
const ORACLE: Asked = Asked {
    sources: &[
        ("oracle.py", include_str!("oracle.py")),
        (
            "normalise.py",
            include_str!("../../../../labs/cpython/pvm/starter/python/normalise.py"),
        ),
        ("truth.py", include_str!("truth.py")),
        ("machine.py", include_str!("machine.py")),
        ("programs.py", include_str!("programs.py")),
        ("chance.py", include_str!("chance.py")),
        ("flow.py", include_str!("flow.py")),
        ("functions.py", include_str!("functions.py")),
        ("data.py", include_str!("data.py")),
        ("errors.py", include_str!("errors.py")),
        ("nonsense.py", include_str!("nonsense.py")),
        ("smaller.py", include_str!("smaller.py")),
    ],
    since: (3, 11),
    watch: &["write-like"],
};

/// Programs for a check, as many as its oracle makes.
fn programs(check: &str, story: &str, seed: u64) -> Vec<Experiment> {
    ORACLE.about(check, story, seed)
}

/// Constants, arithmetic, names, text.
pub(super) fn straight_lines(seed: u64) -> Vec<Experiment> {
    programs("runs-straight-lines", "programs without a branch", seed)
}

/// `if`, `and`, `or`, chains of comparisons.
pub(super) fn branches(seed: u64) -> Vec<Experiment> {
    programs("branches", "programs with branches", seed)
}

/// `while`, `for`, `break`, `continue`, `else`.
pub(super) fn loops(seed: u64) -> Vec<Experiment> {
    programs("loops", "programs with loops", seed)
}

/// Functions, defaults, keywords, recursion.
pub(super) fn calls(seed: u64) -> Vec<Experiment> {
    programs("calls", "programs with functions", seed)
}

/// Cells and `nonlocal`.
pub(super) fn closures(seed: u64) -> Vec<Experiment> {
    programs("closes-over", "programs with functions in functions", seed)
}

/// Lists, dicts, tuples, slices, unpacking, aliases.
pub(super) fn containers(seed: u64) -> Vec<Experiment> {
    programs("builds-containers", "programs with containers", seed)
}

/// Comprehensions, nested and among other things on the stack.
pub(super) fn comprehensions(seed: u64) -> Vec<Experiment> {
    programs("comprehends", "programs with comprehensions", seed)
}

/// `raise`, `try`, `except`, `finally`; some exceptions are caught by nobody.
pub(super) fn exceptions(seed: u64) -> Vec<Experiment> {
    programs("raises", "programs that raise exceptions", seed)
}

/// Integers beyond 64 bits, and at the edges of what machines have.
pub(super) fn integers(seed: u64) -> Vec<Experiment> {
    programs("keeps-integers-exact", "programs with large integers", seed)
}

/// Recursion, as deep as promised and without end.
pub(super) fn recursion(seed: u64) -> Vec<Experiment> {
    programs(
        "stands-deep-recursion",
        "programs that call themselves",
        seed,
    )
}

/// What is no program.
pub(super) fn nonsense(seed: u64) -> Vec<Experiment> {
    programs("refuses-nonsense", "an input that is no program", seed)
}
