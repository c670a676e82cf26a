//! What system calls do to directory entries.

use super::Disk;
use super::call::has;
use super::file::File;
use super::names::{self, Node};
use crate::model::recording::{Arg, Task};

/// A path argument, with the descriptor argument that it is relative to, if the call has one.
pub(super) type At<'a> = (Option<&'a Arg>, &'a Arg);

impl Disk {
    /// rename(2), renameat2(2).
    pub(super) fn renamed(&mut self, task: Task, from: At<'_>, to: At<'_>, flags: Option<&Arg>) {
        let paths = (self.path(task, from), self.path(task, to));
        let (Some(from), Some(to)) = paths else {
            self.lose_sight("the paths of a rename could not be read".to_owned());
            return;
        };
        if from == to {
            return;
        }
        if self.names.is_populated(&from) || self.names.is_populated(&to) {
            self.lose_sight("a directory with files in it was renamed".to_owned());
            return;
        }
        let is_exchange = flags.is_some_and(|flags| has(flags, "RENAME_EXCHANGE"));
        let moved = self.node(&from, "it was renamed and had not been opened");
        let replaced =
            is_exchange.then(|| self.node(&to, "it was renamed and had not been opened"));
        // One change for both names: a rename is atomic, also on the disk. With two directories,
        // each of them must be synced.
        let nth = self.change_number();
        self.names.change(nth, from, replaced);
        self.names.change(nth, to, Some(moved));
    }

    /// link(2), linkat(2).
    pub(super) fn linked(&mut self, task: Task, from: At<'_>, to: At<'_>) {
        let Some(to) = self.path(task, to) else {
            self.lose_sight("the path of a link could not be read".to_owned());
            return;
        };
        // With AT_EMPTY_PATH the descriptor itself is what is linked.
        let by_descriptor = match from {
            (Some(Arg::Fd(fd)), Arg::Str(path)) if path.is_empty() => {
                fd.object.as_ref().and_then(|object| self.find(object))
            }
            _ => None,
        };
        let node = match (by_descriptor, self.path(task, from)) {
            (Some(file), _) => Node::File(file),
            (None, Some(from)) => self.node(&from, "it was linked and had not been opened"),
            (None, None) => self.add(File::blind("what it is linked to could not be read"), &to),
        };
        let nth = self.change_number();
        self.names.change(nth, to, Some(node));
    }

    /// unlink(2), rmdir(2), unlinkat(2).
    pub(super) fn removed(&mut self, task: Task, path: At<'_>) {
        match self.path(task, path) {
            Some(path) => {
                let nth = self.change_number();
                self.names.change(nth, path, None);
            }
            None => self.lose_sight("the path of an unlink could not be read".to_owned()),
        }
    }

    /// mkdir(2), mkdirat(2).
    pub(super) fn directory_made(&mut self, task: Task, path: At<'_>) {
        if let Some(path) = self.path(task, path) {
            let nth = self.change_number();
            self.names.change(nth, path, Some(Node::Directory));
        }
    }

    /// symlink(2), symlinkat(2). Where it leads is not followed.
    pub(super) fn symlink_made(&mut self, task: Task, path: At<'_>) {
        if let Some(path) = self.path(task, path) {
            let node = self.add(File::blind("it is a symbolic link"), &path);
            let nth = self.change_number();
            self.names.change(nth, path, Some(node));
        }
    }

    /// The absolute path that a call means; `None` if it could not be read.
    pub(super) fn path(&mut self, task: Task, (at, path): At<'_>) -> Option<String> {
        let Arg::Str(bytes) = path else { return None };
        let path = std::str::from_utf8(&bytes.data).ok()?;
        if bytes.cut > 0 {
            return None;
        }
        let base = match at {
            _ if path.starts_with('/') => "/",
            Some(Arg::Fd(fd)) if fd.number != libc::AT_FDCWD => &fd.object.as_ref()?.name,
            Some(Arg::Unknown) => return None,
            _ => self.descriptors.directory(task),
        };
        Some(names::absolute(base, path))
    }

    /// What the path leads to; something that we have not met is blind, for this reason.
    fn node(&mut self, path: &str, reason: &str) -> Node {
        match self.names.volatile(path) {
            Some(node) => node,
            None => self.add(File::blind(reason), path),
        }
    }
}
