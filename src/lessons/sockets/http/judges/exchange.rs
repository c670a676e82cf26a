//! Whether clients got what they should get, given what they sent and what is there.

use crate::lessons::sockets::http::site::{Found, find};
use crate::lessons::sockets::http::wire::{self, Request, Response};
use crate::lessons::sockets::served::{self, bytes, kept, standing, who};
use crate::model::{Crowd, Ending, Experiment, Move, Objection, Recording, Sighting, Trial};

/// Fails unless every client of every crowd got what its requests ask for.
///
/// # Errors
/// The first that did not; blind if there is nobody.
pub(super) fn all_answered(
    trial: &Trial<'_>,
    recording: &Recording,
    hint: &str,
) -> Result<usize, Objection> {
    all_of(trial, recording, hint, |_| true)
}

/// The same of those crowds that are meant.
///
/// # Errors
/// As [`all_answered`].
pub(super) fn all_of(
    trial: &Trial<'_>,
    recording: &Recording,
    hint: &str,
    is_meant: impl Fn(&Crowd) -> bool,
) -> Result<usize, Objection> {
    served::every_client_of(trial, recording, hint, is_meant, complaint)
}

/// What is wrong with what clients got, as a sentence.
pub(super) fn complaint(experiment: &Experiment, crowd: &Crowd, seen: &Sighting) -> Option<String> {
    let who = who(seen);
    if crowd.keeps == 0 {
        // Its responses were counted and not kept.
        let is_done = seen.doing.is_none();
        return (!is_done).then(|| {
            format!(
                "{who} did not get all its answers: {} came; {}",
                bytes(seen.received),
                standing(&seen.end)
            )
        });
    }
    let sent = wire::sent(crowd);
    let requests = wire::requests(&sent);
    if requests.is_empty() {
        return unrefused(seen);
    }
    let methods: Vec<&str> = requests.iter().map(|one| one.method.as_str()).collect();
    let is_over = seen.end != Ending::Open;
    let (responses, rest) = wire::responses(&kept(seen), &methods, is_over);
    let mut may_close = false;
    for (nth, request) in requests.iter().enumerate() {
        let Some(response) = responses.get(nth) else {
            if may_close && is_over {
                return None;
            }
            return Some(unanswered(&who, request, rest, seen));
        };
        let why = wrong(experiment, request, response, seen);
        if let Some(why) = why.or_else(|| endless(request, response, seen)) {
            return Some(format!("{who} {why}"));
        }
        if request.closes {
            if responses.len() > nth + 1 || rest > 0 {
                return Some(format!(
                    "{who} got more than the answer to {} {}: {}",
                    request.method,
                    request.target,
                    bytes(rest.max(1))
                ));
            }
            let waits = !crowd.moves.contains(&Move::Close);
            if waits && seen.end == Ending::Open {
                return Some(format!(
                    "{who} asked for {} with the word that it is the last request, got the answer, \
                     and the connection is still open",
                    request.target
                ));
            }
            return None;
        }
        may_close = response.status != 200;
    }
    (responses.len() > requests.len() || rest > 0).then(|| {
        format!(
            "{who} got more than the {} that it asked for: {} too many",
            match requests.len() {
                1 => "answer".to_owned(),
                count => format!("{count} answers"),
            },
            bytes(rest.max(1))
        )
    })
}

fn unanswered(who: &str, request: &Request, rest: u64, seen: &Sighting) -> String {
    let got = match rest {
        0 => "no answer".to_owned(),
        rest => format!("no HTTP response ({} of something else)", bytes(rest)),
    };
    format!(
        "{who} got {got} to {} {}; {}",
        request.method,
        short(&request.target),
        standing(&seen.end)
    )
}

/// A target, as far as a line has room.
fn short(target: &str) -> String {
    const ROOM: usize = 100;
    match target.char_indices().nth(ROOM) {
        Some((at, _)) => format!("{}... ({} bytes)", &target[..at], target.len()),
        None => target.to_owned(),
    }
}

/// What is wrong with an answer, as the end of a sentence.
fn wrong(
    experiment: &Experiment,
    request: &Request,
    response: &Response,
    seen: &Sighting,
) -> Option<String> {
    let Request { method, target, .. } = request;
    let target = short(target);
    let status = response.status;
    let is_head = method == "HEAD";
    if !is_head && method != "GET" {
        let is_refused = matches!(status, 405 | 501);
        return (!is_refused).then(|| format!("got status {status} for {method} {target}"));
    }
    let found = find(experiment, &request.target);
    match (found, status) {
        (Found::File(length, content), 200) => {
            wrong_content(&target, is_head, length, content, response, seen)
        }
        (Found::Linked(content) | Found::Directory(content), 200) => {
            let length = content.len() as u64;
            wrong_content(&target, is_head, length, Some(content), response, seen)
        }
        (Found::Linked(_) | Found::Nothing, 403 | 404) => None,
        (Found::Directory(_), 403 | 404) => None,
        (Found::Directory(_), 301 | 302 | 303 | 307 | 308) => {
            let location = response.header("location").unwrap_or_default();
            (!location.ends_with('/')).then(|| {
                format!("got status {status} for {target}, with the Location {location:?}")
            })
        }
        (Found::File(..), _) => Some(format!(
            "got status {status} for {method} {target}, and the file is there"
        )),
        (Found::Nothing, _) => Some(format!(
            "got status {status} for {method} {target}, and there is no such file"
        )),
        (Found::Linked(_), _) => Some(format!(
            "got status {status} for {method} {target}, a link to a file beneath ROOT"
        )),
        (Found::Directory(_), _) => Some(format!(
            "got status {status} for {method} {target}, a directory with an index.html"
        )),
    }
}

/// What is wrong with the end of an answer, as the end of a sentence.
fn endless(request: &Request, response: &Response, seen: &Sighting) -> Option<String> {
    if response.is_whole || seen.end != Ending::Open {
        return None;
    }
    let says = ["content-length", "transfer-encoding"].map(|name| response.header(name));
    let ends = match says.iter().any(Option::is_some) {
        true => format!("{} of its body came", bytes(response.came)),
        false => "it has neither a Content-Length nor chunks".to_owned(),
    };
    Some(format!(
        "got status {} for {} {}, and no end of the answer: {ends}, and {}",
        response.status,
        request.method,
        short(&request.target),
        standing(&seen.end)
    ))
}

/// What is wrong with the length or the bytes of a file that was served.
fn wrong_content(
    target: &str,
    is_head: bool,
    length: u64,
    content: Option<&[u8]>,
    response: &Response,
    seen: &Sighting,
) -> Option<String> {
    let Some(says) = response.header("content-length") else {
        return Some(format!("got no Content-Length with {target}"));
    };
    if says.parse() != Ok(length) {
        return Some(format!(
            "got the Content-Length {says} for {target}, which has {}",
            bytes(length)
        ));
    }
    if is_head {
        return None;
    }
    if !response.is_whole {
        return Some(format!(
            "got {} of the {} of {target}; {}",
            response.came,
            bytes(length),
            standing(&seen.end)
        ));
    }
    if let Some(at) = seen.differs_at {
        return Some(format!(
            "got another byte than the file has: it differs first {} behind the beginning of the \
             response",
            bytes(at)
        ));
    }
    let differs = content.and_then(|content| {
        let same = content.iter().zip(&response.body);
        let at = same.take_while(|(one, other)| one == other).count();
        (at < content.len() && at < response.body.len()).then_some(at)
    });
    differs.map(|at| format!("got another byte of {target} than the file has, at offset {at}"))
}

/// What is wrong with what became of something that is no request.
fn unrefused(seen: &Sighting) -> Option<String> {
    let who = who(seen);
    let is_over = seen.end != Ending::Open;
    let (responses, _) = wire::responses(&kept(seen), &[], is_over);
    match responses.first() {
        Some(response) if response.status / 100 == 4 || response.status / 100 == 5 => None,
        Some(response) => Some(format!(
            "{who}, which is no request that could be answered, got status {}",
            response.status
        )),
        None if is_over => None,
        None if seen.received > 0 => Some(format!(
            "{who} got {} that are no HTTP response, and the connection is still open",
            bytes(seen.received)
        )),
        None => Some(format!(
            "{who} was neither refused nor closed: nothing came back, and the connection is still \
             open"
        )),
    }
}

/// The same of what may not be answered with success, request or not.
pub(super) fn accepted(seen: &Sighting) -> Option<String> {
    unrefused(seen)
}
