//! By which files an interpreter finds its own library, and in which order it asks for them.

use std::path::Path;

use super::traced::{Asked, Traced, asked};
use crate::model::{Recording, What};

/// Which pieces of a path say that the interpreter looks for its own library.
const LANDMARKS: &[&str] = &[
    "pyvenv.cfg",
    "pybuilddir.txt",
    "._pth",
    "/os.py",
    "/os.pyc",
    "/lib-dynload",
    "/site-packages",
    "/dist-packages",
];

/// The calls after the loader of the executable has done its work.
pub(super) fn started(traced: &Traced) -> Vec<Asked> {
    let begun = |what: &What| matches!(what, What::Begin(_));
    let events = &traced.recording.events;
    let mut before = Recording::default();
    if let Some(at) = events.iter().rposition(|event| begun(&event.what)) {
        before.events.extend_from_slice(&events[..at]);
    }
    // Nothing is in flight there: the process has one thread, and it is not in a call.
    let mut all = asked(&traced.recording);
    all.split_off(asked(&before).len().min(all.len()))
}

/// Whether a file with this name is opened before this link is followed.
pub(super) fn is_read_before(all: &[Asked], file: &str, link: &Path) -> bool {
    let is_read =
        |one: &Asked| one.call.starts_with("open") && one.name.ends_with(file) && !one.has_failed;
    let is_followed =
        |one: &Asked| one.call.starts_with("readlink") && Path::new(&one.name) == link;
    let first = all.iter().find(|one| is_read(one) || is_followed(one));
    first.is_some_and(is_read)
}

/// What is asked about the places that decide, each question once.
pub(super) fn landmarks(all: &[Asked]) -> Vec<&Asked> {
    let mut shown: Vec<&Asked> = Vec::new();
    for one in all.iter().filter(|one| is_landmark(&one.name)) {
        if !shown.iter().any(|known| known.is_about_the_same(one)) {
            shown.push(one);
        }
    }
    shown
}

fn is_landmark(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or_default();
    // The links by which the executable is reached; not those of the library's files.
    let is_executable =
        last.starts_with("python") && !last.contains("-packages") && name.contains("/bin/");
    is_executable || LANDMARKS.iter().any(|mark| name.ends_with(mark))
}

#[cfg(test)]
mod tests {
    use super::super::traced::one;
    use super::*;

    #[test]
    fn versions_differ_in_what_they_ask_first() {
        let mut all = [
            one("openat", "/env/pyvenv.cfg"),
            one("readlink", "/env/bin/python3"),
        ];
        let is_first =
            |all: &[Asked]| is_read_before(all, "pyvenv.cfg", Path::new("/env/bin/python3"));
        assert!(is_first(&all));
        all.swap(0, 1);
        assert!(!is_first(&all));
    }

    #[test]
    fn what_comes_before_the_program_is_left_out() {
        let traced = Traced {
            recording: "
                7 openat(AT_FDCWD, \"/lib/libc.so.6\", O_RDONLY) = 3
                7 begin
                7 openat(AT_FDCWD, \"/usr/bin/pyvenv.cfg\", O_RDONLY) = -1 ENOENT
            "
            .parse()
            .unwrap(),
            out: String::new(),
        };
        let all = started(&traced);
        assert_eq!(all.len(), 1);
        assert!(is_landmark(&all[0].name) && is_landmark("/usr/bin/python3"));
        assert!(!is_landmark("/usr/lib/python3.11/site.py"));
    }
}
