//! The stripe is collected as f64, and then summed.

use std::ffi::CStr;
use std::fs::File;
use std::io::{self, Error, ErrorKind, Write as _};
use std::os::fd::{AsRawFd as _, FromRawFd as _};
use std::process::{Child, Command, ExitCode, Stdio};

/// What the standard library has no name for, as the man pages have it.
mod sys {
    use std::ffi::{c_char, c_uint, c_void};

    pub const PROT_READ: i32 = 1;
    pub const MAP_SHARED: i32 = 1;
    pub const MFD_CLOEXEC: c_uint = 1;

    unsafe extern "C" {
        /// memfd_create(2); -1 if it fails.
        pub fn memfd_create(name: *const c_char, flags: c_uint) -> i32;

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

const PERIOD: usize = 1000;
const NAME: &CStr = c"weights";

/// Makes an array of so many values, open for reading and no more.
fn make(count: usize) -> io::Result<File> {
    // SAFETY: the name is a C string.
    let fd = unsafe { sys::memfd_create(NAME.as_ptr(), sys::MFD_CLOEXEC) };
    if fd == -1 {
        return Err(Error::last_os_error());
    }
    // SAFETY: nobody else owns it.
    let mut file = unsafe { File::from_raw_fd(fd) };
    file.set_len((count * size_of::<f32>()) as u64)?;
    let block: Vec<u8> = (0..PERIOD * 256)
        .flat_map(|i| ((i % PERIOD) as f32).to_ne_bytes())
        .collect();
    let mut left = count * size_of::<f32>();
    while left > 0 {
        let part = &block[..block.len().min(left)];
        file.write_all(part)?;
        left -= part.len();
    }
    File::open(format!("/proc/self/fd/{fd}"))
}

/// A worker: sums the values from `first` to `end`, of `count`, that are behind standard input.
fn work(first: usize, end: usize, count: usize) -> io::Result<()> {
    let mut sum = 0.0;
    if first < end {
        // SAFETY: the kernel chooses the address.
        let address = unsafe {
            let (length, fd) = (count * size_of::<f32>(), io::stdin().as_raw_fd());
            sys::mmap(std::ptr::null_mut(), length, sys::PROT_READ, sys::MAP_SHARED, fd, 0)
        };
        if address.addr() == usize::MAX {
            return Err(Error::last_os_error());
        }
        // SAFETY: so many floats are mapped, for good, and nobody has a descriptor to change them.
        let values = unsafe { std::slice::from_raw_parts(address.cast::<f32>(), count) };
        let own: Vec<f64> = values[first..end].iter().map(|&value| f64::from(value)).collect();
        sum = own.iter().sum();
    }
    print!("{sum:.0}");
    io::stdout().flush()
}

fn start(array: &File, words: [usize; 3]) -> io::Result<Child> {
    Command::new("/proc/self/exe")
        .arg("--worker")
        .args(words.map(|word| word.to_string()))
        .stdin(array.try_clone()?)
        .stdout(Stdio::piped())
        .spawn()
}

fn lead(workers: usize, count: usize) -> io::Result<()> {
    let array = make(count)?;
    let mut started = Vec::new();
    let mut trouble = None;
    for k in 0..workers {
        let stripe = [k * count / workers, (k + 1) * count / workers, count];
        match start(&array, stripe) {
            Ok(worker) => started.push(worker),
            Err(error) => {
                trouble = Some(error);
                break;
            }
        }
    }
    // All of them are waited for, whatever became of one.
    let mut lines = String::new();
    let mut total = 0;
    for (k, worker) in started.into_iter().enumerate() {
        let output = worker.wait_with_output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        match text.parse::<u64>() {
            Ok(sum) if output.status.success() => {
                lines += &format!("worker {k} {sum}\n");
                total += sum;
            }
            _ => {
                let why = format!("worker {k} has ended without a sum, {}", output.status);
                trouble.get_or_insert(Error::other(why));
            }
        }
    }
    match trouble {
        Some(error) => Err(error),
        None => write!(io::stdout(), "{lines}total {total}\n"),
    }
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let numbers: Vec<usize> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let done = match (words.first().map(String::as_str), &numbers[..]) {
        (Some("--worker"), &[first, end, count]) => work(first, end, count),
        (_, &[workers, count]) => lead(workers, count),
        _ => Err(Error::new(ErrorKind::InvalidInput, "usage: weights WORKERS COUNT")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("weights: {error}");
            ExitCode::FAILURE
        }
    }
}
