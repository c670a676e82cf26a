//! From text to a recording. One pass, linear in the size of the text.

mod arguments;
mod clients;
mod lexer;

use std::str::FromStr;

use self::lexer::{Expected, Rest};
use super::names::{errno_number, signal_number};
use super::open::OpenCalls;
use crate::model::recording::{
    Arg, Call, Event, ExecState, ExitStatus, Likeness, LimitKind, Mode, Recording, Returned,
    STRIKE, SigSet, Stream, Task, Usage, What, World,
};

pub(super) use self::arguments::split_inode;

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

impl Rest<'_> {
    fn line(&mut self, events: &mut Vec<Event>, open: &mut OpenCalls) -> Result<(), Expected> {
        let at = events.len();
        let what = if self.eat("* ") {
            What::World(self.world()?)
        } else if self.eat(". ") {
            if self.eat("zombies") {
                What::Zombies(self.tasks()?)
            } else {
                self.expect("rest", "`rest` or `zombies`")?;
                What::Rest(self.zombies()?)
            }
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
            "state" => Ok(What::State(task, self.exec()?)),
            "usage" => Ok(What::Usage(task, self.usage()?)),
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
        } else if self.eat("stdout closed") {
            Ok(World::OutputClosed)
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
        } else if self.eat("mode ") {
            let path = self.string()?;
            if self.eat(" absent") {
                return Ok(World::Mode(path, None));
            }
            self.expect(" 0", "` absent`, or the mode, an octal number")?;
            let digits = self.identifier();
            let mode = u32::from_str_radix(digits, 8).map_err(|_| "the mode, an octal number")?;
            self.expect(" ", "the inode's number")?;
            let inode = self.number("the inode's number")?;
            Ok(World::Mode(path, Some(Mode { mode, inode })))
        } else if self.eat("passed ") {
            Ok(World::Passed(self.number("milliseconds")?))
        } else if self.eat("listening ") {
            Ok(World::Listening(self.endpoint()?))
        } else if self.eat("clients ") {
            let crowd = self.string()?;
            self.expect(" ", "a blank")?;
            Ok(World::Started(crowd, self.number("how many clients")?))
        } else if self.eat("tell ") {
            Ok(World::Told(self.string()?))
        } else if self.eat("dismiss ") {
            Ok(World::Dismissed(self.string()?))
        } else if self.eat("saw ") {
            Ok(World::Saw(Box::new(self.sighting()?)))
        } else if self.eat("replaced ") {
            Ok(World::Replaced(self.string()?))
        } else if self.eat("wrote ") {
            let path = self.string()?;
            self.expect(" ", "what was written")?;
            Ok(World::Written(path, self.bytes()?))
        } else if self.eat("hung up ") {
            Ok(World::HungUp(self.string()?))
        } else if self.eat("left ") {
            let place = self.string()?;
            self.expect(" [ ", "what is left, in brackets")?;
            let mut names = Vec::new();
            while !self.eat("]") {
                names.push(self.string()?);
                self.expect(" ", "a blank")?;
            }
            Ok(World::Left(place, names))
        } else if self.eat("resized ") {
            let path = self.string()?;
            self.expect(" ", "a blank")?;
            Ok(World::Resized(path, self.number("how many bytes")?))
        } else if self.eat("compared ") {
            let path = self.string()?;
            if self.eat(" absent") {
                return Ok(World::Compared(path, None));
            }
            self.expect(" len=", "` absent`, or ` len=`")?;
            let len = self.number("how many bytes")?;
            self.expect(" same=", "` same=`")?;
            let same = self.number("how many bytes")?;
            Ok(World::Compared(path, Some(Likeness { len, same })))
        } else if self.eat("measured ") {
            Ok(World::Measured(self.measure()?))
        } else if self.eat("target ") {
            Ok(World::Target(self.bytes()?))
        } else if self.eat("limit ") {
            let name = self.identifier();
            let kind = LIMIT_KINDS.iter().find(|(known, _)| *known == name);
            let kind = kind.ok_or("the name of a limit")?.1;
            self.expect(" ", "the limit's figure")?;
            Ok(World::Limit(kind, self.number("the limit's figure")?))
        } else if self.eat("blind ") {
            Ok(World::Blind(self.string()?))
        } else {
            Err(
                "`stdin`, `stdout`, `stderr`, `signal`, `file`, `passed`, `listening`, `clients`, \
                 `tell`, `dismiss`, `saw`, `measured`, `target`, `limit` or `blind`",
            )
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

    fn usage(&mut self) -> Result<Usage, Expected> {
        self.expect(" cpu=", "` cpu=` and microseconds")?;
        let cpu_us = self.number("microseconds")?;
        self.expect(" maxrss=", "` maxrss=` and KiB")?;
        let maxrss_kib = self.number("KiB")?;
        let private_kib = match self.eat(" private=") {
            true => Some(self.number("KiB")?),
            false => None,
        };
        Ok(Usage {
            cpu_us,
            maxrss_kib,
            private_kib,
        })
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
        match self.eat(" zombies") {
            true => self.tasks(),
            false => Ok(Vec::new()),
        }
    }

    /// Numbers, each behind a blank.
    fn tasks(&mut self) -> Result<Vec<Task>, Expected> {
        let mut tasks = Vec::new();
        while self.0.starts_with(' ') && !self.0.starts_with("  ") {
            self.eat(" ");
            tasks.push(self.number("the number of a zombie")?);
        }
        Ok(tasks)
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
}
