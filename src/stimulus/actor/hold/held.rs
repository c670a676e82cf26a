//! What is held, as it is told to whoever judges what an inspector says.

use std::io;

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::stat::fstat;

use std::os::fd::AsFd;

/// In place of a kind, a mode or a target: any text will do.
pub const ANYTHING: &[u8] = b"*";

/// The first word of a line that tells how many there are of what is not listed; two numbers follow:
/// of all descriptors from 3 on, and of sockets among them.
pub const MANY: &str = "many";

/// The first word of a line that tells what cannot be had on this machine.
pub const NOT_HERE: &str = "not-here";

/// One descriptor, and what may be said of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Its number.
    pub number: i32,
    /// Whether it is closed at the target's move.
    pub is_closed: bool,
    /// Whether it is opened only then.
    pub is_opened: bool,
    /// Its kind, as the contract names it.
    pub kind: String,
    /// `r`, `w`, `rw` or `-`.
    pub mode: String,
    /// What may be said of what it leads to, escaped as in the output of an inspector.
    pub targets: Vec<Vec<u8>>,
}

impl Held {
    /// A descriptor that is open, with its mode as the kernel has it.
    pub(super) fn of(number: i32, descriptor: impl AsFd, kind: &str) -> io::Result<Self> {
        let flags = OFlag::from_bits_retain(fcntl(descriptor, FcntlArg::F_GETFL)?);
        let mode = match flags & OFlag::O_ACCMODE {
            _ if flags.contains(OFlag::O_PATH) => "-",
            OFlag::O_WRONLY => "w",
            OFlag::O_RDWR => "rw",
            _ => "r",
        };
        Ok(Self {
            number,
            kind: kind.to_owned(),
            mode: mode.to_owned(),
            ..Self::default()
        })
    }

    /// One of its standard streams, which are all /dev/null, as standard output is from the beginning.
    pub(super) fn standard(number: i32) -> io::Result<Self> {
        let held = Self::of(number, io::stdout(), "device")?;
        Ok(held.leading_to([b"/dev/null".to_vec()]))
    }

    /// A descriptor of which anything may be said.
    pub(super) fn of_no_interest(number: i32) -> Self {
        let any = String::from_utf8_lossy(ANYTHING).into_owned();
        Self {
            number,
            kind: any.clone(),
            mode: any,
            targets: vec![ANYTHING.to_vec()],
            ..Self::default()
        }
    }

    /// What may be said of what it leads to.
    pub(super) fn leading_to(mut self, targets: impl IntoIterator<Item = Vec<u8>>) -> Self {
        self.targets.extend(targets);
        self
    }

    /// Reads a report; lines that are none are passed over.
    pub fn parse(report: &[u8]) -> Vec<Self> {
        let lines = report.split(|byte| *byte == b'\n').filter_map(|line| {
            let mut fields = line.split(|byte| *byte == b'\t');
            let mut word = || std::str::from_utf8(fields.next()?).ok();
            let (number, kind, mode) = (word()?, word()?, word()?);
            Some(Self {
                number: number.trim_start_matches(['-', '+']).parse().ok()?,
                is_closed: number.starts_with('-'),
                is_opened: number.starts_with('+'),
                kind: kind.to_owned(),
                mode: mode.to_owned(),
                targets: fields.map(<[u8]>::to_vec).collect(),
            })
        });
        lines.collect()
    }
}

/// A line for each.
pub(super) fn print(report: &[Held]) -> Vec<u8> {
    let mut text = Vec::new();
    for held in report {
        let mark = match (held.is_closed, held.is_opened) {
            (true, _) => "-",
            (_, true) => "+",
            _ => "",
        };
        let Held {
            number, kind, mode, ..
        } = held;
        text.extend(format!("{mark}{number}\t{kind}\t{mode}").bytes());
        for target in &held.targets {
            text.push(b'\t');
            text.extend(target);
        }
        text.push(b'\n');
    }
    text
}

/// What is said of something without a name: its inode's number, alone or as the kernel has it.
pub(super) fn by_inode(descriptor: impl AsFd, kind: &str) -> io::Result<[Vec<u8>; 2]> {
    let inode = fstat(descriptor)?.st_ino;
    let names = [format!("{kind}:[{inode}]"), inode.to_string()];
    Ok(names.map(String::into_bytes))
}

/// A name as the contract has it: tab, newline and backslash are escaped, and nothing else is.
pub(super) fn escaped(name: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    for byte in name {
        match byte {
            b'\t' => text.extend(b"\\t"),
            b'\n' => text.extend(b"\\n"),
            b'\\' => text.extend(b"\\\\"),
            other => text.push(*other),
        }
    }
    text
}
