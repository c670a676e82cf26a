//! What was measured, over the class: times, calls, bytes, whatever checks noted.
//!
//! A scorecard has no times of its own, since no verdict rests on the clock: what there is are the
//! figures of checks.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use crate::model::{Entry, Gradebook};

use super::super::data::shown;

/// Kinds of figures that are shown.
const MOST: usize = 200;

/// One figure of one check.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Measure {
    /// Number of the check.
    pub(super) check: usize,
    /// What it is, with its unit.
    pub(super) name: String,
    /// How many submissions have it.
    pub(super) count: usize,
    pub(super) least: f64,
    pub(super) median: f64,
    /// Nine in ten have no more.
    pub(super) ninety: f64,
    pub(super) most: f64,
}

/// All figures, by the checks' order.
pub(super) fn measures(book: &Gradebook, numbers: &HashMap<&str, usize>) -> Vec<Measure> {
    let mut all: BTreeMap<(usize, &str), Vec<f64>> = BTreeMap::new();
    for graded in book.entries.iter().filter_map(Entry::graded) {
        for finding in &graded.card.checks {
            let Some(check) = numbers.get(finding.id.as_str()) else {
                continue;
            };
            for figure in finding.figures.iter().filter(|one| one.value.is_finite()) {
                let values = all.entry((*check, &figure.name)).or_default();
                values.push(figure.value);
            }
        }
    }
    let measures = all.into_iter().take(MOST);
    measures
        .filter_map(|((check, name), mut values)| {
            values.sort_unstable_by(f64::total_cmp);
            // The value that so many hundredths of all do not exceed.
            let at =
                |hundredths: usize| values[(values.len() * hundredths).div_ceil(100).max(1) - 1];
            Some(Measure {
                check,
                name: shown(name),
                count: values.len(),
                least: *values.first()?,
                median: at(50),
                ninety: at(90),
                most: *values.last()?,
            })
        })
        .collect()
}
