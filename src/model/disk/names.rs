//! Directory entries: those that programs see, and those that survive a power failure.

use std::collections::{HashMap, HashSet};

/// What a name leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// The file with this index.
    File(usize),
    /// A directory that was made during the run.
    Directory,
}

/// All names, by absolute path.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// What open(2) would find.
    volatile: HashMap<String, Node>,
    /// What is there after a power failure.
    durable: HashMap<String, Node>,
    /// Directories made during the run: only these can be missing afterwards.
    made: HashSet<String>,
    /// Changes that no sync of their directory has covered, oldest first, each with its number.
    pending: Vec<(u64, Change)>,
}

/// A change of one directory.
#[derive(Debug)]
struct Change {
    path: String,
    /// `None`: the name is removed.
    node: Option<Node>,
}

impl Names {
    /// A name that was there before the run.
    pub(super) fn existing(&mut self, path: String, node: Node) {
        self.durable.insert(path.clone(), node);
        self.volatile.insert(path, node);
    }

    /// What `path` leads to for a program.
    pub(super) fn volatile(&self, path: &str) -> Option<Node> {
        self.volatile.get(path).copied()
    }

    /// What `path` leads to after a power failure.
    pub(super) fn durable(&self, path: &str) -> Option<Node> {
        let mut ancestor = parent(path);
        while ancestor != "/" {
            if self.made.contains(ancestor) && !self.durable.contains_key(ancestor) {
                return None;
            }
            ancestor = parent(ancestor);
        }
        self.durable.get(path).copied()
    }

    /// Whether there are names below the directory `path`.
    pub(super) fn is_populated(&self, path: &str) -> bool {
        let inside = |name: &String| {
            name.strip_prefix(path)
                .is_some_and(|rest| rest.starts_with('/'))
        };
        self.volatile.keys().any(inside)
    }

    /// The name now leads to `node`, or to nothing.
    pub(super) fn change(&mut self, nth: u64, path: String, node: Option<Node>) {
        match node {
            Some(node) => {
                if node == Node::Directory {
                    self.made.insert(path.clone());
                }
                self.volatile.insert(path.clone(), node);
            }
            None => {
                self.volatile.remove(&path);
            }
        }
        self.pending.push((nth, Change { path, node }));
    }

    /// A sync that covers the changes before number `upto`, of the directories for which `is_in`
    /// holds, succeeded or failed; what a failed one covered is lost for later ones too.
    pub(super) fn synced(&mut self, upto: u64, succeeded: bool, is_in: impl Fn(&str) -> bool) {
        let (covered, waiting): (Vec<_>, Vec<_>) = std::mem::take(&mut self.pending)
            .into_iter()
            .partition(|(nth, change)| *nth < upto && is_in(parent(&change.path)));
        self.pending = waiting;
        for (_, Change { path, node }) in covered {
            match node {
                _ if !succeeded => {}
                Some(node) => {
                    self.durable.insert(path, node);
                }
                None => {
                    self.durable.remove(&path);
                }
            }
        }
    }
}

/// The directory that a name is in.
pub(super) fn parent(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((parent, _)) => parent,
    }
}

/// The first component of an absolute path: stands for the filesystem, of which the labs have
/// one per directory of `/`. Inode numbers of different filesystems coincide.
pub(super) fn top(path: &str) -> &str {
    path.trim_start_matches('/').split('/').next().unwrap_or("")
}

/// `path` as seen from directory `base`, absolute, without `.`, `..` and doubled slashes.
///
/// Purely textual: a symbolic link before `..` is not looked at.
pub(crate) fn absolute(base: &str, path: &str) -> String {
    let mut parts = Vec::new();
    let base = if path.starts_with('/') { "" } else { base };
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_absolute() {
        assert_eq!(absolute("/lab", "log"), "/lab/log");
        assert_eq!(absolute("/lab", "/lab//./x/../log"), "/lab/log");
        assert_eq!(absolute("/", ".."), "/");
        assert_eq!(parent("/lab/log"), "/lab");
        assert_eq!(parent("/lab"), "/");
        assert_eq!(parent("/"), "/");
        assert_eq!(top("/lab/a/b"), "lab");
    }
}
