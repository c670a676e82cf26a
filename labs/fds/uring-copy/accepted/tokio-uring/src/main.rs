//! Copies with tokio-uring: several tasks, each of which copies the next block until there is none.

use std::cell::Cell;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::ExitCode;
use std::rc::Rc;

use tokio_uring::buf::BoundedBuf;
use tokio_uring::fs::{File, OpenOptions};

const TASKS: usize = 4;
const BLOCK: usize = 16 << 20;

struct Shared {
    from: File,
    to: File,
    next: Cell<u64>,
    end: Cell<u64>,
}

/// Reads until the buffer is full or the file is over.
async fn read_block(file: &File, mut buffer: Vec<u8>, at: u64) -> io::Result<(Vec<u8>, usize)> {
    let mut len = 0;
    while len < BLOCK {
        let (result, slice) = file.read_at(buffer.slice(len..), at + len as u64).await;
        buffer = slice.into_inner();
        match result {
            Ok(0) => break,
            Ok(count) => len += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok((buffer, len))
}

async fn copy_blocks(shared: Rc<Shared>) -> io::Result<()> {
    let mut buffer = vec![0; BLOCK];
    loop {
        let at = shared.next.get();
        if at >= shared.end.get() {
            return Ok(());
        }
        shared.next.set(at + BLOCK as u64);
        let len;
        (buffer, len) = read_block(&shared.from, buffer, at).await?;
        if len < BLOCK {
            shared.end.set(shared.end.get().min(at + len as u64));
        }
        let result;
        (result, buffer) = write_block(&shared.to, buffer, len, at).await;
        result?;
    }
}

async fn write_block(to: &File, buffer: Vec<u8>, len: usize, at: u64) -> (io::Result<()>, Vec<u8>) {
    let (result, slice) = to.write_all_at(buffer.slice(..len), at).await;
    (result, slice.into_inner())
}

async fn copy(src: String, dst: String) -> io::Result<()> {
    let source = fs::metadata(&src)?;
    if !source.is_file() {
        return Err(io::Error::other("no regular file"));
    }
    if let Ok(old) = fs::metadata(&dst)
        && (old.dev(), old.ino()) == (source.dev(), source.ino())
    {
        return Err(io::Error::other("SRC and DST are the same file"));
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    let shared = Rc::new(Shared {
        from: File::open(&src).await?,
        to: options.open(&dst).await?,
        next: Cell::new(0),
        end: Cell::new(u64::MAX),
    });
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| tokio_uring::spawn(copy_blocks(shared.clone())))
        .collect();
    let mut copied = Ok(());
    for task in tasks {
        copied = copied.and(
            task.await
                .unwrap_or_else(|error| Err(io::Error::other(error))),
        );
    }
    let copied = copied
        .and_then(|()| {
            fs::OpenOptions::new()
                .write(true)
                .open(&dst)?
                .set_len(shared.end.get())
        })
        .and_then(|()| {
            fs::set_permissions(&dst, fs::Permissions::from_mode(source.mode() & 0o777))
        });
    copied.inspect_err(|_| drop(fs::remove_file(&dst)))
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [src, dst] = &args[..] else {
        return ExitCode::from(2);
    };
    // tokio-uring itself panics where it can have no ring.
    let ring = std::panic::catch_unwind(|| tokio_uring::start(async {}));
    if ring.is_err() {
        eprintln!("uring-copy: no io_uring");
        return ExitCode::from(3);
    }
    match tokio_uring::start(copy(src.clone(), dst.clone())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("uring-copy: {dst}: {error}");
            ExitCode::FAILURE
        }
    }
}
