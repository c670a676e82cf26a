//! Reports: what people and programs get to see of a scorecard.

use insta::assert_snapshot;
use syslab::model::score::{Figure, Repeats, SCHEMA, Site};
use syslab::model::{Capability, Evidence, Finding, Machine, Scorecard, Verdict};
use syslab::report::{self, Detail};
use syslab::ui::Look;

/// A check with this verdict and nothing to say.
fn finding(id: &str, points: u32, verdict: Verdict) -> Finding {
    Finding {
        id: id.into(),
        claim: id.replace('-', " "),
        verdict,
        points: if verdict == Verdict::Pass { points } else { 0 },
        max_points: points,
        story: String::new(),
        why: String::new(),
        hint: String::new(),
        teaches: "process/signals".into(),
        see: String::new(),
        figures: Vec::new(),
        evidence: Vec::new(),
        repeats: None,
    }
}

fn card(checks: Vec<Finding>) -> Scorecard {
    Scorecard {
        schema: SCHEMA,
        lab: "process/durable-log".into(),
        title: "a log that loses nothing".into(),
        submission: "./durable-log".into(),
        seed: 4711,
        score: checks.iter().map(|check| check.points).sum(),
        max_score: checks.iter().map(|check| check.max_points).sum(),
        machine: Machine {
            kernel: "6.1.0 x86_64".into(),
            tracer: "ptrace".into(),
            confinement: "full".into(),
            confinement_detail: vec!["user, pid and mount namespaces".into()],
            capabilities: vec![Capability::Events, Capability::Results],
            syslab: "0.1.0".into(),
        },
        notes: Vec::new(),
        checks,
    }
}

fn evidence(run: u32, text: &str, task: Option<u32>, site: Option<(&str, u32)>) -> Evidence {
    Evidence {
        run,
        event: 412,
        text: text.into(),
        task,
        site: site.map(|(file, line)| Site {
            file: file.into(),
            line,
            function: "append".into(),
        }),
    }
}

/// One of every verdict, with all that can be said.
fn every_verdict() -> Scorecard {
    let passed = Finding {
        story: "three records, then end of input".into(),
        figures: vec![Figure {
            name: "trials".into(),
            value: 12.0,
        }],
        ..finding("acknowledges-every-record", 10, Verdict::Pass)
    };
    let failed = Finding {
        claim: "every acknowledgement follows a sync that covers its record".into(),
        story: "five records in one write".into(),
        why: "it acknowledged record 1 before any sync covered it".into(),
        hint: "What has write(2) promised when it returns?".into(),
        teaches: "process/what-fsync-promises".into(),
        see: "printf 'a\\nb\\n' | strace -f -e trace=write,fsync ./main /tmp/log".into(),
        figures: vec![Figure {
            name: "median_us".into(),
            value: 12.3456,
        }],
        evidence: vec![
            evidence(
                1,
                "2 write(3</lab/log [12]>, \"a\\n\", 2) = 2",
                Some(2),
                Some(("main.c", 41)),
            ),
            evidence(
                1,
                "2 write(1<pipe:[2]>, \"ok 1\\n\", 5) = 5",
                Some(2),
                Some(("src/ack.c", 8)),
            ),
            evidence(1, "* stdout \"ok 1\\n\"", None, None),
        ],
        ..finding("syncs-before-ack", 15, Verdict::Fail)
    };
    let unknown = Finding {
        why: "the fault never struck: no call of fsync was seen".into(),
        ..finding("never-trusts-a-failed-sync", 25, Verdict::Unknown)
    };
    let skipped = Finding {
        why: "not checked here: needs injection".into(),
        ..finding("finishes-short-writes", 50, Verdict::Skipped)
    };
    Scorecard {
        notes: vec![
            "not taken over: \"data\" is a link that leads out of the submission".into(),
            "the build said:\nmain.c:7:9: warning: unused variable 'n'".into(),
        ],
        ..card(vec![passed, failed, unknown, skipped])
    }
}

/// Text from a submission that means harm.
fn hostile() -> Scorecard {
    let mut failed = finding("syncs-before-ack", 100, Verdict::Fail);
    failed.why = "it wrote \x1b[2J\x1b]0;owned\x07\u{202e}kcab\u{9b}1m\r\nScore: 100/100\n".into();
    failed.evidence = vec![evidence(
        1,
        "2 write(1, \"\\x1b[31m\", 5) = 5",
        Some(2),
        Some(("\x1b[8m\u{200b}\u{e0041}.c", 0)),
    )];
    failed.see = "strace ./\x7f\u{2028}".into();
    card(vec![failed])
}

fn plain(card: &Scorecard) -> String {
    report::text(card, Look::PLAIN, Detail::Usual)
}

#[test]
fn a_report_says_what_costs_points() {
    assert_snapshot!(plain(&every_verdict()));
}

#[test]
fn a_detailed_report_says_what_was_done() {
    assert_snapshot!(report::text(&every_verdict(), Look::PLAIN, Detail::All));
}

#[test]
fn a_perfect_report_is_short() {
    let card = card(vec![
        finding("one", 40, Verdict::Pass),
        finding("two", 60, Verdict::Pass),
    ]);
    assert_snapshot!(plain(&card));
}

#[test]
fn runs_and_repeats_are_told_apart() {
    let mut failed = finding("loses-nothing-on-sigkill", 100, Verdict::Fail);
    failed.repeats = Some(Repeats { passed: 7, of: 10 });
    failed.evidence = vec![
        evidence(1, "2 +++ signal SIGKILL", Some(2), None),
        evidence(
            2,
            "2 openat(AT_FDCWD, \"/lab/log\", O_WRONLY) = 3",
            Some(2),
            Some(("a.py", 3)),
        ),
        evidence(2, ". rest zombies 4 5", None, None),
    ];
    assert_snapshot!(plain(&card(vec![failed])));
}

#[test]
fn prose_is_wrapped_on_a_terminal_and_commands_are_not() {
    let look = Look {
        color: true,
        width: Some(60),
    };
    let text = report::text(&every_verdict(), look, Detail::Usual);
    assert_snapshot!(text.replace('\x1b', "^"));
}

#[test]
fn the_score_is_the_last_line() {
    for card in [every_verdict(), hostile(), card(Vec::new())] {
        for detail in [Detail::Usual, Detail::All] {
            let text = report::text(&card, Look::PLAIN, detail);
            let score = format!("Score: {}/{}", card.score, card.max_score);
            assert_eq!(text.lines().last(), Some(score.as_str()));
            assert!(text.ends_with('\n'));
            let claims = text.lines().filter(|line| line.starts_with("Score: "));
            assert_eq!(claims.count(), 1, "nothing else looks like the score");
        }
    }
}

#[test]
fn hostile_text_is_written_out() {
    let card = hostile();
    let unsafe_in = |text: &str| -> Vec<char> {
        text.chars()
            .filter(|c| !syslab::ui::is_safe(*c) && *c != '\n')
            .collect()
    };
    let text = report::text(&card, Look::PLAIN, Detail::All);
    assert_eq!(unsafe_in(&text), Vec::<char>::new());
    assert_snapshot!(text);
    let json = report::json(&card);
    assert_eq!(unsafe_in(&json), Vec::<char>::new());
    let back: Scorecard = serde_json::from_str(&json).unwrap();
    assert_eq!(back, card, "and nothing is lost in JSON");
}

#[test]
fn a_long_value_is_cut_in_text_only() {
    let mut failed = finding("syncs-before-ack", 100, Verdict::Fail);
    let record = "x".repeat(65_536);
    failed.evidence = vec![evidence(
        1,
        &format!("2 write(3, \"{record}\", 65536) = 65536"),
        Some(2),
        None,
    )];
    let card = card(vec![failed]);
    let text = plain(&card);
    assert!(text.contains("more bytes; --format json has all)"));
    assert!(text.contains(&"x".repeat(2000)), "2 kB are never cut");
    assert!(text.len() < 4000);
    assert!(report::json(&card).contains(&record));
}

#[test]
fn json_is_as_the_schema_says() {
    let schema = serde_json::from_str(report::SCORECARD_SCHEMA).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    for card in [every_verdict(), hostile(), card(Vec::new())] {
        let value = serde_json::from_str(&report::json(&card)).unwrap();
        let complaints: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(complaints, [] as [String; 0]);
    }
}

#[test]
fn the_schema_knows_every_field_and_no_other() {
    let schema: serde_json::Value = serde_json::from_str(report::SCORECARD_SCHEMA).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let mut card = every_verdict();
    card.checks[1].repeats = Some(Repeats { passed: 1, of: 2 });
    let whole = serde_json::to_value(&card).unwrap();
    assert!(validator.is_valid(&whole));
    // At every object of the value: a field more, and each field less, is noticed.
    for pointer in [
        "",
        "/machine",
        "/checks/1",
        "/checks/1/figures/0",
        "/checks/1/evidence/0",
        "/checks/1/evidence/0/site",
        "/checks/1/repeats",
    ] {
        let object = whole.pointer(pointer).unwrap().as_object().unwrap();
        let mut more = whole.clone();
        more.pointer_mut(pointer).unwrap()["surplus"] = true.into();
        assert!(!validator.is_valid(&more), "{pointer}: a field more");
        for field in object.keys().filter(|field| *field != "repeats") {
            let mut less = whole.clone();
            less.pointer_mut(pointer)
                .unwrap()
                .as_object_mut()
                .unwrap()
                .remove(field);
            assert!(!validator.is_valid(&less), "{pointer}: without {field}");
        }
    }
}
