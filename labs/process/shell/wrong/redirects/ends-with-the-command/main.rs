//! The mistake: a file that cannot be opened ends the shell and not the command.

use std::env;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, IsTerminal, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio, exit};

const FAILED: i32 = 1;
const SYNTAX: i32 = 2;
const NOT_EXECUTABLE: i32 = 126;
const NOT_FOUND: i32 = 127;
const BY_SIGNAL: i32 = 128;

const SIGINT: i32 = 2;
const SIGQUIT: i32 = 3;
const SIG_DFL: usize = 0;
const SIG_IGN: usize = 1;

unsafe extern "C" {
    /// signal(2): the standard library has no safe way to ignore a signal.
    fn signal(signum: i32, handler: usize) -> usize;
}

/// Sets what SIGINT and SIGQUIT do.
fn on_interrupt(handler: usize) {
    for signum in [SIGINT, SIGQUIT] {
        // SAFETY: the handler is SIG_DFL or SIG_IGN: no code of ours runs.
        unsafe { signal(signum, handler) };
    }
}

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

/// Where a stage reads and writes; `None`: where the shell does.
#[derive(Default)]
struct Streams {
    stdin: Option<OwnedFd>,
    stdout: Option<OwnedFd>,
    stderr: Option<OwnedFd>,
}

/// A stage, once it was to be started.
enum Stage {
    Running(Child),
    /// It never ran; its status.
    Over(i32),
}

struct Shell {
    status: i32,
    on_terminal: bool,
    background: Vec<Child>,
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
    fn redirect(&self, simple: &Simple, streams: &mut Streams) -> io::Result<()> {
        for (operator, word) in &simple.redirects {
            let path = self.expanded(word);
            let mut options = OpenOptions::new();
            options.write(true).create(true);
            let opened: io::Result<OwnedFd> = match operator {
                Operator::Input => File::open(&path).map(Into::into),
                Operator::Append => options.append(true).open(&path).map(Into::into),
                Operator::Output | Operator::Errors => {
                    options.truncate(true).open(&path).map(Into::into)
                }
                Operator::ErrorsToOutput => match &streams.stdout {
                    Some(stdout) => stdout.try_clone(),
                    None => io::stdout().as_fd().try_clone_to_owned(),
                },
            };
            let opened =
                opened.map_err(|error| io::Error::new(error.kind(), format!("{path}: {error}")))?;
            match operator {
                Operator::Input => streams.stdin = Some(opened),
                Operator::Output | Operator::Append => streams.stdout = Some(opened),
                Operator::Errors | Operator::ErrorsToOutput => streams.stderr = Some(opened),
            }
        }
        Ok(())
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
                for mut child in self.background.drain(..) {
                    // Somebody else's child is nobody to wait for.
                    let _gone = child.wait();
                }
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

    /// Starts one stage. An error means that there can be no further process.
    fn start(
        &mut self,
        simple: &Simple,
        mut streams: Streams,
        is_alone: bool,
        in_background: bool,
    ) -> io::Result<Stage> {
        if let Err(error) = self.redirect(simple, &mut streams) {
            eprintln!("shell: {error}");
            exit(FAILED);
        }
        let words: Vec<String> = simple
            .words
            .iter()
            .map(|word| self.expanded(word))
            .collect();
        if let Some(status) = self.built_in(&words, is_alone) {
            return Ok(Stage::Over(status));
        }
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        match streams.stdin {
            Some(stdin) => drop(command.stdin(stdin)),
            None if in_background => drop(command.stdin(Stdio::null())),
            None => {}
        }
        if let Some(stdout) = streams.stdout {
            command.stdout(stdout);
        }
        if let Some(stderr) = streams.stderr {
            command.stderr(stderr);
        }
        if in_background || self.on_terminal {
            let handler = if in_background { SIG_IGN } else { SIG_DFL };
            // SAFETY: signal(2) may be called between fork and exec; see signal-safety(7).
            unsafe {
                command.pre_exec(move || {
                    on_interrupt(handler);
                    Ok(())
                });
            }
        }
        let status = match command.spawn() {
            Ok(child) => return Ok(Stage::Running(child)),
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::OutOfMemory) =>
            {
                return Err(error);
            }
            Err(error) => {
                eprintln!("shell: {}: {error}", words[0]);
                if error.kind() == ErrorKind::NotFound {
                    NOT_FOUND
                } else {
                    NOT_EXECUTABLE
                }
            }
        };
        Ok(Stage::Over(status))
    }

    /// Starts every stage; an error if there could not be a process for one of them.
    fn start_all(&mut self, pipeline: &Pipeline, stages: &mut Vec<Stage>) -> io::Result<()> {
        let mut stdin = None;
        let is_alone = pipeline.stages.len() == 1 && !pipeline.in_background;
        for (nth, simple) in pipeline.stages.iter().enumerate() {
            let mut streams = Streams {
                stdin: stdin.take(),
                ..Streams::default()
            };
            if nth + 1 < pipeline.stages.len() {
                let (reader, writer) = io::pipe()?;
                stdin = Some(reader.into());
                streams.stdout = Some(writer.into());
            }
            stages.push(self.start(simple, streams, is_alone, pipeline.in_background)?);
        }
        Ok(())
    }

    fn run(&mut self, pipeline: &Pipeline) -> i32 {
        let mut stages = Vec::new();
        let started = self.start_all(pipeline, &mut stages);
        if started.is_ok() && pipeline.in_background {
            self.background
                .extend(stages.into_iter().filter_map(|stage| match stage {
                    Stage::Running(child) => Some(child),
                    Stage::Over(_) => None,
                }));
            return 0;
        }
        let mut last = 0;
        for stage in stages {
            last = match stage {
                Stage::Running(mut child) => child.wait().map_or(FAILED, status_of),
                Stage::Over(status) => status,
            };
        }
        match started {
            Ok(()) => last,
            Err(error) => {
                eprintln!("shell: cannot start a command: {error}");
                FAILED
            }
        }
    }

    fn main(&mut self) -> io::Result<i32> {
        let mut input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
        loop {
            self.background
                .retain_mut(|child| matches!(child.try_wait(), Ok(None)));
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

fn status_of(status: ExitStatus) -> i32 {
    status
        .code()
        .unwrap_or_else(|| BY_SIGNAL + status.signal().unwrap_or(0))
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
    if on_terminal {
        on_interrupt(SIG_IGN);
    }
    let mut shell = Shell {
        status: 0,
        on_terminal,
        background: Vec::new(),
    };
    match shell.main() {
        Ok(status) => exit(status),
        Err(error) => {
            eprintln!("shell: {error}");
            exit(FAILED);
        }
    }
}
