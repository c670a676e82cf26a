//! What is no query is refused or passed over.

use crate::lessons::sockets::dns::experiments::{NOISE, STRANGER};
use crate::lessons::sockets::dns::observed::{Client, Observed};
use crate::lessons::sockets::dns::packet;
use crate::lessons::sockets::dns::reply;
use crate::model::{Failure, Judgement, Pass, Trial};

/// Fails if a packet that is no query gets an answer other than a refusal, or if a query before or
/// after is not answered rightly.
///
/// Blind spots: which packet ended a program, the failure tells only where the program took it in
/// one piece (not with recvmsg(2)). Answers to random bytes are not read.
pub(in crate::lessons::sockets::dns) fn rejects_malformed(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    for client in &observed.clients {
        match client.name {
            NOISE => {}
            STRANGER => refused(&observed, client)?,
            _ => observed.check(client)?,
        }
    }
    let packets = observed.clients.iter().map(|client| client.sent.len());
    Ok(Pass::of("packets", packets.sum()))
}

/// Fails if something came back that is neither a refusal nor about something that was sent.
fn refused(observed: &Observed<'_>, client: &Client<'_>) -> Result<(), Failure> {
    for came in client.came() {
        let Some(id) = packet::id(came) else { continue };
        let sent = client
            .sent
            .iter()
            .find(|packet| packet::id(packet) == Some(id));
        let (Some(sent), Some(fault)) = (sent, reply::refusal_fault(came)) else {
            continue;
        };
        let why = format!("{}, and got {fault}", described(sent));
        let failure = Failure::new(why)
            .hint("Which bytes of the packet did it take for what, and were they there?");
        return Err(observed.showing_exchange(failure, id));
    }
    observed.stray(client).map_or(Ok(()), Err)
}

/// A packet, as the beginning of a sentence.
fn described(packet: &[u8]) -> String {
    /// Bytes that are shown.
    const SHOWN: usize = 48;
    let hex: Vec<String> = packet
        .iter()
        .take(SHOWN)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let more = if packet.len() > SHOWN { " ..." } else { "" };
    format!(
        "a stranger sent {} bytes ({}{more})",
        packet.len(),
        hex.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::super::testing::{bytes, judged, right, sending};
    use super::*;
    use insta::assert_snapshot;

    /// Half a header, and then a query.
    fn said(came: &str) -> String {
        let trace = format!(
            "2 recvfrom(3<socket:[7]>, \"\\x00\\x07\\x00\", 512, 0, NULL, NULL) = 3\n\
             * saw \"stranger\" 0 sent=3 received=12 open{came}\n\
             * saw \"after\" 0 sent=25 received=41 open kept={}",
            bytes(&right(1))
        );
        judged(rejects_malformed, &sending("stranger", &[0, 7, 0]), &trace)
    }

    #[test]
    fn silence_and_refusals_pass() {
        assert_eq!(said(""), "pass");
        let formerr = [0, 7, 0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(said(&format!(" kept={}", bytes(&formerr))), "pass");
    }

    #[test]
    fn an_answer_fails() {
        let answer = [0, 7, 0x84, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_snapshot!(said(&format!(" kept={}", bytes(&answer))), @r#"
        fail: a stranger sent 3 bytes (00 07 00), and got an answer with RCODE 0 (NOERROR)
          0.1 2 recvfrom(3<socket:[7]>, "\x00\x07\x00", 512, 0, NULL, NULL) = 3
        hint: Which bytes of the packet did it take for what, and were they there?
        "#);
        assert_snapshot!(said(" kept=\"\\x00\\x08\""), @r#"
        fail: stranger got a packet with an id that nobody has sent
          0.3 * saw "stranger" 0 sent=3 received=12 open kept="\x00\x08"
        hint: Which call says who has sent a packet, and until when does the program know it?
        "#);
    }

    #[test]
    fn the_next_query_must_be_answered() {
        let trace = "
            * saw \"stranger\" 0 sent=3 received=0 open
            2 +++ signal SIGSEGV
            * saw \"after\" 0 sent=25 received=0 ECONNREFUSED doing=1
        ";
        let said = judged(rejects_malformed, &sending("stranger", &[0, 7, 0]), trace);
        assert_snapshot!(said, @r#"
        fail: after asked for A a.example, and got no answer: the program had ended with signal SIGSEGV
          0.3 * saw "after" 0 sent=25 received=0 ECONNREFUSED doing=1
          0.2 2 +++ signal SIGSEGV
        hint: What was the last thing that it did, and with which packet?
        "#);
    }

    #[test]
    fn noise_may_be_answered_in_any_way() {
        let trace = format!(
            "* saw \"noise\" 0 sent=3 received=3 open kept=\"\\x01\\x02\\x03\"\n\
             * saw \"after\" 0 sent=25 received=41 open kept={}",
            bytes(&right(1))
        );
        let said = judged(rejects_malformed, &sending("noise", &[0, 7, 0]), &trace);
        assert_eq!(said, "pass");
    }
}
