//! Three threads and a channel: one reads lines, one waits for signals, the main one keeps the log.
//!
//! It syncs through a duplicate of the log's descriptor. If it is stuck in an acknowledgement that
//! nobody reads, the signals' thread ends the process half a second later.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, Write};
use std::path::Path;
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

#[repr(C)]
#[derive(Clone, Copy)]
struct SigSet([u64; 16]);

unsafe extern "C" {
    fn signal(number: i32, handler: usize) -> usize;
    fn pthread_sigmask(how: i32, set: *const SigSet, old: *mut SigSet) -> i32;
    fn sigwait(set: *const SigSet, number: *mut i32) -> i32;
}

const SIGINT: i32 = 2;
const SIGTERM: i32 = 15;
const SIGXFSZ: i32 = 25;

static STOPPED: AtomicBool = AtomicBool::new(false);

enum Event {
    Record(Vec<u8>),
    Failed(io::Error),
    Stop,
}

fn block_signals() -> SigSet {
    let mut set = SigSet([0; 16]);
    set.0[0] = 1 << (SIGINT - 1) | 1 << (SIGTERM - 1);
    // SAFETY: SigSet is sigset_t, on Linux a bit for each signal; 0 is SIG_BLOCK, 1 is SIG_IGN.
    unsafe {
        pthread_sigmask(0, &set, std::ptr::null_mut());
        signal(SIGXFSZ, 1);
    }
    set
}

fn await_signal(set: SigSet, events: SyncSender<Event>) {
    let mut number = 0;
    // SAFETY: both point to live values.
    while unsafe { sigwait(&set, &mut number) } != 0 {}
    STOPPED.store(true, Ordering::SeqCst);
    // If the channel is full, the flag is seen with the next record.
    let _ = events.try_send(Event::Stop);
    thread::sleep(Duration::from_millis(500));
    exit(0);
}

fn read_records(events: SyncSender<Event>) {
    let mut input = BufReader::with_capacity(100, io::stdin());
    loop {
        let mut record = Vec::new();
        let event = match input.read_until(b'\n', &mut record) {
            Ok(_) if record.ends_with(b"\n") => Event::Record(record),
            Ok(_) => Event::Stop,
            Err(error) => Event::Failed(error),
        };
        let is_last = !matches!(event, Event::Record(_));
        if events.send(event).is_err() || is_last {
            return;
        }
    }
}

fn open_log(path: &Path) -> io::Result<(File, u64)> {
    let mut log = OpenOptions::new()
        .create(true)
        .append(true)
        .read(true)
        .open(path)?;
    let mut content = Vec::new();
    log.read_to_end(&mut content)?;
    let whole = content
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at as u64 + 1);
    if whole < content.len() as u64 {
        log.set_len(whole)?;
        log.sync_all()?;
    }
    log.seek(io::SeekFrom::End(0))?;
    File::open(path.parent().unwrap_or(Path::new("/")))?.sync_all()?;
    Ok((log, whole))
}

fn keep(path: &Path, events: Receiver<Event>) -> io::Result<()> {
    let (mut log, mut end) = open_log(path)?;
    let twin = log.try_clone()?;
    let mut number = 0_u64;
    for event in events {
        if STOPPED.load(Ordering::SeqCst) {
            break;
        }
        let record = match event {
            Event::Record(record) => record,
            Event::Failed(error) => return Err(error),
            Event::Stop => break,
        };
        if let Err(error) = log.write_all(&record) {
            twin.set_len(end)?;
            return Err(error);
        }
        twin.sync_data()?;
        end += record.len() as u64;
        number += 1;
        let mut output = io::stdout().lock();
        output.write_all(format!("ok {number}\n").as_bytes())?;
        output.flush()?;
    }
    Ok(())
}

fn main() {
    let set = block_signals();
    let path = std::env::args_os()
        .nth(1)
        .expect("usage: durable-log LOGFILE");
    let (sender, events) = sync_channel(16);
    let for_signals = sender.clone();
    thread::spawn(move || await_signal(set, for_signals));
    thread::spawn(move || read_records(sender));
    if let Err(error) = keep(Path::new(&path), events) {
        eprintln!("{}: {error}", path.display());
        exit(1);
    }
    exit(0);
}
