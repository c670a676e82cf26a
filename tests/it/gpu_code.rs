//! The programs that the pages of the lesson `gpu` include: each kernel compiles without a warning,
//! each program runs, and what the pages show of it is what it says.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use syslab::gpu::PTX_OPTIONS;
use syslab::probes::clang;

/// Programs that are run by a test, and what they need.
const TRIED: &[&str] = &[
    "bridge.py",
    "buffer.cpp",
    "contract.py",
    "device.py",
    "either.py",
    "launch.py",
    "occupancy.py",
    "order.py",
    "runtime.h",
    "sectors.py",
    "simulated.py",
];

/// What the library of `bridge.cu` does, on the processor.
const LIBRARY: &str = "
int shift(float *x, float by, int n)
{
    if (by > 1000)
        return 700;
    for (int i = 0; i < n; i++)
        x[i] += by;
    return 0;
}
const char *text_of(int error)
{
    return error == 700 ? \"an illegal memory access was encountered\" : \"no error\";
}
";

fn code() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons/gpu/code")
}

fn page(name: &str) -> String {
    fs::read_to_string(code().with_file_name(name)).unwrap()
}

/// The files of the directory with this ending.
fn named(ending: &str) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(code())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with("__") && name.ends_with(ending))
        .collect();
    names.sort();
    names
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

/// How a command ended and what it said; `None`, and a word about it, if it is not installed.
fn run(command: &mut Command) -> Option<Output> {
    match command.output() {
        Ok(output) => Some(output),
        Err(error) => {
            println!(
                "skipped: {} is not installed; see scripts/setup ({error})",
                command.get_program().display()
            );
            None
        }
    }
}

fn python(args: &[&str]) -> Option<Output> {
    run(Command::new(interpreter())
        .args(args)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONIOENCODING", "utf-8")
        .current_dir(code()))
}

/// What a program says that must end well.
fn said(args: &[&str]) -> Option<String> {
    let output = python(args)?;
    assert!(output.status.success(), "{args:?}: {output:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Whether this Python has the package; a word about it if not.
fn has(package: &str) -> bool {
    let is_there =
        python(&["-c", &format!("import {package}")]).is_some_and(|output| output.status.success());
    if !is_there {
        println!("skipped: {package} is not installed; see scripts/setup");
    }
    is_there
}

#[test]
fn no_program_of_the_pages_is_forgotten() {
    let known: BTreeSet<String> = TRIED
        .iter()
        .map(|name| (*name).to_owned())
        .chain(named(".cu"))
        .collect();
    assert_eq!(named("").into_iter().collect::<BTreeSet<_>>(), known);
}

#[test]
fn every_program_is_in_a_page() {
    let pages: String = fs::read_dir(code().parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    for name in named("") {
        assert!(
            name == "runtime.h" || pages.contains(&format!("include code/{name}:")),
            "no page includes {name}"
        );
    }
}

#[test]
fn kernels_compile_with_clang_alone() {
    let Some(clang) = clang::find() else {
        println!("skipped: clang is not installed; see scripts/setup");
        return;
    };
    let prelude = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/gpu/prelude/syslab_cuda.h");
    for name in named(".cu") {
        for level in ["-O0", "-O2"] {
            let Some(output) = run(Command::new(&clang.program)
                .args(clang.arguments)
                .args(PTX_OPTIONS)
                .args([level, "-Wall", "-Wextra", "-Werror", "-include"])
                .arg(&prelude)
                .args(["-o", "/dev/null"])
                .arg(&name)
                .current_dir(code()))
            else {
                return;
            };
            let complaints = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{name} {level}: {complaints}");
        }
    }
}

#[test]
fn the_host_program_compiles() {
    let compiled = run(Command::new("g++")
        .args(["-std=c++17", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"])
        .arg(code().join("buffer.cpp")));
    if let Some(output) = compiled {
        let complaints = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{complaints}");
    }
}

#[test]
fn the_incident_is_what_the_page_says() {
    let page = page("README.md");
    for args in [
        ["launch.py", "calibrate", "down", "1000003"],
        ["launch.py", "calibrate", "up", "1000003"],
        ["launch.py", "calibrate_guarded", "up", "1000003"],
        ["launch.py", "calibrate", "down", "1048576"],
    ] {
        let Some(said) = said(&args) else {
            return;
        };
        let shown = format!("$ python3 {}\n{said}", args.join(" "));
        assert!(page.contains(&shown), "the page does not show {shown}");
    }
}

#[test]
fn what_is_counted_is_what_the_pages_say() {
    for (page, args) in [
        ("memory.md", vec!["sectors.py"]),
        ("numbers.md", vec!["order.py"]),
        ("numbers.md", vec!["contract.py"]),
        ("speed.md", vec!["occupancy.py", "256", "64", "0"]),
        ("speed.md", vec!["occupancy.py", "256", "32", "32768"]),
        ("speed.md", vec!["occupancy.py", "32", "32", "0"]),
    ] {
        let Some(said) = said(&args) else {
            return;
        };
        let shown = format!("$ python3 {}\n{said}", args.join(" "));
        assert!(
            self::page(page).contains(&shown),
            "{page} does not show {shown}"
        );
    }
}

#[test]
fn a_machine_without_a_device_is_told_of() {
    let Some(output) = python(&["device.py"]) else {
        return;
    };
    let complaint = String::from_utf8_lossy(&output.stderr);
    match output.status.code() {
        Some(0) => assert!(!output.stdout.is_empty()),
        Some(3) => assert!(complaint.starts_with("no device: "), "{complaint}"),
        other => panic!("{other:?} {complaint}"),
    }
}

/// Neither points that it takes a device to get are lost, nor is it left open what there is instead.
#[test]
fn a_kernel_that_wants_a_library_is_told_what_there_is() {
    if clang::find().is_none() {
        println!("skipped: clang is not installed; see scripts/setup");
        return;
    }
    let here = tempfile::tempdir().unwrap();
    let kernel = here.path().join("kernel.cu");
    fs::write(kernel, "#include <cub/cub.cuh>\n").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_syslab"))
        .args(["gpu", "check", "reduce", "--format", "json"])
        .arg(here.path())
        .output()
        .unwrap();
    let card: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let first = &card["checks"][0];
    let why = first["why"].as_str().unwrap();
    assert!(why.contains("kernel.cu:1:10: fatal error"), "{why}");
    let hint = first["hint"].as_str().unwrap();
    assert!(hint.contains("cooperative_groups.h"), "{hint}");
    let has_device = card["machine"]["capabilities"]
        .as_array()
        .unwrap()
        .contains(&"device".into());
    let most = if has_device { 110 } else { 100 };
    assert_eq!(card["max_score"], most);
}

#[test]
fn a_bridge_refuses_what_it_cannot_use() {
    if !has("numpy") {
        return;
    }
    let here = tempfile::tempdir().unwrap();
    let source = here.path().join("shift.c");
    let library = here.path().join("libshift.so");
    fs::write(&source, LIBRARY).unwrap();
    let Some(built) = run(Command::new("gcc")
        .args(["-shared", "-fPIC", "-o"])
        .arg(&library)
        .arg(&source))
    else {
        return;
    };
    assert!(built.status.success(), "{built:?}");
    let library = library.to_str().unwrap();
    let lines = said(&["bridge.py", library]).unwrap();
    assert!(page("python.md").contains(&lines), "{lines}");
    let failed = said(&[
        "-c",
        &format!(
            "import bridge, numpy
library = bridge.load({library:?})
x = numpy.ones(3, dtype=numpy.float32)
try:
    bridge.shift(library, x, 2000)
except RuntimeError as error:
    print(error, x)
x.flags.writeable = False
try:
    bridge.shift(library, x, 1)
except ValueError as error:
    print(error, x)"
        ),
    ])
    .unwrap();
    assert_eq!(
        failed,
        "shift: an illegal memory access was encountered [1. 1. 1.]\n\
         the array is read-only [1. 1. 1.]\n"
    );
}

#[test]
fn the_same_lines_serve_for_the_processor_and_for_a_device() {
    if !has("numpy") {
        return;
    }
    let said = said(&["either.py"]).unwrap();
    assert!(said.ends_with(" 1006009.0\n"), "{said}");
}

#[test]
fn a_kernel_in_python_runs_on_its_simulator() {
    if !has("numba") {
        return;
    }
    let output = run(Command::new(interpreter())
        .args(["simulated.py", "1003"])
        .env("NUMBA_ENABLE_CUDASIM", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(code()))
    .unwrap();
    assert_eq!(output.stdout, b"right\n", "{output:?}");
}
