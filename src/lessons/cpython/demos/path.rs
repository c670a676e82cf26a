//! Which python is run, where it finds its library, what makes an environment virtual, and what
//! `import` asks of the kernel: four traces.
//!
//! See execvp(3); PEP 405; "The import system" in Python's language reference.

mod traced;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use serde::Deserialize;

use self::traced::{Asked, Traced, asked, crowd, rows, trace};
use super::python::{self, Python};
use super::section::{opening, section};
use crate::lessons::columns::{brief, prose};
use crate::model::curriculum::{Demo, DemoOptions};
use crate::model::{Recording, What};
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

/// Which pieces of a path say that the interpreter looks for its own library.
const LANDMARKS: &[&str] = &[
    "pyvenv.cfg",
    "pybuilddir.txt",
    "._pth",
    "/os.py",
    "/os.pyc",
    "/lib-dynload",
    "/site-packages",
    "/dist-packages",
];

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

/// Names that a program asks about before an import and after it, so that a trace shows what lies
/// between.
const MARKS: [&str; 2] = ["/before the import", "/after the import"];

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let story = "`python3` is a word. Four traces show who looks for it, where the interpreter finds \
                 its library, what makes an environment virtual, and what an import asks of the \
                 kernel.";
    opening(out, "Which python, and import", story, options)?;
    let Some(python) = Python::find(out, LEAST, options)? else {
        return Ok(());
    };
    let kept = tempfile::tempdir().context("cannot make a temporary directory")?;
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

fn import(out: &mut dyn Write, stage: &Stage<'_>, options: &DemoOptions) -> anyhow::Result<()> {
    let Stage { python, here, .. } = stage;
    let text = |module: &str| {
        format!(
            "import os\nos.access({:?}, 0)\ntry:\n    import {module}\nexcept ImportError:\n    \
             pass\nos.access({:?}, 0)\n",
            MARKS[0], MARKS[1]
        )
    };
    fs::write(here.join("spam.py"), "x = 1\n")?;
    for (name, module) in [("main.py", "spam"), ("lost.py", "nosuch")] {
        fs::write(here.join(name), text(module))?;
    }
    let scenes = [
        (
            "import spam, for the first time",
            "main.py",
            "The directory is read, once. A name in it fits, so its bytecode is looked for; there is \
             none, so the source is translated, and the result kept: under another name and then \
             renamed, so that nobody reads half of it.",
        ),
        (
            "import spam, in the next process",
            "main.py",
            "Now there is a file of bytecode. What stat says of the source is compared with what is \
             noted in it, and the source is not opened.",
        ),
        (
            "import nosuch",
            "lost.py",
            "Each directory of sys.path is asked whether it has changed, and read if nobody has read \
             it yet; no name in it fits, and no file is asked for.",
        ),
    ];
    for (title, script, meaning) in scenes {
        let script = here.join(script);
        // Without the environment's variables, of which some forbid files of bytecode.
        let argv = [
            python.executable.as_os_str(),
            "-E".as_ref(),
            "-s".as_ref(),
            script.as_os_str(),
        ];
        let Ok(traced) = trace(&argv, FILES, here, options)? else {
            return Ok(());
        };
        let all = asked(&traced.recording);
        let between = between(&all);
        section(
            out,
            title,
            &listed(&between, &stage.places()),
            meaning,
            options,
        )?;
    }
    Ok(())
}

/// The calls after the loader of the executable has done its work.
fn started(traced: &Traced) -> Vec<Asked> {
    let begun = |what: &What| matches!(what, What::Begin(_));
    let events = &traced.recording.events;
    let mut before = Recording::default();
    if let Some(at) = events.iter().rposition(|event| begun(&event.what)) {
        before.events.extend_from_slice(&events[..at]);
    }
    // Nothing is in flight there: the process has one thread, and it is not in a call.
    let mut all = asked(&traced.recording);
    all.split_off(asked(&before).len().min(all.len()))
}

/// The calls between the two marks.
fn between(all: &[Asked]) -> Vec<&Asked> {
    let [before, after] = MARKS.map(|mark| all.iter().position(|one| one.name == mark));
    match (before, after) {
        (Some(before), Some(after)) if before < after => all[before + 1..after].iter().collect(),
        _ => Vec::new(),
    }
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

/// Whether a file with this name is opened before this link is followed.
fn is_read_before(all: &[Asked], file: &str, link: &Path) -> bool {
    let is_read =
        |one: &Asked| one.call.starts_with("open") && one.name.ends_with(file) && !one.has_failed;
    let is_followed =
        |one: &Asked| one.call.starts_with("readlink") && Path::new(&one.name) == link;
    let first = all.iter().find(|one| is_read(one) || is_followed(one));
    first.is_some_and(is_read)
}

/// What is asked about the places that decide, each question once.
fn landmarks(all: &[Asked]) -> Vec<&Asked> {
    let mut shown: Vec<&Asked> = Vec::new();
    for one in all.iter().filter(|one| is_landmark(&one.name)) {
        if !shown.iter().any(|known| known.is_about_the_same(one)) {
            shown.push(one);
        }
    }
    shown
}

fn is_landmark(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or_default();
    // The links by which the executable is reached; not those of the library's files.
    let is_executable =
        last.starts_with("python") && !last.contains("-packages") && name.contains("/bin/");
    is_executable || LANDMARKS.iter().any(|mark| name.ends_with(mark))
}

/// Whether it begins with `#!`.
fn is_script(path: &Path) -> bool {
    let mut magic = [0; 2];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut magic));
    read.is_ok() && magic == *b"#!"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(call: &str, name: &str) -> Asked {
        Asked {
            call: call.to_owned(),
            name: name.to_owned(),
            answer: "0".to_owned(),
            has_failed: false,
        }
    }

    #[test]
    fn an_import_lies_between_its_marks() {
        let all = [
            one("openat", "/lib/x"),
            one("access", MARKS[0]),
            one("openat", "/here/spam.py"),
            one("access", MARKS[1]),
            one("openat", "/lib/y"),
        ];
        let names: Vec<&str> = between(&all).iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["/here/spam.py"]);
        assert!(between(&all[..3]).is_empty());
    }

    #[test]
    fn what_comes_before_the_program_is_left_out() {
        let traced = Traced {
            recording: "
                7 openat(AT_FDCWD, \"/lib/libc.so.6\", O_RDONLY) = 3
                7 begin
                7 openat(AT_FDCWD, \"/usr/bin/pyvenv.cfg\", O_RDONLY) = -1 ENOENT
            "
            .parse()
            .unwrap(),
            out: String::new(),
        };
        let all = started(&traced);
        assert_eq!(all.len(), 1);
        assert!(is_landmark(&all[0].name) && is_landmark("/usr/bin/python3"));
        assert!(!is_landmark("/usr/lib/python3.11/site.py"));
    }

    #[test]
    fn versions_differ_in_what_they_ask_first() {
        let mut all = [
            one("openat", "/env/pyvenv.cfg"),
            one("readlink", "/env/bin/python3"),
        ];
        let is_first =
            |all: &[Asked]| is_read_before(all, "pyvenv.cfg", Path::new("/env/bin/python3"));
        assert!(is_first(&all));
        all.swap(0, 1);
        assert!(!is_first(&all));
    }

    #[test]
    fn a_long_trace_is_cut() {
        let all: Vec<Asked> = (0..MOST + 3).map(|_| one("openat", "/x")).collect();
        let all: Vec<&Asked> = all.iter().collect();
        assert!(listed(&all, &[]).ends_with("... 3 more\n"));
    }
}
