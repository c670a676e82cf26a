//! From text to a recording. One pass, linear in the size of the text.

use std::str::FromStr;

use super::escape::unescape;
use super::names::{errno_number, signal_number};
use super::open::OpenCalls;
use crate::model::recording::{
    Arg, Bytes, Call, Event, ExecState, ExitStatus, Fd, Frame, LimitKind, Object, Recording,
    Returned, STRIKE, SigSet, Stream, Task, What, World,
};

/// A line that is no event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: expected {expected}, found {found:?}")]
pub struct ParseError {
    /// The line's number, from 1.
    pub line: usize,
    /// What could have stood there.
    pub expected: &'static str,
    /// What stood there instead: the beginning of the rest of the line.
    pub found: String,
}

/// Characters of the offending text that an error repeats.
const FOUND_MAX: usize = 60;

/// The words for limits.
pub(super) const LIMIT_KINDS: &[(&str, LimitKind)] = &[
    ("cpu", LimitKind::Cpu),
    ("time", LimitKind::Time),
    ("exit", LimitKind::Exit),
    ("stuck", LimitKind::Stuck),
    ("memory", LimitKind::Memory),
    ("tasks", LimitKind::Tasks),
    ("output", LimitKind::Output),
    ("events", LimitKind::Events),
    ("stopped", LimitKind::Stopped),
    ("interrupted", LimitKind::Interrupted),
];

impl FromStr for Recording {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let mut recording = Self::default();
        let mut open = OpenCalls::default();
        for (nth, line) in text.split('\n').enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut rest = Rest(line);
            rest.line(&mut recording.events, &mut open)
                .map_err(|expected| ParseError {
                    line: nth + 1,
                    expected,
                    found: rest.0.chars().take(FOUND_MAX).collect(),
                })?;
        }
        Ok(recording)
    }
}

/// Whether this text, as an argument, is read as this very word.
pub(super) fn reads_as_word(text: &str) -> bool {
    let is_printable = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if !is_printable || text.trim() != text {
        return false;
    }
    let mut rest = Rest(text);
    matches!(rest.arg(), Ok(Arg::Word(word)) if word == text) && rest.0.is_empty()
}

/// Splits `NAME [INODE]`; `None` if the text does not end like that.
pub(super) fn split_inode(text: &str) -> Option<(&str, &str)> {
    let (name, digits) = text.strip_suffix(']')?.rsplit_once(" [")?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some((name, digits))
}

/// What was expected and not found.
type Expected = &'static str;

/// The part of a line that has not been read yet.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn line(&mut self, events: &mut Vec<Event>, open: &mut OpenCalls) -> Result<(), Expected> {
        let at = events.len();
        let what = if self.eat("* ") {
            What::World(self.world()?)
        } else if self.eat(". ") {
            self.expect("rest", "`rest`")?;
            What::Rest(self.zombies()?)
        } else {
            let task = self.number("a task's number, `*` or `.`")?;
            self.expect(" ", "a blank after the task")?;
            if self.eat("... ") {
                self.exit(task, events, open)?
            } else {
                self.event(task)?
            }
        };
        let answer = match what {
            What::Enter(task, _) => {
                let answer = self.answer_or_dots()?;
                if answer.is_none() {
                    open.enter(task, at);
                }
                answer.map(|returned| What::Exit {
                    task,
                    enter: at,
                    returned,
                })
            }
            _ => None,
        };
        let site = self.site()?;
        events.push(Event { site, what });
        events.extend(answer.map(|what| Event {
            site: Vec::new(),
            what,
        }));
        Ok(())
    }

    /// What comes after the number of a task; of a call, the part before its answer.
    fn event(&mut self, task: Task) -> Result<What, Expected> {
        if self.eat("--- ") {
            return Ok(What::Signal(task, self.signal()?));
        }
        if self.eat("+++ ") {
            let status = if self.eat("exit ") {
                ExitStatus::Code(self.number("an exit status")?)
            } else if self.eat("signal ") {
                ExitStatus::Signal(self.signal()?)
            } else {
                return Err("`exit N` or `signal NAME`");
            };
            let zombies = self.zombies()?;
            return Ok(What::End {
                task,
                status,
                zombies,
            });
        }
        if self.eat("!!! ") {
            let fault = if self.eat("strike") {
                STRIKE
            } else {
                self.number("the index of a fault, or `strike`")?
            };
            return Ok(What::Struck(task, fault));
        }
        let name = self.name("the name of a call or of an event")?;
        if self.eat("(") {
            let args = self.args()?;
            return Ok(What::Enter(task, Call { name, args }));
        }
        match name.as_str() {
            "begin" => Ok(What::Begin(task)),
            "exec" => Ok(What::Exec(task, self.exec()?)),
            "stop" => {
                self.expect(" ", "a signal")?;
                Ok(What::Stop(task, self.signal()?))
            }
            "fork" | "thread" => {
                self.expect(" ", "the new task's number")?;
                Ok(What::Fork {
                    task,
                    child: self.number("the new task's number")?,
                    thread: name == "thread",
                })
            }
            _ => Err("`(`"),
        }
    }

    /// The return of a call, after the dots.
    fn exit(
        &mut self,
        task: Task,
        events: &[Event],
        open: &mut OpenCalls,
    ) -> Result<What, Expected> {
        let name = if self.eat("?") {
            None
        } else {
            Some(self.name("the name of a call")?)
        };
        let enter = if self.eat(" [") {
            let enter = self.number("the number of the event at which it was entered")?;
            self.expect("]", "`]`")?;
            enter
        } else {
            open.latest(task)
                .ok_or("a call that the task has entered")?
        };
        let entered = events.get(enter).and_then(|event| match &event.what {
            What::Enter(_, call) => Some(call.name.as_str()),
            _ => None,
        });
        if entered != name.as_deref() {
            return Err("the name of the call that returns");
        }
        open.leave(task, enter);
        self.expect(" = ", "` = ` and what it returned")?;
        Ok(What::Exit {
            task,
            enter,
            returned: self.returned()?,
        })
    }

    fn world(&mut self) -> Result<World, Expected> {
        if self.eat("stdin closed") {
            Ok(World::Closed)
        } else if self.eat("stdin ") {
            Ok(World::Sent(self.bytes()?))
        } else if self.eat("stdout ") {
            Ok(World::Received(Stream::Stdout, self.bytes()?))
        } else if self.eat("stderr ") {
            Ok(World::Received(Stream::Stderr, self.bytes()?))
        } else if self.eat("signal ") {
            Ok(World::Signalled(self.signal()?))
        } else if self.eat("file ") {
            let path = self.string()?;
            self.expect(" ", "the file's content, or `absent`")?;
            if self.eat("absent") {
                Ok(World::File(path, None))
            } else {
                Ok(World::File(path, Some(self.bytes()?)))
            }
        } else if self.eat("limit ") {
            let name = self.identifier();
            let kind = LIMIT_KINDS.iter().find(|(known, _)| *known == name);
            let kind = kind.ok_or("the name of a limit")?.1;
            self.expect(" ", "the limit's figure")?;
            Ok(World::Limit(kind, self.number("the limit's figure")?))
        } else if self.eat("blind ") {
            Ok(World::Blind(self.string()?))
        } else {
            Err("`stdin`, `stdout`, `stderr`, `signal`, `file`, `limit` or `blind`")
        }
    }

    fn exec(&mut self) -> Result<ExecState, Expected> {
        self.expect(" ", "the path of the executable")?;
        let mut state = ExecState {
            path: self.string()?,
            ..ExecState::default()
        };
        if self.eat(" fds=") {
            while !self.0.is_empty() && !self.0.starts_with(' ') {
                state.fds.push(self.fd()?);
                if !self.eat(",") {
                    break;
                }
            }
        }
        if self.eat(" blocked=") {
            state.blocked = self.signals()?;
        }
        if self.eat(" ignored=") {
            state.ignored = self.signals()?;
        }
        if self.eat(" limits=") {
            loop {
                let name = self.name("the name of a limit")?;
                self.expect(":", "`:` and the soft limit")?;
                let soft = self.amount()?;
                self.expect(":", "`:` and the hard limit")?;
                state.limits.push((name, soft, self.amount()?));
                if !self.eat(",") {
                    break;
                }
            }
        }
        Ok(state)
    }

    fn amount(&mut self) -> Result<u64, Expected> {
        if self.eat("unlimited") {
            Ok(u64::MAX)
        } else {
            self.number("a limit")
        }
    }

    fn signals(&mut self) -> Result<SigSet, Expected> {
        self.expect("[", "`[` and signals")?;
        let mut signals = Vec::new();
        while !self.eat("]") {
            let name = format!("SIG{}", self.identifier());
            let signo = signal_number(&name).filter(|signo| (1..=64).contains(signo));
            signals.push(signo.ok_or("the name of a signal, without SIG")?);
            self.eat(" ");
        }
        Ok(signals.into_iter().collect())
    }

    fn signal(&mut self) -> Result<i32, Expected> {
        let end = self.0.find(' ').unwrap_or(self.0.len());
        let signo = signal_number(&self.0[..end]).ok_or("the name of a signal")?;
        self.0 = &self.0[end..];
        Ok(signo)
    }

    fn zombies(&mut self) -> Result<Vec<Task>, Expected> {
        let mut zombies = Vec::new();
        if self.eat(" zombies") {
            while self.0.starts_with(' ') && !self.0.starts_with("  ") {
                self.eat(" ");
                zombies.push(self.number("the number of a zombie")?);
            }
        }
        Ok(zombies)
    }

    fn args(&mut self) -> Result<Vec<Arg>, Expected> {
        let mut args = Vec::new();
        if self.eat(")") {
            return Ok(args);
        }
        loop {
            args.push(self.arg()?);
            if self.eat(")") {
                return Ok(args);
            }
            self.expect(",", "`,` or `)` after an argument")?;
            self.eat(" ");
        }
    }

    fn arg(&mut self) -> Result<Arg, Expected> {
        if self.0.starts_with('"') {
            return self.bytes().map(Arg::Str);
        }
        if self.0.starts_with('`') {
            return self.backquoted().map(Arg::Word);
        }
        let digits = self.integer_len();
        if digits > 0 && self.0[digits..].starts_with('<') {
            return self.fd().map(Arg::Fd);
        }
        let word = self.take(word_len(self.0).ok_or("an argument whose brackets are closed")?);
        if word.is_empty() {
            return Err("an argument");
        }
        Ok(match (word, word.parse::<i64>()) {
            ("?", _) => Arg::Unknown,
            (word, Ok(number)) if number.to_string() == word => Arg::Int(number),
            (word, _) => Arg::Word(word.to_owned()),
        })
    }

    fn fd(&mut self) -> Result<Fd, Expected> {
        let number = self.number("the number of a descriptor")?;
        if self.eat("<?>") {
            return Ok(Fd {
                number,
                object: None,
            });
        }
        let object = Some(self.object()?);
        Ok(Fd { number, object })
    }

    fn object(&mut self) -> Result<Object, Expected> {
        self.expect("<", "`<` and what the descriptor refers to")?;
        let inner = self.until(b'>').ok_or("`>` after a name")?;
        let (name, inode) = match split_inode(inner) {
            Some((name, digits)) => (name, digits.parse().map_err(|_| "an inode number")?),
            None => (inner, 0),
        };
        let name = unescaped(name)?;
        Ok(Object { name, inode })
    }

    /// What follows a call's arguments: its answer, or dots if it did not return at once.
    fn answer_or_dots(&mut self) -> Result<Option<Returned>, Expected> {
        if self.eat(" ...") || self.eat(" = ?") {
            return Ok(None);
        }
        self.expect(" = ", "` = ` and what the call returned, or ` ...`")?;
        self.returned().map(Some)
    }

    fn returned(&mut self) -> Result<Returned, Expected> {
        let mut returned = Returned::default();
        let value = self.value()?;
        returned.value = value;
        if self.0.starts_with('<') {
            returned.object = Some(self.object()?);
        }
        if self.0.starts_with(" E") {
            self.eat(" ");
            let end = self.0.find(' ').unwrap_or(self.0.len());
            let errno = errno_number(&self.0[..end]).ok_or("the name of an errno")?;
            self.take(end);
            returned.errno = Some(errno);
            if value == -1 {
                returned.value = -i64::from(errno);
            }
        }
        if self.eat(" @") {
            returned.offset = Some(self.number("a file offset")?);
        }
        returned.injected = self.eat(" (injected)");
        Ok(returned)
    }

    fn value(&mut self) -> Result<i64, Expected> {
        if self.eat("0x") {
            let digits = self.0.bytes().take_while(u8::is_ascii_hexdigit).count();
            let value = u64::from_str_radix(&self.0[..digits], 16).map_err(|_| "an address")?;
            self.take(digits);
            Ok(value as i64)
        } else {
            self.number("what the call returned")
        }
    }

    /// The place of a call, if the line goes on; then the line must end.
    fn site(&mut self) -> Result<Vec<Frame>, Expected> {
        let mut frames = Vec::new();
        self.0 = self.0.trim_start();
        if self.eat("#") {
            loop {
                self.0 = self.0.trim_start();
                frames.push(self.frame()?);
                if !self.eat(" <") {
                    break;
                }
            }
        }
        if self.0.is_empty() {
            Ok(frames)
        } else {
            Err("the end of the line, or `# file:line (function)`")
        }
    }

    fn frame(&mut self) -> Result<Frame, Expected> {
        const WANTED: Expected = "`file:line (function)` or `module+0xADDRESS`";
        let end = self.0.find(' ').unwrap_or(self.0.len());
        let token = &self.0[..end];
        let native = token.rsplit_once("+0x").and_then(|(module, digits)| {
            let address = u64::from_str_radix(digits, 16).ok()?;
            digits.as_bytes()[0]
                .is_ascii_hexdigit()
                .then_some((module, address))
        });
        let frame = if let Some((module, address)) = native {
            Frame::Native {
                module: unescaped(module)?,
                address,
            }
        } else {
            let (file, line) = token.rsplit_once(':').ok_or(WANTED)?;
            Frame::Source {
                file: unescaped(file)?,
                line: line.parse().map_err(|_| WANTED)?,
                function: String::new(),
            }
        };
        self.take(end);
        match frame {
            Frame::Source { file, line, .. } if self.eat(" (") => {
                let function = unescaped(self.until(b')').ok_or("`)` after a function")?)?;
                Ok(Frame::Source {
                    file,
                    line,
                    function,
                })
            }
            frame => Ok(frame),
        }
    }

    fn name(&mut self, expected: Expected) -> Result<String, Expected> {
        if self.0.starts_with('`') {
            return self.backquoted();
        }
        match self.identifier() {
            "" => Err(expected),
            name => Ok(name.to_owned()),
        }
    }

    fn identifier(&mut self) -> &'a str {
        let end = self
            .0
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
            .count();
        self.take(end)
    }

    fn backquoted(&mut self) -> Result<String, Expected> {
        self.expect("`", "a backquote")?;
        unescaped(self.until(b'`').ok_or("a closing backquote")?)
    }

    fn string(&mut self) -> Result<String, Expected> {
        self.expect("\"", "a string in quotes")?;
        unescaped(self.until(b'"').ok_or("a closing quote")?)
    }

    fn bytes(&mut self) -> Result<Bytes, Expected> {
        self.expect("\"", "a string in quotes")?;
        let inner = self.until(b'"').ok_or("a closing quote")?;
        let data = unescape(inner).ok_or("a string with valid escapes")?;
        let cut = if self.eat("...") {
            self.number("the number of bytes that were cut")?
        } else {
            0
        };
        Ok(Bytes { data, cut })
    }

    /// Takes everything before the next unescaped `end`, and `end` itself.
    fn until(&mut self, end: u8) -> Option<&'a str> {
        let bytes = self.0.as_bytes();
        let mut at = 0;
        loop {
            match bytes.get(at)? {
                b'\\' => at += 2,
                byte if *byte == end => break,
                _ => at += 1,
            }
        }
        let inner = self.0.get(..at)?;
        self.0 = &self.0[at + 1..];
        Some(inner)
    }

    fn number<T: FromStr>(&mut self, expected: Expected) -> Result<T, Expected> {
        let len = self.integer_len();
        let number = self.0[..len].parse().map_err(|_| expected)?;
        self.take(len);
        Ok(number)
    }

    /// The length of the integer at the front; 0 if there is none.
    fn integer_len(&self) -> usize {
        let sign = usize::from(self.0.starts_with('-'));
        let digits = self.0[sign..].bytes().take_while(u8::is_ascii_digit);
        match digits.count() {
            0 => 0,
            digits => sign + digits,
        }
    }

    fn take(&mut self, len: usize) -> &'a str {
        let (taken, rest) = self.0.split_at(len);
        self.0 = rest;
        taken
    }

    fn eat(&mut self, word: &str) -> bool {
        match self.0.strip_prefix(word) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, word: &str, expected: Expected) -> Result<(), Expected> {
        self.eat(word).then_some(()).ok_or(expected)
    }
}

fn unescaped(text: &str) -> Result<String, Expected> {
    let bytes = unescape(text).ok_or("valid escapes")?;
    String::from_utf8(bytes).map_err(|_| "UTF-8")
}

/// The length of the word at the front: up to a comma or a `)` outside brackets and quotes.
fn word_len(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b',' | b')' if depth == 0 => return Some(at),
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' => loop {
                match bytes.next()?.1 {
                    b'\\' => {
                        bytes.next()?;
                    }
                    b'"' => break,
                    _ => {}
                }
            },
            _ => {}
        }
    }
    (depth == 0).then_some(text.len())
}
