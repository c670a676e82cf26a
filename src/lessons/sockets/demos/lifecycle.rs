//! A connection from its first call to its last, with the TCP state of both ends beside each call;
//! then a full queue of a listener, and what is left after the end.
//!
//! See tcp(7), listen(2), socket(7) (SO_REUSEADDR) and RFC 9293, section 3.3.2.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use anyhow::Context;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use socket2::{Domain, Socket, Type};

use super::ends::{State, look_until, own_sockets, socket_at};
use crate::lessons::columns::{Align, bold, brief, head, narrow, prose};
use crate::model::curriculum::{Demo, DemoOptions};
use crate::sys::proc::{self, Address};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "lifecycle",
    title: "each call from socket to close, and the TCP state of both ends after it",
    run,
};

/// What the listener of the second part is told.
const BACKLOG: i32 = 2;

/// How many clients come to it.
const CLIENTS: usize = 6;

/// What the kernel counts when a queue is full.
const OVERFLOWS: &str = "ListenOverflows";

/// How long a dropped client is waited for, at most: it tries again after one second, then two.
const RETRY: Duration = Duration::from_secs(5);

/// How often a demo that waits looks whether it is still wanted, milliseconds.
const GLANCE_MS: u16 = 50;

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    writeln!(out, "{}\n", bold("From socket to close", options.color))?;
    let story = "One process makes the calls of both sides, in this order. After each, \
                 /proc/net/tcp is asked for the two ends.";
    writeln!(out, "{}", prose(story))?;
    out.flush()?;
    let rows = connection(options)?;
    let left = Align::Left;
    writeln!(out, "{}", narrow(&[left, left, left, left], &rows))?;
    let meaning = "The connection was established before accept, by the kernel alone. The client's \
                   FIN ended one direction, and the server could still send. Who sent the first \
                   FIN keeps a memory of the connection for a minute: TIME-WAIT.";
    writeln!(out, "{}", prose(meaning))?;
    out.flush()?;
    again(out, options)?;
    queue(out, options)?;
    let read_on = "Try it yourself: `ss -tan` beside a browser, and `ss -ltn` for the queues of \
                   your listeners. Read on: `syslab sockets read calls`.";
    out.write_all(prose(read_on).as_bytes())?;
    Ok(())
}

/// A TCP socket that nobody else inherits.
fn tcp() -> io::Result<Socket> {
    Socket::new(Domain::IPV4, Type::STREAM, None)
}

/// The address of a socket on the loopback interface.
fn address_of(socket: &Socket) -> anyhow::Result<SocketAddr> {
    let address = socket.local_addr()?.as_socket();
    address.context("the socket has no address")
}

/// The loopback address with a port.
fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// Notes each call with what came of it.
struct Notes<'a> {
    options: &'a DemoOptions,
    rows: Vec<Vec<String>>,
    client: Option<SocketAddr>,
    server: Option<SocketAddr>,
}

impl Notes<'_> {
    /// Notes a call of one side; waits until the ends are as they shall be, or for a while.
    fn note(
        &mut self,
        who: &str,
        call: &str,
        awaited: (Option<State>, Option<State>),
    ) -> anyhow::Result<()> {
        let (client, server) = (self.client, self.server);
        let ends = || {
            let state = |local: Option<SocketAddr>, remote: Option<SocketAddr>| {
                let found = socket_at(local?, remote)?;
                Some(State(found.state))
            };
            // Until there is a client, the server's end is its listener.
            (
                state(client, server),
                state(server, client.or(Some(nobody()))),
            )
        };
        let seen = look_until(self.options, ends, |ends| *ends == awaited)?;
        let name = |state: Option<State>| state.map_or("-", State::name).to_owned();
        self.rows.push(vec![
            who.to_owned(),
            call.to_owned(),
            name(seen.0),
            name(seen.1),
        ]);
        Ok(())
    }
}

/// The remote address of a socket that has none.
fn nobody() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0))
}

/// The calls of a connection's life, as rows.
fn connection(options: &DemoOptions) -> anyhow::Result<Vec<Vec<String>>> {
    let mut notes = Notes {
        options,
        rows: vec![head(["who", "call", "client's end", "server's end"])],
        client: None,
        server: None,
    };
    let listener = tcp()?;
    notes.note("server", "socket()", (None, None))?;
    listener.bind(&loopback(0).into())?;
    let address = address_of(&listener)?;
    notes.server = Some(address);
    notes.note("server", "bind(127.0.0.1:0)", (None, None))?;
    listener.listen(BACKLOG)?;
    let call = format!("listen({BACKLOG})");
    notes.note("server", &call, (None, Some(State::LISTEN)))?;
    let mut client = tcp()?;
    client.connect(&address.into())?;
    notes.client = Some(address_of(&client)?);
    let both = (Some(State::ESTABLISHED), Some(State::ESTABLISHED));
    notes.note("client", "connect()", both)?;
    let (mut server, _) = listener.accept()?;
    notes.note("server", "accept()", both)?;
    client.write_all(b"hello")?;
    notes.note("client", "send(\"hello\")", both)?;
    let mut buffer = [0; 64];
    let count = server.read(&mut buffer)?;
    notes.note("server", &format!("recv() = {count}"), both)?;
    client.shutdown(Shutdown::Write)?;
    let half = (Some(State::FIN_WAIT_2), Some(State::CLOSE_WAIT));
    notes.note("client", "shutdown(SHUT_WR)", half)?;
    let count = server.read(&mut buffer)?;
    notes.note("server", &format!("recv() = {count}"), half)?;
    server.write_all(b"bye")?;
    notes.note("server", "send(\"bye\")", half)?;
    drop(server);
    notes.note("server", "close()", (Some(State::TIME_WAIT), None))?;
    let count = client.read(&mut buffer)?;
    notes.note(
        "client",
        &format!("recv() = {count}"),
        (Some(State::TIME_WAIT), None),
    )?;
    drop(client);
    notes.note("client", "close()", (Some(State::TIME_WAIT), None))?;
    Ok(notes.rows)
}

/// Whether a server can be started again on its port, when it was the one that closed first.
fn again(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let title = "The same port again";
    writeln!(out, "{}\n", bold(title, options.color))?;
    let mut rows = vec![head([
        "SO_REUSEADDR",
        "left of the connection",
        "bind() again",
    ])];
    for is_reused in [false, true] {
        options.go_on()?;
        let listener = tcp()?;
        listener.set_reuse_address(is_reused)?;
        listener.bind(&loopback(0).into())?;
        listener.listen(BACKLOG)?;
        let address = address_of(&listener)?;
        let client = tcp()?;
        client.connect(&address.into())?;
        let (server, _) = listener.accept()?;
        // The server is the first to close, as one is that is being restarted.
        drop((server, listener));
        let remote = address_of(&client)?;
        drop(client);
        let rest = look_until(
            options,
            || socket_at(address, Some(remote)).map(|rest| State(rest.state)),
            |rest| *rest == Some(State::TIME_WAIT),
        )?;
        let next = tcp()?;
        next.set_reuse_address(is_reused)?;
        let bound = match next.bind(&address.into()) {
            Ok(()) => "done".to_owned(),
            Err(error) => error_name(&error),
        };
        rows.push(vec![
            if is_reused { "set" } else { "not set" }.to_owned(),
            rest.map_or("nothing", State::name).to_owned(),
            bound,
        ]);
    }
    writeln!(out, "{}", narrow(&[], &rows))?;
    out.flush()?;
    Ok(())
}

/// An error by its name in errno(3).
fn error_name(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(number) => crate::model::text::errno_name(number).into_owned(),
        None => error.to_string(),
    }
}

/// A listener whose queue is full.
fn queue(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let title = "A queue that is full";
    writeln!(out, "{}\n", bold(title, options.color))?;
    let us = std::process::id().cast_signed();
    let before = proc::tcp_counter(us, OVERFLOWS);
    let listener = tcp()?;
    listener.bind(&loopback(0).into())?;
    listener.listen(BACKLOG)?;
    let address = address_of(&listener)?;
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let client = tcp()?;
        client.set_nonblocking(true)?;
        // It is under way; poll(2) says when it is done.
        let _under_way = client.connect(&address.into());
        clients.push(client);
    }
    let started = Instant::now();
    let count = || Counts::of(address);
    let counts = look_until(options, count, |counts| counts.client_established > 0)?;
    let story = format!(
        "A listener with a backlog of {BACKLOG} that never accepts, and {CLIENTS} clients that \
         connect:"
    );
    writeln!(out, "{}", prose(&story))?;
    writeln!(out, "{}", counts.table())?;
    if let (Ok(before), Ok(after)) = (before, proc::tcp_counter(us, OVERFLOWS)) {
        let text = format!(
            "The kernel has dropped {} SYNs meanwhile, in the whole of this network namespace \
             ({OVERFLOWS} of nstat(8)). To the clients in SYN-SENT it looks like a lost packet.",
            after.saturating_sub(before)
        );
        writeln!(out, "{}", prose(&text))?;
    }
    out.flush()?;
    let Some(dropped) = clients.iter().find(|client| !is_connected(client)) else {
        return Ok(());
    };
    let mut taken = Vec::new();
    for _ in 0..counts.client_established {
        taken.push(listener.accept()?);
    }
    if options.quick {
        return Ok(());
    }
    while started.elapsed() < RETRY && !is_connected(dropped) {
        options.go_on()?;
        let mut ready = [PollFd::new(dropped.as_fd(), PollFlags::POLLOUT)];
        poll(&mut ready, PollTimeout::from(GLANCE_MS))?;
    }
    let text = match is_connected(dropped) {
        true => format!(
            "Then all that are in the queue are accepted, so there is room. The first of the \
             others is connected {} after its first try: its kernel sends the SYN again after a \
             second, and then again, at intervals that grow.",
            brief(started.elapsed())
        ),
        false => format!("Not even after {} was one of them connected.", brief(RETRY)),
    };
    writeln!(out, "{}", prose(&text))?;
    Ok(())
}

/// Whether a connect(2) that was under way is done.
fn is_connected(client: &Socket) -> bool {
    client.peer_addr().is_ok()
}

/// How many ends of connections to one listener are in which state.
struct Counts {
    client_established: usize,
    client_waiting: usize,
    server_established: usize,
    server_waiting: usize,
}

impl Counts {
    fn of(listener: SocketAddr) -> Self {
        let sockets = own_sockets();
        let count = |is_client: bool, state: State| {
            let counted = sockets.iter().filter(|socket| match socket.address {
                Address::Internet(local, remote) => {
                    let end = if is_client { remote } else { local };
                    end == listener && State(socket.state) == state
                }
                Address::Unix { .. } => false,
            });
            counted.count()
        };
        Self {
            client_established: count(true, State::ESTABLISHED),
            client_waiting: count(true, State::SYN_SENT),
            server_established: count(false, State::ESTABLISHED),
            server_waiting: count(false, State::SYN_RECV),
        }
    }

    fn table(&self) -> String {
        let row = |state: State, client: usize, server: usize| {
            vec![
                state.name().to_owned(),
                client.to_string(),
                server.to_string(),
            ]
        };
        let rows = [
            head(["state", "clients' ends", "server's ends"]),
            row(
                State::ESTABLISHED,
                self.client_established,
                self.server_established,
            ),
            row(State::SYN_SENT, self.client_waiting, 0),
            row(State::SYN_RECV, 0, self.server_waiting),
        ];
        narrow(&[Align::Left, Align::Right, Align::Right], &rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_is_noted_with_both_states() {
        let rows = connection(&DemoOptions::default()).unwrap();
        let states: Vec<String> = rows
            .iter()
            .skip(1)
            .map(|row| format!("{} {}/{}", row[1], row[2], row[3]))
            .collect();
        assert_eq!(
            states,
            [
                "socket() -/-",
                "bind(127.0.0.1:0) -/-",
                "listen(2) -/LISTEN",
                "connect() ESTABLISHED/ESTABLISHED",
                "accept() ESTABLISHED/ESTABLISHED",
                "send(\"hello\") ESTABLISHED/ESTABLISHED",
                "recv() = 5 ESTABLISHED/ESTABLISHED",
                "shutdown(SHUT_WR) FIN-WAIT-2/CLOSE-WAIT",
                "recv() = 0 FIN-WAIT-2/CLOSE-WAIT",
                "send(\"bye\") FIN-WAIT-2/CLOSE-WAIT",
                "close() TIME-WAIT/-",
                "recv() = 3 TIME-WAIT/-",
                "close() TIME-WAIT/-",
            ]
        );
    }
}
