//! fan-in FIFO...: passes on the lines of all FIFOs as they come, each whole.
//!
//! This starter reads one FIFO after the other, and believes that each is one: follow the TODOs.
//! The standard library can wait for one descriptor at a time. So either every FIFO has a thread
//! that waits for it, or you make a Cargo project of this and take `poll` from the crate `nix`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};

fn pass_on(fifo: File, out: &mut impl Write) -> io::Result<()> {
    // TODO: the others have lines, too.
    for line in BufReader::new(fifo).split(b'\n') {
        // TODO: what happens if nobody reads this?
        out.write_all(&line?)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn main() -> io::Result<()> {
    for name in std::env::args().skip(1) {
        // TODO: what does open do if nobody writes to this one yet? And if it is no FIFO at all?
        let fifo = File::open(&name)?;
        pass_on(fifo, &mut io::stdout().lock())?;
    }
    Ok(())
}
