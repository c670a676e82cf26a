//! The programs that the pages of the lesson `cpython` include: each runs under whatever python3 is
//! installed, and does what the text says of it, as far as that does not depend on the version.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Programs that are run by a test here.
const RUN: &[&str] = &[
    "big.py",
    "binding.py",
    "cached.py",
    "chain.py",
    "closures.py",
    "cost.py",
    "counts.py",
    "cycles.py",
    "depth.py",
    "finalized.py",
    "frames.py",
    "handlers.py",
    "located.py",
    "objects.py",
    "order.py",
    "presses.py",
    "raising.py",
    "recursion.py",
    "scopes.py",
    "warm.py",
];

fn code() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons/cpython/code")
}

/// What python3 says on standard output, and how it ended; "skipped" if it is not installed.
fn run(args: &[&str]) -> Option<(String, Output)> {
    let ran = Command::new("python3")
        .env_remove("PYTHONPATH")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        // Characters beyond ASCII are printed, whatever the locale.
        .env("PYTHONIOENCODING", "utf-8")
        .args(args)
        .current_dir(code())
        .output();
    match ran {
        Ok(output) => Some((String::from_utf8_lossy(&output.stdout).into_owned(), output)),
        Err(error) => {
            println!("skipped: python3 is not installed; see scripts/setup ({error})");
            None
        }
    }
}

/// What a program says that must end well.
fn said(args: &[&str]) -> Option<String> {
    let (said, output) = run(args)?;
    assert!(output.status.success(), "{args:?}: {output:?}");
    Some(said)
}

/// Whether the version is at least 3.`minor`.
fn is_at_least(minor: u32) -> bool {
    let ask = "import sys; print(sys.version_info[1])";
    said(&["-c", ask]).is_some_and(|said| said.trim().parse::<u32>().unwrap() >= minor)
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
    let known: BTreeSet<String> = RUN.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(there, known);
}

#[test]
fn the_page_shows_what_the_program_says() {
    for (name, page_name) in [
        ("big.py", "objects.md"),
        ("counts.py", "counts.md"),
        ("finalized.py", "counts.md"),
        ("frames.py", "evaluation.md"),
        ("order.py", "counts.md"),
        ("raising.py", "evaluation.md"),
        ("scopes.py", "scopes.md"),
    ] {
        let Some(said) = said(&[name]) else {
            return;
        };
        let shown = format!("$ python3 {name}\n{said}```");
        assert!(page(page_name).contains(&shown), "{page_name}: {shown}");
    }
}

#[test]
fn both_loops_count_alike() {
    for way in ["function", "module"] {
        let Some(said) = said(&["presses.py", "5000", way]) else {
            return;
        };
        assert!(said.starts_with("5 presses, "), "{said}");
    }
}

#[test]
fn names_outside_of_functions_are_looked_up_by_name() {
    let Some(said) = said(&["-m", "dis", "presses.py"]) else {
        return;
    };
    let (module, function) = said.split_once("Disassembly of").unwrap();
    assert!(module.contains("STORE_NAME"), "{said}");
    assert!(function.contains("STORE_FAST") && !function.contains("STORE_NAME"));
}

#[test]
fn cells_are_read_when_they_are_used() {
    let Some(said) = said(&["closures.py"]) else {
        return;
    };
    assert_eq!(
        said,
        "11 12 21\n12 21\n[2, 2, 2] [0, 1, 2]\nUnboundLocalError\n"
    );
}

#[test]
fn an_expression_leaves_one_value() {
    let Some(said) = said(&["depth.py", "a * (b + 2)"]) else {
        return;
    };
    let depths: Vec<&str> = said
        .lines()
        .filter_map(|line| line.split_whitespace().last())
        .collect();
    // The instructions before, such as RESUME, leave it as it is.
    assert!(depths.ends_with(&["1", "2", "3", "2", "1", "0"]), "{said}");
}

#[test]
fn a_finally_runs_and_may_swallow() {
    let Some(said) = said(&["-W", "ignore", "handlers.py"]) else {
        return;
    };
    assert!(said.starts_with("7 [] None found\n"), "{said}");
}

#[test]
fn arguments_find_their_parameters() {
    let Some(said) = said(&["binding.py"]) else {
        return;
    };
    assert!(said.starts_with("(1, 2, (), 3, {}) (1, 5, (6, 7), 8, {'d': 9})\n"));
    assert!(said.ends_with("[1, 2] [1, 2]\n"), "{said}");
    // The wording of the errors is the version's.
    assert_eq!(said.lines().count(), 6, "{said}");
}

#[test]
fn recursion_has_a_limit() {
    if let Some(said) = said(&["recursion.py"]) {
        assert_eq!(said, "True\n");
    }
}

#[test]
fn instructions_adapt_to_what_they_see() {
    let Some(said) = said(&["warm.py"]) else {
        return;
    };
    let names: Vec<&str> = said
        .lines()
        .filter_map(|line| line.split(' ').nth(1))
        .collect();
    match is_at_least(11) {
        true => assert_eq!(
            names[1..],
            [
                "BINARY_OP_ADD_INT",
                "BINARY_OP_ADD_FLOAT",
                "BINARY_OP_ADD_UNICODE"
            ]
        ),
        false => assert_eq!(names, ["BINARY_ADD"; 4]),
    }
}

#[test]
fn small_integers_exist_once_and_none_is_immortal_since_12() {
    let Some(said) = said(&["objects.py"]) else {
        return;
    };
    for line in ["-5 True", "256 True", "False True", "257 False"] {
        assert!(said.lines().any(|one| one == line), "{line}: {said}");
    }
    let immortal = match is_at_least(12) {
        true => "None True",
        false => "None False",
    };
    assert!(said.contains(immortal), "{said}");
}

#[test]
fn a_long_chain_is_freed_at_once() {
    if let Some(said) = said(&["chain.py", "1000000"]) {
        assert_eq!(said, "alive\ndead\n");
    }
}

#[test]
fn the_collector_takes_what_hangs_on_a_cycle() {
    let Some(said) = said(&["cycles.py"]) else {
        return;
    };
    let mut lines: Vec<&str> = said.lines().collect();
    // In which order a collection frees is nobody's promise.
    lines[1..4].sort_unstable();
    assert_eq!(
        lines,
        [
            "deleted a, b and c",
            "freed a",
            "freed b",
            "freed c",
            "deleted d",
            "freed d",
            "collected",
            "freed e"
        ]
    );
}

#[test]
fn modules_are_located_without_an_import() {
    let Some(said) = said(&["located.py", "sys", "json", "nosuch"]) else {
        return;
    };
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], "sys built-in None");
    assert!(lines[1].contains("json/__init__.py "), "{said}");
    assert_eq!(lines[2], "nosuch is nowhere");
}

#[test]
fn a_file_of_bytecode_has_the_time_and_the_size_of_its_source() {
    if let Some(said) = said(&["cached.py", "order.py"]) {
        assert_eq!(said, "True 0\nTrue True\n");
    }
}

#[test]
fn costs_are_measured() {
    let Some(said) = said(&["cost.py", "100"]) else {
        return;
    };
    let page = page("cost.md");
    for line in said.lines() {
        // The figures are the machine's.
        let (_, statement) = line.trim_start().split_once("  ").unwrap();
        assert!(page.contains(&format!("`{statement}`")), "{line}");
    }
}
