//! Sets of system calls, in strace's words.
//!
//! `read`, `%file`, `network`, `!futex`: what strace(1) takes after `-e trace=`, and a few sets of
//! our own. Which call is in which of strace's sets stands in the table of calls; the version is
//! strace 6.1's. Calls that this architecture lacks may be named, and are in no set.

use thiserror::Error;

use super::table;

/// Which of strace's sets a call is in: one bit each.
pub(crate) type Membership = u32;

/// Takes or returns a descriptor.
pub(crate) const DESC: Membership = 1;
/// Takes a file name.
pub(crate) const FILE: Membership = 1 << 1;
/// Maps memory.
pub(crate) const MEMORY: Membership = 1 << 2;
/// Starts, ends or awaits processes.
pub(crate) const PROCESS: Membership = 1 << 3;
/// Is about signals.
pub(crate) const SIGNAL: Membership = 1 << 4;
/// System V IPC.
pub(crate) const IPC: Membership = 1 << 5;
/// Is about sockets.
pub(crate) const NETWORK: Membership = 1 << 6;
/// Reads or sets user and group ids, or capabilities.
pub(crate) const CREDS: Membership = 1 << 7;
/// Reads or sets clocks.
pub(crate) const CLOCK: Membership = 1 << 8;
/// Always succeeds, and has no arguments.
pub(crate) const PURE: Membership = 1 << 9;
/// stat(2).
pub(crate) const STAT: Membership = 1 << 10;
/// lstat(2).
pub(crate) const LSTAT: Membership = 1 << 11;
/// fstat(2) and its relatives.
pub(crate) const FSTAT: Membership = 1 << 12;
/// statfs(2).
pub(crate) const STATFS: Membership = 1 << 13;
/// fstatfs(2).
pub(crate) const FSTATFS: Membership = 1 << 14;
/// ustat(2).
pub(crate) const USTAT: Membership = 1 << 15;

/// strace's sets. Without the `%`, only the older ones are known.
const SETS: &[(&str, Membership)] = &[
    ("desc", DESC),
    ("file", FILE),
    ("memory", MEMORY),
    ("process", PROCESS),
    ("signal", SIGNAL),
    ("ipc", IPC),
    ("network", NETWORK),
    ("%desc", DESC),
    ("%file", FILE),
    ("%memory", MEMORY),
    ("%process", PROCESS),
    ("%signal", SIGNAL),
    ("%ipc", IPC),
    ("%network", NETWORK),
    ("%net", NETWORK),
    ("net", NETWORK),
    ("%creds", CREDS),
    ("creds", CREDS),
    ("%clock", CLOCK),
    ("clock", CLOCK),
    ("%pure", PURE),
    ("%stat", STAT),
    ("%lstat", LSTAT),
    ("%fstat", FSTAT),
    ("%%stat", STAT | LSTAT | FSTAT),
    ("%statfs", STATFS),
    ("%fstatfs", FSTATFS),
    ("%%statfs", STATFS | FSTATFS | USTAT),
];

/// Our own sets.
const OWN: &[(&str, &[&str])] = &[
    (
        "read-like",
        &[
            "read", "readv", "pread64", "preadv", "preadv2", "recvfrom", "recvmsg", "recvmmsg",
        ],
    ),
    (
        "write-like",
        &[
            "write", "writev", "pwrite64", "pwritev", "pwritev2", "sendto", "sendmsg", "sendmmsg",
        ],
    ),
    (
        "copy-like",
        &["sendfile", "splice", "tee", "vmsplice", "copy_file_range"],
    ),
    (
        "sync-like",
        &[
            "fsync",
            "fdatasync",
            "sync",
            "syncfs",
            "sync_file_range",
            "msync",
        ],
    ),
    (
        "open-like",
        &["open", "openat", "openat2", "creat", "open_by_handle_at"],
    ),
    ("wait-like", &["wait4", "waitid"]),
    ("fork-like", &["fork", "vfork", "clone", "clone3"]),
    ("exec-like", &["execve", "execveat"]),
    (
        "poll-like",
        &[
            "poll",
            "ppoll",
            "select",
            "pselect6",
            "epoll_wait",
            "epoll_pwait",
            "epoll_pwait2",
        ],
    ),
];

/// Numbers that a set can hold; no architecture numbers its calls higher.
const NUMBERS: u64 = 1024;

/// A set of system calls, by their numbers on this architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyscallSet([u64; NUMBERS as usize / 64]);

impl SyscallSet {
    /// No call.
    pub const NONE: Self = Self([0; NUMBERS as usize / 64]);

    /// Every call, those that we do not know among them.
    pub const ALL: Self = Self([u64::MAX; NUMBERS as usize / 64]);

    /// Whether call `nr` is in the set.
    pub fn contains(&self, nr: u64) -> bool {
        nr < NUMBERS && self.0[(nr / 64) as usize] >> (nr % 64) & 1 == 1
    }

    /// The numbers in the set, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u64> {
        (0..NUMBERS).filter(|nr| self.contains(*nr))
    }

    /// Whether no call is in the set.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|bits| *bits == 0)
    }

    /// Adds call `nr`; a number that no call can have is ignored.
    pub fn insert(&mut self, nr: u64) {
        if nr < NUMBERS {
            self.0[(nr / 64) as usize] |= 1 << (nr % 64);
        }
    }

    /// The calls that are in either set.
    #[must_use]
    pub fn union(mut self, other: &Self) -> Self {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine |= theirs;
        }
        self
    }

    /// The calls that are in this set and not in the other.
    #[must_use]
    pub fn without(mut self, other: &Self) -> Self {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine &= !theirs;
        }
        self
    }
}

/// A word that names no call and no set.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no system call or set is called `{word}`{}", did_you_mean(.near))]
pub struct UnknownWord {
    /// The word.
    pub word: String,
    /// A word that is known and looks like it.
    pub near: Option<&'static str>,
}

fn did_you_mean(near: &Option<&'static str>) -> String {
    near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

/// Says which calls the words mean, all of them together.
///
/// A word is a call's name, a set (`%file`; `file`), `all` or `none`; a `?` before a name says
/// that it may be unknown. A `!` before the *first* word turns the whole list around, as in
/// strace (`["!futex", "brk"]`: all but these two); before a later word it takes that word's
/// calls away from what stands before it (`["%desc", "!mmap"]`). Our own sets are `read-like`,
/// `write-like`, `copy-like`, `sync-like`, `open-like`, `wait-like`, `fork-like`, `exec-like` and
/// `poll-like`. No word at all is `none`.
///
/// # Errors
/// The first word that is unknown.
pub fn resolve<W: AsRef<str>>(words: &[W]) -> Result<SyscallSet, UnknownWord> {
    let mut set = SyscallSet::NONE;
    let mut is_inverted = false;
    for (nth, word) in words.iter().enumerate() {
        match word.as_ref().strip_prefix('!') {
            Some(rest) if nth == 0 => {
                is_inverted = true;
                set = meaning(rest)?;
            }
            Some(rest) => set = set.without(&meaning(rest)?),
            None => set = set.union(&meaning(word.as_ref())?),
        }
    }
    Ok(if is_inverted {
        SyscallSet::ALL.without(&set)
    } else {
        set
    })
}

/// The names of the calls that the words mean on this machine.
///
/// # Errors
/// As [`resolve`].
pub fn names<W: AsRef<str>>(words: &[W]) -> Result<Vec<&'static str>, UnknownWord> {
    let set = resolve(words)?;
    let rows = set.iter().filter_map(table::row);
    Ok(rows.map(|row| row.name).collect())
}

/// The calls that one word means.
fn meaning(word: &str) -> Result<SyscallSet, UnknownWord> {
    match word {
        "all" => return Ok(SyscallSet::ALL),
        "none" => return Ok(SyscallSet::NONE),
        _ => {}
    }
    if let Some((_, members)) = SETS.iter().find(|(name, _)| *name == word) {
        return Ok(numbers(|row| row.sets & members != 0));
    }
    if let Some((_, names)) = OWN.iter().find(|(name, _)| *name == word) {
        return Ok(numbers(|row| names.contains(&row.name)));
    }
    let (name, is_optional) = match word.strip_prefix('?') {
        Some(name) => (name, true),
        None => (word, false),
    };
    if is_optional || table::all().any(|row| row.name == name) {
        return Ok(numbers(|row| row.name == name));
    }
    Err(UnknownWord {
        word: word.to_owned(),
        near: nearest(word),
    })
}

/// The calls of this architecture of which this is true.
fn numbers(is_in: impl Fn(&table::Row) -> bool) -> SyscallSet {
    let mut set = SyscallSet::NONE;
    for nr in 0..NUMBERS {
        if table::row(nr).is_some_and(&is_in) {
            set.insert(nr);
        }
    }
    set
}

/// The known word that is the fewest typing mistakes away, if they are few.
fn nearest(word: &str) -> Option<&'static str> {
    let most = word.len() / 3 + 1;
    let sets = SETS.iter().map(|(name, _)| *name);
    let own = OWN.iter().map(|(name, _)| *name);
    table::all()
        .map(|row| row.name)
        .chain(sets)
        .chain(own)
        .map(|known| (distance(word, known), known))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// How many letters must be put in, left out or exchanged to make one word of the other.
fn distance(one: &str, other: &str) -> usize {
    let other = other.as_bytes();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (nth, letter) in one.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = nth + 1;
        for at in 0..other.len() {
            let exchange = diagonal + usize::from(letter != other[at]);
            diagonal = row[at + 1];
            row[at + 1] = exchange.min(row[at] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(words: &[&str]) -> SyscallSet {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        resolve(&words).unwrap()
    }

    fn has(set: &SyscallSet, name: &str) -> bool {
        set.iter().any(|nr| table::name(nr) == Some(name))
    }

    #[test]
    fn words_add_up_and_a_later_negation_takes_away() {
        let both = set(&["openat", "%net", "!sendto"]);
        assert!(has(&both, "openat") && has(&both, "recvfrom"));
        assert!(!has(&both, "sendto") && !has(&both, "close"));
        assert_eq!(set(&["none"]), SyscallSet::NONE);
        assert_eq!(set(&[]), SyscallSet::NONE);
    }

    #[test]
    fn a_negation_at_the_head_turns_the_list_around() {
        let most = set(&["!futex", "brk"]);
        assert!(!has(&most, "futex") && !has(&most, "brk") && has(&most, "read"));
        assert!(most.contains(1000), "what we do not know is still observed");
        assert_eq!(set(&["!none"]), SyscallSet::ALL);
    }

    #[test]
    fn our_own_sets_name_calls_that_exist() {
        for (name, members) in OWN {
            for member in *members {
                let is_known = table::all().any(|row| row.name == *member);
                assert!(is_known, "{name} holds {member}");
            }
        }
        assert!(has(&set(&["sync-like"]), "fdatasync"));
    }

    #[test]
    fn a_call_that_this_machine_lacks_may_be_named() {
        let old = ["open", "fork", "?not_invented_yet"].map(str::to_owned);
        assert!(resolve(&old).is_ok());
    }

    #[test]
    fn a_mistyped_word_is_an_error_with_a_suggestion() {
        let error = |word: &str| resolve(&[word.to_owned()]).unwrap_err().to_string();
        assert_eq!(
            error("opnat"),
            "no system call or set is called `opnat`; did you mean `openat`?"
        );
        assert_eq!(
            error("%dsec"),
            "no system call or set is called `%dsec`; did you mean `%desc`?"
        );
        assert_eq!(
            error("qqqqqqqqqq"),
            "no system call or set is called `qqqqqqqqqq`"
        );
        assert!(resolve(&["read".to_owned(), "!wirte".to_owned()]).is_err());
    }
}
