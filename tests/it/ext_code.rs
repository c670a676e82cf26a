//! The programs that the pages of the lesson `ext` include: each compiles without a warning, runs,
//! and does what the text says of it, as far as that does not depend on version and machine.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod tools;

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// Programs that are compiled or run by a test.
const TRIED: &[&str] = &[
    "accesslog.c",
    "broken.py",
    "build.py",
    "bytesum.pyx",
    "callbacks.py",
    "calls.py",
    "cffi_build.py",
    "cffi_use.py",
    "cycle.py",
    "fnv.c",
    "formats.c",
    "mistakes.c",
    "nomemory.py",
    "objects.py",
    "parent.c",
    "pool.py",
    "prototypes.py",
    "refusals.py",
    "running.py",
    "rust",
    "smallest.c",
    "stream.py",
    "strings.py",
    "tally.c",
    "total.c",
    "variadic.py",
    "views.py",
    "with_nanobind.cpp",
    "with_pybind11.cpp",
    "worker.py",
];

fn code() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons/ext/code")
}

/// The interpreter of the virtual environment that scripts/setup makes, or else the one on PATH.
fn interpreter() -> PathBuf {
    let home = env::var_os("HOME").unwrap_or_default();
    let python = Path::new(&home).join(".local/share/syslab/venv/bin/python");
    match python.exists() {
        true => python,
        false => PathBuf::from("python3"),
    }
}

/// A directory for modules, where the interpreter finds them.
struct Python {
    modules: TempDir,
}

impl Python {
    /// `None`, and a word about it, if there is no Python, or none for which modules can be built.
    fn new() -> Option<Self> {
        let modules = tempfile::tempdir().unwrap();
        let python = Self { modules };
        let ask = "import os, sys, sysconfig; print(sys.version_info >= (3, 10) and \
                   os.path.exists(sysconfig.get_path('include') + '/Python.h'))";
        let answer = python.command(&["-c", ask]).output();
        match answer {
            Ok(output) if output.stdout.starts_with(b"True") => Some(python),
            _ => {
                println!("skipped: no headers for Python 3.10 or later; see scripts/setup");
                None
            }
        }
    }

    /// With these modules built; a warning is a failure.
    fn with(modules: &[&str]) -> Option<Self> {
        let python = Self::new()?;
        for name in modules {
            let source = format!("{name}.c");
            python.said(&["build.py", &source, python.place(), "-Werror"]);
        }
        Some(python)
    }

    fn place(&self) -> &str {
        self.modules.path().to_str().unwrap()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(interpreter());
        command
            .args(args)
            .env("PYTHONPATH", self.modules.path())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("PYTHONIOENCODING", "utf-8")
            .env_remove("PYTHONMALLOC")
            .current_dir(code());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// What a program prints that must end well.
    fn said(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

fn page(name: &str) -> String {
    fs::read_to_string(code().parent().unwrap().join(name)).unwrap()
}

#[test]
fn no_program_of_the_pages_is_forgotten() {
    let there: BTreeSet<String> = fs::read_dir(code())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with("__"))
        .collect();
    let known: BTreeSet<String> = TRIED.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(there, known);
}

#[test]
fn the_page_shows_what_the_program_says() {
    let Some(python) = Python::with(&["formats", "parent", "total"]) else {
        return;
    };
    for (name, page_name) in [
        ("callbacks.py", "libraries.md"),
        ("cycle.py", "references.md"),
        ("objects.py", "cost.md"),
        ("views.py", "buffers.md"),
    ] {
        let shown = format!("$ python3 {name}\n{}```", python.said(&[name]));
        assert!(page(page_name).contains(&shown), "{page_name}: {shown}");
    }
    // In two pieces.
    let arguments = page("arguments.md");
    for line in python.said(&["refusals.py"]).lines() {
        assert!(arguments.contains(line), "{line}");
    }
}

#[test]
fn a_forgotten_reference_is_a_block_a_line() {
    let Some(python) = Python::with(&["accesslog"]) else {
        return;
    };
    for (args, blocks) in [
        (&["worker.py", "parse", "20000"][..], "1.0"),
        // These integers exist once, and are there anyway.
        (&["worker.py", "parse", "20000", "200"], "0.0"),
        (&["worker.py", "parse_right", "20000"], "0.0"),
    ] {
        let said = python.said(args);
        let line = format!("blocks a line: {blocks}");
        assert_eq!(said.lines().nth(1), Some(line.as_str()), "{args:?}: {said}");
    }
}

#[test]
fn memory_that_is_refused_is_told_or_is_a_crash() {
    let Some(python) = Python::with(&["accesslog"]) else {
        return;
    };
    if !python.run(&["-c", "import _testcapi"]).status.success() {
        println!("skipped: Python's own tests are not installed (_testcapi)");
        return;
    }
    let said = python.said(&["nomemory.py", "parse_right"]);
    let record = "times MemoryError, then {'method': 'GET', 'path': '/index.html', 'size': 5120}\n";
    assert!(said.ends_with(record), "{said}");
    let output = python.run(&["nomemory.py", "parse"]);
    assert!(output.status.signal().is_some(), "{output:?}");
}

#[test]
fn every_way_to_hash_gives_the_same() {
    let Some(python) = Python::with(&["fnv"]) else {
        return;
    };
    let said = python.said(&[
        "-c",
        "import fnv
for data in (b'', b'a', bytes(range(256)) * 40000):
    assert fnv.held(data) == fnv.released(data) == fnv.pieces(data)
print(hex(fnv.held(b'a')))",
    ]);
    // A test vector of the function's authors, http://www.isthe.com/chongo/tech/comp/fnv/.
    assert_eq!(said, "0xaf63dc4c8601ec8c\n");
    let interpreter = interpreter();
    let pool = [
        interpreter.to_str().unwrap(),
        "pool.py",
        "released",
        "2",
        "1",
    ];
    let args: Vec<&str> = ["running.py"].into_iter().chain(pool).collect();
    let said = python.said(&args);
    assert!(said.starts_with("2 threads: "), "{said}");
    assert!(said.contains("\nthreads running at a time: "), "{said}");
}

#[test]
fn a_rule_that_is_broken_shows_somewhere() {
    let Some(python) = Python::with(&["mistakes"]) else {
        return;
    };
    let said = python.said(&["broken.py"]);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], "references: -10");
    // Where the second one is raised depends on the version.
    assert_eq!(
        lines[2..],
        [
            "SystemError: <built-in function both> returned a result with an exception set",
            "SystemError: <built-in function neither> returned NULL without setting an exception"
        ]
    );
    let output = python.run(&["-X", "dev", "-c", "import mistakes; mistakes.meanwhile(1)"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.signal(), Some(libc::SIGABRT), "{said}");
    let message = "Python memory allocator called without holding the GIL";
    assert!(said.contains(message), "{said}");
    assert!(page("gil.md").contains(message));
}

#[test]
fn words_and_bits_are_counted_as_python_does() {
    let Some(python) = Python::with(&["smallest", "tally"]) else {
        return;
    };
    python.said(&[
        "-c",
        "import collections, gc, random, sys
from smallest import bits
from tally import tally
dice = random.Random(7)
for _ in range(200):
    number = dice.getrandbits(dice.randint(1, 64))
    assert bits(number) == bin(number).count('1')
    words = [dice.choice(['', 'a', 'b', 'ä\\0']) for _ in range(dice.randint(0, 50))]
    assert tally(iter(words)) == collections.Counter(words)
def broken():
    yield 'a'
    raise KeyError(7)
def refused(function, argument, error):
    try:
        function(argument)
    except error:
        return
    assert False, argument
for _ in range(3):
    refused(tally, broken(), KeyError)
    refused(tally, ['a', b'a'], TypeError)
    refused(tally, 7, TypeError)
    refused(bits, -1, OverflowError)
    refused(bits, 2**64, OverflowError)
    refused(bits, 1.5, TypeError)
word = 'spam and eggs'
before = sys.getrefcount(word)
tally([word] * 10)
assert sys.getrefcount(word) == before",
    ]);
}

#[test]
fn the_c_library_is_called_as_the_page_says() {
    let Some(python) = Python::new() else {
        return;
    };
    // What is printed of the last line depends on the version.
    let said = python.said(&["prototypes.py"]);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(
        lines[1..4],
        ["the low 32 bits of it: True", "right: True", "7 7"]
    );
    assert!(lines[4].starts_with("ArgumentError: "), "{said}");
    assert_eq!(python.said(&["strings.py"]), "b'spam'\nbytes\n");
    assert_eq!(
        python.said(&["variadic.py"]),
        "23 b'spam 1099511627776 0.50'\n"
    );
    assert_eq!(
        python
            .said(&["stream.py", "variadic.py"])
            .lines()
            .skip(1)
            .collect::<Vec<_>>(),
        [
            "ValueError: the stream is closed",
            "FileNotFoundError: [Errno 2] No such file or directory: '/nowhere'",
            "ValueError: a path has no null byte",
            "IsADirectoryError: [Errno 21] Is a directory: '/'",
        ]
    );
}

#[test]
fn calls_are_measured() {
    let Some(python) = Python::with(&["smallest"]) else {
        return;
    };
    let said = python.said(&["calls.py", "100"]);
    assert!(
        said.contains("by ctypes") && said.contains("smallest.bits(7)"),
        "{said}"
    );
}
