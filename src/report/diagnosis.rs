//! What a machine can do, what it lacks, and what to do next: for people, and as JSON.

use std::fmt::Write as _;

use serde::Serialize;

use crate::ui::{Look, Tone, padded, visible};

/// Version of the JSON form of [`Diagnosis`].
pub const DIAGNOSIS_SCHEMA_VERSION: u32 = 1;

/// What is known of a machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// [`DIAGNOSIS_SCHEMA_VERSION`].
    pub schema: u32,
    /// What to do, in this order.
    pub steps: Vec<ToDo>,
    /// What works of each lesson, in teaching order.
    pub lessons: Vec<LessonHere>,
    /// The languages that programs can be written in here, of those that labs have starters in.
    pub languages: Vec<&'static str>,
    /// What the system calls itself.
    pub system: String,
    /// Kernel and processor.
    pub kernel: String,
    /// What traces.
    pub tracer: String,
    /// `full`, `partial` or `none`.
    pub confinement: String,
    /// What that consists of, or why it is no more.
    pub confinement_detail: Vec<String>,
    /// What checks can use, and what not.
    pub capabilities: Vec<CapabilityHere>,
    /// What was found, piece by piece.
    pub found: Vec<Found>,
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ToDo {
    /// What for.
    pub goal: String,
    /// Why, or where it is to be done.
    pub why: String,
    /// What to type.
    pub commands: Vec<String>,
}

/// What works of a lesson.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LessonHere {
    /// Its name on the command line.
    pub slug: &'static str,
    /// Whether its trace exercises can be made.
    pub can_trace: bool,
    /// Its labs.
    pub labs: Vec<LabHere>,
    /// What all its labs need and this machine has not; empty if there is nothing.
    pub lacks: String,
}

/// How much of a lab can be checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LabHere {
    /// Its name on the command line.
    pub slug: &'static str,
    /// How many checks it has.
    pub checks: usize,
    /// How many of them can be made.
    pub possible: usize,
    /// What the others lack: names of capabilities.
    pub lacks: Vec<&'static str>,
}

/// Something that checks can use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CapabilityHere {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub purpose: &'static str,
    /// Whether it is there.
    pub is_there: bool,
}

/// What was found of one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// What was asked.
    pub name: &'static str,
    /// The answer.
    pub standing: Health,
    /// The answer in words.
    pub found: String,
    /// What could be done about it; empty if nothing needs to be.
    pub advice: String,
}

/// How good an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// As it should be.
    Good,
    /// Works, with less than could be; or is not needed by all.
    Weak,
    /// Does not work.
    Missing,
    /// For information.
    Note,
}

impl Health {
    fn mark(self) -> (&'static str, Tone) {
        match self {
            Self::Good => ("✓", Tone::Good),
            Self::Weak => ("-", Tone::Odd),
            Self::Missing => ("✗", Tone::Bad),
            Self::Note => (" ", Tone::Good),
        }
    }
}

impl LessonHere {
    /// How it stands, and that in words.
    fn told(&self) -> (Health, String) {
        let all = self.labs.len();
        let whole = self.labs.iter().filter(|lab| lab.lacks.is_empty());
        let whole = whole.count();
        let mut words = match (whole == all, whole) {
            (true, 1) => "1 lab".to_owned(),
            (true, _) => format!("{all} labs"),
            (false, 0) => format!("no lab in full: lacks {}", self.all_lacks().join(", ")),
            (false, _) => {
                let partly = self.labs.iter().filter(|lab| !lab.lacks.is_empty());
                let partly: Vec<String> = partly.map(LabHere::told).collect();
                format!("{whole} of {all} labs; {}", partly.join("; "))
            }
        };
        if !self.can_trace {
            words.push_str("; no trace exercises");
        }
        if !self.lacks.is_empty() {
            write!(words, "; but {}", visible(&self.lacks)).expect("a string takes it");
        }
        let health = match (whole == all && self.can_trace, whole) {
            (true, _) if self.lacks.is_empty() => Health::Good,
            (false, 0) => Health::Missing,
            _ => Health::Weak,
        };
        (health, words)
    }

    /// What any of its labs lacks, each once.
    fn all_lacks(&self) -> Vec<&'static str> {
        let mut lacks = Vec::new();
        for one in self.labs.iter().flat_map(|lab| &lab.lacks) {
            if !lacks.contains(one) {
                lacks.push(*one);
            }
        }
        lacks
    }
}

impl LabHere {
    fn told(&self) -> String {
        let lacks = self.lacks.join(", ");
        match self.possible {
            0 => format!("{} lacks {lacks}", self.slug),
            possible => format!(
                "{}: {possible} of {} checks, the others lack {lacks}",
                self.slug, self.checks
            ),
        }
    }
}

/// As JSON.
pub fn diagnosis_json(diagnosis: &Diagnosis) -> String {
    let json = serde_json::to_string_pretty(diagnosis);
    json.expect("keys are strings, and nothing else can fail") + "\n"
}

/// For people: what to do, what works, what was found.
pub fn diagnosis(diagnosis: &Diagnosis, look: Look) -> String {
    let mut out = steps(&diagnosis.steps, look);
    out.push_str(&heading("What works here", look));
    out.push_str("  Texts and demos do; a demo says what it cannot show.\n");
    line(&mut out, &written_in(&diagnosis.languages));
    for lesson in &diagnosis.lessons {
        let (health, words) = lesson.told();
        row(&mut out, look, health, (lesson.slug, 9), &words);
    }
    out.push_str(&heading("This machine", look));
    for (name, said) in [
        ("system", &diagnosis.system),
        ("kernel", &diagnosis.kernel),
        ("tracer", &diagnosis.tracer),
        ("confinement", &diagnosis.confinement),
    ] {
        let said = match said.is_empty() {
            true => "unknown".to_owned(),
            false => visible(said),
        };
        line(&mut out, &format!("  {}{said}", padded(name, 13)));
    }
    for detail in &diagnosis.confinement_detail {
        out.push_str(&look.wrap(15, 0, &visible(detail)));
    }
    out.push_str(&heading("What checks can use", look));
    for one in &diagnosis.capabilities {
        let health = match one.is_there {
            true => Health::Good,
            false => Health::Missing,
        };
        row(&mut out, look, health, (one.name, 11), one.purpose);
    }
    out.push_str(&heading("What was found", look));
    let widest = diagnosis.found.iter().map(|found| found.name.len()).max();
    let widest = widest.unwrap_or(0);
    for found in &diagnosis.found {
        row(
            &mut out,
            look,
            found.standing,
            (found.name, widest),
            &visible(&found.found),
        );
        if !found.advice.is_empty() {
            out.push_str(&look.wrap(widest + 6, 0, &visible(&found.advice)));
        }
    }
    out
}

/// What programs can be written in.
fn written_in(languages: &[&str]) -> String {
    match languages {
        [] => "  There is nothing yet that programs can be written in: see the steps.".to_owned(),
        some => format!("  Programs can be written in {}.", some.join(", ")),
    }
}

/// The steps, numbered; what is to be typed stands alone, and is not wrapped.
fn steps(steps: &[ToDo], look: Look) -> String {
    let mut out = format!("{}\n", look.paint(Tone::Strong, "What to do next"));
    for (step, number) in steps.iter().zip(1..) {
        let words = format!("{number}. {}: {}", step.goal, step.why);
        out.push_str(&look.wrap(2, 3, &visible(&words)));
        for command in &step.commands {
            line(
                &mut out,
                &format!("       {}", look.paint(Tone::Code, &visible(command))),
            );
        }
    }
    out
}

fn heading(text: &str, look: Look) -> String {
    format!("\n{}\n", look.paint(Tone::Strong, text))
}

/// A mark, a name in a column so wide, and words about it.
fn row(out: &mut String, look: Look, health: Health, name: (&str, usize), words: &str) {
    let (mark, tone) = health.mark();
    let name = padded(name.0, name.1);
    line(
        out,
        &format!("  {} {name}  {words}", look.paint(tone, mark)),
    );
}

fn line(out: &mut String, text: &str) {
    out.push_str(text.trim_end());
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lab(slug: &'static str, possible: usize, lacks: &[&'static str]) -> LabHere {
        LabHere {
            slug,
            checks: 10,
            possible,
            lacks: lacks.to_vec(),
        }
    }

    fn lesson(labs: Vec<LabHere>, lacks: &str) -> LessonHere {
        LessonHere {
            slug: "fds",
            can_trace: true,
            labs,
            lacks: lacks.to_owned(),
        }
    }

    #[test]
    fn a_lesson_says_how_much_of_it_works() {
        for (lesson, health, words) in [
            (
                lesson(vec![lab("a", 10, &[]), lab("b", 10, &[])], ""),
                Health::Good,
                "2 labs",
            ),
            (
                lesson(vec![lab("a", 10, &[]), lab("b", 0, &["rings"])], ""),
                Health::Weak,
                "1 of 2 labs; b lacks rings",
            ),
            (
                lesson(vec![lab("a", 10, &[]), lab("b", 9, &["memory"])], ""),
                Health::Weak,
                "1 of 2 labs; b: 9 of 10 checks, the others lack memory",
            ),
            (
                lesson(
                    vec![
                        lab("a", 0, &["events", "results"]),
                        lab("b", 0, &["events"]),
                    ],
                    "",
                ),
                Health::Missing,
                "no lab in full: lacks events, results",
            ),
            (
                lesson(vec![lab("a", 10, &[])], "no clang"),
                Health::Weak,
                "1 lab; but no clang",
            ),
        ] {
            assert_eq!(lesson.told(), (health, words.to_owned()));
        }
    }

    #[test]
    fn languages_are_named() {
        assert_eq!(
            written_in(&["Python", "C"]),
            "  Programs can be written in Python, C."
        );
        assert!(written_in(&[]).contains("nothing yet"));
    }

    #[test]
    fn steps_are_numbered_and_commands_stand_alone() {
        let todo = ToDo {
            goal: "Let programs be traced".into(),
            why: "kernel.yama.ptrace_scope is 2: only root may trace".into(),
            commands: vec!["sudo sysctl -p /etc/sysctl.d/90-syslab.conf".into()],
        };
        let look = Look {
            color: false,
            width: Some(50),
        };
        assert_eq!(
            steps(&[todo], look),
            "What to do next\n  \
             1. Let programs be traced:\n     \
             kernel.yama.ptrace_scope is 2: only root may\n     \
             trace\n       \
             sudo sysctl -p /etc/sysctl.d/90-syslab.conf\n"
        );
    }
}
