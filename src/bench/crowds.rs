//! The clients of a run, from the runner's side: orders, and what they answer.

use std::collections::{HashMap, VecDeque};
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::model::{Crowd, Sighting};
use crate::stimulus::clients::{Answer, COMMAND, Order};
use crate::sys;

/// A process that plays clients, in the network namespace of the program. It ends when this is
/// dropped.
pub struct Crowds {
    pid: i32,
    orders: ChildStdin,
    answers: ChildStdout,
    unread: Vec<u8>,
    /// How often each crowd has been told to go on.
    turns: HashMap<String, u32>,
    /// Who has nothing to do, at which turn.
    idle: HashMap<String, u32>,
    seen: VecDeque<Vec<Sighting>>,
    has_preceded: bool,
}

impl Crowds {
    /// Starts the process; `first` is one of the program's, `lab` the lab directory, as we see them.
    ///
    /// # Errors
    /// Those of fork(2) and execve(2).
    pub fn start(first: i32, lab: &Path) -> io::Result<Self> {
        // The child is not kept as a Child: whoever traces waits for all its children at once.
        let mut child = Command::new("/proc/self/exe")
            .arg(COMMAND)
            .args([std::process::id().to_string(), first.to_string()])
            .current_dir(lab)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(orders), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(ErrorKind::BrokenPipe.into());
        };
        sys::process::set_nonblocking(&answers)?;
        Ok(Self {
            pid: child.id() as i32,
            orders,
            answers,
            unread: Vec::new(),
            turns: HashMap::new(),
            idle: HashMap::new(),
            seen: VecDeque::new(),
            has_preceded: false,
        })
    }

    /// The process.
    pub fn pid(&self) -> i32 {
        self.pid
    }

    /// Leaves behind at this port what a server leaves that is killed while clients are connected.
    /// Returns when that is so.
    ///
    /// # Errors
    /// If the port is in use, or the process is gone.
    pub fn precede(&mut self, port: u16) -> io::Result<()> {
        self.order(&Order::Precede(port))?;
        while !self.has_preceded {
            let mut waiting = [PollFd::new(self.answers.as_fd(), PollFlags::POLLIN)];
            match poll(&mut waiting, PollTimeout::NONE) {
                Err(Errno::EINTR) => continue,
                polled => polled?,
            };
            self.listen()?;
        }
        Ok(())
    }

    /// Starts these clients.
    ///
    /// # Errors
    /// If the process is gone.
    pub fn begin(&mut self, crowd: &Crowd) -> io::Result<()> {
        self.turns.insert(crowd.name.clone(), 0);
        self.order(&Order::Start(crowd.clone()))
    }

    /// Lets those go on that wait to be told.
    ///
    /// # Errors
    /// If the process is gone.
    pub fn tell(&mut self, crowd: &str) -> io::Result<()> {
        let turn = self.turns.entry(crowd.to_owned()).or_default();
        *turn += 1;
        let turn = *turn;
        self.order(&Order::Tell {
            crowd: crowd.to_owned(),
            turn,
        })
    }

    /// Asks what the crowd has seen.
    ///
    /// # Errors
    /// If the process is gone.
    pub fn look(&mut self, crowd: &str) -> io::Result<()> {
        self.order(&Order::Look(crowd.to_owned()))
    }

    /// Closes the clients of a crowd.
    ///
    /// # Errors
    /// If the process is gone.
    pub fn dismiss(&mut self, crowd: &str) -> io::Result<()> {
        self.order(&Order::Dismiss(crowd.to_owned()))
    }

    /// Whether the crowd was started.
    pub fn is_known(&self, crowd: &str) -> bool {
        self.turns.contains_key(crowd)
    }

    /// Whether each of the crowd has made all its moves, cannot go on, or waits to be told.
    pub fn is_idle(&self, crowd: &str) -> bool {
        self.idle.contains_key(crowd) && self.idle.get(crowd) == self.turns.get(crowd)
    }

    /// What was asked for with [`Crowds::look`], once it is there.
    pub fn take_seen(&mut self) -> Option<Vec<Sighting>> {
        self.seen.pop_front()
    }

    /// Hears what there is to hear.
    ///
    /// # Errors
    /// If the process is gone or cannot follow an order.
    pub fn listen(&mut self) -> io::Result<()> {
        let mut buffer = [0; 16 * 1024];
        loop {
            match self.answers.read(&mut buffer) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(len) => self.unread.extend_from_slice(&buffer[..len]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let Some(end) = self.unread.iter().rposition(|byte| *byte == b'\n') else {
            return Ok(());
        };
        let whole: Vec<u8> = self.unread.drain(..=end).collect();
        for line in whole
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            match serde_json::from_slice(line)? {
                Answer::Idle { crowd, turn } => drop(self.idle.insert(crowd, turn)),
                Answer::Seen(sightings) => self.seen.push_back(sightings),
                Answer::Preceded => self.has_preceded = true,
                Answer::Trouble(why) => return Err(io::Error::other(why)),
            }
        }
        Ok(())
    }

    fn order(&mut self, order: &Order) -> io::Result<()> {
        let mut line = serde_json::to_vec(order)?;
        line.push(b'\n');
        self.orders.write_all(&line)
    }
}
