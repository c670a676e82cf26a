//! robust-lock COUNTERFILE PROCESSES TIMES: so many processes add 1 to a counter in a mapped file, so
//! often each.
//!
//! For the instructor. The standard library has no lock between processes. flock on the counter file
//! itself is one: the kernel drops it when its holder dies, and it leaves nothing behind. It belongs
//! to the open file description, so each process opens the file itself. The processes are this
//! program again, with one word more: nothing is forked that goes on in Rust.

use std::env;
use std::fs::{File, OpenOptions};
use std::io;
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicU64, Ordering};

use memmap2::MmapMut;
use nix::fcntl::{Flock, FlockArg};

const SIZE: u64 = size_of::<AtomicU64>() as u64;

/// By this, a process of ours knows what it is for.
const ADD: &str = "--add";

fn open(path: &str) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    if file.metadata()?.len() < SIZE {
        file.set_len(SIZE)?;
    }
    Ok(file)
}

fn counter(memory: &mut MmapMut) -> &AtomicU64 {
    // SAFETY: a mapping begins at a page, and lives as long as the borrow; all processes use the
    // number as an atomic one.
    unsafe { AtomicU64::from_ptr(memory.as_mut_ptr().cast()) }
}

fn map(file: &File) -> io::Result<MmapMut> {
    // SAFETY: nobody makes the file shorter, and what others change is accessed atomically.
    unsafe { MmapMut::map_mut(file) }
}

fn add(path: &str, times: u64) -> io::Result<()> {
    let mut file = open(path)?;
    let mut memory = map(&file)?;
    let counter = counter(&mut memory);
    for _ in 0..times {
        let locked = Flock::lock(file, FlockArg::LockExclusive).map_err(|(_, errno)| errno)?;
        // Under the lock a load and a store would do; each is of one piece.
        let value = u64::from_le(counter.load(Ordering::Relaxed));
        counter.store((value + 1).to_le(), Ordering::Relaxed);
        file = locked.unlock().map_err(|(_, errno)| errno)?;
    }
    Ok(())
}

fn count(path: &str, processes: u64, times: &str) -> io::Result<bool> {
    let file = open(path)?;
    let mut children = Vec::new();
    for _ in 0..processes {
        let mut command = Command::new(env::current_exe()?);
        children.push(command.args([ADD, path, times]).spawn()?);
    }
    let mut has_finished = true;
    for mut child in children {
        has_finished &= child.wait()?.success();
    }
    let value = counter(&mut map(&file)?).load(Ordering::Relaxed);
    println!("{}", u64::from_le(value));
    Ok(has_finished)
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match args[..] {
        [ADD, path, times] => add(path, times.parse().unwrap_or(0)).map(|()| true),
        [path, processes, times] => count(path, processes.parse().unwrap_or(0), times),
        _ => Err(io::Error::other("usage: COUNTERFILE PROCESSES TIMES")),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("robust-lock: not every process finished");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("robust-lock: {error}");
            ExitCode::FAILURE
        }
    }
}
