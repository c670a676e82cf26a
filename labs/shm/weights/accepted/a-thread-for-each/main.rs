//! A thread for each worker starts it and waits for it, so that all are waited for at once. The array
//! has a name, which is removed as soon as a second descriptor is open, with signals blocked until
//! then.

use std::fs::File;
use std::io::{self, Error, ErrorKind, Write as _};
use std::os::fd::AsRawFd as _;
use std::process::{Child, Command, ExitCode, Stdio};

/// What the standard library has no name for, as the man pages have it.
mod sys {
    use std::ffi::c_void;

    pub const PROT_READ: i32 = 1;
    pub const MAP_SHARED: i32 = 1;
    pub const SIG_SETMASK: i32 = 2;

    unsafe extern "C" {
        /// pthread_sigmask(3).
        pub fn pthread_sigmask(how: i32, set: *mut u64, before: *mut u64) -> i32;

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

/// Does something with all signals blocked, so that it is done as a whole.
fn undisturbed<T>(act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let (mut all, mut before) = ([u64::MAX; 16], [0; 16]);
    // SAFETY: sigset_t has 128 bytes.
    unsafe { sys::pthread_sigmask(sys::SIG_SETMASK, all.as_mut_ptr(), before.as_mut_ptr()) };
    let done = act();
    // SAFETY: as above.
    unsafe { sys::pthread_sigmask(sys::SIG_SETMASK, before.as_mut_ptr(), all.as_mut_ptr()) };
    done
}

/// Makes an array of so many values, open for reading and no more.
fn make(count: usize) -> io::Result<File> {
    let path = format!("/dev/shm/weights-{}", std::process::id());
    let (mut file, reading) = undisturbed(|| {
        let file = File::create_new(&path)?;
        let reading = File::open(&path);
        std::fs::remove_file(&path)?;
        Ok((file, reading?))
    })?;
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
    Ok(reading)
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
        sum = values[first..end].iter().map(|&value| f64::from(value)).sum();
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
            Ok(worker) => started.push(std::thread::spawn(|| worker.wait_with_output())),
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
        let output = worker.join().map_err(|_| Error::other("a thread panicked"))??;
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
