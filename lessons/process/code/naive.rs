//! Records payments: appends each line of input to LOG and acknowledges it. Loses some.
//! Usage: naive LOG

use std::fs::OpenOptions;
use std::io::{self, BufRead, BufWriter, Write};

fn main() -> io::Result<()> {
    let path = std::env::args_os().nth(1).expect("usage: naive LOG");

    // ANCHOR: loop
    let file = OpenOptions::new().create(true).append(true).open(path)?;
    let mut log = BufWriter::new(file);
    for (at, record) in io::stdin().lock().lines().enumerate() {
        writeln!(log, "{}", record?)?;
        println!("ok {}", at + 1);
    }
    // ANCHOR_END: loop
    log.flush()
}
