//! The mistake: the flag is looked at when `read_until` returns, and no signal makes it return.
//!
//! The handler is installed without SA_RESTART, so that read(2) gives EINTR. The standard library
//! takes `ErrorKind::Interrupted` for a reason to read again, and says so in its documentation.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::Ordering;

/// The few calls that the standard library has no name for, with Linux' numbers.
mod sys {
    use std::sync::atomic::{AtomicBool, Ordering};

    const SIGINT: i32 = 2;
    const SIGTERM: i32 = 15;
    const SIGXFSZ: i32 = 25;
    const SIG_IGN: usize = 1;

    unsafe extern "C" {
        fn signal(signal: i32, handler: usize) -> usize;
        fn siginterrupt(signal: i32, interrupts: i32) -> i32;
    }

    pub static STOPPED: AtomicBool = AtomicBool::new(false);

    extern "C" fn stop(_signal: i32) {
        STOPPED.store(true, Ordering::Relaxed);
    }

    pub fn catch_signals() {
        let stop: extern "C" fn(i32) = stop;
        // SAFETY: the handler does nothing but store into an atomic.
        unsafe {
            signal(SIGXFSZ, SIG_IGN); // write says EFBIG instead
            for number in [SIGTERM, SIGINT] {
                signal(number, stop as usize);
                siginterrupt(number, 1); // no SA_RESTART: read gives EINTR
            }
        }
    }
}

/// A log that ends in a whole record whenever nobody is writing to it.
struct Log {
    file: File,
    end: u64,
}

impl Log {
    fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)?;
        let size = file.metadata()?.len();
        let end = end_of_last_whole_record(&file, size)?;
        if end < size {
            file.set_len(end)?;
            file.sync_all()?;
        }
        // A file is only as durable as the entry that leads to it. Synced at every start: an
        // earlier run may have been killed between creating the file and getting here.
        let directory = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        File::open(directory.unwrap_or(Path::new(".")))?.sync_all()?;
        Ok(Self { file, end })
    }

    /// Makes whole records durable, or fails.
    fn commit(&mut self, records: &[u8]) -> io::Result<()> {
        if let Err(error) = self.file.write_all(records) {
            self.file.set_len(self.end)?;
            return Err(error);
        }
        self.file.sync_all()?;
        self.end += records.len() as u64;
        Ok(())
    }
}

fn end_of_last_whole_record(file: &File, mut size: u64) -> io::Result<u64> {
    let mut block = [0; 4096];
    while size > 0 {
        let start = size.saturating_sub(block.len() as u64);
        let block = &mut block[..(size - start) as usize];
        file.read_exact_at(block, start)?;
        if let Some(newline) = block.iter().rposition(|&byte| byte == b'\n') {
            return Ok(start + newline as u64 + 1);
        }
        size = start;
    }
    Ok(0)
}

fn serve(path: &Path) -> io::Result<()> {
    sys::catch_signals();
    let mut input = io::stdin().lock();
    let mut output = io::stdout().lock();
    let mut log = Log::open(path)?;
    let mut count = 0;
    let mut record = Vec::new();
    while !sys::STOPPED.load(Ordering::Relaxed) {
        record.clear();
        input.read_until(b'\n', &mut record)?;
        if record.last() != Some(&b'\n') {
            break;
        }
        log.commit(&record)?;
        count += 1;
        output.write_all(format!("ok {count}\n").as_bytes())?;
        output.flush()?;
    }
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let [_, path] = &arguments[..] else {
        eprintln!("usage: durable-log LOGFILE");
        return ExitCode::from(2);
    };
    match serve(Path::new(path)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("durable-log: {}: {error}", path.display());
            ExitCode::FAILURE
        }
    }
}
