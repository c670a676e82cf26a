//! The command line: what is parsed, and which command it stands for.
//!
//! Each lesson of the registry is a command, with the same verbs below it. Help, manual pages and
//! completions are made of the same tree, so the names of labs, demos and exercises are in it.

use std::ffi::OsString;

use clap::builder::{PossibleValue, PossibleValuesParser, StyledStr};
use clap::error::{ContextKind, ContextValue};
use clap::{ArgMatches, Args, Command, CommandFactory as _, FromArgMatches, Parser, Subcommand};

use crate::commands::{
    audit, author, check, compare, completions, contents, demo, doctor, exercise, grade, hint,
    init, inspect, kernel, list, load, man, overview, read, reset, serve, start, trace, watch,
    which,
};
use crate::exit::{self, Outcome, Trouble};
use crate::lessons::LESSONS;
use crate::model::Lesson;
use crate::ui::{ColorChoice, Screen};

/// Learn systems programming on your own kernel
///
/// Lessons are read, shown, traced, built and checked. Checks run your program confined and
/// under observation, make the kernel lie to it, and prove each lost point with the system calls
/// that cost it. Without a command: where you are, and what is next.
#[derive(Parser)]
#[command(name = "syslab", version, after_help = EXAMPLES, subcommand_value_name = "COMMAND")]
#[command(disable_help_subcommand = true)]
pub struct Cli {
    /// When to use colour: auto, always or never
    #[arg(long, value_name = "WHEN", default_value_t, global = true, value_enum)]
    #[arg(hide_possible_values = true, display_order = 900)]
    color: ColorChoice,

    /// Say nothing but results and errors
    #[arg(long, global = true, display_order = 901)]
    quiet: bool,

    #[command(subcommand)]
    verb: Option<Verb>,
}

const EXAMPLES: &str = "\
Examples:
  Begin the first lesson and its first lab:
  $ syslab LESSON read
  $ syslab LESSON start LAB --lang c
  $ syslab LESSON check LAB LAB

  Have it checked again whenever you save; begin all other labs, too:
  $ syslab watch LAB
  $ syslab init --lang c

Exit status: 0 done and all passed, 1 a check failed, 2 usage, 3 this machine cannot,
4 an instructor must look, 70 a bug, 130 interrupted.";

/// A tool that one lesson has beside the verbs that all have: `syslab process inspect`.
pub struct LessonTool {
    /// The lesson's slug.
    pub lesson: &'static str,
    /// The tool's own name.
    pub name: &'static str,
    /// Adds its arguments and its help to its command.
    describe: fn(Command) -> Command,
    run: fn(&ArgMatches, &Screen) -> Outcome,
}

/// The tools of single lessons. This is the place to add one: a file in `commands/`, a line here.
pub static LESSON_TOOLS: &[LessonTool] = &[
    LessonTool {
        lesson: "process",
        name: "inspect",
        describe: inspect::processes::Args::augment_args,
        run: |matches, screen| inspect::processes::run(&parsed(matches)?, screen),
    },
    LessonTool {
        lesson: "sockets",
        name: "serve",
        describe: serve::Args::augment_args,
        run: |matches, screen| serve::run(&parsed(matches)?, screen),
    },
    LessonTool {
        lesson: "sockets",
        name: "load",
        describe: load::Args::augment_args,
        run: |matches, screen| load::run(&parsed(matches)?, screen),
    },
    LessonTool {
        lesson: "fds",
        name: "inspect",
        describe: inspect::descriptors::Args::augment_args,
        run: |matches, screen| inspect::descriptors::run(&parsed(matches)?, screen),
    },
    LessonTool {
        lesson: "ext",
        name: "audit",
        describe: audit::Args::augment_args,
        run: |matches, screen| audit::run(&parsed(matches)?, screen),
    },
    LessonTool {
        lesson: "gpu",
        name: "run",
        describe: kernel::Args::augment_args,
        run: |matches, screen| kernel::run(&parsed(matches)?, screen),
    },
    LessonTool {
        lesson: "shm",
        name: "inspect",
        describe: inspect::memory::Args::augment_args,
        run: |matches, screen| inspect::memory::run(&parsed(matches)?, screen),
    },
];

/// The arguments of a tool, as its own type.
fn parsed<T: FromArgMatches>(matches: &ArgMatches) -> Result<T, Trouble> {
    T::from_arg_matches(matches).map_err(|error| Trouble::new(exit::USAGE, error))
}

impl LessonTool {
    /// Its command.
    pub fn command(&self) -> Command {
        (self.describe)(Command::new(self.name))
    }

    /// Those of a lesson.
    pub fn of(lesson: &Lesson) -> impl Iterator<Item = &'static Self> {
        let slug = lesson.slug;
        LESSON_TOOLS.iter().filter(move |tool| tool.lesson == slug)
    }
}

/// A command: one that a lesson has, or one of syslab's own.
enum Verb {
    Lesson(&'static Lesson, LessonVerb),
    LessonTool(&'static LessonTool, ArgMatches),
    Tool(Tool),
}

#[derive(Debug, Subcommand)]
enum LessonVerb {
    Read(read::Args),
    Demo(demo::Args),
    Trace(exercise::Args),
    Start(start::Args),
    Check(Box<check::Args>),
}

#[derive(Debug, Subcommand)]
enum Tool {
    Init(init::Args),
    Watch(watch::Args),
    Start(start::Args),
    Check(Box<check::AnyArgs>),
    Hint(hint::Args),
    Reset(reset::Args),
    Compare(compare::Args),
    List(list::Args),
    Read(contents::Args),
    Trace(trace::Args),
    Grade(Box<grade::Args>),
    Doctor(doctor::Args),
    Completions(completions::Args),
    Man(man::Args),
    #[command(subcommand)]
    Author(author::Author),
}

impl Subcommand for Verb {
    fn augment_subcommands(command: Command) -> Command {
        let command = command.subcommands(LESSONS.iter().map(lesson_command));
        Tool::augment_subcommands(command)
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Self::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        LESSONS.iter().any(|lesson| lesson.slug == name) || Tool::has_subcommand(name)
    }
}

impl FromArgMatches for Verb {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        if let Some((name, matches)) = matches.subcommand()
            && let Some(lesson) = LESSONS.iter().find(|lesson| lesson.slug == name)
        {
            if let Some((name, matches)) = matches.subcommand()
                && let Some(tool) = LessonTool::of(lesson).find(|tool| tool.name == name)
            {
                return Ok(Self::LessonTool(tool, matches.clone()));
            }
            return Ok(Self::Lesson(lesson, LessonVerb::from_arg_matches(matches)?));
        }
        Tool::from_arg_matches(matches).map(Self::Tool)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The command of a lesson. What is below it is made when it is asked for.
fn lesson_command(lesson: &Lesson) -> Command {
    Command::new(lesson.slug)
        .about(format!("Lesson: {}", lesson.title))
        .visible_aliases(lesson.alias)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .defer(with_verbs)
}

/// The command of a lesson, with its verbs, and its own names filled in.
fn with_verbs(command: Command) -> Command {
    let is_its = |lesson: &&Lesson| lesson.slug == command.get_name();
    let Some(lesson) = LESSONS.iter().find(is_its) else {
        return command;
    };
    let labs: Vec<&str> = lesson.labs.iter().map(|lab| lab.slug).collect();
    let demos: Vec<&str> = lesson.demos.iter().map(|demo| demo.slug).collect();
    let exercises: Vec<&str> = lesson.exercises.iter().map(|one| one.slug).collect();
    LessonVerb::augment_subcommands(command)
        .subcommands(LessonTool::of(lesson).map(LessonTool::command))
        .mut_subcommand("check", |check| with_names(check, "lab", &labs))
        .mut_subcommand("start", |start| with_names(start, "lab", &labs))
        .mut_subcommand("demo", |demo| with_names(demo, "name", &demos))
        .mut_subcommand("trace", |trace| with_names(trace, "name", &exercises))
        .mut_subcommands(|verb| with_examples(verb, lesson))
}

/// The command, with an argument that takes these names only.
fn with_names(command: Command, argument: &str, names: &[&'static str]) -> Command {
    let parser = PossibleValuesParser::new(names.iter().copied());
    command.mut_arg(argument, |arg| arg.value_parser(parser))
}

/// The command, with a real lesson and a real lab in its examples.
fn with_examples(command: Command, lesson: &Lesson) -> Command {
    let lab = lesson.labs.first();
    let filled = command
        .get_after_help()
        .map(ToString::to_string)
        .unwrap_or_default()
        .replace("LESSON", lesson.slug)
        .replace("LAB", lab.map_or("LAB", |lab| lab.slug))
        .replace(
            "CHECK",
            lab.and_then(|lab| lab.checks.first())
                .map_or("CHECK", |check| check.id),
        )
        .replace(
            "DEMO",
            lesson.demos.first().map_or("DEMO", |demo| demo.slug),
        )
        .replace(
            "EXERCISE",
            lesson.exercises.first().map_or("EXERCISE", |one| one.slug),
        );
    match filled.is_empty() {
        true => command,
        false => command.after_help(filled),
    }
}

/// The whole command line.
pub fn command() -> Command {
    let command = Cli::command();
    match LESSONS.first() {
        Some(first) => with_examples(command, first)
            .mut_subcommand("author", |author| {
                author.mut_subcommands(|verb| with_examples(verb, first))
            })
            .mut_subcommands(|verb| match LAB_VERBS.contains(&verb.get_name()) {
                true => with_labs(with_examples(verb, first)),
                false => verb,
            }),
        None => command,
    }
}

/// The commands of syslab's own that take a lab of any lesson.
const LAB_VERBS: [&str; 5] = ["watch", "start", "hint", "reset", "compare"];

/// The command, with every lab's name as a value of its argument: also `LESSON/LAB`, which is not
/// shown.
fn with_labs(command: Command) -> Command {
    let (short, long) = which::names();
    let shown = short.into_iter().map(PossibleValue::new);
    let hidden = long
        .into_iter()
        .map(|name| PossibleValue::new(name).hide(true));
    let parser = PossibleValuesParser::new(shown.chain(hidden));
    command.mut_arg("lab", |arg| {
        arg.value_parser(parser).hide_possible_values(true)
    })
}

/// The arguments, with `syslab help WORDS` as `syslab WORDS --help`. It is no command of its own,
/// which every list of them would have.
fn asked(args: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut args: Vec<OsString> = args.into_iter().collect();
    if args.get(1).is_some_and(|word| word == "help") {
        args.remove(1);
        args.push("--help".into());
    }
    args
}

/// The error, with the command that is meant where a lab or a demo was named instead of one.
fn with_tip(mut error: clap::Error) -> clap::Error {
    let meant = match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(word)) => meant_by(word),
        _ => None,
    };
    if let Some(command) = meant {
        let tip = StyledStr::from(format!("the command is '{command}'"));
        error.remove(ContextKind::SuggestedSubcommand);
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
    }
    error
}

/// The command about the one lab or demo that has this slug, if exactly one has.
fn meant_by(slug: &str) -> Option<String> {
    let mut commands = LESSONS.iter().flat_map(|lesson| {
        let labs = lesson.labs.iter().map(|lab| ("check", lab.slug));
        let demos = lesson.demos.iter().map(|demo| ("demo", demo.slug));
        labs.chain(demos)
            .filter(|(_, name)| *name == slug)
            .map(|(verb, name)| format!("syslab {} {verb} {name}", lesson.slug))
    });
    let command = commands.next()?;
    commands.next().is_none().then_some(command)
}

/// Parses the arguments and does what they ask for; the exit code.
pub fn main(args: impl IntoIterator<Item = OsString>) -> u8 {
    exit::install_panic_hook();
    let parsed = command().try_get_matches_from(asked(args));
    let parsed = parsed.and_then(|matches| {
        Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command()))
    });
    let cli = match parsed.map_err(with_tip) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are data and go to stdout, mistakes to stderr. Whoever reads help
            // may stop reading.
            return match error.print() {
                _ if error.use_stderr() => exit::USAGE,
                Err(failed) if failed.kind() != std::io::ErrorKind::BrokenPipe => exit::MACHINE,
                _ => exit::DONE,
            };
        }
    };
    let screen = Screen::new(cli.color).quiet(cli.quiet);
    exit::report(cli.run(&screen), &screen)
}

impl Cli {
    fn run(&self, screen: &Screen) -> Outcome {
        match &self.verb {
            None => overview::run(screen),
            Some(Verb::Lesson(lesson, verb)) => match verb {
                LessonVerb::Read(args) => read::run(args, lesson, screen),
                LessonVerb::Demo(args) => demo::run(args, lesson, screen),
                LessonVerb::Trace(args) => exercise::run(args, lesson, screen),
                LessonVerb::Start(args) => start::run(args, lesson, screen),
                LessonVerb::Check(args) => check::run(args, lesson, screen),
            },
            Some(Verb::LessonTool(tool, matches)) => (tool.run)(matches, screen),
            Some(Verb::Tool(tool)) => match tool {
                Tool::Init(args) => init::run(args, screen),
                Tool::Watch(args) => watch::run(args, screen),
                Tool::Start(args) => start::run_any(args, screen),
                Tool::Check(args) => check::run_any(args, screen),
                Tool::Hint(args) => hint::run(args, screen),
                Tool::Reset(args) => reset::run(args, screen),
                Tool::Compare(args) => compare::run(args, screen),
                Tool::List(args) => list::run(args, screen),
                Tool::Read(args) => contents::run(args, screen),
                Tool::Trace(args) => trace::run(args, screen),
                Tool::Grade(args) => grade::run(args, screen),
                Tool::Doctor(args) => doctor::run(args, screen),
                Tool::Completions(args) => completions::run(args, command(), screen),
                Tool::Man(args) => man::run(args, command(), screen),
                Tool::Author(author) => author::run(author, screen),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn help_is_asked_for_as_by_an_option() {
        let words = |line: &str| -> Vec<OsString> { line.split(' ').map(OsString::from).collect() };
        let help = asked(words("syslab help process check"));
        assert_eq!(help, words("syslab process check --help"));
        let other = words("syslab read help");
        assert_eq!(asked(other.clone()), other);
    }

    #[test]
    fn who_names_a_lab_or_a_demo_is_told_the_command() {
        let tip = |line: &str| {
            let parsed = command().try_get_matches_from(line.split(' '));
            with_tip(parsed.unwrap_err()).to_string()
        };
        let lab = tip("syslab durable-log");
        assert!(
            lab.contains("tip: the command is 'syslab process check durable-log'"),
            "{lab}"
        );
        let demo = tip("syslab shm zero-copy");
        assert!(demo.contains("'syslab fds demo zero-copy'"), "{demo}");
        assert_eq!(meant_by("no-such-lab"), None);
    }

    #[test]
    fn tools_of_lessons_are_of_a_lesson_and_called_like_no_verb() {
        for tool in LESSON_TOOLS {
            assert!(LESSONS.iter().any(|lesson| lesson.slug == tool.lesson));
            assert!(!LessonVerb::has_subcommand(tool.name), "{}", tool.name);
        }
    }
}
