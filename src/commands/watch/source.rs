//! Lines of the learner's program that a failure cites.

use std::fs::File;
use std::path::Path;

use crate::model::Finding;
use crate::sys::beneath;

/// A cited line with those around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// The file, relative to the submission.
    pub(super) file: String,
    /// The line that is cited.
    pub(super) marked: usize,
    /// Lines with their numbers.
    pub(super) lines: Vec<(usize, String)>,
}

/// A line of the program: its file, relative to the submission, and its number from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) file: String,
    pub(super) line: usize,
}

/// Lines shown before and after a cited one.
const AROUND: usize = 2;

/// So many places are shown.
const SHOWN: usize = 2;

/// The largest file that is looked into.
const LARGEST: u64 = 4 << 20;

/// The places that a failure cites, the first first, each once; where it cites none, those that a
/// compiler named.
pub(super) fn places(finding: &Finding) -> Vec<Place> {
    let cited = finding
        .evidence
        .iter()
        .filter_map(|event| event.site.as_ref())
        .filter(|site| site.line > 0)
        .map(|site| Place {
            file: site.file.clone(),
            line: site.line as usize,
        });
    let mut places: Vec<Place> = Vec::new();
    for place in cited.chain(finding.why.lines().filter_map(named)) {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

/// The place in a compiler's message: `main.c:3:27: error: ...`, ` --> main.rs:3:5`.
fn named(line: &str) -> Option<Place> {
    let line = line.trim_start();
    let (is_error, rest) = match line.strip_prefix("--> ") {
        Some(rest) => (true, rest),
        None => (line.contains(" error: "), line),
    };
    let mut parts = rest.split(':');
    let (file, number) = (parts.next()?, parts.next()?.parse().ok()?);
    (is_error && number > 0).then(|| Place {
        file: file.to_owned(),
        line: number,
    })
}

/// Whether a file of this name is there, and no way leads out of the directory to it: the name comes
/// from a program.
pub(super) fn is_below(directory: &Path, file: &str) -> bool {
    File::open(directory)
        .and_then(|directory| beneath::open_regular(&directory, Path::new(file)))
        .is_ok()
}

/// What is around the first places that a failure cites, as far as it can be read.
pub(super) fn excerpts(directory: &Path, finding: &Finding) -> Vec<Excerpt> {
    let mut excerpts: Vec<Excerpt> = Vec::new();
    for place in places(finding) {
        let is_shown = excerpts.iter().any(|excerpt| {
            excerpt.file == place.file && excerpt.lines.iter().any(|(nth, _)| *nth == place.line)
        });
        if excerpts.len() < SHOWN && !is_shown {
            excerpts.extend(excerpt(directory, &place));
        }
    }
    excerpts
}

fn excerpt(directory: &Path, place: &Place) -> Option<Excerpt> {
    let directory = File::open(directory).ok()?;
    let bytes = beneath::read(&directory, Path::new(&place.file), LARGEST).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<(usize, String)> = (1..)
        .zip(text.lines())
        .skip(place.line.saturating_sub(AROUND + 1))
        .take_while(|(nth, _)| *nth <= place.line + AROUND)
        .map(|(nth, line)| (nth, line.to_owned()))
        .collect();
    // The file may have become shorter since.
    lines
        .iter()
        .any(|(nth, _)| *nth == place.line)
        .then(|| Excerpt {
            file: place.file.clone(),
            marked: place.line,
            lines,
        })
}

#[cfg(test)]
mod tests {
    use super::super::scene::failing;
    use super::*;

    #[test]
    fn a_compilers_message_names_a_place() {
        let place = |file: &str, line| {
            Some(Place {
                file: file.to_owned(),
                line,
            })
        };
        assert_eq!(named("main.c:3:27: error: expected"), place("main.c", 3));
        assert_eq!(named("  --> src/main.rs:12:5"), place("src/main.rs", 12));
        for line in [
            "main.c:3:27: warning: unused",
            "error: aborting",
            "main.c:x: error: y",
            "",
        ] {
            assert_eq!(named(line), None, "{line}");
        }
    }

    #[test]
    fn lines_around_a_place_are_read_from_below_the_directory_only() {
        let dir = tempfile::tempdir().unwrap();
        let text: String = (1..=200).map(|nth| format!("line {nth}\n")).collect();
        std::fs::write(dir.path().join("main.c"), text).unwrap();
        assert!(is_below(dir.path(), "main.c"));
        let mut finding = failing(0);
        let found = excerpts(dir.path(), &finding);
        assert_eq!(found.len(), 1, "both lines are near each other");
        assert_eq!(found[0].marked, 150);
        assert_eq!(found[0].lines[0], (148, "line 148".to_owned()));
        assert_eq!(found[0].lines.len(), 5);
        for file in ["/etc/passwd", "../main.c", "gone.c"] {
            for event in &mut finding.evidence {
                event.site.as_mut().unwrap().file = file.to_owned();
                event.site.as_mut().unwrap().line = 1;
            }
            assert_eq!(excerpts(dir.path(), &finding), []);
            assert!(!is_below(dir.path(), file), "{file}");
        }
    }
}
