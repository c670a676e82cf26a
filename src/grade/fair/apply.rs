//! From one scorecard to one grade.

use super::policy::{CheckPolicy, Credit, OpenChecks, Policy};
use crate::model::fraction::Fraction;
use crate::model::gradebook::{CheckGrade, Grade, GradeStep, Lateness, Override, Student};
use crate::model::score::{Finding, Scorecard, Verdict};

/// The check that stands for the whole in an override.
const WHOLE: &str = "*";

/// A grade, and what the instructor should know about how it came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The grade.
    pub grade: Grade,
    /// Overrides for checks that the lab does not have, and the like.
    pub notes: Vec<String>,
}

/// Whose submission a grade is made for.
struct Owner<'a> {
    key: &'a str,
    students: &'a [Student],
}

impl Owner<'_> {
    fn is(&self, name: &str) -> bool {
        !name.is_empty()
            && (name == self.key || self.students.iter().any(|student| student.id == name))
    }
}

/// Makes the grade of a submission, from scratch.
///
/// Checks are weighted; overrides of checks replace their points; checks that could not be decided
/// are treated as the policy says; the sum is brought to the policy's scale; lateness takes its
/// part; an override of the whole has the last word. A group is as late as its member with the
/// longest extension.
pub fn apply(
    card: &Scorecard,
    (key, students, late): (&str, &[Student], Lateness),
    policy: &Policy,
    overrides: &[Override],
) -> Applied {
    let owner = Owner { key, students };
    let mine = || {
        overrides
            .iter()
            .filter(|decision| owner.is(&decision.student))
    };
    let last_for = |check: &str| mine().rfind(|decision| decision.check == check);
    let mut notes = Vec::new();
    let checks: Vec<CheckGrade> = card
        .checks
        .iter()
        .map(|finding| check_grade(finding, policy, last_for(&finding.id)))
        .collect();
    for decision in mine() {
        let is_known = |check: &&str| card.checks.iter().any(|finding| finding.id == **check);
        if decision.check != WHOLE && !is_known(&decision.check.as_str()) {
            notes.push(format!(
                "the override of {:?} for {:?} has no effect: the lab has no such check",
                decision.check, decision.student
            ));
        }
    }
    for check in &checks {
        if let Some(decision) = &check.overridden
            && decision.points > check.out_of
        {
            notes.push(format!(
                "the override of {:?} for {:?} gives {} of {} points",
                decision.check, decision.student, decision.points, check.out_of
            ));
        }
    }
    let mut grade = Grade {
        points: checks.iter().map(|check| check.points).sum(),
        out_of: checks.iter().map(|check| check.out_of).sum(),
        checks,
        steps: Vec::new(),
        withheld: None,
    };
    decide_open(&mut grade, policy.open);
    scale(&mut grade, policy.out_of);
    take_lateness(&mut grade, late, policy, students);
    if let Some(decision) = last_for(WHOLE) {
        step(
            &mut grade,
            format!(
                "decided by {} on {}: {}",
                decision.by, decision.on, decision.why
            ),
            decision.points,
        );
        // A person has looked.
        grade.withheld = None;
    }
    Applied { grade, notes }
}

fn check_grade(finding: &Finding, policy: &Policy, decision: Option<&Override>) -> CheckGrade {
    let default = CheckPolicy::default();
    let check = policy.checks.get(&finding.id).unwrap_or(&default);
    let out_of = check.weight.unwrap_or_else(|| finding.max_points.into());
    let earned = match check.credit {
        Credit::Whole if finding.verdict != Verdict::Pass => Fraction::ZERO,
        _ => part(finding),
    };
    CheckGrade {
        id: finding.id.clone(),
        visibility: check.visibility.unwrap_or(policy.visibility),
        points: decision.map_or(earned * out_of, |decision| decision.points),
        out_of,
        is_open: finding.is_open() && decision.is_none(),
        overridden: decision.cloned(),
    }
}

/// How much of a check was earned, from 0 to 1.
fn part(finding: &Finding) -> Fraction {
    let of_points = Fraction::from(finding.points).over(finding.max_points.into());
    // A check without points of its own can still be given a weight.
    let of_verdict = Fraction::from(u32::from(finding.verdict == Verdict::Pass));
    of_points.unwrap_or(of_verdict).min(Fraction::ONE)
}

fn decide_open(grade: &mut Grade, policy: OpenChecks) {
    let open = || grade.checks.iter().filter(|check| check.is_open);
    let lost: Fraction = open().map(|check| check.out_of - check.points).sum();
    let names: Vec<&str> = open().map(|check| check.id.as_str()).collect();
    if lost == Fraction::ZERO {
        return;
    }
    let names = names.join(", ");
    match policy {
        OpenChecks::Zero => {}
        OpenChecks::Withhold => {
            grade.withheld = Some(format!("could not be decided: {names}"));
        }
        OpenChecks::Excuse => match grade.points.over(grade.out_of - lost) {
            Some(part) => {
                let to = part * grade.out_of;
                step(grade, format!("excused, could not be decided: {names}"), to);
            }
            None => {
                grade.withheld = Some(format!(
                    "could not be decided, and nothing is left: {names}"
                ));
            }
        },
    }
}

fn scale(grade: &mut Grade, out_of: Option<Fraction>) {
    let Some(out_of) = out_of.filter(|out_of| *out_of != grade.out_of) else {
        return;
    };
    let Some(factor) = out_of.over(grade.out_of) else {
        grade.withheld = Some("all weights are zero".to_owned());
        return;
    };
    let why = format!("{} points are brought to {out_of}", grade.out_of);
    let to = grade.points * factor;
    step(grade, why, to);
    grade.out_of = out_of;
}

fn take_lateness(grade: &mut Grade, late: Lateness, policy: &Policy, students: &[Student]) {
    let Some(rules) = &policy.late else {
        return;
    };
    let extensions = students
        .iter()
        .map(|student| policy.extension_minutes(&student.id));
    let extension = extensions.max().unwrap_or(0);
    match late {
        Lateness::InTime => {}
        Lateness::LateBy(minutes) => {
            let minutes = minutes.saturating_sub(extension);
            if let Some(taken) = rules.step(grade.points, grade.out_of, minutes) {
                grade.points = taken.to;
                grade.steps.push(taken);
            }
        }
        // Nobody's points depend on a guess.
        Lateness::Late => withhold(grade, "is late, and nobody says by how much"),
        Lateness::Unknown => withhold(grade, "nobody says whether it is late"),
    }
}

fn withhold(grade: &mut Grade, why: &str) {
    grade.withheld = Some(match grade.withheld.take() {
        Some(other) => format!("{other}; {why}"),
        None => why.to_owned(),
    });
}

fn step(grade: &mut Grade, why: String, to: Fraction) {
    let from = std::mem::replace(&mut grade.points, to);
    grade.steps.push(GradeStep { why, from, to });
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::score::{Machine, SCHEMA};

    /// A scorecard with one check per `(id, verdict, points, of, why)`.
    pub(in crate::grade) fn card(checks: &[(&str, Verdict, u32, u32, &str)]) -> Scorecard {
        let checks: Vec<Finding> = checks
            .iter()
            .map(|&(id, verdict, points, max_points, why)| Finding {
                id: id.to_owned(),
                claim: format!("{id} holds"),
                verdict,
                points,
                max_points,
                story: String::new(),
                why: why.to_owned(),
                hint: String::new(),
                teaches: String::new(),
                see: String::new(),
                figures: Vec::new(),
                evidence: Vec::new(),
                repeats: None,
            })
            .collect();
        Scorecard {
            schema: SCHEMA,
            lab: "process/reaper".to_owned(),
            title: "t".to_owned(),
            submission: "s".to_owned(),
            seed: 1,
            score: checks.iter().map(|check| check.points).sum(),
            max_score: checks.iter().map(|check| check.max_points).sum(),
            machine: Machine::default(),
            notes: Vec::new(),
            checks,
        }
    }

    fn three() -> Scorecard {
        card(&[
            ("runs", Verdict::Pass, 10, 10, ""),
            ("reaps", Verdict::Fail, 0, 30, "it does not"),
            ("exits", Verdict::Fail, 20, 60, "in part"),
        ])
    }

    fn graded(policy: &str, overrides: &str, late: Lateness) -> Applied {
        let student = Student {
            id: "s1".to_owned(),
            ..Student::default()
        };
        let policy = Policy::parse(policy).unwrap();
        let overrides = super::super::parse_overrides(overrides).unwrap();
        apply(&three(), ("k", &[student], late), &policy, &overrides)
    }

    fn points(policy: &str) -> String {
        let grade = graded(policy, "", Lateness::InTime).grade;
        format!("{} of {}", grade.points, grade.out_of)
    }

    #[test]
    fn weights_and_scales_are_exact() {
        assert_eq!(points(""), "30 of 100");
        assert_eq!(points("out_of = 10"), "3 of 10");
        assert_eq!(points("[checks.exits]\nweight = 10"), "40/3 of 50");
        assert_eq!(points("[checks.exits]\ncredit = \"whole\""), "10 of 100");
        assert_eq!(points("[checks.exits]\nweight = 0"), "10 of 40");
    }

    const DECISION: &str = "student = \"s1\"\nwhy = \"w\"\nby = \"ada\"\non = \"2026-11-26\"\n";

    #[test]
    fn overrides_survive_and_show_both_numbers() {
        let text = format!("[[override]]\ncheck = \"reaps\"\npoints = 15\n{DECISION}");
        let applied = graded("", &text, Lateness::InTime);
        assert_eq!(applied.grade.points, 45u32.into());
        assert_eq!(
            applied.grade.checks[1].overridden.as_ref().unwrap().by,
            "ada"
        );
        let text = format!("{text}[[override]]\ncheck = \"*\"\npoints = 99\n{DECISION}");
        let applied = graded("", &text, Lateness::InTime);
        let step = applied.grade.steps.last().unwrap();
        assert_eq!((step.from, step.to), (45u32.into(), 99u32.into()));
        let text = format!("[[override]]\ncheck = \"reabs\"\npoints = 15\n{DECISION}");
        assert_eq!(graded("", &text, Lateness::InTime).notes.len(), 1);
    }

    const LATE: &str = "due = 2026-11-26T12:00:00Z\n[late]\npercent = 10\n";

    #[test]
    fn nobody_loses_points_to_a_guess() {
        let grade = graded(LATE, "", Lateness::LateBy(1)).grade;
        assert_eq!(grade.points, 27u32.into());
        let extended = format!("{LATE}[[extension]]\nstudent = \"s1\"\nhours = 1\n");
        assert_eq!(
            graded(&extended, "", Lateness::LateBy(60)).grade.points,
            30u32.into()
        );
        assert!(graded(LATE, "", Lateness::Late).grade.withheld.is_some());
        assert!(graded(LATE, "", Lateness::Unknown).grade.withheld.is_some());
        assert!(graded("", "", Lateness::Late).grade.withheld.is_none());
    }

    #[test]
    fn open_checks_are_withheld_excused_or_zero() {
        let card = card(&[
            ("runs", Verdict::Pass, 10, 10, ""),
            ("reaps", Verdict::Unknown, 0, 30, "the tracer broke"),
            (
                "rings",
                Verdict::Skipped,
                0,
                20,
                "not checked here: needs rings",
            ),
            (
                "exits",
                Verdict::Skipped,
                0,
                10,
                "not checked: the program does not build",
            ),
        ]);
        let graded = |policy: &str| {
            let policy = Policy::parse(policy).unwrap();
            apply(&card, ("k", &[], Lateness::InTime), &policy, &[]).grade
        };
        let withheld = graded("").withheld.unwrap();
        assert_eq!(withheld, "could not be decided: reaps, rings");
        assert_eq!(graded("open = \"zero\"").points, 10u32.into());
        assert_eq!(graded("open = \"zero\"").withheld, None);
        let excused = graded("open = \"excuse\"");
        assert_eq!(
            (excused.points, excused.out_of),
            (35u32.into(), 70u32.into())
        );
    }

    proptest! {
        #[test]
        fn grades_stay_between_nothing_and_all(
            rows in proptest::collection::vec((0u32..50, 0u32..50, 0u32..100), 1..12),
            out_of in 1u32..200, minutes in 0u64..20_000,
        ) {
            let ids: Vec<String> = (0..rows.len()).map(|at| format!("c{at}")).collect();
            let checks: Vec<_> = rows
                .iter()
                .zip(&ids)
                .map(|((a, b, _), id)| (id.as_str(), Verdict::Fail, *a.min(b), *a.max(b), ""))
                .collect();
            let weights: String = rows
                .iter()
                .zip(&ids)
                .map(|((_, _, weight), id)| format!("[checks.{id}]\nweight = {weight}.25\n"))
                .collect();
            let text = format!("out_of = {out_of}\n{LATE}{weights}");
            let policy = Policy::parse(&text).unwrap();
            let late = Lateness::LateBy(minutes);
            let grade = apply(&card(&checks), ("k", &[], late), &policy, &[]).grade;
            prop_assert!(!grade.points.is_negative() && grade.points <= grade.out_of);
            prop_assert_eq!(grade.out_of, out_of.into());
        }
    }
}
