//! What no submission must get, and no learner must see.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::sandbox::Place;

/// What every student's seed is made from.
pub(super) const SEED: &str = "seed-of-the-course-e2b7";

/// What is found where: a name for each, and the text itself. The last two are in the lab's files.
const SECRETS: [(&str, &str); 6] = [
    ("token", "token-of-the-grader-5c81"),
    ("home", "password-of-the-grader-0d3f"),
    ("seed", SEED),
    ("neighbour", "source-of-a-neighbour-b64e"),
    ("reference", "reference-source-91c4"),
    ("hidden", "hidden-input-7f3a"),
];

/// The secret of this name.
pub(super) fn text(name: &str) -> &'static str {
    let secret = SECRETS.iter().find(|secret| secret.0 == name);
    secret.unwrap_or_else(|| panic!("{name} is no secret")).1
}

/// The secrets of a grader, in its home and its environment.
pub(super) struct Secrets {
    home: PathBuf,
}

impl Secrets {
    /// Puts them where people have them.
    pub(super) fn plant(place: &Place) -> Self {
        let home = place.path().join("home");
        for file in [
            ".netrc",
            ".ssh/id_ed25519",
            ".cargo/credentials.toml",
            "slurm.conf",
        ] {
            let path = home.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text("home")).unwrap();
        }
        place.give();
        Self { home }
    }

    /// The environment of whoever grades. What tools need of the real home is named.
    pub(super) fn put_into(&self, command: &mut Command) {
        if let Some(home) = std::env::var_os("HOME")
            && std::env::var_os("RUSTUP_HOME").is_none()
        {
            command.env("RUSTUP_HOME", Path::new(&home).join(".rustup"));
        }
        command
            .env("HOME", &self.home)
            .env("GRADER_TOKEN", text("token"));
    }

    /// No secret is in what was found, nor in what learners are given.
    pub(super) fn expect_kept(&self, place: &Place) {
        let run = place.path().join("run");
        let mut looked_at = 0;
        for file in files(&run.join("attempts")) {
            let found = fs::read_to_string(&file).unwrap();
            for name in ["token", "home", "seed", "neighbour", "reference"] {
                assert!(
                    !found.contains(text(name)),
                    "{name} is in {}",
                    file.display()
                );
            }
            looked_at += 1;
        }
        for format in ["feedback", "github", "prairielearn", "autolab"] {
            for file in files(&run.join("exports").join(format)) {
                let shown = fs::read_to_string(&file).unwrap();
                for (name, secret) in SECRETS {
                    assert!(!shown.contains(secret), "{name} is in {}", file.display());
                }
                looked_at += 1;
            }
        }
        assert!(looked_at > 200, "{looked_at} files were looked at");
    }
}

/// All files below a directory.
pub(super) fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let entry = entry.unwrap();
            match entry.file_type().unwrap().is_dir() {
                true => open.push(entry.path()),
                false => found.push(entry.path()),
            }
        }
    }
    found.sort();
    found
}
