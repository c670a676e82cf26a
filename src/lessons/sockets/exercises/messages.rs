//! Exercises about messages: which datagrams arrive, and what a message brings along.

use crate::lessons::answers::{both_ends, count, number};
use crate::lessons::dice::Dice;
use crate::model::Recording;
use crate::model::curriculum::{Answer, Exercise};
use crate::model::recording::{Arg, Made};

pub(super) const DATAGRAMS: Exercise = Exercise {
    slug: "datagrams",
    question: "How many datagrams does the receiver get, \"end\" included?",
    program: "datagrams.py",
    args: |seed| {
        let mut dice = Dice::new(seed, "datagrams");
        let way = *dice.pick(&["open", "connected", "connected"]);
        let mut args = vec![way.to_owned(), (10 * dice.between(2, 8)).to_string()];
        for _ in 0..dice.between(4, 9) {
            let sender = *dice.pick(&["a", "b"]);
            let size = *dice.pick(&[0, 1, 2, 3]) * dice.between(10, 40);
            args.push(format!("{sender}={size}"));
        }
        args
    },
    input: "",
    needs_device: false,
    watch: &["connect", "sendto", "recvfrom"],
    answer: datagrams,
};

/// The receives that returned something, and be it nothing.
fn datagrams(recording: &Recording) -> Result<Answer, String> {
    let of = |name: &str| -> Vec<Made<'_>> {
        recording
            .calls()
            .filter(|made| made.call.name == name && made.value().is_some())
            .collect()
    };
    let (sent, received) = (of("sendto"), of("recvfrom"));
    if received.is_empty() {
        return Err("nothing was received".to_owned());
    }
    let empty = received
        .iter()
        .filter(|made| made.value() == Some(0))
        .count();
    Ok(number(
        received.len() as u64,
        both_ends(&received),
        format!(
            "{} of sendto succeeded; the receiver got {}, of which {} had no bytes. One recv takes \
             one datagram, whole or cut off, and a socket that is connected takes only those of \
             its peer.",
            count(sent.len() as u64, "call"),
            received.len(),
            empty
        ),
    ))
}

pub(super) const PASSED: Exercise = Exercise {
    slug: "passed",
    question: "Which number has the last descriptor that comes out of the message?",
    program: "passed.c",
    args: |seed| {
        let mut dice = Dice::new(seed, "passed");
        let mut args = vec![dice.between(1, 3).to_string()];
        // What the child has besides its end of the socket, number 4.
        let mut open: Vec<u64> = Vec::new();
        for _ in 0..dice.between(3, 6) {
            let step = match open.len() {
                0..=1 => *dice.pick(&["open", "pipe", "socket"]),
                _ => *dice.pick(&["open", "pipe", "close", "close"]),
            };
            if step == "close" {
                let closed = *dice.pick(&open);
                open.retain(|fd| *fd != closed);
                args.push(format!("-{closed}"));
                continue;
            }
            for _ in 0..if step == "open" { 1 } else { 2 } {
                open.extend((3..).find(|fd| *fd != 4 && !open.contains(fd)));
            }
            args.push(step.to_owned());
        }
        args
    },
    input: "",
    needs_device: false,
    watch: &[
        "open",
        "openat",
        "pipe",
        "pipe2",
        "socketpair",
        "close",
        "sendmsg",
        "recvmsg",
    ],
    answer: passed,
};

/// The numbers that the control message of a recvmsg holds.
fn passed(recording: &Recording) -> Result<Answer, String> {
    let (made, numbers) = recording
        .calls()
        .filter(|made| made.call.name == "recvmsg" && made.value().is_some())
        .find_map(|made| Some((made, rights(&made)?)))
        .ok_or("no descriptor was received")?;
    let last = *numbers.last().ok_or("the message brought none")?;
    let sent = recording
        .calls()
        .find(|made| made.call.name == "sendmsg" && made.value().is_some());
    let calls: Vec<Made<'_>> = sent.into_iter().chain([made]).collect();
    Ok(number(
        last,
        both_ends(&calls),
        format!(
            "The message brought {}. Each gets the lowest number that is free in the receiver at \
             that moment; which numbers the sender had for them does not matter.",
            count(numbers.len() as u64, "descriptor")
        ),
    ))
}

/// The descriptors in `cmsg_type=SCM_RIGHTS, cmsg_data=[5, 6]`.
fn rights(made: &Made<'_>) -> Option<Vec<u64>> {
    let text = made.call.args.iter().find_map(|arg| match arg {
        Arg::Word(word) if word.contains("SCM_RIGHTS") => Some(word),
        _ => None,
    })?;
    let (_, mut rest) = text.split_once("SCM_RIGHTS, cmsg_data=[")?;
    let mut numbers = Vec::new();
    loop {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        numbers.push(rest[..end].parse().ok()?);
        rest = &rest[end..];
        // A descriptor may be followed by what it is: `5</dev/zero [4]>`.
        if rest.starts_with('<') {
            let next = rest.find(">, ").map_or(usize::MAX, |at| at + 1);
            let last = rest.find(">]").map_or(usize::MAX, |at| at + 1);
            rest = rest.get(next.min(last)..)?;
        }
        match rest.strip_prefix(", ") {
            Some(more) => rest = more,
            None => return Some(numbers),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_datagram_is_one() {
        let recording = "
            2 sendto(4, \"\", 0, 0, {sa_family=AF_INET}, 16) = 0
            2 sendto(4, \"end\", 3, 0, {sa_family=AF_INET}, 16) = 3
            2 recvfrom(3, \"\", 20, 0, NULL, NULL) = 0
            2 recvfrom(3, \"end\", 20, 0, NULL, NULL) = 3
        ";
        let answer = datagrams(&recording.parse().unwrap()).unwrap();
        assert_eq!(answer.accepted, ["2"]);
        assert!(
            answer.because.contains("1 had no bytes"),
            "{}",
            answer.because
        );
    }

    #[test]
    fn the_numbers_are_the_receivers() {
        let recording = "
            2 sendmsg(3, {msg_control=[{cmsg_type=SCM_RIGHTS, cmsg_data=[5, 6]}]}, 0) = 1
            3 recvmsg(4, {msg_control=[{cmsg_type=SCM_RIGHTS, cmsg_data=[3, 7]}]}, 0) = 1
        ";
        let named = recording.replace("[3, 7]", "[3</dev/zero [4]>, 7</dev/zero [4]>]");
        assert_eq!(passed(&named.parse().unwrap()).unwrap().accepted, ["7"]);
        let answer = passed(&recording.parse().unwrap()).unwrap();
        assert_eq!(answer.accepted, ["7"]);
        assert_eq!(answer.evidence, [0, 1, 2, 3]);
    }

    #[test]
    fn the_childs_own_socket_is_never_closed() {
        for seed in 0..200 {
            let args = (PASSED.args)(seed);
            assert!(!args.contains(&"-4".to_owned()), "{args:?}");
        }
    }
}
