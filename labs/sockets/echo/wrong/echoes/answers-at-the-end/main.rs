//! echo. The mistake: reads to the end before it answers. A client may wait for its answer first.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;

const SIGTERM: i32 = 15;

unsafe extern "C" {
    fn signal(number: i32, handler: extern "C" fn(i32)) -> usize;
    fn _exit(status: i32) -> !;
}

extern "C" fn leave(_: i32) {
    // SAFETY: _exit is async-signal-safe.
    unsafe { _exit(0) }
}

fn echo(mut stream: TcpStream) -> io::Result<()> {
    let mut message = Vec::new();
    stream.read_to_end(&mut message)?;
    stream.write_all(&message)
}

fn main() -> io::Result<()> {
    let port: u16 = std::env::args()
        .nth(1)
        .and_then(|port| port.parse().ok())
        .expect("usage: echo PORT");
    // SAFETY: the handler is async-signal-safe.
    unsafe { signal(SIGTERM, leave) };
    for stream in TcpListener::bind((Ipv4Addr::LOCALHOST, port))?.incoming() {
        let stream = stream?;
        thread::spawn(move || echo(stream));
    }
    Ok(())
}
