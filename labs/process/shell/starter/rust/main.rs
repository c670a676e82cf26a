//! shell: pipelines, redirections, background commands.
//!
//! This starter reads lines, understands them, and runs one command after the other. Reading and
//! understanding are done; follow the TODOs for the rest.

use std::env;
use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal, Read, Write};
use std::os::fd::AsFd;
use std::process::{Command, ExitStatus, exit};

const FAILED: i32 = 1;
const SYNTAX: i32 = 2;

#[derive(Clone, Copy, PartialEq)]
enum Operator {
    Input,
    Output,
    Append,
    Errors,
    ErrorsToOutput,
}

/// The longest come first: a line is matched against them in this order.
const OPERATORS: &[(&str, Operator)] = &[
    ("2>&1", Operator::ErrorsToOutput),
    ("2>", Operator::Errors),
    (">>", Operator::Append),
    (">", Operator::Output),
    ("<", Operator::Input),
];

/// Words are kept as they were written; quotes go, and `$?` comes, when the command is started.
#[derive(Default)]
struct Simple {
    words: Vec<String>,
    redirects: Vec<(Operator, String)>,
}

struct Pipeline {
    stages: Vec<Simple>,
    in_background: bool,
}

/// Takes a word as it is written; `None` if there is none, or a quote in it is not closed.
fn take_word(rest: &mut &str) -> Option<String> {
    *rest = rest.trim_start_matches([' ', '\t']);
    let mut quote = None;
    let end = rest.char_indices().find(|(_, c)| {
        match (quote, *c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(*c),
            _ => {}
        }
        quote.is_none() && " \t|<>;&".contains(*c)
    });
    if quote.is_some() {
        return None;
    }
    let (word, after) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
    *rest = after;
    (!word.is_empty()).then(|| word.to_owned())
}

/// Takes what stands between two operators; `None` if it makes no sense.
fn take_simple(rest: &mut &str) -> Option<Simple> {
    let mut simple = Simple::default();
    loop {
        *rest = rest.trim_start_matches([' ', '\t']);
        if rest.is_empty() || rest.starts_with(['|', ';', '&']) {
            let is_something = !simple.words.is_empty() || !simple.redirects.is_empty();
            return is_something.then_some(simple);
        }
        let found = OPERATORS.iter().find(|(text, _)| rest.starts_with(text));
        if let Some((text, operator)) = found {
            *rest = &rest[text.len()..];
            let word = match operator {
                Operator::ErrorsToOutput => String::new(),
                _ => take_word(rest)?,
            };
            simple.redirects.push((*operator, word));
        } else {
            simple.words.push(take_word(rest)?);
        }
    }
}

/// The pipelines of a line; `None` if it makes no sense.
fn parse(line: &str) -> Option<Vec<Pipeline>> {
    let mut rest = line.trim_start_matches([' ', '\t']);
    let mut pipelines = Vec::new();
    while !rest.is_empty() {
        let mut stages = vec![take_simple(&mut rest)?];
        while let Some(after) = rest.strip_prefix('|') {
            rest = after;
            stages.push(take_simple(&mut rest)?);
        }
        let in_background = rest.starts_with('&');
        rest = rest.get(1..).unwrap_or("").trim_start_matches([' ', '\t']);
        pipelines.push(Pipeline {
            stages,
            in_background,
        });
    }
    Some(pipelines)
}

struct Shell {
    status: i32,
    on_terminal: bool,
}

impl Shell {
    /// A word as the command gets it.
    fn expanded(&self, word: &str) -> String {
        let mut made = String::new();
        let mut quote = None;
        let mut chars = word.chars().peekable();
        while let Some(c) = chars.next() {
            match (quote, c) {
                (Some(open), c) if c == open => quote = None,
                (None, '\'' | '"') => quote = Some(c),
                (None | Some('"'), '$') if chars.peek() == Some(&'?') => {
                    chars.next();
                    made += &self.status.to_string();
                }
                _ => made.push(c),
            }
        }
        made
    }

    /// Makes the redirections, left to right.
    fn redirect(&self, simple: &Simple, _command: &mut Command) -> io::Result<()> {
        // TODO: what is standard output at the moment at which 2>&1 is made?
        match simple.redirects.first() {
            None => Ok(()),
            Some((_, word)) => {
                let path = self.expanded(word);
                Err(io::Error::other(format!(
                    "{path}: redirections are still to come"
                )))
            }
        }
    }

    /// Runs a builtin; `None` if it is none. One that `is_alone` has an effect on the shell; in a
    /// pipeline or in the background only its status counts.
    fn built_in(&mut self, words: &[String], is_alone: bool) -> Option<i32> {
        let argument = words.get(1);
        match words.first().map(String::as_str) {
            None => Some(0),
            Some("exit") => {
                let status = argument.and_then(|n| n.parse().ok()).unwrap_or(self.status) & 255;
                if is_alone {
                    exit(status);
                }
                Some(status)
            }
            Some("cd" | "wait") if !is_alone => Some(0),
            Some("wait") => {
                // TODO: wait for all background commands.
                Some(0)
            }
            Some("cd") => {
                let home = env::var("HOME").unwrap_or_default();
                let directory = argument.unwrap_or(&home);
                match env::set_current_dir(directory) {
                    Ok(()) => Some(0),
                    Err(error) => {
                        eprintln!("shell: cd: {directory}: {error}");
                        Some(FAILED)
                    }
                }
            }
            Some(_) => None,
        }
    }

    /// Runs one stage to its end; its status.
    fn run_stage(&mut self, simple: &Simple, is_alone: bool) -> i32 {
        let words: Vec<String> = simple
            .words
            .iter()
            .map(|word| self.expanded(word))
            .collect();
        if let Some(status) = self.built_in(&words, is_alone) {
            return status;
        }
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        // TODO: which signal settings does the command get that were made for the shell?
        if let Err(error) = self.redirect(simple, &mut command) {
            eprintln!("shell: {error}");
            return FAILED;
        }
        match command.status() {
            Ok(status) => status_of(status),
            Err(error) => {
                // TODO: there are two statuses for a command that cannot be executed. And what if
                // there could not be a process at all?
                eprintln!("shell: {}: {error}", words[0]);
                FAILED
            }
        }
    }

    /// Starts every stage, and waits for them unless they are to run in the background.
    fn run(&mut self, pipeline: &Pipeline) -> i32 {
        // TODO: the stages are to run at the same time, with a pipe between each two. Who holds
        // which end of it, and how long?
        // TODO: a pipeline in the background is not waited for. Who asks for it later?
        let is_alone = pipeline.stages.len() == 1 && !pipeline.in_background;
        let mut last = 0;
        for simple in &pipeline.stages {
            last = self.run_stage(simple, is_alone);
        }
        last
    }

    fn main(&mut self) -> io::Result<i32> {
        let mut input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
        loop {
            if self.on_terminal {
                print!("$ ");
                io::stdout().flush()?;
            }
            let Some(line) = read_line(&mut input)? else {
                return Ok(self.status);
            };
            let Some(pipelines) = parse(&line) else {
                eprintln!("shell: syntax error");
                self.status = SYNTAX;
                continue;
            };
            for pipeline in &pipelines {
                self.status = self.run(pipeline);
            }
        }
    }
}

/// What `$?` says of a command.
fn status_of(status: ExitStatus) -> i32 {
    // TODO: and if it did not exit at all?
    status.code().unwrap_or(0)
}

/// A line without its newline; `None` at the end of input. NUL bytes are dropped: no word can hold
/// one.
fn read_line(input: &mut File) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    let mut byte = [0];
    loop {
        match input.read(&mut byte) {
            Ok(0) if line.is_empty() => return Ok(None),
            Ok(0) => break,
            Ok(_) if byte[0] == b'\n' => break,
            Ok(_) => line.extend(byte.iter().filter(|byte| **byte != 0)),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Some(String::from_utf8_lossy(&line).into_owned()))
}

fn main() {
    let on_terminal = io::stdin().is_terminal();
    // TODO: who gets SIGINT when somebody types Ctrl-C, and who is to end?
    let mut shell = Shell {
        status: 0,
        on_terminal,
    };
    match shell.main() {
        Ok(status) => exit(status),
        Err(error) => {
            eprintln!("shell: {error}");
            exit(FAILED);
        }
    }
}
