//! Queries are answered, and rightly.

use crate::lessons::sockets::dns::observed::{self, Observed};
use crate::model::{Judgement, Pass, Trial};

/// Fails on the first query that is not answered, or whose answer differs from what the zone says.
/// A zone in which aliases run in a circle may be refused.
///
/// Blind spots: of two answers to one query the first is looked at. Authority and additional
/// sections, TTLs, and the bits RD, RA and Z are free.
pub(in crate::lessons::sockets::dns) fn answers(trial: &Trial<'_>) -> Judgement {
    if observed::refuses_a_circle(trial) {
        return Ok(Pass::default());
    }
    let observed = Observed::new(trial)?;
    for client in &observed.clients {
        observed.check(client)?;
    }
    let answers = observed.clients.iter().map(|client| client.came().count());
    Ok(Pass::of("answers", answers.sum()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{asking, bytes, judged, right};
    use super::*;
    use insta::assert_snapshot;

    fn said(trace: &str) -> String {
        judged(answers, &asking(&["client"]), trace)
    }

    #[test]
    fn a_right_answer_passes() {
        let trace = format!(
            r#"* saw "client" 0 sent=25 received=41 open kept={}"#,
            bytes(&right(1))
        );
        assert_eq!(said(&trace), "pass");
    }

    #[test]
    fn no_answer_fails() {
        let trace = r#"
            2 recvfrom(3<socket:[7]>, "\x00\x01\x00\x00\x00", 512, 0, NULL, NULL) = 25
            * saw "client" 0 sent=25 received=0 open doing=1
        "#;
        assert_snapshot!(said(trace), @r#"
        fail: client asked for A a.example, and got no answer
          0.1 2 recvfrom(3<socket:[7]>, "\x00\x01\x00\x00\x00", 512, 0, NULL, NULL) = 25
          0.3 * saw "client" 0 sent=25 received=0 open doing=1
        hint: Did the program take the packet, and to whom did the answer go?
        "#);
        let trace = r#"
            2 +++ exit 1
            * saw "client" 0 sent=25 received=0 ECONNREFUSED doing=1
        "#;
        assert_snapshot!(said(trace), @r#"
        fail: client asked for A a.example, and got no answer: the program had ended with exit 1
          0.2 * saw "client" 0 sent=25 received=0 ECONNREFUSED doing=1
          0.1 2 +++ exit 1
        hint: What was the last thing that it did, and with which packet?
        "#);
        assert_snapshot!(said("2 +++ signal SIGKILL"), @"
        fail: client asked for A a.example, and got no answer
        hint: Did the program take the packet, and to whom did the answer go?
        ");
    }

    #[test]
    fn a_wrong_answer_fails() {
        let mut wrong = right(1);
        wrong[3] = 3;
        let trace = format!(
            r#"* saw "client" 0 sent=25 received=41 open kept={}"#,
            bytes(&wrong)
        );
        assert_snapshot!(said(&trace), @"
        fail: client asked for A a.example, and the answer has RCODE 3 (NXDOMAIN), and not 0 (NOERROR)
        hint: What does the zone know of this name, and what of this name and this type?
        ");
    }

    #[test]
    fn an_answer_to_somebody_else_fails() {
        let experiment = asking(&["client", "other"]);
        let trace = format!(
            "* saw \"client\" 0 sent=25 received=82 open kept={} kept={}\n\
             * saw \"other\" 0 sent=25 received=0 open doing=1",
            bytes(&right(1)),
            bytes(&right(2))
        );
        assert_snapshot!(judged(answers, &experiment, &trace), @r#"
        fail: client got an answer to what other had asked
          0.1 * saw "client" 0 sent=25 received=82 open kept="\x00\x01\x84\x00\x00\x01\x00\x01\x00\x00\x00\x00\x01a\x07example\x00\x00\x01\x00\x01\xc0\x0c\x00\x01\x00\x01\x00\x00\x00<\x00\x04\xc0\x00\x02\x01" kept="\x00\x02\x84\x00\x00\x01\x00\x01\x00\x00\x00\x00\x01a\x07example\x00\x00\x01\x00\x01\xc0\x0c\x00\x01\x00\x01\x00\x00\x00<\x00\x04\xc0\x00\x02\x01"
        hint: Which call says who has sent a packet, and until when does the program know it?
        "#);
        let trace = format!(
            r#"* saw "client" 0 sent=25 received=44 open kept="\xff" kept={}"#,
            bytes(&right(1))
        );
        assert_snapshot!(said(&trace), @r#"
        fail: client got a packet with an id that nobody has sent
          0.1 * saw "client" 0 sent=25 received=44 open kept="\xff" kept="\x00\x01\x84\x00\x00\x01\x00\x01\x00\x00\x00\x00\x01a\x07example\x00\x00\x01\x00\x01\xc0\x0c\x00\x01\x00\x01\x00\x00\x00<\x00\x04\xc0\x00\x02\x01"
        hint: Which call says who has sent a packet, and until when does the program know it?
        "#);
    }

    #[test]
    fn a_run_that_a_limit_ended_fails() {
        assert!(said("* limit cpu 10000").starts_with("fail: it used 10 s of processor time"));
    }
}
