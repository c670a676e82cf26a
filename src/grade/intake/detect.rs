//! What a source is, from the names in it; said aloud, never guessed silently.

use std::collections::{BTreeMap, BTreeSet};

use super::layout::{canvas, moodle, unpacked_name};
use super::names::is_junk;
use crate::ui::visible;

/// How deep names are looked at.
const LOOKED_AT: usize = 5;

/// Where submissions come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A directory or an archive for every submission: also clones of repositories.
    Directories,
    /// Canvas' `submissions.zip`.
    Canvas,
    /// Moodle's "Download all submissions".
    Moodle,
    /// Gradescope's "Download Submissions".
    Gradescope,
    /// What `gh teacher download` of Classroom 50 makes: clones, and in each what was released.
    Classroom50,
}

impl Source {
    /// The one that is called so by `--from`: `dirs` (also `git`, `github`),
    /// `classroom50`, `canvas`, `moodle`, `gradescope`.
    pub fn of_name(name: &str) -> Option<Self> {
        match name {
            "dirs" | "git" | "github" => Some(Self::Directories),
            "classroom50" => Some(Self::Classroom50),
            "canvas" => Some(Self::Canvas),
            "moodle" => Some(Self::Moodle),
            "gradescope" => Some(Self::Gradescope),
            _ => None,
        }
    }

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Directories => "a directory or an archive for every submission",
            Self::Canvas => "submissions as Canvas packs them",
            Self::Moodle => "submissions as Moodle packs them",
            Self::Gradescope => "an export of Gradescope",
            Self::Classroom50 => "clones as Classroom 50 downloads them",
        }
    }
}

/// What a source was taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detected {
    /// What it is.
    pub source: Source,
    /// Why, as a sentence.
    pub why: String,
    /// Directories around everything, which nobody made.
    pub prefix: Vec<String>,
}

/// The upper part of what is in a source.
#[derive(Debug, Default)]
pub(super) struct Listing {
    paths: BTreeMap<Vec<String>, bool>,
}

impl Listing {
    /// Takes note of an entry.
    pub(super) fn add(&mut self, path: &[String], is_directory: bool) {
        if path.iter().any(|part| is_junk(part) && part != ".git") {
            return;
        }
        for length in 1..=path.len().min(LOOKED_AT) {
            let is_directory = is_directory || length < path.len();
            let known = self.paths.entry(path[..length].to_vec()).or_default();
            *known |= is_directory;
        }
    }

    /// What is directly below a path, and whether it is a directory.
    fn below(&self, prefix: &[String]) -> BTreeMap<&str, bool> {
        self.paths
            .iter()
            .filter(|(path, _)| path.len() == prefix.len() + 1 && path.starts_with(prefix))
            .filter_map(|(path, is_directory)| Some((path.last()?.as_str(), *is_directory)))
            .filter(|(name, _)| *name != ".git")
            .collect()
    }

    fn clones(&self, prefix: &[String]) -> usize {
        let dot_git =
            |path: &[String]| path.len() == prefix.len() + 2 && path[prefix.len() + 1] == ".git";
        self.paths
            .keys()
            .filter(|path| path.starts_with(prefix) && dot_git(path))
            .count()
    }

    /// What the source is; `None` if there is no submission in it that could be told from others.
    pub(super) fn detect(&self, forced: Option<Source>) -> Option<Detected> {
        let chain = self.chain();
        let platform = |prefix: &[String]| {
            let found = platform(&self.below(prefix));
            found.map(|(source, why)| Detected {
                source,
                why,
                prefix: prefix.to_vec(),
            })
        };
        match forced {
            Some(source @ (Source::Directories | Source::Classroom50)) => {
                let why = "asked for by --from".to_owned();
                return Some(Detected {
                    source,
                    why,
                    prefix: Vec::new(),
                });
            }
            Some(source) => {
                let of_kind = chain
                    .iter()
                    .find(|prefix| platform(prefix).is_some_and(|found| found.source == source));
                let prefix = of_kind.cloned().unwrap_or_default();
                let why = "asked for by --from".to_owned();
                return Some(Detected {
                    source,
                    why,
                    prefix,
                });
            }
            None => {}
        }
        if let Some(found) = chain.iter().find_map(|prefix| platform(prefix)) {
            return Some(found);
        }
        // Directories around everything are the class', unless there are files of a program in
        // the innermost of them: then they are a submission's.
        let innermost = chain.last().cloned().unwrap_or_default();
        let inner = self.below(&innermost);
        let is_class = !inner.is_empty()
            && inner.iter().all(|(name, is_directory)| {
                *is_directory || unpacked_name(name).is_some() || is_list(name)
            });
        let prefix = if is_class { innermost } else { Vec::new() };
        let tops = self.below(&prefix);
        let submissions = tops
            .iter()
            .filter(|(name, is_directory)| **is_directory || unpacked_name(name).is_some());
        let count = submissions.count();
        let clones = self.clones(&prefix);
        let of_clones = if clones > 0 {
            format!(", {clones} of them clones of git repositories")
        } else {
            String::new()
        };
        let what = if count == 1 {
            "directory or archive"
        } else {
            "directories or archives"
        };
        (count > 0).then(|| Detected {
            source: Source::Directories,
            why: format!("it has {count} {what}{of_clones}, and no platform's names"),
            prefix,
        })
    }

    /// The prefixes that could be around everything, from none to the innermost.
    fn chain(&self) -> Vec<Vec<String>> {
        let mut chain = vec![Vec::new()];
        let mut prefix = Vec::new();
        while prefix.len() + 1 < LOOKED_AT {
            let below = self.below(&prefix);
            let Some((name, true)) = below.iter().next().filter(|_| below.len() == 1) else {
                break;
            };
            prefix.push((*name).to_owned());
            chain.push(prefix.clone());
        }
        chain
    }
}

/// Files that instructors keep beside submissions.
fn is_list(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    [".csv", ".toml", ".txt", ".json"]
        .iter()
        .any(|suffix| lower.ends_with(suffix))
}

fn platform(names: &BTreeMap<&str, bool>) -> Option<(Source, String)> {
    let count = |fits: &dyn Fn(&str, bool) -> bool| {
        names.iter().filter(|(name, is)| fits(name, **is)).count()
    };
    let of = |count: usize| format!("{count} of {} names", names.len());
    if names.get("submission_metadata.yml") == Some(&false) {
        return Some((
            Source::Gradescope,
            "it has submission_metadata.yml, as Gradescope's export".to_owned(),
        ));
    }
    let is_most = |count: usize| count > 0 && count * 2 >= names.len();
    let of_moodle = count(&|name, _| moodle(name).is_some());
    if is_most(of_moodle) {
        let why = format!(
            "{} end as Moodle's do: NAME_NUMBER_assignsubmission_file",
            of(of_moodle)
        );
        return Some((Source::Moodle, why));
    }
    let of_canvas = count(&|name, is_directory| !is_directory && canvas(name).is_some());
    if is_most(of_canvas) {
        let why = format!(
            "{} are like Canvas': NAME_USER_ATTACHMENT_FILE",
            of(of_canvas)
        );
        return Some((Source::Canvas, why));
    }
    None
}

/// What a source has that belongs to no submission, for people.
pub(super) fn leftovers(names: &BTreeSet<String>) -> Vec<String> {
    const MOST: usize = 100;
    let mut shown: Vec<String> = names.iter().take(MOST).map(|name| visible(name)).collect();
    if names.len() > MOST {
        shown.push(format!("and {} more", names.len() - MOST));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(paths: &[&str]) -> String {
        let mut listing = Listing::default();
        for path in paths {
            let parts: Vec<String> = path
                .trim_end_matches('/')
                .split('/')
                .map(str::to_owned)
                .collect();
            listing.add(&parts, path.ends_with('/'));
        }
        listing.detect(None).map_or("-".to_owned(), |found| {
            format!(
                "{:?} below {:?}: {}",
                found.source,
                found.prefix.join("/"),
                found.why
            )
        })
    }

    #[test]
    fn sources_are_known_by_their_names() {
        let all = [
            found(&["ada_1_2_main.c", "grace_LATE_3_4_main.c", ".DS_Store"]),
            found(&[
                "Ada_1_assignsubmission_file_/main.c",
                "Bo_2_assignsubmission_file_/main.c",
                "__MACOSX/x",
            ]),
            found(&[
                "assignment_1_export/submission_metadata.yml",
                "assignment_1_export/submission_5/main.c",
            ]),
            found(&["alice/main.c", "bob/main.c", "roster.csv"]),
            found(&["class/lab7/alice/main.c", "class/lab7/bob/src/main.c"]),
            found(&["alice/lab1/main.c"]),
            found(&[
                "lab7-alice/.git/",
                "lab7-alice/main.c",
                "lab7-bob/.git/",
                "lab7-bob/main.c",
            ]),
            found(&["alice.zip", "bob.tar.gz"]),
            found(&["main.c", "Makefile"]),
            found(&[]),
        ];
        insta::assert_snapshot!(all.join("\n"), @r#"
        Canvas below "": 2 of 2 names are like Canvas': NAME_USER_ATTACHMENT_FILE
        Moodle below "": 2 of 2 names end as Moodle's do: NAME_NUMBER_assignsubmission_file
        Gradescope below "assignment_1_export": it has submission_metadata.yml, as Gradescope's export
        Directories below "": it has 2 directories or archives, and no platform's names
        Directories below "class/lab7": it has 2 directories or archives, and no platform's names
        Directories below "": it has 1 directory or archive, and no platform's names
        Directories below "": it has 2 directories or archives, 2 of them clones of git repositories, and no platform's names
        Directories below "": it has 2 directories or archives, and no platform's names
        -
        -
        "#);
    }
}
