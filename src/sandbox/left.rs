//! What processes leave behind in a box, as its PID 1 sees it.

use std::fs;
use std::path::Path;

/// The most that is said of one place: more would not fit into a message.
const NAMES: usize = 32;

/// The names of what is in a directory, in order; of a file, its lines without the first, which
/// are objects where the file is one of /proc/sysvipc (see sysvipc(7)). Nothing if there is no such
/// place. Bytes that are no text are replaced.
///
/// What the box itself needs there, to bind something to one of the `targets`, is not left by anybody.
pub(super) fn names<'a>(place: &Path, targets: impl Iterator<Item = &'a Path>) -> Vec<String> {
    let targets: Vec<&Path> = targets.collect();
    let is_left = |entry: &fs::DirEntry| {
        let path = entry.path();
        !targets.iter().any(|target| target.starts_with(&path))
    };
    let mut names: Vec<String> = match fs::read_dir(place) {
        Ok(entries) => entries
            .flatten()
            .filter(is_left)
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect(),
        Err(_) => fs::read_to_string(place)
            .unwrap_or_default()
            .lines()
            .skip(1)
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect(),
    };
    names.sort_unstable();
    names.truncate(NAMES);
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_objects_are_listed() {
        let place = tempfile::tempdir().unwrap();
        for name in ["b", "a"] {
            fs::write(place.path().join(name), "key shmid\n  7   1\n").unwrap();
        }
        let names = |place: &Path| names(place, std::iter::empty());
        assert_eq!(names(place.path()), ["a", "b"]);
        assert_eq!(names(&place.path().join("a")), ["7 1"]);
        assert!(names(&place.path().join("none")).is_empty());
    }

    #[test]
    fn what_the_box_put_there_is_not_listed() {
        let place = tempfile::tempdir().unwrap();
        for name in ["cargo", "cargo.lock"] {
            fs::write(place.path().join(name), "").unwrap();
        }
        let target = place.path().join("cargo/registry");
        let names = names(place.path(), std::iter::once(target.as_path()));
        assert_eq!(names, ["cargo.lock"]);
    }
}
