//! Who does the work: `--engine` and what belongs to it.

use std::num::NonZero;
use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use clap::ValueEnum;

use crate::exit::Trouble;
use crate::grade::drive::{Engine, Host, Local, Slurm, Ssh, Trust, Wishes};
use crate::grade::run::{Manifest, RunDir};

/// An engine, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Name {
    /// This machine
    Local,
    /// Jobs of a Slurm cluster; RUN and syslab must be in the same place on all its machines
    Slurm,
    /// Machines that ssh reaches (--hosts); RUN and syslab must be in the same place on all of them
    Ssh,
}

/// Who does the work.
#[derive(Debug, clap::Args)]
pub(super) struct Workers {
    /// Submissions that are examined at the same time [default: one per processor; for slurm 16;
    /// for ssh 1 on each host that has no number of its own]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZero<usize>>,

    /// Where the work is done
    #[arg(long, value_name = "ENGINE", default_value = "local")]
    engine: Name,

    /// For slurm: partition=NAME, account=NAME, time=MINUTES, mem=MIB, or extra=OPTION of sbatch;
    /// may be given several times
    #[arg(long, value_name = "KEY=VALUE")]
    slurm: Vec<String>,

    /// For ssh: hosts, as HOST, USER@HOST or ssh://HOST:PORT, with N/ before one for N at the same
    /// time; or a file with one on each line
    #[arg(long, value_name = "HOST,...|FILE")]
    hosts: Option<String>,

    /// For slurm: show what would be submitted, and submit nothing
    #[arg(long)]
    pub(super) dry_run: bool,
}

/// An engine, how far it is trusted, and how often it is looked after.
pub(super) struct Chosen {
    pub(super) engine: Box<dyn Engine>,
    pub(super) trust: Trust,
    pub(super) glance: Duration,
}

impl Workers {
    /// The engine that is asked for, for this run.
    ///
    /// # Errors
    /// Usage, if an option of Slurm's makes no sense.
    pub(super) fn choose(&self, run: &RunDir, manifest: &Manifest) -> Result<Chosen, Trouble> {
        let id = manifest.id()?;
        Ok(match self.engine {
            Name::Local => {
                let processors = || thread::available_parallelism().map_or(1, NonZero::get);
                let slots = self.jobs.map_or_else(processors, NonZero::get);
                let engine = Local::new(run.root(), &id, slots);
                Chosen {
                    trust: engine.trust(),
                    engine: Box::new(engine),
                    glance: Duration::from_millis(100),
                }
            }
            Name::Ssh => {
                let engine = Ssh::new(&run.root().canonicalize()?, &id, self.hosts()?);
                Chosen {
                    trust: engine.trust(),
                    engine: Box::new(engine),
                    glance: Duration::from_millis(500),
                }
            }
            Name::Slurm => {
                let engine = self.slurm(run, manifest)?;
                engine.forget_waiting();
                Chosen {
                    trust: engine.trust(),
                    engine: Box::new(engine),
                    // Whoever asks more often is no good neighbour.
                    glance: Duration::from_secs(1),
                }
            }
        })
    }

    /// Slurm, asked for nothing yet.
    ///
    /// # Errors
    /// Usage, if another engine is asked for, or an option of Slurm's makes no sense.
    pub(super) fn slurm(&self, run: &RunDir, manifest: &Manifest) -> Result<Slurm, Trouble> {
        if self.engine != Name::Slurm {
            return Err(Trouble::usage("--dry-run needs --engine slurm"));
        }
        let run = run.root().canonicalize()?;
        Ok(Slurm::new(run, &manifest.id()?, self.wishes()?))
    }

    /// The hosts that are named, or that are in the file that is named.
    fn hosts(&self) -> Result<Vec<Host>, Trouble> {
        let Some(given) = &self.hosts else {
            return Err(Trouble::usage(
                "--engine ssh needs --hosts HOST,... or --hosts FILE",
            ));
        };
        let path = Path::new(given);
        let text = match path.is_file() {
            true => {
                std::fs::read_to_string(path).with_context(|| format!("cannot read {given}"))?
            }
            false => given.clone(),
        };
        Host::list(&text, self.jobs.unwrap_or(NonZero::<usize>::MIN))
            .map_err(|error| Trouble::usage(format!("--hosts: {error}")))
    }

    fn wishes(&self) -> Result<Wishes, Trouble> {
        const JOBS: usize = 16;
        let mut wishes = Wishes {
            partition: String::new(),
            account: String::new(),
            minutes: 60,
            memory_mib: 2048,
            jobs: self.jobs.map_or(JOBS, NonZero::get),
            extra: Vec::new(),
        };
        for wish in &self.slurm {
            let number = |value: &str| {
                value.parse().map_err(|_| {
                    Trouble::usage(format!("--slurm {wish}: {value:?} is no whole number"))
                })
            };
            match wish.split_once('=') {
                Some(("partition", value)) => value.clone_into(&mut wishes.partition),
                Some(("account", value)) => value.clone_into(&mut wishes.account),
                Some(("time", value)) => wishes.minutes = number(value)?,
                Some(("mem", value)) => wishes.memory_mib = number(value)?,
                Some(("extra", value)) => wishes.extra.push(value.to_owned()),
                _ => {
                    return Err(Trouble::usage(format!("--slurm {wish} is not known"))
                        .hint("there are: partition, account, time, mem, extra"));
                }
            }
        }
        Ok(wishes)
    }
}
