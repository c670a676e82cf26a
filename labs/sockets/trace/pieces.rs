//! Sends records over a socket to a thread that reads all of them.
//! Usage: pieces WAY SIZE COUNT    COUNT records of SIZE bytes; WAY: direct, or buffered=BYTES

use std::io::{BufWriter, Read, Write};
use std::os::unix::net::UnixStream;

fn main() -> std::io::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |text: &str| text.parse::<usize>().expect("a number");
    let (size, count) = (number(&args[1]), number(&args[2]));
    let (writer, mut reader) = UnixStream::pair()?;
    let reading = std::thread::spawn(move || reader.read_to_end(&mut Vec::new()));

    let record = vec![b'r'; size];
    let mut out: Box<dyn Write> = match args[0].strip_prefix("buffered=") {
        Some(bytes) => Box::new(BufWriter::with_capacity(number(bytes), writer)),
        None => Box::new(writer),
    };
    for _ in 0..count {
        out.write_all(&record)?;
    }
    drop(out);
    reading.join().expect("the reader does not panic")?;
    Ok(())
}
