//! How an interpreter was built: what it was told, what it is linked with, what it lacks, where it
//! looks; and how those that are installed here compare.
//!
//! See the documentation of `sysconfig` and "Configure Python"; proc_pid_maps(5).

mod installed;

use std::io::Write;
use std::path::PathBuf;

use serde::Deserialize;

use super::python::{self, Python};
use super::section::{opening, section};
use crate::lessons::columns::{Align, head, narrow, prose};
use crate::lessons::process::demos::stage::shortened;
use crate::model::curriculum::{Demo, DemoOptions};
use crate::ui::visible;

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "build",
    title: "how an interpreter is built: flags, libraries, paths; those that are installed here",
    run,
};

/// The oldest version on which this was tried.
const LEAST: (u32, u32) = (3, 9);

/// Rounds of the loop that is timed, and in the quick version.
const ROUNDS: (&str, &str) = ("300000", "20000");

/// Columns for a path.
const WIDE: usize = 60;

/// Columns for an option.
const OPTION: usize = 34;

/// What options of configure are about, by their beginnings.
const OPTIONS: &[(&str, &str)] = &[
    (
        "--enable-shared",
        "a libpython that several programs can share",
    ),
    (
        "--enable-optimizations",
        "compiled with what a run of its tests has shown",
    ),
    ("--with-lto", "the linker sees all files at once"),
    (
        "--with-computed-gotos",
        "a jump at the end of each instruction",
    ),
    (
        "--with-pydebug",
        "assertions, and a total of all references",
    ),
    ("--with-trace-refs", "a list of all objects"),
    ("--disable-gil", "threads run Python at the same time"),
    (
        "--enable-experimental-jit",
        "hot instructions become machine code",
    ),
    ("--with-dtrace", "probes for tracers"),
    (
        "--with-system",
        "another package's library, no copy of its own",
    ),
    ("--without-ensurepip", "pip does not come with it"),
    ("--enable-loadable-sqlite", "SQLite may load extensions"),
    ("--with-openssl", "which library does TLS"),
    ("--with-ssl-default-suites", "which ciphers are taken"),
];

/// What an interpreter says of itself.
#[derive(Clone, Debug, Deserialize)]
struct Build {
    version: String,
    executable: PathBuf,
    compiler: String,
    date: String,
    /// What configure was told, in the shell's words.
    args: String,
    /// The shared library in which it is.
    library: Option<String>,
    /// Whether sysconfig says that it is in one.
    says_shared: bool,
    optimisation: Option<String>,
    has_profile: bool,
    has_lto: bool,
    has_goto: bool,
    is_debug: bool,
    has_gil: bool,
    /// Modules in C within the executable.
    builtin: u32,
    /// Modules that are within it as bytecode.
    frozen: Option<u32>,
    /// Modules that are not there since somebody else's library was not.
    missing: Vec<String>,
    suffix: Option<String>,
    prefix: String,
    paths: Paths,
    has_header: bool,
    /// A round of a loop.
    ns: f64,
}

#[derive(Clone, Debug, Deserialize)]
struct Paths {
    stdlib: String,
    purelib: String,
    include: String,
}

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let story = "An interpreter remembers how it was made, since extensions must be compiled in the \
                 same way. This is what yours says of itself, what the kernel says of it, and how \
                 it compares with others along your PATH.";
    opening(out, "How an interpreter is built", story, options)?;
    let Some(python) = Python::find(out, LEAST, options)? else {
        return Ok(());
    };
    let rounds = match options.quick {
        true => ROUNDS.1,
        false => ROUNDS.0,
    };
    let helper = include_str!("build.py");
    let own: Build = python.ask(helper, &[rounds], options)?;
    section(out, "Its build", &facts(&own), &linked(&own), options)?;
    let meaning = "What configure was told, without directories. A packager may have taken the steps \
                   of --enable-optimizations and --with-lto by hand, as Debian does: sysconfig does \
                   not tell of it.";
    section(out, "Its options", &told(&own.args), meaning, options)?;
    let meaning = match own.has_header {
        true => "Python.h is there: extensions in C can be built for it.",
        false => {
            "Python.h is not there, so no extension in C can be built for it: packages keep the \
             headers apart (python3-dev, python3-devel)."
        }
    };
    section(out, "Its paths", &paths(&own), meaning, options)?;
    let mut builds = vec![own];
    for path in installed::others(&python.executable) {
        options.go_on()?;
        // One that cannot be run is no interpreter to compare with.
        let Ok(other) = Python::at(&path, options)? else {
            continue;
        };
        if other.is_since(LEAST.0, LEAST.1)
            && let Ok(build) = other.ask(helper, &[rounds], options)
        {
            builds.push(build);
        }
    }
    options.go_on()?;
    let meaning = "PGO and LTO say whether configure was asked for them, \"in C\" how many modules in C \
                   are in the executable. The loop is the same for all: the least of nine times. \
                   Versions differ, and so do two builds of one version.";
    let meaning = match builds.len() {
        1 => "There is no other one along your PATH to compare it with.",
        _ => meaning,
    };
    section(
        out,
        "Those along PATH",
        &compared(&builds),
        meaning,
        options,
    )?;
    let read_on = "Ask it: `python3 -VV`, `python3 -m sysconfig`, `ldd $(command -v python3)`. Read \
                   on: `syslab cpython read building`.";
    out.write_all(prose(read_on).as_bytes())?;
    Ok(())
}

fn facts(build: &Build) -> String {
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    let mut rows = vec![
        ("compiled with", build.compiler.clone()),
        ("on", build.date.clone()),
        (
            "optimisation",
            build.optimisation.clone().unwrap_or_else(|| "?".to_owned()),
        ),
        ("computed gotos", yes(build.has_goto)),
        ("lock (GIL)", yes(build.has_gil)),
        ("debug build", yes(build.is_debug)),
        ("modules in C within", build.builtin.to_string()),
    ];
    if let Some(frozen) = build.frozen {
        rows.push(("modules frozen", frozen.to_string()));
    }
    let missing = match build.missing.is_empty() {
        true => "none of those that need another library".to_owned(),
        false => build.missing.join(", "),
    };
    rows.push(("modules it lacks", missing));
    let library = match &build.library {
        Some(path) => path.clone(),
        None => "in none: the executable holds it".to_owned(),
    };
    rows.push(("shared library", library));
    table(&rows)
}

/// Shared or static, and whether it says so itself.
fn linked(build: &Build) -> String {
    match (&build.library, build.says_shared) {
        (Some(_), _) => {
            "The library is mapped into the running process: the executable is a few kilobytes that \
             call it, and other programs that embed this Python share its pages."
        }
        (None, true) => {
            "sysconfig says that it is shared (Py_ENABLE_SHARED), and no libpython is mapped into \
             the running process: both were built, and this executable is the static one. What \
             sysconfig remembers may be of the other."
        }
        (None, false) => {
            "No libpython is mapped into the running process: the interpreter is in the executable, \
             and calls within it are direct."
        }
    }
    .to_owned()
}

/// The options of configure that are not about directories, one a line.
fn told(args: &str) -> String {
    const PLACES: &[&str] = &["prefix", "dir=", "wheel-pkg-dir", "build=", "host="];
    let options: Vec<&str> = args
        .split('\'')
        .map(str::trim)
        .filter(|word| word.starts_with("--") && !PLACES.iter().any(|place| word.contains(place)))
        .collect();
    if options.is_empty() {
        return "none\n".to_owned();
    }
    let about = |option: &str| {
        let mut known = OPTIONS.iter();
        known.find_map(|(start, about)| option.starts_with(start).then(|| (*about).to_owned()))
    };
    let rows: Vec<Vec<String>> = options
        .iter()
        .map(|option| {
            vec![
                shortened(&visible(option), OPTION),
                about(option).unwrap_or_default(),
            ]
        })
        .collect();
    narrow(&[], &rows)
}

fn paths(build: &Build) -> String {
    table(&[
        ("prefix", build.prefix.clone()),
        ("standard library", build.paths.stdlib.clone()),
        ("packages", build.paths.purelib.clone()),
        ("headers", build.paths.include.clone()),
        (
            "extensions end in",
            build.suffix.clone().unwrap_or_else(|| "?".to_owned()),
        ),
    ])
}

fn table(rows: &[(&str, String)]) -> String {
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|(name, value)| vec![(*name).to_owned(), fitting(value)])
        .collect();
    narrow(&[], &rows)
}

/// What fits beside the longest name.
fn fitting(value: &str) -> String {
    shortened(&visible(value), WIDE - 2)
}

fn compared(builds: &[Build]) -> String {
    let mut rows = vec![head([
        "version",
        "libpython",
        "-O",
        "PGO",
        "LTO",
        "in C",
        "loop, ns",
        "executable",
    ])];
    let asked = |is: bool| if is { "asked" } else { "-" }.to_owned();
    for build in builds {
        let library = match build.library {
            Some(_) => "shared",
            None => "within",
        };
        let level = build.optimisation.as_deref().unwrap_or("?");
        rows.push(vec![
            build.version.clone(),
            library.to_owned(),
            level.trim_start_matches("-O").to_owned(),
            asked(build.has_profile),
            asked(build.has_lto),
            build.builtin.to_string(),
            format!("{:.0}", build.ns),
            end_of(&python::path(&build.executable), 28),
        ]);
    }
    let (left, right) = (Align::Left, Align::Right);
    narrow(&[left, left, right, left, left, right, right], &rows)
}

/// The end of a path, by which it is told from others.
fn end_of(path: &str, width: usize) -> String {
    let chars: Vec<char> = path.chars().collect();
    match chars.len() <= width {
        true => path.to_owned(),
        false => {
            let tail: String = chars[chars.len() - (width - 3)..].iter().collect();
            format!("...{tail}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_shown_without_places() {
        let args = "'--prefix=/usr' '--enable-shared' 'CFLAGS=-g -O2' '--with-lto' '--libdir=/x'";
        assert_eq!(
            told(args),
            "--enable-shared  a libpython that several programs can share\n\
             --with-lto       the linker sees all files at once\n"
        );
        assert_eq!(told("'--prefix=/usr'"), "none\n");
    }

    #[test]
    fn the_end_of_a_path_says_most() {
        assert_eq!(end_of("/usr/bin/python3", 28), "/usr/bin/python3");
        let long = end_of("/home/you/.pyenv/versions/3.13.0/bin/python3", 28);
        assert!(
            long.starts_with("...") && long.ends_with("3.13.0/bin/python3"),
            "{long}"
        );
        assert_eq!(long.chars().count(), 28);
    }
}
