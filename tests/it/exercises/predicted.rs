//! What some exercises' programs do, worked out from their arguments alone.
//!
//! The answer functions look at a trace and never at the arguments; these look at the arguments
//! and never at a trace. Where both agree, neither is likely to be wrong.

mod cpython;
mod ext;
mod fds;
mod gpu;
mod shm;
mod sockets;

/// A prediction: from the arguments to the answer.
pub(super) type Predict = fn(&[String]) -> String;

/// Exercises whose answer can be worked out by hand, as a reader does it.
pub(super) const PREDICTED: &[(&str, Predict)] = &[
    ("buffered", buffered),
    ("inherited", inherited),
    ("search", search),
    ("raw-status", raw_status),
    ("orphan", orphan),
    ("signalled", signalled),
    ("reached", reached),
    ("backlog", sockets::backlog),
    ("fin", sockets::fin),
    ("eagain", sockets::eagain),
    ("pieces", sockets::pieces),
    ("left-behind", sockets::left_behind),
    ("writer-signal", sockets::writer_signal),
    ("datagrams", sockets::datagrams),
    ("passed", sockets::passed),
    ("stale", fds::stale),
    ("offset", fds::offset),
    ("unlinked", fds::unlinked),
    ("leaked", fds::leaked),
    ("exhausted", fds::exhausted),
    ("collected", fds::collected),
    ("mapped", fds::mapped),
    ("sent", fds::sent),
    ("full", shm::full),
    ("fifo", shm::fifo),
    ("rights", shm::rights),
    ("left", shm::left),
    ("futexes", shm::futexes),
    ("robust", shm::robust),
    ("to-kernel", cpython::to_kernel),
    ("environment", cpython::environment),
    ("imported", cpython::imported),
    ("compiled", cpython::compiled),
    ("whence", cpython::whence),
    ("prints", cpython::prints),
    ("suffix", ext::suffix),
    ("freed", ext::freed),
    ("hung", ext::hung),
    ("copies", ext::copies),
    ("widths", ext::widths),
    ("errno", ext::errno),
    ("sectors", gpu::sectors),
    ("passes", gpu::passes),
    ("rounds", gpu::rounds),
    ("apart", gpu::apart),
];

/// Each process has a number of lines in its buffer; a fork doubles the processes, lines and all.
fn buffered(steps: &[String]) -> String {
    let mut held = vec![0];
    let mut written = 0;
    for step in steps {
        match step.as_str() {
            "print" => held.iter_mut().for_each(|lines| *lines += 1),
            "flush" => {
                written += held.iter().sum::<u32>();
                held.fill(0);
            }
            "fork" => held.extend(held.clone()),
            // The children write what they have, and end.
            "split" => written += held.iter().sum::<u32>(),
            other => panic!("no step: {other}"),
        }
    }
    (written + held.iter().sum::<u32>()).to_string()
}

/// The lowest number that is free is taken, and one descriptor loses its flag or never had it.
fn inherited(steps: &[String]) -> String {
    let mut used = vec![0, 1, 2];
    let mut open = || {
        let lowest = (0..).find(|fd| !used.contains(fd)).unwrap();
        used.push(lowest);
        lowest
    };
    let mut last = open();
    for step in steps {
        match step.as_str() {
            "open" | "socket" | "dup" => last = open(),
            "pipe" => {
                open();
                last = open();
            }
            "inheritable" => return last.to_string(),
            other => return other.strip_prefix("dup2=").unwrap().to_owned(),
        }
    }
    panic!("nothing is inherited: {steps:?}")
}

/// One call a directory, and one more for a file that the shell has to read.
fn search(args: &[String]) -> String {
    let mut tries = 0;
    for kind in &args[1..] {
        tries += 1;
        match kind.as_str() {
            "text" => return (tries + 1).to_string(),
            "program" => return tries.to_string(),
            _ => {}
        }
    }
    tries.to_string()
}

fn raw_status(args: &[String]) -> String {
    let number: u32 = args[1].parse().unwrap();
    let status = match args[0].as_str() {
        "exit" => number << 8,
        "stop" => number << 8 | 0x7f,
        _ => number,
    };
    status.to_string()
}

/// The nearest ancestor that adopts; the parent of the last process always leaves.
fn orphan(parts: &[String]) -> String {
    assert_eq!(parts.last().unwrap(), "leaves");
    let nearest = parts.iter().rposition(|part| part == "adopts");
    nearest.map_or(0, |at| at + 1).to_string()
}

/// How many are in the group of the child that is meant.
fn signalled(args: &[String]) -> String {
    let mut groups = Vec::new();
    for (child, kind) in (1..).zip(&args[1..]) {
        groups.push(match kind.as_str() {
            "stay" => 0,
            "join" => groups.last().copied().unwrap_or(child),
            _ => child,
        });
    }
    let target: usize = args[0].parse().unwrap();
    let meant = groups[target - 1];
    let reached = groups.iter().filter(|group| **group == meant);
    reached.count().to_string()
}

fn reached(args: &[String]) -> String {
    let answer = match (args[0].as_str(), args[2].as_str()) {
        ("fsize", "default") => "SIGXFSZ",
        ("fsize", _) => "EFBIG",
        ("as", _) => "ENOMEM",
        ("nofile", _) => "EMFILE",
        _ => "SIGSEGV",
    };
    answer.to_owned()
}
