//! The other one is killed: whoever is left says so, tidies up, and exits with 1.

use crate::lessons::shm::ring::observed::Observed;
use crate::lessons::sight::how;
use crate::model::{ExitStatus, Failure, Judgement, Objection, Pass, Trial};

const HINT: &str = "memory stays as it is when somebody dies. who knows that a process has ended, \
                    and which call tells whoever sleeps?";

/// Fails unless the one who is left ends by itself in time, with a message and status 1, and NAME is
/// gone; of the lines, whole ones have come out, in order.
///
/// How many lines came out is free: those that were published may be thrown away.
pub(in crate::lessons::shm::ring) fn notices_a_dead_peer(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    observed.is_unchanged(HINT)?;
    let Some((killed, order)) = observed.order_to_kill() else {
        let failure = observed
            .limited()
            .unwrap_or_else(|| Failure::new("both had ended before one was to be killed"));
        return Err(failure.hint(HINT).into());
    };
    let left = killed.other();
    let (at, status) = match (observed.end(left), observed.limited()) {
        (None, Some(failure)) => {
            let why = format!("{} was killed, and {}", killed.verb(), failure.why);
            return Err(Failure { why, ..failure }.showing(order).hint(HINT).into());
        }
        (None, None) => {
            let why = format!("{} was not seen to end", left.verb());
            return Err(Objection::Blind(why));
        }
        (Some((at, status)), _) => (at, status),
    };
    if status != ExitStatus::Code(1) {
        let why = format!(
            "{} was killed, and {} {}, and not with status 1",
            killed.verb(),
            left.verb(),
            how(status)
        );
        let failure = Failure::new(why).showing(order).showing(at);
        return Err(observed.proof(failure).hint(HINT).into());
    }
    if observed.said_after(order).is_none() {
        let why = format!(
            "{} was killed, and {} ends without a message",
            killed.verb(),
            left.verb()
        );
        let failure = Failure::new(why).showing(order).showing(at);
        return Err(failure
            .hint("how does somebody learn that the output is not complete?")
            .into());
    }
    if let Some(failure) = observed.limited() {
        // Of one of the two something lives on.
        return Err(failure.hint(HINT).into());
    }
    observed.is_removed("who removes the name if the one who was to do it is dead?")?;
    Ok(Pass::of("bytes", observed.output.len()))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::testing::{STARTED, judged, story};
    use super::*;

    const NOTICED: &str = r#"
        * stdin "one\n"
        * stdout "one\n"
        * signal SIGUSR2
        3 +++ signal SIGKILL
        * stderr "the producer has died\n"
        4 +++ exit 1
        2 +++ exit 0
        * left "/dev/shm" [ ]
    "#;

    fn said(trace: &str) -> String {
        let trace = format!("{STARTED}{trace}");
        judged(notices_a_dead_peer, &story(&[b"one\n"]), &trace)
    }

    #[test]
    fn a_message_and_status_1_pass() {
        assert_eq!(said(NOTICED), "pass");
    }

    #[test]
    fn status_0_silence_and_a_leftover_fail() {
        assert_snapshot!(said(&NOTICED.replace("exit 1", "exit 0")), @r#"
        fail: produce was killed, and consume exits with status 0, and not with status 1
          0.5 * signal SIGUSR2
          0.7 * stderr "the producer has died\n"
          0.8 4 +++ exit 0
        hint: memory stays as it is when somebody dies. who knows that a process has ended, and which call tells whoever sleeps?
        "#);
        let silent = NOTICED.replace("* stderr \"the producer has died\\n\"", "");
        assert!(said(&silent).starts_with("fail: produce was killed, and consume ends without"));
        let left = NOTICED.replace("left \"/dev/shm\" [ ]", "left \"/dev/shm\" [ \"q\" ]");
        assert!(said(&left).starts_with("fail: /dev/shm/q is left"));
        // What else is there is nobody's business here.
        let other = NOTICED.replace("left \"/dev/shm\" [ ]", "left \"/dev/shm\" [ \"sem.q\" ]");
        assert_eq!(said(&other), "pass");
    }

    #[test]
    fn sleeping_on_fails() {
        let sleeps = "
            * stdin \"one\\n\"
            * stdout \"one\\n\"
            4 futex(0x1000, FUTEX_WAIT, 1, NULL) ...
            * signal SIGUSR2
            3 +++ signal SIGKILL
            * limit exit 3500
            4 +++ signal SIGKILL
            2 +++ signal SIGKILL
        ";
        assert_snapshot!(said(sleeps), @r#"
        fail: produce was killed, and consume is still there: it had not ended 3.5 s after SIGUSR2: it was blocked in futex
          0.5 4 futex(0x1000, FUTEX_WAIT, 1, NULL) = ?
          0.6 * signal SIGUSR2
          0.8 * limit exit 3500
        hint: memory stays as it is when somebody dies. who knows that a process has ended, and which call tells whoever sleeps?
        "#);
    }
}
