//! Exercises about streams that do not wait: EAGAIN, pieces, and what stays behind.

use libc::EAGAIN as AGAIN;

use crate::lessons::answers::{both_ends, count, number, own, plural};
use crate::lessons::dice::Dice;
use crate::model::Recording;
use crate::model::curriculum::{Answer, Exercise};
use crate::model::recording::Made;

pub(super) const EAGAIN: Exercise = Exercise {
    slug: "eagain",
    question: "How many calls fail with EAGAIN?",
    program: "eagain.c",
    args: |seed| {
        let mut dice = Dice::new(seed, "eagain");
        let mut steps = Vec::new();
        for _ in 0..dice.between(5, 9) {
            let size = 100 * dice.between(1, 4);
            let kind = *dice.pick(&[
                "send",
                "send",
                "recv",
                "drain",
                "short",
                "connect",
                "accept",
                "accept-all",
            ]);
            steps.push(match kind {
                "send" => format!("send={}", size * dice.between(1, 3)),
                "recv" | "drain" | "short" => format!("{kind}={size}"),
                other => other.to_owned(),
            });
        }
        steps
    },
    input: "",
    needs_device: false,
    watch: &["sendto", "recvfrom", "connect", "accept"],
    answer: eagain,
};

/// The calls that would have had to wait.
fn eagain(recording: &Recording) -> Result<Answer, String> {
    let calls: Vec<Made<'_>> = own(recording).collect();
    if calls.is_empty() {
        return Err("nothing was done".to_owned());
    }
    let failed: Vec<Made<'_>> = calls
        .iter()
        .filter(|made| made.errno() == Some(AGAIN))
        .copied()
        .collect();
    let accepts = failed
        .iter()
        .filter(|made| made.call.name == "accept")
        .count() as u64;
    let receives = failed.len() as u64 - accepts;
    let evidence = match failed.is_empty() {
        // Nothing to show for a nothing but that it was all there was.
        true => both_ends(&calls),
        false => both_ends(&failed),
    };
    Ok(number(
        failed.len() as u64,
        evidence,
        format!(
            "{} of recv and {} of accept found nothing there. A read that returns less than it had \
             room for, or exactly that, has not failed.",
            count(receives, "call"),
            accepts
        ),
    ))
}

pub(super) const PIECES: Exercise = Exercise {
    slug: "pieces",
    question: "How many calls carry the records over the socket?",
    program: "pieces.rs",
    args: |seed| {
        let mut dice = Dice::new(seed, "pieces");
        let size = dice.between(20, 150);
        let records = dice.between(30, 90);
        let way = match dice.between(0, 3) {
            0 => "direct".to_owned(),
            _ => format!("buffered={}", dice.pick(&["64", "128", "256", "512"])),
        };
        vec![way, size.to_string(), records.to_string()]
    },
    input: "",
    needs_device: false,
    watch: &["write", "writev", "sendto", "sendmsg"],
    answer: pieces,
};

/// What the writer's calls on its socket took.
fn pieces(recording: &Recording) -> Result<Answer, String> {
    let carried: Vec<(Made<'_>, u64)> = own(recording)
        .filter(|made| {
            let object = made.object(0);
            object.is_some_and(|object| object.name.starts_with("socket:"))
        })
        .filter_map(|made| Some((made, u64::try_from(made.value()?).ok()?)))
        .filter(|(_, taken)| *taken > 0)
        .collect();
    let (Some((first, taken)), Some((last, rest))) = (carried.first(), carried.last()) else {
        return Err("nothing was sent".to_owned());
    };
    let all: u64 = carried.iter().map(|(_, taken)| taken).sum();
    Ok(number(
        carried.len() as u64,
        both_ends(&[*first, *last]),
        format!(
            "{all} bytes were sent by {}; shown are the first, of {taken} bytes, and the last, of \
             {rest}. A buffer is handed over when the next record does not fit.",
            count(carried.len() as u64, "call")
        ),
    ))
}

pub(super) const LEFT_BEHIND: Exercise = Exercise {
    slug: "left-behind",
    question: "How many bytes are in the reader's buffer at the end?",
    program: "left_behind.py",
    args: |seed| {
        let mut dice = Dice::new(seed, "left-behind");
        let way = *dice.pick(&["level", "edge", "edge", "edge", "drain", "oneshot"]);
        let mut args = vec![way.to_owned(), (10 * dice.between(1, 4)).to_string()];
        for _ in 0..dice.between(2, 4) {
            args.push(dice.between(5, 90).to_string());
        }
        args
    },
    input: "",
    needs_device: false,
    watch: &["epoll_ctl", "epoll_wait", "sendto", "recvfrom"],
    answer: left_behind,
};

/// What was sent and not received.
fn left_behind(recording: &Recording) -> Result<Answer, String> {
    let moved = |name: &str| -> Vec<(Made<'_>, u64)> {
        own(recording)
            .filter(|made| made.call.name == name)
            .filter_map(|made| Some((made, u64::try_from(made.value()?).ok()?)))
            .collect()
    };
    let (sent, received) = (moved("sendto"), moved("recvfrom"));
    if sent.is_empty() {
        return Err("nothing was sent".to_owned());
    }
    let bytes = |calls: &[(Made<'_>, u64)]| calls.iter().map(|(_, bytes)| bytes).sum::<u64>();
    let left = bytes(&sent).saturating_sub(bytes(&received));
    let mut calls: Vec<Made<'_>> = sent
        .iter()
        .chain(&received)
        .map(|(made, _)| *made)
        .collect();
    calls.sort_by_key(|made| made.enter);
    Ok(number(
        left,
        both_ends(&calls),
        format!(
            "{} bytes were sent, and {} received in {}.",
            bytes(&sent),
            bytes(&received),
            plural(received.len() as u64, "read", "reads")
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_eagain_counts() {
        let recording = "
            2 recvfrom(4, \"\"...0, 100, 0, NULL, NULL) = -1 EAGAIN
            2 recvfrom(4, \"aa\", 100, 0, NULL, NULL) = 2
            2 accept(5, NULL, NULL) = -1 EAGAIN
            2 accept(5, NULL, NULL) = -1 EMFILE
            3 accept(5, NULL, NULL) = -1 EAGAIN
        ";
        let answer = eagain(&recording.parse().unwrap()).unwrap();
        assert_eq!(answer.accepted, ["2"]);
        assert!(
            answer.because.contains("1 call of recv and 1 of accept"),
            "{}",
            answer.because
        );
    }

    #[test]
    fn only_what_a_socket_took_is_carried() {
        let recording = "
            2 sendto(3<socket:[7]>, \"r\"...99, 100, MSG_NOSIGNAL, NULL, 0) = 100
            2 write(1<pipe:[3]>, \"r\"...99, 100) = 100
            2 sendto(3<socket:[7]>, \"r\"...99, 100, MSG_NOSIGNAL, NULL, 0) = -1 EAGAIN
            2 sendto(3<socket:[7]>, \"r\"...49, 50, MSG_NOSIGNAL, NULL, 0) = 50
        ";
        let answer = pieces(&recording.parse().unwrap()).unwrap();
        assert_eq!(answer.accepted, ["2"]);
        assert!(answer.because.contains("150 bytes"), "{}", answer.because);
    }

    #[test]
    fn what_stays_is_the_difference() {
        let recording = "
            2 sendto(5, \"r\"...99, 100, 0, NULL, 0) = 100
            2 recvfrom(4, \"r\"...59, 60, 0, NULL, NULL) = 60
            2 recvfrom(4, \"\", 60, 0, NULL, NULL) = -1 EAGAIN
        ";
        let answer = left_behind(&recording.parse().unwrap()).unwrap();
        assert_eq!(answer.accepted, ["40"]);
    }
}
