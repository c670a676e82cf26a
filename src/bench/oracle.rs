//! Asking an [`Oracle`]: in a box of its own, with the machine's own Python.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::model::Oracle;
use crate::model::oracle::{CANNOT, Foretold, Prophecy, SMALLER};
use crate::sandbox::{Bind, Workshop};

use super::build::{BuildError, Confined, Python};

/// Where an oracle's sources are, inside.
const PLACE: &str = "/oracle";

/// Why an oracle has not answered.
#[derive(Debug, thiserror::Error)]
pub enum OracleError {
    /// This machine has no interpreter for it, or it says itself that it cannot work here.
    #[error("not checked here: {0}")]
    Cannot(String),
    /// It does not work: a bug of ours.
    #[error("the oracle failed: {0}")]
    Broken(String),
}

/// The interpreters that were found, by the version that was asked for.
#[derive(Debug, Default)]
pub struct Interpreters(Mutex<BTreeMap<(u32, u32), Result<Python, String>>>);

impl Interpreters {
    fn since(&self, version: (u32, u32)) -> Result<Python, OracleError> {
        let mut found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        found
            .entry(version)
            .or_insert_with(|| Python::since(version).map_err(|error| error.to_string()))
            .clone()
            .map_err(OracleError::Cannot)
    }
}

/// The runs that an oracle makes; with a run that has failed, those that are smaller than that.
///
/// `directory` is empty, and the oracle's own.
///
/// # Errors
/// [`OracleError`].
pub fn ask(
    oracle: &Oracle,
    failed: Option<&Foretold>,
    workshop: &Workshop,
    interpreters: &Interpreters,
    directory: &Path,
) -> Result<Vec<Foretold>, OracleError> {
    let broken = |error: &dyn std::fmt::Display| OracleError::Broken(error.to_string());
    let python = interpreters.since(oracle.since)?;
    for (name, text) in &oracle.sources {
        fs::write(directory.join(name), text).map_err(|error| broken(&error))?;
    }
    let main = oracle.sources.first().map_or("", |(name, _)| name);
    let mut command = vec![python.program(), format!("{PLACE}/{main}")];
    command.extend(oracle.args.iter().cloned());
    command.extend(failed.map(|_| SMALLER.to_owned()));
    let input = failed
        .map(serde_json::to_vec)
        .transpose()
        .map_err(|error| broken(&error))?;
    let said = Confined {
        workshop,
        tools: python.tools(),
        place: Bind {
            source: directory.to_owned(),
            target: PLACE.into(),
            is_writable: false,
        },
        also: Vec::new(),
        input: input.unwrap_or_default(),
    }
    .execute(&command);
    match said {
        Ok(said) => {
            let (prophecy, _) = said.apart().map_err(|error| broken(&error))?;
            serde_json::from_str::<Prophecy>(&prophecy)
                .map(|prophecy| prophecy.runs)
                .map_err(|error| broken(&error))
        }
        Err(BuildError::Failed { status, output, .. })
            if status == format!("exit status {CANNOT}") =>
        {
            let why = output.trim_end().lines().next_back().unwrap_or_default();
            Err(OracleError::Cannot(why.to_owned()))
        }
        Err(error) => Err(broken(&error)),
    }
}
