//! What processes leave behind in a box, as its PID 1 sees it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The most that is said of one place: more would not fit into a message.
const NAMES: usize = 32;

/// The names of what is in a directory, in order; of a file, its lines without the first, which
/// are objects where the file is one of /proc/sysvipc (see sysvipc(7)). Nothing if there is no such
/// place. Bytes that are no text are replaced. What is mounted in a directory is not the program's.
pub(super) fn names(place: &Path) -> Vec<String> {
    let device = fs::metadata(place).map_or(0, |place| place.dev());
    let is_own = |entry: &fs::DirEntry| entry.metadata().map_or(true, |own| own.dev() == device);
    let mut names: Vec<String> = match fs::read_dir(place) {
        Ok(entries) => entries
            .flatten()
            .filter(is_own)
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
        assert_eq!(names(place.path()), ["a", "b"]);
        assert_eq!(names(&place.path().join("a")), ["7 1"]);
        assert!(names(&place.path().join("none")).is_empty());
    }

    #[test]
    fn what_is_mounted_is_not_listed() {
        let listed = names(Path::new("/"));
        assert!(!listed.contains(&"proc".to_owned()), "{listed:?}");
    }
}
