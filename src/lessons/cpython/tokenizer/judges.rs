//! What decides: one judge per check, each a pure function of what was recorded.
//!
//! All compare what was printed with what Python says of the same source. Their blind spot is the
//! same: what is in no source that was tried.

#[cfg(test)]
mod testing;

use crate::lessons::agreement::agrees;
use crate::model::{Judgement, Trial};

/// Fails unless each token is printed as Python has it: names and numbers, beside each other.
pub(super) fn names_and_numbers(trial: &Trial<'_>) -> Judgement {
    agrees(
        trial,
        "Where does the longest piece that can be a token end, and in which unit is a column?",
    )
}

/// Fails unless each token is printed as Python has it: strings with all prefixes, escapes, and over several lines.
pub(super) fn strings(trial: &Trial<'_>) -> Judgement {
    agrees(
        trial,
        "What can stand behind a backslash, and which quotation marks end this string?",
    )
}

/// Fails unless each token is printed as Python has it: strings with code in them, and files of the standard library that have some.
pub(super) fn f_strings(trial: &Trial<'_>) -> Judgement {
    agrees(
        trial,
        "Is this character in the text, in the code or in a format, and of which of the strings that are open?",
    )
}

/// Fails unless each token is printed as Python has it: blocks, tabs, blank lines, comments and continued lines.
pub(super) fn indents(trial: &Trial<'_>) -> Judgement {
    agrees(
        trial,
        "Which columns are on the stack, and does this line count?",
    )
}

/// Fails unless each token is printed as Python has it: operators without a blank between them.
pub(super) fn operators(trial: &Trial<'_>) -> Judgement {
    agrees(trial, "Which is the longest operator that begins here?")
}

/// Fails unless each token is printed as Python has it: brackets over several lines.
pub(super) fn brackets_join_lines(trial: &Trial<'_>) -> Judgement {
    agrees(
        trial,
        "Which brackets are open here, and what does the end of a line mean then?",
    )
}

/// Fails unless the mistake is reported where it begins, and no token is printed: files that are wrong.
pub(super) fn reports_errors(trial: &Trial<'_>) -> Judgement {
    agrees(
        trial,
        "Where did what is not closed begin, and who still knows it when that is noticed?",
    )
}

/// Fails unless each token is printed as Python has it: files of the standard library.
pub(super) fn agrees_on_the_standard_library(trial: &Trial<'_>) -> Judgement {
    agrees(
        trial,
        "What does this line have that no line of the other checks had?",
    )
}
