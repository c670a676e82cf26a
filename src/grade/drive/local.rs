//! This machine as an engine: a process for every chunk, a few at the same time.

use std::collections::{BTreeMap, VecDeque};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::{Chunk, Engine, EngineError, Hint, Trust};
use crate::grade::WORKER_COMMAND;
use crate::grade::worker::FIT;

/// Worker processes of this machine.
#[derive(Debug)]
pub struct Local {
    run: PathBuf,
    /// What the run is about; a worker that finds something else refuses.
    id: String,
    slots: usize,
    /// Whether a worker has found that program and tools are those of the run: to find that out takes as long
    /// as some submissions, and there is but one machine.
    is_fit: bool,
    waiting: VecDeque<String>,
    running: BTreeMap<String, Child>,
    ended: BTreeMap<String, String>,
}

impl Local {
    /// So many workers at the same time, for the run with this id.
    pub fn new(run: &Path, id: &str, slots: usize) -> Self {
        Self {
            run: run.to_owned(),
            id: id.to_owned(),
            slots: slots.max(1),
            is_fit: false,
            waiting: VecDeque::new(),
            running: BTreeMap::new(),
            ended: BTreeMap::new(),
        }
    }

    /// The kernel tells when a worker has ended, and the first that cannot work here is enough.
    pub fn trust(&self) -> Trust {
        Trust {
            lease: None,
            fruitless: 1,
            slots: self.slots,
        }
    }

    fn start(&self, chunk: &str) -> std::io::Result<Child> {
        Command::new("/proc/self/exe")
            .arg(WORKER_COMMAND)
            .arg(&self.run)
            .args([&self.id, chunk])
            .args(self.is_fit.then_some(FIT))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Ctrl-C is for whoever drives, who then ends the workers.
            .process_group(0)
            .spawn()
    }

    /// Notes who has ended, and begins with who waits.
    fn turn(&mut self) {
        let mut ended = Vec::new();
        for (name, child) in &mut self.running {
            match child.try_wait() {
                Ok(None) => {}
                Ok(Some(status)) => {
                    self.is_fit |= status.success();
                    ended.push((name.clone(), how(status)));
                }
                Err(error) => ended.push((name.clone(), error.to_string())),
            }
        }
        for (name, how) in ended {
            self.running.remove(&name);
            self.ended.insert(name, how);
        }
        while self.running.len() < self.slots
            && let Some(name) = self.waiting.pop_front()
        {
            match self.start(&name) {
                Ok(child) => {
                    self.running.insert(name, child);
                }
                Err(error) => {
                    let why = format!("no worker can be started: {error}");
                    self.ended.insert(name, why);
                }
            }
        }
    }
}

fn how(status: ExitStatus) -> String {
    match status.success() {
        true => "its worker ended".to_owned(),
        false => format!("its worker ended with {status}"),
    }
}

impl Engine for Local {
    fn submit(&mut self, chunks: &[Chunk], _avoid: &[String]) -> Result<(), EngineError> {
        self.waiting
            .extend(chunks.iter().map(|chunk| chunk.name.clone()));
        self.turn();
        Ok(())
    }

    fn poll(&mut self, chunks: &[&str]) -> Result<Vec<(String, Hint)>, EngineError> {
        self.turn();
        let hint = |name: &&str| {
            let hint = if let Some(how) = self.ended.get(*name) {
                Hint::Gone(how.clone())
            } else if self.running.contains_key(*name) {
                Hint::Running
            } else if self.waiting.iter().any(|waiting| waiting == name) {
                Hint::Waiting
            } else {
                Hint::Gone("nobody works on it".to_owned())
            };
            ((*name).to_owned(), hint)
        };
        Ok(chunks.iter().map(hint).collect())
    }

    fn cancel(&mut self, chunks: &[&str]) {
        self.waiting.retain(|name| !chunks.contains(&name.as_str()));
        // First all are told, then each is waited for.
        let ours = |name: &String| chunks.contains(&name.as_str());
        for (_, child) in self.running.iter().filter(|(name, _)| ours(name)) {
            if let Ok(pid) = i32::try_from(child.id()) {
                let _gone = kill(Pid::from_raw(pid), Signal::SIGTERM);
            }
        }
        for name in chunks {
            if let Some(mut child) = self.running.remove(*name) {
                let _reaped = child.wait();
            }
        }
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.waiting.clear();
        for child in self.running.values_mut() {
            let _gone = child.kill();
            let _reaped = child.wait();
        }
    }
}
