//! What most formats show of a grade: one row a check, as far as its reader may see it.

use crate::model::fraction::Fraction;
use crate::model::gradebook::{Audience, CheckGrade, Graded, Stage, Visibility};
use crate::model::score::{Finding, Verdict};
use crate::ui::{plural, shortened, visible};

/// One check, or all checks together that the reader may not see.
pub(super) struct Row {
    /// The check's id; `hidden-checks`.
    pub(super) id: String,
    /// The claim.
    pub(super) title: String,
    /// What became of it; `None` for hidden checks.
    pub(super) verdict: Option<Verdict>,
    /// Whether it could not be decided.
    pub(super) is_open: bool,
    /// Points, weighted; zero for hidden checks, since they would say how these ended.
    pub(super) points: Fraction,
    /// Points possible, weighted.
    pub(super) out_of: Fraction,
    /// Who may see it.
    pub(super) visibility: Visibility,
    /// What was seen, and what helps; made visible, several lines. Empty for a pass.
    pub(super) text: String,
    /// File and line of the first proving event in the learner's program.
    pub(super) site: Option<(String, u32)>,
}

/// The rows that this reader may see, and one for all others together.
pub(super) fn rows(graded: &Graded, audience: Audience) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut hidden: Vec<&CheckGrade> = Vec::new();
    for (finding, grade) in graded.card.checks.iter().zip(&graded.grade.checks) {
        match grade.visibility.is_shown(audience) {
            true => rows.push(row(finding, grade)),
            false => hidden.push(grade),
        }
    }
    if !hidden.is_empty() {
        rows.push(Row {
            id: "hidden-checks".to_owned(),
            title: plural(hidden.len(), "hidden check", "hidden checks"),
            verdict: None,
            is_open: false,
            points: Fraction::ZERO,
            out_of: hidden.iter().map(|grade| grade.out_of).sum(),
            visibility: Visibility::Visible,
            text: "what they claim is in the handout; how they ended is not shown here".to_owned(),
            site: None,
        });
    }
    rows
}

fn row(finding: &Finding, grade: &CheckGrade) -> Row {
    let site = finding
        .evidence
        .iter()
        .find_map(|event| event.site.as_ref());
    Row {
        id: visible(&finding.id),
        title: visible(&finding.claim),
        verdict: Some(finding.verdict),
        is_open: grade.is_open,
        points: grade.points,
        out_of: grade.out_of,
        visibility: grade.visibility,
        text: explained(finding, grade),
        site: site.map(|site| (visible(&site.file), site.line)),
    }
}

/// Story, what was seen, proving events, hint, where to read, how to see it again.
fn explained(finding: &Finding, grade: &CheckGrade) -> String {
    let mut lines = Vec::new();
    if let Some(decision) = &grade.overridden {
        lines.push(format!(
            "decided by {} on {}: {}",
            visible(&decision.by),
            visible(&decision.on),
            visible(&decision.why)
        ));
    }
    if finding.verdict == Verdict::Pass {
        return lines.join("\n");
    }
    if grade.is_open {
        lines.push("could not be decided; this costs no points by itself".to_owned());
    }
    // No line begins with a program's words: what begins with "::" is a command to some.
    let said = [("done: ", &finding.story), ("seen: ", &finding.why)];
    let helps = [
        ("hint: ", &finding.hint),
        ("read: ", &finding.teaches),
        ("see: ", &finding.see),
    ];
    let told = |(label, text): (&str, &String)| {
        (!text.is_empty()).then(|| format!("{label}{}", shortened(&visible(text))))
    };
    lines.extend(said.into_iter().filter_map(told));
    lines.extend(finding.evidence.iter().map(|event| {
        let text = shortened(&visible(&event.text));
        match &event.site {
            Some(site) => format!("  {}:{}  {text}", visible(&site.file), site.line),
            None => format!("  {text}"),
        }
    }));
    lines.extend(helps.into_iter().filter_map(told));
    lines.join("\n")
}

/// What a reader may be told of the sum.
pub(super) struct Sum {
    /// The points; `None` where they are withheld.
    pub(super) points: Option<Fraction>,
    /// How many there could be.
    pub(super) out_of: Fraction,
    /// The sum, then what became of it (scale, lateness, overrides): a line each.
    pub(super) lines: Vec<String>,
}

/// The sum of all checks. Before grades are published, nothing is told from which follows how a check
/// ended that is hidden from this reader: then it is the sum of the others, without what lateness and
/// the like make of it.
pub(super) fn sum(graded: &Graded, audience: Audience) -> Sum {
    let grade = &graded.grade;
    let shown = || {
        grade
            .checks
            .iter()
            .filter(|check| check.visibility.is_shown(audience))
    };
    // Once grades are published the learner's platform says the whole anyway.
    let is_whole =
        audience == Audience::Learner(Stage::Published) || shown().count() == grade.checks.len();
    match (is_whole, &grade.withheld) {
        (true, withheld) => Sum {
            points: withheld.is_none().then_some(grade.points),
            out_of: grade.out_of,
            lines: [score_line(graded)]
                .into_iter()
                .chain(steps(graded))
                .collect(),
        },
        // The reason may be a hidden check.
        (false, Some(_)) => Sum {
            points: None,
            out_of: shown().map(|check| check.out_of).sum(),
            lines: vec!["No grade yet: an instructor looks at it first".to_owned()],
        },
        (false, None) => {
            let points: Fraction = shown().map(|check| check.points).sum();
            let out_of = shown().map(|check| check.out_of).sum();
            Sum {
                points: Some(points),
                out_of,
                lines: vec![format!(
                    "Checks that can be seen now: {points} of {out_of} points"
                )],
            }
        }
    }
}

/// What became of the sum, in lines: scale, lateness, overrides, what is withheld.
pub(super) fn steps(graded: &Graded) -> Vec<String> {
    let steps = graded.grade.steps.iter();
    let mut lines: Vec<String> = steps
        .map(|step| {
            let why = visible(&step.why);
            format!("{why} ({} -> {})", step.from, step.to)
        })
        .collect();
    if let Some(why) = &graded.grade.withheld {
        lines.push(format!("no grade yet: {}", visible(why)));
    }
    lines
}

/// `Score: 7.5/10`, or what stands in its place.
fn score_line(graded: &Graded) -> String {
    let grade = &graded.grade;
    match &grade.withheld {
        None => format!("Score: {}/{}", grade.points, grade.out_of),
        Some(_) => format!("Score: withheld, at most {}", grade.out_of),
    }
}

/// The name of a verdict; that of an open one is `unknown`.
pub(super) fn status(row: &Row) -> &'static str {
    match row.verdict {
        None => "hidden",
        Some(_) if row.is_open => "unknown",
        Some(Verdict::Pass) => "pass",
        Some(Verdict::Fail) => "fail",
        Some(Verdict::Skipped) => "skipped",
        Some(Verdict::Unknown) => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::super::{hostile, *};
    use super::*;
    use crate::model::gradebook::{Entry, Outcome, Release};

    /// What a learner is shown in each format.
    fn told(entry: &Entry, stage: Stage) -> Vec<String> {
        let audience = Audience::Learner(stage);
        let graded = entry.graded().unwrap();
        vec![
            autolab(graded, "p", audience),
            prairielearn(entry, audience),
            classroom50(entry, &Release::default(), audience).unwrap_or_default(),
            junit(graded, audience),
            annotations(graded, audience),
            job_summary(graded, audience),
            feedback_markdown(entry, stage),
        ]
    }

    #[test]
    fn how_a_hidden_check_ended_follows_from_no_format() {
        let told = |change: &dyn Fn(&mut Graded), stage| {
            let mut entry = hostile::book().entries.swap_remove(0);
            if let Outcome::Graded(graded) = &mut entry.outcome {
                change(graded);
            }
            told(&entry, stage)
        };
        let secret = hostile::graded().card.checks;
        let secret = secret
            .iter()
            .position(|check| check.id == "secret")
            .unwrap();
        let passes = |_: &mut Graded| {};
        let fails = |graded: &mut Graded| {
            let check = &mut graded.grade.checks[secret];
            let of = std::mem::replace(&mut check.points, Fraction::ZERO);
            graded.grade.points = graded.grade.points - of;
            graded.card.checks[secret].verdict = Verdict::Fail;
        };
        for stage in [Stage::Open, Stage::Due] {
            assert_eq!(told(&passes, stage), told(&fails, stage));
        }
        let [before, after] = [
            told(&passes, Stage::Published),
            told(&fails, Stage::Published),
        ];
        assert!(
            before
                .iter()
                .zip(&after)
                .any(|(before, after)| before != after)
        );
        assert!(!before.concat().contains("secret holds"));
        // Not why there is no grade, either.
        let withheld = |graded: &mut Graded| {
            graded.grade.withheld = Some("could not be decided: secret".to_owned());
        };
        assert!(!told(&withheld, Stage::Open).concat().contains("secret"));
    }
}
