//! Descriptors that belong together: what a leak looks like.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Descriptor, Kind, Mode, Table};

/// What descriptors have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Their kind.
    pub kind: Kind,
    /// Their mode.
    pub mode: Mode,
    /// Their file, their directory with a `/` at its end, or in words what they are.
    pub what: String,
    /// Whether their files have been deleted.
    pub is_deleted: bool,
}

/// Descriptors with a common key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group<'a> {
    /// What they have in common.
    pub key: Key,
    /// Themselves, by number.
    pub members: Vec<&'a Descriptor>,
}

/// A directory with more different files open than this is one group.
const FILES: usize = 8;

/// The descriptors of a table by what they have in common: the largest group first, those of one
/// size by their first number.
pub fn groups(table: &Table) -> Vec<Group<'_>> {
    let mut alike: HashMap<Key, Vec<&Descriptor>> = HashMap::new();
    for (one, key) in table.descriptors.iter().zip(keys(table)) {
        alike.entry(key).or_default().push(one);
    }
    let coarse = Coarse::of(alike.keys());
    let mut found: HashMap<Key, Vec<&Descriptor>> = HashMap::new();
    for (key, members) in alike {
        found.entry(coarse.key(&key)).or_default().extend(members);
    }
    for members in found.values_mut() {
        members.sort_by_key(|one| one.number);
    }
    let mut groups: Vec<Group<'_>> = found
        .into_iter()
        .map(|(key, members)| Group { key, members })
        .collect();
    groups.sort_by_key(|group| {
        let first = group.members.first().map_or(0, |one| one.number);
        (std::cmp::Reverse(group.members.len()), first)
    });
    groups
}

/// The key of each descriptor of a table.
pub(super) fn keys(table: &Table) -> impl Iterator<Item = Key> {
    let listening: HashSet<&str> = table
        .descriptors
        .iter()
        .filter_map(|one| one.socket.as_ref())
        .filter(|socket| socket.state == "listening")
        .map(|socket| socket.local.as_str())
        .collect();
    let all = table.descriptors.iter();
    all.map(move |one| Key::of(one, &listening))
}

impl Key {
    fn of(one: &Descriptor, listening: &HashSet<&str>) -> Self {
        let what = match (&one.socket, one.kind) {
            (Some(socket), Kind::Tcp | Kind::Udp | Kind::Unix) => {
                // Of many clients each has an address of its own; the service's is one.
                let is_accepted = listening.contains(socket.local.as_str())
                    || port(&socket.local).is_some_and(|own| {
                        listening
                            .iter()
                            .any(|at| is_wildcard(at) && port(at) == Some(own))
                    });
                let place = match (is_accepted, socket.remote.is_empty()) {
                    (true, false) => format!("accepted at {}", socket.local),
                    (false, false) => format!("to {}", socket.remote),
                    (_, true) => socket.local.clone(),
                };
                let state = match socket.state.as_str() {
                    "" => "neither bound nor connected",
                    state => state,
                };
                match place.is_empty() {
                    true => state.to_owned(),
                    false => format!("{place}, {state}"),
                }
            }
            (Some(socket), _) => socket.protocol.clone(),
            (None, Kind::Pipe) if !one.target.starts_with('/') => match one.mode {
                Mode::Write => "ends for writing".to_owned(),
                _ => "ends for reading".to_owned(),
            },
            (None, Kind::Other) => one.target.trim_start_matches("anon_inode:").to_owned(),
            (None, _) if one.target.starts_with('/') => one.target.clone(),
            // The kind says it all.
            (None, _) => String::new(),
        };
        Self {
            kind: one.kind,
            mode: one.mode,
            what,
            is_deleted: one.is_deleted,
        }
    }

    /// The same for the directory, if it is that of a file.
    fn directory(&self) -> Option<Self> {
        let has_directory = matches!(self.kind, Kind::File | Kind::Dir | Kind::Memfd);
        let end = self.what.rfind('/').filter(|_| has_directory)?;
        Some(Self {
            what: self.what.get(..=end)?.to_owned(),
            ..*self
        })
    }
}

fn port(address: &str) -> Option<&str> {
    address.rsplit_once(':').map(|(_, port)| port)
}

fn is_wildcard(address: &str) -> bool {
    address.starts_with("0.0.0.0:") || address.starts_with("[::]:")
}

/// Which directories are one group.
pub(super) struct Coarse(HashSet<Key>);

impl Coarse {
    /// Those in which many of these files are.
    pub(super) fn of<'a>(keys: impl Iterator<Item = &'a Key>) -> Self {
        let mut files: BTreeMap<Key, HashSet<&str>> = BTreeMap::new();
        for key in keys {
            if let Some(directory) = key.directory() {
                files.entry(directory).or_default().insert(&key.what);
            }
        }
        let many = files.into_iter().filter(|(_, files)| files.len() > FILES);
        Self(many.map(|(directory, _)| directory).collect())
    }

    /// The key of the group that a key belongs to.
    pub(super) fn key(&self, key: &Key) -> Key {
        match key.directory().filter(|one| self.0.contains(one)) {
            Some(directory) => directory,
            None => key.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{file, socket, table};
    use super::*;

    fn told(table: &Table) -> Vec<String> {
        groups(table)
            .iter()
            .map(|group| {
                let deleted = if group.key.is_deleted { " deleted" } else { "" };
                format!("{} {}{deleted}", group.members.len(), group.key.what)
            })
            .collect()
    }

    #[test]
    fn a_file_opened_again_and_again_is_one_group() {
        let mut all = vec![file(0, "/dev/null"), file(1, "/var/log/app.log")];
        all.extend((2..914).map(|number| Descriptor {
            is_deleted: true,
            ..file(number, "/var/log/app.log.1")
        }));
        assert_eq!(
            told(&table(all)),
            [
                "912 /var/log/app.log.1 deleted",
                "1 /dev/null",
                "1 /var/log/app.log"
            ]
        );
    }

    #[test]
    fn many_files_of_a_directory_are_one_group_and_few_are_not() {
        let mut all: Vec<Descriptor> = (0..9)
            .map(|number| file(number, &format!("/spool/{number}")))
            .collect();
        all.push(file(9, "/etc/hosts"));
        assert_eq!(told(&table(all.clone())), ["9 /spool/", "1 /etc/hosts"]);
        all.remove(0);
        assert_eq!(told(&table(all)).len(), 9);
    }

    #[test]
    fn connections_are_by_the_service_and_their_state() {
        let mut all = vec![socket(3, "listening", "0.0.0.0:80", "")];
        for number in 4..10 {
            let client = format!("127.0.0.1:{}", 40_000 + number);
            all.push(socket(number, "close-wait", "127.0.0.1:80", &client));
        }
        for number in 10..12 {
            let own = format!("127.0.0.1:{}", 50_000 + number);
            all.push(socket(number, "established", &own, "127.0.0.1:5432"));
        }
        assert_eq!(
            told(&table(all)),
            [
                "6 accepted at 127.0.0.1:80, close-wait",
                "2 to 127.0.0.1:5432, established",
                "1 0.0.0.0:80, listening"
            ]
        );
    }
}
