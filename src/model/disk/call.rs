//! What each system call does to a disk, once it has returned.

use super::Disk;
use super::entries::At;
use super::file::{Change, File};
use super::names::{self, Node};
use crate::model::recording::{Arg, Call, Object, Returned, Task};

/// Calls whose entry decides what they cover.
pub(super) fn is_sync(name: &str) -> bool {
    matches!(
        name,
        "fsync" | "fdatasync" | "sync" | "syncfs" | "sync_file_range"
    )
}

impl Disk {
    /// A call has returned; a sync covers the changes before number `upto`.
    pub(super) fn returned(&mut self, task: Task, call: &Call, answer: &Returned, upto: u64) {
        let Some(value) = answer.errno.is_none().then_some(answer.value) else {
            if is_sync(&call.name) && answer.errno.is_some_and(loses_data) {
                self.sync(call, upto, false);
            }
            return;
        };
        let args = call.args.as_slice();
        match (call.name.as_str(), args) {
            ("open", [path, flags, ..]) => self.opened(task, (None, path), Some(flags), answer),
            ("creat", [path, ..]) => self.opened(task, (None, path), None, answer),
            ("openat" | "openat2", [at, path, flags, ..]) => {
                self.opened(task, (Some(at), path), Some(flags), answer);
            }
            ("dup" | "dup2" | "dup3", [Arg::Fd(old), ..]) => {
                self.descriptors.duplicate(task, old.number, value as i32);
            }
            ("fcntl", [Arg::Fd(old), command, ..])
                if has(command, "F_DUPFD") || has(command, "F_DUPFD_CLOEXEC") =>
            {
                self.descriptors.duplicate(task, old.number, value as i32);
            }
            ("close", [Arg::Fd(fd), ..]) => self.descriptors.close(task, fd.number),
            ("chdir", [path, ..]) => match self.path(task, (None, path)) {
                Some(path) => self.descriptors.change_directory(task, path),
                None => self.lose_sight("a working directory could not be read".to_owned()),
            },
            ("fchdir", [Arg::Fd(fd), ..]) => {
                if let Some(object) = &fd.object {
                    self.descriptors.change_directory(task, object.name.clone());
                }
            }
            ("write" | "writev" | "pwrite64" | "pwritev" | "pwritev2", [fd, bytes, ..]) => {
                self.written(task, call, fd, bytes, answer);
            }
            ("sendfile", [to, ..]) => self.unseen(to, "sendfile"),
            ("splice" | "copy_file_range", [_, _, to, ..]) => self.unseen(to, &call.name),
            ("ioctl", [to, command, ..])
                if has(command, "FICLONE") || has(command, "FICLONERANGE") =>
            {
                self.unseen(to, "ioctl(FICLONE)");
            }
            ("mmap", [_, _, protection, flags, Arg::Fd(fd), ..]) => {
                let is_shared = has(flags, "MAP_SHARED") || has(flags, "MAP_SHARED_VALIDATE");
                if is_shared && has(protection, "PROT_WRITE") {
                    self.unseen(&Arg::Fd(fd.clone()), "a shared writable mapping");
                }
            }
            ("ftruncate", [fd, size]) => self.resized(file_of(fd), None, size),
            ("truncate", [path, size]) => {
                let path = self.path(task, (None, path));
                self.resized(None, path, size);
            }
            ("fallocate", [fd, mode, offset, len]) => self.allocated(fd, mode, offset, len),
            ("rename", [from, to]) => self.renamed(task, (None, from), (None, to), None),
            ("renameat" | "renameat2", [at, from, to_at, to, flags @ ..]) => {
                self.renamed(task, (Some(at), from), (Some(to_at), to), flags.first());
            }
            ("link", [from, to]) => self.linked(task, (None, from), (None, to)),
            ("linkat", [at, from, to_at, to, ..]) => {
                self.linked(task, (Some(at), from), (Some(to_at), to));
            }
            ("unlink" | "rmdir", [path]) => self.removed(task, (None, path)),
            ("unlinkat", [at, path, ..]) => self.removed(task, (Some(at), path)),
            ("mkdir", [path, ..]) => self.directory_made(task, (None, path)),
            ("mkdirat", [at, path, ..]) => self.directory_made(task, (Some(at), path)),
            ("symlink", [_, path]) => self.symlink_made(task, (None, path)),
            ("symlinkat", [_, at, path]) => self.symlink_made(task, (Some(at), path)),
            (name, _) if is_sync(name) => self.sync(call, upto, true),
            _ => {}
        }
    }

    /// open(2) and its relatives; without flags it is creat(2).
    fn opened(&mut self, task: Task, path: At<'_>, flags: Option<&Arg>, answer: &Returned) {
        let has = |flag| flags.is_some_and(|flags| has(flags, flag));
        let is_synchronous = has("O_DSYNC") || has("O_SYNC");
        self.descriptors
            .open(task, answer.value as i32, is_synchronous);
        let path = match &answer.object {
            Some(object) => Some(object.name.clone()),
            None => self.path(task, path),
        };
        let Some(path) = path else {
            self.lose_sight("the path of an open file could not be read".to_owned());
            return;
        };
        let object = answer.object.clone().unwrap_or(Object {
            name: path.clone(),
            inode: 0,
        });
        if !path.starts_with('/') {
            return;
        }
        if has("O_TMPFILE") {
            let Node::File(file) = self.add(File::default(), &path) else {
                return;
            };
            self.bind(file, &object);
            return;
        }
        let creates = flags.is_none() || has("O_CREAT");
        let file = match (self.find(&object), self.names.volatile(&path)) {
            (_, None) if creates => {
                let node = self.add(File::default(), &path);
                let nth = self.change_number();
                self.names.change(nth, path, Some(node));
                node
            }
            (Some(file), named) if named.is_none_or(|named| named == Node::File(file)) => {
                Node::File(file)
            }
            (_, Some(Node::File(_))) => {
                let node = self.add(
                    File::blind("it was replaced by a call that was not seen"),
                    &path,
                );
                self.names.existing(path, node);
                node
            }
            // A directory, or a file of which nothing is known.
            _ => return,
        };
        let Node::File(file) = file else { return };
        self.bind(file, &object);
        self.files[file].is_ever_synchronous |= is_synchronous;
        if flags.is_none() || has("O_TRUNC") {
            let nth = self.change_number();
            self.files[file].change(nth, Change::Resize(0));
        }
        if flags == Some(&Arg::Unknown) {
            self.files[file].lose_sight("the flags that it was opened with could not be read");
        }
    }

    fn written(&mut self, task: Task, call: &Call, fd: &Arg, bytes: &Arg, answer: &Returned) {
        let (Arg::Fd(fd), Some(object)) = (fd, file_of(fd)) else {
            return;
        };
        let file = self.file(object);
        let count = answer.value as usize;
        let data = match bytes {
            Arg::Str(bytes) => bytes.data.get(..count),
            _ => None,
        };
        let Some(data) = data else {
            self.files[file].lose_sight("the bytes of a write to it could not be read");
            return;
        };
        let end = self.files[file].volatile.len() as u64;
        let asked = match (call.name.as_str(), call.args.as_slice()) {
            ("pwrite64" | "pwritev" | "pwritev2", [_, _, _, Arg::Int(offset), ..]) => {
                u64::try_from(*offset).ok()
            }
            _ => None,
        };
        let offset = answer.offset.or(asked).unwrap_or(end);
        let is_flagged = call.name == "pwritev2"
            && call
                .args
                .last()
                .is_some_and(|flags| has(flags, "RWF_DSYNC") || has(flags, "RWF_SYNC"));
        // A descriptor of unknown origin is given the benefit of the doubt.
        let is_durable = is_flagged
            || match self.descriptors.is_synchronous(task, fd.number) {
                Some(is_synchronous) => is_synchronous,
                None => self.files[file].is_ever_synchronous,
            };
        let nth = self.change_number();
        let change = Change::Write(offset, data.to_vec());
        if is_durable {
            self.files[file].change_durably(nth, change);
        } else {
            self.files[file].change(nth, change);
        }
    }
}

impl Disk {
    /// fsync(2) and its relatives returned, or failed.
    fn sync(&mut self, call: &Call, upto: u64, succeeded: bool) {
        let object = call.args.first().and_then(file_of);
        let filesystem = match (call.name.as_str(), object) {
            ("sync", _) => None,
            ("syncfs", Some(object)) => Some(names::top(&object.name).to_owned()),
            ("sync_file_range", Some(object)) => {
                let file = self.file(object);
                self.range_synced(file, call, upto, succeeded);
                return;
            }
            (_, Some(object)) => {
                match self.find(object) {
                    Some(file) => self.files[file].sync(upto, succeeded),
                    None => self
                        .names
                        .synced(upto, succeeded, |directory| directory == object.name),
                }
                return;
            }
            (_, None) => return,
        };
        let is_covered = |path: &str| {
            filesystem
                .as_deref()
                .is_none_or(|filesystem| names::top(path) == filesystem)
        };
        for file in &mut self.files {
            if is_covered(&file.filesystem) {
                file.sync(upto, succeeded);
            }
        }
        self.names.synced(upto, succeeded, is_covered);
    }

    fn range_synced(&mut self, file: usize, call: &Call, upto: u64, succeeded: bool) {
        if !succeeded {
            self.files[file].sync(upto, false);
            return;
        }
        let [_, Arg::Int(offset), Arg::Int(len), flags] = call.args.as_slice() else {
            return;
        };
        // Starting a write-out without waiting for it promises nothing; see the man page.
        if !(has(flags, "SYNC_FILE_RANGE_WRITE") && has(flags, "SYNC_FILE_RANGE_WAIT_AFTER")) {
            return;
        }
        let (Ok(from), Ok(len)) = (u64::try_from(*offset), u64::try_from(*len)) else {
            return;
        };
        let to = if len == 0 {
            u64::MAX
        } else {
            from.saturating_add(len)
        };
        self.files[file].range_synced(upto, from, to);
    }

    fn resized(&mut self, object: Option<&Object>, path: Option<String>, size: &Arg) {
        let file = match (object, path) {
            (Some(object), _) => self.file(object),
            (None, Some(path)) => match self.names.volatile(&path) {
                Some(Node::File(file)) => file,
                _ => return,
            },
            (None, None) => {
                self.lose_sight("what was truncated could not be read".to_owned());
                return;
            }
        };
        let nth = self.change_number();
        match size {
            Arg::Int(size) if *size >= 0 => {
                self.files[file].change(nth, Change::Resize(size.unsigned_abs()));
            }
            _ => self.files[file].lose_sight("the size that it was cut to could not be read"),
        }
    }

    /// fallocate(2).
    fn allocated(&mut self, fd: &Arg, mode: &Arg, offset: &Arg, len: &Arg) {
        let Some(object) = file_of(fd) else { return };
        let file = self.file(object);
        let (Arg::Int(offset), Arg::Int(len)) = (offset, len) else {
            self.files[file].lose_sight("the arguments of a fallocate could not be read");
            return;
        };
        let (offset, len) = (offset.unsigned_abs(), len.unsigned_abs());
        let keeps_size = has(mode, "FALLOC_FL_KEEP_SIZE");
        let zeroes = has(mode, "FALLOC_FL_PUNCH_HOLE") || has(mode, "FALLOC_FL_ZERO_RANGE");
        let moves = has(mode, "FALLOC_FL_COLLAPSE_RANGE") || has(mode, "FALLOC_FL_INSERT_RANGE");
        if moves {
            self.files[file].lose_sight("fallocate moved parts of it");
            return;
        }
        if zeroes {
            let nth = self.change_number();
            self.files[file].change(nth, Change::Zero(offset, len));
        }
        if !keeps_size {
            let nth = self.change_number();
            self.files[file].change(nth, Change::Extend(offset.saturating_add(len)));
        }
    }

    /// Bytes went into a file by a way on which they are not seen.
    fn unseen(&mut self, to: &Arg, how: &str) {
        if let Some(object) = file_of(to) {
            let file = self.file(object);
            self.files[file].lose_sight(format!("it was written to by {how}"));
        }
    }

    /// The file that a descriptor refers to; one that was never opened before our eyes is blind.
    fn file(&mut self, object: &Object) -> usize {
        if let Some(file) = self.find(object) {
            self.bind(file, object);
            return file;
        }
        self.add(
            File::blind("it was open before the recording began"),
            &object.name,
        );
        let file = self.files.len() - 1;
        self.bind(file, object);
        if object.inode == 0 {
            self.names.existing(object.name.clone(), Node::File(file));
        }
        file
    }
}

/// What a descriptor argument refers to, if that has a place in the file system.
fn file_of(fd: &Arg) -> Option<&Object> {
    match fd {
        Arg::Fd(fd) => fd
            .object
            .as_ref()
            .filter(|object| object.name.starts_with('/')),
        _ => None,
    }
}

/// Whether a flag is among the words of an argument: `O_WRONLY|O_DSYNC`, `{flags=O_DSYNC, ...}`.
pub(super) fn has(arg: &Arg, flag: &str) -> bool {
    match arg {
        Arg::Word(word) => word
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .any(|word| word == flag),
        _ => false,
    }
}

/// Whether a sync that fails with this errno has failed to write, rather than not been tried.
fn loses_data(errno: i32) -> bool {
    // 512 to 516: the kernel's own, for calls that a signal interrupts and that are restarted.
    !matches!(
        errno,
        libc::EINTR
            | libc::EAGAIN
            | libc::EBADF
            | libc::EINVAL
            | libc::EROFS
            | libc::ENOSYS
            | libc::EOPNOTSUPP
            | libc::ESPIPE
            | 512..=516
    )
}
