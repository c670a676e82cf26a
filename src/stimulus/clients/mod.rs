//! Clients that talk to a submission, many at once, in a process of their own.
//!
//! The process lives in the submission's network namespace and outside of all its others. It has
//! one thread and one event loop. On standard input it gets [`Order`]s, on standard output it
//! gives [`Answer`]s, a line of JSON each. What clients do is `model::clients`.
//!
//! When nothing can happen by itself it waits without a time-out: so whoever watches it can tell
//! that it, too, is at rest.

mod body;
mod bytes;
mod client;
mod crowd;
mod link;
mod passed;
mod predecessor;
mod responses;
mod stream;
mod timers;
mod tls;

use std::collections::{HashMap, VecDeque};
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use serde::{Deserialize, Serialize};

use self::client::{Client, Progress, Room};
use self::crowd::Running;
use self::timers::Timers;
use crate::model::clients::{Crowd, Payload, Sighting};
use crate::sys;

/// The hidden command under which this binary is a crowd: `syslab __clients PARENT PID`.
pub const COMMAND: &str = "__clients";

/// What the process is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// Start these clients.
    Start(Crowd),
    /// Let those go on that wait to be told; answers about the crowd carry this number from now.
    Tell {
        /// The crowd's name.
        crowd: String,
        /// How often this crowd has been told, this time included.
        turn: u32,
    },
    /// Say what the crowd's clients have seen by now.
    Look(String),
    /// Close them.
    Dismiss(String),
    /// Leave behind at this TCP port what a server leaves that is killed while clients are
    /// connected.
    Precede(u16),
}

/// What the process says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// Each client of the crowd has made all its moves, cannot go on, or waits to be told.
    Idle {
        /// The crowd's name.
        crowd: String,
        /// How often it had been told.
        turn: u32,
    },
    /// What they have seen.
    Seen(Vec<Sighting>),
    /// What an earlier server would have left behind is there.
    Preceded,
    /// An order cannot be followed.
    Trouble(String),
}

/// Writes what client number 0 would send.
///
/// # Errors
/// Those of the writer.
pub fn write(payload: &Payload, to: &mut dyn Write) -> io::Result<()> {
    write_from(payload, 0, to)
}

/// Writes what client number 0 would send after so many bytes.
///
/// # Errors
/// Those of the writer.
pub fn write_from(payload: &Payload, begin: u64, to: &mut dyn Write) -> io::Result<()> {
    let mut script = bytes::Script::default();
    script.push(payload);
    let mut buffer = vec![0; 64 * 1024];
    let mut written = begin;
    while written < payload.len() {
        let len = script.fill(0, written, &mut buffer);
        to.write_all(&buffer[..len])?;
        written += len as u64;
    }
    Ok(())
}

/// How many bytes at the beginning of what is read are what client number 0 would send.
///
/// # Errors
/// Those of the reader.
pub fn common(payload: &Payload, from: &mut dyn Read) -> io::Result<u64> {
    let mut script = bytes::Script::default();
    script.push(payload);
    let mut buffer = vec![0; 64 * 1024];
    let mut same = 0;
    loop {
        let len = match from.read(&mut buffer) {
            Ok(0) => return Ok(same),
            Ok(len) => len,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if let Some(at) = script.first_difference(0, same, &buffer[..len]) {
            return Ok(at);
        }
        same += len as u64;
    }
}

/// Standard input.
const ORDERS: Token = Token(0);

/// The process' main function: its parent, and the process whose user namespace it enters. It is
/// started in the network of that process.
///
/// # Errors
/// If it cannot enter.
pub fn main(args: &[OsString]) -> io::Result<()> {
    let number = |nth: usize| {
        args.get(nth)
            .and_then(|arg| arg.to_str()?.parse::<i32>().ok())
            .ok_or(io::ErrorKind::InvalidInput)
    };
    sys::process::die_with_parent(number(0)?)?;
    match sys::namespace::enter_users_of(number(1)?) {
        // The program has ended before anybody could come.
        Err(error) if matches!(error.raw_os_error(), Some(libc::ESRCH | libc::ENOENT)) => {
            return Ok(());
        }
        entered => entered?,
    }
    sys::limits::raise_descriptors()?;
    match Loop::new()?.run() {
        // Nobody listens any more: the run is over.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        ended => ended,
    }
}

/// The event loop.
struct Loop {
    poll: Poll,
    timers: Timers,
    crowds: HashMap<String, Running>,
    /// All clients ever started; a token is an index here, plus one.
    clients: Vec<Client>,
    /// Clients that have had their share of a turn and could go on.
    busy: VecDeque<usize>,
    input: File,
    unread: Vec<u8>,
    is_over: bool,
    /// A client of an earlier server, which has not noticed yet that it is gone.
    client_of_predecessor: Option<TcpStream>,
    room: Box<Room>,
}

impl Loop {
    fn new() -> io::Result<Self> {
        let input = File::from(nix::unistd::dup(io::stdin())?);
        sys::process::set_nonblocking(&input)?;
        let poll = Poll::new()?;
        let fd = input.as_raw_fd();
        poll.registry()
            .register(&mut SourceFd(&fd), ORDERS, Interest::READABLE)?;
        Ok(Self {
            poll,
            timers: Timers::default(),
            crowds: HashMap::new(),
            clients: Vec::new(),
            busy: VecDeque::new(),
            input,
            unread: Vec::new(),
            is_over: false,
            client_of_predecessor: None,
            room: Box::new([0; client::BUFFER]),
        })
    }

    fn run(mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(1024);
        self.take_orders()?;
        while !self.is_over {
            let wait = match self.busy.is_empty() {
                true => self.timers.next(Instant::now()),
                false => Some(Duration::ZERO),
            };
            match self.poll.poll(&mut events, wait) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                polled => polled?,
            }
            for at in std::mem::take(&mut self.busy) {
                self.advance(at)?;
            }
            for event in &events {
                match event.token() {
                    ORDERS => self.take_orders()?,
                    Token(token) => {
                        let at = token - 1;
                        self.clients[at].note(event, &mut self.room);
                        self.advance(at)?;
                    }
                }
            }
            for at in self.timers.due(Instant::now()) {
                self.advance(at)?;
            }
        }
        Ok(())
    }

    /// Reads what there is, and follows every whole order.
    fn take_orders(&mut self) -> io::Result<()> {
        let mut buffer = [0; 16 * 1024];
        loop {
            match self.input.read(&mut buffer) {
                Ok(0) => {
                    self.is_over = true;
                    break;
                }
                Ok(len) => self.unread.extend_from_slice(&buffer[..len]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        while let Some(end) = self.unread.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.unread.drain(..=end).collect();
            self.follow(serde_json::from_slice(&line)?)?;
        }
        Ok(())
    }

    fn follow(&mut self, order: Order) -> io::Result<()> {
        match order {
            Order::Start(crowd) => self.start(crowd),
            Order::Precede(port) => match predecessor::leave_behind(port) {
                Ok(client) => {
                    self.client_of_predecessor = Some(client);
                    answer(&Answer::Preceded)
                }
                Err(error) => answer(&Answer::Trouble(error.to_string())),
            },
            Order::Tell { crowd, turn } => {
                let Some(running) = self.crowds.get_mut(&crowd) else {
                    return unknown(&crowd);
                };
                running.turn = turn;
                let members = running.members.clone();
                for at in members.clone() {
                    self.clients[at].tell();
                }
                self.recount(&crowd)?;
                members.into_iter().try_for_each(|at| self.advance(at))
            }
            Order::Look(crowd) => {
                let Some(running) = self.crowds.get(&crowd) else {
                    return unknown(&crowd);
                };
                answer(&Answer::Seen(running.sightings(&self.clients)))
            }
            Order::Dismiss(crowd) => {
                let Some(running) = self.crowds.get(&crowd) else {
                    return unknown(&crowd);
                };
                for at in running.members.clone() {
                    self.clients[at].dismiss();
                }
                self.recount(&crowd)
            }
        }
    }

    fn start(&mut self, crowd: Crowd) -> io::Result<()> {
        let (name, count) = (crowd.name.clone(), crowd.count);
        let crowd = std::rc::Rc::new(crowd);
        let first = self.clients.len();
        let members = first..first + count as usize;
        let running = Running::new(crowd.clone(), members.clone());
        if self.crowds.insert(name.clone(), running).is_some() {
            return answer(&Answer::Trouble(format!("there are two crowds {name:?}")));
        }
        for (index, at) in (0..count).zip(members.clone()) {
            let registry = self.poll.registry();
            let client = Client::start(crowd.clone(), index, registry, Token(at + 1));
            self.clients.push(client);
        }
        members.into_iter().try_for_each(|at| self.advance(at))?;
        self.recount(&name)
    }

    /// Lets a client do what it can do now.
    fn advance(&mut self, at: usize) -> io::Result<()> {
        let client = &mut self.clients[at];
        let was_idle = client.is_idle();
        let progress = client.advance(Instant::now(), self.poll.registry(), &mut self.room);
        let (is_idle, crowd) = (client.is_idle(), client.crowd_name());
        match progress {
            Progress::Waits => {}
            Progress::Sleeps(until) => self.timers.set(until, at),
            Progress::CouldGoOn => self.busy.push_back(at),
        }
        if is_idle == was_idle {
            return Ok(());
        }
        if let Some(running) = self.crowds.get_mut(&*crowd) {
            match is_idle {
                true => running.idle += 1,
                false => running.idle -= 1,
            }
        }
        self.say_if_idle(&crowd)
    }

    /// Counts anew who of a crowd has nothing to do.
    fn recount(&mut self, crowd: &str) -> io::Result<()> {
        if let Some(running) = self.crowds.get_mut(crowd) {
            let members = self.clients[running.members.clone()].iter();
            running.idle = members.filter(|client| client.is_idle()).count();
        }
        self.say_if_idle(crowd)
    }

    fn say_if_idle(&mut self, crowd: &str) -> io::Result<()> {
        let Some(running) = self.crowds.get(crowd) else {
            return Ok(());
        };
        if running.idle < running.members.len() {
            return Ok(());
        }
        answer(&Answer::Idle {
            crowd: crowd.to_owned(),
            turn: running.turn,
        })
    }
}

fn unknown(crowd: &str) -> io::Result<()> {
    answer(&Answer::Trouble(format!("there is no crowd {crowd:?}")))
}

fn answer(answer: &Answer) -> io::Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    io::stdout().lock().write_all(&line)
}
