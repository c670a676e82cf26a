//! What the two processes share: the object, its head, its bytes, and the calls that wait on it.

use std::fs::File;
use std::io;
use std::os::fd::{FromRawFd, OwnedFd};
use std::ptr;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Acquire, Release, SeqCst};
use std::time::{Duration, Instant};

use memmap2::MmapRaw;
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::libc;
use nix::sys::mman::{shm_open, shm_unlink};
use nix::sys::stat::Mode;

use crate::Counter;

/// How often a consumer looks whether the ring is there.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Producer,
    Consumer,
}

impl Side {
    pub fn other(self) -> Self {
        match self {
            Self::Producer => Self::Consumer,
            Self::Consumer => Self::Producer,
        }
    }
}

/// Zeros are a ring that is not ready.
#[repr(C)]
pub struct Head {
    /// Bytes put in so far.
    pub written: Counter,
    /// Bytes taken out so far.
    pub read: Counter,
    /// No more will come.
    pub is_closed: AtomicU32,
    /// For each side: something has changed.
    bells: [AtomicU32; 2],
    /// The two sides' processes; 0: it has not come.
    pids: [AtomicU32; 2],
    /// All of this has been filled in.
    is_ready: AtomicU32,
}

/// The object as one side has it mapped.
pub struct Ring {
    memory: MmapRaw,
    capacity: usize,
}

impl Ring {
    /// Makes the object. What has its name already is left of a run that is over: whoever starts
    /// two rings with one name does so at their own risk.
    pub fn make(name: &str, capacity: u64) -> io::Result<&'static Self> {
        let flags = OFlag::O_RDWR | OFlag::O_CREAT | OFlag::O_EXCL;
        let _none = shm_unlink(name);
        let fd = shm_open(name, flags, Mode::S_IRUSR | Mode::S_IWUSR)?;
        let size = size_of::<Head>() as u64 + capacity;
        // On a full /dev/shm now, and not by a signal later.
        nix::fcntl::posix_fallocate(&fd, 0, size as i64)?;
        Self::map(fd)
    }

    /// Waits until the object is there and ready.
    pub fn find(name: &str, patience: Duration) -> io::Result<Option<&'static Self>> {
        let until = Instant::now() + patience;
        while Instant::now() < until {
            match shm_open(name, OFlag::O_RDWR, Mode::empty()) {
                Ok(fd) => {
                    let len = File::from(fd.try_clone()?).metadata()?.len();
                    if len > size_of::<Head>() as u64 {
                        let ring = Self::map(fd)?;
                        if ring.head().is_ready.load(Acquire) == 1 {
                            return Ok(Some(ring));
                        }
                    }
                }
                Err(Errno::ENOENT) => {}
                Err(error) => return Err(error.into()),
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        Ok(None)
    }

    /// Mapped for good: there are threads that look at it.
    fn map(fd: OwnedFd) -> io::Result<&'static Self> {
        let memory = MmapRaw::map_raw(&File::from(fd))?;
        let capacity = memory.len() - size_of::<Head>();
        Ok(Box::leak(Box::new(Self { memory, capacity })))
    }

    pub fn head(&self) -> &Head {
        // SAFETY: the mapping is longer than a head and aligned to a page, it stays, any bytes are a
        // head, and all that is in one is atomic.
        unsafe { &*self.memory.as_mut_ptr().cast() }
    }

    pub fn capacity(&self) -> u64 {
        self.capacity as u64
    }

    /// The other side may look.
    pub fn publish(&self) {
        self.head().is_ready.store(1, Release);
    }

    /// Bytes, by their place.
    fn bytes(&self, at: usize, size: usize) -> *mut u8 {
        assert!(at + size <= self.capacity);
        // SAFETY: it is within the mapping.
        unsafe { self.memory.as_mut_ptr().add(size_of::<Head>() + at) }
    }

    /// The two parts of `size` bytes from number `at` on: up to the end of the array, and from its
    /// start.
    fn parts(&self, at: u64, size: usize) -> (usize, usize) {
        let start = (at % self.capacity()) as usize;
        (start, size.min(self.capacity - start))
    }

    pub fn copy_in(&self, at: u64, from: &[u8]) {
        let (start, first) = self.parts(at, from.len());
        let rest = from.len() - first;
        // SAFETY: the places are within the ring, and the consumer does not look at them before
        // `written` says so.
        unsafe {
            ptr::copy_nonoverlapping(from.as_ptr(), self.bytes(start, first), first);
            ptr::copy_nonoverlapping(from.as_ptr().add(first), self.bytes(0, rest), rest);
        }
    }

    pub fn copy_out(&self, at: u64, size: usize, to: &mut Vec<u8>) {
        let (start, first) = self.parts(at, size);
        let rest = size - first;
        to.reserve(size);
        let end = to.len();
        // SAFETY: the places are within the ring and the room is reserved; the producer does not
        // touch them before `read` says so.
        unsafe {
            let end = to.as_mut_ptr().add(end);
            ptr::copy_nonoverlapping(self.bytes(start, first), end, first);
            ptr::copy_nonoverlapping(self.bytes(0, rest), end.add(first), rest);
            to.set_len(to.len() + size);
        }
    }

    /// What a sleeper reads before it looks.
    pub fn bell(&self, side: Side) -> u32 {
        self.head().bells[side as usize].load(SeqCst)
    }

    pub fn ring_bell(&self, side: Side) {
        let bell = &self.head().bells[side as usize];
        bell.fetch_add(1, SeqCst);
        futex_wake(bell);
    }

    /// Sleeps until the bell rings, if it has not since it was read.
    pub fn sleep(&self, side: Side, bell: u32) {
        futex_wait(&self.head().bells[side as usize], bell, None);
    }

    pub fn come(&self, side: Side) {
        let pid = &self.head().pids[side as usize];
        pid.store(std::process::id(), SeqCst);
        futex_wake(pid);
    }

    /// The other side's process, once it has come.
    pub fn await_pid(&self, side: Side, patience: Duration) -> Option<u32> {
        let until = Instant::now() + patience;
        let word = &self.head().pids[side as usize];
        loop {
            match word.load(SeqCst) {
                0 => futex_wait(word, 0, Some(until.checked_duration_since(Instant::now())?)),
                pid => return Some(pid),
            }
        }
    }
}

/// Removes the object's name, if it has not been removed.
pub fn remove(name: &str) -> io::Result<()> {
    match shm_unlink(name) {
        Err(Errno::ENOENT) | Ok(()) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// futex(2) between processes: without FUTEX_PRIVATE_FLAG. It may return for no reason.
fn futex_wait(word: &AtomicU32, value: u32, limit: Option<Duration>) {
    let limit = limit.map(|limit| libc::timespec {
        tv_sec: limit.as_secs() as libc::time_t,
        tv_nsec: limit.subsec_nanos().into(),
    });
    let limit = limit.as_ref().map_or(ptr::null(), ptr::from_ref);
    // SAFETY: the word is mapped, and the time is there until the call returns.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAIT,
            value,
            limit,
        )
    };
}

fn futex_wake(word: &AtomicU32) {
    // SAFETY: the word is mapped.
    unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE, i32::MAX) };
}

/// A descriptor of a process; see pidfd_open(2).
pub fn pidfd_open(pid: u32) -> io::Result<OwnedFd> {
    // SAFETY: it only takes numbers.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has just made it, for us.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as i32) })
}
