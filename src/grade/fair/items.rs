//! Item analysis: whether a check tells learners who can from learners who cannot.
//!
//! Facility is the mean part of a check that was earned. The discrimination is the correlation of
//! that part with the rest of the score, without the check itself (corrected item-total
//! correlation; for checks that are passed or failed it is the point-biserial one). See Ebel and
//! Frisbie, Essentials of Educational Measurement, 1991, chapter 13.

use crate::model::fraction::Fraction;
use crate::model::gradebook::{Grade, Gradebook};
use crate::model::items::{Alarm, Bin, Item, Items};
use crate::model::score::Verdict;

/// Fewer submissions than this say nothing about a check.
const FEW: usize = 10;

/// A discrimination below this is called weak; below zero, wrong.
const WEAK: f64 = 0.1;

/// Analyses the checks of a class.
pub fn items(book: &Gradebook) -> Items {
    let graded: Vec<_> = book
        .entries
        .iter()
        .filter_map(|entry| entry.graded())
        .collect();
    let mut ids: Vec<&str> = Vec::new();
    for check in graded.iter().flat_map(|graded| &graded.card.checks) {
        if !ids.contains(&check.id.as_str()) {
            ids.push(&check.id);
        }
    }
    let items = ids.iter().map(|id| {
        let mut item = Item {
            id: (*id).to_owned(),
            passed: 0,
            failed: 0,
            skipped: 0,
            unknown: 0,
            facility: None,
            discrimination: None,
            alarms: Vec::new(),
        };
        let mut pairs = Vec::new();
        let mut sum = Fraction::ZERO;
        for graded in &graded {
            let Some(at) = graded.card.checks.iter().position(|check| check.id == *id) else {
                continue;
            };
            let finding = &graded.card.checks[at];
            match finding.verdict {
                Verdict::Pass => item.passed += 1,
                Verdict::Fail => item.failed += 1,
                Verdict::Skipped => item.skipped += 1,
                Verdict::Unknown => item.unknown += 1,
            }
            if finding.is_open() {
                continue;
            }
            // What the program did, not what people decided afterwards.
            let part = Fraction::from(finding.points).over(finding.max_points.into());
            let part = part.unwrap_or_else(|| u32::from(finding.verdict == Verdict::Pass).into());
            sum = sum + part;
            pairs.push((part.to_f64(), rest(&graded.grade, at)));
        }
        item.facility = sum.over(Fraction::from(pairs.len() as u64));
        item.discrimination = correlation(&pairs);
        item.alarms = alarms(&item, pairs.len());
        item
    });
    Items {
        submissions: graded.len(),
        items: items.collect(),
    }
}

/// The score without one check.
fn rest(grade: &Grade, without: usize) -> f64 {
    let others = grade
        .checks
        .iter()
        .enumerate()
        .filter(|(at, _)| *at != without);
    others
        .map(|(_, check)| check.points)
        .sum::<Fraction>()
        .to_f64()
}

fn alarms(item: &Item, decided: usize) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    if decided >= FEW {
        match item.facility {
            Some(Fraction::ZERO) => alarms.push(Alarm::NobodyPasses),
            Some(Fraction::ONE) => alarms.push(Alarm::EverybodyPasses),
            _ => {}
        }
        match item.discrimination {
            Some(r) if r < 0.0 => alarms.push(Alarm::TellsTheContrary),
            Some(r) if r < WEAK => alarms.push(Alarm::TellsLittle),
            _ => {}
        }
    }
    if item.unknown > 0 {
        alarms.push(Alarm::Undecided);
    }
    alarms
}

/// Pearson's correlation; `None` if one side does not vary.
#[expect(clippy::cast_precision_loss, reason = "no class has 2^52 members")]
fn correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    let n = pairs.len() as f64;
    let mean = |side: fn(&(f64, f64)) -> f64| pairs.iter().map(side).sum::<f64>() / n;
    let (mean_x, mean_y) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        let (x, y) = (x - mean_x, y - mean_y);
        xy += x * y;
        xx += x * x;
        yy += y * y;
    }
    // Rounding makes a tiny variance of none.
    const NONE: f64 = 1e-9;
    (xx > NONE && yy > NONE).then(|| (xy / (xx * yy).sqrt()).clamp(-1.0, 1.0))
}

/// Points of all graded submissions in so many bars (at least one, at most a thousand).
///
/// Points above the maximum, which an override can give, are in the last.
pub fn histogram(book: &Gradebook, bars: usize) -> Vec<Bin> {
    let bars = bars.clamp(1, 1000);
    let edge = |at: usize| {
        let part = Fraction::from(at as u64).over(Fraction::from(bars as u64));
        book.out_of * part.unwrap_or(Fraction::ZERO)
    };
    let mut bins: Vec<Bin> = (0..bars)
        .map(|at| Bin {
            from: edge(at),
            to: edge(at + 1),
            count: 0,
        })
        .collect();
    for points in book
        .entries
        .iter()
        .filter_map(|entry| entry.releasable().ok())
    {
        let at = points
            .over(book.out_of)
            .map_or(0, |part| (part * Fraction::from(bars as u64)).floor());
        let at = usize::try_from(at).unwrap_or(0).min(bars - 1);
        bins[at].count += 1;
    }
    bins
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grade::fair::apply::tests::card;
    use crate::model::gradebook::{Entry, GRADEBOOK_SCHEMA, Graded, Lateness, Outcome};

    fn class(rows: &[[Verdict; 3]]) -> Gradebook {
        let entries = rows.iter().enumerate().map(|(at, row)| {
            let point = |verdict| u32::from(verdict == Verdict::Pass);
            let card = card(&[
                ("a", row[0], point(row[0]), 1, ""),
                ("b", row[1], point(row[1]), 1, ""),
                ("c", row[2], point(row[2]), 1, ""),
            ]);
            let grade = Grade::plain(&card);
            Entry {
                key: format!("k{at:03}"),
                students: Vec::new(),
                group: None,
                late: Lateness::Unknown,
                notes: Vec::new(),
                outcome: Outcome::Graded(Box::new(Graded { card, grade })),
            }
        });
        Gradebook {
            schema: GRADEBOOK_SCHEMA,
            course: String::new(),
            assignment: String::new(),
            lab: String::new(),
            out_of: 3u32.into(),
            entries: entries.collect(),
            absent: Vec::new(),
            notes: Vec::new(),
        }
    }

    #[test]
    fn a_check_that_contradicts_the_others_is_found() {
        use Verdict::{Fail as F, Pass as P, Unknown as U};
        let mut rows = vec![[P, F, P]; 5];
        rows.extend([[F, P, P]; 5]);
        rows.push([P, F, U]);
        let found = items(&class(&rows));
        assert_eq!(found.submissions, 11);
        let [a, b, c] = &found.items[..] else {
            panic!("three checks")
        };
        assert_eq!(a.facility, Fraction::new(6, 11));
        assert!(a.discrimination.unwrap() < -0.7 && b.discrimination.unwrap() < -0.7);
        assert_eq!(a.alarms, [Alarm::TellsTheContrary]);
        assert_eq!(c.alarms, [Alarm::EverybodyPasses, Alarm::Undecided]);
        assert_eq!((c.discrimination, c.unknown), (None, 1));
    }

    /// By hand: a = 1 1 1 0 0, rest = 2 2 1 1 0: r = 0.6 / sqrt(1.2 * 2.8) * ...
    #[test]
    fn the_correlation_is_the_point_biserial_one() {
        let pairs = [(1.0, 2.0), (1.0, 2.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)];
        // (M1 - M0) / s * sqrt(p q), s of the whole: (5/3 - 1/2) / sqrt(0.56) * sqrt(0.24)
        let expected = (5.0 / 3.0 - 0.5) / 0.56f64.sqrt() * 0.24f64.sqrt();
        assert!((correlation(&pairs).unwrap() - expected).abs() < 1e-12);
        assert_eq!(correlation(&[]), None);
        assert_eq!(correlation(&[(1.0, 0.1), (1.0, 0.2)]), None);
    }

    #[test]
    fn every_grade_is_in_one_bar() {
        use Verdict::{Fail as F, Pass as P};
        let book = class(&[[F, F, F], [P, F, F], [P, P, F], [P, P, P]]);
        let counts: Vec<usize> = histogram(&book, 3).iter().map(|bin| bin.count).collect();
        assert_eq!(counts, [1, 1, 2]);
        assert_eq!(histogram(&book, 0).len(), 1);
        let tenths = histogram(&book, 10);
        assert_eq!(tenths[9].to, 3u32.into());
        assert_eq!(tenths[3].from, Fraction::new(9, 10).unwrap());
    }
}
