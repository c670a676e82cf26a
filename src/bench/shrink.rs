//! What fails is made smaller until it only just fails: what is shown is easier to understand.

use super::plan::Work;
use super::verdict::{Outcome, TrialResult};
use crate::model::Foretold;

/// How many smaller runs are tried in the place of one that has failed.
const SMALLER_TRIALS: usize = 100;

/// For how many a trial counts that reached a limit: it took seconds, and the others do not.
pub(super) const LIMITED_TRIAL: usize = 25;

/// The outcome of a trial that failed, or that of the smallest one in its place that still fails.
///
/// `judged` says, with the outcome, for how many trials it counts.
pub(super) fn shrunk(
    work: &Work,
    outcome: Outcome,
    smaller: impl Fn(&Work) -> Vec<Foretold>,
    judged: impl Fn(&Work) -> (Outcome, usize),
) -> Outcome {
    let mut smallest = (work.clone(), outcome);
    let mut tries = 0;
    while matches!(smallest.1.result, TrialResult::Fail(_)) && work.foretold.is_some() {
        let failing = smaller(&smallest.0).into_iter().find_map(|run| {
            if tries >= SMALLER_TRIALS {
                return None;
            }
            let work = smallest.0.instead(run);
            let (outcome, price) = judged(&work);
            tries += price;
            matches!(outcome.result, TrialResult::Fail(_)).then_some((work, outcome))
        });
        match failing {
            Some(failing) => smallest = failing,
            None => break,
        }
    }
    smallest.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::{plan, verdict};
    use crate::model::{Experiment, Failure, Oracle};

    /// The outcome of a trial whose program fails with arguments longer than two letters.
    fn long_words_fail(work: &Work) -> Outcome {
        let arg = &work.experiment.runs[0].args[0];
        Outcome {
            order: work.order,
            was_struck: None,
            result: match arg.len() > 2 {
                true => TrialResult::Fail(Box::new(verdict::Proof::of(&Failure::new(arg.clone())))),
                false => TrialResult::Pass(Vec::new()),
            },
        }
    }

    fn word(word: &str) -> Foretold {
        Foretold {
            args: vec![word.to_owned()],
            ..Foretold::default()
        }
    }

    #[test]
    fn a_failing_run_is_shrunk_to_one_that_only_just_fails() {
        let experiment = Experiment {
            oracle: Some(Oracle::default()),
            ..Experiment::default()
        };
        let question = plan::trials(0, vec![experiment]).remove(0);
        let work = question.foretold(vec![word("abcdefgh")]).remove(0);
        let smaller = |work: &Work| {
            let arg = &work.experiment.runs[0].args[0];
            vec![word(&arg[..arg.len() / 2]), word(&arg[1..])]
        };
        let judged = |price| move |work: &Work| (long_words_fail(work), price);
        let outcome = shrunk(
            &work,
            long_words_fail(&work),
            smaller,
            judged(LIMITED_TRIAL),
        );
        let TrialResult::Fail(proof) = outcome.result else {
            panic!("it passes");
        };
        assert_eq!(proof.why(), "bcd");
        let costly = judged(SMALLER_TRIALS / 2);
        let outcome = shrunk(&work, long_words_fail(&work), smaller, costly);
        let TrialResult::Fail(proof) = outcome.result else {
            panic!("it passes");
        };
        assert_eq!(proof.why(), "abcd", "two tries were all that it had");
    }
}
