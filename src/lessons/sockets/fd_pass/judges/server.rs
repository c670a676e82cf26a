//! Judges of what the server is for all its clients together, and of its socket's name.

use super::exchange::all_of;
use crate::lessons::sight::{self, how};
use crate::lessons::sockets::fd_pass::store::SOCKET;
use crate::lessons::sockets::served::{self, end};
use crate::model::{
    ExitStatus, Failure, InputKind, Judgement, Mode, Objection, Pass, Recording, Stream, Trial,
    World,
};

/// Fails if more descriptors are open after many requests than before.
///
/// Blind spot: a descriptor that is closed when two more seconds have passed.
pub(in crate::lessons::sockets::fd_pass) fn keeps_none(trial: &Trial<'_>) -> Judgement {
    let recording = served::recording(trial)?;
    let hint = "how many descriptors of the file are there when it has been sent, and who closes \
                which, also if it could not be sent?";
    let held = served::descriptors_come_back(recording, "these clients", hint)?;
    all_of(trial, recording, hint, |crowd| crowd == "after")?;
    Ok(Pass::of("descriptors", held as usize))
}

/// Fails unless a name that a dead server left is taken, and any other name is left alone.
///
/// Blind spot: a server that comes to life in the same moment.
pub(in crate::lessons::sockets::fd_pass) fn replaces_stale_sockets(trial: &Trial<'_>) -> Judgement {
    let kinds = trial.experiment.files.iter();
    let taken = kinds
        .filter(|file| file.path == SOCKET)
        .map(|file| &file.kind)
        .next_back();
    match taken {
        Some(InputKind::Alive) => is_left_alone(trial, "the socket of a server that is alive"),
        Some(InputKind::Content) => is_left_alone(trial, "a file that is no socket"),
        _ => {
            let recording = served::recording(trial)?;
            let hint = "what does bind(2) answer for a name that is there already, and who can \
                        tell whether anybody is behind it?";
            let clients = all_of(trial, recording, hint, |_| true)?;
            Ok(Pass::of("clients", clients))
        }
    }
}

/// Fails unless the program has left the socket's name to what it was, said so, and exited with
/// status 1.
fn is_left_alone(trial: &Trial<'_>, what: &str) -> Judgement {
    const HINT: &str = "how can the program find out what is behind the name before it takes it?";
    let recording = sight::recording(trial, 0)?;
    let at = modes(recording);
    let [(_, before), .., (last, after)] = &at[..] else {
        return Err(Objection::Blind("the name was not looked at".to_owned()));
    };
    if before != after {
        let why = match after {
            None => format!("it removed {what}"),
            Some(_) => format!("it replaced {what}"),
        };
        return Err(Failure::new(why).hint(HINT).showing(*last).into());
    }
    if let Some(failure) = sight::limited(recording, 0) {
        return Err(sight::hinted(failure.into(), HINT));
    }
    let mut files = recording.world().filter_map(|(at, world)| match world {
        World::File(_, content) => Some((at, content)),
        _ => None,
    });
    if let (Some((_, before)), Some((at, after))) = (files.next(), files.next())
        && before != after
    {
        let why = format!("it changed {what}");
        return Err(Failure::new(why).hint(HINT).showing(at).into());
    }
    let Some((ended, status)) = end(recording) else {
        return Err(Objection::Blind("it was not seen to end".to_owned()));
    };
    if status != ExitStatus::Code(1) {
        let why = format!("the name is that of {what}, and it {}", how(status));
        return Err(Failure::new(why).hint(HINT).showing(ended).into());
    }
    let says = |world: &World| matches!(world, World::Received(Stream::Stderr, said) if !said.data.is_empty());
    if !recording.world().any(|(_, world)| says(world)) {
        let why = format!("the name is that of {what}, and it says nothing on standard error");
        return Err(Failure::new(why).hint(HINT).showing(ended).into());
    }
    Ok(Pass::default())
}

/// What the socket's name was the name of, and where that is recorded.
fn modes(recording: &Recording) -> Vec<(usize, Option<Mode>)> {
    recording
        .world()
        .filter_map(|(at, world)| match world {
            World::Mode(path, mode) if path == SOCKET => Some((at, *mode)),
            _ => None,
        })
        .collect()
}

/// Fails if the socket's name is there with a mode that lets others in.
///
/// Blind spot: a mode that is wrong between two calls at which nothing strikes.
pub(in crate::lessons::sockets::fd_pass) fn protects_the_socket(trial: &Trial<'_>) -> Judgement {
    const HINT: &str = "which mode does bind(2) give to the name that it makes, and what can be \
                        done about it before it does?";
    const OWNER: u32 = libc::S_IRUSR | libc::S_IWUSR;
    const OTHERS: u32 = libc::S_IRWXG | libc::S_IRWXO;
    let is_killed = trial.experiment.sweep.is_some();
    let recording = match is_killed {
        true => sight::recording(trial, 0)?,
        false => served::recording(trial)?,
    };
    if let Some(failure) = sight::limited(recording, 0) {
        return Err(sight::hinted(failure.into(), HINT));
    }
    let modes = modes(recording);
    let Some((at, mode)) = modes.last() else {
        return Err(Objection::Blind("the name was not looked at".to_owned()));
    };
    match mode {
        None if is_killed => Ok(Pass::default()),
        None => Err(Failure::new("the socket has no name while it is served")
            .hint(HINT)
            .showing(*at)
            .into()),
        Some(Mode { mode, .. }) if mode & OTHERS == 0 && mode & OWNER == OWNER => {
            Ok(Pass::default())
        }
        Some(Mode { mode, .. }) => {
            let when = match recording.struck().next() {
                Some(_) => "for a moment, ",
                None => "",
            };
            let why = format!("{when}the mode of its socket is 0{:o}", mode & 0o7777);
            let mut failure = Failure::new(why).hint(HINT);
            let binds = ["bind", "umask", "chmod", "fchmod", "fchmodat", "listen"];
            for made in recording
                .calls()
                .filter(|made| binds.contains(&&*made.call.name))
            {
                failure = failure.showing(made.enter);
            }
            Err(failure.showing(*at).into())
        }
    }
}

/// Fails unless clients are served that come when 190 others are there.
///
/// Blind spot: delays that are shorter than seconds.
pub(in crate::lessons::sockets::fd_pass) fn serves_many(trial: &Trial<'_>) -> Judgement {
    let recording = served::recording(trial)?;
    let clients = all_of(
        trial,
        recording,
        "in which call is the server while one client does nothing, and who else waits for that?",
        |crowd| crowd == "others",
    )?;
    Ok(Pass::of("clients", clients))
}

/// Fails unless SIGTERM ends the server with status 0.
///
/// Blind spot: none that is known.
pub(in crate::lessons::sockets::fd_pass) fn stops_on_sigterm(trial: &Trial<'_>) -> Judgement {
    served::stops_on_sigterm(trial).map(|()| Pass::default())
}
