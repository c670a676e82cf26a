//! Models to try things on.

use crate::bench::verdict;
use crate::model::score::Site;
use crate::model::{Evidence, Finding, Verdict};

use super::super::which;
use super::model::Model;
use super::source::Excerpt;

/// Of the lab durable-log, of which nothing is known.
pub(super) fn model() -> Model {
    let meant = which::named("process/durable-log").unwrap();
    Model::new(meant, "process/durable-log".to_owned(), 7)
}

fn blank(nth: usize, verdict: Verdict) -> Finding {
    let meant = model().meant;
    let check = &meant.lab.checks[nth];
    let mut finding = verdict::blank(meant.lesson.slug, check, verdict, "");
    if verdict == Verdict::Pass {
        finding.points = finding.max_points;
    }
    finding
}

pub(super) fn passing(nth: usize) -> Finding {
    blank(nth, Verdict::Pass)
}

/// With all that a failure can have.
pub(super) fn failing(nth: usize) -> Finding {
    let event = |event, text: &str, line| Evidence {
        run: 1,
        event,
        text: text.to_owned(),
        task: Some(2),
        site: Some(Site {
            file: "main.c".to_owned(),
            line,
            function: "main".to_owned(),
        }),
    };
    Finding {
        story: "SIGTERM just before each call that waits for input".to_owned(),
        why: "it had not ended 1.5 s after SIGTERM".to_owned(),
        hint: "What could the handler leave behind?".to_owned(),
        see: "strace -f ./main /tmp/records.log".to_owned(),
        evidence: vec![
            event(66, "2 --- SIGTERM", 150),
            event(67, "2 read(0, 0x55db, 131072) = ?", 152),
        ],
        ..blank(nth, Verdict::Fail)
    }
}

/// With text that a terminal must not get as it is.
pub(super) fn hostile(nth: usize) -> Finding {
    let mut finding = failing(nth);
    let evil = "\x1b[2J\x1b]0;owned\x07 \u{202e}evil \u{9b}31m\r\n\tx";
    finding.story = evil.to_owned();
    finding.why = format!("{evil}\n{evil}");
    finding.hint = evil.to_owned();
    finding.see = evil.to_owned();
    finding.teaches = evil.to_owned();
    finding.claim = evil.to_owned();
    for event in &mut finding.evidence {
        event.text = evil.to_owned();
        event.site = Some(Site {
            file: evil.to_owned(),
            line: 1,
            function: evil.to_owned(),
        });
    }
    finding
}

/// Some lines of a program.
pub(super) fn excerpt() -> Excerpt {
    let lines = [
        "    while (!stop) {",
        "\tgot = read(0, input, size);",
        "    }",
    ];
    Excerpt {
        file: "main.c".to_owned(),
        marked: 152,
        lines: (151..).zip(lines.map(str::to_owned)).collect(),
    }
}
