//! A gradebook of people who want to be graded by what they write, for the tests of every format.

use crate::model::fraction::Fraction;
use crate::model::gradebook::{
    CheckGrade, Entry, GRADEBOOK_SCHEMA, Grade, GradeStep, Gradebook, Graded, Lateness, Outcome,
    Student, Visibility,
};
use crate::model::score::{Evidence, Finding, Machine, SCHEMA, Scorecard, Site, Verdict};

/// Escapes, workflow commands, a formula, markup, characters that XML and terminals forbid, fences.
pub(in crate::report) const TEXT: &str = "=cmd|'/c calc'!A1 \u{1b}[31m\u{1b}]0;t\u{7}\n::set-output name=grade::100\r\n\
    ::stop-commands::TOKEN\n::TOKEN::\n##[error]x\n<script>alert(1)</script> ]]>&\"' \u{0}\u{8}\u{b}\u{fffe}\u{ffff}\u{202e}\
    \n````\n# heading\n| a | ![x](http://e.org)\n{\"scores\": {\"x\": 100}}\u{9b}2J\u{2028}";

/// Nothing of [`TEXT`] that could do harm is in an output as it is.
pub(in crate::report) fn assert_harmless(output: &str) {
    for c in [
        '\u{1b}', '\u{7}', '\0', '\u{8}', '\u{b}', '\u{fffe}', '\u{ffff}', '\u{202e}', '\u{9b}',
        '\u{2028}',
    ] {
        assert!(!output.contains(c), "{c:?} in {output}");
    }
    for line in output.lines() {
        let line = line.trim_start();
        assert!(
            !line.starts_with("::set-output") && !line.starts_with("##["),
            "{line}"
        );
    }
}

fn finding(id: &str, verdict: Verdict, points: u32, max_points: u32) -> Finding {
    let said = if verdict == Verdict::Pass { "" } else { TEXT };
    Finding {
        id: id.to_owned(),
        claim: format!("{id} holds"),
        verdict,
        points,
        max_points,
        story: "500 children end at once".to_owned(),
        why: said.to_owned(),
        hint: said.to_owned(),
        teaches: "process/orphans".to_owned(),
        see: said.to_owned(),
        figures: Vec::new(),
        evidence: match verdict {
            Verdict::Fail => vec![Evidence {
                run: 1,
                event: 7,
                text: format!("write(1, {TEXT:?}, 3)"),
                task: Some(2),
                site: Some(Site {
                    file: format!("src/{TEXT},line=1::main.c"),
                    line: 41,
                    function: "main".to_owned(),
                }),
            }],
            _ => Vec::new(),
        },
        repeats: None,
    }
}

pub(in crate::report) fn card() -> Scorecard {
    let checks = vec![
        finding("runs", Verdict::Pass, 10, 10),
        finding("reaps", Verdict::Fail, 0, 10),
        finding("secret", Verdict::Pass, 10, 10),
        finding("rings", Verdict::Unknown, 0, 10),
    ];
    Scorecard {
        schema: SCHEMA,
        lab: "process/reaper".to_owned(),
        title: "a small init".to_owned(),
        submission: TEXT.to_owned(),
        seed: 7,
        score: 20,
        max_score: 40,
        machine: Machine::default(),
        notes: vec![TEXT.to_owned()],
        checks,
    }
}

/// 20/3 of 10 points: weighted, scaled, one check hidden.
pub(in crate::report) fn graded() -> Graded {
    let card = card();
    let third = Fraction::new(10, 3).unwrap();
    let checks = card.checks.iter().map(|finding| {
        let is_open = finding.verdict == Verdict::Unknown;
        CheckGrade {
            id: finding.id.clone(),
            visibility: match finding.id.as_str() {
                "secret" => Visibility::Hidden,
                _ => Visibility::Visible,
            },
            points: if finding.points > 0 {
                third
            } else {
                Fraction::ZERO
            },
            out_of: if is_open { Fraction::ZERO } else { third },
            is_open,
            overridden: None,
        }
    });
    let points = Fraction::new(20, 3).unwrap();
    let grade = Grade {
        checks: checks.collect(),
        steps: vec![GradeStep {
            why: TEXT.to_owned(),
            from: points,
            to: points,
        }],
        points,
        out_of: 10u32.into(),
        withheld: None,
    };
    Graded { card, grade }
}

/// One graded, one not graded, one withheld; one absent.
pub(in crate::report) fn book() -> Gradebook {
    let student = |id: &str, login: &str, name: &str| Student {
        id: id.to_owned(),
        login: login.to_owned(),
        name: name.to_owned(),
        ..Student::default()
    };
    let entry = |key: &str, student: Student, outcome| Entry {
        key: key.to_owned(),
        students: vec![student],
        group: None,
        late: Lateness::InTime,
        notes: vec![TEXT.to_owned()],
        outcome,
    };
    let mut withheld = graded();
    withheld.grade.withheld = Some("could not be decided: rings".to_owned());
    Gradebook {
        schema: GRADEBOOK_SCHEMA,
        course: "os".to_owned(),
        assignment: "lab7".to_owned(),
        lab: "process/reaper".to_owned(),
        out_of: 10u32.into(),
        entries: vec![
            entry(
                "ada",
                student("s1", "ada", "Lovelace, \"Ada\""),
                Outcome::Graded(Box::new(graded())),
            ),
            entry(
                "grace",
                student("s2", "grace", "Hopper, Grace"),
                Outcome::NotGraded {
                    because: format!("its archive is broken: {TEXT}"),
                },
            ),
            entry(
                "mallory",
                student("s3", "mallory", TEXT),
                Outcome::Graded(Box::new(withheld)),
            ),
        ],
        absent: vec![student("s4", "alan", "Turing, Alan")],
        notes: Vec::new(),
    }
}
