//! Labs are read as they are written, and what is wrong in them is named.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::claims::KINDS;
use super::lab::Written;
use super::source::Sources;
use super::template::FILES;
use super::{FILE, LoadError, load};
use crate::model::{Action, Capability, Form, Strike};

fn no_file(name: &str) -> Result<Vec<u8>, String> {
    Err(format!("names {name:?}, which cannot be read"))
}

fn parsed(text: &str) -> Result<Written, String> {
    Written::parse(text, &Sources::new(&no_file)).map_err(|problems| problems.to_string())
}

fn template() -> &'static str {
    FILES.iter().find(|file| file.path == FILE).unwrap().text
}

#[test]
fn the_template_is_a_lab() {
    let written = parsed(template()).unwrap();
    let ids: Vec<&str> = written
        .checks
        .iter()
        .map(|check| check.id.as_str())
        .collect();
    assert_eq!(ids, ["appends", "durable-first", "says-full-disk"]);
    let full = &written.checks[2].experiments[0];
    assert_eq!(full.runs[0].faults[0].action, Action::Error(libc::ENOSPC));
    let hint = &full.runs[0].claims[0].hint;
    assert_eq!(
        hint,
        "Which calls can say that the disk is full, and who listens?"
    );
    for check in &written.checks {
        let wrong = format!("wrong/{}/", check.id);
        assert!(
            FILES.iter().any(|file| file.path.starts_with(&wrong)),
            "{}",
            check.id
        );
    }
}

#[test]
fn every_problem_of_a_lab_is_named_by_line_and_key() {
    let text = r#"name = "Note"
titel = "a note"

[[check]]
id = "one"
claim = "it holds"
points = 0
teaches = "process/no-such-heading"

[[check]]
id = "one"
claim = ""
points = 50
[[check.experiment]]
story = "a story"
[[check.experiment]]
story = "another"
args = "a b"
files = [{ path = "/etc/a", content = "" }, { path = "/lab/b" }]
limits = { time_ms = 0, tiem_ms = 3 }
claims = [{ claim = "exits", status = 0, stauts = 1 }, { claim = "durable", path = "/lab/a", before = "now" }]
[[check.experiment]]
story = "a third"
run = [{ claims = [{ claim = "cost", times = 3, of_run = 2 }] }, { claims = [{ claim = "reaps" }] }]
"#;
    insta::assert_snapshot!(parsed(text).unwrap_err(), @r#"
    line 1: name must be small letters, digits and hyphens, a letter first
    line 1: title is missing
    line 2: titel is not a key that is known here
    line 4: check has 50 points in all, and not 100
    line 4: check[0].experiment is missing: a check has at least one [[check.experiment]]
    line 7: check[0].points must be a whole number from 1 on
    line 8: check[0].teaches must be LESSON/HEADING, as `syslab LESSON read HEADING` takes it
    line 11: check[1].id is the id of another check, too
    line 12: check[1].claim says nothing
    line 14: check[1].experiment[0].claims is missing: nothing must be so, and no program could fail
    line 18: check[1].experiment[1].args must be a list of texts: ["a", "b"]
    line 19: check[1].experiment[1].files[0].path must be the path of something below /lab: "/lab/NAME"
    line 19: check[1].experiment[1].files[1].content is missing, or one too many: a file has one of content, link and fifo = true
    line 20: check[1].experiment[1].limits.tiem_ms is not a key that is known here
    line 20: check[1].experiment[1].limits.time_ms must be more than 0: nothing would get done
    line 21: check[1].experiment[1].claims[0].stauts is not a key that is known here
    line 21: check[1].experiment[1].claims[1].before must be "stdout" or "exit"
    line 22: check[1].experiment[2].claims has a cost of_run that is no earlier run: they are counted from 1
    line 24: check[1].experiment[2].run[1].claims has reaps, which takes a step "zombies"
    "#);
}

#[test]
fn a_check_without_a_claim_is_refused() {
    let text = "name = \"a\"\ntitle = \"b\"\n[[check]]\nid = \"c\"\nclaim = \"d\"\npoints = 100\n\
                [[check.experiment]]\nstory = \"e\"\n";
    let says = parsed(text).unwrap_err();
    assert!(
        says.contains("check[0].experiment[0].claims is missing"),
        "{says}"
    );
    let says = parsed("name = \"a\"\ntitle = \"b\"\n").unwrap_err();
    assert!(says.contains("check is missing"), "{says}");
}

#[test]
fn runs_are_read_with_all_that_they_have() {
    let text = r#"
name = "a"
title = "b"
[[check]]
id = "c"
claim = "d"
points = 100
[[check.experiment]]
story = "killed at every write, and started again"
files = [{ path = "/lab/fifo", fifo = true }, { path = "/lab/link", link = "fifo" }, { path = "/lab/x", content = [{ text = "{n}", times = 3 }], mode = "0600" }]
sweep = { calls = ["write"], strikes = ["kill"] }
[[check.experiment.run]]
args = ["/lab/x"]
env = { LANG = "C" }
terminal = true
limits = { time_ms = 5000, descriptors = 20 }
[[check.experiment.run]]
steps = [{ send = "a\n" }, "rest", { signal = "SIGTERM" }]
claims = [{ claim = "exits", status = 0 }]
"#;
    let written = parsed(text).unwrap();
    let experiment = &written.checks[0].experiments[0];
    assert_eq!(experiment.files[2].content, b"012");
    assert_eq!(experiment.files[2].mode, Some(0o600));
    assert_eq!(
        experiment.sweep.as_ref().unwrap().strikes,
        [Strike::KillTree]
    );
    let [first, second] = &experiment.runs[..] else {
        panic!("two runs");
    };
    assert!(first.has_terminal && first.watch.is_empty());
    assert_eq!(
        (first.limits.time_ms, first.limits.files),
        (5000, (20, 1024))
    );
    assert_eq!(first.env, [("LANG".to_owned(), "C".to_owned())]);
    assert_eq!((second.steps.len(), second.watch.len()), (3, 1));
}

#[test]
fn a_lab_is_loaded_with_the_files_beside_it() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join(FILE);
    let text = |name: &str| {
        template().replacen(
            "stdin = \"buy milk\\n\"",
            &format!("stdin = {{ file = {name:?} }}"),
            1,
        )
    };
    fs::write(&file, text("milk")).unwrap();
    let says = load(&file).unwrap_err().to_string();
    assert!(says.contains("lab.toml:16: check[0].experiment[0].stdin names the file \"milk\", which cannot be read"), "{says}");
    fs::write(dir.path().join("milk"), "buy milk\n").unwrap();
    let lab = load(&file).unwrap();
    assert_eq!((lab.slug, lab.checks.len()), ("note", 3));
    assert_eq!(lab.checks[0].needs, Capability::OBSERVING);
    assert_eq!(lab.checks[2].needs, Capability::INJECTING);
    assert!(matches!(lab.form, Form::Written(_)));
    assert_eq!(lab.experiments(0, 1), lab.experiments(0, 2));
    assert_eq!(lab.experiments(0, 1).len(), 2);
    for outside in ["../milk", "/etc/passwd", ".", ""] {
        fs::write(&file, text(outside)).unwrap();
        let says = load(&file).unwrap_err().to_string();
        assert!(says.contains("not below the lab's directory"), "{says}");
    }
    fs::write(&file, b"\xff").unwrap();
    assert!(matches!(load(&file), Err(LoadError::Read { .. })));
    assert!(matches!(load(dir.path()), Err(LoadError::Read { .. })));
    assert!(matches!(
        load(&dir.path().join("none")),
        Err(LoadError::Read { .. })
    ));
}

/// The reference: every claim has a heading of its name, and its examples are read.
#[test]
fn the_reference_has_every_claim_with_an_example_that_works() {
    let page =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("labs/CUSTOM.md")).unwrap();
    let documented: BTreeSet<&str> = (page.lines())
        .filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`'))
        .collect();
    let known: BTreeSet<&str> = KINDS.iter().map(|(name, _)| *name).collect();
    assert_eq!(documented, known);
    let mut shown = BTreeSet::new();
    for example in page.split("```toml\n").skip(1) {
        let example = example.split("```").next().unwrap();
        // An example is a whole lab, or goes into an experiment of one.
        let whole = match example.contains("[[check]]") {
            true => example.to_owned(),
            false => format!(
                "name = \"a\"\ntitle = \"b\"\n[[check]]\nid = \"c\"\nclaim = \"d\"\npoints = 100\n\
                 [[check.experiment]]\nstory = \"e\"\n{example}{}",
                match example.contains("claims = [") {
                    true => "",
                    false => "claims = [{ claim = \"exits\", status = 0 }]\n",
                }
            ),
        };
        parsed(&whole).unwrap_or_else(|says| panic!("{says}\nin\n{whole}"));
        shown.extend(
            known
                .iter()
                .filter(|name| example.contains(&format!("claim = \"{name}\""))),
        );
    }
    assert_eq!(shown, known, "every claim has an example");
    assert!(
        page.contains(template()),
        "the template stands in the reference as it is"
    );
}

mod hostile {
    use proptest::prelude::*;

    use super::{parsed, template};

    proptest! {
        #[test]
        fn no_text_breaks_it(
            text in any::<String>(),
            lines in proptest::collection::vec("(check|experiment|run|claims?|calls|steps|\\[|\\]|\\.|=|1|\"|\n|\\{|\\}){0,12}", 0..8),
            cut in any::<prop::sample::Index>(),
            put in "[\\[\\]{}\"=,.0-9a-z \n-]{0,6}",
        ) {
            let _ = parsed(&text);
            let _ = parsed(&lines.join("\n"));
            // Looking for headings is slow.
            let lab = template().replace("teaches", "hint");
            let at = cut.index(lab.len());
            if lab.is_char_boundary(at) {
                let _ = parsed(&format!("{}{put}{}", &lab[..at], &lab[at..]));
            }
        }
    }
}
