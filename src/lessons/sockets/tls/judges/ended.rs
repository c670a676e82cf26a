//! How connections end, and what stays behind.

use crate::lessons::sockets::served::{self, all_echoed, sightings, standing, who};
use crate::lessons::sockets::tls::experiments::{GOODBYE, NEXT};
use crate::model::{Ending, Failure, Judgement, Pass, Trial};

/// Fails unless a goodbye is answered with a goodbye and the end, or if the descriptor of a
/// connection that was cut stays open.
///
/// Blind spot: a close_notify that comes so late that the client has been asked before.
pub(in crate::lessons::sockets::tls) fn closes_cleanly(trial: &Trial<'_>) -> Judgement {
    let recording = served::recording(trial)?;
    let goodbyes = sightings(recording, GOODBYE);
    if goodbyes.is_empty() {
        let hint = "A read gives nothing more, and no goodbye was said: what may the program still \
                    do with that connection?";
        let held = served::descriptors_come_back(recording, "five that were cut", hint)?;
        all_echoed(recording, &[NEXT], hint)?;
        return Ok(Pass::of("descriptors", held as usize));
    }
    for (at, seen) in &goodbyes {
        if seen.received < seen.sent || seen.end == Ending::Fin {
            continue;
        }
        let why = format!(
            "{} said goodbye and waited for an answer and for the end: {}",
            who(seen),
            standing(&seen.end)
        );
        let failure = Failure::new(why)
            .hint(
                "Who tells a client whether all has been said or the connection has been cut, and \
                 in which call?",
            )
            .showing(*at);
        return Err(served::while_it_waits(recording, failure, *at).into());
    }
    let hint = "What does the program do before it has seen all that the client sent?";
    Ok(Pass::of(
        "clients",
        all_echoed(recording, &[GOODBYE], hint)?,
    ))
}

/// Fails if more descriptors are open after 200 connections than before.
///
/// Blind spot: descriptors that stay open whatever happens are those of the first three clients,
/// too.
pub(in crate::lessons::sockets::tls) fn leaks_no_descriptor(trial: &Trial<'_>) -> Judgement {
    let hint = "On which way through the program does a connection not come to a close?";
    let recording = served::recording(trial)?;
    let held = served::descriptors_come_back(recording, "200 connections", hint)?;
    all_echoed(recording, &[NEXT], hint)?;
    Ok(Pass::of("descriptors", held as usize))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{asked, judged};
    use super::*;
    use insta::assert_snapshot;

    fn said(end: &str) -> String {
        let trace = format!("* saw \"goodbye\" 0-2 sent=1000 received=1000 {end}");
        judged(closes_cleanly, &asked(), &trace)
    }

    #[test]
    fn a_goodbye_for_a_goodbye_passes() {
        assert_eq!(said("fin"), "pass");
    }

    #[test]
    fn another_end_fails() {
        assert_snapshot!(said("cut"), @r#"
        fail: each of 3 clients of "goodbye" said goodbye and waited for an answer and for the end: the server cut the connection without close_notify
          0.1 * saw "goodbye" 0-2 sent=1000 received=1000 cut
        hint: Who tells a client whether all has been said or the connection has been cut, and in which call?
        "#);
        assert_snapshot!(said("open doing=3"), @r#"
        fail: each of 3 clients of "goodbye" said goodbye and waited for an answer and for the end: the connection is still open
          0.1 * saw "goodbye" 0-2 sent=1000 received=1000 open doing=3
        hint: Who tells a client whether all has been said or the connection has been cut, and in which call?
        "#);
        let trace = "* saw \"goodbye\" 0 sent=1000 received=0 open doing=1";
        assert_snapshot!(judged(closes_cleanly, &asked(), trace), @r#"
        fail: client 0 of "goodbye" sent 1000 bytes and got nothing back; the connection is still open
          0.1 * saw "goodbye" 0 sent=1000 received=0 open doing=1
        hint: What does the program do before it has seen all that the client sent?
        "#);
    }

    const SERVED: &str = "* saw \"next\" 0 sent=1000 received=1000 fin";

    #[test]
    fn as_many_descriptors_as_before_pass() {
        let trace = format!(
            "* measured memory=9 tasks=1 descriptors=6\n\
             * measured memory=9 tasks=1 descriptors=6\n{SERVED}"
        );
        assert_eq!(judged(closes_cleanly, &asked(), &trace), "pass");
        assert_eq!(judged(leaks_no_descriptor, &asked(), &trace), "pass");
    }

    #[test]
    fn a_descriptor_that_stays_open_fails() {
        let trace = format!(
            "* measured memory=9 tasks=1 descriptors=6\n\
             * measured memory=9 tasks=1 descriptors=11\n{SERVED}"
        );
        assert_snapshot!(judged(closes_cleanly, &asked(), &trace), @"
        fail: it had 6 descriptors open before five that were cut, and 11 when all were gone
          0.1 * measured memory=9 tasks=1 descriptors=6
          0.2 * measured memory=9 tasks=1 descriptors=11
        hint: A read gives nothing more, and no goodbye was said: what may the program still do with that connection?
        ");
        assert_snapshot!(judged(leaks_no_descriptor, &asked(), &trace), @"
        fail: it had 6 descriptors open before 200 connections, and 11 when all were gone
          0.1 * measured memory=9 tasks=1 descriptors=6
          0.2 * measured memory=9 tasks=1 descriptors=11
        hint: On which way through the program does a connection not come to a close?
        ");
    }
}
