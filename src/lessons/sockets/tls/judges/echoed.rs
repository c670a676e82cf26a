//! Who is served, with which versions, and in spite of whom.

use crate::lessons::sockets::served::{self, all_echoed, sightings, standing};
use crate::lessons::sockets::tls::experiments::{CERT, CURIOUS, NEXT, OTHERS};
use crate::lessons::sockets::tls::hello::Answer;
use crate::lessons::sockets::tls::pair;
use crate::model::{
    Ending, Failure, Judgement, Objection, Pass, Recording, Sighting, Trial, World,
};

/// Fails unless every client gets back what it sent, or if a certificate of the chain is not shown.
///
/// Blind spot: the chain is looked at under TLS 1.2, where it is not encrypted.
pub(in crate::lessons::sockets::tls) fn echoes_under_tls(trial: &Trial<'_>) -> Judgement {
    let recording = served::recording(trial)?;
    if let Some((at, seen)) = sightings(recording, CURIOUS).pop() {
        return shows_its_chain(trial, at, seen);
    }
    let crowds: Vec<&str> = recording
        .world()
        .filter_map(|(_, world)| match world {
            World::Started(crowd, _) => Some(crowd.as_str()),
            _ => None,
        })
        .collect();
    let clients = all_echoed(
        recording,
        &crowds,
        "Which versions does the program offer, and who has the bytes that have been taken from \
         the socket and not been read yet?",
    )?;
    Ok(Pass::of("clients", clients))
}

fn shows_its_chain(trial: &Trial<'_>, at: usize, seen: &Sighting) -> Judgement {
    let file = trial.experiment.files.iter().find(|file| file.path == CERT);
    let chain = pair::certificates(file.map(|file| file.content.as_slice()).unwrap_or_default());
    let Some(why) = hides(&chain, seen) else {
        return Ok(Pass::of("certificates", chain.len()));
    };
    Err(Failure::new(why)
        .hint("Whom do clients trust, and how do they get from there to this certificate?")
        .showing(at)
        .into())
}

/// What a client that knows 1.2 was not shown of this chain, as a sentence.
pub(super) fn hides(chain: &[Vec<u8>], seen: &Sighting) -> Option<String> {
    let shown = answer(seen).certificates;
    match shown.len() {
        _ if shown == chain => None,
        0 => Some(format!("it shows no certificate; {}", standing(&seen.end))),
        1 if chain.first() == shown.first() => {
            Some("it shows its own certificate, and not the one that vouches for it".to_owned())
        }
        count => Some(format!(
            "it shows {count} certificates, which are not those of CERT"
        )),
    }
}

/// What a client that sent a first message by hand has got.
fn answer(seen: &Sighting) -> Answer {
    let kept = seen.kept.first();
    Answer::read(kept.map(|bytes| bytes.data.as_slice()).unwrap_or_default())
}

/// Fails if a client that knows nothing newer than 1.1 is answered with a hello, or with nothing
/// and an open connection.
///
/// Blind spot: a server that would speak an old version with other ciphers than those that were
/// offered.
pub(in crate::lessons::sockets::tls) fn refuses_old_versions(trial: &Trial<'_>) -> Judgement {
    let hint = "Which is the oldest version that the library is allowed, and who has decided that?";
    let recording = served::listening(trial)?;
    let Some((at, seen)) = sightings(recording, CURIOUS).pop() else {
        return Err(Objection::Blind(
            "no client was asked what it saw".to_owned(),
        ));
    };
    let Some(why) = takes_up(seen) else {
        return Ok(Pass::default());
    };
    let why = format!("{}: {why}", trial.experiment.story);
    Err(Failure::new(why).hint(hint).showing(at).into())
}

/// How a client was not refused whose newest version is too old, as a sentence.
pub(super) fn takes_up(seen: &Sighting) -> Option<String> {
    let answer = answer(seen);
    let is_refused = answer.has_alert || !matches!(seen.end, Ending::Open | Ending::Connecting);
    match answer.version {
        Some(version) => Some(format!("it says hello, with version 0x{version:04x}")),
        None if is_refused => None,
        None => Some(format!("it gets no alert, and {}", standing(&seen.end))),
    }
}

/// Fails unless the client that comes after strangers is served.
///
/// Blind spot: strangers who do something else.
pub(in crate::lessons::sockets::tls) fn survives_garbage(trial: &Trial<'_>) -> Judgement {
    let hint = "Which error or which signal came of that client, how far up does it go, and whom \
                does it end?";
    served_in_spite(trial, NEXT, hint)
}

/// Fails unless clients are served while others are stuck in the handshake, and who goes on with it
/// in time is answered.
///
/// Blind spot: delays that are shorter than seconds.
pub(in crate::lessons::sockets::tls) fn serves_during_slow_handshakes(
    trial: &Trial<'_>,
) -> Judgement {
    let hint = "Which call waits for the rest of a handshake, and who cannot be served meanwhile?";
    let Some((at, seen)) = sightings(living(trial, hint)?, CURIOUS).pop() else {
        return served_in_spite(trial, OTHERS, hint);
    };
    if answer(seen).version.is_some() {
        return Ok(Pass::of("clients", 1));
    }
    let why = format!("the client gets no hello; {}", standing(&seen.end));
    let hint = "How long does the program wait for the rest of a handshake, and who is that slow?";
    Err(Failure::new(why).hint(hint).showing(at).into())
}

/// Fails unless this crowd is served, as the story has it.
fn served_in_spite(trial: &Trial<'_>, crowd: &str, hint: &str) -> Judgement {
    let clients = all_echoed(living(trial, hint)?, &[crowd], hint)?;
    Ok(Pass::of("clients", clients))
}

/// The recording of a server that lives through the story.
fn living<'a>(trial: &Trial<'a>, hint: &str) -> Result<&'a Recording, Objection> {
    served::recording(trial).map_err(|objection| match objection {
        Objection::Fail(failure) => failure.hint(hint).into(),
        other @ (Objection::Blind(_) | Objection::Skipped(_)) => other,
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{asked, judged};
    use super::*;
    use insta::assert_snapshot;

    #[test]
    fn an_echo_passes() {
        let trace = "* clients \"large\" 1\n* saw \"large\" 0 sent=9 received=9 open";
        assert_eq!(judged(echoes_under_tls, &asked(), trace), "pass");
    }

    #[test]
    fn a_client_that_gets_less_fails() {
        let trace = "* clients \"large\" 1\n\
                     2 poll([{fd=4, events=POLLIN}], 1, -1) ...\n\
                     * saw \"large\" 0 sent=9 received=4 open doing=1";
        assert_snapshot!(judged(echoes_under_tls, &asked(), trace), @r#"
        fail: client 0 of "large" sent 9 bytes and got 4 of them back; the connection is still open
          0.2 2 poll([{fd=4, events=POLLIN}], 1, -1) = ?
          0.3 * saw "large" 0 sent=9 received=4 open doing=1
        hint: Which versions does the program offer, and who has the bytes that have been taken from the socket and not been read yet?
        "#);
        let trace = "* clients \"TLS 1.2\" 1\n* saw \"TLS 1.2\" 0 sent=0 received=0 \
                     tls \"peer is incompatible\" doing=0";
        assert_snapshot!(judged(echoes_under_tls, &asked(), trace), @r#"
        fail: client 0 of "TLS 1.2" met an error of TLS: peer is incompatible
          0.2 * saw "TLS 1.2" 0 sent=0 received=0 tls "peer is incompatible" doing=0
        hint: Which versions does the program offer, and who has the bytes that have been taken from the socket and not been read yet?
        "#);
    }

    #[test]
    fn a_chain_that_is_not_shown_fails() {
        let trace = "* saw \"curious\" 0 sent=9 received=7 open \
                     kept=\"\\x15\\x03\\x03\\x00\\x02\\x02\\x46\"";
        assert_snapshot!(judged(echoes_under_tls, &asked(), trace), @r#"
        fail: it shows no certificate; the connection is still open
          0.1 * saw "curious" 0 sent=9 received=7 open kept="\x15\x03\x03\x00\x02\x02F"
        hint: Whom do clients trust, and how do they get from there to this certificate?
        "#);
    }

    #[test]
    fn an_alert_and_an_end_are_refusals() {
        for trace in [
            "* saw \"curious\" 0 sent=9 received=7 open kept=\"\\x15\\x03\\x03\\x00\\x02\\x02\\x46\"",
            "* saw \"curious\" 0 sent=9 received=0 fin",
            "* saw \"curious\" 0 sent=9 received=0 ECONNRESET",
        ] {
            assert_eq!(judged(refuses_old_versions, &asked(), trace), "pass");
        }
    }

    #[test]
    fn a_hello_to_an_old_client_fails() {
        let hello = "\\x16\\x03\\x02\\x00\\x06\\x02\\x00\\x00\\x02\\x03\\x02";
        let trace = format!("* saw \"curious\" 0 sent=9 received=11 open kept=\"{hello}\"");
        assert_snapshot!(judged(refuses_old_versions, &asked(), &trace), @r#"
        fail: a client asks: it says hello, with version 0x0302
          0.1 * saw "curious" 0 sent=9 received=11 open kept="\x16\x03\x02\x00\x06\x02\x00\x00\x02\x03\x02"
        hint: Which is the oldest version that the library is allowed, and who has decided that?
        "#);
        let trace = "* saw \"curious\" 0 sent=9 received=0 open doing=1";
        assert_snapshot!(judged(refuses_old_versions, &asked(), trace), @r#"
        fail: a client asks: it gets no alert, and the connection is still open
          0.1 * saw "curious" 0 sent=9 received=0 open doing=1
        hint: Which is the oldest version that the library is allowed, and who has decided that?
        "#);
    }

    #[test]
    fn whoever_comes_next_must_be_served() {
        let trace = "* saw \"next\" 0 sent=9 received=9 open";
        assert_eq!(judged(survives_garbage, &asked(), trace), "pass");
        let trace = "2 --- SIGPIPE\n2 +++ signal SIGPIPE\n\
                     * saw \"next\" 0 sent=0 received=0 ECONNREFUSED doing=0";
        assert_snapshot!(judged(survives_garbage, &asked(), trace), @"
        fail: it is ended by SIGPIPE while clients are connected
          0.1 2 --- SIGPIPE
          0.2 2 +++ signal SIGPIPE
        hint: Which error or which signal came of that client, how far up does it go, and whom does it end?
        ");
        let trace = "2 read(5<socket:[9]>, \"\", 5) ...\n\
                     * saw \"others\" 0-4 sent=0 received=0 open doing=0";
        assert_snapshot!(judged(serves_during_slow_handshakes, &asked(), trace), @r#"
        fail: each of 5 clients of "others" could not go on: 0 bytes sent, 0 bytes back; the connection is still open
          0.1 2 read(5<socket:[9]>, "", 5) = ?
          0.2 * saw "others" 0-4 sent=0 received=0 open doing=0
        hint: Which call waits for the rest of a handshake, and who cannot be served meanwhile?
        "#);
    }

    #[test]
    fn who_takes_its_time_must_be_answered() {
        let hello = "\\x16\\x03\\x03\\x00\\x06\\x02\\x00\\x00\\x02\\x03\\x03";
        let trace = format!("* saw \"curious\" 0 sent=9 received=11 open kept=\"{hello}\"");
        assert_eq!(
            judged(serves_during_slow_handshakes, &asked(), &trace),
            "pass"
        );
        let trace = "* saw \"curious\" 0 sent=4 received=0 fin doing=3";
        assert_snapshot!(judged(serves_during_slow_handshakes, &asked(), trace), @r#"
        fail: the client gets no hello; the server closed the connection
          0.1 * saw "curious" 0 sent=4 received=0 fin doing=3
        hint: How long does the program wait for the rest of a handshake, and who is that slow?
        "#);
    }
}
