//! http PORT ROOT: serve the files under ROOT by HTTP/1.1, to many clients at once.
//!
//! This starter serves files, one request a connection, one connection at a time, and it believes
//! whatever a client tells it: follow the TODOs.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::ExitCode;

/// What the standard library has no name for. One compiler call builds this file, without crates:
/// declare here what you need of the C library, as its man page has it.
#[allow(dead_code, reason = "yours to use and to extend")]
mod sys {
    pub const SIGTERM: i32 = 15;

    unsafe extern "C" {
        /// signal(2): what happens when signal `number` comes; 1 as `handler` ignores it.
        pub fn signal(number: i32, handler: usize) -> usize;
    }
}

/// Turns %41 into A.
fn decode(name: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = name.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next().unwrap_or(0), rest.next().unwrap_or(0)];
                u8::from_str_radix(&String::from_utf8_lossy(&digits), 16).unwrap_or(b'%')
            }
            other => other,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Answers the request in `head`.
fn answer(mut stream: &TcpStream, root: &str, head: &str) -> io::Result<()> {
    // TODO: HEAD; methods that you do not have; what is no request at all
    let target = head.split(' ').nth(1).unwrap_or("/");
    let name = decode(target.split('?').next().unwrap_or("/"));
    // TODO: where does this name lead? Who else can read what is there?
    let mut path = PathBuf::from(format!("{root}{name}"));
    if path.is_dir() {
        path.push("index.html");
    }
    // TODO: there may be no such file
    // TODO: how large is it, and how much of it is in memory now?
    let content = fs::read(path)?;
    let size = content.len();
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n")?;
    stream.write_all(&content)
}

fn serve(port: u16, root: &str) -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    // TODO: SIGTERM: nobody new, finish what is under way, exit with status 0 within a second
    loop {
        let (mut stream, _) = listener.accept()?;
        // TODO: where does a request begin and end in a stream? What if this is half of one, or
        // two? How much may a client make you hold?
        // TODO: who waits while this client is slow?
        let mut head = [0; 65536];
        let got = stream.read(&mut head)?;
        // TODO: a client may want more than one file
        // TODO: should one client's trouble be the end of the server?
        answer(&stream, root, &String::from_utf8_lossy(&head[..got]))?;
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, port, root] = &arguments[..] else {
        eprintln!("usage: http PORT ROOT");
        return ExitCode::from(2);
    };
    match serve(port.parse().unwrap_or(0), root) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("http: {error}");
            ExitCode::FAILURE
        }
    }
}
