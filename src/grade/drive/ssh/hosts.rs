//! Hosts, as people write them down: `4/ada@pc1`, in the way of GNU parallel's `--sshlogin`.

use std::num::NonZero;

/// Most sessions on one host.
const MOST_SLOTS: usize = 1024;

/// A machine that ssh reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// What ssh is told: `HOST`, `USER@HOST` or `ssh://USER@HOST:PORT`; see ssh(1).
    pub destination: String,
    /// Chunks that are worked on there at the same time.
    pub slots: usize,
}

/// Why a list of hosts is none; completes "the hosts:".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostsError {
    /// There are none in it.
    #[error("none is named")]
    Nobody,
    /// It stands there twice.
    #[error("{0} is named twice")]
    Twice(String),
    /// It is no destination.
    #[error("{0:?} is none: write HOST, USER@HOST or ssh://HOST:PORT, and N/ before it")]
    Form(String),
}

impl Host {
    /// All hosts of a list with one on each line or between commas; what follows `#` is a remark.
    /// Without a number of its own a host has so many slots.
    ///
    /// # Errors
    /// If one cannot be understood or is named twice, or there is none.
    pub fn list(text: &str, slots: NonZero<usize>) -> Result<Vec<Self>, HostsError> {
        let mut hosts: Vec<Self> = Vec::new();
        let lines = text
            .lines()
            .map(|line| line.split('#').next().unwrap_or_default());
        let words = lines.flat_map(|line| line.split(',')).map(str::trim);
        for word in words.filter(|word| !word.is_empty()) {
            let host = Self::parse(word, slots).ok_or_else(|| HostsError::Form(word.to_owned()))?;
            if hosts.iter().any(|known| known.node() == host.node()) {
                return Err(HostsError::Twice(host.destination));
            }
            hosts.push(host);
        }
        match hosts.is_empty() {
            true => Err(HostsError::Nobody),
            false => Ok(hosts),
        }
    }

    fn parse(word: &str, usual: NonZero<usize>) -> Option<Self> {
        let (slots, destination) = match word.split_once('/') {
            Some((number, rest)) if number.bytes().all(|b| b.is_ascii_digit()) => {
                (number.parse().ok()?, rest)
            }
            _ => (usual.get(), word),
        };
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.@:/[]%".contains(c);
        // One that begins with a dash would be an option; `:` means this machine to GNU parallel.
        let is_destination = destination.starts_with(|c: char| c.is_ascii_alphanumeric())
            && destination.chars().all(is_plain)
            && (destination.starts_with("ssh://") || !destination.contains('/'));
        let is_number = (1..=MOST_SLOTS).contains(&slots);
        (is_destination && is_number).then(|| Self {
            destination: destination.to_owned(),
            slots,
        })
    }

    /// Its name, as it can stand in a file's name between dots: what the run calls this machine.
    pub fn node(&self) -> String {
        let name = self.destination.trim_start_matches("ssh://");
        crate::grade::worker::node_name(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(text: &str) -> Result<Vec<String>, HostsError> {
        let slots = NonZero::new(3).unwrap();
        let shown = |host: Host| format!("{} {} {}", host.slots, host.destination, host.node());
        Host::list(text, slots).map(|hosts| hosts.into_iter().map(shown).collect())
    }

    #[test]
    fn hosts_are_read_as_gnu_parallel_writes_them() {
        let text = "# the lab\n2/pc1\nada@pc2 # the fast one\n\n 8/ssh://ada@pc3:2222 ,pc4\n";
        assert_eq!(
            hosts(text).unwrap(),
            [
                "2 pc1 pc1",
                "3 ada@pc2 ada-pc2",
                "8 ssh://ada@pc3:2222 ada-pc3-2222",
                "3 pc4 pc4"
            ]
        );
        assert_eq!(hosts("#\n,\n"), Err(HostsError::Nobody));
        assert_eq!(hosts("a,2/a"), Err(HostsError::Twice("a".to_owned())));
    }

    #[test]
    fn what_ssh_would_take_for_something_else_is_no_host() {
        for word in [
            "-oProxyCommand=x",
            ":",
            "0/pc1",
            "99999/pc1",
            "ssh -p 22 pc1",
            "pc1;x",
            "2/",
            "a/b",
            "$(x)",
        ] {
            let found = hosts(word);
            assert_eq!(found, Err(HostsError::Form(word.to_owned())), "{word}");
        }
    }
}
