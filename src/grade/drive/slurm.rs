//! Slurm as an engine: an array of jobs, one for each chunk.
//!
//! Slurm is driven by text with a stated format: its JSON changes from version to version, and
//! `squeue --json` ignores what is asked for. Neither its states nor its exit codes decide
//! anything: jobs that are COMPLETED may have left nothing, and jobs that are FAILED may have left
//! all. See sbatch(1), squeue(1), scancel(1).

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use super::{Chunk, Engine, EngineError, Hint, Trust, worker};
use crate::model::shell_word;

/// Most tasks of an array where nobody has raised MaxArraySize: the highest index is 1000.
const MOST_TASKS: usize = 1000;

/// What errors of sbatch say that it may work later.
const TRANSIENT: &[&str] = &[
    "Unable to contact",
    "Socket timed out",
    "Connection refused",
    "Communication connection failure",
    "Message send failure",
    "Message receive failure",
    "Zero Bytes were transmitted or received",
    "controller in standby mode",
    "temporarily unavailable",
    "QOSMax",
    "AssocMax",
    "MaxSubmit",
    "slurm_persist_conn_open",
];

/// Why a pending job will never run.
const NEVER: &[&str] = &["held", "Held", "NeverSatisfied", "BadConstraints"];

/// What is asked of Slurm for each job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wishes {
    /// The partition; empty: the default one.
    pub partition: String,
    /// The account; empty: the default one.
    pub account: String,
    /// Minutes that a chunk may take; a backstop only.
    pub minutes: u32,
    /// Memory of a job, in MiB.
    pub memory_mib: u32,
    /// Jobs at the same time.
    pub jobs: usize,
    /// Further options of sbatch.
    pub extra: Vec<String>,
}

/// An array of jobs, as sbatch is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order<'a> {
    /// Options of sbatch.
    pub options: Vec<String>,
    /// What sbatch reads.
    pub script: String,
    /// What each job of the array works on.
    pub chunks: &'a [Chunk],
}

/// Jobs of a Slurm cluster.
#[derive(Debug)]
pub struct Slurm {
    run: PathBuf,
    id: String,
    wishes: Wishes,
    /// Chunk to `JOB_TASK`.
    tasks: BTreeMap<String, String>,
}

impl Slurm {
    /// For the run with this id. The directory must be the same on all machines.
    pub fn new(run: PathBuf, id: &str, wishes: Wishes) -> Self {
        Self {
            run,
            id: id.to_owned(),
            wishes,
            tasks: BTreeMap::new(),
        }
    }

    /// What Slurm believes is a hint.
    pub fn trust(&self) -> Trust {
        Trust::elsewhere(self.wishes.jobs)
    }

    /// What all jobs of this run are called.
    fn name(&self) -> String {
        format!("syslab-{}", &self.id[..self.id.len().min(12)])
    }

    /// Cancels what an earlier driver left waiting: it is submitted anew. What runs goes on.
    pub fn forget_waiting(&self) {
        let name = format!("--name={}", self.name());
        let _nothing_there = asked("scancel", &["--state=PENDING", &name], None);
    }

    /// What sbatch is told, one array after the other, each with its chunks.
    pub fn orders<'a>(&self, chunks: &'a [Chunk], avoid: &[String]) -> Vec<Order<'a>> {
        let order = |chunks: &'a [Chunk]| {
            let (options, script) = self.order(chunks, avoid);
            Order {
                options,
                script,
                chunks,
            }
        };
        chunks.chunks(MOST_TASKS).map(order).collect()
    }

    fn order(&self, chunks: &[Chunk], avoid: &[String]) -> (Vec<String>, String) {
        let Wishes {
            partition,
            account,
            minutes,
            memory_mib,
            jobs,
            extra,
        } = &self.wishes;
        let mut options = vec![
            "--parsable".to_owned(),
            "--no-requeue".to_owned(),
            "--export=NONE".to_owned(),
            format!("--job-name={}", self.name()),
            format!("--array=0-{}%{}", chunks.len().saturating_sub(1), jobs),
            "--output=/dev/null".to_owned(),
            format!("--time={minutes}"),
            format!("--mem={memory_mib}M"),
            "--ntasks=1".to_owned(),
        ];
        let named =
            |option: &str, value: &str| (!value.is_empty()).then(|| format!("--{option}={value}"));
        options.extend(named("partition", partition));
        options.extend(named("account", account));
        options.extend(named("exclude", &avoid.join(",")));
        options.extend(extra.iter().cloned());
        (options, self.script(chunks))
    }

    /// One line for each chunk: a job takes the one with its number.
    fn script(&self, chunks: &[Chunk]) -> String {
        let mut script = String::from("#!/bin/sh\n");
        // Tools are found where they were found here.
        for name in ["PATH", "HOME"] {
            if let Some(value) = std::env::var_os(name) {
                let value = shell_word(&value.to_string_lossy());
                script.push_str(&format!("export {name}={value}\n"));
            }
        }
        script.push_str("case $SLURM_ARRAY_TASK_ID in\n");
        for (number, chunk) in chunks.iter().enumerate() {
            script.push_str(&format!("{number}) chunk={} ;;\n", shell_word(&chunk.name)));
        }
        script.push_str("esac\n");
        let worker = worker(&self.run, &self.id);
        script.push_str(&format!("exec {worker} \"$chunk\"\n"));
        script
    }
}

impl Engine for Slurm {
    fn submit(&mut self, chunks: &[Chunk], avoid: &[String]) -> Result<(), EngineError> {
        for order in self.orders(chunks, avoid) {
            let options: Vec<&str> = order.options.iter().map(String::as_str).collect();
            let output = asked("sbatch", &options, Some(&order.script))?;
            if !output.status.success() {
                return Err(refusal(&String::from_utf8_lossy(&output.stderr)));
            }
            let said = String::from_utf8_lossy(&output.stdout);
            // With several clusters: `JOB;CLUSTER`.
            let job = said.trim().split(';').next().unwrap_or_default().to_owned();
            if job.is_empty() || !job.bytes().all(|b| b.is_ascii_digit()) {
                return Err(EngineError::Final(format!(
                    "sbatch says no job's number: {}",
                    said.trim()
                )));
            }
            for (number, chunk) in order.chunks.iter().enumerate() {
                self.tasks
                    .insert(chunk.name.clone(), format!("{job}_{number}"));
            }
        }
        Ok(())
    }

    fn poll(&mut self, chunks: &[&str]) -> Result<Vec<(String, Hint)>, EngineError> {
        let mut jobs: Vec<&str> = chunks
            .iter()
            .filter_map(|name| self.tasks.get(*name)?.split('_').next())
            .collect();
        jobs.sort_unstable();
        jobs.dedup();
        let believed = match jobs.is_empty() {
            true => BTreeMap::new(),
            false => queue(&jobs)?,
        };
        let hint = |name: &&str| {
            let hint = match self.tasks.get(*name) {
                // An earlier driver began it: only its signs of life are known.
                None => Hint::Running,
                Some(task) => {
                    let gone = || Hint::Gone("its job ended".to_owned());
                    believed.get(task).cloned().unwrap_or_else(gone)
                }
            };
            ((*name).to_owned(), hint)
        };
        Ok(chunks.iter().map(hint).collect())
    }

    fn cancel(&mut self, chunks: &[&str]) {
        let tasks: Vec<&str> = chunks
            .iter()
            .filter_map(|name| self.tasks.get(*name).map(String::as_str))
            .collect();
        // As many as fit on a command line with ease.
        for some in tasks.chunks(MOST_TASKS) {
            let _gone = asked("scancel", some, None);
        }
    }
}

/// What Slurm believes of all tasks of these jobs.
fn queue(jobs: &[&str]) -> Result<BTreeMap<String, Hint>, EngineError> {
    let jobs = format!("--jobs={}", jobs.join(","));
    let options = ["--noheader", "--array", "--format=%i|%T|%r", &jobs];
    let output = asked("squeue", &options, None)?;
    let errors = String::from_utf8_lossy(&output.stderr);
    // A job that was forgotten ended long ago.
    if !output.status.success() && !errors.contains("Invalid job id") {
        return Err(EngineError::Transient(errors.trim().to_owned()));
    }
    Ok(believed(&String::from_utf8_lossy(&output.stdout)))
}

/// What squeue says of each `JOB_TASK`.
fn believed(text: &str) -> BTreeMap<String, Hint> {
    let line = |line: &str| {
        let mut parts = line.trim().splitn(3, '|');
        let (task, state) = (parts.next()?, parts.next()?);
        let reason = parts.next().unwrap_or_default();
        let hint = match state {
            "PENDING" if NEVER.iter().any(|word| reason.contains(word)) => {
                Hint::Gone(format!("its job would wait for ever: {reason}"))
            }
            "PENDING" => Hint::Waiting,
            "RUNNING" | "COMPLETING" | "CONFIGURING" | "STOPPED" | "SUSPENDED" | "SIGNALING"
            | "STAGE_OUT" => Hint::Running,
            state => Hint::Gone(format!("its job is {state}")),
        };
        Some((task.to_owned(), hint))
    };
    text.lines().filter_map(line).collect()
}

/// What an error of sbatch means.
fn refusal(errors: &str) -> EngineError {
    let text = errors.trim().to_owned();
    match TRANSIENT.iter().any(|part| text.contains(part)) {
        true => EngineError::Transient(text),
        false => EngineError::Final(text),
    }
}

/// Runs a command of Slurm's, without what the environment would make of its output.
fn asked(program: &str, arguments: &[&str], input: Option<&str>) -> Result<Output, EngineError> {
    let failed = |error: std::io::Error| EngineError::Final(format!("{program}: {error}"));
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let is_setting = ["SBATCH_", "SQUEUE_", "SCANCEL_"]
            .iter()
            .any(|prefix| text.starts_with(prefix));
        if is_setting || text == "SLURM_TIME_FORMAT" {
            command.env_remove(&name);
        }
    }
    let mut child = command
        .args(arguments)
        .stdin(match input {
            Some(_) => Stdio::piped(),
            None => Stdio::null(),
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    if let (Some(mut stdin), Some(text)) = (child.stdin.take(), input) {
        // Whoever does not read it says why on its standard error.
        let _unread = stdin.write_all(text.as_bytes());
    }
    child.wait_with_output().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slurm() -> Slurm {
        let wishes = Wishes {
            partition: "teach".to_owned(),
            account: String::new(),
            minutes: 20,
            memory_mib: 2048,
            jobs: 64,
            extra: vec!["--qos=short".to_owned()],
        };
        Slurm::new(PathBuf::from("/net/a b/run"), "0123456789abcdef", wishes)
    }

    #[test]
    fn an_array_has_a_task_for_each_chunk() {
        let chunks: Vec<Chunk> = (1..=3)
            .map(|number| Chunk {
                name: format!("r2-{number}"),
                keys: Vec::new(),
            })
            .collect();
        let (options, script) = slurm().order(&chunks, &["n4".to_owned()]);
        let options = options.join(" ");
        for part in [
            "--array=0-2%64",
            "--no-requeue",
            "--export=NONE",
            "--partition=teach",
            "--exclude=n4",
            "--qos=short",
        ] {
            assert!(options.contains(part), "{options}");
        }
        assert!(!options.contains("--account"), "{options}");
        assert!(script.contains("2) chunk=r2-3 ;;"), "{script}");
        assert!(
            script.ends_with("__grade '/net/a b/run' 0123456789abcdef \"$chunk\"\n"),
            "{script}"
        );
    }

    #[test]
    fn what_slurm_believes_is_read() {
        let text = "7_0|RUNNING|None\n7_1|PENDING|Resources\n7_2|PENDING|launch failed requeued held\n\
                    7_3|PENDING|JobHeldUser\n7_4|TIMEOUT|TimeLimit\nnonsense\n";
        let believed = believed(text);
        assert_eq!(believed["7_0"], Hint::Running);
        assert_eq!(believed["7_1"], Hint::Waiting);
        for task in ["7_2", "7_3", "7_4"] {
            assert!(matches!(believed[task], Hint::Gone(_)), "{task}");
        }
        assert_eq!(believed.len(), 5);
    }

    #[test]
    fn of_what_an_earlier_driver_began_only_signs_of_life_are_known() {
        let hints = slurm().poll(&["r1-1"]).unwrap();
        assert_eq!(hints, [("r1-1".to_owned(), Hint::Running)]);
    }

    #[test]
    fn some_refusals_are_for_good() {
        let transient = "sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)";
        assert!(matches!(refusal(transient), EngineError::Transient(_)));
        let good = "sbatch: error: Batch job submission failed: Invalid node name specified";
        assert!(matches!(refusal(good), EngineError::Final(_)));
    }
}
