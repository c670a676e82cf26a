//! Repositories that are yet to be cloned: a list of their addresses, and git-clone(1).
//!
//! What git is asked for are files, once: nobody is asked for a password, no hook and no other
//! program of the repository's is run, and no history is fetched.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::ui::visible;

/// Most bytes of what git says that anybody reads.
const MOST_SAID: usize = 300;

/// Settings under which a stranger's repository is cloned; git-config(1).
const SETTINGS: [&str; 6] = [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "protocol.ext.allow=never",
    "advice.detachedHead=false",
    // A server that says nothing for a minute is not waited for.
    "http.lowSpeedLimit=1",
    "http.lowSpeedTime=60",
];

/// A repository that is somebody's submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// What the submission is called.
    pub name: String,
    /// Its URL or path.
    pub address: String,
}

impl Repository {
    /// Reads a list: on each line `ADDRESS`, or `NAME ADDRESS` where the last part of the address is
    /// not what the submission should be called; what follows a `#` at a line's beginning is a remark.
    ///
    /// # Errors
    /// What is wrong with it, and in which line.
    pub fn list(text: &str) -> Result<Vec<Self>, String> {
        let mut found: Vec<Self> = Vec::new();
        let mut names = BTreeSet::new();
        for (line, number) in text.lines().map(str::trim).zip(1..) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong = |why: &str| format!("line {number}: {why}");
            let words: Vec<&str> = line.split_whitespace().collect();
            let (name, address) = match words[..] {
                [address] => (last_part(address), address),
                [name, address] => (name, address),
                _ => return Err(wrong("write ADDRESS, or NAME ADDRESS")),
            };
            let is_name = !name.is_empty() && !name.starts_with('.') && !name.contains('/');
            if !is_name || address.starts_with('-') {
                return Err(wrong("is no address of a repository"));
            }
            if !names.insert(name.to_lowercase()) {
                let name = visible(name);
                return Err(wrong(&format!(
                    "two submissions would be called {name}: write NAME before ADDRESS"
                )));
            }
            found.push(Self {
                name: name.to_owned(),
                address: address.to_owned(),
            });
        }
        match found.is_empty() {
            true => Err("names no repository".to_owned()),
            false => Ok(found),
        }
    }

    /// Clones it into a directory that does not exist.
    ///
    /// # Errors
    /// What git says.
    pub fn clone_into(&self, directory: &Path) -> Result<(), String> {
        let mut git = Command::new("git");
        for setting in SETTINGS {
            git.args(["-c", setting]);
        }
        let output = git
            .args(["clone", "--quiet", "--depth=1", "--no-local", "--no-tags"])
            .args(["--no-recurse-submodules", "--template=", "--"])
            .arg(&self.address)
            .arg(directory)
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_ASKPASS", "true")
            .env("GIT_LFS_SKIP_SMUDGE", "1")
            .env(
                "GIT_SSH_COMMAND",
                "ssh -o BatchMode=yes -o ConnectTimeout=30",
            )
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .output()
            .map_err(|error| format!("git: {error}"))?;
        match output.status.success() {
            true => Ok(()),
            false => Err(said(
                &String::from_utf8_lossy(&output.stderr),
                &output.status,
            )),
        }
    }
}

/// The last part of an address, without `.git`: what git-clone(1) would call the directory.
fn last_part(address: &str) -> &str {
    let address = address.trim_end_matches('/');
    let address = address.strip_suffix("/.git").unwrap_or(address);
    let last = address.rsplit(['/', ':']).next().unwrap_or_default();
    last.strip_suffix(".git").unwrap_or(last)
}

/// The line that says why, of all that git says.
fn said(errors: &str, status: &std::process::ExitStatus) -> String {
    let line = |begin: &str| errors.lines().find_map(|line| line.strip_prefix(begin));
    let why = line("fatal: ").or_else(|| line("error: "));
    let why = why.or_else(|| errors.lines().find(|line| !line.trim().is_empty()));
    match why {
        Some(why) => visible(why).chars().take(MOST_SAID).collect(),
        None => format!("git ended with {status}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(text: &str) -> Result<Vec<String>, String> {
        let shown = |one: Repository| format!("{} {}", one.name, one.address);
        Repository::list(text).map(|all| all.into_iter().map(shown).collect())
    }

    #[test]
    fn a_list_names_repositories_and_their_submissions() {
        let text = "# lab 7\nhttps://example.org/os/lab7-ada.git\n\ngit@example.org:os/lab7-bob\n\
                    eve  /srv/eve/work/.git\n/srv/fay/\n";
        assert_eq!(
            listed(text).unwrap(),
            [
                "lab7-ada https://example.org/os/lab7-ada.git",
                "lab7-bob git@example.org:os/lab7-bob",
                "eve /srv/eve/work/.git",
                "fay /srv/fay/"
            ]
        );
    }

    #[test]
    fn what_is_wrong_with_a_list_is_said_with_its_line() {
        for (text, why) in [
            ("#\n", "names no repository"),
            ("a b c", "line 1: write ADDRESS, or NAME ADDRESS"),
            (
                "x\n--upload-pack=y",
                "line 2: is no address of a repository",
            ),
            ("../x y", "line 1: is no address of a repository"),
            (
                "/ada/lab\n/bob/Lab",
                "line 2: two submissions would be called Lab: write NAME before ADDRESS",
            ),
        ] {
            assert_eq!(listed(text), Err(why.to_owned()), "{text}");
        }
    }
}
