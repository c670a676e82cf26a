//! echo. The mistake: a thread for each connection. A thousand clients who say nothing are a
//! thousand stacks and a thousand tasks.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

const SIGTERM: i32 = 15;
const STACK: usize = 64 * 1024;

unsafe extern "C" {
    fn signal(number: i32, handler: extern "C" fn(i32)) -> usize;
    fn _exit(status: i32) -> !;
}

extern "C" fn leave(_: i32) {
    // SAFETY: _exit is async-signal-safe.
    unsafe { _exit(0) }
}

fn echo(mut stream: TcpStream) -> io::Result<()> {
    let mut chunk = [0; 16 * 1024];
    loop {
        match stream.read(&mut chunk)? {
            0 => return Ok(()),
            got => stream.write_all(&chunk[..got])?,
        }
    }
}

fn main() -> io::Result<()> {
    let port: u16 = std::env::args()
        .nth(1)
        .and_then(|port| port.parse().ok())
        .expect("usage: echo PORT");
    // SAFETY: the handler is async-signal-safe.
    unsafe { signal(SIGTERM, leave) };
    for stream in TcpListener::bind((Ipv4Addr::LOCALHOST, port))?.incoming() {
        let Ok(stream) = stream else {
            thread::sleep(Duration::from_millis(100)); // out of descriptors, most likely
            continue;
        };
        // Out of threads, the client is closed.
        let _ = thread::Builder::new()
            .stack_size(STACK)
            .spawn(move || echo(stream));
    }
    Ok(())
}
