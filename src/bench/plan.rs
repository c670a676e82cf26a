//! Which trials an examination consists of, and in which order.
//!
//! A check's experiments are trials; an experiment with a sweep is one reference trial, which
//! finds out how many points there are, and then one trial for each point and strike. An experiment
//! with an oracle is a question to that, and then one trial for each run that it makes.

use std::sync::Arc;

use crate::model::recording::STRIKE;
use crate::model::{Action, Experiment, Fault, Foretold, Strike, Trigger};

/// One trial to be made.
#[derive(Clone, Debug)]
pub struct Work {
    /// Index of the check in the lab.
    pub check: usize,
    /// Place among the check's trials; of several failures the first in this order is shown, so
    /// that the same mistake always gives the same proof.
    pub order: Order,
    /// What is done.
    pub experiment: Arc<Experiment>,
    /// Which part of it.
    pub kind: Kind,
    /// The oracle's run that it is, and the experiment from which that was made.
    pub foretold: Option<(Arc<Foretold>, Arc<Experiment>)>,
}

/// Experiment, strike, point: each from 0.
pub type Order = (usize, usize, u32);

/// What a trial is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The experiment as it stands.
    Plain,
    /// Asks the experiment's oracle; no trial itself.
    Question,
    /// Counts the points of a sweep.
    Reference,
    /// One point of a sweep.
    Point {
        /// What strikes.
        strike: Strike,
        /// At which point, from 1.
        nth: u32,
        /// Of how many.
        of: u32,
    },
}

/// The trials of a check, as far as they are known before its sweeps have counted their points.
pub fn trials(check: usize, experiments: Vec<Experiment>) -> Vec<Work> {
    experiments
        .into_iter()
        .enumerate()
        .map(|(index, experiment)| Work {
            check,
            order: (index, 0, 0),
            kind: match (&experiment.oracle, &experiment.sweep) {
                (Some(_), _) => Kind::Question,
                (None, Some(_)) => Kind::Reference,
                (None, None) => Kind::Plain,
            },
            experiment: Arc::new(experiment),
            foretold: None,
        })
        .collect()
}

impl Work {
    /// The trials that a reference trial makes known: every point once with every strike.
    pub fn points(&self, found: u32) -> Vec<Work> {
        let strikes = self
            .experiment
            .sweep
            .as_ref()
            .map_or(&[][..], |sweep| &sweep.strikes);
        let mut works = Vec::new();
        for (index, strike) in strikes.iter().enumerate() {
            for nth in 1..=found {
                works.push(Work {
                    order: (self.order.0, index + 1, nth),
                    kind: Kind::Point {
                        strike: *strike,
                        nth,
                        of: found,
                    },
                    ..self.clone()
                });
            }
        }
        works
    }

    /// The trials of the runs that an oracle has made.
    pub fn foretold(&self, runs: Vec<Foretold>) -> Vec<Work> {
        let numbered = runs.into_iter().zip(1..);
        numbered
            .map(|(run, number)| Work {
                order: (self.order.0, 0, number),
                ..self.instead(run)
            })
            .collect()
    }

    /// The trial of another run of the oracle's, in the place of this one.
    pub fn instead(&self, run: Foretold) -> Work {
        let from = match &self.foretold {
            Some((_, from)) => from,
            None => &self.experiment,
        };
        Work {
            experiment: Arc::new(run.applied(from)),
            kind: Kind::Plain,
            foretold: Some((Arc::new(run), Arc::clone(from))),
            ..self.clone()
        }
    }

    /// The fault that the sweep adds to this trial.
    pub fn strike(&self) -> Option<Fault> {
        let points = &self.experiment.sweep.as_ref()?.points;
        match self.kind {
            Kind::Plain | Kind::Question => None,
            Kind::Reference => Some(Fault {
                trigger: Trigger {
                    first: u32::MAX,
                    every: 0,
                    ..points.clone()
                },
                action: Action::DelayExit(0),
            }),
            Kind::Point { strike, nth, .. } => Some(Fault {
                trigger: Trigger {
                    first: nth,
                    ..points.clone()
                },
                action: Action::Strike(strike),
            }),
        }
    }

    /// The faults that have to strike if the trial is to prove anything.
    pub fn faults(&self) -> Vec<usize> {
        let mut faults: Vec<usize> = self
            .experiment
            .runs
            .iter()
            .flat_map(|run| 0..run.faults.len())
            .collect();
        if matches!(self.kind, Kind::Point { .. }) {
            faults.push(STRIKE);
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Arming, Role, Sweep};

    #[test]
    fn what_an_oracle_makes_are_trials_of_their_own() {
        let experiment = Experiment {
            oracle: Some(crate::model::Oracle::default()),
            ..Experiment::default()
        };
        let question = &trials(0, vec![Experiment::default(), experiment])[1];
        assert_eq!(question.kind, Kind::Question);
        let run = |arg: &str| Foretold {
            args: vec![arg.to_owned()],
            ..Foretold::default()
        };
        let works = question.foretold(vec![run("a"), run("b")]);
        assert_eq!(works[1].order, (1, 0, 2));
        assert_eq!(works[1].kind, Kind::Plain);
        let smaller = works[1].instead(run("c"));
        assert_eq!(smaller.order, (1, 0, 2));
        assert_eq!(smaller.experiment.runs[0].args, ["c"]);
        assert_eq!(smaller.experiment.oracle, None);
    }

    #[test]
    fn a_sweep_visits_each_point_once_with_each_strike() {
        let points = Trigger {
            calls: vec!["write".into()],
            on: Role::Any,
            armed: Arming::Begin,
            first: 0,
            every: 0,
        };
        let strikes = vec![Strike::SignalBefore(15), Strike::KillTree];
        let experiment = Experiment {
            sweep: Some(Sweep { strikes, points }),
            ..Experiment::default()
        };
        let works = trials(3, vec![Experiment::default(), experiment]);
        assert_eq!(works[0].kind, Kind::Plain);
        assert_eq!(works[1].kind, Kind::Reference);
        let visited: Vec<_> = works[1]
            .points(2)
            .iter()
            .map(|work| (work.order, work.kind))
            .collect();
        let point = |strike, nth| Kind::Point { strike, nth, of: 2 };
        assert_eq!(
            visited,
            [
                ((1, 1, 1), point(Strike::SignalBefore(15), 1)),
                ((1, 1, 2), point(Strike::SignalBefore(15), 2)),
                ((1, 2, 1), point(Strike::KillTree, 1)),
                ((1, 2, 2), point(Strike::KillTree, 2)),
            ]
        );
    }
}
