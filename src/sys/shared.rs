//! Memory that several processes have in common; see memfd_create(2), mmap(2), futex(2), sem_init(3).
//!
//! Only atomic words are handed out: others may change them at any time.

use std::fs::File;
use std::io;
use std::ptr;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use memmap2::{MmapOptions, MmapRaw};

/// An object of this many bytes that has no name, and goes with its last descriptor and mapping.
///
/// # Errors
/// Those of memfd_create(2) and ftruncate(2).
pub fn unnamed(bytes: u64) -> io::Result<File> {
    let file = super::paper::blank()?;
    file.set_len(bytes)?;
    Ok(file)
}

/// Words in shared memory.
#[derive(Debug)]
pub struct Words(MmapRaw);

impl Words {
    /// Maps a whole file, shared, to be read and written; every process that forks has it as well.
    ///
    /// # Errors
    /// Those of mmap(2).
    pub fn new(file: &File) -> io::Result<Self> {
        let length = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
        MmapOptions::new().len(length).map_raw(file).map(Self)
    }

    /// The word with this number, of 8 bytes.
    ///
    /// # Panics
    /// Beyond the mapping.
    #[expect(unsafe_code, reason = "memory that others may change")]
    pub fn word(&self, at: usize) -> &AtomicU64 {
        assert!((at + 1) * size_of::<u64>() <= self.0.len(), "no word {at}");
        // SAFETY: within the mapping, which lives as long as the reference; aligned, since a
        // mapping begins at a page. Whoever has it uses atomic accesses only.
        unsafe { AtomicU64::from_ptr(self.0.as_mut_ptr().cast::<u64>().add(at)) }
    }

    /// The lower half of the word with this number: what futex(2) works on.
    ///
    /// # Panics
    /// Beyond the mapping.
    #[expect(unsafe_code, reason = "memory that others may change")]
    pub fn half(&self, at: usize) -> &AtomicU32 {
        assert!((at + 1) * size_of::<u64>() <= self.0.len(), "no word {at}");
        // SAFETY: as in `word`; a word is used either whole or by its half, never both.
        unsafe { AtomicU32::from_ptr(self.0.as_mut_ptr().cast::<u32>().add(2 * at)) }
    }
}

/// Sleeps as long as the word has this value; also returns for no reason. See FUTEX_WAIT of
/// futex(2).
#[expect(unsafe_code, reason = "a call without a wrapper")]
pub fn sleep_while(word: &AtomicU32, value: u32) {
    // SAFETY: the word lives; the kernel compares it, and writes nothing. Every error (EAGAIN, EINTR)
    // means that the word is to be looked at again, which the caller does in any case.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAIT,
            value,
            ptr::null::<libc::timespec>(),
        );
    }
}

/// Wakes one who sleeps on the word. See FUTEX_WAKE of futex(2).
#[expect(unsafe_code, reason = "a call without a wrapper")]
pub fn wake(word: &AtomicU32) {
    // SAFETY: the kernel uses the address of the word only.
    unsafe {
        libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE, 1);
    }
}

/// A lock is free.
const FREE: u32 = 0;
/// Somebody has it.
const TAKEN: u32 = 1;
/// Somebody has it, and others wait for it.
pub const WAITED_FOR: u32 = 2;

/// Takes a lock that is one word, between processes.
pub fn lock(word: &AtomicU32) {
    if word
        .compare_exchange(FREE, TAKEN, Ordering::SeqCst, Ordering::SeqCst)
        .is_ok()
    {
        return;
    }
    while word.swap(WAITED_FOR, Ordering::SeqCst) != FREE {
        sleep_while(word, WAITED_FOR);
    }
}

/// Lets it go.
pub fn unlock(word: &AtomicU32) {
    if word.swap(FREE, Ordering::SeqCst) == WAITED_FOR {
        wake(word);
    }
}

/// A POSIX semaphore in memory that is shared with those who are forked later; sem_overview(7).
#[derive(Debug)]
pub struct Semaphore(MmapRaw);

impl Semaphore {
    /// A semaphore with the value 0.
    ///
    /// # Errors
    /// Those of memfd_create(2), mmap(2) and sem_init(3).
    #[expect(unsafe_code, reason = "a structure of the C library in shared memory")]
    pub fn new() -> io::Result<Self> {
        let length = size_of::<libc::sem_t>();
        let file = unnamed(length as u64)?;
        let memory = MmapOptions::new().len(length).map_raw(&file)?;
        // SAFETY: the mapping is large enough, aligned, and used for nothing else.
        match unsafe { libc::sem_init(memory.as_mut_ptr().cast(), 1, 0) } {
            0 => Ok(Self(memory)),
            _ => Err(io::Error::last_os_error()),
        }
    }

    /// Adds one; see sem_post(3).
    #[expect(unsafe_code, reason = "a function of the C library")]
    pub fn post(&self) {
        // SAFETY: it was initialised, and lives. It overflows after 2^31 posts without a wait.
        unsafe { libc::sem_post(self.0.as_mut_ptr().cast()) };
    }

    /// Takes one, and sleeps until there is one; see sem_wait(3).
    #[expect(unsafe_code, reason = "a function of the C library")]
    pub fn wait(&self) {
        // SAFETY: as in `post`. Its only error is EINTR.
        while unsafe { libc::sem_wait(self.0.as_mut_ptr().cast()) } != 0 {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_the_same_in_every_mapping() {
        let file = unnamed(4096).unwrap();
        let (one, other) = (Words::new(&file).unwrap(), Words::new(&file).unwrap());
        one.word(3).store(7, Ordering::SeqCst);
        assert_eq!(other.word(3).fetch_add(1, Ordering::SeqCst), 7);
        assert_eq!(one.word(3).load(Ordering::SeqCst), 8);
    }

    #[test]
    fn a_lock_excludes() {
        let file = unnamed(4096).unwrap();
        let words = Words::new(&file).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..1000 {
                        lock(words.half(0));
                        let seen = words.word(1).load(Ordering::Relaxed);
                        words.word(1).store(seen + 1, Ordering::Relaxed);
                        unlock(words.half(0));
                    }
                });
            }
        });
        assert_eq!(words.word(1).load(Ordering::SeqCst), 4000);
    }

    #[test]
    fn a_semaphore_counts() {
        let semaphore = Semaphore::new().unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| semaphore.wait());
            semaphore.post();
        });
        semaphore.post();
        semaphore.wait();
    }
}
