//! The same sum of bytes in the tools that write C; what is not installed is skipped, aloud.

use std::env;
use std::process::Command;

use super::{Python, code, interpreter};

/// Whether the interpreter has a package.
fn has(python: &Python, package: &str) -> bool {
    let import = format!("import {package}");
    let is_there = python.run(&["-c", &import]).status.success();
    if !is_there {
        println!("skipped: {package} is not installed; see scripts/setup");
    }
    is_there
}

#[test]
fn cython_sums() {
    let Some(python) = Python::new() else {
        return;
    };
    if !has(&python, "Cython") {
        return;
    }
    let c = python.modules.path().join("bytesum.c");
    let c = c.to_str().unwrap();
    python.said(&["-m", "cython", "bytesum.pyx", "-o", c]);
    python.said(&["build.py", c, python.place()]);
    let said = python.said(&[
        "-c",
        "from bytesum import byte_sum; print(byte_sum(bytearray([1, 2, 255])), byte_sum(b''))",
    ]);
    assert_eq!(said, "258 0\n");
}

#[test]
fn cffi_reads() {
    let Some(python) = Python::new() else {
        return;
    };
    if !has(&python, "cffi") || !has(&python, "setuptools") {
        return;
    }
    python.said(&["cffi_build.py", python.place()]);
    let said = python.said(&["cffi_use.py", "cffi_use.py"]);
    assert_eq!(
        said,
        "b'\"\"\"Reads '\nFileNotFoundError: [Errno 2] No such file or directory: '/nowhere'\n"
    );
}

/// To compile them takes long; that they are C++ is what can go stale.
#[test]
fn the_cpp_is_well_formed() {
    let Some(python) = Python::new() else {
        return;
    };
    for (package, source, directories) in [
        ("pybind11", "with_pybind11.cpp", "pybind11.get_include()"),
        ("nanobind", "with_nanobind.cpp", "nanobind.include_dir()"),
    ] {
        if !has(&python, package) {
            continue;
        }
        let ask = format!(
            "import {package}, sysconfig; print(sysconfig.get_path('include'), {directories})"
        );
        let said = python.said(&["-c", &ask]);
        let output = Command::new("g++")
            .args(["-std=c++17", "-fsyntax-only", "-Wall", "-Werror"])
            .args(
                said.split_whitespace()
                    .map(|directory| format!("-I{directory}")),
            )
            .arg(code().join(source))
            .output();
        match output {
            Ok(output) => assert!(output.status.success(), "{source}: {output:?}"),
            Err(error) => println!("skipped: g++ is not installed; see scripts/setup ({error})"),
        }
    }
}

#[test]
fn the_rust_compiles() {
    let Some(_python) = Python::new() else {
        return;
    };
    let here = tempfile::tempdir().unwrap();
    let copied = Command::new("cp")
        .arg("-r")
        .arg(code().join("rust"))
        .arg(here.path())
        .status();
    assert!(copied.unwrap().success());
    // What was compiled once is kept.
    let output = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--quiet"])
        .current_dir(here.path().join("rust"))
        .env(
            "CARGO_TARGET_DIR",
            concat!(env!("CARGO_TARGET_TMPDIR"), "/with_pyo3"),
        )
        .env("PYO3_BUILD_EXTENSION_MODULE", "1")
        .env("PYO3_PYTHON", interpreter())
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("--offline") || said.contains("no matching package") {
        println!("skipped: PyO3 has not been fetched; see scripts/setup");
        return;
    }
    assert!(output.status.success(), "{said}");
}
