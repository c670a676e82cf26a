//! A lab as its author wrote it: its names, its checks.

use std::collections::BTreeSet;

use super::experiments::experiment;
use super::source::Sources;
use super::words;
use crate::embedded::pages;
use crate::model::Experiment;
use crate::model::toml_reader::{Problems, Reader, read};

/// All points of a lab.
const POINTS: u64 = 100;

/// What is read out of a `lab.toml`.
#[derive(Debug, PartialEq)]
pub(super) struct Written {
    /// Its name.
    pub(super) name: String,
    /// What it is, in a few words.
    pub(super) title: String,
    /// In their order.
    pub(super) checks: Vec<WrittenCheck>,
}

/// One check.
#[derive(Debug, PartialEq)]
pub(super) struct WrittenCheck {
    /// Its name.
    pub(super) id: String,
    /// Reads well after a tick and after a cross.
    pub(super) claim: String,
    /// What it is worth.
    pub(super) points: u64,
    /// `LESSON/HEADING` to read; may be empty.
    pub(super) teaches: String,
    /// At least one.
    pub(super) experiments: Vec<Experiment>,
}

impl Written {
    /// Reads a lab.
    ///
    /// # Errors
    /// All that is wrong in it, with line and key.
    pub(super) fn parse(text: &str, sources: &Sources<'_>) -> Result<Self, Problems> {
        read(text, |file| Self::read(file, sources))
    }

    fn read(file: &mut Reader<'_, '_>, sources: &Sources<'_>) -> Self {
        let name = slug(file, "name");
        let title = file.needed_text("title");
        let mut ids = BTreeSet::new();
        let checks = file.tables("check", |table| {
            let check = WrittenCheck::read(table, sources);
            if !check.id.is_empty() && !ids.insert(check.id.clone()) {
                table.refuse("id", "is the id of another check, too");
            }
            check
        });
        let points: u64 = checks.iter().map(|check| check.points).sum();
        if checks.is_empty() {
            file.refuse("check", "is missing: a lab has at least one [[check]]");
        } else if points != POINTS {
            let message = format!("has {points} points in all, and not {POINTS}");
            file.refuse("check", message);
        }
        Self {
            name,
            title,
            checks,
        }
    }
}

impl WrittenCheck {
    fn read(table: &mut Reader<'_, '_>, sources: &Sources<'_>) -> Self {
        let id = slug(table, "id");
        let claim = table.needed_text("claim");
        let points = table.whole("points", POINTS);
        if points.is_none_or(|points| points == 0) {
            table.refuse("points", "must be a whole number from 1 on");
        }
        let teaches = table.text("teaches").unwrap_or_default();
        if !teaches.is_empty() && !is_taught(&teaches) {
            table.refuse(
                "teaches",
                "must be LESSON/HEADING, as `syslab LESSON read HEADING` takes it",
            );
        }
        let hint = table.text("hint").unwrap_or_default();
        let mut experiments = table.tables("experiment", |table| experiment(table, sources));
        if experiments.is_empty() {
            table.refuse(
                "experiment",
                "is missing: a check has at least one [[check.experiment]]",
            );
        }
        let runs = experiments.iter_mut().flat_map(|one| &mut one.runs);
        for stated in runs.flat_map(|run| &mut run.claims) {
            if stated.hint.is_empty() {
                stated.hint.clone_from(&hint);
            }
        }
        Self {
            id,
            claim,
            points: points.unwrap_or(0),
            teaches,
            experiments,
        }
    }
}

fn slug(table: &mut Reader<'_, '_>, key: &str) -> String {
    let slug = table.needed_text(key);
    if !words::is_slug(&slug) {
        table.refuse(
            key,
            "must be small letters, digits and hyphens, a letter first",
        );
    }
    slug
}

/// Whether a page of a lesson has this heading: `LESSON/HEADING`.
fn is_taught(teaches: &str) -> bool {
    teaches.split_once('/').is_some_and(|(lesson, heading)| {
        (pages::of(lesson).iter()).any(|page| page.section(heading).is_some())
    })
}
