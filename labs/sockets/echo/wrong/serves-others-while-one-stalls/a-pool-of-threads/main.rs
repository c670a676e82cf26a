//! echo. The mistake: as many threads as somebody thought there would be clients at once. When
//! each of them waits for a client that says nothing, the next client waits for all of them.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

const SIGTERM: i32 = 15;
const THREADS: usize = 64;

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
    let listener = Arc::new(TcpListener::bind((Ipv4Addr::LOCALHOST, port))?);
    let serve = |listener: Arc<TcpListener>| {
        move || loop {
            match listener.accept() {
                Ok((stream, _)) => drop(echo(stream)),
                Err(_) => thread::sleep(Duration::from_millis(100)),
            }
        }
    };
    for _ in 1..THREADS {
        thread::spawn(serve(listener.clone()));
    }
    serve(listener)()
}
