//! What decides: one judge per check, each a pure function of what was recorded.
//!
//! All compare what was printed with what CPython's own objects did. Their blind spot is the same:
//! what a script does not show, by a line that frees or by a probe, nobody sees.

mod cost;
#[cfg(test)]
mod testing;

pub(super) use cost::stays_linear;

use crate::lessons::agreement::agrees;
use crate::model::{Judgement, Trial};

/// Fails unless every probe is answered as it should be, and nothing is freed.
pub(super) fn counts_references(trial: &Trial<'_>) -> Judgement {
    agrees(
        trial,
        "Which places hold a reference to this object now, and which have one less than before?",
    )
}

/// Fails unless each line frees what it should.
pub(super) fn frees_at_once(trial: &Trial<'_>) -> Judgement {
    agrees(
        trial,
        "What did the freed object refer to, and in which order do the new reference come and the \
         old one go?",
    )
}

/// Fails unless only what has no reference left is freed.
pub(super) fn leaves_cycles(trial: &Trial<'_>) -> Judgement {
    agrees(
        trial,
        "How many references does each object of the cycle have, and who would know that nobody \
         reaches it?",
    )
}

/// Fails unless a collection frees what cannot be reached, and that alone.
pub(super) fn collects_cycles(trial: &Trial<'_>) -> Judgement {
    agrees(
        trial,
        "Which of the references to this object come from a name, or from something that a name \
         leads to?",
    )
}

/// Fails unless a collection leaves everything else as if its garbage had never been.
pub(super) fn frees_each_once(trial: &Trial<'_>) -> Judgement {
    agrees(
        trial,
        "To what did the garbage refer, how often, and what is the count of that now?",
    )
}

/// Fails unless the wrong line is named, and nothing is done behind it.
pub(super) fn refuses_nonsense(trial: &Trial<'_>) -> Judgement {
    agrees(
        trial,
        "What does each operation need, and what is known about each name at this line?",
    )
}
