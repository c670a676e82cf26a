//! From a directory to a program that can be started.
//!
//! What is in the directory says how: an executable `run` is started; else `main.py`,
//! `Cargo.toml`, `go.mod`, `Makefile`, `main.c` or `main.rs`, in this order, where a description
//! of a build goes before a single file that it may be about. An executable `build` is run first.
//! Everything that a submission can influence happens in the sandbox: a compiler reads any file
//! that it is told to, and a Makefile is a program.

mod confined;
mod detect;
mod kernel;
mod module;
mod script;
mod toolchain;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

pub use self::confined::Confined;
pub use self::detect::{Kind, detect};
pub use self::kernel::{Optimisation, build_kernel, compile};
pub use self::module::{BATTERY_DIR, build_audited, build_module};
use self::toolchain::Tool;
pub use self::toolchain::{Python, Tools};
use crate::model::experiment::SUBMISSION_DIR;
use crate::sandbox::{Bind, SandboxError, Workshop};
use crate::sys::beneath;

/// A submission that can be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// Program and first arguments, as seen inside; those of the experiment follow.
    pub argv: Vec<String>,
    /// What it needs of the host beside its own directory and the lab's.
    pub binds: Vec<Bind>,
    /// Its environment.
    pub env: Vec<(String, String)>,
    /// What the compiler said, if anything.
    pub warnings: String,
}

/// Why a submission cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Nothing that could be started.
    #[error("nothing to start: there is none of {}", detect::LOOKED_FOR)]
    NothingToStart,
    /// It should be executable.
    #[error("{0} is not executable")]
    NotExecutable(&'static str),
    /// The kernel would not execute it.
    #[error("{0} cannot be executed: {1}")]
    BadScript(&'static str, String),
    /// A tool is not installed.
    #[error("needs {tool}: {reason}")]
    MissingTool {
        /// Its name.
        tool: &'static str,
        /// Why it is not to be had.
        reason: String,
    },
    /// There is nothing of the form that the lab asks for.
    #[error("{0}")]
    NothingToBuild(String),
    /// A Python package that the technology needs is not installed.
    #[error("needs {0}")]
    MissingPackage(String),
    /// The build said no.
    #[error("`{command}` failed ({status})\n{output}")]
    Failed {
        /// The command, as one would type it.
        command: String,
        /// How it ended.
        status: String,
        /// The beginning of what it said.
        output: String,
    },
    /// The build did not end.
    #[error(
        "`{command}` did not end within {} seconds\n{output}",
        confined::WALL_S
    )]
    TimedOut {
        /// The command, as one would type it.
        command: String,
        /// The beginning of what it said.
        output: String,
    },
    /// The build used too much memory.
    #[error("`{command}` used more than {} MiB of memory", confined::MEMORY_KIB / 1024)]
    TooMuchMemory {
        /// The command, as one would type it.
        command: String,
    },
    /// The build succeeded and made nothing that could be started.
    #[error("`{command}` succeeded, but made no executable {expected}")]
    MadeNothing {
        /// The command, as one would type it.
        command: String,
        /// What was looked for.
        expected: &'static str,
    },
    /// The build could not be confined.
    #[error("cannot build")]
    Sandbox(#[from] SandboxError),
    /// A file of ours.
    #[error("cannot {0}")]
    Io(&'static str, #[source] io::Error),
}

impl BuildError {
    /// Whether it is the submission's own doing, and not this machine's.
    pub fn is_the_programs(&self) -> bool {
        !matches!(
            self,
            Self::MissingTool { .. } | Self::MissingPackage(_) | Self::Sandbox(_) | Self::Io(..)
        )
    }

    /// What could be done about it; empty if that is plain.
    pub fn hint(&self) -> String {
        match self {
            Self::NotExecutable(name) => format!("chmod +x {name}"),
            Self::MissingTool { tool, .. } => {
                format!("`syslab doctor` says how to install {tool} here")
            }
            Self::MissingPackage(_) => {
                "scripts/setup installs what builds of extensions need; see `syslab doctor`"
                    .to_owned()
            }
            Self::Sandbox(error) => error.hint().to_owned(),
            Self::Failed {
                command, output, ..
            } if kernel::lacks_header(command, output) => {
                "There is the language with its mathematics, cuda_fp16.h and cooperative_groups.h, and \
                 no library of CUDA's. What do you need of that header?"
                    .to_owned()
            }
            _ => String::new(),
        }
    }
}

/// Builds what is in the workshop and says how it is started.
///
/// # Errors
/// What the submission lacks, or what its compiler says of it.
pub fn build(workshop: &Workshop) -> Result<Built, BuildError> {
    let bench = Bench::new(workshop)?;
    let mut said = String::new();
    if detect::has_build(&bench.directory)? {
        script::check(&bench.directory, "build")?;
        let tools = script::tools(&bench.directory, "build");
        script::check_interpreter(&bench.directory, "build", &tools)?;
        let command = [format!("{SUBMISSION_DIR}/build")];
        said += &confined::execute(workshop, &tools, &command)?.all()?;
    }
    let kind = detect::detect_in(&bench.directory)?;
    if kind == Kind::Kernel {
        return kernel::build_launched(workshop);
    }
    let (argv, tools, more) = bench.by_kind(kind)?;
    said += &more;
    Ok(Built {
        argv,
        env: environment(&tools),
        binds: tools.binds(),
        warnings: said,
    })
}

/// The copy of a submission, being built.
struct Bench<'a> {
    workshop: &'a Workshop,
    directory: File,
}

/// Program and arguments, what they need, and what the compiler said.
type Start = (Vec<String>, Tools, String);

impl<'a> Bench<'a> {
    fn new(workshop: &'a Workshop) -> Result<Self, BuildError> {
        let directory = File::open(workshop.submission_dir())
            .map_err(|error| BuildError::Io("open the submission's copy", error))?;
        Ok(Self {
            workshop,
            directory,
        })
    }

    fn by_kind(&self, kind: Kind) -> Result<Start, BuildError> {
        match kind {
            Kind::Run => {
                script::check(&self.directory, "run")?;
                let tools = script::tools(&self.directory, "run");
                script::check_interpreter(&self.directory, "run", &tools)?;
                Ok((vec![format!("{SUBMISSION_DIR}/run")], tools, String::new()))
            }
            Kind::Python => {
                let python = toolchain::python()?;
                let argv = vec![python.program_text(), format!("{SUBMISSION_DIR}/main.py")];
                Ok((argv, Tools::of(python), String::new()))
            }
            Kind::C => {
                let cc = toolchain::plain("cc")?;
                let command = words(&cc, "-O2 -g -Wall -pthread -o main main.c");
                self.compile(Tools::of(cc), &command, &["main"])
            }
            Kind::Rust => {
                let rustc = toolchain::rustc()?;
                let edition = rustc.edition();
                let command = words(
                    &rustc,
                    &format!("--edition {edition} -C opt-level=1 -g -o main main.rs"),
                );
                self.compile(Tools::of(rustc), &command, &["main"])
            }
            Kind::Make => {
                let make = toolchain::plain("make")?;
                let command = vec![make.program_text()];
                let mut tools = script::tools(&self.directory, "Makefile");
                tools.add(make);
                self.compile(tools, &command, &["run", "main"])
            }
            Kind::Go => {
                let go = toolchain::go()?;
                let command = words(&go, "build -o main .");
                self.compile(Tools::of(go), &command, &["main"])
            }
            Kind::Cargo => self.cargo(),
            // Launched, and not started: that is another way to build.
            Kind::Kernel => Err(BuildError::NothingToStart),
        }
    }

    /// Runs a compiler that makes one of `results`.
    fn compile(
        &self,
        tools: Tools,
        command: &[String],
        results: &'static [&'static str],
    ) -> Result<Start, BuildError> {
        let said = confined::execute(self.workshop, &tools, command)?.all()?;
        for name in results {
            if detect::is_executable(&self.directory, name) == Some(true) {
                return Ok((vec![format!("{SUBMISSION_DIR}/{name}")], tools, said));
            }
        }
        Err(BuildError::MadeNothing {
            command: typed(command),
            expected: match results {
                ["run", ..] => "run or main",
                _ => "main",
            },
        })
    }

    /// Runs cargo, and asks it for the name of what it made.
    fn cargo(&self) -> Result<Start, BuildError> {
        let cargo = toolchain::cargo()?;
        let command = words(
            &cargo,
            "build --offline --quiet --message-format=json-render-diagnostics",
        );
        let tools = Tools::of(cargo);
        let (messages, errors) = confined::execute(self.workshop, &tools, &command)?.apart()?;
        let program = messages
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            .filter_map(|message| message.get("executable")?.as_str().map(str::to_owned))
            .next_back()
            .ok_or_else(|| BuildError::MadeNothing {
                command: typed(&command),
                expected: "program",
            })?;
        Ok((vec![program], tools, errors))
    }
}

/// The environment of builds and runs: the same everywhere, but for where tools are.
fn environment(tools: &Tools) -> Vec<(String, String)> {
    let mut path = tools.directories();
    path.extend(["/usr/local/bin", "/usr/bin", "/bin"].map(str::to_owned));
    path.dedup();
    let fixed = [
        ("HOME", "/tmp"),
        ("LANG", "C.UTF-8"),
        ("TMPDIR", "/tmp"),
        // The submission cannot be written to: trying costs system calls.
        ("PYTHONDONTWRITEBYTECODE", "1"),
        // Leaks are looked for by ptrace, and a program that is traced cannot have that.
        ("ASAN_OPTIONS", "detect_leaks=0"),
        ("LSAN_OPTIONS", "detect_leaks=0"),
        ("CARGO_HOME", toolchain::CARGO_HOME),
        ("CARGO_TERM_COLOR", "never"),
        ("GOCACHE", "/tmp/go-cache"),
        ("GOPATH", "/tmp/go"),
        ("GOPROXY", "off"),
        ("GOTOOLCHAIN", "local"),
    ];
    std::iter::once(("PATH".to_owned(), path.join(":")))
        .chain(
            fixed
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        )
        .collect()
}

fn words(tool: &Tool, arguments: &str) -> Vec<String> {
    std::iter::once(tool.program_text())
        .chain(arguments.split(' ').map(str::to_owned))
        .collect()
}

/// The command as one would type it: without the directory that the tool was found in.
fn typed(command: &[String]) -> String {
    let mut words = command.to_vec();
    if let Some(first) = words.first_mut()
        && let Some(name) = Path::new(&*first)
            .file_name()
            .and_then(|name| name.to_str())
    {
        *first = if first.starts_with(SUBMISSION_DIR) {
            format!("./{name}")
        } else {
            name.to_owned()
        };
    }
    words.join(" ")
}

/// Opens a file of the submission for looking into it; `None` if it is not there.
fn open(directory: &File, name: &str) -> Option<File> {
    beneath::open_regular_by_links(directory, &PathBuf::from(name)).ok()
}

/// Writes files of our own, by name and text, below a directory.
fn put<'a>(files: impl Iterator<Item = (&'a str, &'a str)>, place: &Path) -> io::Result<()> {
    fs::create_dir_all(place)?;
    for (name, text) in files {
        let path = place.join(name);
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}
