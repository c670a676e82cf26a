//! The command line as a user meets it: help, errors, exit codes, streams.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod examples;

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use clap::Command as Tree;
use insta::assert_snapshot;
use syslab::exit;
use syslab::lessons::LESSONS;

/// The program, in an empty environment but for what it needs.
fn syslab(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_syslab"));
    command
        .current_dir(directory)
        .env_remove("NO_COLOR")
        .env_remove("SYSLAB_LANG")
        .env("PAGER", "cat")
        .env("BROWSER", "true")
        .env("XDG_CACHE_HOME", directory.join("cache"))
        .stdin(Stdio::null());
    command
}

fn run(directory: &Path, args: &[&str]) -> Output {
    syslab(directory).args(args).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn code(output: &Output) -> u8 {
    u8::try_from(output.status.code().expect("no signal ended it")).unwrap()
}

/// Every command that is not hidden, as its words.
fn commands() -> Vec<(Vec<String>, Tree)> {
    let mut tree = syslab::cli::command();
    tree.build();
    let mut found = Vec::new();
    let mut open = vec![(Vec::new(), tree)];
    while let Some((words, command)) = open.pop() {
        for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
            let mut longer = words.clone();
            longer.push(sub.get_name().to_owned());
            open.push((longer, sub.clone()));
        }
        found.push((words, command));
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    found
}

/// The lines `$ syslab ...` of a help text, split as a shell would.
fn examples(help: &str) -> Vec<Vec<String>> {
    help.lines()
        .filter_map(|line| line.trim_start().strip_prefix("$ syslab"))
        .map(|rest| {
            // A shell takes the quotes away.
            let words = rest.split_whitespace().map(|word| word.trim_matches('\''));
            words.map(str::to_owned).collect()
        })
        .collect()
}

#[test]
fn help_does_not_change_unseen() {
    let here = tempfile::tempdir().unwrap();
    let mut reference = String::new();
    for (words, _) in commands() {
        let mut args: Vec<&str> = words.iter().map(String::as_str).collect();
        args.push("--help");
        let output = syslab(here.path())
            .args(&args)
            .env("COLUMNS", "100")
            .output()
            .unwrap();
        assert_eq!(code(&output), exit::DONE);
        let title = format!("syslab {}", args.join(" "));
        reference.push_str(&format!("$ {title}\n{}\n", stdout(&output)));
    }
    assert_snapshot!(reference);
}

#[test]
fn every_command_has_an_example() {
    for (words, command) in commands() {
        if command.has_subcommands() && !words.is_empty() {
            continue;
        }
        let help = command
            .get_after_help()
            .map(ToString::to_string)
            .unwrap_or_default();
        assert!(!examples(&help).is_empty(), "{words:?} has no example");
    }
}

#[test]
fn mistakes_say_what_to_do() {
    let here = tempfile::tempdir().unwrap();
    let lesson = LESSONS[0].slug;
    for (args, said) in [
        (vec!["lits"], "'list'"),
        (vec![lesson, "chekc"], "'check'"),
        (
            vec![lesson, "read", "no-such-heading-anywhere"],
            "has no page or heading",
        ),
        (vec![lesson, "trace", "--answer", "3"], "EXERCISE"),
        (
            vec!["trace", "--inject", "fsync:error=EFOO", "--", "true"],
            "no such errno",
        ),
        (vec!["trace"], "CMD"),
        (vec!["completions", "tcsh"], "bash, zsh, fish"),
        (vec!["author", "verify", "no/such"], "there is no lab"),
        (vec!["check", "no-such-lab"], "there is no lab"),
        (vec!["check", "none.toml"], "cannot read none.toml"),
    ] {
        let output = run(here.path(), &args);
        assert_eq!(code(&output), exit::USAGE, "{args:?}");
        assert!(
            stderr(&output).starts_with("error: "),
            "{}",
            stderr(&output)
        );
        assert!(
            stderr(&output).contains(said),
            "{args:?}: {}",
            stderr(&output)
        );
        assert_eq!(stdout(&output), "", "{args:?}: stdout is for data");
    }
}

#[test]
fn a_lab_can_be_started_once() {
    let Some(lab) = LESSONS[0].labs.first() else {
        return;
    };
    let here = tempfile::tempdir().unwrap();
    let lesson = LESSONS[0].slug;
    for language in ["python", "c", "rust"] {
        let args = [lesson, "start", lab.slug, "--lang", language, language];
        let output = run(here.path(), &args);
        assert_eq!(code(&output), exit::DONE, "{}", stderr(&output));
        assert!(here.path().join(language).join("README.md").is_file());
        let before = fs::read_dir(here.path().join(language)).unwrap().count();
        assert!(before > 1, "a handout and a program");
        let again = run(here.path(), &args);
        assert_eq!(code(&again), exit::USAGE);
        assert!(
            stderr(&again).contains("would overwrite"),
            "{}",
            stderr(&again)
        );
        assert!(stderr(&again).contains("README.md"), "{}", stderr(&again));
        let forced = run(here.path(), &[&args[..], &["--force"]].concat());
        assert_eq!(code(&forced), exit::DONE, "{}", stderr(&forced));
    }
    let progress = fs::read_to_string(here.path().join("syslab.progress")).unwrap();
    let line = format!("{lesson}/{} 0/0 - lang=rust dir=rust", lab.slug);
    assert!(progress.contains(&line), "{progress}");
    let overview = stdout(&run(here.path(), &[]));
    assert!(overview.contains(&format!("… {}", lab.slug)), "{overview}");
    assert!(
        overview.contains(&format!("syslab watch {}", lab.slug)),
        "{overview}"
    );
}

#[test]
fn start_writes_through_no_link() {
    let Some(lab) = LESSONS[0].labs.first() else {
        return;
    };
    let here = tempfile::tempdir().unwrap();
    let victim = here.path().join("victim");
    fs::write(&victim, "precious").unwrap();
    let work = here.path().join("work");
    fs::create_dir(&work).unwrap();
    std::os::unix::fs::symlink(&victim, work.join("README.md")).unwrap();
    let args = [LESSONS[0].slug, "start", lab.slug, "work"];
    assert_eq!(code(&run(here.path(), &args)), exit::USAGE);
    let forced = run(here.path(), &[&args[..], &["--force"]].concat());
    assert_eq!(code(&forced), exit::DONE, "{}", stderr(&forced));
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
}

#[test]
fn an_unknown_check_is_named_before_any_work() {
    let Some(lab) = LESSONS[0].labs.first() else {
        return;
    };
    let here = tempfile::tempdir().unwrap();
    let id = lab.checks[0].id;
    let typo = &id[..id.len() - 1];
    let args = [LESSONS[0].slug, "check", lab.slug, "--only", typo];
    let output = run(here.path(), &args);
    assert_eq!(code(&output), exit::USAGE);
    assert!(
        stderr(&output).contains(&format!("did you mean {id}?")),
        "{}",
        stderr(&output)
    );
    let args = [LESSONS[0].slug, "check", lab.slug, "no-such-directory"];
    let output = run(here.path(), &args);
    assert_eq!(code(&output), exit::USAGE);
    assert!(
        stderr(&output).contains("is not a directory"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn senseless_options_are_refused() {
    let Some(lab) = LESSONS[0].labs.first() else {
        return;
    };
    let here = tempfile::tempdir().unwrap();
    for (options, said) in [
        (
            &["--format", "text", "--format", "json"][..],
            "would be mixed on stdout",
        ),
        (
            &["--output", "a", "--output", "b"],
            "two --output for one --format",
        ),
        (&["--timeout-scale", "NaN"], "not a number from"),
        (&["--jobs", "0"], "0"),
        (&["--repeat", "0"], "1..=1000"),
        (&["--seed", "-1"], "-1"),
    ] {
        let args = [&[LESSONS[0].slug, "check", lab.slug, "."], options].concat();
        let output = run(here.path(), &args);
        assert_eq!(code(&output), exit::USAGE, "{options:?}");
        assert!(
            stderr(&output).contains(said),
            "{options:?}: {}",
            stderr(&output)
        );
    }
    assert_eq!(
        fs::read_dir(here.path()).unwrap().count(),
        0,
        "nothing is left behind"
    );
}

#[test]
fn outputs_are_opened_before_the_work() {
    let Some(lab) = LESSONS[0].labs.first() else {
        return;
    };
    let here = tempfile::tempdir().unwrap();
    let args = [
        LESSONS[0].slug,
        "check",
        lab.slug,
        ".",
        "--output",
        "no/such/dir",
    ];
    let output = run(here.path(), &args);
    assert_eq!(code(&output), exit::MACHINE);
    let said = stderr(&output);
    assert!(
        said.starts_with("error: cannot write to no/such/dir\ncaused by: "),
        "{said}"
    );
}

#[test]
fn no_escapes_go_into_a_pipe_unless_asked_for() {
    let here = tempfile::tempdir().unwrap();
    let lesson = LESSONS[0].slug;
    for args in [
        vec![],
        vec!["list"],
        vec!["doctor"],
        vec!["lits"],
        vec![lesson, "read"],
    ] {
        let output = run(here.path(), &args);
        assert!(!output.stdout.contains(&b'\x1b'), "{args:?}");
        assert!(!output.stderr.contains(&b'\x1b'), "{args:?}");
    }
    let colored = run(here.path(), &["list", "--color", "always"]);
    assert!(colored.stdout.contains(&b'\x1b'));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let here = tempfile::tempdir().unwrap();
    for args in [&["list"][..], &["completions", "bash"], &["--help"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let status = syslab(here.path())
            .args(args)
            .stdout(writer)
            .stderr(Stdio::null())
            .status();
        assert_eq!(
            status.unwrap().code(),
            Some(i32::from(exit::DONE)),
            "{args:?}"
        );
    }
}

#[test]
fn a_full_disk_is_an_error() {
    let here = tempfile::tempdir().unwrap();
    let Ok(full) = File::options().write(true).open("/dev/full") else {
        return;
    };
    let output = syslab(here.path())
        .arg("list")
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(code(&output), exit::MACHINE);
    assert!(
        stderr(&output).contains("No space left"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn the_doctor_tells_all_and_says_whether_it_is_enough() {
    let here = tempfile::tempdir().unwrap();
    let output = run(here.path(), &["doctor"]);
    let told = stdout(&output);
    let mut is_able = true;
    for capability in ["events", "results", "arguments", "injection", "confinement"] {
        let has = told.contains(&format!("✓ {capability}"));
        assert!(has || told.contains(&format!("✗ {capability}")), "{told}");
        is_able &= has;
    }
    let expected = if is_able { exit::DONE } else { exit::MACHINE };
    assert_eq!(code(&output), expected, "{told}");
    assert!(told.starts_with("What to do next\n  1. "), "{told}");
    for lesson in LESSONS {
        assert!(told.contains(&format!(" {} ", lesson.slug)), "{told}");
    }
}

#[test]
fn the_doctors_json_is_as_the_schema_says() {
    let schema = serde_json::from_str(syslab::report::DIAGNOSIS_SCHEMA).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let here = tempfile::tempdir().unwrap();
    let output = run(here.path(), &["doctor", "--json"]);
    let value = serde_json::from_str(&stdout(&output)).unwrap();
    let complaints: Vec<String> = validator
        .iter_errors(&value)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(complaints, [] as [String; 0]);
    assert_eq!(value["lessons"].as_array().unwrap().len(), LESSONS.len());
}

#[test]
fn manual_pages_are_written_for_every_command() {
    let here = tempfile::tempdir().unwrap();
    let output = run(here.path(), &["man", "man1"]);
    assert_eq!(code(&output), exit::DONE, "{}", stderr(&output));
    for (words, _) in commands() {
        let name = ["syslab".to_owned()]
            .into_iter()
            .chain(words)
            .collect::<Vec<_>>()
            .join("-");
        let page = fs::read_to_string(here.path().join("man1").join(format!("{name}.1"))).unwrap();
        assert!(page.contains("EXIT STATUS"), "{name}");
    }
}

#[test]
fn completions_know_lessons_and_exercises() {
    let here = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish"] {
        let script = stdout(&run(here.path(), &["completions", shell]));
        for lesson in LESSONS {
            assert!(script.contains(lesson.slug), "{shell}");
            // The generator for fish knows no values of arguments without a name.
            for exercise in lesson.exercises.iter().filter(|_| shell != "fish") {
                assert!(script.contains(exercise.slug), "{shell}: {}", exercise.slug);
            }
        }
    }
}

#[test]
fn sessions_are_as_documented() {
    trycmd::TestCases::new().case("tests/cmd/*.md");
}

/// The progress line says that the work has begun; then Ctrl-C.
#[test]
fn an_interrupt_writes_what_there_is() {
    let Some(lab) = LESSONS[0].labs.first() else {
        return;
    };
    let here = tempfile::tempdir().unwrap();
    let lesson = LESSONS[0].slug;
    let started = run(
        here.path(),
        &[lesson, "start", lab.slug, "--lang", "c", "."],
    );
    assert_eq!(code(&started), exit::DONE, "{}", stderr(&started));
    let terminal = nix::pty::openpty(None, None).unwrap();
    let mut command = syslab(here.path());
    // So often that it cannot be done before the signal.
    command
        .args([
            lesson, "check", lab.slug, "--format", "json", "--repeat", "1000",
        ])
        .stdout(Stdio::piped())
        .stderr(terminal.slave);
    let mut child = command.spawn().unwrap();
    drop(command);
    let mut screen = File::from(terminal.master);
    let mut seen = Vec::new();
    while !seen.windows(8).any(|part| part == b"building") {
        let mut some = [0; 256];
        // EIO when the program is gone: it could not do it here, and says so by its status.
        match screen.read(&mut some) {
            Ok(0) | Err(_) => break,
            Ok(taken) => seen.extend_from_slice(&some[..taken]),
        }
    }
    let pid = nix::unistd::Pid::from_raw(child.id().cast_signed());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT).unwrap();
    let mut report = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut report)
        .unwrap();
    let status = child.wait().unwrap().code().unwrap();
    if status == i32::from(exit::MACHINE) {
        eprintln!("skipped: this machine cannot check labs");
        return;
    }
    assert_eq!(status, i32::from(exit::INTERRUPTED), "{report}");
    let card: syslab::model::Scorecard = serde_json::from_str(&report).unwrap();
    assert_eq!(
        card.checks.len(),
        lab.checks.len(),
        "every check is told of"
    );
    let last = card.checks.last().unwrap();
    assert_eq!(last.why, "not tried: interrupted");
}

/// A real check's JSON, whatever its outcome, is as the schema says; and the scorecard tells what
/// was not taken over and what the compiler said.
#[test]
fn the_json_of_a_check_is_as_the_schema_says() {
    let schema = serde_json::from_str(syslab::report::SCORECARD_SCHEMA).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let here = tempfile::tempdir().unwrap();
    let solution =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("labs/process/durable-log/solution/c/main.c");
    let right = here.path().join("right");
    fs::create_dir(&right).unwrap();
    fs::copy(solution, right.join("main.c")).unwrap();
    let wrong = here.path().join("wrong");
    fs::create_dir(&wrong).unwrap();
    let unused = "int main(void) { int n; return 3; }\n";
    fs::write(wrong.join("main.c"), unused).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", wrong.join("data")).unwrap();
    let broken = here.path().join("broken");
    fs::create_dir(&broken).unwrap();
    fs::write(broken.join("main.c"), "int main(void) { return }\n").unwrap();
    for (directory, status) in [
        (&right, exit::DONE),
        (&wrong, exit::FAILED),
        (&broken, exit::FAILED),
    ] {
        let directory = directory.to_str().unwrap();
        let mut args = vec!["process", "check", "durable-log", directory];
        args.extend(["--format", "json", "--only", "acknowledges-every-record"]);
        let output = run(here.path(), &args);
        if code(&output) == exit::MACHINE {
            eprintln!("skipped: this machine cannot check labs");
            return;
        }
        assert_eq!(code(&output), status, "{}", stderr(&output));
        let value = serde_json::from_str(&stdout(&output)).unwrap();
        let complaints: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(complaints, [] as [String; 0]);
        let card: syslab::model::Scorecard = serde_json::from_value(value).unwrap();
        if directory.ends_with("wrong") {
            assert!(card.notes.iter().any(|note| note.contains("data")));
            assert!(card.notes.iter().any(|note| note.contains("unused")));
        }
    }
}
