//! ring produce NAME CAPACITY: sends the lines of its standard input through shared memory.
//! ring consume NAME: writes them to its standard output.
//!
//! This starter moves bytes through a ring, if nothing gets in its way: follow the TODOs.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::SeqCst};
use std::time::Duration;

/// What the standard library has no name for. One compiler call builds this file, without crates:
/// declare here what you need of the C library, as its man page has it, or make it a Cargo project.
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

#[repr(C)]
struct Head {
    /// Bytes put in so far.
    written: AtomicU64,
    /// Bytes taken out so far.
    read: AtomicU64,
    /// No more will come.
    is_closed: AtomicU32,
}

struct Ring {
    head: &'static Head,
    bytes: *mut u8,
    capacity: u64,
}

impl Ring {
    fn map(file: &File) -> io::Result<Self> {
        let size = file.metadata()?.len() as usize;
        // SAFETY: the kernel chooses the address.
        let address = unsafe {
            sys::mmap(
                std::ptr::null_mut(),
                size,
                sys::PROT_READ | sys::PROT_WRITE,
                sys::MAP_SHARED,
                file.as_raw_fd(),
                0,
            )
        };
        if address.addr() == usize::MAX {
            return Err(io::Error::last_os_error());
        }
        Ok(Self {
            // SAFETY: it is mapped for good, and all of it is atomic. TODO: is it that long?
            head: unsafe { &*address.cast() },
            // SAFETY: it is within the mapping, or at its end.
            bytes: unsafe { address.cast::<u8>().add(size_of::<Head>()) },
            capacity: (size - size_of::<Head>()) as u64,
        })
    }

    /// Where byte number `at` lies, and how many follow it up to the end.
    fn place(&self, at: u64) -> (*mut u8, u64) {
        let start = at % self.capacity;
        // SAFETY: it is within the ring.
        (
            unsafe { self.bytes.add(start as usize) },
            self.capacity - start,
        )
    }

    fn put(&self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let written = self.head.written.load(SeqCst);
            let (place, until_end) = self.place(written);
            let room = self.capacity - (written - self.head.read.load(SeqCst));
            let now = (bytes.len() as u64).min(room).min(until_end) as usize;
            if now == 0 {
                wait_a_little();
                continue;
            }
            // SAFETY: it is within the ring, and nobody looks at it yet.
            unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), place, now) };
            self.head.written.store(written + now as u64, SeqCst);
            bytes = &bytes[now..];
        }
    }
}

fn wait_a_little() {
    // TODO: who could wake us, so that we need not look a thousand times a second?
    // TODO: the other one may be dead.
    std::thread::sleep(Duration::from_millis(1));
}

fn produce(path: &str, capacity: u64) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let file = options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    file.set_len(size_of::<Head>() as u64 + capacity)?;
    let ring = Ring::map(&file)?;
    let mut chunk = vec![0; 65536];
    let mut last = b'\n';
    loop {
        let got = io::stdin().lock().read(&mut chunk)?;
        if got == 0 {
            break;
        }
        ring.put(&chunk[..got]);
        last = chunk[got - 1];
    }
    if last != b'\n' {
        ring.put(b"\n");
    }
    ring.head.is_closed.store(1, SeqCst);
    while ring.head.read.load(SeqCst) != ring.head.written.load(SeqCst) {
        wait_a_little();
    }
    Ok(())
}

fn consume(path: &str) -> io::Result<()> {
    // TODO: what if the other one comes later? And what if it is making the object right now?
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    let ring = Ring::map(&file)?;
    let mut out = File::from(std::os::fd::AsFd::as_fd(&io::stdout()).try_clone_to_owned()?);
    loop {
        let is_closed = ring.head.is_closed.load(SeqCst) == 1;
        let read = ring.head.read.load(SeqCst);
        let (place, until_end) = ring.place(read);
        let now = (ring.head.written.load(SeqCst) - read).min(until_end);
        if now == 0 && is_closed {
            break;
        }
        if now == 0 {
            wait_a_little();
            continue;
        }
        // SAFETY: so many bytes are there, and stay until `read` says otherwise.
        let bytes = unsafe { std::slice::from_raw_parts(place, now as usize) };
        // TODO: is this whole lines?
        out.write_all(bytes)?;
        ring.head.read.store(read + now, SeqCst);
    }
    std::fs::remove_file(path)
}

fn main() -> io::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let path = |name: &str| format!("/dev/shm/{}", name.trim_start_matches('/'));
    match words.as_slice() {
        ["produce", name, capacity] => {
            let capacity = capacity.parse().map_err(io::Error::other)?;
            produce(&path(name), capacity)
        }
        ["consume", name] => consume(&path(name)),
        _ => Err(io::Error::other(
            "usage: ring produce NAME CAPACITY | ring consume NAME",
        )),
    }
}
