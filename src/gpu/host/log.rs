//! What a device process remembers of a run, and how it writes facts.

use std::collections::BTreeMap;
use std::io::Write;

use super::calls::{self, Role};
use super::facts::{Call, Fact, Failed, Left};
use super::{HostError, calls::unversioned};

/// Facts of one kind that are written of one run; a program in a loop has no end of them.
const MOST: u32 = 20_000;

/// Writes one fact.
pub(super) fn write(out: &mut dyn Write, fact: &Fact) -> Result<(), HostError> {
    let error = |error| HostError::Kernel("write a fact", error);
    let mut line = serde_json::to_vec(fact).map_err(|error_| error(error_.into()))?;
    line.push(b'\n');
    out.write_all(&line).map_err(error)?;
    out.flush().map_err(error)
}

/// The log of one run.
pub(super) struct Log<'a> {
    out: &'a mut dyn Write,
    /// Which call fails, counted among those that may.
    failing: Option<u32>,
    /// Calls so far.
    number: u32,
    /// The name of the one that is being made.
    name: String,
    /// Those that may fail.
    may_fail: u32,
    /// What was made and not given back, by kind and identity.
    open: BTreeMap<(String, u64), Left>,
    written: u32,
    result: Result<(), HostError>,
}

impl<'a> Log<'a> {
    pub(super) fn new(out: &'a mut dyn Write, failing: Option<u32>) -> Self {
        let mut log = Self {
            out,
            failing,
            number: 0,
            name: String::new(),
            may_fail: 0,
            open: BTreeMap::new(),
            written: 0,
            result: Ok(()),
        };
        log.say(&Fact::Program { failing });
        log
    }

    /// The call that is being made.
    pub(super) fn number(&self) -> u32 {
        self.number
    }

    /// How many calls could have failed.
    pub(super) fn may_fail(&self) -> u32 {
        self.may_fail
    }

    /// Writes a fact; the first that cannot be written ends all.
    pub(super) fn say(&mut self, fact: &Fact) {
        self.written = self.written.saturating_add(1);
        let ends = matches!(fact, Fact::End(_) | Fact::Left(_) | Fact::Program { .. });
        if self.result.is_ok() && (ends || self.written < MOST) {
            self.result = write(self.out, fact);
        }
    }

    /// Notes a call, and says with which error it is to fail.
    pub(super) fn begin(&mut self, mut call: Call) -> Option<i32> {
        self.number = self.number.saturating_add(1);
        call.number = self.number;
        let symbol = std::mem::take(&mut call.name);
        call.name = unversioned(&symbol).to_owned();
        let code = calls::failure(&symbol);
        let mut fails = false;
        let is_news = calls::role(&symbol) != Role::Look;
        if is_news {
            self.may_fail = self.may_fail.saturating_add(1);
            fails = self.failing == Some(self.may_fail);
        }
        let failed = Failed {
            number: self.number,
            name: call.name.clone(),
            code,
            pending: call.pending,
        };
        self.name.clone_from(&call.name);
        if self.failing.is_none() && is_news {
            self.say(&Fact::Call(call));
        }
        if fails {
            self.say(&Fact::Refused(failed));
        }
        fails.then_some(code)
    }

    /// Notes that the call failed.
    pub(super) fn failed(&mut self, name: &str, code: i32) {
        if self.failing.is_none() {
            let failed = Failed {
                number: self.number,
                name: unversioned(name).to_owned(),
                code,
                pending: 0,
            };
            self.say(&Fact::Failed(failed));
        }
    }

    /// Notes something that has to be given back.
    pub(super) fn made(&mut self, what: &str, id: u64, bytes: u64, name: &str) {
        let left = Left {
            what: what.to_owned(),
            bytes,
            name: unversioned(name).to_owned(),
            number: self.number,
        };
        self.open.insert((what.to_owned(), id), left);
    }

    /// Notes that it was given back.
    pub(super) fn gone(&mut self, what: &str, id: u64) {
        if self.open.remove(&(what.to_owned(), id)).is_none() {
            self.misused(format!("there is no such {what}"));
        }
    }

    /// Notes that it is not there any more; of what was given back before, nothing is said.
    pub(super) fn closed(&mut self, what: &str, id: u64) {
        self.open.remove(&(what.to_owned(), id));
    }

    /// Notes a mistake of the call that is being made.
    pub(super) fn misused(&mut self, what: String) {
        self.say(&Fact::Misused {
            number: self.number,
            name: self.name.clone(),
            what,
        });
    }

    /// Writes what is left, and says whether all could be written.
    pub(super) fn finish(mut self, end: &Fact) -> Result<(), HostError> {
        for left in std::mem::take(&mut self.open).into_values() {
            self.say(&Fact::Left(left));
        }
        self.say(end);
        self.result
    }
}
