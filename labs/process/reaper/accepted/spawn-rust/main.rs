//! posix_spawn with an empty mask and SIGPIPE put back, and one blocking wait, which handlers
//! interrupt: they send the signal on at once.

use std::ffi::{CString, c_char};
use std::os::unix::ffi::OsStringExt;
use std::sync::atomic::{AtomicI32, Ordering};

const SIGNALS: [i32; 6] = [15, 2, 1, 3, 10, 12];
const SIGPIPE: i32 = 13;
const ENOENT: i32 = 2;
const SIG_BLOCK: i32 = 0;
const SIG_SETMASK: i32 = 2;
const SETSIGDEF: i16 = 4;
const SETSIGMASK: i16 = 8;
const PR_SET_CHILD_SUBREAPER: i32 = 36;

#[repr(C)]
#[derive(Clone, Copy)]
struct SigSet([u64; 16]);

/// glibc's posix_spawnattr_t is smaller.
#[repr(C)]
struct Attributes([u64; 64]);

unsafe extern "C" {
    fn prctl(option: i32, ...) -> i32;
    fn signal(number: i32, handler: usize) -> usize;
    fn sigaddset(set: *mut SigSet, number: i32) -> i32;
    fn sigprocmask(how: i32, set: *const SigSet, old: *mut SigSet) -> i32;
    fn kill(pid: i32, number: i32) -> i32;
    fn waitpid(pid: i32, status: *mut i32, options: i32) -> i32;
    fn posix_spawnattr_init(attributes: *mut Attributes) -> i32;
    fn posix_spawnattr_setflags(attributes: *mut Attributes, flags: i16) -> i32;
    fn posix_spawnattr_setsigmask(attributes: *mut Attributes, set: *const SigSet) -> i32;
    fn posix_spawnattr_setsigdefault(attributes: *mut Attributes, set: *const SigSet) -> i32;
    fn posix_spawnp(
        pid: *mut i32,
        file: *const c_char,
        actions: *const u8,
        attributes: *const Attributes,
        argv: *const *const c_char,
        envp: *const *const c_char,
    ) -> i32;
    static environ: *const *const c_char;
}

static CHILD: AtomicI32 = AtomicI32::new(0);

extern "C" fn pass_on(number: i32) {
    // kill may set errno, which a wait that was interrupted has just set too; it has no other use
    // for errno than to be made again.
    unsafe { kill(CHILD.load(Ordering::SeqCst), number) };
}

fn set_of(numbers: &[i32]) -> SigSet {
    let mut set = SigSet([0; 16]);
    for number in numbers {
        unsafe { sigaddset(&mut set, *number) };
    }
    set
}

fn supervise(argv: &[*const c_char], name: &str) -> i32 {
    let mut before = SigSet([0; 16]);
    let mut attributes = Attributes([0; 64]);
    let mut child = 0;
    let why = unsafe {
        prctl(PR_SET_CHILD_SUBREAPER, 1_u64, 0_u64, 0_u64, 0_u64);
        sigprocmask(SIG_BLOCK, &set_of(&SIGNALS), &mut before);
        posix_spawnattr_init(&mut attributes);
        posix_spawnattr_setflags(&mut attributes, SETSIGDEF | SETSIGMASK);
        posix_spawnattr_setsigmask(&mut attributes, &set_of(&[]));
        posix_spawnattr_setsigdefault(&mut attributes, &set_of(&[SIGPIPE]));
        posix_spawnp(&mut child, argv[0], std::ptr::null(), &attributes, argv.as_ptr(), environ)
    };
    if why != 0 {
        eprintln!("{name}: {}", std::io::Error::from_raw_os_error(why));
        return if why == ENOENT { 127 } else { 126 };
    }
    CHILD.store(child, Ordering::SeqCst);
    unsafe {
        for number in SIGNALS {
            signal(number, pass_on as extern "C" fn(i32) as usize);
        }
        sigprocmask(SIG_SETMASK, &before, std::ptr::null_mut());
    }
    loop {
        let mut status = 0;
        if unsafe { waitpid(-1, &mut status, 0) } == child {
            return match status & 0x7f {
                0 => status >> 8 & 0xff,
                number => 128 + number,
            };
        }
    }
}

fn main() {
    let words: Vec<CString> = std::env::args_os()
        .skip(2)
        .map(|word| CString::new(word.into_vec()).expect("arguments hold no NUL"))
        .collect();
    let mut argv: Vec<*const c_char> = words.iter().map(|word| word.as_ptr()).collect();
    argv.push(std::ptr::null());
    std::process::exit(supervise(&argv, &words[0].to_string_lossy()));
}
