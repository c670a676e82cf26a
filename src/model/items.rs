//! What a class says about the checks: how often each is passed, and whether it tells learners apart.

use super::fraction::Fraction;

/// All checks of an assignment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Items {
    /// How many submissions were looked at: all that were graded.
    pub submissions: usize,
    /// In the lab's order.
    pub items: Vec<Item>,
}

/// One check, over the class.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The check's id.
    pub id: String,
    /// How many passed, failed, were skipped, could not be decided.
    pub passed: usize,
    /// See `passed`.
    pub failed: usize,
    /// See `passed`.
    pub skipped: usize,
    /// See `passed`.
    pub unknown: usize,
    /// Mean part earned, from 0 to 1, exact; `None` if it was decided for nobody.
    pub facility: Option<Fraction>,
    /// Correlation with the rest of the score, from -1 to 1; `None` if either does not vary.
    pub discrimination: Option<f64>,
    /// What an instructor should look at.
    pub alarms: Vec<Alarm>,
}

/// Something odd about a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// Nobody passes: is the check, or the handout, right?
    NobodyPasses,
    /// Everybody passes: it tells nothing.
    EverybodyPasses,
    /// Who passes it does not do better elsewhere.
    TellsLittle,
    /// Who passes it does worse elsewhere: a check that accuses good programs looks like this.
    TellsTheContrary,
    /// It could not be decided for some.
    Undecided,
}

/// One bar of a histogram: from `from` on, up to `to`, which belongs to the next bar but for the
/// last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bin {
    /// Least points.
    pub from: Fraction,
    /// Most points.
    pub to: Fraction,
    /// How many.
    pub count: usize,
}
