//! From a CUDA kernel to PTX: by clang, with our own header in place of CUDA's.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::module::BATTERY_DIR;
use super::toolchain::{self, Tools};
use super::{BuildError, Built, confined::Confined, confined::how, environment, open};
use crate::gpu::{PRELUDE, PTX_OPTIONS};
use crate::model::ExitStatus;
use crate::model::check::{KERNEL_LAUNCH, KERNEL_PROBE, KERNEL_REFERENCE, KERNEL_SOURCE};
use crate::model::experiment::SUBMISSION_DIR;
use crate::sandbox::{Bind, Workshop};

/// How much the compiler is to improve a kernel. What makes it fast may hide a mistake: the slow code
/// does every access that the source has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Optimisation {
    /// `-O0`
    None,
    /// `-O1`
    Some,
    /// `-O2`
    Full,
}

impl Optimisation {
    fn option(self) -> &'static str {
        match self {
            Self::None => "-O0",
            Self::Some => "-O1",
            Self::Full => "-O2",
        }
    }
}

/// What a lab's kernel is compiled to, below the submission's directory, each with its own name.
const RESULTS: [(Optimisation, &str); 2] = [
    (Optimisation::Full, "kernel.ptx"),
    (Optimisation::None, "kernel.O0.ptx"),
];

/// The directory for it.
const BUILT: &str = ".built";

/// The compiler, as one would type it.
const COMPILER: &str = "clang -x cuda";

/// This binary, inside: the program that launches kernels.
const PROBE: &str = "/syslab";

/// The header that comes before every kernel.
const FIRST: &str = "syslab_cuda.h";

fn command(
    clang: &[String],
    prelude: &Path,
    level: Optimisation,
    from: &str,
    to: &str,
) -> Vec<String> {
    let prelude_text = prelude.to_string_lossy();
    let mut words = clang.to_vec();
    words.extend(PTX_OPTIONS.iter().map(|word| (*word).to_owned()));
    words.extend([
        "-Wall".to_owned(),
        "-Wno-unknown-cuda-version".to_owned(),
        level.option().to_owned(),
        "-isystem".to_owned(),
        prelude_text.to_string(),
        "-include".to_owned(),
        format!("{prelude_text}/{FIRST}"),
        "-o".to_owned(),
        to.to_owned(),
        from.to_owned(),
    ]);
    words
}

/// Whether a build failed since it asks for a header that is not there.
pub(super) fn lacks_header(command: &str, output: &str) -> bool {
    command.starts_with(COMPILER) && output.contains("' file not found")
}

/// Compiles what is in the workshop; what is then started is our own probe, which tries the kernel as
/// the lab asks; with a `reference`, where there is a device, also how fast it is beside that.
///
/// # Errors
/// What the submission lacks, or what the compiler says of it; what this machine lacks.
pub fn build_kernel(workshop: &Workshop, reference: Option<&[u8]>) -> Result<Built, BuildError> {
    let built = build(workshop, &RESULTS, &[KERNEL_PROBE])?;
    if let Some(source) = reference {
        build_reference(workshop, source)?;
    }
    Ok(built)
}

/// Compiles a kernel of ours to what a submission's is timed beside.
fn build_reference(workshop: &Workshop, source: &[u8]) -> Result<(), BuildError> {
    let io = |error| BuildError::Io("put the reference in place", error);
    let built = workshop.submission_dir().join(BUILT);
    let [text, ptx] = KERNEL_REFERENCE.map(|name| built.join(name));
    put_anew(&text, source).map_err(io)?;
    put_anew(&ptx, compile(&text, Optimisation::Full)?.as_bytes()).map_err(io)
}

/// Writes a file where a submission may have put anything.
fn put_anew(path: &Path, content: &[u8]) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok() {
        fs::remove_file(path)?;
    }
    fs::File::create_new(path)?.write_all(content)
}

/// Compiles what is in the workshop; what is then started launches the kernel once, as it is told, and
/// says what that took.
///
/// # Errors
/// As [`build_kernel`].
pub(super) fn build_launched(workshop: &Workshop) -> Result<Built, BuildError> {
    let (_, name) = RESULTS[0];
    let file = format!("{SUBMISSION_DIR}/{BUILT}/{name}");
    build(workshop, &RESULTS[..1], &[KERNEL_LAUNCH, &file])
}

/// Compiles, once for each result; `start` are the words with which this binary is then started.
fn build(
    workshop: &Workshop,
    results: &[(Optimisation, &str)],
    start: &[&str],
) -> Result<Built, BuildError> {
    let io = |what| move |error| BuildError::Io(what, error);
    let directory =
        fs::File::open(workshop.submission_dir()).map_err(io("open the submission's copy"))?;
    if open(&directory, KERNEL_SOURCE).is_none() {
        return Err(BuildError::NothingToBuild(format!(
            "there is no {KERNEL_SOURCE}"
        )));
    }
    let (clang, words) = toolchain::clang()?;
    let prelude = workshop.battery_dir();
    put_prelude(&prelude).map_err(io("put the header in place"))?;
    make_room(&workshop.submission_dir().join(BUILT))?;
    let tools = Tools::of(clang);
    let bind = Bind {
        source: prelude,
        target: BATTERY_DIR.into(),
        is_writable: false,
    };
    let mut warnings = String::new();
    for (level, name) in results {
        let to = format!("{BUILT}/{name}");
        let command = command(&words, Path::new(BATTERY_DIR), *level, KERNEL_SOURCE, &to);
        let place = Confined::at_submission(workshop, tools.clone(), vec![bind.clone()]);
        let (status, said) = place.attempt(&command)?;
        let output = said.all()?;
        if status != ExitStatus::Code(0) {
            return Err(BuildError::Failed {
                command: format!("{COMPILER} {} {KERNEL_SOURCE}", level.option()),
                status: how(status),
                output,
            });
        }
        if warnings.is_empty() {
            warnings = output;
        }
    }
    let program = workshop.actor().map_err(io("copy syslab itself"))?;
    Ok(Built {
        argv: std::iter::once(PROBE)
            .chain(start.iter().copied())
            .map(str::to_owned)
            .collect(),
        env: environment(&tools),
        binds: vec![Bind {
            source: program,
            target: PROBE.into(),
            is_writable: false,
        }],
        warnings,
    })
}

/// Makes the directory for what is built, in which the compiler may write. It runs as somebody else, and a
/// submission may have put anything there.
fn make_room(place: &Path) -> Result<(), BuildError> {
    let io = |error| BuildError::Io("make a directory for what is built", error);
    match fs::create_dir(place) {
        Ok(()) => fs::set_permissions(place, fs::Permissions::from_mode(0o777)).map_err(io),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            match fs::symlink_metadata(place).map_err(io)?.is_dir() {
                true => Ok(()),
                false => Err(BuildError::NothingToBuild(format!(
                    "{BUILT} is the name of the directory for what is built"
                ))),
            }
        }
        Err(error) => Err(io(error)),
    }
}

/// Compiles a file of the user's own, or of ours, where it is, and gives the PTX. What the compiler says
/// goes to standard error.
///
/// # Errors
/// If there is no compiler, or it says no: then it has said why.
pub fn compile(source: &Path, level: Optimisation) -> Result<String, BuildError> {
    let io = |what| move |error| BuildError::Io(what, error);
    let (_, words) = toolchain::clang()?;
    let place = tempfile::tempdir().map_err(io("make a directory for the header"))?;
    put_prelude(place.path()).map_err(io("put the header in place"))?;
    let from = source.to_string_lossy().into_owned();
    let command = command(&words, place.path(), level, &from, "-");
    let output = Command::new(&command[0])
        .args(&command[1..])
        .stdin(Stdio::null())
        .output()
        .map_err(io("start clang"))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        return Err(BuildError::Failed {
            command: format!("{COMPILER} {} {from}", level.option()),
            status: output.status.to_string(),
            output: said,
        });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Writes the header, and those that it stands for.
fn put_prelude(place: &Path) -> io::Result<()> {
    for (name, text) in PRELUDE {
        let path: PathBuf = place.join(name);
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}
