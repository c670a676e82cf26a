//! Ways in which one process wakes another.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::sync::atomic::Ordering;

use anyhow::{Context, bail};
use nix::sys::eventfd::EventFd;
use nix::sys::stat::Mode;

use crate::sys::shared::{self, Semaphore, Words};
use crate::sys::temporary;

/// Each way, as players and as people call it.
pub(super) const WAYS: &[(&str, &str)] = &[
    ("pipe", "pipe"),
    ("fifo", "FIFO"),
    ("stream", "Unix stream"),
    ("datagram", "Unix datagram"),
    ("eventfd", "eventfd"),
    ("semaphore", "POSIX semaphore"),
    ("futex", "futex"),
    ("spin", "spinning"),
];

/// One of two processes that wake each other.
pub(super) trait Side {
    /// Wakes the other one.
    fn wake(&mut self) -> io::Result<()>;

    /// Sleeps until it is woken.
    fn sleep(&mut self) -> io::Result<()>;
}

/// Both sides of a way. They are made before the fork, and each process keeps one.
pub(super) fn pair(way: &str) -> anyhow::Result<[Box<dyn Side>; 2]> {
    Ok(match way {
        "pipe" => {
            let (to_other, other) = (io::pipe()?, io::pipe()?);
            [
                Box::new(Bytes(other.0, to_other.1)),
                Box::new(Bytes(to_other.0, other.1)),
            ]
        }
        "fifo" => {
            let (to_other, other) = (fifo()?, fifo()?);
            [
                Box::new(Bytes(other.0, to_other.1)),
                Box::new(Bytes(to_other.0, other.1)),
            ]
        }
        "stream" => {
            let (one, other) = UnixStream::pair()?;
            [
                Box::new(Bytes(one.try_clone()?, one)),
                Box::new(Bytes(other.try_clone()?, other)),
            ]
        }
        "datagram" => {
            let (one, other) = UnixDatagram::pair()?;
            [Box::new(one), Box::new(other)]
        }
        "eventfd" => {
            let ends = || -> io::Result<[File; 2]> {
                let one = File::from(std::os::fd::OwnedFd::from(EventFd::new()?));
                Ok([one.try_clone()?, one])
            };
            let ([a, b], [c, d]) = (ends()?, ends()?);
            [Box::new(Counter(a, c)), Box::new(Counter(d, b))]
        }
        "semaphore" => {
            let pair = || -> io::Result<[std::rc::Rc<Semaphore>; 2]> {
                let one = std::rc::Rc::new(Semaphore::new()?);
                Ok([one.clone(), one])
            };
            let ([a, b], [c, d]) = (pair()?, pair()?);
            [Box::new(Semaphores(a, c)), Box::new(Semaphores(d, b))]
        }
        "futex" | "spin" => {
            let words = shared::unnamed(WORDS)?;
            let side = |own, other| -> io::Result<Box<dyn Side>> {
                Ok(Box::new(Turns {
                    words: Words::new(&words)?,
                    own,
                    other,
                    seen: 0,
                    said: 0,
                    is_spinning: way == "spin",
                }))
            };
            // In cache lines of their own.
            [side(0, LINE)?, side(LINE, 0)?]
        }
        _ => bail!("{way:?} is no way"),
    })
}

/// Words in a cache line.
const LINE: usize = 8;

/// Bytes of two cache lines.
const WORDS: u64 = 128;

/// Makes a FIFO, opens both ends, and removes its name.
fn fifo() -> anyhow::Result<(File, File)> {
    let directory = temporary::directory().context("cannot make a temporary directory")?;
    let path = directory.path().join("fifo");
    nix::unistd::mkfifo(&path, Mode::S_IRWXU)?;
    // Opening one end waits for the other, but for who opens both, on Linux; see fifo(7).
    let both = File::options().read(true).write(true).open(&path)?;
    let reading = File::open(&path)?;
    let writing = File::options().write(true).open(&path)?;
    drop(both);
    Ok((reading, writing))
}

/// A byte in a stream.
struct Bytes<R, W>(R, W);

impl<R: Read, W: Write> Side for Bytes<R, W> {
    fn wake(&mut self) -> io::Result<()> {
        self.1.write_all(b".")
    }

    fn sleep(&mut self) -> io::Result<()> {
        self.0.read_exact(&mut [0])
    }
}

impl Side for UnixDatagram {
    fn wake(&mut self) -> io::Result<()> {
        self.send(b".").map(drop)
    }

    fn sleep(&mut self) -> io::Result<()> {
        self.recv(&mut [0]).map(drop)
    }
}

/// What an eventfd adds, and what it holds: eight bytes.
struct Counter(File, File);

impl Side for Counter {
    fn wake(&mut self) -> io::Result<()> {
        self.1.write_all(&1_u64.to_ne_bytes())
    }

    fn sleep(&mut self) -> io::Result<()> {
        self.0.read_exact(&mut [0; 8])
    }
}

/// One's own, and the other's.
struct Semaphores(std::rc::Rc<Semaphore>, std::rc::Rc<Semaphore>);

impl Side for Semaphores {
    fn wake(&mut self) -> io::Result<()> {
        self.1.post();
        Ok(())
    }

    fn sleep(&mut self) -> io::Result<()> {
        self.0.wait();
        Ok(())
    }
}

/// A word for each, which counts how often it was its turn.
struct Turns {
    words: Words,
    own: usize,
    other: usize,
    seen: u32,
    said: u32,
    is_spinning: bool,
}

impl Side for Turns {
    fn wake(&mut self) -> io::Result<()> {
        let word = self.words.half(self.other);
        self.said = self.said.wrapping_add(1);
        word.store(self.said, Ordering::SeqCst);
        if !self.is_spinning {
            shared::wake(word);
        }
        Ok(())
    }

    fn sleep(&mut self) -> io::Result<()> {
        let word = self.words.half(self.own);
        while word.load(Ordering::SeqCst) == self.seen {
            match self.is_spinning {
                true => std::hint::spin_loop(),
                false => shared::sleep_while(word, self.seen),
            }
        }
        self.seen = self.seen.wrapping_add(1);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_that_was_woken_does_not_sleep() {
        for (way, _) in WAYS {
            let [mut one, mut other] = pair(way).unwrap();
            for _ in 0..3 {
                one.wake().unwrap();
                other.sleep().unwrap();
                other.wake().unwrap();
                one.sleep().unwrap();
            }
        }
        assert!(pair("shouting").is_err());
    }
}
