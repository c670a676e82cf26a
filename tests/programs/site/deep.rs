//! A system call through the standard library, a few calls deep.

use std::fs::File;
use std::io;

struct Log {
    file: File,
}

impl Log {
    fn append(&self) -> io::Result<()> {
        let result = self.file.sync_all(); // HERE
        // Not the last thing it does: a tail call would leave no frame.
        std::hint::black_box(result)
    }
}

fn main() {
    let log = Log {
        file: File::open("/dev/null").expect("it is always there"),
    };
    let result = log.append(); // MAIN
    std::process::exit(i32::from(result.is_ok()));
}
