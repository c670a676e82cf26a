//! The `syslab` binary.
//!
//! It starts itself again under hidden names: those parts of the engine that need a process of
//! their own. They are looked for before anything else, so that they start fast and touch
//! nothing of the user's.

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use syslab::model::check::{KERNEL_LAUNCH, KERNEL_PROBE};
use syslab::model::experiment::ACTOR;
use syslab::{bench, cli, commands, embedded, exit, gpu, grade, lessons, sandbox, stimulus};

/// A hidden entry: the arguments after its name.
type Entry = fn(&[OsString]) -> ExitCode;

/// The hidden entries, by name.
static ENTRIES: &[(&str, Entry)] = &[
    (sandbox::BOX_COMMAND, |_| sandbox::enter_box()),
    ("__confine", |_| commands::confine::main()),
    (bench::WORKER_COMMAND, |_| {
        ended(bench::worker::main(commands::which::LABS))
    }),
    (bench::RUN_COMMAND, |args| ended(bench::runners::main(args))),
    (grade::WORKER_COMMAND, |args| {
        ended(grade::worker::main(args))
    }),
    (bench::live::START_COMMAND, |args| {
        ended(bench::live::start(args).map(|_| ()))
    }),
    (bench::lookup::COMMAND, |args| {
        ended(bench::lookup::main(args))
    }),
    (stimulus::actor::COMMAND, act),
    (stimulus::clients::COMMAND, |args| {
        ended(stimulus::clients::main(args))
    }),
    (lessons::player::PLAYER_COMMAND, lessons::player::play),
    (embedded::mdbook::COMMAND, |args| {
        ended(embedded::mdbook::main(&texts(args)))
    }),
    (KERNEL_PROBE, |args| {
        lessons::gpu::probe::main(&texts(args), &mut std::io::stdout().lock())
    }),
    (KERNEL_LAUNCH, |args| {
        ended(commands::kernel::launch(args).map_err(std::io::Error::other))
    }),
];

/// The exit code of a hidden entry; its callers read what it says, not how it ends.
fn ended(result: std::io::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("syslab: {error}");
            ExitCode::from(exit::BUG)
        }
    }
}

/// The actor, or the device process, which starts a program as the actor may and is in another room.
fn act(args: &[OsString]) -> ExitCode {
    match args.split_first() {
        Some((verb, rest)) if verb == gpu::host::VERB => gpu::host::main(rest),
        _ => stimulus::actor::main(args),
    }
}

/// Arguments of ours, which are text.
fn texts(args: &[OsString]) -> Vec<String> {
    let text = |arg: &OsString| arg.to_string_lossy().into_owned();
    args.iter().map(text).collect()
}

fn main() -> ExitCode {
    let args: Vec<OsString> = env::args_os().collect();
    // In a box this binary is the actor, whatever its arguments are.
    if args.first().is_some_and(|name| name == ACTOR) {
        return act(&args[1..]);
    }
    let entry = args
        .get(1)
        .and_then(|name| ENTRIES.iter().find(|(known, _)| name == known));
    match entry {
        Some((_, entry)) => entry(&args[2..]),
        None => ExitCode::from(cli::main(args)),
    }
}
