//! Where a demo builds what it shows: a temporary directory, and the interpreter for which it builds.
//!
//! The directory goes away with the workshop, however the demo ends. What runs in it has it as its
//! TMPDIR too, so that compilers that are killed leave nothing elsewhere.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use anyhow::Context;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tempfile::TempDir;

use crate::lessons::columns::prose;
use crate::lessons::cpython::demos::python::Python;
use crate::lessons::ext::battery::BATTERY;
use crate::model::curriculum::DemoOptions;
use crate::probes::packages;
use crate::ui::visible;

/// The oldest version for which the lesson builds.
const LEAST: (u32, u32) = (3, 11);

/// How often the directory is removed: a process that is being killed may still finish the call that
/// makes a file there, once.
const ATTEMPTS: usize = 10;

/// The directory, and the interpreter.
pub(super) struct Workshop {
    pub(super) python: Python,
    directory: TempDir,
}

impl Workshop {
    /// Opens one, with the interpreter of the virtual environment, or else `python3`; says which it
    /// is, or why nothing can be shown.
    ///
    /// # Errors
    /// If there is no temporary directory, or the user has interrupted the demo.
    pub(super) fn open(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<Option<Self>> {
        let name = packages::interpreter().unwrap_or_else(|| PathBuf::from("python3"));
        let Some(python) = Python::find_at(out, name, LEAST, options)? else {
            return Ok(None);
        };
        let directory = tempfile::Builder::new()
            .prefix("syslab-ext-")
            .tempdir()
            .context("cannot make a temporary directory")?;
        Ok(Some(Self { python, directory }))
    }

    /// Puts a file there; its name may be below a directory.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn put(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let path = self.directory.path().join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    /// Puts there what watches a module's calls of Python's functions, in `battery`; see
    /// `watched.py`.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn put_shim(&self) -> anyhow::Result<()> {
        let needed =
            |name: &str| name.starts_with("shim") || ["toolchain.py", "elf.py"].contains(&name);
        for (name, text) in BATTERY.sources.iter().filter(|(name, _)| needed(name)) {
            self.put(&format!("battery/{name}"), text)?;
        }
        Ok(())
    }

    /// Lets a helper speak, which may answer that this machine lacks something: then that is said.
    ///
    /// # Errors
    /// If it fails, or the user has interrupted the demo.
    pub(super) fn ask_or_say<T: DeserializeOwned>(
        &self,
        out: &mut dyn Write,
        helper: &str,
        args: &[&str],
        options: &DemoOptions,
    ) -> anyhow::Result<Option<T>> {
        let answer: Value = self.ask(helper, args, options)?;
        if let Some(why_not) = answer.get("why_not").and_then(Value::as_str) {
            let text = format!("Not shown here: {}.", visible(why_not));
            out.write_all(prose(&text).as_bytes())?;
            return Ok(None);
        }
        let shown = serde_json::from_value(answer);
        shown.context("Python's part of this demo says something else")
    }

    /// Lets a helper speak, in the directory.
    ///
    /// # Errors
    /// If it fails, or the user has interrupted the demo.
    pub(super) fn ask<T: DeserializeOwned>(
        &self,
        helper: &str,
        args: &[&str],
        options: &DemoOptions,
    ) -> anyhow::Result<T> {
        let change = |command: &mut std::process::Command| {
            command
                .current_dir(self.directory.path())
                .env("TMPDIR", self.directory.path())
                // Threads of a library on a busy machine would be measured instead of it.
                .env("OPENBLAS_NUM_THREADS", "1");
        };
        self.python.ask_in(helper, args, change, options)
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        for _ in 0..ATTEMPTS {
            match fs::remove_dir_all(self.directory.path()) {
                Err(error) if error.kind() != ErrorKind::NotFound => {}
                _ => break,
            }
        }
    }
}
