//! The class: attacks, controls, and students whose names want to be more than names.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::listed::{Attack, directory};
use super::recipes;
use super::secrets;
use super::traces::Traces;
use crate::sandbox::Place;

/// Submissions whose points are known beforehand.
pub(super) const CONTROLS: [(&str, u64); 4] =
    [("ada", 100), ("starter", 0), ("counts", 0), ("prints", 70)];

/// Directories of students who hand in what is right. Only names that a directory can have.
const NAMES: [&str; 14] = [
    "=cmd|' -C calc'!A1",
    "@SUM(1+1)",
    "<script>alert('mallory')<script>",
    "::set-output name=grade::100",
    "-rf",
    "--help",
    "...",
    "a,b;c\"d'",
    "$(touch x)`touch x`",
    "%s%n",
    "canary:solution|python",
    "reference:python",
    "results",
    "status",
];

/// Names that deceive who reads them: nobody's submission, and said to be so.
const REFUSED: [&str; 4] = [
    "\u{1b}[2J\u{1b}]0;owned\u{7}",
    "eve\n::set-output name=grade::100",
    "eve\u{202e}ada",
    "eve\u{9b}2J",
];

/// A class in a place.
pub(super) struct Class {
    /// How many hand in what is right under a hostile name.
    pub(super) named: usize,
}

impl Class {
    /// Makes `class`, `lab`, `roster.csv` and `course.toml`.
    pub(super) fn hand_in(place: &Place, attacks: &[Attack], traces: &Traces) -> Self {
        let here = Here::of(place, traces);
        let lab = directory().join("lab");
        here.copy(&lab, &place.path().join("lab"));
        let class = place.path().join("class");
        let solution = lab.join("solution/python");
        here.copy(&solution, &class.join("ada"));
        let source = fs::read_to_string(solution.join("main.py")).unwrap();
        let neighbour = secrets::text("neighbour");
        let text = source.replace(secrets::text("reference"), neighbour);
        assert!(text.contains(neighbour));
        fs::write(class.join("ada/main.py"), text).unwrap();
        here.copy(&lab.join("starter/python"), &class.join("starter"));
        here.copy(&lab.join("wrong/adds/counts"), &class.join("counts"));
        here.copy(&lab.join("wrong/saves/prints"), &class.join("prints"));
        for attack in attacks {
            let target = class.join(&attack.name);
            match attack.files() {
                Some(files) => here.copy(&files, &target),
                None => recipes::make(&attack.name, &target, &solution),
            }
        }
        let long = "x".repeat(255);
        let names = NAMES.iter().copied().chain([long.as_str()]);
        for name in names.clone().chain(REFUSED) {
            here.copy(&solution, &class.join(name));
        }
        fs::write(place.path().join("course.toml"), POLICY).unwrap();
        fs::write(place.path().join("roster.csv"), roster()).unwrap();
        place.give();
        Self {
            named: names.count(),
        }
    }

    /// Whoever has a name that deceives is left out, and named so that nobody is deceived.
    pub(super) fn expect_left_out(&self, remarks: &str) {
        for shown in [
            "\\x1b[2J",
            "eve\\n::set-output",
            "eve\\u{202e}ada",
            "eve\\u{9b}2J",
        ] {
            assert!(remarks.contains(shown), "{shown}: {remarks}");
        }
    }
}

/// The hidden check is hidden.
const POLICY: &str = "[checks.skips-words]\nvisibility = \"hidden\"\n";

/// People whose names are hostile; one of them is absent.
fn roster() -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for record in [
        ["id", "name"],
        ["ada", "=HYPERLINK(\"http://192.0.2.1\",\"x\")"],
        ["starter", "</script><script>alert('mallory')</script>"],
        ["-rf", "::set-output name=grade::100\n::error::x"],
        ["../../x", "\u{1b}[2J\u{202e}]]>&mallory;"],
    ] {
        writer.write_record(record).unwrap();
    }
    writer.into_inner().unwrap()
}

/// What attacks know of where they are: more than any student does.
struct Here(Vec<(&'static str, String)>);

impl Here {
    fn of(place: &Place, traces: &Traces) -> Self {
        let at = |name: &str| place.path().join(name).to_str().unwrap().to_owned();
        Self(vec![
            ("@HOME@", at("home")),
            ("@CLASS@", at("class")),
            ("@RUN@", at("run")),
            ("@LAB@", at("lab")),
            ("@PORT@", traces.port().to_string()),
            ("@PID@", traces.victim().to_string()),
            ("@MARK@", traces.mark().to_owned()),
        ])
    }

    /// Copies files, with what they know of where they are.
    fn copy(&self, from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let target: PathBuf = to.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                self.copy(&entry.path(), &target);
                continue;
            }
            let mut text = fs::read_to_string(entry.path()).unwrap();
            for (name, value) in &self.0 {
                text = text.replace(name, value);
            }
            fs::write(&target, text).unwrap();
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            fs::set_permissions(&target, fs::Permissions::from_mode(mode)).unwrap();
        }
    }
}
