//! Which files' frames are of interest: the learner's, not the C library's.

use crate::model::disk::absolute;

/// A directory as the program sees it, or everything.
#[derive(Clone, Debug)]
pub(super) struct Interest {
    /// Without a slash at its end.
    directory: Option<String>,
}

impl Interest {
    pub(super) fn new(directory: Option<&str>) -> Self {
        Self {
            directory: directory.map(|path| path.trim_end_matches('/').to_owned()),
        }
    }

    /// Whether a file (its absolute path) is of interest.
    pub(super) fn covers(&self, path: &str) -> bool {
        match &self.directory {
            None => path.starts_with('/'),
            Some(directory) => below(path, directory).is_some(),
        }
    }

    /// How a source file of interest is named: relative to the directory, if there is one.
    ///
    /// `base` completes a relative path.
    pub(super) fn name(&self, path: &str, base: &str) -> Option<String> {
        let whole = if path.starts_with('/') || path.starts_with('<') {
            normal(path)
        } else {
            normal(&format!("{base}/{path}"))
        };
        match &self.directory {
            None => Some(whole),
            Some(directory) => below(&whole, directory).map(str::to_owned),
        }
    }
}

/// The part of `path` below `directory`.
pub(super) fn below<'a>(path: &'a str, directory: &str) -> Option<&'a str> {
    path.strip_prefix(directory)?.strip_prefix('/')
}

/// An absolute path without `.`, `..` and doubled slashes; other names as they are.
pub(super) fn normal(path: &str) -> String {
    match path.starts_with('/') {
        true => absolute("/", path),
        false => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_relative_to_the_directory() {
        let interest = Interest::new(Some("/submission/"));
        let name = |path| interest.name(path, "/submission/src");
        assert_eq!(name("/submission/main.py").as_deref(), Some("main.py"));
        assert_eq!(name("/submission/./a//b.py").as_deref(), Some("a/b.py"));
        assert_eq!(name("lib.py").as_deref(), Some("src/lib.py"));
        assert_eq!(name("../main.py").as_deref(), Some("main.py"));
        assert_eq!(name("../../etc/x.py"), None);
        assert_eq!(name("/submissions/main.py"), None);
        assert_eq!(name("/usr/lib/python3.11/os.py"), None);
        assert_eq!(name("<frozen runpy>"), None);
        assert_eq!(name(""), Some("src".to_owned()));
    }

    #[test]
    fn everything_is_of_interest_without_a_directory() {
        let interest = Interest::new(None);
        assert!(interest.covers("/usr/lib/libc.so.6"));
        assert!(!interest.covers("[vdso]"));
        assert_eq!(interest.name("<string>", "/").as_deref(), Some("<string>"));
    }
}
