//! `/proc/PID/status`; see proc_pid_status(5).

use std::io;

use super::malformed;
use super::stat::State;

/// The fields of `status` that are of use here. Sets of signals have signal n as bit n-1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// What the task is doing.
    pub state: State,
    /// Its process, in our pid namespace.
    pub process: i32,
    /// Its own id, in its own pid namespace.
    pub inside_pid: i32,
    /// Who traces it; 0 if nobody does.
    pub tracer: i32,
    /// Real user.
    pub real_user: u32,
    /// Effective user.
    pub user: u32,
    /// The mask of the modes of files that it makes; see umask(2).
    pub umask: u32,
    /// Slots for descriptors that there are by now; 0 for a zombie.
    pub descriptor_slots: u64,
    /// Threads of its process.
    pub threads: u64,
    /// Sizes of its memory; all 0 for what has none: a zombie, a kernel thread.
    pub memory: Memory,
    /// Signals that are queued for its real user, all processes together.
    pub queued_signals: u64,
    /// Signals that wait for the task.
    pub pending: u64,
    /// Signals that wait for its process, whichever thread takes them.
    pub shared_pending: u64,
    /// Signals that the task blocks.
    pub blocked: u64,
    /// Signals that its process ignores.
    pub ignored: u64,
    /// Signals that its process handles.
    pub caught: u64,
    /// Effective capabilities.
    pub capabilities: u64,
    /// Times it gave up or lost its processor.
    pub switches: u64,
}

/// Sizes of a process' memory, KiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Address space.
    pub space: u64,
    /// Locked.
    pub locked: u64,
    /// Resident.
    pub resident: u64,
    /// Resident and not of a file, its own.
    pub anonymous: u64,
    /// Resident shared memory.
    pub shared: u64,
    /// Private writable memory and the heap: what RLIMIT_DATA counts.
    pub data: u64,
    /// Stack.
    pub stack: u64,
    /// Page tables.
    pub page_tables: u64,
}

impl Status {
    /// Parses the file. A field that this kernel does not have is 0.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidData`] if it names no process.
    pub fn parse(text: &[u8]) -> io::Result<Self> {
        let mut status = Self::default();
        // A process can put any bytes into its name, but the kernel escapes newlines there.
        for line in text.split(|byte| *byte == b'\n') {
            let Some(colon) = line.iter().position(|byte| *byte == b':') else {
                continue;
            };
            let (key, value) = (&line[..colon], &line[colon + 1..]);
            let Ok(value) = str::from_utf8(value) else {
                continue;
            };
            let value = value.trim_ascii();
            status.note(key, value);
        }
        match status.process {
            0 => Err(malformed()),
            _ => Ok(status),
        }
    }

    fn note(&mut self, key: &[u8], value: &str) {
        let number = || value.parse().unwrap_or(0);
        let kib = || value.trim_end_matches(" kB").parse().unwrap_or(0);
        let bits = || u64::from_str_radix(value, 16).unwrap_or(0);
        match key {
            b"State" => self.state = value.bytes().next().map_or(State::Other, State::of),
            b"Tgid" => self.process = value.parse().unwrap_or(0),
            b"NSpid" => {
                let inside = value.split_ascii_whitespace().next_back();
                self.inside_pid = inside.and_then(|word| word.parse().ok()).unwrap_or(0);
            }
            b"TracerPid" => self.tracer = value.parse().unwrap_or(0),
            b"Uid" => {
                let mut users = value.split_ascii_whitespace().map(|word| word.parse().ok());
                self.real_user = users.next().flatten().unwrap_or(0);
                self.user = users.next().flatten().unwrap_or(self.real_user);
            }
            b"Umask" => self.umask = u32::from_str_radix(value, 8).unwrap_or(0),
            b"FDSize" => self.descriptor_slots = number(),
            b"Threads" => self.threads = number(),
            b"VmSize" => self.memory.space = kib(),
            b"VmLck" => self.memory.locked = kib(),
            b"VmRSS" => self.memory.resident = kib(),
            b"RssAnon" => self.memory.anonymous = kib(),
            b"RssShmem" => self.memory.shared = kib(),
            b"VmData" => self.memory.data = kib(),
            b"VmStk" => self.memory.stack = kib(),
            b"VmPTE" => self.memory.page_tables = kib(),
            b"SigQ" => {
                let queued = value.split('/').next();
                self.queued_signals = queued.and_then(|word| word.parse().ok()).unwrap_or(0);
            }
            b"SigPnd" => self.pending = bits(),
            b"ShdPnd" => self.shared_pending = bits(),
            b"SigBlk" => self.blocked = bits(),
            b"SigIgn" => self.ignored = bits(),
            b"SigCgt" => self.caught = bits(),
            b"CapEff" => self.capabilities = bits(),
            b"voluntary_ctxt_switches" | b"nonvoluntary_ctxt_switches" => {
                self.switches += number();
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_found() {
        let text = b"Name:\tcat\\nTgid:\t1\nUmask:\t0027\nFDSize:\t64\nState:\tT (stopped)\nTgid:\t4711\nPid:\t4712\n\
            PPid:\t7\nTracerPid:\t3\nUid:\t1000\t0\t0\t0\nNSpid:\t4712\t5\t2\nVmSize:\t  3060 kB\n\
            VmLck:\t       8 kB\nVmRSS:\t    1776 kB\nRssAnon:\t     112 kB\nRssShmem:\t       4 kB\n\
            VmData:\t     360 kB\nVmStk:\t     132 kB\nVmPTE:\t      44 kB\nThreads:\t3\nSigQ:\t2/96365\n\
            SigPnd:\t0000000000000001\nShdPnd:\t0000000000000002\nSigBlk:\tfffffffe7ffbfeff\n\
            SigIgn:\t0000000000001000\nSigCgt:\t0000000000004002\nCapEff:\t00000000000000ff\n\
            voluntary_ctxt_switches:\t5\nnonvoluntary_ctxt_switches:\t2\n";
        let expected = Status {
            state: State::Stopped,
            process: 4711,
            inside_pid: 2,
            tracer: 3,
            real_user: 1000,
            user: 0,
            umask: 0o27,
            descriptor_slots: 64,
            threads: 3,
            memory: Memory {
                space: 3060,
                locked: 8,
                resident: 1776,
                anonymous: 112,
                shared: 4,
                data: 360,
                stack: 132,
                page_tables: 44,
            },
            queued_signals: 2,
            pending: 1,
            shared_pending: 2,
            blocked: 0xffff_fffe_7ffb_feff,
            ignored: 0x1000,
            caught: 0x4002,
            capabilities: 0xff,
            switches: 7,
        };
        assert_eq!(Status::parse(text).unwrap(), expected);
    }

    #[test]
    fn a_name_of_odd_bytes_hides_nothing() {
        let status = Status::parse(b"Name:\t\xff:\xfe\nTgid:\t9\nThreads:\t1\n").unwrap();
        assert_eq!((status.process, status.threads), (9, 1));
        assert!(Status::parse(b"Name:\tx\n").is_err());
        assert!(Status::parse(b"").is_err());
    }
}
