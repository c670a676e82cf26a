//! inspector PID: print a line for each descriptor of a process: FD, KIND, MODE, TARGET.
//!
//! This starter lists the numbers, and takes everything for a file: follow the TODOs.
use std::{env, fs, io};

/// Kind, mode and target of one descriptor.
fn describe(pid: &str, number: u32) -> io::Result<(&'static str, &'static str, String)> {
    // TODO: which calls say what a descriptor is, if not every one of them is a file?
    // TODO: and for what it was opened, which is not what the file permits?
    // TODO: "socket:[4711]" is no address. Who knows which socket that is? How often is he asked?
    // TODO: a name is bytes, and not all bytes can stand in a field of a line.
    let link = fs::read_link(format!("/proc/{pid}/fd/{number}"))?;
    Ok(("file", "r", link.display().to_string()))
}

fn main() -> io::Result<()> {
    // TODO: what if there is no argument, or it is no number, or there is no such process, or it may
    // not be looked at?
    let pid = env::args().nth(1).unwrap_or_default();
    let mut numbers = Vec::new();
    for entry in fs::read_dir(format!("/proc/{pid}/fd"))? {
        numbers.extend(entry?.file_name().to_string_lossy().parse::<u32>());
    }
    numbers.sort_unstable();
    for number in numbers {
        // TODO: the process goes on meanwhile. What can have become of this descriptor, and of the
        // process?
        let (kind, mode, target) = describe(&pid, number)?;
        println!("{number}\t{kind}\t{mode}\t{target}");
    }
    Ok(())
}
