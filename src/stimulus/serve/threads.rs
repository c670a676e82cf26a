//! A thread for each connection: the plainest program, and the dearest.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::AsFd as _;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::counts::Counts;
use super::slots::Slots;
use super::talk::{Desk, Talk};
use super::{GRACE, Shared, is_exhaustion};

/// What a thread receives by one call at most, bytes.
const BUFFER: usize = 16 * 1024;

/// The stack of a thread, bytes. Only what is used of it is memory.
const STACK: usize = 256 * 1024;

/// For how long nobody is accepted after descriptors, memory or threads have run out, unless a
/// connection ends before.
const RETRY: Duration = Duration::from_millis(100);

/// Those that are being served.
#[derive(Debug, Default)]
struct Served {
    connections: Mutex<Slots<Arc<TcpStream>>>,
    has_changed: Condvar,
}

impl Served {
    fn lock(&self) -> MutexGuard<'_, Slots<Arc<TcpStream>>> {
        self.connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a connection ends, so long at most.
    fn await_end(&self, at_most: Duration) {
        let connections = self.lock();
        let _woken = self.has_changed.wait_timeout(connections, at_most);
    }
}

/// Accepts and starts threads until it is to stop; then lets them finish.
pub(super) fn run(listener: TcpListener, shared: &Arc<Shared>) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let served = Arc::new(Served::default());
    let mut counts = Counts::default();
    loop {
        let mut waiting = [
            PollFd::new(listener.as_fd(), PollFlags::POLLIN),
            PollFd::new(shared.stop.as_fd(), PollFlags::POLLIN),
        ];
        match poll(&mut waiting, PollTimeout::NONE) {
            Err(Errno::EINTR) => continue,
            polled => polled?,
        };
        if waiting[1].any() == Some(true) {
            break;
        }
        counts.calls += 2;
        match listener.accept() {
            Ok((stream, _)) => {
                counts.accepted += 1;
                if start(stream, &served, shared).is_err() {
                    counts.closed += 1;
                    counts.exhausted += 1;
                    served.await_end(RETRY);
                }
            }
            Err(error) if is_exhaustion(&error) => {
                counts.exhausted += 1;
                served.await_end(RETRY);
            }
            // Whoever called has gone, or the network says something of it (accept(2)).
            Err(_) => {}
        }
        shared.tally.take(&mut counts);
    }
    drop(listener);
    finish(&served);
    Ok(())
}

/// Starts the thread of a connection.
fn start(stream: TcpStream, served: &Arc<Served>, shared: &Arc<Shared>) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_nodelay(true)?;
    let stream = Arc::new(stream);
    let number = served.lock().insert(Arc::clone(&stream));
    let (their_served, their_shared) = (Arc::clone(served), Arc::clone(shared));
    let started = thread::Builder::new().stack_size(STACK).spawn(move || {
        let mut desk = Desk::new(their_shared.service.clone());
        if serve(&stream, &mut desk, &their_shared).is_err() {
            desk.counts.failed += 1;
        }
        desk.counts.closed += 1;
        desk.counts.calls += 1;
        their_shared.tally.take(&mut desk.counts);
        drop(stream);
        their_served.lock().remove(number);
        their_served.has_changed.notify_all();
    });
    if let Err(error) = started {
        served.lock().remove(number);
        return Err(error);
    }
    Ok(())
}

/// Serves a client to the end.
fn serve(mut stream: &TcpStream, desk: &mut Desk, shared: &Shared) -> io::Result<()> {
    let mut talk = Talk::default();
    let mut buffer = vec![0; BUFFER];
    let mut out = Vec::new();
    while !talk.is_over() {
        out.clear();
        if talk.has_more() {
            talk.advance(desk, &[], &mut out);
        } else {
            match receive(stream, &mut buffer, desk)? {
                0 => talk.end(),
                came => {
                    desk.now = Instant::now();
                    talk.advance(desk, &buffer[..came], &mut out);
                }
            }
        }
        let mut left = out.as_slice();
        while !left.is_empty() {
            desk.counts.calls += 1;
            match stream.write(left) {
                Ok(sent) => {
                    desk.counts.sent += sent as u64;
                    left = &left[sent..];
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        shared.tally.take(&mut desk.counts);
    }
    if talk.is_ours_to_end() {
        // A client that is still sending would be reset, and might lose the answer.
        desk.counts.calls += 1;
        stream.shutdown(Shutdown::Write)?;
        while receive(stream, &mut buffer, desk)? > 0 {}
    }
    Ok(())
}

fn receive(mut stream: &TcpStream, buffer: &mut [u8], desk: &mut Desk) -> io::Result<usize> {
    loop {
        desk.counts.calls += 1;
        match stream.read(buffer) {
            Ok(came) => {
                desk.counts.received += came as u64;
                return Ok(came);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Lets every thread finish what it is sending, while there is time for that; then cuts it off.
fn finish(served: &Served) {
    for (how, patience) in [(Shutdown::Read, GRACE), (Shutdown::Both, RETRY)] {
        shut(served, how);
        let connections = served.lock();
        let is_any = |connections: &mut Slots<_>| connections.len() > 0;
        let ended = served
            .has_changed
            .wait_timeout_while(connections, patience, is_any);
        if ended.is_ok_and(|(_, waited)| !waited.timed_out()) {
            return;
        }
    }
}

fn shut(served: &Served, how: Shutdown) {
    let mut connections = served.lock();
    for number in connections.numbers() {
        if let Some(stream) = connections.get(number) {
            // It may have ended by itself.
            let _gone = stream.shutdown(how);
        }
    }
}
