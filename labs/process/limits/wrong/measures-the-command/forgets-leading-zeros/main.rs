//! The mistake: thousandths are written without their leading zeros: 7 milliseconds become 0.7 s.

use std::ffi::OsString;
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitCode, ExitStatus};

const USAGE: u8 = 2;
const NOT_LIMITED: u8 = 125;
const NOT_EXECUTABLE: u8 = 126;
const NOT_FOUND: u8 = 127;

/// The two calls that the standard library has no name for, with Linux' numbers.
mod sys {
    use std::io;
    use std::time::Duration;

    pub const RLIMIT_CPU: i32 = 0;
    pub const RLIMIT_FSIZE: i32 = 1;
    pub const RLIMIT_NOFILE: i32 = 7;
    pub const RLIMIT_AS: i32 = 9;

    /// What a child used up; the kernel's structure has more, which is not asked here.
    #[repr(C)]
    #[derive(Default)]
    pub struct Usage {
        user: [i64; 2],
        system: [i64; 2],
        pub maxrss_kib: i64,
        rest: [i64; 13],
    }

    impl Usage {
        pub fn cpu(&self) -> Duration {
            let time = |[s, us]: [i64; 2]| {
                Duration::from_secs(s as u64) + Duration::from_micros(us as u64)
            };
            time(self.user) + time(self.system)
        }
    }

    unsafe extern "C" {
        fn setrlimit(resource: i32, limits: *const [u64; 2]) -> i32;
        fn wait4(pid: i32, status: *mut i32, options: i32, usage: *mut Usage) -> i32;
    }

    /// Sets a limit of this process, soft and hard.
    pub fn limit(resource: i32, value: u64) -> io::Result<()> {
        // SAFETY: the two numbers outlive the call.
        match unsafe { setrlimit(resource, &[value, value]) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }

    /// Waits for a child; returns its status and what it used up.
    pub fn wait(pid: u32) -> io::Result<(i32, Usage)> {
        let (mut status, mut usage) = (0, Usage::default());
        // SAFETY: both are live, and as large as the kernel's own.
        while unsafe { wait4(pid as i32, &mut status, 0, &mut usage) } < 0 {
            let error = io::Error::last_os_error();
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error);
            }
        }
        Ok((status, usage))
    }
}

/// Options: name, resource, bytes or seconds in one unit.
const OPTIONS: [(&str, i32, u64); 4] = [
    ("--cpu", sys::RLIMIT_CPU, 1),
    ("--files", sys::RLIMIT_NOFILE, 1),
    ("--fsize", sys::RLIMIT_FSIZE, 1024),
    ("--memory", sys::RLIMIT_AS, 1024 * 1024),
];

/// signal(7), from 1 on.
const SIGNALS: [&str; 31] = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
    "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
    "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
];

fn number(text: &str, unit: u64) -> Result<u64, String> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("not a number: {text:?}"));
    }
    text.parse::<u64>()
        .ok()
        .and_then(|value| value.checked_mul(unit))
        .filter(|value| *value <= 1 << 63)
        .ok_or_else(|| format!("too large: {text}"))
}

/// What was asked for: limits by resource, and the command with its arguments.
type Request = (Vec<(i32, u64)>, OsString, Vec<OsString>);

fn parse(mut args: impl Iterator<Item = OsString>) -> Result<Request, String> {
    let mut limits = Vec::new();
    loop {
        let arg = args.next().ok_or("no command")?;
        if arg == "--" {
            break;
        }
        let (name, resource, unit) = OPTIONS
            .into_iter()
            .find(|(name, ..)| arg == *name)
            .ok_or_else(|| format!("unknown option: {}", arg.display()))?;
        let value = args.next().ok_or(format!("no number after {name}"))?;
        limits.retain(|(its, _)| *its != resource);
        limits.push((resource, number(&value.to_string_lossy(), unit)?));
    }
    let command = args.next().ok_or("no command")?;
    Ok((limits, command, args.collect()))
}

/// Runs the command; an error comes with the status to exit with.
fn run((limits, command, args): Request) -> Result<(ExitStatus, sys::Usage), (u8, String)> {
    let trouble = |error: io::Error| (NOT_LIMITED, error.to_string());
    let (mut failures, report) = io::pipe().map_err(trouble)?;
    let mut start = Command::new(&command);
    start.args(args);
    let limit = move || {
        limits
            .iter()
            .try_for_each(|(resource, value)| sys::limit(*resource, *value))
            .inspect_err(|_| drop((&report).write(b"!")))
    };
    // SAFETY: between fork and exec there are system calls only, and no memory is allocated.
    unsafe { start.pre_exec(limit) };
    let spawned = start.spawn();
    drop(start); // and with it our end of the pipe
    let child = spawned.map_err(|error| {
        let is_ours = failures.read(&mut [0]).is_ok_and(|got| got > 0);
        match error.kind() {
            _ if is_ours => (NOT_LIMITED, format!("cannot set the limits: {error}")),
            ErrorKind::NotFound => (NOT_FOUND, format!("{}: {error}", command.display())),
            _ => (NOT_EXECUTABLE, format!("{}: {error}", command.display())),
        }
    })?;
    let (status, usage) = sys::wait(child.id()).map_err(trouble)?;
    Ok((ExitStatus::from_raw(status), usage))
}

fn main() -> ExitCode {
    let request = parse(std::env::args_os().skip(1)).map_err(|why| (USAGE, why));
    match request.and_then(run) {
        Ok((status, usage)) => {
            let (ended, code) = match status.signal() {
                Some(signo) => {
                    let name = SIGNALS.get(signo as usize - 1).unwrap_or(&"RT");
                    (format!("signal SIG{name}"), 128 + signo)
                }
                None => {
                    let code = status.code().unwrap_or_default();
                    (format!("exit {code}"), code)
                }
            };
            let (cpu, maxrss) = (usage.cpu(), usage.maxrss_kib);
            let (s, ms) = (cpu.as_secs(), cpu.subsec_millis());
            eprintln!("{ended} cpu={s}.{ms} maxrss={maxrss}");
            ExitCode::from(code as u8)
        }
        Err((status, why)) => {
            eprintln!("limits: {why}");
            ExitCode::from(status)
        }
    }
}
