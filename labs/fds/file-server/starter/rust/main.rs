//! file-server PORT ROOT: send files without touching them, to many clients at once.
//!
//! This starter sends files, one connection at a time, all of it through its own memory, and it
//! believes whatever a client tells it: follow the TODOs.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

fn answer(mut stream: &TcpStream, root: &Path, name: &[u8]) -> io::Result<()> {
    // TODO: where does this name lead? Who else can read what is there? Is it a file?
    let path = root.join(OsStr::from_bytes(name));
    // TODO: how many bytes is that, and who needs to see them?
    match fs::read(path) {
        Ok(content) => {
            write!(stream, "OK {}\n", content.len())?;
            // TODO: write returns something. What does it mean?
            let _ = stream.write(&content)?;
        }
        Err(error) => write!(stream, "ERR {error}\n")?,
    }
    Ok(())
}

fn serve(mut stream: &TcpStream, root: &Path) -> io::Result<()> {
    for line in BufReader::new(stream).split(b'\n') {
        match line?.strip_prefix(b"GET ") {
            Some(name) => answer(stream, root, name)?,
            None => stream.write_all(b"ERR what is that?\n")?,
        }
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, port, root] = &arguments[..] else {
        return Err(io::Error::other("usage: file-server PORT ROOT"));
    };
    let port: u16 = port.parse().map_err(|_| io::Error::other("no port"))?;
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    // TODO: SIGTERM: exit with status 0 within a second
    loop {
        let (stream, _) = listener.accept()?;
        // TODO: who waits while this client is slow?
        // TODO: the client may be gone at any moment. What happens then?
        serve(&stream, Path::new(root))?;
    }
}
