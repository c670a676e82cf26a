//! robust-lock COUNTERFILE PROCESSES TIMES: so many processes add 1 to a counter in a mapped file, so
//! often each.
//!
//! This starter adds without a lock, and believes that the file is there: follow the TODOs. The
//! processes are this program again, with one word more. `nix` has `Flock`; the C library's robust
//! mutex is in the crate `libc`.

use std::env;
use std::fs::OpenOptions;
use std::io;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

use memmap2::MmapMut;

/// By this, a process of ours knows what it is for.
const ADD: &str = "--add";

fn map(path: &str) -> io::Result<MmapMut> {
    // TODO: it may be missing, or short. What is an access behind the end of a file?
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    // SAFETY: nobody makes the file shorter, and what others change is accessed atomically.
    unsafe { MmapMut::map_mut(&file) }
}

fn counter(memory: &mut MmapMut) -> &AtomicU64 {
    // SAFETY: a mapping begins at a page, and lives as long as the borrow; all processes use the
    // number as an atomic one.
    unsafe { AtomicU64::from_ptr(memory.as_mut_ptr().cast()) }
}

fn add(path: &str, times: u64) -> io::Result<()> {
    let mut memory = map(path)?;
    let counter = counter(&mut memory);
    for _ in 0..times {
        // TODO: these are a load, an addition and a store. What may happen in between?
        let value = counter.load(Ordering::Relaxed);
        counter.store(value + 1, Ordering::Relaxed);
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        [ADD, path, times] => add(path, times.parse().unwrap_or(0)),
        [path, processes, times] => {
            let mut children = Vec::new();
            for _ in 0..processes.parse().unwrap_or(0) {
                let mut command = Command::new(env::current_exe()?);
                children.push(command.args([ADD, path, times]).spawn()?);
            }
            for mut child in children {
                // TODO: how did it end?
                child.wait()?;
            }
            println!("{}", counter(&mut map(path)?).load(Ordering::Relaxed));
            Ok(())
        }
        _ => Err(io::Error::other("usage: COUNTERFILE PROCESSES TIMES")),
    }
}
