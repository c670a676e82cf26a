//! A class of hostile submissions is graded: each is stopped or harmless, and the run goes on; as root
//! and as an ordinary user.
//!
//! What they try lies in `tests/attacks`; what of it must be seen, in its `attacks.toml`. What a box
//! holds by itself is tested in `sandbox.rs`, what an archive may do in the intake.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod class;
mod listed;
mod naive;
mod outputs;
mod recipes;
mod secrets;
mod traces;

use std::collections::BTreeMap;
use std::process::{Command, Output};

use serde_json::Value;
use syslab::exit;

use crate::sandbox::{Place, bare_places};
use class::Class;
use listed::{Attack, kinds};
use secrets::Secrets;
use traces::Traces;

/// The options of a run, beside where things are.
const OPTIONS: [&str; 6] = [
    "-j",
    "2",
    "--seed",
    secrets::SEED,
    "--policy",
    "course.toml",
];

/// What grades a class in a place, as its user.
struct Grader<'a> {
    place: &'a Place,
    secrets: &'a Secrets,
}

impl Grader<'_> {
    fn syslab(&self, args: &[&str]) -> Command {
        let mut command = self.place.syslab();
        command.current_dir(self.place.path()).args(args);
        self.secrets.put_into(&mut command);
        command
    }

    /// What it says on both streams; it ends with one of these codes.
    fn said(&self, args: &[&str], codes: &[u8]) -> (String, String) {
        let Output {
            status,
            stdout,
            stderr,
        } = self.syslab(args).output().unwrap();
        let said = [stdout, stderr].map(|text| String::from_utf8(text).unwrap());
        let code = status.code().and_then(|code| u8::try_from(code).ok());
        assert!(
            code.is_some_and(|code| codes.contains(&code)),
            "{args:?} ended with {status}: {said:?}"
        );
        said.into()
    }
}

#[test]
fn hostile_submissions_get_what_they_are_worth_and_nothing_else() {
    for place in bare_places() {
        let traces = Traces::watch(&place);
        let secrets = Secrets::plant(&place);
        let attacks = attempted(&place, &secrets);
        let class = Class::hand_in(&place, &attacks, &traces);
        let grader = Grader {
            place: &place,
            secrets: &secrets,
        };
        let mut grade = vec!["grade", "class", "--lab", "lab", "-o", "run"];
        grade.extend(["--roster", "roster.csv"]);
        grade.extend(OPTIONS);
        let (status, remarks) = grader.said(&grade, &[exit::INSTRUCTOR]);
        assert!(status.contains("canaries    5 as expected"), "{status}");
        assert!(!status.contains("withheld"), "{status}");
        class.expect_left_out(&remarks);
        outputs::expect_plain("status", &status);
        outputs::expect_plain("remarks", &remarks);

        let mut collect = vec!["grade", "collect", "run"];
        for format in outputs::FORMATS {
            collect.extend(["--format", format]);
        }
        grader.said(&collect, &[exit::INSTRUCTOR]);
        let book = outputs::book(&place);
        expect_points(&book, &attacks, &class);
        // Those that want to be obeyed.
        let speak = |attack: &&Attack| {
            let begins = ["escapes-", "lies-", "makefile-"];
            begins.iter().any(|begin| attack.name.starts_with(begin))
        };
        for attack in attacks.iter().filter(speak) {
            let explain = ["grade", "explain", "run", attack.name.as_str()];
            let (text, errors) =
                grader.said(&explain, &[exit::DONE, exit::USAGE, exit::INSTRUCTOR]);
            outputs::expect_plain(&attack.name, &(text + &errors));
        }
        outputs::expect_harmless(&place);
        secrets.expect_kept(&place);
        traces.expect_none(&place);
    }
}

/// The attacks that can be tried here; says which cannot.
fn attempted(place: &Place, secrets: &Secrets) -> Vec<Attack> {
    let attacks = kinds().into_iter().flat_map(|kind| kind.attacks);
    let can_try = |attack: &Attack| {
        let Some(tool) = &attack.needs else {
            return true;
        };
        let mut command = place.command(tool);
        command.arg("--version");
        secrets.put_into(&mut command);
        let is_there = command.output().is_ok_and(|said| said.status.success());
        if !is_there {
            println!(
                "skipped: no {tool} for {:?}, so nobody attacks by it",
                place.user
            );
        }
        is_there
    };
    attacks.filter(can_try).collect()
}

/// Everybody has the points that are deserved, and what is said of each shows what it tried.
fn expect_points(book: &Value, attacks: &[Attack], class: &Class) {
    let entries: BTreeMap<&str, &Value> = (book["entries"].as_array().unwrap().iter())
        .map(|entry| (entry["key"].as_str().unwrap(), entry))
        .collect();
    let points = |entry: &Value| entry["outcome"]["graded"]["grade"]["points"].clone();
    for attack in attacks {
        let entry = entries[attack.name.as_str()];
        let found = points(entry);
        let expected = match attack.points {
            Some(points) => Value::from(format!("{points}/1")),
            None => Value::Null,
        };
        assert_eq!(found, expected, "{}: {entry:#}", attack.name);
        let said = outputs::strings(entry);
        for seen in &attack.seen {
            assert!(said.contains(seen), "{}: {seen:?} in {said}", attack.name);
        }
    }
    for (control, deserved) in class::CONTROLS {
        let found = points(entries[control]);
        assert_eq!(found, Value::from(format!("{deserved}/1")), "{control}");
    }
    // Whatever one is called.
    let whole = Value::from("100/1");
    let others: Vec<&&Value> = (entries.iter())
        .filter(|(key, _)| !attacks.iter().any(|attack| attack.name == **key))
        .filter(|(key, _)| !class::CONTROLS.iter().any(|control| control.0 == **key))
        .map(|(_, entry)| entry)
        .collect();
    assert_eq!(others.len(), class.named, "{:?}", entries.keys());
    for entry in others {
        assert_eq!(points(entry), whole, "{entry:#}");
    }
}

/// The same, where nothing stops them: an attack that would get nothing anyway shows nothing.
#[test]
fn attacks_get_what_they_want_where_nothing_stops_them() {
    for place in bare_places() {
        let traces = Traces::watch(&place);
        let secrets = Secrets::plant(&place);
        let mut attacks = attempted(&place, &secrets);
        attacks.retain(|attack| attack.loot.is_some());
        Class::hand_in(&place, &attacks, &traces);
        let mut tried = 0;
        for attack in &attacks {
            let loot = attack.loot.as_deref().unwrap();
            let got = naive::run(&place, attack, &secrets);
            let is_had = match loot {
                "told" => traces.was_told(),
                "report" => got.lines().any(|line| line == "Score: 100/100"),
                "command" => got.lines().any(|line| line.starts_with("::set-output")),
                secret => got.contains(secrets::text(secret)),
            };
            assert!(is_had, "{} did not get {loot}: {got}", attack.name);
            tried += 1;
        }
        assert!(tried >= 7, "{tried} attacks were tried");
    }
}

#[test]
fn the_security_policy_has_every_kind_of_attack() {
    let text = include_str!("../../SECURITY.md");
    let rows: String = kinds().iter().map(listed::Kind::row).collect();
    assert!(
        text.contains(&rows),
        "SECURITY.md lacks these rows:\n{rows}"
    );
    let count: usize = kinds().iter().map(|kind| kind.attacks.len()).sum();
    assert!(count >= 30, "{count} attacks");
}
