//! uring-copy SRC DST: copies a file through io_uring. This one copies without it.
//!
//! The crate io-uring is there already: docs.rs/io-uring.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt, PermissionsExt};
use std::process::ExitCode;

const BLOCK: usize = 256 * 1024;

fn copy(src: &str, dst: &str) -> io::Result<()> {
    let from = File::open(src)?;
    let permissions = from.metadata()?.permissions();
    // TODO: is DST another name of SRC?

    // TODO: what if DST is there already, and longer?
    let to = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(permissions.mode() & 0o777)
        .open(dst)?;

    // TODO: read and write through the ring, several blocks at a time. What can a completion say
    // that is neither an error nor the whole block?
    let mut block = vec![0; BLOCK];
    let mut at = 0;
    loop {
        let count = from.read_at(&mut block, at)?;
        if count == 0 {
            break;
        }
        // TODO: if this fails, what of that which has been copied so far?
        to.write_at(&block[..count], at)?;
        at += count as u64;
    }
    to.set_permissions(permissions)
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [src, dst] = &args[..] else {
        eprintln!("usage: uring-copy SRC DST");
        return ExitCode::from(2);
    };
    // TODO: make a ring. If there is none to be had, what has not been done yet?

    match copy(src, dst) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("uring-copy: {dst}: {error}");
            ExitCode::FAILURE
        }
    }
}
