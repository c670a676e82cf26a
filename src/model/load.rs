//! What came of putting a server under load: rates, errors, and how long answers took.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

/// The version of the JSON form.
pub const SCHEMA: u32 = 1;

/// What a load has found out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LoadReport {
    /// [`SCHEMA`].
    pub schema: u32,
    /// What was put under load, as it was named.
    pub target: String,
    /// How connections were watched: `io_uring` or `epoll`.
    pub engine: String,
    /// Why it was not io_uring, if it was not.
    pub no_uring: Option<String>,
    /// Threads of the generator.
    pub threads: usize,
    /// Connections that were open when it began.
    pub connections: usize,
    /// Requests under way on a connection at most.
    pub pipeline: usize,
    /// Requests a second that were to be sent, if they were sent by the clock.
    pub rate: Option<f64>,
    /// From the first request to the last answer, seconds.
    pub seconds: f64,
    /// Processor time that the generator used for it, seconds.
    pub cpu_seconds: f64,
    /// Requests answered.
    pub requests: u64,
    /// The same for each second.
    pub requests_per_second: f64,
    /// Bytes received, heads included.
    pub received: u64,
    /// Bytes sent.
    pub sent: u64,
    /// Requests sent and never answered.
    pub unanswered: u64,
    /// Requests whose time had come, and for which no connection was free.
    pub unsent: u64,
    /// What went wrong, and how often.
    pub errors: BTreeMap<String, u64>,
    /// How long answers took; `None` if there was none.
    pub latency: Option<Latency>,
}

/// How long answers took, nanoseconds: from when a request was to be sent to the last byte of its
/// answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Latency {
    /// The shortest.
    pub min_ns: u64,
    /// All together, divided by their number.
    pub mean_ns: f64,
    /// Half of them took no longer.
    pub p50_ns: u64,
    /// Nine of ten took no longer.
    pub p90_ns: u64,
    /// 99 of 100 took no longer.
    pub p99_ns: u64,
    /// 999 of 1,000 took no longer.
    pub p999_ns: u64,
    /// The longest.
    pub max_ns: u64,
    /// How many took how long, from short to long, without gaps.
    pub bars: Vec<Bar>,
}

/// How many answers took so long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bar {
    /// From so long, nanoseconds.
    pub from_ns: u64,
    /// To less than so long.
    pub to_ns: u64,
    /// How many.
    pub count: u64,
}

/// What went wrong with a request or a connection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LoadError {
    /// Nobody listens, or the network says no: the errno's text.
    Connect(String),
    /// The server ended the connection in the middle of an answer, or instead of one.
    Closed,
    /// The connection was reset, or failed otherwise: the errno's text.
    Lost(String),
    /// The answer says that it is none: an HTTP status from 400 on.
    Status(u16),
    /// What came is no answer in the protocol.
    Malformed,
    /// What came back is not what was sent.
    Wrong,
    /// An answer came that nobody asked for.
    Unasked,
    /// No answer came in time.
    Silent,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(why) => write!(f, "cannot connect: {why}"),
            Self::Closed => f.write_str("closed before the answer"),
            Self::Lost(why) => write!(f, "connection lost: {why}"),
            Self::Status(status) => write!(f, "status {status}"),
            Self::Malformed => f.write_str("not an HTTP answer"),
            Self::Wrong => f.write_str("other bytes than were sent"),
            Self::Unasked => f.write_str("more than was asked for"),
            Self::Silent => f.write_str("no answer in time"),
        }
    }
}
