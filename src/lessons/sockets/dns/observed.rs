//! What one run was seen to do: which clients sent what, and what came back.

use super::experiments::ZONE;
use super::packet::{self, Query};
use super::reply;
use super::zone::{Right, Zone};
use crate::lessons::sockets::served;
use crate::model::clients::{Crowd, Ending, Move, Payload, Sighting};
use crate::model::{Arg, ExitStatus, Failure, Objection, Recording, Step, Stream, Trial, World};

/// One run, with what the experiment knows of it.
pub(super) struct Observed<'a> {
    /// What was recorded.
    pub(super) recording: &'a Recording,
    /// The zone.
    zone: Zone,
    /// The clients, in the order in which they were to be started.
    pub(super) clients: Vec<Client<'a>>,
}

/// One client.
pub(super) struct Client<'a> {
    /// The name of its crowd.
    pub(super) name: &'a str,
    /// What it sends, in order.
    pub(super) sent: Vec<&'a [u8]>,
    /// What it had seen in the end, with the event; `None`: it was not started.
    seen: Option<(usize, &'a Sighting)>,
}

impl<'a> Observed<'a> {
    /// Looks at the run of a trial; every experiment with clients has one.
    ///
    /// # Errors
    /// A failure if it reached a limit of the experiment's; blind if it cannot be judged.
    pub(super) fn new(trial: &Trial<'a>) -> Result<Self, Objection> {
        let recording = served::listening(trial)?;
        let steps = trial
            .experiment
            .runs
            .first()
            .map(|run| run.steps.as_slice());
        let crowds = steps
            .unwrap_or_default()
            .iter()
            .filter_map(|step| match step {
                Step::Start(crowd) => Some(crowd),
                _ => None,
            });
        Ok(Self {
            recording,
            zone: zone(trial).unwrap_or_default(),
            clients: crowds.map(|crowd| Client::new(crowd, recording)).collect(),
        })
    }

    /// Fails unless this client has got the right answer to each of its queries.
    ///
    /// # Errors
    /// What is wrong with the first that is not.
    pub(super) fn check(&self, client: &Client<'_>) -> Result<(), Failure> {
        for query in client.sent.iter().filter_map(|packet| Query::read(packet)) {
            let told = format!(
                "{} asked for {} {}",
                client.name,
                kind_name(query.kind),
                query.name
            );
            let Some(answer) = client.answer(query.id) else {
                if self.zone.right(&query.name, query.kind) == Right::None {
                    continue;
                }
                return Err(self.unanswered(client, &query, &told));
            };
            if let Err(fault) = reply::check(&self.zone, &query, answer) {
                let failure = Failure::new(format!("{told}, and the answer {}", fault.what));
                return Err(self.showing_exchange(failure, query.id).hint(fault.hint));
            }
        }
        self.stray(client).map_or(Ok(()), Err)
    }

    /// No answer came.
    fn unanswered(&self, client: &Client<'_>, query: &Query, told: &str) -> Failure {
        let (why, hint) = match (self.end(), client.ending()) {
            (Some((_, status)), _) => (
                format!("{told}, and got no answer: the program had ended with {status}"),
                "What was the last thing that it did, and with which packet?",
            ),
            (None, Some(Ending::Failed(libc::ECONNREFUSED))) => (
                format!("{told}, and nobody was there: the socket is closed"),
                "Who closes the socket, and when?",
            ),
            _ => (
                format!("{told}, and got no answer"),
                "Did the program take the packet, and to whom did the answer go?",
            ),
        };
        let failure = self.showing_exchange(Failure::new(why), query.id);
        let failure = client.showing(failure);
        self.end()
            .into_iter()
            .fold(failure, |failure, (at, _)| failure.showing(at))
            .hint(hint)
    }

    /// Something that came to a client that had not asked for it.
    pub(super) fn stray(&self, client: &Client<'_>) -> Option<Failure> {
        let asked: Vec<_> = client
            .sent
            .iter()
            .map(|packet| packet::id(packet))
            .collect();
        let stray = client
            .came()
            .find(|bytes| !asked.contains(&packet::id(bytes)))?;
        let id = packet::id(stray);
        let owner = self
            .clients
            .iter()
            .find(|other| other.sent.iter().any(|packet| packet::id(packet) == id));
        let why = match owner {
            Some(owner) => format!(
                "{} got an answer to what {} had asked",
                client.name, owner.name
            ),
            None => format!(
                "{} got a packet with an id that nobody has sent",
                client.name
            ),
        };
        let failure = Failure::new(why).hint(
            "Which call says who has sent a packet, and until when does the program know it?",
        );
        let failure = id
            .into_iter()
            .fold(failure, |failure, id| self.showing_exchange(failure, id));
        Some(client.showing(failure))
    }

    /// How the program ended, if it did so before it was killed at last, with the event.
    pub(super) fn end(&self) -> Option<(usize, ExitStatus)> {
        served::end(self.recording)
            .filter(|(_, status)| *status != ExitStatus::Signal(libc::SIGKILL))
    }

    /// Shows the calls that took or sent a packet with this id.
    pub(super) fn showing_exchange(&self, failure: Failure, id: u16) -> Failure {
        let id = id.to_be_bytes();
        let carries = |arg: &Arg| matches!(arg, Arg::Str(bytes) if bytes.data.starts_with(&id));
        self.recording
            .calls()
            .filter(|made| made.call.args.iter().any(carries))
            .fold(failure, |failure, made| failure.showing(made.enter))
    }
}

impl<'a> Client<'a> {
    fn new(crowd: &'a Crowd, recording: &'a Recording) -> Self {
        let sent = crowd.moves.iter().filter_map(|step| match step {
            Move::Send(Payload::Bytes(bytes)) => Some(bytes.as_slice()),
            _ => None,
        });
        let seen = recording.world().filter_map(|(at, world)| match world {
            World::Saw(sighting) if sighting.crowd == crowd.name => Some((at, &**sighting)),
            _ => None,
        });
        Self {
            name: &crowd.name,
            sent: sent.collect(),
            seen: seen.last(),
        }
    }

    /// What came to it.
    pub(super) fn came(&self) -> impl Iterator<Item = &'a [u8]> {
        let kept = self.seen.map(|(_, seen)| seen.kept.as_slice());
        kept.unwrap_or_default()
            .iter()
            .map(|bytes| bytes.data.as_slice())
    }

    /// The first answer with this id.
    fn answer(&self, id: u16) -> Option<&'a [u8]> {
        self.came().find(|bytes| packet::id(bytes) == Some(id))
    }

    fn ending(&self) -> Option<&'a Ending> {
        self.seen.map(|(_, seen)| &seen.end)
    }

    /// Adds what it had seen.
    pub(super) fn showing(&self, failure: Failure) -> Failure {
        match self.seen {
            Some((at, _)) => failure.showing(at),
            None => failure,
        }
    }
}

/// Whether the zone has aliases that run in a circle, and the program has ended with status 1 and
/// said something.
pub(super) fn refuses_a_circle(trial: &Trial<'_>) -> bool {
    let has_circle = zone(trial).is_ok_and(|zone| zone.has_circle());
    has_circle
        && trial.runs.first().is_some_and(|recording| {
            matches!(recording.outcome(), Some((_, ExitStatus::Code(1))))
                && !recording.received(Stream::Stderr).is_empty()
        })
}

/// The zone of a trial.
///
/// # Errors
/// The number of the line that cannot be read.
pub(super) fn zone(trial: &Trial<'_>) -> Result<Zone, usize> {
    let file = trial.experiment.files.iter().find(|file| file.path == ZONE);
    Zone::read(file.map(|file| file.content.as_slice()).unwrap_or_default())
}

/// A type, by its name where it has one here.
fn kind_name(kind: u16) -> String {
    match kind {
        1 => "A".to_owned(),
        5 => "CNAME".to_owned(),
        16 => "TXT".to_owned(),
        28 => "AAAA".to_owned(),
        other => format!("type {other} of"),
    }
}
