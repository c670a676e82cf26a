//! The actor: small programs that an experiment controls and a submission is given to run.
//!
//! A lab about starting programs needs programs to start, which do exactly what the story says. In
//! a box the actor is [`ACTOR`], this very binary; outside, where a learner repeats a run by hand,
//! it is `syslab actor`.
//!
//! The verb is the first argument: `/actor exit 7`. What an actor does is seen by the tracer; what
//! it prints is for people, and for checks that ask what arrived.
//!
//! [`ACTOR`]: crate::model::experiment::ACTOR

mod answer;
mod ask;
mod await_term;
mod both;
mod burn;
mod drain;
mod exit;
mod fill;
mod grow;
pub mod hold;
mod kill;
mod leave;
mod open;
pub mod pair;
pub mod report;
mod show;
mod signals;
mod sleep;
mod stay;
mod stop;
mod storm;

use std::ffi::OsString;
use std::io;
use std::process::ExitCode;

/// The hidden command under which this binary is the actor.
pub const COMMAND: &str = "actor";

/// Exit status of an actor that does not understand its arguments, or cannot do what it should.
const CONFUSED: u8 = 125;

/// Exit status of an actor that was refused what it asked of the kernel, where that is part of the
/// story.
const REFUSED: u8 = 1;

/// What a verb says that has got where the experiment wants it, before it waits for the end of its
/// input.
pub const READY: &str = "ready\n";

/// One thing that an actor can do.
struct Verb {
    /// The first argument.
    name: &'static str,
    /// What the others are, for people.
    usage: &'static str,
    /// Does it, given the other arguments.
    act: fn(&[String]) -> Result<ExitCode, Confusion>,
}

/// Why an actor did not do what it was told.
#[derive(Debug, thiserror::Error)]
enum Confusion {
    /// Its arguments are off.
    #[error("usage: actor {0}")]
    Usage(&'static str),
    /// The kernel said no.
    #[error("cannot {0}: {1}")]
    Kernel(&'static str, io::Error),
}

/// All verbs, by name.
static VERBS: &[Verb] = &[
    answer::VERB,
    ask::VERB,
    await_term::VERB,
    storm::BEQUEATH,
    both::VERB,
    burn::VERB,
    drain::VERB,
    exit::VERB,
    fill::VERB,
    grow::VERB,
    hold::VERB,
    kill::VERB,
    open::VERB,
    storm::LATER,
    leave::VERB,
    pair::VERB,
    report::VERB,
    show::VERB,
    signals::VERB,
    sleep::VERB,
    stay::VERB,
    stop::VERB,
    storm::STORM,
    storm::TOGETHER,
];

/// The actor's main function; `args` begins with the verb.
pub fn main(args: &[OsString]) -> ExitCode {
    let words: Vec<String> = args
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let verb = words
        .first()
        .and_then(|name| VERBS.iter().find(|verb| verb.name == name));
    let acted = match verb {
        Some(verb) => (verb.act)(&words[1..]),
        None => Err(Confusion::Usage("VERB [ARGUMENT...]")),
    };
    acted.unwrap_or_else(|confusion| {
        say(&confusion.to_string());
        ExitCode::from(CONFUSED)
    })
}

/// Says that the kernel refused something, and with which status to end.
fn refused(what: &str, error: &io::Error) -> ExitCode {
    say(&format!("cannot {what}: {error}"));
    ExitCode::from(REFUSED)
}

fn say(what: &str) {
    // If nobody listens, the exit status still tells.
    let _gone = io::Write::write_all(&mut io::stderr(), format!("actor: {what}\n").as_bytes());
}

/// Writes to standard output.
fn tell(text: &str) -> Result<(), Confusion> {
    let mut out = io::stdout().lock();
    io::Write::write_all(&mut out, text.as_bytes())
        .and_then(|()| io::Write::flush(&mut out))
        .map_err(|error| Confusion::Kernel("write to standard output", error))
}

/// Reads standard input to its end.
fn await_end_of_input() -> Result<(), Confusion> {
    io::copy(&mut io::stdin(), &mut io::sink())
        .map(drop)
        .map_err(|error| Confusion::Kernel("read standard input", error))
}

/// The one argument of a verb, as what it should be.
fn only<T: std::str::FromStr>(args: &[String], usage: &'static str) -> Result<T, Confusion> {
    match args {
        [one] => parsed(one, usage),
        _ => Err(Confusion::Usage(usage)),
    }
}

/// An argument, as what it should be.
fn parsed<T: std::str::FromStr>(arg: &str, usage: &'static str) -> Result<T, Confusion> {
    arg.parse().map_err(|_| Confusion::Usage(usage))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn verbs_are_named_once_and_begin_their_usage() {
        let names: BTreeSet<_> = VERBS.iter().map(|verb| verb.name).collect();
        assert_eq!(names.len(), VERBS.len());
        for verb in VERBS {
            assert_eq!(verb.usage.split(' ').next(), Some(verb.name));
        }
    }
}
