//! `syslab LESSON trace`: predict what a program asks of the kernel, then see what it asked.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::Context as _;

use crate::bench::{self, Observation};
use crate::embedded::{self, File};
use crate::exit::{self, Outcome, Trouble};
use crate::model::curriculum::Answer;
use crate::model::experiment::LAB_DIR;
use crate::model::text::event_line;
use crate::model::{Exercise, Experiment, Lesson, Recording, Run, Step, What};
use crate::ui::{Screen, Tone, padded, shortened, visible};

use super::check;
use super::interrupt::Interrupt;
use super::workspace::Workspace;

/// Predict a program's system calls, then compare with what the kernel saw
///
/// Without a name: the exercises that there are. With one: shows the program and the question,
/// asks for your answer, runs the program under observation and computes the answer from what it
/// did. Nothing is asked where stdin is no terminal; answer with `--answer` there.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The exercise
    #[arg(value_name = "EXERCISE")]
    name: Option<String>,

    /// Your answer
    #[arg(long, value_name = "ANSWER", requires = "name")]
    answer: Option<String>,

    /// Answers to several exercises, a line each: `EXERCISE: ANSWER`; `-` is stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "answer"])]
    answers: Option<PathBuf>,

    /// Write the program to DIR, so that you can trace it yourself
    #[arg(long, value_name = "DIR", requires = "name", conflicts_with = "answer")]
    #[arg(value_hint = clap::ValueHint::DirPath)]
    save: Option<PathBuf>,

    /// Which variant of the exercises [default: always the same in this workspace]
    #[arg(long, value_name = "N")]
    seed: Option<u32>,
}

const EXAMPLES: &str = "\
Examples:
  List the exercises:
  $ syslab LESSON trace

  Show one, and answer it:
  $ syslab LESSON trace EXERCISE
  $ syslab LESSON trace EXERCISE --answer 3

  Try it yourself, with strace:
  $ syslab LESSON trace EXERCISE --save .";

/// Runs the command.
///
/// # Errors
/// If there is no such exercise, or it cannot be run here.
pub fn run(args: &Args, lesson: &'static Lesson, screen: &Screen) -> Outcome {
    let here = env::current_dir()?;
    let mut workspace = Workspace::find(&here)?;
    let seed = args.seed.unwrap_or_else(|| {
        let home = workspace
            .as_ref()
            .map_or(&here, |workspace| &workspace.root);
        seed_of(home)
    });
    let given: Vec<(&'static Exercise, String)> = match (&args.answers, &args.name) {
        (Some(file), _) => answers(lesson, &read(file)?)?,
        (None, None) => {
            screen.print(&list(lesson, workspace.as_ref(), screen))?;
            return Ok(exit::DONE);
        }
        (None, Some(name)) => {
            let exercise = find(lesson, name)?;
            let answer = match &args.answer {
                Some(answer) => Some(answer.clone()),
                None => {
                    screen.print(&asked(lesson, exercise, seed, screen)?)?;
                    if let Some(directory) = &args.save {
                        save(lesson, exercise, directory, screen)?;
                        return Ok(exit::DONE);
                    }
                    screen.ask("\nanswer: ")?
                }
            };
            match answer {
                Some(answer) => vec![(exercise, answer)],
                None => {
                    let again = match args.seed {
                        Some(seed) => format!("answer with --seed {seed} --answer X"),
                        None => "answer with --answer X".to_owned(),
                    };
                    screen.say_labelled(Tone::Good, "hint", &again);
                    return Ok(exit::DONE);
                }
            }
        }
    };

    let interrupt = Interrupt::install()?;
    let mut code = exit::DONE;
    for (exercise, answer) in given {
        let recording = observed(lesson, exercise, seed, &interrupt)?;
        let right = (exercise.answer)(&recording).map_err(|why| {
            Trouble::new(exit::INSTRUCTOR, anyhow::Error::msg(why)).hint(format!(
                "the answer to {} cannot be computed on this machine",
                exercise.slug
            ))
        })?;
        let is_right = accepts(&right, &answer);
        screen.print(&told(
            exercise, &answer, &right, is_right, &recording, screen,
        ))?;
        match (is_right, &mut workspace) {
            (true, Some(workspace)) => {
                workspace.solved(lesson.slug, exercise.slug);
                workspace.save()?;
            }
            (true, None) => {}
            (false, _) => code = exit::FAILED,
        }
    }
    Ok(code)
}

/// A seed that is the same whenever somebody works in the same place.
fn seed_of(place: &Path) -> u32 {
    // FNV-1a: <https://datatracker.ietf.org/doc/html/draft-eastlake-fnv>. Folded to four digits,
    // so that it can be typed.
    const DIGITS: u32 = 10_000;
    let hash = place
        .as_os_str()
        .as_encoded_bytes()
        .iter()
        .fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
        });
    hash % DIGITS
}

fn find(lesson: &'static Lesson, name: &str) -> Result<&'static Exercise, Trouble> {
    lesson
        .exercises
        .iter()
        .find(|exercise| exercise.slug == name)
        .ok_or_else(|| {
            let known: Vec<&str> = lesson.exercises.iter().map(|one| one.slug).collect();
            let message = format!("lesson {} has no exercise", lesson.slug);
            super::unknown(&message, name, known)
        })
}

fn read(file: &Path) -> anyhow::Result<String> {
    match file == Path::new("-") {
        true => std::io::read_to_string(std::io::stdin()).context("cannot read stdin"),
        false => {
            fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
        }
    }
}

/// The answers of a file: `EXERCISE: ANSWER` a line; blank lines and `#` aside.
fn answers(
    lesson: &'static Lesson,
    text: &str,
) -> Result<Vec<(&'static Exercise, String)>, Trouble> {
    text.lines()
        .enumerate()
        .map(|(nth, line)| (nth + 1, line.trim()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(nth, line)| {
            let (name, answer) = line
                .split_once(':')
                .ok_or_else(|| Trouble::usage(format!("line {nth} is not EXERCISE: ANSWER")))?;
            Ok((find(lesson, name.trim())?, answer.trim().to_owned()))
        })
        .collect()
}

/// Whether an answer is one of those accepted, blanks around it and case aside.
fn accepts(right: &Answer, given: &str) -> bool {
    right
        .accepted
        .iter()
        .any(|one| one.trim().to_lowercase() == given.trim().to_lowercase())
}

fn list(lesson: &Lesson, workspace: Option<&Workspace>, screen: &Screen) -> String {
    let widest = lesson
        .exercises
        .iter()
        .map(|exercise| exercise.slug.len())
        .max()
        .unwrap_or(0);
    let mut out = String::new();
    for exercise in lesson.exercises {
        let is_done =
            workspace.is_some_and(|workspace| workspace.has_solved(lesson.slug, exercise.slug));
        let mark = match is_done {
            true => screen.out.paint(Tone::Good, "✓"),
            false => "-".to_owned(),
        };
        let slug = screen.out.paint(Tone::Code, &padded(exercise.slug, widest));
        let question = exercise.question.lines().next().unwrap_or_default();
        writeln!(out, "{mark} {slug}  {question}").expect("writing to a string does not fail");
    }
    out
}

/// The program's file.
fn program(lesson: &Lesson, exercise: &Exercise) -> Result<&'static File, Trouble> {
    let path = format!("labs/{}/trace/{}", lesson.slug, exercise.program);
    embedded::file(&path).ok_or_else(|| {
        Trouble::new(
            exit::BUG,
            anyhow::Error::msg(format!("{path} is not in this binary")),
        )
    })
}

/// What is shown before the answer: program, how it is run, question.
fn asked(
    lesson: &Lesson,
    exercise: &Exercise,
    seed: u32,
    screen: &Screen,
) -> Result<String, Trouble> {
    let program = program(lesson, exercise)?;
    let mut out = format!("{}\n\n", screen.out.paint(Tone::Strong, program.name()));
    for line in program.text().lines() {
        writeln!(out, "  {line}").expect("writing to a string does not fail");
    }
    let command = strace(exercise, seed);
    write!(
        out,
        "\nIt is run as\n\n  {}\n\n{}\n",
        screen.out.paint(Tone::Code, &command),
        exercise.question
    )
    .expect("writing to a string does not fail");
    Ok(out)
}

/// Writes the program where the learner can build and trace it.
fn save(
    lesson: &Lesson,
    exercise: &Exercise,
    directory: &Path,
    screen: &Screen,
) -> Result<(), Trouble> {
    let file = program(lesson, exercise)?;
    let path = directory.join(file.name());
    fs::create_dir_all(directory)
        .and_then(|()| fs::write(&path, file.content))
        .with_context(|| format!("cannot write {}", path.display()))?;
    screen.print(&format!("\nWrote {}.\n", path.display()))?;
    if let Some(build) = build_command(exercise) {
        screen.print(&format!(
            "Build it there: {}\n",
            screen.out.paint(Tone::Code, &build)
        ))?;
    }
    Ok(())
}

/// How a program is built by hand; `None` if it need not be.
fn build_command(exercise: &Exercise) -> Option<String> {
    let (stem, extension) = exercise.program.rsplit_once('.')?;
    match extension {
        "c" => Some(format!("cc -O1 -g -pthread -o {stem} {}", exercise.program)),
        "rs" => Some(format!("rustc -g -o {stem} {}", exercise.program)),
        _ => None,
    }
}

/// How the learner sees the same with the standard tool.
fn strace(exercise: &Exercise, seed: u32) -> String {
    let stem = exercise.program.split('.').next().unwrap_or_default();
    let program = match exercise.program.rsplit_once('.') {
        Some((_, "py")) => format!("python3 {}", exercise.program),
        _ => format!("./{stem}"),
    };
    let args: String = (exercise.args)(u64::from(seed))
        .iter()
        // The lab directory is the sandbox's; a learner has /tmp.
        .map(|arg| format!(" {}", shell_word(&arg.replace(LAB_DIR, "/tmp"))))
        .collect();
    let watch = match exercise.watch.is_empty() {
        true => String::new(),
        false => format!("-e trace={} ", exercise.watch.join(",")),
    };
    let input = match exercise.input.is_empty() {
        true => String::new(),
        false => format!(
            "printf {} | ",
            shell_word(&exercise.input.replace('\n', "\\n"))
        ),
    };
    format!("{input}strace -f {watch}{program}{args}")
}

/// The word as a shell takes it.
fn shell_word(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=+,:@".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

/// Runs the program under observation.
fn observed(
    lesson: &Lesson,
    exercise: &Exercise,
    seed: u32,
    interrupt: &Interrupt,
) -> Result<Recording, Trouble> {
    // Far more than any of our programs takes, and little enough to wait for.
    const WITHIN_MS: u64 = 5000;
    let file = program(lesson, exercise)?;
    let directory = tempfile::tempdir().context("cannot make a temporary directory")?;
    let extension = exercise.program.rsplit('.').next().unwrap_or_default();
    let main = directory.path().join(format!("main.{extension}"));
    fs::write(&main, file.content).context("cannot write the program")?;
    let run = Run {
        args: (exercise.args)(u64::from(seed)),
        steps: vec![
            Step::Send(exercise.input.into()),
            Step::CloseInput,
            Step::AwaitExit {
                within_ms: WITHIN_MS,
            },
        ],
        watch: exercise
            .watch
            .iter()
            .map(|call| (*call).to_owned())
            .collect(),
        ..Run::default()
    };
    let observation = Observation {
        program: directory.path().to_owned(),
        experiment: Experiment {
            story: exercise.question.to_owned(),
            runs: vec![run],
            ..Experiment::default()
        },
        jobs: 1,
    };
    let trials = bench::observe(&observation, interrupt.flag()).map_err(check::trouble)?;
    let trial = trials.into_iter().next().context("nothing was recorded")?;
    if let Some(trouble) = trial.trouble {
        return Err(Trouble::new(exit::MACHINE, anyhow::Error::msg(trouble)));
    }
    let first = trial
        .runs
        .into_iter()
        .next()
        .context("nothing was recorded")?;
    Ok(first)
}

/// The events, of which the entry of a call and its return are one line and so one event.
fn calls_once(recording: &Recording, events: &[usize]) -> Vec<usize> {
    let mut lines = Vec::new();
    for event in events {
        let line = match recording.events.get(*event).map(|event| &event.what) {
            Some(What::Exit { enter, .. }) => *enter,
            _ => *event,
        };
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

/// What is said of an answer; of a wrong one also which lines decide.
fn told(
    exercise: &Exercise,
    given: &str,
    right: &Answer,
    is_right: bool,
    recording: &Recording,
    screen: &Screen,
) -> String {
    let (mark, tone) = match is_right {
        true => ("✓", Tone::Good),
        false => ("✗", Tone::Bad),
    };
    let mut out = format!(
        "{} {}: {}\n",
        screen.out.paint(tone, mark),
        exercise.slug,
        visible(given)
    );
    let shown = right.accepted.first().map_or("", String::as_str);
    if !is_right {
        writeln!(out, "  it is {}", visible(shown)).expect("writing to a string does not fail");
    }
    for event in calls_once(recording, &right.evidence) {
        let line = shortened(&visible(&event_line(recording, event)));
        writeln!(out, "    {line}").expect("writing to a string does not fail");
    }
    out.push_str(&screen.out.wrap(2, 0, &visible(&right.because)));
    out
}
