//! The examples of every command's help, given to the real program.

use std::fs;
use std::io::Read as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use syslab::exit;
use syslab::lessons::LESSONS;

use super::{code, commands, examples, run, stderr, syslab};
use crate::sockets_tools::Served;

/// Puts a module for Python there, as source and built.
fn put_module(here: &Path) {
    const INCLUDE: &str = "import sysconfig; print(sysconfig.get_path('include'))";
    let source =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("labs/ext/fast-sum/solution/c-api/module.c");
    fs::copy(source, here.join("module.c")).unwrap();
    let python = syslab::probes::packages::interpreter().unwrap_or_else(|| "python3".into());
    let asked = Command::new(python).args(["-c", INCLUDE]).output().unwrap();
    let include = String::from_utf8(asked.stdout).unwrap();
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-g", "-o", "fastsum.so", "module.c"])
        .arg(format!("-I{}", include.trim()))
        .current_dir(here)
        .status()
        .unwrap();
    assert!(built.success());
}

/// Puts the kernel of the lab that a file is called after there.
fn put_kernel(here: &Path, file: &str) {
    let labs = Path::new(env!("CARGO_MANIFEST_DIR")).join("labs/gpu");
    let lab = labs.join(file.trim_end_matches(".cu"));
    fs::copy(lab.join("solution/cuda/kernel.cu"), here.join(file)).unwrap();
}

/// Each example is given to the real program, in a place where it makes sense.
#[test]
fn examples_work() {
    let class = std::cell::OnceCell::new();
    for (words, command) in commands() {
        let own = LESSONS
            .iter()
            .find(|lesson| words.first().is_some_and(|word| word == lesson.slug));
        let lesson = own.unwrap_or(&LESSONS[0]);
        let help = command
            .get_after_help()
            .map(ToString::to_string)
            .unwrap_or_default();
        if words.first().is_some_and(|word| word == "grade") {
            grading_works(class.get_or_init(graded_class).path(), &examples(&help));
            continue;
        }
        let here = tempfile::tempdir().unwrap();
        let is_about_check = words.last().is_some_and(|word| word == "check");
        if let Some(lab) = lesson.labs.first().filter(|_| is_about_check) {
            let started = run(here.path(), &[lesson.slug, "start", lab.slug]);
            assert_eq!(code(&started), exit::DONE, "{}", stderr(&started));
        }
        if ["watch", "hint", "reset"].contains(&words.join(" ").as_str()) {
            begin_and_check(here.path());
        }
        for example in examples(&help) {
            let mut args: Vec<&str> = example.iter().map(String::as_str).collect();
            // A lesson that has no lab, or no demo, keeps the placeholder.
            let has_nothing = lesson.labs.is_empty() && args.contains(&"LAB")
                || lesson.demos.is_empty() && args.contains(&"DEMO");
            if has_nothing {
                continue;
            }
            // What comes after > or | is the shell's.
            let redirection = args
                .iter()
                .position(|word| [">", "|"].contains(word))
                .unwrap_or(args.len());
            args.truncate(redirection);
            if args.first() == Some(&"watch") {
                watch_works(here.path(), &args);
                continue;
            }
            if args.contains(&"inspect") {
                inspect_works(here.path(), &args);
                continue;
            }
            if args.contains(&"audit") {
                put_module(here.path());
            }
            if args.contains(&"--grid") {
                put_kernel(here.path(), args[2]);
            }
            if args.contains(&"serve") {
                // At a port that is free. It serves until it is told to end.
                args.pop();
                assert!(Served::start(&args[2..]).is_some() || args.contains(&"uring"));
                continue;
            }
            let makes_checks = args.get(1) == Some(&"check");
            if makes_checks && !args.contains(&"--only") {
                // One check shows as well as all that the example is right.
                args.extend(["--only", lesson.labs[0].checks[0].id]);
            }
            let loaded = loaded(&mut args);
            let served = loaded.as_ref().map(|(_, target)| target.as_str());
            if let Some(target) = served {
                args[2] = target;
            }
            let output = run(here.path(), &args);
            // A starter may lose points and the example's answer may be wrong; the traced command
            // fails where it is told to; a server under load may be too slow for an answer in
            // time; and a machine that cannot do it says so.
            let is_judged = makes_checks || args.contains(&"trace") || served.is_some();
            let is_expected = match code(&output) {
                exit::DONE | exit::MACHINE => true,
                exit::FAILED => is_judged,
                _ => false,
            };
            assert!(
                is_expected,
                "syslab {}: {}\n{}",
                args.join(" "),
                output.status,
                stderr(&output)
            );
        }
    }
}

/// What narrows `grade` to one check, and lets it work on any machine.
const NARROW: [&str; 3] = [
    "--only",
    "acknowledges-every-record",
    "--allow-weak-confinement",
];

/// A place where a class of one has been graded by one check.
fn graded_class() -> tempfile::TempDir {
    let here = tempfile::tempdir().unwrap();
    let solution = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("labs/process/durable-log/solution/python/main.py");
    let ada = here.path().join("handed-in/ada");
    fs::create_dir_all(&ada).unwrap();
    fs::copy(solution, ada.join("main.py")).unwrap();
    let begin = ["grade", "handed-in", "--lab", "durable-log", "-o", "run"];
    let graded = run(here.path(), &[&begin[..], &NARROW].concat());
    assert_eq!(code(&graded), exit::DONE, "{}", stderr(&graded));
    here
}

/// Examples of `grade`, where a class has been graded.
fn grading_works(here: &Path, examples: &[Vec<String>]) {
    for example in examples {
        let mut args: Vec<&str> = example.iter().map(String::as_str).collect();
        if args.contains(&"--lab") {
            args.extend(NARROW);
        }
        let output = run(here, &args);
        assert_eq!(code(&output), exit::DONE, "{args:?}: {}", stderr(&output));
    }
}

/// A workspace in which the first lab has been begun, and checked as far as that is quickly done: it
/// does not build.
fn begin_and_check(directory: &Path) {
    let lesson = &LESSONS[0];
    let lab = lesson.labs[0].slug;
    let started = run(directory, &["start", lab, "--lang", "c"]);
    assert_eq!(code(&started), exit::DONE, "{}", stderr(&started));
    fs::write(
        directory.join(lab).join("main.c"),
        "int main(void) { return }\n",
    )
    .unwrap();
    run(directory, &[lesson.slug, "check", lab]);
}

/// An example of `watch`: it tells what it finds until it is told to end.
fn watch_works(directory: &Path, args: &[&str]) {
    let mut watch = syslab(directory)
        .args(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut told = [0; 1];
    let taken = watch.stdout.as_mut().unwrap().read(&mut told).unwrap();
    let pid = nix::unistd::Pid::from_raw(watch.id().cast_signed());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
    assert_eq!(
        watch.wait().unwrap().code(),
        Some(i32::from(exit::INTERRUPTED))
    );
    assert_eq!(taken, 1, "it has told something");
}

/// For an example of `load`, a server such as it names, and how to name that one; and an end to
/// the load.
fn loaded(args: &mut Vec<&str>) -> Option<(Served, String)> {
    if args.get(1) != Some(&"load") {
        return None;
    }
    let is_url = args[2].starts_with("http://");
    let options: &[&str] = if is_url { &[] } else { &["--echo"] };
    let server = Served::start(options).unwrap();
    let target = match is_url {
        true => format!("http://{}/", server.address),
        false => server.address.to_string(),
    };
    if !args.contains(&"-d") && !args.contains(&"-n") {
        args.extend(["-n", "1000"]);
    }
    Some((server, target))
}

/// An example of `inspect`, with a process in the place of the one that it names. What watches it
/// ends when that does.
fn inspect_works(directory: &Path, args: &[&str]) {
    let name = format!("shown-{}", std::process::id());
    let mut process = Command::new("sh")
        .arg0(&name)
        .args(["-c", "echo; read line"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // It has said something: so it is called as it should be.
    let mut line = [0];
    let said = process.stdout.as_mut().unwrap().read(&mut line);
    assert_eq!(said.unwrap(), 1);
    let pid = process.id().to_string();
    let args = args.iter().map(|word| match *word {
        "4711" => pid.as_str(),
        "my-server" => name.as_str(),
        word => word,
    });
    let mut shown = syslab(directory)
        .args(args)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = shown.stdout.take().unwrap();
    let mut first = [0];
    let taken = output.read(&mut first).unwrap();
    drop(process.stdin.take());
    process.wait().unwrap();
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert!(shown.wait().unwrap().success(), "{rest}");
    assert_eq!(taken, 1, "it has shown something");
}
