//! `syslab __confine`: runs a command in a submission's sandbox, as a check would, untraced.
//!
//! For those who write labs and for our own tests. Not in the help: learners run `check`.

use std::ffi::OsString;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Parser;
use nix::sys::ptrace;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use crate::bench::build;
use crate::model::ExitStatus;
use crate::model::experiment::{LAB_DIR, SUBMISSION_DIR};
use crate::sandbox::{Bind, BoxLimits, BoxSpec, Confinement, Rung, Workshop, launch, policy};
use crate::sys::memory;
use crate::sys::ptrace::{registers, stack_pointer};

/// Runs a command in a submission's sandbox, as a check would, untraced.
#[derive(Debug, Parser)]
#[command(name = "syslab __confine")]
struct Args {
    /// The submission.
    submission: PathBuf,
    /// Tasks alive at once.
    #[arg(long)]
    processes: Option<u64>,
    /// Writable private memory of each process, KiB.
    #[arg(long)]
    data_kib: Option<u64>,
    /// Bytes in a file.
    #[arg(long)]
    file_size: Option<u64>,
    /// Ends the run after so many seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Confine so strongly, and fail if that cannot be done here.
    #[arg(long)]
    rung: Option<Rung>,
    /// Let it use io_uring.
    #[arg(long)]
    rings: bool,
    /// Say the pids of box, init and first process on standard error.
    #[arg(long)]
    pids: bool,
    /// Attach to the program before it starts, as a tracer does, and read from its memory.
    #[arg(long)]
    seize: bool,
    /// Build the submission and run it; the command is its arguments then.
    #[arg(long)]
    build: bool,
    /// Program and arguments, as seen inside.
    #[arg(last = true)]
    command: Vec<OsString>,
}

/// Runs it; exits like the command does (128+n for signal n), with 124 when its time is over and
/// 125 when it could not be confined.
pub fn main() -> ExitCode {
    // The command's name is in the way of clap.
    let args = Args::parse_from(std::env::args_os().skip(1));
    match run(&args) {
        Ok(Some(ExitStatus::Code(code))) => ExitCode::from(code as u8),
        Ok(Some(ExitStatus::Signal(signal))) => ExitCode::from(128 + signal as u8),
        Ok(None) => ExitCode::from(124),
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::from(125)
        }
    }
}

fn run(args: &Args) -> anyhow::Result<Option<ExitStatus>> {
    let asked = args.rung.map(|rung| Confinement {
        rung,
        detail: vec!["asked for".to_owned()],
    });
    let workshop = Workshop::enter(&args.submission, asked.as_ref())?;
    for skipped in workshop.skipped() {
        writeln!(io::stderr(), "skipped: {skipped}")?;
    }
    let lab = workshop.lab_dir(0, 0)?;
    let mut argv = Vec::new();
    let mut env = vec![("PATH".into(), "/usr/bin:/bin".into())];
    let mut binds = vec![
        Bind {
            source: workshop.submission_dir(),
            target: SUBMISSION_DIR.into(),
            is_writable: false,
        },
        Bind {
            source: lab.path().to_owned(),
            target: LAB_DIR.into(),
            is_writable: true,
        },
    ];
    if args.build {
        let built = build::build(&workshop)?;
        write!(io::stderr(), "{}", built.warnings)?;
        argv.extend(built.argv.into_iter().map(OsString::from));
        env = built
            .env
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        binds.extend(built.binds);
    }
    argv.extend(args.command.iter().cloned());
    let spec = BoxSpec {
        target: Vec::new(),
        argv,
        env,
        lists: Vec::new(),
        cwd: SUBMISSION_DIR.into(),
        binds,
        limits: limits(args),
        host_uid: workshop.host_uid(),
        has_network: true,
        has_terminal: false,
        devices: Vec::new(),
        root: workshop.root(),
        rung: workshop.confinement().rung,
    };
    let stdio = [
        io::stdin().as_fd().try_clone_to_owned()?,
        io::stdout().as_fd().try_clone_to_owned()?,
        io::stderr().as_fd().try_clone_to_owned()?,
    ];
    let mut launched = launch(&spec, &policy::filter(args.rings), stdio)?;
    if args.pids {
        writeln!(
            io::stderr(),
            "box {} init {} first {}",
            launched.box_pid,
            launched.init,
            launched.first
        )?;
    }
    if args.seize {
        let first = Pid::from_raw(launched.first);
        ptrace::seize(first, ptrace::Options::PTRACE_O_EXITKILL).context("cannot seize")?;
        // While it still waits: a short program would be over before it could be stopped.
        ptrace::interrupt(first).context("cannot interrupt")?;
    }
    launched.release()?;
    if args.seize {
        follow(launched.first)?;
    }
    let status = launched
        .wait(Instant::now() + Duration::from_secs(args.seconds))
        .context("the command did not run")?;
    launched.finish();
    Ok(status)
}

/// Stops the program once, reads from its stack, and lets it go on to its end.
fn follow(first: i32) -> anyhow::Result<()> {
    let first = Pid::from_raw(first);
    loop {
        match waitpid(first, Some(WaitPidFlag::__WALL))? {
            WaitStatus::Exited(..) | WaitStatus::Signaled(..) => return Ok(()),
            WaitStatus::PtraceEvent(..) => {
                let registers = registers(first.as_raw()).context("cannot ask where it is")?;
                memory::read_u64(first.as_raw(), stack_pointer(&registers))
                    .context("cannot read its memory")?;
                writeln!(io::stderr(), "seized")?;
                ptrace::cont(first, None)?;
            }
            WaitStatus::Stopped(_, signal) => ptrace::cont(first, signal)?,
            _ => ptrace::cont(first, None)?,
        }
    }
}

fn limits(args: &Args) -> BoxLimits {
    let default = BoxLimits::default();
    BoxLimits {
        processes: args.processes.unwrap_or(default.processes),
        data_kib: args.data_kib.unwrap_or(default.data_kib),
        file_size: args.file_size.unwrap_or(default.file_size),
        ..default
    }
}
