//! Files of a directory, taken along into a run.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::Context as _;

use crate::embedded;

/// Files below a directory: name, content, whether it is a program.
#[derive(Debug, Default)]
pub(super) struct Tree(pub(super) Vec<(String, Vec<u8>, bool)>);

impl Tree {
    /// All regular files below a directory, but for those below these names in it.
    ///
    /// # Errors
    /// If one cannot be read.
    pub(super) fn read(directory: &Path, without: &[&str]) -> anyhow::Result<Self> {
        let mut tree = Self::default();
        tree.collect(directory, "", without)?;
        tree.0.sort();
        Ok(tree)
    }

    /// Files that this binary carries.
    pub(super) fn embedded(
        files: impl Iterator<Item = (&'static str, &'static embedded::File)>,
    ) -> Self {
        let owned = |(path, file): (&str, &embedded::File)| {
            (path.to_owned(), file.content.to_vec(), file.is_executable)
        };
        Self(files.map(owned).collect())
    }

    fn collect(&mut self, directory: &Path, prefix: &str, without: &[&str]) -> anyhow::Result<()> {
        let failed = || format!("cannot read {}", directory.display());
        for entry in fs::read_dir(directory).with_context(failed)? {
            let entry = entry.with_context(failed)?;
            let own = entry.file_name().to_string_lossy().into_owned();
            if without.contains(&own.as_str()) {
                continue;
            }
            let name = format!("{prefix}{own}");
            let kind = entry.file_type().with_context(failed)?;
            if kind.is_dir() {
                self.collect(&entry.path(), &format!("{name}/"), &[])?;
            } else if kind.is_file() {
                let content = fs::read(entry.path()).with_context(failed)?;
                let mode = entry.metadata().with_context(failed)?.permissions().mode();
                self.0.push((name, content, mode & 0o100 != 0));
            }
        }
        Ok(())
    }

    /// Writes them.
    ///
    /// # Errors
    /// If one cannot be written.
    pub(super) fn write(&self, directory: &Path) -> anyhow::Result<()> {
        let failed = || format!("cannot write {}", directory.display());
        fs::create_dir_all(directory).with_context(failed)?;
        for (name, content, is_executable) in &self.0 {
            let path = directory.join(name);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).with_context(failed)?;
            }
            fs::write(&path, content).with_context(failed)?;
            if *is_executable {
                let mode = fs::Permissions::from_mode(0o755);
                fs::set_permissions(&path, mode).with_context(failed)?;
            }
        }
        Ok(())
    }
}
