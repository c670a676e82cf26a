//! The late policy: data, and one function.

use super::moment::Moment;
use crate::model::fraction::Fraction;
use crate::model::gradebook::{GradeStep, Lateness};
use crate::model::toml_reader::Reader;

/// Minutes in a day.
const DAY: u64 = 24 * 60;

/// Most minutes that a policy may speak of: ten years.
const MOST_MINUTES: u64 = 10 * 366 * DAY;

/// What a late submission loses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LatePolicy {
    /// Minutes that do not count as late at all.
    pub grace_minutes: u64,
    /// Minutes in a step; a begun one counts.
    pub step_minutes: u64,
    /// Percent that each step costs.
    pub percent: Fraction,
    /// Percent of what.
    pub of: LateBase,
    /// Percent that all steps together cost at most.
    pub cap: Fraction,
    /// Minutes after which nothing counts any more.
    pub drop_after_minutes: Option<u64>,
}

/// What the percents of a late policy are taken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LateBase {
    /// Of the points earned: nobody goes below zero.
    Earned,
    /// Of the points possible.
    Possible,
}

impl LatePolicy {
    /// The step from points without lateness to points with it; `None` if it costs nothing.
    pub fn step(&self, points: Fraction, out_of: Fraction, minutes: u64) -> Option<GradeStep> {
        if minutes <= self.grace_minutes {
            return None;
        }
        let late = duration(minutes);
        if self.drop_after_minutes.is_some_and(|drop| minutes > drop) {
            let why = format!("late by {late}: too late to count");
            let to = Fraction::ZERO.min(points);
            return Some(GradeStep {
                why,
                from: points,
                to,
            });
        }
        let steps = (minutes - self.grace_minutes).div_ceil(self.step_minutes.max(1));
        let percent = (Fraction::from(steps) * self.percent).min(self.cap);
        let (base, of) = match self.of {
            LateBase::Earned => (points, "the points"),
            LateBase::Possible => (out_of, "the points possible"),
        };
        let to = (points - (base * percent).percent()).max(Fraction::ZERO.min(points));
        (to != points).then(|| GradeStep {
            why: format!("late by {late}: {percent} % of {of} off"),
            from: points,
            to,
        })
    }
}

/// What is known about time: the two times where there are two, else what the source says.
pub fn lateness(said: Lateness, submitted: Option<Moment>, due: Option<Moment>) -> Lateness {
    match (submitted, due) {
        (Some(submitted), Some(due)) => match submitted.minutes_after(due) {
            0 => Lateness::InTime,
            minutes => Lateness::LateBy(minutes),
        },
        _ => said,
    }
}

/// Reads the table `[late]`.
pub(super) fn read(table: &mut Reader<'_, '_>) -> LatePolicy {
    let step_minutes = table.parsed("per", "\"day\", \"hour\" or minutes", |text| match text {
        "day" => Some(DAY),
        "hour" => Some(60),
        minutes => minutes
            .parse()
            .ok()
            .filter(|m| (1..=MOST_MINUTES).contains(m)),
    });
    let percent = percentage(table, "percent");
    if percent.is_none() {
        table.refuse("percent", "is missing: what does a step cost?");
    }
    let of = table.parsed("of", "\"earned\" or \"possible\"", |text| match text {
        "earned" => Some(LateBase::Earned),
        "possible" => Some(LateBase::Possible),
        _ => None,
    });
    let grace_minutes = table.whole("grace_minutes", MOST_MINUTES).unwrap_or(0);
    let drop_after_minutes = table
        .parsed("drop_after_days", "a number of days", |text| {
            text.parse::<Fraction>().ok()
        })
        .map(|days| (days * Fraction::from(DAY)).floor())
        .map(|minutes| u64::try_from(minutes).unwrap_or(0).min(MOST_MINUTES));
    if drop_after_minutes.is_some_and(|drop| drop < grace_minutes) {
        table.refuse("drop_after_days", "is shorter than grace_minutes");
    }
    LatePolicy {
        grace_minutes,
        step_minutes: step_minutes.unwrap_or(DAY),
        percent: percent.unwrap_or(Fraction::ZERO),
        of: of.unwrap_or(LateBase::Earned),
        cap: percentage(table, "cap").unwrap_or_else(|| Fraction::from(100u32)),
        drop_after_minutes,
    }
}

fn percentage(table: &mut Reader<'_, '_>, key: &str) -> Option<Fraction> {
    table.parsed(key, "a number from 0 to 100", |text| {
        let number: Fraction = text.parse().ok()?;
        (!number.is_negative() && number <= Fraction::from(100u32)).then_some(number)
    })
}

/// `2 days 3 h`, `15 min`.
fn duration(minutes: u64) -> String {
    let (days, hours, rest) = (minutes / DAY, minutes % DAY / 60, minutes % 60);
    let days = match days {
        0 => None,
        1 => Some("1 day".to_owned()),
        days => Some(format!("{days} days")),
    };
    let hours = (hours > 0).then(|| format!("{hours} h"));
    let rest = (rest > 0).then(|| format!("{rest} min"));
    let parts: Vec<String> = [days, hours, rest].into_iter().flatten().collect();
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn policy(of: LateBase) -> LatePolicy {
        LatePolicy {
            grace_minutes: 15,
            step_minutes: DAY,
            percent: 10u32.into(),
            of,
            cap: 30u32.into(),
            drop_after_minutes: Some(7 * DAY),
        }
    }

    fn after(of: LateBase, minutes: u64) -> String {
        let step = policy(of).step(80u32.into(), 100u32.into(), minutes);
        step.map_or("-".to_owned(), |step| format!("{} ({})", step.to, step.why))
    }

    #[test]
    fn begun_days_count_after_the_grace() {
        assert_eq!(after(LateBase::Earned, 15), "-");
        assert_eq!(
            after(LateBase::Earned, 16),
            "72 (late by 16 min: 10 % of the points off)"
        );
        assert_eq!(
            after(LateBase::Earned, DAY + 15),
            "72 (late by 1 day 15 min: 10 % of the points off)"
        );
        assert_eq!(
            after(LateBase::Possible, DAY + 16),
            "60 (late by 1 day 16 min: 20 % of the points possible off)"
        );
    }

    #[test]
    fn two_times_count_more_than_a_flag() {
        let at = Moment::parse;
        let due = at("2026-11-26T12:00:00Z");
        let late = |said, submitted| lateness(said, at(submitted), due);
        assert_eq!(
            late(Lateness::Late, "2026-11-26T12:00:00Z"),
            Lateness::InTime
        );
        assert_eq!(
            late(Lateness::InTime, "2026-11-26T12:01:01Z"),
            Lateness::LateBy(2)
        );
        assert_eq!(lateness(Lateness::Late, None, due), Lateness::Late);
        assert_eq!(lateness(Lateness::Late, due, None), Lateness::Late);
    }

    #[test]
    fn the_cap_holds_until_nothing_counts() {
        assert_eq!(
            after(LateBase::Earned, 7 * DAY),
            "56 (late by 7 days: 30 % of the points off)"
        );
        assert_eq!(
            after(LateBase::Earned, 7 * DAY + 1),
            "0 (late by 7 days 1 min: too late to count)"
        );
    }

    proptest! {
        #[test]
        fn later_is_never_better(a in 0u64..20_000, b in 0u64..20_000, points in 0u32..=100) {
            for of in [LateBase::Earned, LateBase::Possible] {
                let left = |minutes| {
                    let points = Fraction::from(points);
                    policy(of).step(points, 100u32.into(), minutes).map_or(points, |step| step.to)
                };
                let (early, late) = (left(a.min(b)), left(a.max(b)));
                prop_assert!(late <= early && !late.is_negative());
            }
        }
    }
}
