//! Ends with the first error.

use std::ffi::c_void;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::process::ExitCode;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

/// A multiple of every page size.
const WINDOW: u64 = 32 << 20;

/// Bytes that are copied out of a window at once: they stay in the first cache.
const BLOCK: usize = 16 << 10;

/// What the standard library has no name for.
mod sys {
    use std::ffi::c_void;

    pub const PROT_READ: i32 = 1;
    pub const MAP_PRIVATE: i32 = 2;
    pub const MAP_FIXED: i32 = 0x10;
    pub const MAP_ANONYMOUS: i32 = 0x20;
    pub const O_NONBLOCK: i32 = 0o4000;
    pub const SIGBUS: i32 = 7;
    pub const SIG_DFL: usize = 0;
    pub const SA_SIGINFO: i32 = 4;

    #[repr(C)]
    pub struct SigInfo {
        pub numbers: [i32; 4],
        pub address: *mut c_void,
        pub rest: [u64; 13],
    }

    #[repr(C)]
    pub struct SigAction {
        pub handler: extern "C" fn(i32, *const SigInfo, *mut c_void),
        pub mask: [u64; 16],
        pub flags: i32,
        pub restorer: usize,
    }

    unsafe extern "C" {
        pub fn mmap(
            address: *mut c_void,
            length: usize,
            protection: i32,
            flags: i32,
            fd: i32,
            offset: i64,
        ) -> *mut c_void;
        pub fn munmap(address: *mut c_void, length: usize) -> i32;
        pub fn sigaction(signal: i32, new: *const SigAction, old: *mut SigAction) -> i32;
        pub fn signal(signal: i32, handler: usize) -> usize;
    }
}

/// The window that may be accessed: where it is, how long, and whether a page of it was missing.
static START: AtomicUsize = AtomicUsize::new(0);
static LENGTH: AtomicUsize = AtomicUsize::new(0);
static IS_CUT: AtomicBool = AtomicBool::new(false);

extern "C" fn on_bus(signal: i32, info: *const sys::SigInfo, _: *mut c_void) {
    // SAFETY: the kernel hands over a siginfo_t.
    let address = unsafe { (*info).address }.addr();
    let (start, length) = (START.load(SeqCst), LENGTH.load(SeqCst));
    if address.wrapping_sub(start) < length {
        let flags = sys::MAP_PRIVATE | sys::MAP_ANONYMOUS | sys::MAP_FIXED;
        // SAFETY: these pages are a window of ours, and stay mapped.
        let zeros = unsafe {
            sys::mmap(ptr::with_exposed_provenance_mut(start), length, sys::PROT_READ, flags, -1, 0)
        };
        if zeros.addr() == start {
            IS_CUT.store(true, SeqCst);
            return;
        }
    }
    // Somebody else's: the access is made again, and ends us.
    // SAFETY: the default is always there.
    unsafe { sys::signal(signal, sys::SIG_DFL) };
}

/// A part of a file that is mapped.
struct Window {
    address: *mut c_void,
    length: usize,
}

impl Window {
    fn map(file: &File, offset: u64, length: usize) -> io::Result<Self> {
        // SAFETY: the kernel chooses the address.
        let address = unsafe {
            sys::mmap(
                ptr::null_mut(),
                length,
                sys::PROT_READ,
                sys::MAP_PRIVATE,
                file.as_raw_fd(),
                offset as i64,
            )
        };
        match address.expose_provenance() {
            usize::MAX => Err(io::Error::last_os_error()),
            _ => Ok(Self { address, length }),
        }
    }

    fn newlines(&self) -> io::Result<u64> {
        let mut block = [0; BLOCK];
        let mut count = 0;
        IS_CUT.store(false, SeqCst);
        LENGTH.store(self.length, SeqCst);
        START.store(self.address.addr(), SeqCst);
        for at in (0..self.length).step_by(BLOCK) {
            let piece = &mut block[..BLOCK.min(self.length - at)];
            // SAFETY: so many bytes are mapped from there on; what is no longer in the file becomes
            // zeros. Others may change the bytes while they are copied, which is all the same to us.
            unsafe {
                ptr::copy_nonoverlapping(
                    self.address.cast::<u8>().add(at),
                    piece.as_mut_ptr(),
                    piece.len(),
                );
            }
            // Short sums fit into a byte each, which the compiler adds up sixteen at a time.
            count += piece
                .chunks(192)
                .map(|chunk| u64::from(chunk.iter().map(|&b| u8::from(b == b'\n')).sum::<u8>()))
                .sum::<u64>();
        }
        LENGTH.store(0, SeqCst);
        match IS_CUT.load(SeqCst) {
            true => Err(io::Error::other("it became shorter while it was counted")),
            false => Ok(count),
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // SAFETY: nobody has a pointer into it.
        unsafe { sys::munmap(self.address, self.length) };
    }
}

fn count_lines(name: &str) -> io::Result<u64> {
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(sys::O_NONBLOCK)
        .open(name)?;
    let status = file.metadata()?;
    if !status.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let mut count = 0;
    let mut offset = 0;
    while offset < status.len() {
        let length = WINDOW.min(status.len() - offset);
        count += Window::map(&file, offset, length as usize)?.newlines()?;
        offset += length;
    }
    Ok(count)
}

fn main() -> ExitCode {
    let action = sys::SigAction {
        handler: on_bus,
        mask: [0; 16],
        flags: sys::SA_SIGINFO,
        restorer: 0,
    };
    // SAFETY: the handler does only what a handler may do.
    unsafe { sys::sigaction(sys::SIGBUS, &action, ptr::null_mut()) };
    let names: Vec<String> = std::env::args().skip(1).collect();
    let mut total = 0;
    let has_failed = false;
    for name in &names {
        match count_lines(name) {
            Ok(count) => {
                println!("{count} {name}");
                total += count;
            }
            Err(error) => {
                eprintln!("count: {name}: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    if names.len() > 1 {
        println!("{total} total");
    }
    ExitCode::from(u8::from(has_failed))
}
