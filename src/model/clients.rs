//! Clients that talk to a submission: what they do, as data, and what they saw.
//!
//! A [`Crowd`] is a number of clients that do the same. Each has a list of [`Move`]s, which it
//! makes one after the other; meanwhile it reads, or does not, as its last [`Move::Reads`] says.
//! So that a client with a stalled sender still reads, and the other way round, sending never
//! waits for reading and reading never for sending, unless a move says so.

use serde::{Deserialize, Serialize};

use super::recording::{Bytes, Object};

/// Clients that do the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crowd {
    /// By what the experiment speaks of them: `stallers`. No two crowds of a run have the same.
    pub name: String,
    /// How many they are.
    pub count: u32,
    /// Where they connect to.
    pub to: Endpoint,
    /// What each does, in order. Before the first, it connects.
    pub moves: Vec<Move>,
    /// SO_RCVBUF of each, set before it connects, so that the window is small; 0: the kernel's
    /// default. See socket(7), tcp(7).
    pub receive_buffer: u32,
    /// Bytes that are kept of what each receives (of each datagram).
    pub keeps: u32,
    /// What comes should be what was sent: the first difference is noted.
    pub is_echoed: bool,
    /// The first thing that comes should be an HTTP response with this body, as client number 0
    /// would send it: the first difference is noted.
    pub body: Option<Payload>,
    /// All that comes should be these, one behind the other, each as client number 0 would send it
    /// alone: the first difference is noted. Empty: nothing is known of what comes.
    pub stream: Vec<Payload>,
    /// They speak TLS.
    pub tls: Option<Tls>,
}

/// Where clients connect to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Endpoint {
    /// A port of 127.0.0.1. Crowds of more than a thousand come from several addresses of
    /// 127.0.0.0/8, since there are only 28,000 ephemeral ports for each; ip(7).
    Tcp(u16),
    /// A port of 127.0.0.1. Every [`Move::Send`] is one datagram, which may be empty.
    Udp(u16),
    /// A stream socket with this absolute path below [`LAB_DIR`](super::experiment::LAB_DIR).
    Unix(String),
}

/// TLS as a client speaks it. No certificate is ever refused: which one was shown is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tls {
    /// 1.2 or 1.3, as the server likes.
    Any,
    /// 1.2 only; RFC 5246.
    V12,
    /// 1.3 only; RFC 8446.
    V13,
}

/// One thing that a client does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Move {
    /// Sends this; done when the kernel (under TLS: our end of the connection) has taken it all.
    Send(Payload),
    /// Sends this in pieces.
    Dribble {
        /// What.
        payload: Payload,
        /// Bytes in a piece, each in a segment of its own (TCP_NODELAY).
        piece: u32,
        /// Microseconds between two pieces; 0: as fast as they are taken.
        pause_us: u64,
    },
    /// Waits until as many bytes have come as were sent.
    AwaitEcho,
    /// Waits until so many bytes have come, counted from the beginning.
    AwaitReceived(u64),
    /// Waits until so many lines have come, counted from the beginning: so many newlines.
    AwaitLines(u32),
    /// Waits until so many datagrams have come, counted from the beginning.
    AwaitDatagrams(u32),
    /// Waits until a whole HTTP/1 response has come that no earlier such move has counted; RFC
    /// 9112.
    AwaitResponse {
        /// It answers a HEAD: there is no body, whatever its header says.
        to_head: bool,
    },
    /// Waits until the other side has closed, orderly or not.
    AwaitEnd,
    /// Waits for [`Step::Tell`](super::Step::Tell).
    AwaitTold,
    /// So much time passes.
    Pause {
        /// Microseconds.
        us: u64,
    },
    /// From here on it reads like this; it begins with [`Reading::Eager`].
    Reads(Reading),
    /// Closes its sending side: the other side reads end of file after all that was sent, and can
    /// still answer. Under TLS: close_notify, the connection stays.
    Shutdown,
    /// Closes. Under TLS without close_notify: the connection is cut.
    Close,
    /// Closes with a reset (SO_LINGER of zero seconds): the other side gets ECONNRESET or EPIPE.
    Reset,
}

/// How a client reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reading {
    /// All that is there, at once.
    Eager,
    /// Nothing.
    Never,
    /// Nothing until [`Step::Tell`](super::Step::Tell), whatever move is at hand; then eagerly.
    WhenTold,
    /// A little now and then.
    Slow {
        /// Bytes at a time.
        piece: u32,
        /// Microseconds from one time to the next.
        pause_us: u64,
    },
}

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Payload {
    /// These bytes, the same by every client.
    Bytes(Vec<u8>),
    /// These bytes, again and again.
    Repeated {
        /// Which.
        bytes: Vec<u8>,
        /// How often.
        times: u64,
    },
    /// Bytes without pattern, which depend on the seed, on the client and on their place in what
    /// the client sends: no two clients expect the same.
    Noise {
        /// How many.
        len: u64,
        /// From which they are made.
        seed: u64,
    },
}

impl Payload {
    /// How many bytes.
    pub fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Repeated { bytes, times } => bytes.len() as u64 * times,
            Self::Noise { len, .. } => *len,
        }
    }

    /// Whether it is nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Crowd {
    /// One client that reads eagerly and keeps nothing.
    pub fn new(name: &str, to: Endpoint, moves: Vec<Move>) -> Self {
        Self {
            name: name.to_owned(),
            count: 1,
            to,
            moves,
            receive_buffer: 0,
            keeps: 0,
            is_echoed: false,
            body: None,
            stream: Vec::new(),
            tls: None,
        }
    }

    /// So many of them.
    #[must_use]
    pub fn times(mut self, count: u32) -> Self {
        self.count = count;
        self
    }

    /// So many bytes are kept of what each receives.
    #[must_use]
    pub fn keeping(mut self, bytes: u32) -> Self {
        self.keeps = bytes;
        self
    }

    /// What comes should be what was sent.
    #[must_use]
    pub fn echoed(mut self) -> Self {
        self.is_echoed = true;
        self
    }

    /// The first thing that comes should be an HTTP response with this body.
    #[must_use]
    pub fn expecting(mut self, body: Payload) -> Self {
        self.body = Some(body);
        self
    }

    /// All that comes should be these, one behind the other.
    #[must_use]
    pub fn receiving(mut self, stream: Vec<Payload>) -> Self {
        self.stream = stream;
        self
    }

    /// They speak TLS.
    #[must_use]
    pub fn with_tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// With a receive buffer of so many bytes.
    #[must_use]
    pub fn with_window(mut self, bytes: u32) -> Self {
        self.receive_buffer = bytes;
        self
    }
}

/// What clients of a crowd that saw the same had seen when they were asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// The crowd's name.
    pub crowd: String,
    /// Which clients, counted from 0: first and last of each range, in ascending order.
    pub clients: Vec<(u32, u32)>,
    /// The move that it has not done (yet), as an index; `None`: all are done.
    pub doing: Option<u32>,
    /// Bytes that the kernel has taken from it.
    pub sent: u64,
    /// Bytes that it has received.
    pub received: u64,
    /// Where what came first differed from what was sent, counted from 0. For those who speak to
    /// an echo, or expect a body or a stream.
    pub differs_at: Option<u64>,
    /// How its connection stands.
    pub end: Ending,
    /// The beginning of what it received: of a stream, one; of datagrams, one for each.
    pub kept: Vec<Bytes>,
    /// Descriptors that it received with SCM_RIGHTS; unix(7).
    pub descriptors: Vec<Passed>,
    /// The certificate that the server has shown, DER, if any.
    pub certificate: Vec<u8>,
}

/// How a client's connection stands, from its own side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    /// Not connected yet.
    #[default]
    Connecting,
    /// Connected.
    Open,
    /// The other side has closed orderly: end of file after all that it had sent. Under TLS:
    /// close_notify, then end of file.
    Fin,
    /// TLS only: end of file without close_notify.
    Cut,
    /// The client itself has closed or reset it.
    Closed,
    /// It failed with this errno: ECONNREFUSED, ECONNRESET, EPIPE, ENOENT...
    Failed(i32),
    /// TLS only: the handshake or the connection failed, and why.
    Tls(String),
}

/// A descriptor that a client has received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passed {
    /// Bytes that the client had received before the message that carried it.
    pub at: u64,
    /// What it refers to. Its name is the path that the client sees, which is another one than the
    /// program's.
    pub object: Object,
    /// The kind, as in st_mode: S_IFREG and the like.
    pub kind: u32,
    /// Its access mode: O_RDONLY, O_WRONLY or O_RDWR.
    pub access: i32,
    /// Its file offset; -1 where there is none.
    pub offset: i64,
    /// The beginning of what it reads at that offset, as far as the crowd keeps it.
    pub content: Bytes,
}

impl Sighting {
    /// How many clients.
    pub fn count(&self) -> u32 {
        self.clients.iter().map(|(from, to)| to - from + 1).sum()
    }
}
