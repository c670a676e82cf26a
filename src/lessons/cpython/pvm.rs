//! The lab `cpython/pvm`: a little Python virtual machine.
//!
//! `prog` runs programs in a normalised form of CPython's instructions. The programs are invented
//! from the seed by an oracle in Python (`pvm/*.py`), which compiles and runs them with the machine's
//! own interpreter; see [`experiments`]. What came out is compared with what Python prints;
//! [`judges`].

mod experiments;
mod judges;

use crate::model::{Capability, Check, Experiment, Form, Lab, check::Judge};

/// The lab; its contract is `labs/cpython/pvm/README.md`.
pub(super) const LAB: Lab = Lab {
    slug: "pvm",
    title: "a little Python virtual machine",
    form: Form::Program,
    checks: &[
        check(
            "runs-straight-lines",
            "constants, names, arithmetic and text are as Python has them",
            "A stack machine",
            experiments::straight_lines,
            judges::straight_lines,
        ),
        check(
            "branches",
            "conditions choose the branch that Python takes, and have the value that it gives them",
            "Branches",
            experiments::branches,
            judges::branches,
        ),
        check(
            "loops",
            "loops run as often as in Python, and leave what they leave there",
            "Loops",
            experiments::loops,
            judges::loops,
        ),
        check(
            "calls",
            "arguments find their parameters, and each call has its own variables",
            "Calls",
            experiments::calls,
            judges::calls,
        ),
        check(
            "closes-over",
            "functions share the variables of those around them, and a new call has new ones",
            "Closures",
            experiments::closures,
            judges::closures,
        ),
        check(
            "builds-containers",
            "containers hold, change, share and print what Python's do",
            "Containers",
            experiments::containers,
            judges::containers,
        ),
        check(
            "comprehends",
            "comprehensions make the lists and dicts that Python makes",
            "Comprehensions",
            experiments::comprehensions,
            judges::comprehensions,
        ),
        check(
            "raises",
            "errors have the right type, find the right handler, and run what is final",
            "Exceptions",
            experiments::exceptions,
            judges::exceptions,
        ),
        check(
            "keeps-integers-exact",
            "integers of any size are exact",
            "Integers beyond 64 bits",
            experiments::integers,
            judges::integers,
        ),
        Check {
            points: 5,
            ..check(
                "stands-deep-recursion",
                "recursion that does not end is a RecursionError, and no crash",
                "The recursion limit",
                experiments::recursion,
                judges::recursion,
            )
        },
        Check {
            points: 5,
            ..check(
                "refuses-nonsense",
                "what is no program is refused with a message and status 2",
                "A program that makes no sense",
                experiments::nonsense,
                judges::nonsense,
            )
        },
    ],
};

/// A check as most of this lab's are: ten points for outputs that agree with Python's.
const fn check(
    id: &'static str,
    claim: &'static str,
    teaches: &'static str,
    experiments: fn(u64) -> Vec<Experiment>,
    judge: Judge,
) -> Check {
    Check {
        id,
        claim,
        points: 10,
        teaches,
        needs: Capability::OBSERVING,
        experiments,
        judge,
    }
}

#[cfg(test)]
mod tests {
    use super::LAB;

    #[test]
    fn every_check_asks_an_oracle_of_its_own() {
        for check in LAB.checks {
            let experiments = (check.experiments)(7);
            let oracle = experiments[0].oracle.as_ref();
            assert_eq!(
                oracle.map(|oracle| oracle.args.clone()),
                Some(vec![check.id.to_owned(), "7".to_owned()])
            );
        }
    }
}
