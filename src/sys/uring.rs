//! Sockets by io_uring: what is asked for is queued, what came of it is collected; see
//! io_uring(7), io_uring_prep_multishot_accept(3), io_uring_prep_recv_multishot(3) and
//! io_uring_register_buf_ring(3).
//!
//! What makes the ring unsafe is memory that the kernel uses while nobody watches. Here the ring
//! owns all of it: buffers that it receives into, bytes that are being sent.

mod provided;
#[cfg(test)]
mod tests;

use std::io;
use std::mem::ManuallyDrop;
use std::os::fd::{AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd};
use std::time::Duration;

use io_uring::types::{CancelBuilder, Fd, SubmitArgs, Timespec};
use io_uring::{IoUring, cqueue, opcode, squeue};
use provided::Provided;

use super::kernel;

/// The first version of Linux that receives again and again on one request.
const FIRST: (u32, u32) = (6, 0);

/// What can be queued before the kernel is told, requests.
const ENTRIES: u32 = 1024;

/// What may have happened before it is collected; more is kept by the kernel, at a cost.
const COMPLETIONS: u32 = 4 * ENTRIES;

/// How long the kernel may take to let go of everything when a ring is dropped.
const CANCEL_PATIENCE: Duration = Duration::from_millis(500);

/// The only group of buffers.
const GROUP: u16 = 0;

/// How many numbers there are for bytes that are being sent.
const MOST_SENDS: usize = 1 << 24;

/// What a request is, in the upper byte of what the kernel gives back with its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Kind {
    Accept = 1,
    Receive,
    Send,
    SendFixed,
    Poll,
    Cancel,
}

/// What came of a request. `number` is what the caller has called the socket.
#[derive(Debug)]
pub enum Event {
    /// Somebody was accepted, or why nobody can be; without `is_more` nobody else will be until
    /// that is asked for again.
    Accepted {
        /// The connection.
        connection: io::Result<OwnedFd>,
        /// Whether others will follow.
        is_more: bool,
    },
    /// Something came; `None` is the end of it. Without `is_more` nothing else will come until
    /// that is asked for again; ENOBUFS says that too many pieces were not given back.
    Received {
        /// The socket.
        number: u32,
        /// What came.
        piece: io::Result<Option<Piece>>,
        /// Whether more will follow.
        is_more: bool,
    },
    /// Bytes were sent: how many, and the bytes, where they were the caller's.
    Sent {
        /// The socket.
        number: u32,
        /// How many bytes.
        sent: io::Result<usize>,
        /// The memory in which they were.
        bytes: Option<Vec<u8>>,
    },
    /// A descriptor is as it was waited for.
    Ready {
        /// The descriptor.
        number: u32,
    },
}

/// A piece of what came, in one of the ring's buffers. It should be given back soon.
#[derive(Debug)]
pub struct Piece {
    buffer: u16,
    length: usize,
}

/// A ring for sockets. It stays in the thread that has made it.
pub struct Uring {
    ring: ManuallyDrop<IoUring>,
    provided: ManuallyDrop<Provided>,
    /// Bytes that are being sent, by number; the kernel reads them until it says so.
    sending: ManuallyDrop<Vec<Option<Vec<u8>>>>,
    free: Vec<u32>,
    /// What [`send_fixed`](Self::send_fixed) sends parts of.
    fixed: ManuallyDrop<Box<[u8]>>,
    happened: Vec<cqueue::Entry>,
    calls: u64,
}

/// Says why io_uring cannot be used here; `None` if it can.
pub fn refusal() -> Option<String> {
    Uring::new(1, 1, Box::default()).err().as_ref().map(said)
}

/// Why no ring at all can be made here; `None` if one can. See io_uring_setup(2).
pub fn setup_refusal() -> Option<String> {
    IoUring::new(1).err().as_ref().map(said)
}

/// What an error of io_uring_setup(2) says about the machine.
fn said(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(libc::ENOSYS) => "this kernel was built without io_uring".to_owned(),
        Some(libc::EPERM | libc::EACCES) => {
            "io_uring is not permitted here (/proc/sys/kernel/io_uring_disabled, or the \
             container's seccomp filter)"
                .to_owned()
        }
        Some(libc::ENOMEM) => format!("{error} (RLIMIT_MEMLOCK may be too small)"),
        _ => error.to_string(),
    }
}

impl Uring {
    /// A ring with so many buffers (a power of two) of so many bytes to receive into.
    ///
    /// # Errors
    /// Those of io_uring_setup(2) and io_uring_register(2); Unsupported on older kernels.
    pub fn new(buffers: u16, size: u32, fixed: Box<[u8]>) -> io::Result<Self> {
        if kernel::version().is_none_or(|version| version < FIRST) {
            let (major, minor) = FIRST;
            return Err(io::Error::new(
                io::ErrorKind::Unsupported,
                format!("io_uring receives again and again from Linux {major}.{minor} on"),
            ));
        }
        // What happens is handled when we ask for it, and not by interrupting us: 6.1.
        let deferred = IoUring::builder()
            .setup_cqsize(COMPLETIONS)
            .setup_single_issuer()
            .setup_defer_taskrun()
            .build(ENTRIES);
        let ring = match deferred {
            Err(error) if error.raw_os_error() == Some(libc::EINVAL) => IoUring::builder()
                .setup_cqsize(COMPLETIONS)
                .build(ENTRIES)?,
            built => built?,
        };
        let provided = Provided::register(&ring, buffers, size)?;
        Ok(Self {
            ring: ManuallyDrop::new(ring),
            provided: ManuallyDrop::new(provided),
            sending: ManuallyDrop::new(Vec::new()),
            free: Vec::new(),
            fixed: ManuallyDrop::new(fixed),
            happened: Vec::new(),
            calls: 0,
        })
    }

    /// Accepts everybody from now on.
    ///
    /// # Errors
    /// Those of io_uring_enter(2).
    pub fn accept_all(&mut self, listener: BorrowedFd<'_>) -> io::Result<()> {
        let accept = opcode::AcceptMulti::new(Fd(listener.as_raw_fd())).flags(libc::SOCK_CLOEXEC);
        self.push(accept.build().user_data(tag(Kind::Accept, 0, 0)))
    }

    /// Accepts nobody any more.
    ///
    /// # Errors
    /// Those of io_uring_enter(2).
    pub fn stop_accepting(&mut self) -> io::Result<()> {
        self.cancel(tag(Kind::Accept, 0, 0))
    }

    /// Receives from now on all that comes.
    ///
    /// # Errors
    /// Those of io_uring_enter(2).
    pub fn receive_all(&mut self, socket: BorrowedFd<'_>, number: u32) -> io::Result<()> {
        let receive = opcode::RecvMulti::new(Fd(socket.as_raw_fd()), GROUP).build();
        self.push(receive.user_data(tag(Kind::Receive, 0, number)))
    }

    /// Receives nothing any more: an event without `is_more` follows.
    ///
    /// # Errors
    /// Those of io_uring_enter(2).
    pub fn stop_receiving(&mut self, number: u32) -> io::Result<()> {
        self.cancel(tag(Kind::Receive, 0, number))
    }

    /// Sends all of these bytes; an event gives them back.
    ///
    /// # Errors
    /// Those of io_uring_enter(2); EAGAIN if 16 million others are being sent.
    #[expect(unsafe_code, reason = "queues a request that points to memory")]
    pub fn send(&mut self, socket: BorrowedFd<'_>, number: u32, bytes: Vec<u8>) -> io::Result<()> {
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None if self.sending.len() < MOST_SENDS => {
                self.sending.push(None);
                u32::try_from(self.sending.len() - 1).unwrap_or(u32::MAX)
            }
            None => return Err(io::Error::from_raw_os_error(libc::EAGAIN)),
        };
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let send = opcode::Send::new(Fd(socket.as_raw_fd()), bytes.as_ptr(), length)
            .flags(libc::MSG_WAITALL | libc::MSG_NOSIGNAL)
            .build()
            .user_data(tag(Kind::Send, slot, number));
        // They do not move when the vector that owns them does.
        self.sending[slot as usize] = Some(bytes);
        // SAFETY: the bytes are kept in `sending` until the kernel has told what came of it.
        unsafe { self.push_pointing(send) }
    }

    /// Sends a part of the fixed bytes; an event follows only if not all could be sent, unless it
    /// is wanted in any case.
    ///
    /// # Errors
    /// Those of io_uring_enter(2).
    ///
    /// # Panics
    /// If there is no such part.
    #[expect(unsafe_code, reason = "queues a request that points to memory")]
    pub fn send_fixed(
        &mut self,
        socket: BorrowedFd<'_>,
        number: u32,
        part: std::ops::Range<usize>,
        is_told: bool,
    ) -> io::Result<()> {
        let bytes = &self.fixed[part];
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let mut send = opcode::Send::new(Fd(socket.as_raw_fd()), bytes.as_ptr(), length)
            .flags(libc::MSG_WAITALL | libc::MSG_NOSIGNAL)
            .build()
            .user_data(tag(Kind::SendFixed, 0, number));
        if !is_told {
            send = send.flags(squeue::Flags::SKIP_SUCCESS);
        }
        // SAFETY: the fixed bytes live, and stay where they are, as long as the ring.
        unsafe { self.push_pointing(send) }
    }

    /// Says once when a descriptor can be read, or written if that is wanted.
    ///
    /// # Errors
    /// Those of io_uring_enter(2).
    pub fn watch(
        &mut self,
        fd: BorrowedFd<'_>,
        number: u32,
        is_for_writing: bool,
    ) -> io::Result<()> {
        let events = match is_for_writing {
            true => libc::POLLOUT,
            false => libc::POLLIN,
        };
        let poll = opcode::PollAdd::new(Fd(fd.as_raw_fd()), events as u32).build();
        self.push(poll.user_data(tag(Kind::Poll, 0, number)))
    }

    /// Tells the kernel what is queued, and waits until something happens, so long at most.
    ///
    /// # Errors
    /// Those of io_uring_enter(2).
    pub fn wait(&mut self, at_most: Option<Duration>) -> io::Result<()> {
        self.calls += 1;
        let entered = match at_most {
            None => self.ring.submit_and_wait(1),
            Some(at_most) => {
                let timeout = Timespec::from(at_most);
                let args = SubmitArgs::new().timespec(&timeout);
                self.ring.submitter().submit_with_args(1, &args)
            }
        };
        match entered {
            Ok(_) => {}
            Err(error) => match error.raw_os_error() {
                // Nothing has happened in time; a signal came; or there is so much to collect
                // that the kernel takes nothing more before.
                Some(libc::ETIME | libc::EINTR | libc::EBUSY) => {}
                _ => return Err(error),
            },
        }
        self.collect();
        Ok(())
    }

    /// Puts what has happened before what is still to be taken: that is done from the end.
    fn collect(&mut self) {
        let mut newer: Vec<cqueue::Entry> = Vec::new();
        if self.happened.is_empty() {
            // The usual case, in memory that is already there.
            std::mem::swap(&mut newer, &mut self.happened);
        }
        newer.extend(self.ring.completion());
        newer.reverse();
        newer.append(&mut self.happened);
        self.happened = newer;
    }

    /// The next of what has happened, in order; after `None`, it is time to wait.
    pub fn next_event(&mut self) -> Option<Event> {
        loop {
            let entry = self.happened.pop()?;
            let (kind, slot, number) = parts(entry.user_data());
            let result = match entry.result() {
                errno if errno < 0 => Err(io::Error::from_raw_os_error(-errno)),
                count => Ok(count as usize),
            };
            let is_more = cqueue::more(entry.flags());
            return Some(match kind {
                Some(Kind::Accept) => Event::Accepted {
                    connection: result.map(|fd| owned(fd as i32)),
                    is_more,
                },
                Some(Kind::Receive) => {
                    let buffer = cqueue::buffer_select(entry.flags());
                    Event::Received {
                        number,
                        piece: result.map(|length| {
                            let buffer = buffer?;
                            // At the end, too, a buffer may have been chosen.
                            match length {
                                0 => {
                                    self.provided.give(buffer);
                                    None
                                }
                                length => Some(Piece { buffer, length }),
                            }
                        }),
                        is_more,
                    }
                }
                Some(Kind::Send) => {
                    let bytes = self.sending.get_mut(slot as usize).and_then(Option::take);
                    self.free.push(slot);
                    Event::Sent {
                        number,
                        sent: result,
                        bytes,
                    }
                }
                Some(Kind::SendFixed) => Event::Sent {
                    number,
                    sent: result,
                    bytes: None,
                },
                Some(Kind::Poll) => Event::Ready { number },
                Some(Kind::Cancel) | None => continue,
            });
        }
    }

    /// The bytes of a piece.
    pub fn bytes(&self, piece: &Piece) -> &[u8] {
        self.provided.bytes(piece)
    }

    /// Gives a piece's buffer back, to be received into again.
    #[expect(clippy::needless_pass_by_value, reason = "a piece is given back once")]
    pub fn give_back(&mut self, piece: Piece) {
        self.provided.give(piece.buffer);
    }

    /// How often the kernel was called.
    pub fn take_calls(&mut self) -> u64 {
        std::mem::take(&mut self.calls)
    }

    fn cancel(&mut self, what: u64) -> io::Result<()> {
        let cancel = opcode::AsyncCancel::new(what).build();
        self.push(cancel.user_data(tag(Kind::Cancel, 0, 0)))
    }

    #[expect(unsafe_code, reason = "queues a request")]
    fn push(&mut self, entry: squeue::Entry) -> io::Result<()> {
        // SAFETY: only called with requests that point to no memory, but for what they take from
        // the group of buffers, which lives as long as the ring.
        unsafe { self.push_pointing(entry) }
    }

    /// Queues a request; where the queue is full, the kernel is told first.
    ///
    /// # Safety
    /// What the request points to stays valid until its event has come, or the ring is gone.
    #[expect(unsafe_code, reason = "queues a request")]
    unsafe fn push_pointing(&mut self, entry: squeue::Entry) -> io::Result<()> {
        loop {
            // SAFETY: the caller's promise.
            if unsafe { self.ring.submission().push(&entry) }.is_ok() {
                return Ok(());
            }
            self.calls += 1;
            match self.ring.submit() {
                Err(error) if error.raw_os_error() == Some(libc::EBUSY) => {
                    // What has happened must be collected first.
                    self.collect();
                }
                Err(error) if error.raw_os_error() == Some(libc::EINTR) => {}
                submitted => drop(submitted?),
            }
        }
    }
}

impl Drop for Uring {
    #[expect(unsafe_code, reason = "frees what the kernel may have used")]
    fn drop(&mut self) {
        let submitter = self.ring.submitter();
        let patience = Timespec::from(CANCEL_PATIENCE);
        let cancelled = submitter.register_sync_cancel(Some(patience), CancelBuilder::any());
        // ENOENT: there was nothing to cancel. On any other answer the kernel may still use the
        // memory: then it stays, until this process ends.
        let is_quiet = match cancelled {
            Ok(()) => true,
            Err(error) => error.raw_os_error() == Some(libc::ENOENT),
        };
        // SAFETY: each is dropped once, here, and not used afterwards.
        unsafe {
            ManuallyDrop::drop(&mut self.ring);
            if is_quiet {
                ManuallyDrop::drop(&mut self.provided);
                ManuallyDrop::drop(&mut self.sending);
                ManuallyDrop::drop(&mut self.fixed);
            }
        }
    }
}

/// Kind, number of the bytes that are sent, and number of the socket, in one word.
fn tag(kind: Kind, slot: u32, number: u32) -> u64 {
    (kind as u64) << 56 | u64::from(slot) << 32 | u64::from(number)
}

fn parts(tag: u64) -> (Option<Kind>, u32, u32) {
    const KINDS: [Kind; 6] = [
        Kind::Accept,
        Kind::Receive,
        Kind::Send,
        Kind::SendFixed,
        Kind::Poll,
        Kind::Cancel,
    ];
    let kind = KINDS.into_iter().find(|kind| *kind as u64 == tag >> 56);
    (kind, (tag >> 32) as u32 & 0xff_ffff, tag as u32)
}

#[expect(unsafe_code, reason = "a descriptor that the kernel has just made")]
fn owned(fd: i32) -> OwnedFd {
    // SAFETY: an accept(2) that succeeded made it, and nobody else has seen it.
    unsafe { OwnedFd::from_raw_fd(fd) }
}
