//! Temporary directories and files, whose names say whose they are when nobody is left to remove
//! them; see mkdtemp(3).

use std::io;

use tempfile::{Builder, NamedTempFile, TempDir};

/// How their names begin.
const PREFIX: &str = "syslab-";

/// A new directory, which is removed with all that is in it when this is dropped.
///
/// # Errors
/// Those of mkdir(2).
pub fn directory() -> io::Result<TempDir> {
    Builder::new().prefix(PREFIX).tempdir()
}

/// A new file, which is removed when this is dropped.
///
/// # Errors
/// Those of open(2).
pub fn file() -> io::Result<NamedTempFile> {
    Builder::new().prefix(PREFIX).tempfile()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_whose_they_are() {
        let (directory, file) = (directory().unwrap(), file().unwrap());
        for path in [directory.path(), file.path()] {
            let name = path.file_name().unwrap().to_str().unwrap();
            assert!(name.starts_with(PREFIX), "{name}");
        }
    }
}
