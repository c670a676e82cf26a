//! Embeds the lessons' pages, the labs' files and what pages include, so that one binary is
//! enough; and says how it is linked.
//!
//! Known mistakes stay out: they are for authors, who have a checkout. Solutions are in a table of their
//! own, which only `syslab compare` looks into.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path, PathBuf};
use std::{env, fs, io};

/// Directories that hold answers, or what a build leaves behind.
const LEFT_OUT: &[&str] = &[
    "solution",
    "accepted",
    "wrong",
    "target",
    "__pycache__",
    "book",
];

fn main() -> io::Result<()> {
    // Every trial starts this binary. At a fixed address there is nothing to relocate, which takes the
    // loader as long as all the rest of a start.
    if env::var("CARGO_CFG_TARGET_ENV").is_ok_and(|libc| libc == "gnu") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("set by cargo"));
    let mut files = BTreeSet::new();
    for room in ["lessons", "labs"] {
        println!("cargo::rerun-if-changed={room}");
        if root.join(room).is_dir() {
            collect(&root, Path::new(room), &mut files)?;
        }
    }
    for page in files.clone() {
        if page.extension().is_some_and(|extension| extension == "md") {
            for included in included(&root, &page)? {
                println!("cargo::rerun-if-changed={}", included.display());
                files.insert(included);
            }
        }
    }
    write_table(&root, &out.join("embedded.rs"), &files)?;
    let mut solutions = BTreeSet::new();
    for lab in directories(&root, Path::new("labs"), 2)? {
        let solution = lab.join("solution");
        if root.join(&solution).is_dir() {
            collect(&root, &solution, &mut solutions)?;
        }
    }
    // Nobody wrote those.
    solutions.retain(|file| file.file_name().is_some_and(|name| name != "Cargo.lock"));
    write_table(&root, &out.join("solutions.rs"), &solutions)
}

/// The directories so many levels below `directory` (relative to `root`).
fn directories(root: &Path, directory: &Path, levels: u32) -> io::Result<Vec<PathBuf>> {
    if levels == 0 {
        return Ok(vec![directory.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(root.join(directory))? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            let inner = directory.join(entry.file_name());
            found.extend(directories(root, &inner, levels - 1)?);
        }
    }
    Ok(found)
}

/// Writes the table of these files, by their paths relative to `root`.
fn write_table(root: &Path, to: &Path, files: &BTreeSet<PathBuf>) -> io::Result<()> {
    let mut table = String::from("&[\n");
    // By text, not by component: the table is searched by text.
    let mut files: Vec<&str> = files
        .iter()
        .map(|file| file.to_str().expect("embedded files have UTF-8 names"))
        .collect();
    files.sort_unstable();
    for path in files {
        let absolute = root.join(path);
        let is_executable = fs::metadata(&absolute)?.permissions().mode() & 0o100 != 0;
        writeln!(
            table,
            "File {{ path: {path:?}, content: include_bytes!({absolute:?}), is_executable: {is_executable} }},"
        )
        .expect("writing to a string does not fail");
    }
    table.push_str("]\n");
    fs::write(to, table)
}

/// Adds every file below `directory` (relative to `root`), links and hidden ones aside.
fn collect(root: &Path, directory: &Path, files: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(directory))? {
        let entry = entry?;
        let name = entry.file_name();
        let kind = entry.file_type()?;
        let is_hidden = name.as_encoded_bytes().starts_with(b".");
        if kind.is_dir() && !is_hidden && !LEFT_OUT.iter().any(|out| name == *out) {
            collect(root, &directory.join(name), files)?;
        } else if kind.is_file() && !is_hidden {
            files.insert(directory.join(name));
        }
    }
    Ok(())
}

/// The files that a page names in `{{#include FILE:ANCHOR}}`, relative to `root`.
fn included(root: &Path, page: &Path) -> io::Result<Vec<PathBuf>> {
    let text = fs::read_to_string(root.join(page))?;
    let mut found = Vec::new();
    for rest in text.split("{{#").skip(1) {
        let Some((directive, _)) = rest.split_once("}}") else {
            continue;
        };
        let Some((word, argument)) = directive.trim().split_once(char::is_whitespace) else {
            continue;
        };
        if !word.ends_with("include") {
            continue;
        }
        let file = argument.trim().split(':').next().unwrap_or_default();
        let path = normal(&page.with_file_name(file));
        if root.join(&path).is_file() {
            found.push(path);
        } else {
            return Err(io::Error::other(format!(
                "{} includes {file}, which does not exist",
                page.display()
            )));
        }
    }
    Ok(found)
}

/// The path with `..` worked out.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                normal.pop();
            }
            Component::CurDir => {}
            other => normal.push(other),
        }
    }
    normal
}
