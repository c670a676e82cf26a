//! Exercises about connections: how many may wait, who ends them, and what the other side gets.

use std::collections::HashMap;

use libc::SIGPIPE;

use crate::lessons::answers::{both_ends, number, plural};
use crate::lessons::dice::Dice;
use crate::model::Recording;
use crate::model::curriculum::{Answer, Exercise};
use crate::model::recording::{Arg, ExitStatus, FIRST, Made, What};
use crate::model::text::{errno_name, signal_name};

pub(super) const BACKLOG: Exercise = Exercise {
    slug: "backlog",
    question: "Which backlog is asked for?",
    program: "backlog.py",
    args: |seed| {
        let mut dice = Dice::new(seed, "backlog");
        let asked = [
            format!("listen={}", dice.between(0, 500)),
            format!("listen=-{}", dice.between(1, 9)),
        ];
        let ways = ["listen", "create_server", "socketserver", "http", "asyncio"];
        match dice.between(0, 3) {
            0 => vec![asked[0].clone()],
            1 => vec![asked[1].clone()],
            _ => vec![dice.pick(&ways).to_string()],
        }
    },
    input: "",
    needs_device: false,
    watch: &["socket", "bind", "listen"],
    answer: backlog,
};

/// The second argument of the last listen.
fn backlog(recording: &Recording) -> Result<Answer, String> {
    let (made, asked) = recording
        .calls()
        .filter(|made| made.call.name == "listen" && made.value() == Some(0))
        .filter_map(|made| match made.call.args.get(1) {
            Some(Arg::Int(asked)) => Some((made, *asked)),
            _ => None,
        })
        .last()
        .ok_or("nothing listens")?;
    Ok(Answer {
        accepted: vec![asked.to_string()],
        evidence: both_ends(&[made]),
        because: "The second argument of listen is what was asked for; the kernel cuts it off at \
                  net.core.somaxconn."
            .to_owned(),
    })
}

pub(super) const FIN: Exercise = Exercise {
    slug: "fin",
    question: "In how many of the connections does the server send the first FIN?",
    program: "fin.rs",
    args: |seed| {
        let mut dice = Dice::new(seed, "fin");
        let stories = [
            "c", "s", "cw,s", "sw,c", "cr,s", "sr,c", "c+,c,s", "s+,s,c", "s+,s,s,c", "c+,cw,s",
        ];
        (0..dice.between(4, 7))
            .map(|_| dice.pick(&stories).to_string())
            .collect()
    },
    input: "",
    needs_device: false,
    watch: &[
        "connect", "accept", "accept4", "dup", "fcntl", "shutdown", "close",
    ],
    answer: fin,
};

/// One end of a connection: how many descriptors it still has.
struct End {
    connection: usize,
    is_server: bool,
    descriptors: u32,
}

/// The first FIN of each connection: a shutdown of the sending side, or the close of an end's last
/// descriptor.
fn fin(recording: &Recording) -> Result<Answer, String> {
    let calls: Vec<Made<'_>> = recording.calls().collect();
    let mut ends: HashMap<&str, End> = HashMap::new();
    let (mut clients, mut servers) = (0, 0);
    let mut first: HashMap<usize, (bool, Made<'_>)> = HashMap::new();
    for made in &calls {
        let Some(value) = made.value() else {
            continue;
        };
        let name = made.object(0).map(|object| object.name.as_str());
        match made.call.name.as_str() {
            "connect" => {
                let end = End {
                    connection: clients,
                    is_server: false,
                    descriptors: 1,
                };
                clients += 1;
                ends.extend(name.map(|name| (name, end)));
            }
            "accept" | "accept4" => {
                let object = made.returned.and_then(|returned| returned.object.as_ref());
                let end = End {
                    connection: servers,
                    is_server: true,
                    descriptors: 1,
                };
                servers += 1;
                ends.extend(object.map(|object| (object.name.as_str(), end)));
            }
            _ => {
                let Some(end) = name.and_then(|name| ends.get_mut(name)) else {
                    continue;
                };
                let sends_fin = match made.call.name.as_str() {
                    "dup" => {
                        end.descriptors += 1;
                        false
                    }
                    "fcntl" => {
                        end.descriptors += u32::from(has_word(made, "F_DUPFD") && value >= 0);
                        false
                    }
                    "shutdown" => has_word(made, "SHUT_WR") || has_word(made, "SHUT_RDWR"),
                    "close" => {
                        end.descriptors = end.descriptors.saturating_sub(1);
                        end.descriptors == 0
                    }
                    _ => false,
                };
                if sends_fin {
                    first
                        .entry(end.connection)
                        .or_insert((end.is_server, *made));
                }
            }
        }
    }
    if first.is_empty() {
        return Err("no connection was ended".to_owned());
    }
    let by_server = first.values().filter(|(is_server, _)| *is_server).count();
    let mut calls: Vec<Made<'_>> = first.values().map(|(_, made)| *made).collect();
    calls.sort_by_key(|made| made.enter);
    Ok(number(
        by_server as u64,
        both_ends(&calls),
        format!(
            "These calls sent the first FIN of {}: a shutdown of the sending side, or the close of \
             an end's last descriptor. {by_server} of them came from the side that accept returned.",
            plural(first.len() as u64, "connection", "connections"),
        ),
    ))
}

/// Whether one of the arguments is a word that begins like this.
fn has_word(made: &Made<'_>, start: &str) -> bool {
    let is_word = |arg: &Arg| matches!(arg, Arg::Word(word) if word.starts_with(start));
    made.call.args.iter().any(is_word)
}

pub(super) const WRITER_SIGNAL: Exercise = Exercise {
    slug: "writer-signal",
    question: "What does the child get: the signal that ends it, else the error of its send, else \
               \"nothing\"?",
    program: "writer_signal.c",
    args: |seed| {
        let mut dice = Dice::new(seed, "writer-signal");
        let peer = *dice.pick(&[
            "close",
            "close",
            "shut-read",
            "shut-read",
            "shut-write",
            "stay",
        ]);
        let disposition = *dice.pick(&["default", "default", "ignore", "block"]);
        let flag = *dice.pick(&["none", "none", "nosignal"]);
        [peer, disposition, flag].map(str::to_owned).to_vec()
    },
    input: "",
    needs_device: false,
    watch: &[
        "shutdown",
        "close",
        "rt_sigaction",
        "rt_sigprocmask",
        "sendto",
    ],
    answer: writer_signal,
};

/// How the child's send ended.
fn writer_signal(recording: &Recording) -> Result<Answer, String> {
    let send = recording
        .calls()
        .find(|made| made.task != FIRST && made.call.name == "sendto")
        .ok_or("the child did not send")?;
    let ended = recording
        .events
        .iter()
        .enumerate()
        .find_map(|(at, event)| match event.what {
            What::End { task, status, .. } if task == send.task => Some((at, status)),
            _ => None,
        });
    let (at, status) = ended.ok_or("the child did not end")?;
    let mut evidence = both_ends(&[send]);
    evidence.push(at);
    let (answer, because) = match (status, send.errno()) {
        (ExitStatus::Signal(signo), _) => (
            signal_name(signo).to_string(),
            "Nobody can read any more, so send raises SIGPIPE, whose default is to end the process."
                .to_owned(),
        ),
        (_, Some(errno)) => (
            errno_name(errno).to_string(),
            format!(
                "Nobody can read any more, but {} does not end this process: it is ignored or \
                 blocked, or MSG_NOSIGNAL keeps it from being raised.",
                signal_name(SIGPIPE)
            ),
        ),
        _ => (
            "nothing".to_owned(),
            "The other end can still be read from: a peer that has ended its own sending side \
             listens."
                .to_owned(),
        ),
    };
    Ok(Answer {
        accepted: vec![answer],
        evidence,
        because,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_backlog_is_what_was_asked_for() {
        let recording = "
            2 listen(3<socket:[7]>, 0) = -1 EADDRINUSE
            2 listen(4<socket:[8]>, 100) = 0
        ";
        assert_eq!(
            backlog(&recording.parse().unwrap()).unwrap().accepted,
            ["100"]
        );
    }

    #[test]
    fn a_fin_comes_with_the_last_descriptor() {
        let recording = "
            2 connect(4<socket:[8]>, {sa_family=AF_INET}, 16) = 0
            2 accept4(3<socket:[7]>, {}, [16], SOCK_CLOEXEC) = 5<socket:[9]>
            2 fcntl(4<socket:[8]>, F_DUPFD_CLOEXEC, 3) = 6
            2 fcntl(6<socket:[8]>, F_GETFD) = 1
            2 close(6<socket:[8]>) = 0
            2 close(5<socket:[9]>) = 0
            2 close(4<socket:[8]>) = 0
            2 connect(4<socket:[10]>, {sa_family=AF_INET}, 16) = 0
            2 accept4(3<socket:[7]>, {}, [16], SOCK_CLOEXEC) = 5<socket:[11]>
            2 shutdown(5<socket:[11]>, SHUT_RD) = 0
            2 shutdown(4<socket:[10]>, SHUT_WR) = 0
            2 close(5<socket:[11]>) = 0
        ";
        let answer = fin(&recording.parse().unwrap()).unwrap();
        assert_eq!(answer.accepted, ["1"]);
        assert!(
            answer.because.contains("1 of them came"),
            "{}",
            answer.because
        );
    }

    #[test]
    fn a_signal_is_told_from_an_error() {
        let of = |send: &str, end: &str| {
            let text = format!("2 fork 3\n3 sendto(4, \"h\", 5, 0, NULL, 0) = {send}\n3 +++ {end}");
            let answer = writer_signal(&text.parse().unwrap());
            answer.unwrap().accepted
        };
        assert_eq!(of("-1 EPIPE", "signal SIGPIPE"), ["SIGPIPE"]);
        assert_eq!(of("-1 EPIPE", "exit 1"), ["EPIPE"]);
        assert_eq!(of("5", "exit 0"), ["nothing"]);
    }
}
