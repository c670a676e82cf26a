//! A process and its descendants, as /proc has them, and as a small tree of text.

use std::io;

use crate::sys::proc::{self, State};
use crate::ui::{columns, padded, visible};

/// Columns of one picture, the blanks to the next included.
const PICTURE: usize = 27;

/// A process and its children.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Family {
    pid: i32,
    name: String,
    state: State,
    children: Vec<Family>,
}

impl Family {
    /// The family of a process as it is now; whoever is waited for while we look is left out.
    ///
    /// # Errors
    /// If the process is gone.
    pub(super) fn of(pid: i32) -> io::Result<Self> {
        let stat = proc::stat(pid)?;
        let children = proc::children(pid)?;
        Ok(Self {
            pid,
            name: visible(&String::from_utf8_lossy(&stat.name)),
            state: stat.state,
            children: children
                .into_iter()
                .filter_map(|child| Self::of(child).ok())
                .collect(),
        })
    }

    /// The process of this name.
    pub(super) fn named(&self, name: &str) -> Option<i32> {
        self.all()
            .into_iter()
            .find(|member| member.name == name)
            .map(|member| member.pid)
    }

    /// Those that have ended and were not waited for.
    pub(super) fn zombies(&self) -> Vec<i32> {
        self.all()
            .into_iter()
            .filter(|member| member.state == State::Zombie)
            .map(|member| member.pid)
            .collect()
    }

    fn all(&self) -> Vec<&Self> {
        let below = self.children.iter().flat_map(Self::all);
        std::iter::once(self).chain(below).collect()
    }

    /// A line for each process, children below their parent.
    fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("{} {} {}", self.name, self.pid, letter(self.state))];
        for (nth, child) in self.children.iter().enumerate() {
            let is_last = nth + 1 == self.children.len();
            let (first, rest) = match is_last {
                true => ("└─ ", "   "),
                false => ("├─ ", "│  "),
            };
            for (at, line) in child.lines().into_iter().enumerate() {
                let lead = if at == 0 { first } else { rest };
                lines.push(format!("{lead}{line}"));
            }
        }
        lines
    }
}

/// The letter by which ps(1) and /proc know a state.
pub(super) fn letter(state: State) -> char {
    match state {
        State::Running => 'R',
        State::Sleeping => 'S',
        State::DiskSleep => 'D',
        State::Stopped => 'T',
        State::Traced => 't',
        State::Zombie => 'Z',
        State::Dead => 'X',
        State::Other => '?',
    }
}

/// Families next to each other, each below its caption.
pub(super) fn beside(pictures: &[(&str, Family)]) -> String {
    let blocks: Vec<Vec<String>> = pictures
        .iter()
        .map(|(caption, family)| {
            let lines = family.lines().into_iter().map(|line| format!("  {line}"));
            std::iter::once((*caption).to_owned())
                .chain(lines)
                .collect()
        })
        .collect();
    let height = blocks.iter().map(Vec::len).max().unwrap_or(0);
    let mut text = String::new();
    for at in 0..height {
        let mut line = String::new();
        for (nth, block) in blocks.iter().enumerate() {
            let column = nth * PICTURE;
            // What is wider than its place pushes the others aside, and stays legible.
            let blanks = usize::from(nth > 0 && columns(&line) >= column);
            line = padded(&line, column) + &" ".repeat(blanks);
            line.push_str(block.get(at).map_or("", String::as_str));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, pid: i32, state: State, children: Vec<Family>) -> Family {
        Family {
            pid,
            name: name.to_owned(),
            state,
            children,
        }
    }

    #[test]
    fn families_stand_next_to_each_other() {
        let zombie = member("child", 3, State::Zombie, vec![]);
        let child = member("child", 3, State::Sleeping, vec![]);
        let family = |child: Vec<Family>| {
            let parent = member("parent", 2, State::Sleeping, child);
            let other = member("other", 4, State::Running, vec![]);
            member("init", 1, State::Sleeping, vec![parent, other])
        };
        let before = family(vec![child]);
        let after = family(vec![zombie]);
        assert_eq!(after.zombies(), [3]);
        assert_eq!(before.zombies(), [] as [i32; 0]);
        assert_eq!(before.named("other"), Some(4));
        let pictures = [
            ("before", before),
            ("after", after),
            ("waited", family(vec![])),
        ];
        assert_eq!(
            beside(&pictures),
            "\
before                     after                      waited
  init 1 S                   init 1 S                   init 1 S
  ├─ parent 2 S              ├─ parent 2 S              ├─ parent 2 S
  │  └─ child 3 S            │  └─ child 3 Z            └─ other 4 R
  └─ other 4 R               └─ other 4 R
"
        );
    }

    #[test]
    fn a_wide_name_pushes_the_next_aside() {
        let family = member("a-name-of-15-ch", 1_234_567, State::Sleeping, vec![]);
        let text = beside(&[("x", family.clone()), ("y", family)]);
        assert!(text.contains("1234567 S"), "{text}");
        assert!(text.lines().all(|line| columns(line) <= 80), "{text}");
    }
}
