//! `syslab gpu run`: the simulator as a tool, on a kernel of somebody's own.

use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use anyhow::Context as _;
use clap::ValueEnum;

use crate::bench::build::{BuildError, Optimisation, compile};
use crate::exit::{self, Outcome, Trouble};
use crate::gpu::launch::{Checks, Dim3, End, SimOptions};
use crate::gpu::request::{self, KernelRun, Request, RequestError, arguments};
use crate::report;
use crate::ui::{Screen, grouped, visible};

/// How long nothing is said of a kernel that runs.
const PATIENCE: Duration = Duration::from_secs(5);

/// Run a CUDA kernel on the simulator, and say what it did
///
/// FILE is CUDA C++ (NAME.cu; clang compiles it, CUDA itself is not needed) or PTX (NAME.ptx). Every
/// access of the kernel is checked: bounds, alignment, null pointers, memory that nothing was
/// written to, races in shared and in global memory, barriers, endless loops. Where it goes wrong is told
/// by line, thread and block.
///
/// Each of --args is a buffer, TYPE[LENGTH] with =random, =counting or =NUMBER; a buffer without these
/// holds nothing, and reading it before it is written is a mistake; or null; or a number, of
/// the type that the kernel's parameter has. TYPE is f32, f64, i8, u8, i16, u16, i32, u32, i64 or u64.
///
/// Counters are those of a profiler, for one launch. The simulator's speed says nothing about a GPU's.
///
/// Exit status: 1 if something was found.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A kernel, in CUDA C++ or in PTX
    #[arg(index = 1, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,

    /// The kernel's name [default: the only one in the file]
    #[arg(long, value_name = "NAME")]
    kernel: Option<String>,

    /// Blocks of the grid, along x, or as X,Y or X,Y,Z
    #[arg(long, value_name = "BLOCKS", default_value = "1", value_parser = extent)]
    grid: Dim3,

    /// Threads of a block, along x, or as X,Y or X,Y,Z
    #[arg(long, value_name = "THREADS", default_value = "32", value_parser = extent)]
    block: Dim3,

    /// What the kernel is called with, by commas
    #[arg(
        long,
        value_name = "LIST",
        default_value = "",
        allow_hyphen_values = true
    )]
    args: String,

    /// Bytes of dynamic shared memory
    #[arg(long, value_name = "BYTES", default_value_t = 0)]
    shared: u32,

    /// How much the compiler improves it: 0 keeps every access that the source has
    #[arg(short = 'O', value_name = "LEVEL", default_value_t = 2, value_parser = clap::value_parser!(u8).range(0..=2))]
    level: u8,

    /// What is looked for
    #[arg(long, value_name = "WHAT", default_value = "all")]
    check: Looked,

    /// Show, line by line, what a profiler would count
    #[arg(long)]
    profile: bool,

    /// Show so many numbers of each buffer
    #[arg(long, value_name = "N", default_value_t = 8)]
    show: u64,

    /// The order of blocks and warps, and random numbers, follow from it
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Everything, as JSON
    #[arg(long)]
    json: bool,
}

/// What is looked for beside accesses to memory that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Looked {
    /// Everything
    All,
    /// Races
    Races,
    /// Memory that nothing was written to
    Uninitialised,
    /// Barriers that not all threads meet
    Barriers,
    /// Nothing more
    None,
}

const EXAMPLES: &str = "\
Examples:
  Add two vectors of a thousand numbers:
  $ syslab gpu run vector-add.cu --grid 4 --block 256 --args 'f32[1000]=random,f32[1000]=random,f32[1000],1000'

  What each line costs:
  $ syslab gpu run transpose.cu --grid 4,4 --block 32,8 --args 'f32[16384]=counting,f32[16384],128,128' --profile";

/// Reads an extent: `4`, `4,2`, `4,2,1`.
fn extent(text: &str) -> Result<Dim3, String> {
    let numbers: Vec<u32> = text
        .split([',', 'x'])
        .map(|number| number.trim().parse())
        .collect::<Result<_, _>>()
        .map_err(|_| {
            "an extent is a number, or two or three with commas between them".to_owned()
        })?;
    match numbers[..] {
        [x] => Ok(Dim3::line(x)),
        [x, y] => Ok(Dim3::new(x, y, 1)),
        [x, y, z] => Ok(Dim3::new(x, y, z)),
        _ => Err("an extent has three numbers at most".to_owned()),
    }
}

/// Runs the command.
///
/// # Errors
/// If the file cannot be read or compiled, or cannot be launched like this.
pub fn run(args: &Args, screen: &Screen) -> Outcome {
    let request = Request {
        kernel: args.kernel.clone(),
        grid: args.grid,
        block: args.block,
        shared: args.shared,
        args: arguments::parse(&args.args).map_err(Trouble::usage)?,
        show: args.show,
        options: SimOptions {
            checks: checks(args.check),
            seed: args.seed,
            ..SimOptions::default()
        },
    };
    let ptx = ptx(&args.file, args.level, screen)?;
    let run = perform(&ptx, &request, screen).map_err(|error| {
        let file = args.file.display();
        match error {
            RequestError::Load(error) => Trouble::new(
                exit::MACHINE,
                anyhow::Error::new(error).context(format!("{file} cannot be simulated")),
            ),
            error => Trouble::usage(format!("{file}: {error}")),
        }
    })?;
    let source = fs::read_to_string(&args.file).unwrap_or_default();
    match args.json {
        true => screen.print(&report::kernel_json(&run)?)?,
        false => screen.page(&report::kernel(&run, &source, args.profile, screen.out))?,
    }
    let has_failed = run.launched.end == End::Stopped || run.launched.faults_in_all > 0;
    Ok(if has_failed { exit::FAILED } else { exit::DONE })
}

/// The main function of [`KERNEL_LAUNCH`]: a file of PTX, the kernel, its grid, its block, its arguments.
///
/// Prints a line for each line of the source, with what was counted there: `3 global_loads=32 ...`.
///
/// [`KERNEL_LAUNCH`]: crate::model::check::KERNEL_LAUNCH
///
/// # Errors
/// What is wrong with these words, or with the kernel.
pub fn launch(words: &[OsString]) -> anyhow::Result<()> {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
    let [file, kernel, grid, block, args] = words[..] else {
        anyhow::bail!("a file of PTX, a kernel, a grid, a block and arguments are needed");
    };
    let request = Request {
        kernel: Some(kernel.to_owned()),
        grid: extent(grid).map_err(anyhow::Error::msg)?,
        block: extent(block).map_err(anyhow::Error::msg)?,
        shared: 0,
        args: arguments::parse(args).map_err(anyhow::Error::msg)?,
        show: 0,
        options: SimOptions::default(),
    };
    let ptx = fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?;
    let run = request::perform(&ptx, &request)?;
    let mut out = std::io::stdout().lock();
    for line in &run.launched.counters.lines {
        // A write each: the recording then has an event for each line.
        out.write_all(report::counted(line).as_bytes())?;
        out.flush()?;
    }
    Ok(())
}

/// Has it run, and says so where it takes long: a loop without an end is long, too.
fn perform(ptx: &str, request: &Request, screen: &Screen) -> Result<KernelRun, RequestError> {
    std::thread::scope(|scope| {
        let (done, over) = mpsc::channel::<()>();
        scope.spawn(move || {
            if over.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                let most = grouped(request.options.max_instructions);
                screen.say(&format!(
                    "still running; a loop without an end is taken for one after {most} instructions"
                ));
            }
        });
        let run = request::perform(ptx, request);
        drop(done);
        run
    })
}

fn checks(looked: Looked) -> Checks {
    let all = looked == Looked::All;
    Checks {
        uninitialised: all || looked == Looked::Uninitialised,
        races: all || looked == Looked::Races,
        barriers: all || looked == Looked::Barriers,
    }
}

/// The file as PTX.
fn ptx(file: &Path, level: u8, screen: &Screen) -> Result<String, Trouble> {
    if file.extension().is_some_and(|extension| extension == "ptx") {
        let text = fs::read_to_string(file);
        return Ok(text.with_context(|| format!("cannot read {}", file.display()))?);
    }
    if !file.is_file() {
        return Err(Trouble::usage(match file.exists() {
            true => format!("{} is no regular file", file.display()),
            false => format!("there is no file {}", file.display()),
        }));
    }
    let level = match level {
        0 => Optimisation::None,
        1 => Optimisation::Some,
        _ => Optimisation::Full,
    };
    compile(file, level).map_err(|error| {
        let code = match error.is_the_programs() {
            true => exit::FAILED,
            false => exit::MACHINE,
        };
        let hint = error.hint();
        let error = match error {
            BuildError::Failed {
                command, output, ..
            } => {
                for line in output.lines() {
                    screen.say(&visible(line));
                }
                anyhow::anyhow!("`{command}` failed")
            }
            error => error.into(),
        };
        Trouble::new(code, error).hint_if((!hint.is_empty()).then_some(hint))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extents_have_up_to_three_numbers() {
        assert_eq!(extent("4"), Ok(Dim3::line(4)));
        assert_eq!(extent("4, 2"), Ok(Dim3::new(4, 2, 1)));
        assert_eq!(extent("4x2x3"), Ok(Dim3::new(4, 2, 3)));
        assert!(extent("1,2,3,4").is_err() && extent("-1").is_err() && extent("").is_err());
    }
}
