//! `syslab LESSON trace`: predict what a program asks of the kernel, then see what it asked.

mod performed;
mod shown;

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::Context as _;

use crate::exit::{self, Outcome, Trouble};
use crate::model::curriculum::Answer;
use crate::model::experiment::LAB_DIR;
use crate::model::{Exercise, Lesson};
use crate::ui::{Screen, Tone, visible};

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

/// What is said where there is none.
const NEEDS_DEVICE: &str =
    "it needs a CUDA device and its driver, which this machine does not have";

/// Runs the command.
///
/// # Errors
/// If there is no such exercise, or it cannot be run here.
pub fn run(args: &Args, lesson: &'static Lesson, screen: &Screen) -> Outcome {
    let here = env::current_dir()?;
    let workspace = Workspace::find(&here)?;
    let seed = args.seed.unwrap_or_else(|| {
        seed_of(
            workspace
                .as_ref()
                .map_or(&here, |workspace| &workspace.root),
        )
    });
    let given = match (&args.answers, &args.name) {
        (Some(file), _) => answers(lesson, &read(file)?)?,
        (None, None) => {
            screen.print(&shown::list(lesson, workspace.as_ref(), screen.out))?;
            return Ok(exit::DONE);
        }
        (None, Some(name)) => {
            let exercise = find(lesson, name)?;
            let answer = match &args.answer {
                Some(answer) => Some(answer.clone()),
                None => ask(args, lesson, exercise, seed, screen)?,
            };
            match answer {
                Some(answer) => vec![(exercise, answer)],
                None => return Ok(exit::DONE),
            }
        }
    };
    compare(lesson, &given, seed, workspace, screen)
}

/// Shows an exercise and asks for the answer; `None` if nobody is to be asked.
fn ask(
    args: &Args,
    lesson: &Lesson,
    exercise: &Exercise,
    seed: u32,
    screen: &Screen,
) -> Result<Option<String>, Trouble> {
    let program = performed::program(lesson, exercise)?;
    screen.print(&shown::asked(program, exercise, seed, screen.out))?;
    if let Some(directory) = &args.save {
        let saved = performed::save(program, exercise, seed, directory)?;
        screen.print(&shown::saved(&saved, program, exercise, seed, screen.out))?;
        return Ok(None);
    }
    if performed::lacks_device(exercise) {
        screen.say_labelled(Tone::Good, "hint", NEEDS_DEVICE);
        return Ok(None);
    }
    let save = format!("syslab {} trace {} --save DIR", lesson.slug, exercise.slug);
    let save = screen.out.paint(Tone::Code, &save);
    screen.print(&format!("To trace it yourself: {save}\n"))?;
    let answer = screen.ask("\nanswer: ")?;
    if answer.is_none() {
        let again = match args.seed {
            Some(seed) => format!("answer with --seed {seed} --answer X"),
            None => "answer with --answer X".to_owned(),
        };
        screen.say_labelled(Tone::Good, "hint", &again);
    }
    Ok(answer)
}

/// Runs each program, and holds the answers against what was seen.
fn compare(
    lesson: &Lesson,
    given: &[(&Exercise, String)],
    seed: u32,
    workspace: Option<Workspace>,
    screen: &Screen,
) -> Outcome {
    let interrupt = Interrupt::install()?;
    let (mut is_wrong, mut open) = (false, None);
    for (exercise, answer) in given {
        // What cannot be answered here leaves the others to be answered.
        let mut leave = |why: &str, code| {
            let why = format!("{} cannot be answered here: {why}", exercise.slug);
            screen.say_labelled(Tone::Odd, "error", &visible(&why));
            open = Some(code);
        };
        if performed::lacks_device(exercise) {
            leave(NEEDS_DEVICE, exit::MACHINE);
            continue;
        }
        let program = performed::program(lesson, exercise)?;
        let recording = performed::observed(program, exercise, seed, &interrupt)?;
        let right = match (exercise.answer)(&recording) {
            Ok(right) => right,
            Err(why) => {
                leave(&why, exit::INSTRUCTOR);
                continue;
            }
        };
        let is_right = accepts(&right, answer) || accepts(&right, &plain(exercise, answer));
        let text = shown::told(exercise, answer, &right, is_right, &recording, screen.out);
        screen.print(&text)?;
        is_wrong |= !is_right;
        if let Some(workspace) = workspace.as_ref().filter(|_| is_right) {
            Workspace::change(&workspace.root, |workspace| {
                workspace.solved(lesson.slug, exercise.slug);
            })?;
        }
    }
    Ok(match (is_wrong, open) {
        (true, _) => exit::FAILED,
        (false, Some(code)) => code,
        (false, None) => exit::DONE,
    })
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

/// An answer without what people put around it: quotes, the parentheses of `read(2)` and `read()`, the
/// separators of a long number, the directory in which they have traced it.
fn plain(exercise: &Exercise, given: &str) -> String {
    let mut plain = given.trim().trim_matches(['"', '\'', '`']).trim();
    for parentheses in ["()", "(1)", "(2)", "(3)"] {
        plain = plain.strip_suffix(parentheses).unwrap_or(plain);
    }
    let is_separator = |one: char| matches!(one, ',' | '_' | '\'' | ' ');
    let groups: Vec<&str> = plain.split(is_separator).collect();
    let is_number = groups
        .iter()
        .all(|group| group.bytes().all(|byte| byte.is_ascii_digit()));
    if is_number && groups[1..].iter().all(|group| group.len() == 3) {
        return groups.concat();
    }
    let traced = format!("/{}", performed::lab_name(exercise));
    match plain.split_once(&traced) {
        Some((_, rest)) if plain.starts_with('/') => format!("{LAB_DIR}{rest}"),
        _ => plain.to_owned(),
    }
}

/// Whether an answer is one of those accepted, blanks around it and case aside.
fn accepts(right: &Answer, given: &str) -> bool {
    right
        .accepted
        .iter()
        .any(|one| one.trim().to_lowercase() == given.trim().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lessons::LESSONS;

    #[test]
    fn answers_are_compared_without_case_and_blanks() {
        let right = Answer {
            accepted: vec!["EINTR".into(), "4".into()],
            evidence: Vec::new(),
            because: String::new(),
        };
        assert!(accepts(&right, " eintr "));
        assert!(accepts(&right, "4"));
        assert!(!accepts(&right, "40"));
        assert!(!accepts(&right, ""));
    }

    #[test]
    fn what_people_put_around_an_answer_is_no_part_of_it() {
        let exercise = &LESSONS[0].exercises[0];
        let traced = format!("/home/me/{}-lab/1/spam.py", exercise.slug);
        for (given, meant) in [
            (" 47,616 ", "47616"),
            ("47 616", "47616"),
            ("1'000'000", "1000000"),
            ("\"nothing\"", "nothing"),
            ("epoll_pwait(2)", "epoll_pwait"),
            ("`read()`", "read"),
            ("3,4", "3,4"),
            ("a, b", "a, b"),
            ("-1", "-1"),
            ("", ""),
            (&traced, "/lab/1/spam.py"),
        ] {
            assert_eq!(plain(exercise, given), meant);
        }
    }

    #[test]
    fn a_file_of_answers_is_read_line_by_line() {
        let lesson = &LESSONS[0];
        let Some(first) = lesson.exercises.first() else {
            return;
        };
        let text = format!("# mine\n\n {} : 3: four \n", first.slug);
        let given = answers(lesson, &text).unwrap();
        assert_eq!(given.len(), 1);
        assert_eq!(
            (given[0].0.slug, given[0].1.as_str()),
            (first.slug, "3: four")
        );
        assert_eq!(answers(lesson, "no answer").unwrap_err().code, exit::USAGE);
        assert_eq!(answers(lesson, "no-such: 3").unwrap_err().code, exit::USAGE);
    }

    #[test]
    fn a_place_has_one_seed() {
        assert_eq!(seed_of(Path::new("/a")), seed_of(Path::new("/a")));
        assert_ne!(seed_of(Path::new("/a")), seed_of(Path::new("/b")));
    }
}
