//! Cuts a torn record off the end of a log.
//! Usage: repair LOG

use std::fs::OpenOptions;
use std::io::{self, Read};

fn main() -> io::Result<()> {
    let path = std::env::args_os().nth(1).expect("usage: repair LOG");
    // ANCHOR: repair
    let mut log = OpenOptions::new().read(true).write(true).open(path)?;
    let mut content = Vec::new();
    log.read_to_end(&mut content)?;
    let whole = content.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    if whole < content.len() {
        log.set_len(whole as u64)?;
        log.sync_all()?;
    }
    // ANCHOR_END: repair
    Ok(())
}
