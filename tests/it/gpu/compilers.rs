//! Compilers of CUDA C++ to PTX that this machine has.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use syslab::gpu::cuda::compiler;
use syslab::gpu::{PRELUDE, PTX_OPTIONS};
use syslab::sys::nvrtc::{Nvrtc, NvrtcError};

/// Versions of clang that are tried, the newest first. Versions 15 and 16 make wrong PTX of a 64-bit
/// rotation without optimisation: they leave the mask of the distance out.
const VERSIONS: std::ops::RangeInclusive<u32> = 17..=30;

/// A compiler, by the words that start it.
pub(super) struct Compiler {
    /// For complaints.
    pub(super) name: String,
    words: Vec<OsString>,
}

/// A way to make PTX of a kernel.
#[derive(Clone, Copy)]
pub(super) struct Producer {
    pub(super) compiler: &'static Compiler,
    /// `-O0` and so on.
    pub(super) level: &'static str,
}

impl Producer {
    /// For complaints.
    pub(super) fn name(self) -> String {
        format!("{} {}", self.compiler.name, self.level)
    }

    /// The PTX of a kernel's source, or what the compiler said.
    pub(super) fn compile(self, source: &Path) -> Result<String, String> {
        let output = command(&self.compiler.words)
            .args(PTX_OPTIONS)
            .args([self.level, "-include", "syslab_cuda.h", "-o", "-", "-I"])
            .arg(headers())
            .arg(source)
            .output()
            .map_err(|error| format!("{} did not start: {error}", self.compiler.name))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(format!("does not compile\n{said}"));
        }
        String::from_utf8(output.stdout).map_err(|error| error.to_string())
    }
}

/// The ways to make PTX at these levels; none, and a word about it, if there is no compiler.
pub(super) fn producers(levels: &[&'static str]) -> Vec<Producer> {
    installed()
        .iter()
        .flat_map(|compiler| levels.iter().map(move |level| Producer { compiler, level }))
        .collect()
}

/// NVIDIA's compiler, if it is installed, which compiles for the same devices as the others; a word about it,
/// if not.
fn nvrtc() -> Option<&'static Nvrtc> {
    static FOUND: OnceLock<Option<Nvrtc>> = OnceLock::new();
    FOUND
        .get_or_init(|| {
            let found = compiler::find(&[]).ok();
            if found.is_none() {
                println!("skipped: NVRTC is not installed; clang compiles alone");
            }
            found
        })
        .as_ref()
}

/// The PTX of a kernel's source by every producer at these levels, and by NVIDIA's compiler, each with a name; or
/// what they said.
pub(super) fn all(levels: &[&'static str], source: &Path) -> Vec<(String, Result<String, String>)> {
    let mut all: Vec<_> = producers(levels)
        .into_iter()
        .map(|producer| (producer.name(), producer.compile(source)))
        .collect();
    if let Some(nvrtc) = nvrtc() {
        let text = fs::read_to_string(source).unwrap();
        match compiler::compile(nvrtc, &text, source, (7, 5)) {
            Ok(compiled) => all.push(("NVRTC".to_owned(), Ok(compiled.ptx))),
            // The toolkit's headers are apart from its compiler.
            Err(NvrtcError::Rejected(why)) if why.contains("open source file") => {}
            Err(error) => all.push(("NVRTC".to_owned(), Err(error.to_string()))),
        }
    }
    all
}

/// The files of one directory of the suite, sorted.
pub(super) fn sources(directory: &str) -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/gpu")
        .join(directory);
    let mut found: Vec<PathBuf> = fs::read_dir(&directory)
        .unwrap_or_else(|error| panic!("{}: {error}", directory.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    found.sort();
    found
}

/// A directory with the headers for kernels.
fn headers() -> &'static Path {
    static PUT: OnceLock<PathBuf> = OnceLock::new();
    PUT.get_or_init(|| {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("prelude");
        for (name, text) in PRELUDE {
            let path = place.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        place
    })
}

fn command(words: &[OsString]) -> Command {
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).stdin(Stdio::null());
    command
}

fn installed() -> &'static [Compiler] {
    static FOUND: OnceLock<Vec<Compiler>> = OnceLock::new();
    let found = FOUND.get_or_init(|| [clang(), ziglang()].into_iter().flatten().collect());
    let has = |name: &str| found.iter().any(|compiler| compiler.name.starts_with(name));
    match (has("clang"), has("ziglang")) {
        (true, true) => {}
        (true, false) => println!("skipped: ziglang is not installed; clang compiles alone"),
        (false, true) => println!("skipped: clang is not installed; ziglang compiles alone"),
        (false, false) => println!("skipped: no clang for kernels; see scripts/setup"),
    }
    found
}

/// The newest clang on PATH.
fn clang() -> Option<Compiler> {
    VERSIONS
        .rev()
        .map(|version| format!("clang-{version}"))
        .chain(["clang".to_owned()])
        .find_map(|name| installed_as(&name, vec![OsString::from(&name)]))
}

/// The clang of the ziglang wheel, in the virtual environment of scripts/setup or beside python3.
fn ziglang() -> Option<Compiler> {
    let home = env::var_os("HOME").unwrap_or_default();
    let data = env::var_os("XDG_DATA_HOME")
        .map_or_else(|| Path::new(&home).join(".local/share"), PathBuf::from);
    [
        data.join("syslab/venv/bin/python").into_os_string(),
        OsString::from("python3"),
    ]
    .into_iter()
    .find_map(|python| {
        let words = vec![python, "-m".into(), "ziglang".into(), "clang".into()];
        installed_as("ziglang", words)
    })
}

/// A compiler, if it starts and knows NVIDIA's devices.
fn installed_as(name: &str, words: Vec<OsString>) -> Option<Compiler> {
    let output = command(&words).arg("--print-targets").output().ok()?;
    let targets = String::from_utf8_lossy(&output.stdout);
    targets.contains("nvptx64").then(|| Compiler {
        name: name.to_owned(),
        words,
    })
}
