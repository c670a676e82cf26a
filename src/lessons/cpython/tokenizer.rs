//! The lab `cpython/tokenizer`: what the parser sees.
//!
//! `prog FILE` prints the tokens of a Python source. What they are the machine's own Python says
//! (`tokenizer/oracle.py`), about sources that are invented, and about its standard library.

mod experiments;
mod judges;

use crate::model::{Capability, Check, Form, Lab};

/// The lab; its contract is `labs/cpython/tokenizer/README.md`.
pub(super) const LAB: Lab = Lab {
    slug: "tokenizer",
    title: "what the parser sees",
    form: Form::Program,
    checks: &[
        Check {
            id: "names-and-numbers",
            claim: "names and numbers are cut where Python cuts them",
            points: 10,
            teaches: "Names and numbers",
            needs: Capability::OBSERVING,
            experiments: experiments::names_and_numbers,
            judge: judges::names_and_numbers,
        },
        Check {
            id: "strings",
            claim: "strings of all prefixes and quotation marks are one token each, over lines, too",
            points: 10,
            teaches: "Strings",
            needs: Capability::OBSERVING,
            experiments: experiments::strings,
            judge: judges::strings,
        },
        Check {
            id: "indents",
            claim: "each block begins with INDENT and ends with DEDENT, and blank lines and comments change nothing",
            points: 15,
            teaches: "Indents",
            needs: Capability::OBSERVING,
            experiments: experiments::indents,
            judge: judges::indents,
        },
        Check {
            id: "operators",
            claim: "operators are as long as they can be",
            points: 5,
            teaches: "Operators",
            needs: Capability::OBSERVING,
            experiments: experiments::operators,
            judge: judges::operators,
        },
        Check {
            id: "brackets-join-lines",
            claim: "between brackets the end of a line is no end",
            points: 10,
            teaches: "Brackets join lines",
            needs: Capability::OBSERVING,
            experiments: experiments::brackets_join_lines,
            judge: judges::brackets_join_lines,
        },
        Check {
            id: "f-strings",
            claim: "strings with code in them are taken apart, as deep as they go",
            points: 20,
            teaches: "Strings with code in them",
            needs: Capability::OBSERVING,
            experiments: experiments::f_strings,
            judge: judges::f_strings,
        },
        Check {
            id: "reports-errors",
            claim: "what is wrong is reported where it begins, and no token is printed",
            points: 15,
            teaches: "Where an error is",
            needs: Capability::OBSERVING,
            experiments: experiments::reports_errors,
            judge: judges::reports_errors,
        },
        Check {
            id: "agrees-on-the-standard-library",
            claim: "files of the standard library have the tokens that Python sees in them",
            points: 15,
            teaches: "A whole library of examples",
            needs: Capability::OBSERVING,
            experiments: experiments::agrees_on_the_standard_library,
            judge: judges::agrees_on_the_standard_library,
        },
    ],
};
