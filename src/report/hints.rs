//! Hints about a failed check, one step after the other: a question, the heading to read, and what to
//! look for in the trace. None gives the answer.

use crate::model::{Evidence, Finding};
use crate::ui::{shortened, visible};

/// A step: what to do, and with what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HintStep {
    /// What to do: `think`, `read`, `look`.
    pub label: &'static str,
    /// In lines; those of commands begin with `$ `.
    pub lines: Vec<String>,
}

/// The steps for a finding of a lab, `LESSON/LAB`; those that there is nothing for are left out.
pub fn hints(finding: &Finding, lab: &str) -> Vec<HintStep> {
    let think = match finding.hint.is_empty() {
        true => Vec::new(),
        false => vec![shown(&finding.hint)],
    };
    let read = match finding.teaches.is_empty() {
        true => Vec::new(),
        false => {
            let lesson = lab.split('/').next().unwrap_or(lab);
            let (lesson, heading) = finding
                .teaches
                .split_once('/')
                .unwrap_or((lesson, &finding.teaches));
            vec![format!(
                "$ syslab {} read {}",
                shown(lesson),
                shown(heading)
            )]
        }
    };
    [("think", think), ("read", read), ("look", look(finding))]
        .into_iter()
        .filter(|(_, lines)| !lines.is_empty())
        .map(|(label, lines)| HintStep { label, lines })
        .collect()
}

/// What to look for in the trace.
fn look(finding: &Finding) -> Vec<String> {
    let mut lines = Vec::new();
    if !finding.see.is_empty() {
        lines.push(format!("$ {}", shown(&finding.see)));
    }
    let question = match (finding.evidence.first(), finding.evidence.last()) {
        (Some(first), Some(last)) if first != last => format!(
            "In the trace, find {} and read on to {}. What is between the two that should not be, \
             or is not there and should?",
            named(first),
            named(last)
        ),
        (Some(only), _) => format!(
            "In the trace, find {}. What comes just before it, and what just after?",
            named(only)
        ),
        (None, _) if !finding.see.is_empty() => {
            "Read the trace from its end: what does the program do last, and what came of it?"
                .to_owned()
        }
        (None, _) => return lines,
    };
    lines.push(question);
    lines
}

/// An event, and where in the program it comes from.
fn named(event: &Evidence) -> String {
    let text = shown(&event.text);
    match &event.site {
        Some(site) if site.line > 0 => {
            format!("`{text}` ({}:{})", visible(&site.file), site.line)
        }
        _ => format!("`{text}`"),
    }
}

fn shown(text: &str) -> String {
    shortened(&visible(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Verdict;
    use crate::model::score::Site;

    fn finding() -> Finding {
        let event = |event, text: &str, line| Evidence {
            run: 1,
            event,
            text: text.to_owned(),
            task: Some(2),
            site: Some(Site {
                file: "main.c".to_owned(),
                line,
                function: String::new(),
            }),
        };
        Finding {
            id: "stops".to_owned(),
            claim: "it stops".to_owned(),
            verdict: Verdict::Fail,
            points: 0,
            max_points: 10,
            story: String::new(),
            why: String::new(),
            hint: "What did the handler leave?".to_owned(),
            teaches: "process/the-gap".to_owned(),
            see: "strace -f ./main".to_owned(),
            figures: Vec::new(),
            evidence: vec![
                event(1, "2 --- SIGTERM", 7),
                event(2, "2 read(0\x1b[31m)", 9),
            ],
            repeats: None,
        }
    }

    #[test]
    fn a_question_then_the_text_then_the_trace() {
        let steps = hints(&finding(), "process/durable-log");
        let labels: Vec<&str> = steps.iter().map(|step| step.label).collect();
        assert_eq!(labels, ["think", "read", "look"]);
        assert_eq!(steps[1].lines, ["$ syslab process read the-gap"]);
        assert_eq!(
            steps[2].lines,
            [
                "$ strace -f ./main",
                "In the trace, find `2 --- SIGTERM` (main.c:7) and read on to \
                 `2 read(0\\x1b[31m)` (main.c:9). What is between the two that should not be, or is \
                 not there and should?",
            ]
        );
    }

    #[test]
    fn there_are_no_empty_steps() {
        let finding = Finding {
            hint: String::new(),
            teaches: String::new(),
            see: String::new(),
            evidence: Vec::new(),
            ..finding()
        };
        assert_eq!(hints(&finding, "process/durable-log"), []);
    }
}
