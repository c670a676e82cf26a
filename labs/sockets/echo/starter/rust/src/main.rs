//! echo PORT: send back what each connection sends.
//!
//! This starter serves a handful of polite clients. It promises what it cannot keep: follow the
//! TODOs. Besides mio there is nix, which has safe names for calls that the standard library lacks.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};

const CHUNK: usize = 64 * 1024;
const BATCH: usize = 256;
const LISTENER: Token = Token(0);

struct Server {
    poll: Poll,
    listener: TcpListener,
    connections: HashMap<Token, TcpStream>,
    next: usize,
}

impl Server {
    fn new(port: u16) -> io::Result<Self> {
        let poll = Poll::new()?;
        // TODO: mio asks for a queue of 128 clients that wait to be accepted. Is that enough?
        let mut listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
        poll.registry()
            .register(&mut listener, LISTENER, Interest::READABLE)?;
        Ok(Self {
            poll,
            listener,
            connections: HashMap::new(),
            next: 1,
        })
    }

    fn run(&mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(BATCH);
        loop {
            self.poll.poll(&mut events, None)?;
            for event in &events {
                match event.token() {
                    LISTENER => self.accept()?,
                    token => self.serve(token)?,
                }
            }
        }
    }

    fn accept(&mut self) -> io::Result<()> {
        loop {
            // TODO: how many descriptors may this process have, and what if there is none left?
            let (mut stream, _) = match self.listener.accept() {
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                accepted => accepted?,
            };
            let token = Token(self.next);
            self.next += 1;
            self.poll
                .registry()
                .register(&mut stream, token, Interest::READABLE)?;
            self.connections.insert(token, stream);
        }
    }

    fn serve(&mut self, token: Token) -> io::Result<()> {
        let Some(stream) = self.connections.get_mut(&token) else {
            return Ok(());
        };
        let mut chunk = [0; CHUNK];
        // TODO: mio tells of a change once. Has this read taken all that there is?
        let got = match stream.read(&mut chunk) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            // TODO: `?` ends the server. Whose failure is it, and who should end?
            got => got?,
        };
        if got == 0 {
            self.connections.remove(&token); // and closes it
            return Ok(());
        }
        // TODO: how much of it has the kernel taken? Who keeps the rest, and until when?
        stream.write(&chunk[..got])?;
        Ok(())
    }
}

fn main() -> ExitCode {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok());
    let Some(port) = port else {
        eprintln!("usage: echo PORT");
        return ExitCode::from(2);
    };
    // TODO: SIGTERM ends this program, and not with status 0.
    match Server::new(port).and_then(|mut server| server.run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("echo: {error}");
            ExitCode::FAILURE
        }
    }
}
