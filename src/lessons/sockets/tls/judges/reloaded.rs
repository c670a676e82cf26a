//! SIGHUP.

use super::echoed::{hides, takes_up};
use crate::lessons::sockets::served::{self, all_echoed, sightings, who};
use crate::lessons::sockets::tls::experiments::{CERT, CURIOUS, KEY, NEWEST, OLD, OUTDATED};
use crate::lessons::sockets::tls::pair;
use crate::model::{
    Failure, InputFile, Judgement, Objection, Pass, Recording, Step, Stream, Trial, World,
};

const HINT: &str = "What does the program share with connections that it has, what with those to \
                    come, and at which moment does it change?";

const VERSIONS_HINT: &str = "What does the program do with its configuration when it starts, and \
                             what of that when it reads the files again?";

/// Fails if a client is shown another certificate than that of the last pair of files that was whole
/// when SIGHUP came, if it shows less of the chain or speaks other versions than before, if a broken
/// file is not reported, or if the client that stays is not served.
///
/// Blind spot: the words of the report are not read.
pub(in crate::lessons::sockets::tls) fn reloads_on_sighup(trial: &Trial<'_>) -> Judgement {
    let recording = served::recording(trial).map_err(|objection| match objection {
        Objection::Fail(failure) => failure.hint(HINT).into(),
        other @ (Objection::Blind(_) | Objection::Skipped(_)) => other,
    })?;
    let mut files = Files::new(trial);
    let mut hups = hups(recording).into_iter();
    let mut since = None;
    let steps = trial
        .experiment
        .runs
        .first()
        .map(|run| run.steps.as_slice());
    let mut reloads = 0;
    // What it lacks before.
    let mut lacks = Vec::new();
    for step in steps.unwrap_or_default() {
        match step {
            Step::Replace(file) => files.replace(file),
            Step::Signal(libc::SIGHUP) => {
                let is_whole = files.reload();
                since = hups.next().map(|hup| (hup, is_whole));
            }
            Step::Start(crowd) if of_a_version(&crowd.name).is_some() => {
                let version = of_a_version(&crowd.name);
                match is_as_ever(recording, &crowd.name, &files) {
                    Err(Objection::Fail(_)) if since.is_none() => lacks.push(version),
                    Err(Objection::Fail(_)) if lacks.contains(&version) => {}
                    seen => seen?,
                }
            }
            Step::Start(crowd) if crowd.name != OLD => {
                reloads += 1;
                is_shown(recording, &crowd.name, &files)?;
                if let Some((hup, false)) = since {
                    is_reported(recording, hup, &crowd.name)?;
                }
            }
            _ => {}
        }
    }
    all_echoed(recording, &[OLD], HINT)?;
    Ok(Pass::of("reloads", reloads))
}

/// The files of an experiment, as they are at some step.
struct Files<'a> {
    certificates: &'a [u8],
    key: &'a [u8],
    /// The certificates that are to be shown, DER.
    current: Vec<Vec<u8>>,
}

impl<'a> Files<'a> {
    fn new(trial: &Trial<'a>) -> Self {
        let content = |path: &str| {
            let file = trial.experiment.files.iter().find(|file| file.path == path);
            file.map(|file| file.content.as_slice()).unwrap_or_default()
        };
        let mut files = Self {
            certificates: content(CERT),
            key: content(KEY),
            current: Vec::new(),
        };
        files.reload();
        files
    }

    fn replace(&mut self, file: &'a InputFile) {
        match file.path.as_str() {
            CERT => self.certificates = &file.content,
            _ => self.key = &file.content,
        }
    }

    /// Whether the files are whole and belong together; then the certificates are the current ones.
    fn reload(&mut self) -> bool {
        let is_whole = pair::leaf_of(self.certificates, self.key).is_some();
        if is_whole {
            self.current = pair::certificates(self.certificates);
        }
        is_whole
    }
}

/// Where SIGHUP was sent.
fn hups(recording: &Recording) -> Vec<usize> {
    recording
        .world()
        .filter(|(_, world)| **world == World::Signalled(libc::SIGHUP))
        .map(|(at, _)| at)
        .collect()
}

/// The version of a crowd that comes for the sake of it.
fn of_a_version(crowd: &str) -> Option<&'static str> {
    let mut versions = [NEWEST, CURIOUS, OUTDATED].into_iter();
    versions.find(|version| crowd.starts_with(version))
}

/// Fails unless this crowd is treated as its version should be at any time.
fn is_as_ever(recording: &Recording, crowd: &str, files: &Files<'_>) -> Result<(), Objection> {
    if crowd.starts_with(NEWEST) {
        return all_echoed(recording, &[crowd], HINT).map(drop);
    }
    let Some((at, seen)) = sightings(recording, crowd).pop() else {
        let why = format!("nobody asked what {crowd:?} saw");
        return Err(Objection::Blind(why));
    };
    let why = match crowd.starts_with(CURIOUS) {
        true => hides(&files.current, seen).map(|why| format!("under TLS 1.2 {why}")),
        false => takes_up(seen).map(|why| format!("who knows no more than TLS 1.1: {why}")),
    };
    let Some(why) = why else {
        return Ok(());
    };
    let hup = hups(recording).into_iter().rfind(|hup| *hup < at);
    let failure = Failure::new(format!("after SIGHUP, {why}"));
    let failure = hup.into_iter().fold(failure, Failure::showing);
    Err(failure.hint(VERSIONS_HINT).showing(at).into())
}

/// Fails unless a crowd is served with the current certificate.
fn is_shown(recording: &Recording, crowd: &str, files: &Files<'_>) -> Result<(), Objection> {
    all_echoed(recording, &[crowd], HINT)?;
    for (at, seen) in sightings(recording, crowd) {
        if Some(&seen.certificate) != files.current.first() {
            let why = format!(
                "{} came after SIGHUP and was shown another certificate than that of the last \
                 files that could be used",
                who(seen)
            );
            let hup = hups(recording).into_iter().rfind(|hup| *hup < at);
            let failure = hup.into_iter().fold(Failure::new(why), Failure::showing);
            return Err(failure.hint(HINT).showing(at).into());
        }
    }
    Ok(())
}

/// Fails unless something was written to standard error between SIGHUP and the next client.
fn is_reported(recording: &Recording, hup: usize, crowd: &str) -> Result<(), Failure> {
    let next = recording.world().find_map(|(at, world)| match world {
        World::Started(name, _) if name == crowd => Some(at),
        _ => None,
    });
    let is_said = recording.world().any(|(at, world)| {
        let is_then = at > hup && next.is_none_or(|next| at < next);
        is_then && matches!(world, World::Received(Stream::Stderr, bytes) if !bytes.is_empty())
    });
    match is_said {
        true => Ok(()),
        false => Err(Failure::new(
            "it says nothing on standard error of files that cannot be used",
        )
        .hint("Who will notice that the old certificate is still there, and when?")
        .showing(hup)),
    }
}
