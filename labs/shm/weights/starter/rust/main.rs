//! weights WORKERS COUNT: sums an array in shared memory with so many processes.
//!
//! This starter has an array that every worker can see, and believes that nothing goes wrong: follow
//! the TODOs. A worker is this program once more, with the array as its standard input.

use std::fs::File;
use std::io::{self, Error, Write as _};
use std::os::fd::AsRawFd;
use std::process::{Command, Stdio};

/// What the standard library has no name for. One compiler call builds this file, without crates:
/// declare here what you need of the C library, as its man page has it.
mod sys {
    use std::ffi::c_void;

    pub const PROT_READ: i32 = 1;
    pub const PROT_WRITE: i32 = 2;
    pub const MAP_SHARED: i32 = 1;

    unsafe extern "C" {
        /// mmap(2); -1 as an address if it fails.
        pub fn mmap(
            address: *mut c_void,
            length: usize,
            protection: i32,
            flags: i32,
            fd: i32,
            offset: i64,
        ) -> *mut c_void;
    }
}

/// Maps so many values.
fn map(file: &impl AsRawFd, count: usize) -> io::Result<&'static mut [f32]> {
    // TODO: may a length be 0?
    if count == 0 {
        return Ok(&mut []);
    }
    // TODO: a worker only reads.
    // SAFETY: the kernel chooses the address.
    let address = unsafe {
        let (length, rights) = (count * size_of::<f32>(), sys::PROT_READ | sys::PROT_WRITE);
        sys::mmap(std::ptr::null_mut(), length, rights, sys::MAP_SHARED, file.as_raw_fd(), 0)
    };
    if address.addr() == usize::MAX {
        return Err(Error::last_os_error());
    }
    // SAFETY: so many floats are mapped, for good.
    Ok(unsafe { std::slice::from_raw_parts_mut(address.cast::<f32>(), count) })
}

fn make(count: usize) -> io::Result<File> {
    // TODO: who removes this name, and what if a signal comes before that?
    let path = format!("/dev/shm/weights-{}", std::process::id());
    let file = File::options().read(true).write(true).create_new(true).open(path)?;
    file.set_len((count * size_of::<f32>()) as u64)?;
    // TODO: what if there is no room for these pages?
    for (i, value) in map(&file, count)?.iter_mut().enumerate() {
        *value = (i % 1000) as f32;
    }
    Ok(file)
}

fn work(first: usize, end: usize, count: usize) -> io::Result<()> {
    let values = map(&io::stdin(), count)?;
    // TODO: this is a copy, and it is not needed.
    let own: Vec<f64> = values[first..end].iter().map(|&value| f64::from(value)).collect();
    let mut sum = 0.0;
    for value in own {
        sum += value;
    }
    print!("{sum:.0}");
    io::stdout().flush()
}

fn main() -> io::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    // TODO: how large is the largest number that is made of these?
    let numbers: Vec<u32> = words.iter().filter_map(|word| word.parse().ok()).collect();
    if let [first, end, count] = numbers[..] {
        return work(first as usize, end as usize, count as usize);
    }
    let [workers, count] = numbers[..] else {
        return Err(Error::other("usage: weights WORKERS COUNT"));
    };
    let array = make(count as usize)?;
    let mut sums: Vec<u64> = Vec::new();
    for k in 0..workers {
        let stripe = [k * count / workers, (k + 1) * count / workers, count];
        // TODO: what if this fails, and what if the worker dies? And do they work at the same time?
        let output = Command::new("/proc/self/exe")
            .args(stripe.map(|word| word.to_string()))
            .stdin(array.try_clone()?)
            .stderr(Stdio::inherit())
            .output()?;
        sums.push(String::from_utf8_lossy(&output.stdout).parse().unwrap_or(0));
    }
    for (k, sum) in sums.iter().enumerate() {
        println!("worker {k} {sum}");
    }
    println!("total {}", sums.iter().sum::<u64>());
    Ok(())
}
