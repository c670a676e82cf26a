//! A thread blocks in waitpid and tells the main thread through a channel; another one takes
//! signals with sigwait. CMD is forked by hand while there is one thread only.

use std::ffi::{CString, c_char};
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::sync::mpsc;
use std::thread;

#[repr(C)]
#[derive(Clone, Copy)]
struct SigSet([u64; 16]);

unsafe extern "C" {
    fn prctl(option: i32, ...) -> i32;
    fn signal(number: i32, handler: usize) -> usize;
    fn sigaddset(set: *mut SigSet, number: i32) -> i32;
    fn sigprocmask(how: i32, set: *const SigSet, old: *mut SigSet) -> i32;
    fn sigwait(set: *const SigSet, number: *mut i32) -> i32;
    fn fork() -> i32;
    fn execvp(file: *const c_char, argv: *const *const c_char) -> i32;
    fn _exit(status: i32) -> !;
    fn kill(pid: i32, number: i32) -> i32;
    fn waitpid(pid: i32, status: *mut i32, options: i32) -> i32;
}

const SIGPIPE: i32 = 13;

enum News {
    Signal(i32),
    Ended(i32, i32),
}

fn main() {
    let words: Vec<CString> = std::env::args_os()
        .skip(2)
        .map(|word| CString::new(word.into_vec()).expect("arguments hold no NUL"))
        .collect();
    let mut argv: Vec<*const c_char> = words.iter().map(|word| word.as_ptr()).collect();
    argv.push(std::ptr::null());
    let mut set = SigSet([0; 16]);
    let child = unsafe {
        prctl(36, 1_u64, 0_u64, 0_u64, 0_u64); // PR_SET_CHILD_SUBREAPER
        for number in [15, 2, 1, 3, 10, 12] {
            sigaddset(&mut set, number);
        }
        sigprocmask(0, &set, std::ptr::null_mut());
        let child = fork();
        if child == 0 {
            signal(SIGPIPE, 0);
            sigprocmask(2, &SigSet([0; 16]), std::ptr::null_mut());
            execvp(argv[0], argv.as_ptr());
            let error = io::Error::last_os_error();
            eprintln!("{}: {error}", words[0].to_string_lossy());
            _exit(match error.kind() {
                io::ErrorKind::NotFound => 127,
                _ => 126,
            });
        }
        child
    };
    if child < 0 {
        std::process::exit(125);
    }
    let (tell, news) = mpsc::channel();
    let tell_too = tell.clone();
    thread::spawn(move || {
        loop {
            let mut number = 0;
            if unsafe { sigwait(&set, &mut number) } == 0 && tell.send(News::Signal(number)).is_err() {
                return;
            }
        }
    });
    thread::spawn(move || {
        loop {
            let mut status = 0;
            let pid = unsafe { waitpid(-1, &mut status, 0) };
            let is_interrupted = pid < 0 && io::Error::last_os_error().kind() == io::ErrorKind::Interrupted;
            if pid > 0 && tell_too.send(News::Ended(pid, status)).is_err() || pid < 0 && !is_interrupted {
                return;
            }
        }
    });
    for one in news {
        match one {
            News::Signal(number) => drop(unsafe { kill(child, number) }),
            News::Ended(pid, status) if pid == child => std::process::exit(match status & 0x7f {
                0 => status >> 8 & 0xff,
                number => 128 + number,
            }),
            News::Ended(..) => {}
        }
    }
}
