//! Where a demo's host programs run: built like a submission of the labs about host programs, and
//! started against the simulator by the device process.

use std::ffi::OsStr;
use std::io::Write;

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::gpu::host::facts::Call;
use crate::gpu::host::{self, Fact};
use crate::lessons::columns::prose;
use crate::lessons::ext::demos::workshop::Workshop;
use crate::lessons::gpu::host::BATTERY;
use crate::model::curriculum::DemoOptions;
use crate::stimulus::actor;
use crate::ui::visible;

/// How a lab's programs are built; see `battery/forms.py`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// `main.cu` becomes a program.
    Program,
    /// `bridge.cu` becomes a library, for Python's `bridge.py`.
    Library,
}

/// A program that was built.
pub(super) struct Program {
    workshop: Workshop,
    start: Vec<String>,
}

/// What `battery/build.py` says.
#[derive(Debug, Deserialize)]
struct Document {
    #[serde(default)]
    start: Vec<String>,
    failed: Option<Broken>,
    missing: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Broken {
    output: String,
}

/// What the device process wrote down of one run.
pub(super) struct Seen {
    facts: Vec<Fact>,
}

impl Program {
    /// Builds one from files by name; says why nothing can be shown where something is missing.
    ///
    /// # Errors
    /// If it cannot be built, or the user has interrupted the demo.
    pub(super) fn build(
        out: &mut dyn Write,
        form: Form,
        files: &[(&str, &str)],
        options: &DemoOptions,
    ) -> anyhow::Result<Option<Self>> {
        let Some(workshop) = Workshop::open(out, options)? else {
            return Ok(None);
        };
        for (name, text) in BATTERY.files() {
            workshop.put(&format!("battery/{name}"), text)?;
        }
        for (name, text) in files {
            workshop.put(&format!("program/{name}"), text)?;
        }
        let form = match form {
            Form::Program => "raii",
            Form::Library => "bridge",
        };
        let python = workshop.python.executable.clone();
        let words = ["battery/build.py", "program", "built", "--module", form];
        let argv = [python.as_os_str()].into_iter();
        let argv: Vec<&OsStr> = argv.chain(words.iter().map(OsStr::new)).collect();
        let ended = workshop.run(&argv, options)?;
        let document: Document =
            serde_json::from_str(&ended.out).context("what builds the program says nothing")?;
        if let Some(missing) = document.missing {
            let text = format!("Not shown here: {} is missing.", visible(&missing));
            out.write_all(prose(&text).as_bytes())?;
            return Ok(None);
        }
        if let Some(failed) = document.failed {
            bail!("the program does not build: {}", visible(&failed.output));
        }
        let start = document.start;
        Ok(Some(Self { workshop, start }))
    }

    /// Where it was built.
    pub(super) fn workshop(&self) -> &Workshop {
        &self.workshop
    }

    /// Puts a file beside it, and says where it is.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn put(&self, name: &str, text: &str) -> anyhow::Result<String> {
        self.workshop.put(name, text)?;
        Ok(self
            .workshop
            .path()
            .join(name)
            .to_string_lossy()
            .into_owned())
    }

    /// The interpreter of the workshop.
    pub(super) fn python(&self) -> String {
        self.workshop
            .python
            .executable
            .to_string_lossy()
            .into_owned()
    }

    /// The first word of what was built: a program's path, or the directory of a library's module.
    pub(super) fn place(&self) -> &str {
        self.start.first().map_or("", String::as_str)
    }

    /// Starts it with these arguments. What is asynchronous happens at the last moment that CUDA
    /// allows.
    ///
    /// # Errors
    /// If it does not end by itself, or the user has interrupted the demo.
    pub(super) fn start(&self, args: &[&str], options: &DemoOptions) -> anyhow::Result<Seen> {
        self.start_as(&[&[self.place()], args].concat(), options)
    }

    /// The same with another program, which loads the library that was built.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub(super) fn start_as(&self, program: &[&str], options: &DemoOptions) -> anyhow::Result<Seen> {
        let library = self.workshop.path().join("built/cuda");
        let library = format!("LD_LIBRARY_PATH={}", library.display());
        let device = ["/proc/self/exe", actor::COMMAND, host::VERB];
        let late = ["--late", "last", "--", "env", &library];
        let words = device.iter().chain(&late).chain(program);
        let argv: Vec<&OsStr> = words.map(OsStr::new).collect();
        let ended = self.workshop.run(&argv, options)?;
        if !ended.status.success() {
            bail!("the device has failed: {}", visible(&ended.err));
        }
        let facts = ended.out.lines().map(serde_json::from_str);
        let facts = facts.collect::<Result<_, _>>();
        Ok(Seen {
            facts: facts.context("the device says something else")?,
        })
    }
}

impl Seen {
    /// All, in order.
    pub(super) fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// The program's calls.
    pub(super) fn calls(&self) -> impl Iterator<Item = &Call> {
        self.facts.iter().filter_map(|fact| match fact {
            Fact::Call(call) => Some(call),
            _ => None,
        })
    }

    /// What the program wrote to its standard output.
    ///
    /// # Errors
    /// If it did not end with success.
    pub(super) fn said(&self) -> anyhow::Result<&str> {
        let end = self.facts.iter().find_map(|fact| match fact {
            Fact::End(end) => Some(end),
            _ => None,
        });
        match end {
            Some(end) if end.status == Some(0) => Ok(&end.stdout),
            Some(end) => bail!("the program has failed: {}", visible(&end.stderr)),
            None => bail!("the program has no end"),
        }
    }
}
