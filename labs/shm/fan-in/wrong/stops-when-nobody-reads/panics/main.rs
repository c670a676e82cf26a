//! A thread for each FIFO prints its lines, and believes that printing cannot fail.
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::FileTypeExt;
use std::process::exit;
use std::thread;

fn pass_on(name: &str) {
    let fifo = File::open(name).expect("it was there");
    for line in BufReader::new(fifo).split(b'\n') {
        let mut line = line.expect("it can be read");
        line.push(b'\n');
        let mut out = io::stdout().lock();
        out.write_all(&line).expect("it can be written");
        out.flush().expect("it can be written");
    }
}

fn main() {
    let names: Vec<String> = std::env::args().skip(1).collect();
    for name in &names {
        if !fs::metadata(name).is_ok_and(|found| found.file_type().is_fifo()) {
            eprintln!("fan-in: {name}: not a FIFO");
            exit(1);
        }
    }
    thread::scope(|scope| {
        for name in &names {
            scope.spawn(move || pass_on(name));
        }
    });
}
