//! From a CUDA kernel to PTX: by clang, with our own header in place of CUDA's.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::module::BATTERY_DIR;
use super::toolchain::{self, Tools};
use super::{BuildError, Built, confined::Confined, confined::how, environment, open, put};
use crate::gpu::{HOST_HEADERS, PRELUDE, PTX_OPTIONS};
use crate::model::ExitStatus;
use crate::model::check::{KERNEL_LAUNCH, KERNEL_PROBE, KERNEL_REFERENCE, KERNEL_SOURCE};
use crate::model::experiment::SUBMISSION_DIR;
use crate::sandbox::{Bind, Workshop};
use crate::sys::temporary;

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

/// Bytes of a kernel's file that are looked at for code that is none.
const MOST_READ: u64 = 1 << 20;

/// The header that comes before every kernel.
const FIRST: &str = "syslab_cuda.h";

/// And the one that nvcc puts before every file.
const FIRST_OF_PROGRAMS: &str = "cuda_runtime.h";

/// What a kernel's file includes in place of CUDA's headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Headers {
    /// What kernels need; nothing has to be installed for that.
    Kernels,
    /// What programs need: their headers are those of the C and C++ libraries.
    Programs,
}

/// Compiles with the headers for kernels; if that fails and there is code for the processor in the file, with
/// those for programs. `attempt` says what came of it, and whether it succeeded.
fn with_headers<T>(
    text: &str,
    mut attempt: impl FnMut(Headers) -> Result<(bool, T), BuildError>,
) -> Result<(bool, T), BuildError> {
    let tried = attempt(Headers::Kernels)?;
    match tried.0 || !has_host_code(text) {
        true => Ok(tried),
        false => attempt(Headers::Programs),
    }
}

/// Whether a file starts kernels, or has a main function: as people do who compile it with nvcc.
fn has_host_code(text: &str) -> bool {
    let has_main = || {
        let mut behind = text.split("main").skip(1);
        behind.any(|rest| rest.trim_start().starts_with('('))
    };
    text.contains("<<<") || has_main()
}

fn command(
    clang: &[String],
    (prelude, headers): (&Path, Headers),
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
        "-o".to_owned(),
        to.to_owned(),
    ]);
    let (place, first) = match headers {
        Headers::Kernels => (prelude_text.to_string(), FIRST),
        Headers::Programs => (format!("{prelude_text}/include"), FIRST_OF_PROGRAMS),
    };
    if headers == Headers::Programs {
        // By this, clang knows by what functions a launch is written down.
        words.extend(["-Xclang", "-target-sdk-version=12.0", "-std=c++17"].map(str::to_owned));
    }
    words.extend([
        "-isystem".to_owned(),
        place.clone(),
        "-include".to_owned(),
        format!("{place}/{first}"),
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
    let Some(source) = open(&directory, KERNEL_SOURCE) else {
        return Err(BuildError::NothingToBuild(format!(
            "there is no {KERNEL_SOURCE}"
        )));
    };
    let mut text = Vec::new();
    let read = source.take(MOST_READ).read_to_end(&mut text);
    read.map_err(io("read the kernel"))?;
    let text = String::from_utf8_lossy(&text);
    let (clang, words) = toolchain::clang()?;
    let prelude = workshop.battery_dir();
    put_headers(&prelude)?;
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
        let (is_done, (status, output)) = with_headers(&text, |headers| {
            let place = (Path::new(BATTERY_DIR), headers);
            let command = command(&words, place, *level, KERNEL_SOURCE, &to);
            let place = Confined::at_submission(workshop, tools.clone(), vec![bind.clone()]);
            let (status, said) = place.attempt(&command)?;
            Ok((status == ExitStatus::Code(0), (status, said.all()?)))
        })?;
        if !is_done {
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
    let place = temporary::directory().map_err(io("make a directory for the header"))?;
    put_headers(place.path())?;
    let from = source.to_string_lossy().into_owned();
    // If it cannot be read, the compiler says so.
    let text = fs::read(source).unwrap_or_default();
    let (is_done, output) = with_headers(&String::from_utf8_lossy(&text), |headers| {
        let command = command(&words, (place.path(), headers), level, &from, "-");
        let output = Command::new(&command[0])
            .args(&command[1..])
            .stdin(Stdio::null())
            .output()
            .map_err(io("start clang"))?;
        Ok((output.status.success(), output))
    })?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if !is_done {
        return Err(BuildError::Failed {
            command: format!("{COMPILER} {} {from}", level.option()),
            status: output.status.to_string(),
            output: said,
        });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Writes the headers, those for kernels and those for programs.
fn put_headers(place: &Path) -> Result<(), BuildError> {
    put(PRELUDE.iter().chain(HOST_HEADERS).copied(), place)
        .map_err(|error| BuildError::Io("put the headers in place", error))
}
