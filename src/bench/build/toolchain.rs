//! Where compilers and interpreters are, and what of the host they need to be seen inside.
//!
//! Tools come from the PATH of whoever started us, whom we trust; they are asked outside of the
//! sandbox and outside of the submission's directory. What is called `python3` or `rustc` there
//! may be a script that picks one of several (pyenv, rustup): inside, the one that was picked is
//! called by its own path.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::BuildError;
use crate::probes;
use crate::sandbox::{self, Bind};
use crate::sys::version::numbers;

/// Where cargo keeps its files inside.
pub(super) const CARGO_HOME: &str = "/tmp/cargo";

/// The first rustc that knows edition 2024.
const EDITION_2024_SINCE: (u32, u32) = (1, 85);

/// A tool, as seen inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tool {
    program: PathBuf,
    binds: Vec<Bind>,
    version: (u32, u32),
}

impl Tool {
    fn new(program: PathBuf) -> Self {
        Self {
            program,
            binds: Vec::new(),
            version: (0, 0),
        }
    }

    /// Makes a directory visible, if it is not anyway.
    fn needs(&mut self, directory: &Path) {
        if !sandbox::is_visible(directory)
            && !self
                .binds
                .iter()
                .any(|bind| directory.starts_with(&bind.target))
        {
            self.binds.push(Bind::same(directory));
        }
    }

    /// Its path, for an argument list.
    pub(super) fn program_text(&self) -> String {
        self.program.to_string_lossy().into_owned()
    }

    /// The newest edition of Rust that it knows.
    pub(super) fn edition(&self) -> &'static str {
        if self.version >= EDITION_2024_SINCE {
            "2024"
        } else {
            "2021"
        }
    }
}

/// Several tools.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tools(Vec<Tool>);

impl Tools {
    pub(super) fn of(tool: Tool) -> Self {
        Self(vec![tool])
    }

    pub(super) fn add(&mut self, tool: Tool) {
        self.0.push(tool);
    }

    pub(super) fn extend(&mut self, tools: impl IntoIterator<Item = Tool>) {
        self.0.extend(tools);
    }

    /// What is to be bound, each once.
    pub(super) fn binds(&self) -> Vec<Bind> {
        let mut binds: Vec<Bind> = Vec::new();
        for bind in self.0.iter().flat_map(|tool| &tool.binds) {
            if !binds.contains(bind) {
                binds.push(bind.clone());
            }
        }
        binds
    }

    /// Directories for PATH.
    pub(super) fn directories(&self) -> Vec<String> {
        let mut directories = Vec::new();
        for directory in self.0.iter().filter_map(|tool| tool.program.parent()) {
            let directory = directory.to_string_lossy().into_owned();
            if !directories.contains(&directory) {
                directories.push(directory);
            }
        }
        directories
    }

    /// Whether one of the tools brings this path with it.
    pub(super) fn reach(&self, path: &Path) -> bool {
        self.binds()
            .iter()
            .any(|bind| path.starts_with(&bind.target))
    }
}

/// A tool that is what it seems to be: cc, make.
pub(super) fn plain(name: &'static str) -> Result<Tool, BuildError> {
    plain_at(name, on_path(name).next().ok_or_else(|| not_found(name))?)
}

/// The compiler for CUDA, and the words with which its command line begins.
pub(super) fn clang() -> Result<(Tool, Vec<String>), BuildError> {
    const NAME: &str = "clang";
    let found = probes::clang::find().ok_or_else(|| BuildError::MissingTool {
        tool: NAME,
        reason: "none that makes code for NVIDIA's devices".to_owned(),
    })?;
    let tool = match found.is_python {
        true => python_at(&found.program)?,
        false => plain_at(NAME, found.program)?,
    };
    let words = std::iter::once(tool.program_text())
        .chain(found.arguments.iter().map(|word| (*word).to_owned()))
        .collect();
    Ok((tool, words))
}

fn plain_at(name: &'static str, found: PathBuf) -> Result<Tool, BuildError> {
    if sandbox::is_visible(&found) {
        return Ok(Tool::new(found));
    }
    // A link from somewhere into the system, or a whole installation elsewhere.
    let real = fs::canonicalize(&found).map_err(|error| unusable(name, &found, error))?;
    let mut tool = Tool::new(real.clone());
    if !sandbox::is_visible(&real) {
        tool.needs(&prefix(name, &real)?);
    }
    Ok(tool)
}

/// An interpreter for programs of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Python(Tool);

impl Python {
    /// The first of python3, of those on PATH that have a version in their name, and of pyenv's, the
    /// newest first, that is at least this version: `(3, 11)`.
    ///
    /// # Errors
    /// If there is none.
    pub fn since(version: (u32, u32)) -> Result<Self, BuildError> {
        let named = (version.1..=NEWEST_MINOR)
            .rev()
            .map(|minor| format!("python{}.{minor}", version.0));
        std::iter::once(PYTHON.to_owned())
            .chain(named)
            .flat_map(|name| on_path(&name))
            .chain(kept_by_pyenv())
            .filter_map(|found| python_at(&found).ok())
            .find(|tool| tool.version >= version)
            .map(Self)
            .ok_or_else(|| {
                let found = python().map_or_else(
                    |_| "there is none".to_owned(),
                    |tool| format!("python3 is {}.{}", tool.version.0, tool.version.1),
                );
                BuildError::MissingTool {
                    tool: "Python",
                    reason: format!("{}.{} or later: {found}", version.0, version.1),
                }
            })
    }

    /// Its path, inside.
    pub fn program(&self) -> String {
        self.0.program_text()
    }

    /// As what it needs to be there.
    pub fn tools(&self) -> Tools {
        Tools::of(self.0.clone())
    }
}

/// What Python is called, where any will do.
const PYTHON: &str = "python3";

/// The newest Python 3 that is looked for by a name of its own.
const NEWEST_MINOR: u32 = 19;

/// The first python3 on PATH that works.
pub(super) fn python() -> Result<Tool, BuildError> {
    let mut error = not_found(PYTHON);
    for found in on_path(PYTHON) {
        match python_at(&found) {
            Ok(tool) => return Ok(tool),
            Err(why) => error = why,
        }
    }
    Err(error)
}

/// The interpreter that has the packages which extensions are built with; where there is no virtual
/// environment of ours, the first python3 on PATH, which may have some.
pub(super) fn python_with_packages() -> Result<Tool, BuildError> {
    match probes::packages::interpreter() {
        Some(found) => python_at(&found),
        None => python(),
    }
}

/// An interpreter, with what it needs of its machine.
fn python_at(found: &Path) -> Result<Tool, BuildError> {
    const ASK: &str = "import sys; print(sys.executable, sys.prefix, sys.base_prefix, \
                       *sys.version_info[:2], sep='\\n')";
    let answer = ask(found, &["-I", "-c", ASK]).map_err(|error| unusable(PYTHON, found, error))?;
    python_from(found, &answer)
}

fn python_from(found: &Path, answer: &str) -> Result<Tool, BuildError> {
    let mut lines = answer.lines();
    let mut line = || {
        lines
            .next()
            .filter(|line| !line.is_empty())
            .ok_or_else(|| unusable(PYTHON, found, "it does not say where it is"))
    };
    let executable = PathBuf::from(line()?);
    let mut tool = Tool::new(executable.clone());
    for _ in ["prefix", "base_prefix"] {
        let directory = PathBuf::from(line()?);
        refuse_home(PYTHON, &directory)?;
        tool.needs(&directory);
    }
    tool.version = (
        line()?.parse().unwrap_or_default(),
        line()?.parse().unwrap_or_default(),
    );
    // In a virtual environment it is a link to another installation's.
    let real = fs::canonicalize(&executable).map_err(|error| unusable(PYTHON, found, error))?;
    if !sandbox::is_visible(&real) {
        tool.needs(&prefix(PYTHON, &real)?);
    }
    Ok(tool)
}

/// The compiler that `rustc` on PATH stands for.
pub(super) fn rustc() -> Result<Tool, BuildError> {
    from_sysroot("rustc")
}

/// The cargo that belongs to [`rustc`], and the crates that were downloaded before.
pub(super) fn cargo() -> Result<Tool, BuildError> {
    let mut tool = from_sysroot("cargo")?;
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    if let Some(registry) = home.map(|home| home.join("registry"))
        && registry.is_absolute()
        && registry.is_dir()
    {
        tool.binds.push(Bind {
            source: registry,
            target: Path::new(CARGO_HOME).join("registry"),
            is_writable: false,
        });
    }
    Ok(tool)
}

fn from_sysroot(name: &'static str) -> Result<Tool, BuildError> {
    let found = on_path("rustc").next().ok_or_else(|| not_found("rustc"))?;
    let answer =
        ask(&found, &["--print", "sysroot"]).map_err(|error| unusable("rustc", &found, error))?;
    let sysroot = PathBuf::from(answer.trim_end());
    refuse_home("rustc", &sysroot)?;
    let inside = sysroot.join("bin").join(name);
    let mut tool = if inside.is_file() {
        Tool::new(inside)
    } else {
        // A distribution may keep the two apart.
        plain(name)?
    };
    tool.needs(&sysroot);
    if name == "rustc" {
        tool.version = ask(&tool.program, &["--version"])
            .ok()
            .and_then(|answer| numbers(&answer))
            .unwrap_or_default();
    }
    Ok(tool)
}

/// The Go that `go` on PATH stands for.
pub(super) fn go() -> Result<Tool, BuildError> {
    let found = on_path("go").next().ok_or_else(|| not_found("go"))?;
    let answer = ask(&found, &["env", "GOROOT"]).map_err(|error| unusable("go", &found, error))?;
    let root = PathBuf::from(answer.trim_end());
    refuse_home("go", &root)?;
    let mut tool = Tool::new(root.join("bin/go"));
    tool.needs(&root);
    Ok(tool)
}

/// Executable files of this name along PATH. Relative entries are passed over: they depend on
/// where we are, and that may be a submission.
fn on_path(name: &str) -> impl Iterator<Item = PathBuf> + use<> {
    let path = std::env::var_os("PATH").unwrap_or_else(|| "/usr/bin:/bin".into());
    let candidates: Vec<PathBuf> = std::env::split_paths(&path)
        .filter(|directory| directory.is_absolute())
        .map(|directory| directory.join(name))
        .collect();
    candidates.into_iter().filter(|path| may_be_executed(path))
}

fn may_be_executed(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file() && found.mode() & 0o111 != 0)
}

/// The interpreters that pyenv has installed, the newest first: on PATH it has one of them only.
fn kept_by_pyenv() -> impl Iterator<Item = PathBuf> {
    let root = std::env::var_os("PYENV_ROOT")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".pyenv")));
    let versions = root.and_then(|root| fs::read_dir(root.join("versions")).ok());
    let mut found: Vec<(Vec<u32>, PathBuf)> = versions
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let numbers: Result<Vec<u32>, _> = name.split('.').map(str::parse).collect();
            Some((numbers.ok()?, entry.path().join("bin").join(PYTHON)))
        })
        .filter(|(_, path)| path.is_absolute() && may_be_executed(path))
        .collect();
    found.sort_unstable_by(|one, other| other.cmp(one));
    found.into_iter().map(|(_, path)| path)
}

/// Asks a tool about itself.
fn ask(program: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program)
        .args(arguments.iter().map(OsStr::new))
        .current_dir("/")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(said.lines().next_back().unwrap_or("it fails").to_owned())
    }
}

/// The installation that a program belongs to: `/opt/x` for `/opt/x/bin/cc`.
fn prefix(tool: &'static str, program: &Path) -> Result<PathBuf, BuildError> {
    let prefix = program.parent().and_then(Path::parent).unwrap_or(program);
    refuse_home(tool, prefix)?;
    Ok(prefix.to_owned())
}

/// A home directory is never shown to a submission, nor what is above it.
fn refuse_home(tool: &'static str, directory: &Path) -> Result<(), BuildError> {
    let home = std::env::var_os("HOME").map_or_else(|| PathBuf::from("/root"), PathBuf::from);
    if !directory.is_absolute() || home.starts_with(directory) {
        return Err(unusable(
            tool,
            directory,
            "to show it to a submission would be to show a home directory",
        ));
    }
    Ok(())
}

fn not_found(tool: &'static str) -> BuildError {
    BuildError::MissingTool {
        tool,
        reason: "not found on PATH".to_owned(),
    }
}

fn unusable(tool: &'static str, found: &Path, why: impl ToString) -> BuildError {
    BuildError::MissingTool {
        tool,
        reason: format!("{found:?} does not work: {}", why.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edition_follows_the_compiler() {
        let edition = |answer| {
            let mut tool = Tool::new(PathBuf::from("/usr/bin/rustc"));
            tool.version = numbers(answer).unwrap_or_default();
            tool.edition()
        };
        assert_eq!(edition("rustc 1.95.0 (59807616e 2026-04-14)"), "2024");
        assert_eq!(edition("rustc 1.63.0"), "2021");
        assert_eq!(edition("nonsense"), "2021");
    }

    #[test]
    fn a_tool_shows_what_is_not_visible_anyway_and_that_once() {
        let mut tool = Tool::new(PathBuf::from("/opt/py/bin/python3"));
        tool.needs(Path::new("/usr/lib/python3"));
        tool.needs(Path::new("/opt/py"));
        tool.needs(Path::new("/opt/py/lib"));
        let mut tools = Tools::of(tool.clone());
        tools.add(tool);
        assert_eq!(tools.binds(), [Bind::same("/opt/py")]);
        assert_eq!(tools.directories(), ["/opt/py/bin"]);
        assert!(tools.reach(Path::new("/opt/py/bin/x")));
    }
}
