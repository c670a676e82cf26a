//! Where a demo builds what it shows: a temporary directory, and the interpreter for which it builds.
//!
//! The directory goes away with the workshop, however the demo ends. What runs in it has it as its
//! TMPDIR too, so that compilers that are killed leave nothing elsewhere.

use std::ffi::OsStr;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tempfile::TempDir;

use crate::lessons::columns::prose;
use crate::lessons::cpython::demos::python::{Ended, Python, run};
use crate::lessons::ext::battery::BATTERY;
use crate::model::curriculum::DemoOptions;
use crate::probes::packages;
use crate::sys::temporary;
use crate::ui::visible;

/// The oldest version for which the lesson builds.
const LEAST: (u32, u32) = (3, 11);

/// How often the directory is removed: a process that is being killed may still finish the call that
/// makes a file there, once.
const ATTEMPTS: usize = 10;

/// The directory, and the interpreter.
pub(in crate::lessons) struct Workshop {
    pub(in crate::lessons) python: Python,
    directory: TempDir,
}

impl Workshop {
    /// Opens one, with the interpreter of the virtual environment, or else `python3`; says which it
    /// is, or why nothing can be shown.
    ///
    /// # Errors
    /// If there is no temporary directory, or the user has interrupted the demo.
    pub(in crate::lessons) fn open(
        out: &mut dyn Write,
        options: &DemoOptions,
    ) -> anyhow::Result<Option<Self>> {
        let name = packages::interpreter().unwrap_or_else(|| PathBuf::from("python3"));
        let Some(python) = Python::find_at(out, name, LEAST, options)? else {
            return Ok(None);
        };
        let directory = temporary::directory().context("cannot make a temporary directory")?;
        Ok(Some(Self { python, directory }))
    }

    /// Puts a file there; its name may be below a directory.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(in crate::lessons) fn put(&self, name: &str, text: &str) -> anyhow::Result<()> {
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
    pub(in crate::lessons) fn put_shim(&self) -> anyhow::Result<()> {
        let needed = |name: &str| {
            name.starts_with("shim") || ["toolchain.py", "elf.py", "lines.py"].contains(&name)
        };
        for (name, text) in BATTERY.files().filter(|(name, _)| needed(name)) {
            self.put(&format!("battery/{name}"), text)?;
        }
        Ok(())
    }

    /// Lets a helper speak, which may answer that this machine lacks something: then that is said.
    ///
    /// # Errors
    /// If it fails, or the user has interrupted the demo.
    pub(in crate::lessons) fn ask_or_say<T: DeserializeOwned>(
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
    pub(in crate::lessons) fn ask<T: DeserializeOwned>(
        &self,
        helper: &str,
        args: &[&str],
        options: &DemoOptions,
    ) -> anyhow::Result<T> {
        let change = |command: &mut Command| self.settle(command);
        self.python.ask_in(helper, args, change, options)
    }

    /// Runs a command to its end, in the directory.
    ///
    /// # Errors
    /// If it does not end, or the user has interrupted the demo.
    pub(in crate::lessons) fn run(
        &self,
        argv: &[&OsStr],
        options: &DemoOptions,
    ) -> anyhow::Result<Ended> {
        run(argv, |command| self.settle(command), options)
    }

    /// Where the directory is.
    pub(in crate::lessons) fn path(&self) -> &Path {
        self.directory.path()
    }

    fn settle(&self, command: &mut Command) {
        command
            .current_dir(self.directory.path())
            .env("TMPDIR", self.directory.path())
            // Threads of a library on a busy machine would be measured instead of it.
            .env("OPENBLAS_NUM_THREADS", "1");
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
