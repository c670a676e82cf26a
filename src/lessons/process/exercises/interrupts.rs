//! Exercises about calls that a signal cuts short, and about waiting for a signal.

use super::calls::{Interrupted, count, interrupted, number, own};
use super::dice::Dice;
use crate::model::Recording;
use crate::model::curriculum::{Answer, Exercise};

pub(super) const INTERRUPTED: Exercise = Exercise {
    slug: "interrupted",
    question: "Which system call fails with EINTR?",
    program: "interrupted.c",
    args: |seed| {
        let mut dice = Dice::new(seed, "interrupted");
        vec![
            dice.pick(&["ppoll", "pselect", "epoll_pwait", "sigsuspend"])
                .to_string(),
        ]
    },
    input: "",
    needs_device: false,
    watch: &[
        "ppoll",
        "pselect6",
        "epoll_pwait",
        "rt_sigsuspend",
        "rt_sigaction",
        "rt_sigprocmask",
        "rt_sigreturn",
        "tgkill",
    ],
    answer: which,
};

/// The call that the program saw fail with EINTR.
fn which(recording: &Recording) -> Result<Answer, String> {
    let told: Vec<Interrupted<'_>> = interrupted(recording)
        .into_iter()
        .filter(|interrupted| interrupted.told)
        .collect();
    let [one] = &told[..] else {
        return Err(format!(
            "{} failed with EINTR",
            count(told.len() as u64, "call")
        ));
    };
    let name = one.made.call.name.as_str();
    let mut accepted = vec![name.to_owned()];
    // The C library's names for the same.
    accepted.extend(match name {
        "pselect6" => Some("pselect".to_owned()),
        "rt_sigsuspend" => Some("sigsuspend".to_owned()),
        _ => None,
    });
    Ok(Answer {
        accepted,
        evidence: one.evidence.clone(),
        because: format!(
            "SIGUSR1 was pending all the time and could come in only when {name} set a mask \
             without it; SA_RESTART does not help, because calls that wait for events are never \
             restarted (signal(7))."
        ),
    })
}

pub(super) const RESTARTED: Exercise = Exercise {
    slug: "restarted",
    question: "How many times does read return -1 with EINTR to the first process?",
    program: "restarted.c",
    args: |seed| {
        let mut dice = Dice::new(seed, "restarted");
        let flag = dice.pick(&["restart", "interrupt"]).to_string();
        vec![flag, dice.between(1, 4).to_string()]
    },
    input: "",
    needs_device: false,
    watch: &["read", "write", "kill", "rt_sigaction", "rt_sigreturn"],
    answer: restarted,
};

/// The reads of which the program learnt that they were interrupted.
fn restarted(recording: &Recording) -> Result<Answer, String> {
    let reads: Vec<Interrupted<'_>> = interrupted(recording)
        .into_iter()
        .filter(|interrupted| interrupted.made.call.name == "read")
        .collect();
    if reads.is_empty() {
        return Err("no signal came during a read".to_owned());
    }
    let told = reads.iter().filter(|read| read.told).count() as u64;
    let all = reads.len() as u64;
    let because = if told == 0 {
        format!(
            "The handler has SA_RESTART: after each of {} the kernel made the same call again when \
             the handler returned, and the program never knew.",
            count(all, "interruption")
        )
    } else {
        format!(
            "The handler lacks SA_RESTART, so rt_sigreturn resumes the program with EINTR as the \
             result of its read, once for each of {}; the program calls read again itself.",
            count(all, "signal")
        )
    };
    let evidence = reads.into_iter().flat_map(|read| read.evidence).collect();
    Ok(number(told, evidence, because))
}

pub(super) const WAITS: Exercise = Exercise {
    slug: "waits",
    question: "How many times does the first process call poll or ppoll?",
    program: "waits.c",
    args: |seed| {
        let mut dice = Dice::new(seed, "waits");
        let way = dice.pick(&["pipe", "signalfd", "mask"]).to_string();
        vec![way, dice.between(1, 4).to_string()]
    },
    input: "",
    needs_device: false,
    watch: &[
        "poll",
        "ppoll",
        "read",
        "write",
        "kill",
        "rt_sigaction",
        "rt_sigprocmask",
        "rt_sigreturn",
        "signalfd4",
    ],
    answer: waits,
};

/// The waits, and how many of them a handler cut short.
fn waits(recording: &Recording) -> Result<Answer, String> {
    let waits: Vec<_> = own(recording)
        .filter(|made| matches!(made.call.name.as_str(), "poll" | "ppoll"))
        .collect();
    let all = waits.len() as u64;
    if all == 0 {
        return Err("the program did not wait".to_owned());
    }
    let cut = interrupted(recording)
        .iter()
        .filter(|interrupted| matches!(interrupted.made.call.name.as_str(), "poll" | "ppoll"))
        .count() as u64;
    let because = match cut {
        0 => "The signal is blocked and never delivered: poll returns because the signalfd has \
              become readable, and is never interrupted."
            .to_owned(),
        _ if cut == all => "Each wait ends with EINTR, after the handler has run: ppoll lets the \
                            signal in only while it waits."
            .to_owned(),
        _ => format!(
            "{} ended by the handler, with EINTR in spite of SA_RESTART, and {} by the byte that \
             the handler had put into the pipe.",
            count(cut, "wait"),
            all - cut
        ),
    };
    let evidence = waits
        .iter()
        .flat_map(|made| [Some(made.enter), made.exit])
        .flatten()
        .collect();
    Ok(number(all, evidence, because))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_call_that_lets_the_signal_in_fails() {
        let recording: Recording = "
            2 ppoll(NULL, 0, {tv_sec=0, tv_nsec=0}, [USR1], 8) = 0
            2 pselect6(0, NULL, NULL, NULL, NULL, {sigmask=[]}) = -1 ERESTARTNOHAND
            2 --- SIGUSR1
            2 rt_sigreturn({mask=[USR1]}) = -1 EINTR
        "
        .parse()
        .unwrap();
        let answer = which(&recording).unwrap();
        assert_eq!(answer.accepted, ["pselect6", "pselect"]);
        assert_eq!(answer.evidence, [2, 3, 5, 6]);
    }

    #[test]
    fn a_call_may_fail_without_a_restart_code() {
        let recording: Recording = "
            2 epoll_pwait(3, [], 1, -1, [], 8) = -1 EINTR
            2 --- SIGUSR1
            2 rt_sigreturn({mask=[USR1]}) = -1 EINTR
        "
        .parse()
        .unwrap();
        assert_eq!(which(&recording).unwrap().accepted, ["epoll_pwait"]);
    }

    const READS: &str = "
        2 read(5<pipe:[9]>, ?, 1) = -1 ERESTARTSYS
        2 --- SIGUSR1
        2 write(4<pipe:[8]>, \"!\", 1) = 1
        2 rt_sigreturn({mask=[]}) = RESULT
        2 read(5<pipe:[9]>, ?, 1) = -1 ERESTARTSYS
        2 --- SIGUSR1
        3 read(3<pipe:[8]>, \"!\", 1) = 1
        2 rt_sigreturn({mask=[]}) = RESULT
        2 read(5<pipe:[9]>, \"x\", 1) = 1
    ";

    #[test]
    fn what_the_program_sees_is_what_the_handler_returns_to() {
        let of = |result| restarted(&READS.replace("RESULT", result).parse().unwrap()).unwrap();
        assert_eq!(of("0").accepted, ["0"]);
        assert_eq!(of("-1 EINTR").accepted, ["2"]);
        assert_eq!(of("-1 EINTR").evidence.len(), 8);
    }

    #[test]
    fn a_self_pipe_costs_two_waits() {
        let recording: Recording = "
            2 poll([{fd=3, events=POLLIN}], 1, -1) = -1 ERESTART_RESTARTBLOCK
            2 --- SIGTERM
            2 write(4<pipe:[8]>, \"!\", 1) = 1
            2 rt_sigreturn({mask=[]}) = -1 EINTR
            2 poll([{fd=3, revents=POLLIN}], 1, -1) = 1
            2 read(3<pipe:[8]>, \"!\", 128) = 1
        "
        .parse()
        .unwrap();
        let answer = waits(&recording).unwrap();
        assert_eq!(answer.accepted, ["2"]);
        assert!(
            answer.because.starts_with("1 wait ended by the handler"),
            "{}",
            answer.because
        );
    }

    #[test]
    fn a_signalfd_costs_one() {
        let recording: Recording = "
            2 poll([{fd=3, revents=POLLIN}], 1, -1) = 1
            2 read(3<anon_inode:[signalfd]>, \"\"...128, 128) = 128
        "
        .parse()
        .unwrap();
        let answer = waits(&recording).unwrap();
        assert_eq!(answer.accepted, ["1"]);
        assert!(
            answer.because.contains("never interrupted"),
            "{}",
            answer.because
        );
    }
}
