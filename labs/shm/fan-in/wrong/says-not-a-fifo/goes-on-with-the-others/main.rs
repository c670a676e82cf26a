//! Says which names are no FIFOs, and merges the others.
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::FileTypeExt;
use std::process::exit;
use std::thread;

fn pass_on(name: &str) -> io::Result<()> {
    for line in BufReader::new(File::open(name)?).split(b'\n') {
        let mut line = line?;
        line.push(b'\n');
        let mut out = io::stdout().lock();
        if out.write_all(&line).and_then(|()| out.flush()).is_err() {
            exit(1);
        }
    }
    Ok(())
}

fn main() {
    let mut names: Vec<String> = std::env::args().skip(1).collect();
    let all = names.len();
    names.retain(|name| {
        let is_fifo = fs::metadata(name).is_ok_and(|found| found.file_type().is_fifo());
        if !is_fifo {
            eprintln!("fan-in: {name}: not a FIFO");
        }
        is_fifo
    });
    thread::scope(|scope| {
        for name in &names {
            scope.spawn(move || pass_on(name));
        }
    });
    exit(i32::from(names.len() < all));
}
