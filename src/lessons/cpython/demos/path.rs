//! Which python is run, where it finds its library, what makes an environment virtual, and what
//! `import` asks of the kernel: four traces.
//!
//! See execvp(3); PEP 405; "The import system" in Python's language reference.

mod import;
mod landmarks;
mod traced;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use serde::Deserialize;

use self::import::import;
use self::landmarks::{is_read_before, landmarks, started};
use self::traced::{Asked, Traced, asked, crowd, rows, trace};
use super::python::{self, Python};
use super::section::{opening, section};
use crate::lessons::columns::{brief, prose};
use crate::model::curriculum::{Demo, DemoOptions};
use crate::sys::temporary;
use crate::ui::visible;

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "path",
    title: "which python is run, virtual environments, and what import asks of the kernel",
    run,
};

/// The oldest version on which this was tried.
const LEAST: (u32, u32) = (3, 9);

/// Calls that name a file; reading a directory; making one, and renaming.
const FILES: &str = "%file,getdents64";

/// Characters of a prefix for which there is a word.
const LONG: usize = 16;

/// Lines of one trace that are shown at most.
const MOST: usize = 24;

/// What the interpreter says of itself.
const PREFIXES: &str = "\
import json, sys
print(json.dumps({'base': getattr(sys, '_base_executable', sys.executable),
                  'prefix': sys.prefix, 'base_prefix': sys.base_prefix}))
";

/// What an interpreter takes for its own place.
#[derive(Debug, Deserialize)]
struct Prefixes {
    /// The interpreter that a virtual environment leads to; itself, if it is in none.
    base: PathBuf,
    prefix: String,
    base_prefix: String,
}

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let story = "`python3` is a word. Four traces show who looks for it, where the interpreter finds \
                 its library, what makes an environment virtual, and what an import asks of the \
                 kernel.";
    opening(out, "Which python, and import", story, options)?;
    let Some(python) = Python::find(out, LEAST, options)? else {
        return Ok(());
    };
    let kept = temporary::directory().context("cannot make a temporary directory")?;
    let here = fs::canonicalize(kept.path())?;
    match search(&here, options)? {
        Ok(traced) => searched(out, &traced, &python, options)?,
        Err(why) => {
            let text = format!("Not shown here: this machine lets us trace nothing ({why}).");
            out.write_all(prose(&text).as_bytes())?;
            return Ok(());
        }
    }
    let own: Prefixes = python.ask(PREFIXES, &[], options)?;
    let stage = Stage::new(&python, &here, &own);
    stage.explain(out)?;
    library(out, &stage, options)?;
    environment(out, &stage, &own, options)?;
    import(out, &stage, options)?;
    let read_on = "The same with strace: `strace -e trace=%file python3 -c 'import json'`. Read on: \
                   `syslab cpython read starting`; `syslab cpython trace imported` asks you about \
                   such a trace.";
    out.write_all(prose(read_on).as_bytes())?;
    Ok(())
}

/// Where the traces are made, and how their paths are shown.
struct Stage<'a> {
    python: &'a Python,
    here: &'a Path,
    /// Places, and the words for them.
    places: Vec<(String, &'static str)>,
}

impl<'a> Stage<'a> {
    fn new(python: &'a Python, here: &'a Path, own: &Prefixes) -> Self {
        let mut places = vec![(here.to_string_lossy().into_owned(), "HERE")];
        if own.base_prefix.len() > LONG {
            places.push((own.base_prefix.clone(), "PREFIX"));
        }
        Self {
            python,
            here,
            places,
        }
    }

    /// Says what the words stand for.
    fn explain(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let mut text = "HERE is a directory that was made for this".to_owned();
        if let Some((place, word)) = self.places.get(1) {
            text.push_str(&format!(", {word} is {}", visible(place)));
        }
        writeln!(out, "{}", prose(&(text + ".")))?;
        Ok(())
    }

    fn places(&self) -> Vec<(&str, &str)> {
        let places = self.places.iter();
        places
            .map(|(place, word)| (place.as_str(), *word))
            .collect()
    }
}

/// Lets env(1) look for python3, as the first line of a script does.
fn search(here: &Path, options: &DemoOptions) -> anyhow::Result<Result<Traced, String>> {
    let argv = ["env", "python3", "-I", "-S", "-c", "pass"].map(OsStr::new);
    trace(&argv, "execve,%process", here, options)
}

fn searched(
    out: &mut dyn Write,
    traced: &Traced,
    python: &Python,
    options: &DemoOptions,
) -> anyhow::Result<()> {
    let asked: Vec<Asked> = asked(&traced.recording)
        .into_iter()
        .filter(|one| one.call == "execve")
        // The first one began env itself.
        .skip(1)
        .collect();
    let tries = asked.iter().take_while(|one| one.has_failed).count() + 1;
    let shown: Vec<&Asked> = asked.iter().take(tries).collect();
    let mut picture = listed(&shown, &[]);
    let found = shown.last().map(|one| PathBuf::from(&one.name));
    let mut meaning =
        "The kernel knows no PATH: env tried one directory after the other".to_owned();
    meaning.push_str(&match tries {
        1 => ", and the first one had it.".to_owned(),
        more => format!(", {more} of them until one had it."),
    });
    if let Some(found) = found.filter(|path| is_script(path)) {
        let (processes, calls) = crowd(&traced.recording);
        picture.push_str(&format!(
            "  ... and {} further calls of execve, by {processes} processes more\n",
            calls.saturating_sub(tries + 1)
        ));
        let best = |argv: &[&OsStr]| best(argv, options);
        let rest = ["-I", "-S", "-c", "pass"].map(OsStr::new);
        let through = best(&[&[found.as_os_str()], &rest[..]].concat())?;
        let direct = best(&[&[python.executable.as_os_str()], &rest[..]].concat())?;
        meaning.push_str(&format!(
            " What it found is a script that only chooses, and others after it, until one of them \
             ran {}. That took {}; to name that file at once takes {}.",
            python::path(&python.executable),
            brief(through),
            brief(direct)
        ));
    }
    section(out, "Who looks for python3", &picture, &meaning, options)
}

/// The least time of three.
fn best(argv: &[&OsStr], options: &DemoOptions) -> anyhow::Result<Duration> {
    let mut least = Duration::MAX;
    let count = if options.quick { 1 } else { 3 };
    for _ in 0..count {
        let start = Instant::now();
        python::run(argv, |_| (), options)?;
        least = least.min(start.elapsed());
    }
    Ok(least)
}

fn library(out: &mut dyn Write, stage: &Stage<'_>, options: &DemoOptions) -> anyhow::Result<()> {
    let argv = [
        stage.python.executable.as_os_str(),
        "-I".as_ref(),
        "-c".as_ref(),
        "pass".as_ref(),
    ];
    let Ok(traced) = trace(&argv, FILES, stage.here, options)? else {
        return Ok(());
    };
    let all = started(&traced);
    let shown = landmarks(&all);
    let failed = all.iter().filter(|one| one.has_failed).count();
    let meaning = format!(
        "Each question once. From the place of the executable it goes up until there is a \
         lib/pythonX.Y/os.py: that directory is sys.prefix. In all, to run `pass` took {} calls that \
         name a file or read a directory, of which {failed} failed.",
        all.len()
    );
    section(
        out,
        "Where it finds its library",
        &listed(&shown, &stage.places()),
        &meaning,
        options,
    )
}

fn environment(
    out: &mut dyn Write,
    stage: &Stage<'_>,
    own: &Prefixes,
    options: &DemoOptions,
) -> anyhow::Result<()> {
    let Stage { python, here, .. } = stage;
    let [major, minor, _] = python.version;
    let packages = here.join(format!("env/lib/python{major}.{minor}/site-packages"));
    fs::create_dir_all(&packages)?;
    fs::create_dir_all(here.join("env/bin"))?;
    let link = here.join("env/bin/python3");
    symlink(&own.base, &link)?;
    let home = own
        .base
        .parent()
        .context("the interpreter has no directory")?;
    let home = home
        .to_str()
        .context("the interpreter's directory has no name")?;
    fs::write(here.join("env/pyvenv.cfg"), format!("home = {home}\n"))?;
    let argv = [
        link.as_os_str(),
        "-I".as_ref(),
        "-c".as_ref(),
        PREFIXES.as_ref(),
    ];
    let Ok(traced) = trace(&argv, FILES, here, options)? else {
        return Ok(());
    };
    let all = started(&traced);
    let shown = landmarks(&all);
    let picture = format!(
        "HERE/env/bin/python3  a link to {}\nHERE/env/pyvenv.cfg   home = {}\n\n{}",
        python::path(&own.base),
        visible(home),
        listed(&shown, &stage.places())
    );
    let new: Prefixes = serde_json::from_str(&traced.out)
        .context("the interpreter in the environment has not spoken")?;
    let order = match is_read_before(&all, "pyvenv.cfg", &link) {
        true => {
            "The file is looked for beside the name by which the interpreter was started, before the \
             link is followed."
        }
        false => {
            "This version follows the link first, and finds its library through it; the file is \
             found later, by the module site, beside the name by which the interpreter was started."
        }
    };
    let meaning = format!(
        "A link and a file of one line, made by hand. {order} sys.prefix is {} now, and with it the \
         packages; sys.base_prefix is {}, and with it the library.",
        visible(&new.prefix.replace(here.to_string_lossy().as_ref(), "HERE")),
        visible(&new.base_prefix)
    );
    section(out, "A virtual environment", &picture, &meaning, options)
}

/// A trace, or the beginning of it.
fn listed(asked: &[&Asked], places: &[(&str, &str)]) -> String {
    let shown = &asked[..asked.len().min(MOST)];
    let mut text = rows(shown, places);
    if asked.len() > MOST {
        text.push_str(&format!("  ... {} more\n", asked.len() - MOST));
    }
    text
}

/// Whether it begins with `#!`.
fn is_script(path: &Path) -> bool {
    let mut magic = [0; 2];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut magic));
    read.is_ok() && magic == *b"#!"
}

#[cfg(test)]
mod tests {
    use super::traced::one;
    use super::*;

    #[test]
    fn a_long_trace_is_cut() {
        let all: Vec<Asked> = (0..MOST + 3).map(|_| one("openat", "/x")).collect();
        let all: Vec<&Asked> = all.iter().collect();
        assert!(listed(&all, &[]).ends_with("... 3 more\n"));
    }
}
