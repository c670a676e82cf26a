//! `tests/attacks/attacks.toml`: what is tried, and what must be seen.

use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

/// Attacks that are stopped by the same.
pub(super) struct Kind {
    pub(super) tries: String,
    stopped_by: String,
    pub(super) attacks: Vec<Attack>,
}

/// A hostile submission.
pub(super) struct Attack {
    pub(super) name: String,
    /// Of 100; `None` if it is not graded.
    pub(super) points: Option<u64>,
    /// Texts in what was found of it.
    pub(super) seen: Vec<String>,
    /// What it gets where nothing stops it.
    pub(super) loot: Option<String>,
    /// A tool without which it cannot try.
    pub(super) needs: Option<String>,
}

/// Where the submissions are.
pub(super) fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks")
}

/// All kinds of attacks.
pub(super) fn kinds() -> Vec<Kind> {
    let text = std::fs::read_to_string(directory().join("attacks.toml")).unwrap();
    let table = DeTable::parse(&text).unwrap();
    let kinds = list(table.get_ref(), "kind").map(|kind| Kind::of(kind.as_table().unwrap()));
    kinds.collect()
}

/// What is in a list; nothing, if it is not there.
fn list<'a>(table: &'a DeTable<'a>, key: &str) -> impl Iterator<Item = &'a DeValue<'a>> {
    let list = table
        .get(key)
        .map(|list| list.get_ref().as_array().unwrap());
    list.into_iter().flatten().map(|entry| entry.get_ref())
}

fn text(table: &DeTable<'_>, key: &str) -> Option<String> {
    let text = table.get(key)?.get_ref().as_str();
    Some(text.unwrap().to_owned())
}

impl Kind {
    fn of(table: &DeTable<'_>) -> Self {
        let attacks = list(table, "attack");
        Self {
            tries: text(table, "tries").unwrap(),
            stopped_by: text(table, "stopped_by").unwrap(),
            attacks: attacks
                .map(|attack| Attack::of(attack.as_table().unwrap()))
                .collect(),
        }
    }

    /// Its row in SECURITY.md.
    pub(super) fn row(&self) -> String {
        let names: Vec<String> = (self.attacks.iter())
            .map(|attack| format!("`{}`", attack.name))
            .collect();
        let (tries, stopped_by) = (&self.tries, &self.stopped_by);
        format!("| {tries} | {stopped_by} | {} |\n", names.join(" "))
    }
}

impl Attack {
    fn of(table: &DeTable<'_>) -> Self {
        const KEYS: [&str; 5] = ["name", "points", "seen", "loot", "needs"];
        for key in table.keys() {
            assert!(KEYS.contains(&key.get_ref().as_ref()), "{key:?}");
        }
        let points = table.get("points").map_or(Some(0), |points| {
            // -1, which is none, is not graded.
            points.get_ref().as_integer().unwrap().as_str().parse().ok()
        });
        Self {
            name: text(table, "name").unwrap(),
            points,
            seen: list(table, "seen")
                .map(|seen| seen.as_str().unwrap().to_owned())
                .collect(),
            loot: text(table, "loot"),
            needs: text(table, "needs"),
        }
    }

    /// Its files, if git has them.
    pub(super) fn files(&self) -> Option<PathBuf> {
        Some(directory().join(&self.name)).filter(|files| files.is_dir())
    }
}
