//! Running processes, as `syslab process inspect` shows them: a tree for people, what has changed
//! between two looks.
//!
//! Names, paths and command lines are whatever the processes made of them: nothing of it reaches
//! a terminal as it is.

mod changes;
mod limits;
mod rows;
mod waits;

pub use changes::changes;

use crate::model::snapshot::{Ended, Process, Snapshot, State};
use crate::report::names::called;
use crate::ui::{Look, Tone, columns, cut, visible};

use super::Detail;

/// Zombies of one parent that are shown one by one, unless everything is.
const ZOMBIES_SHOWN: usize = 3;

/// The tree as text: the first process in full, of the others what tells them apart; with
/// [`Detail::All`] all of them in full.
pub fn processes(snapshot: &Snapshot, look: Look, detail: Detail) -> String {
    let mut tree = Tree {
        snapshot,
        look,
        detail,
        out: String::new(),
    };
    if let Some(root) = snapshot.process(snapshot.root) {
        tree.node(root, None, "", "");
    }
    tree.out
}

struct Tree<'a> {
    snapshot: &'a Snapshot,
    look: Look,
    detail: Detail,
    out: String,
}

impl Tree<'_> {
    /// A process and those below it. `branch` leads its first line, `trunk` all below.
    fn node(&mut self, process: &Process, parent: Option<&Process>, branch: &str, trunk: &str) {
        let children: Vec<&Process> = self
            .snapshot
            .processes
            .iter()
            .filter(|other| other.parent == process.pid && other.pid != process.pid)
            .collect();
        let (shown, hidden) = self.split(&children);
        self.headline(process, branch);
        let guide = match shown.is_empty() {
            true => format!("{trunk}  "),
            false => format!("{trunk}│ "),
        };
        let context = rows::Context {
            snapshot: self.snapshot,
            parent,
            is_full: self.detail == Detail::All || parent.is_none(),
            is_all: self.detail == Detail::All,
        };
        for row in rows::of(process, &context) {
            self.row(&guide, &row);
        }
        for (nth, child) in shown.iter().enumerate() {
            let is_last = nth + 1 == shown.len() && hidden == 0;
            let (branch, below) = match is_last {
                true => ("└─ ", "   "),
                false => ("├─ ", "│  "),
            };
            self.node(
                child,
                Some(process),
                &format!("{trunk}{branch}"),
                &format!("{trunk}{below}"),
            );
        }
        if hidden > 0 {
            let text = format!("{trunk}└─ … {hidden} more zombies (-v shows them)");
            self.out.push_str(&self.look.paint(Tone::Faint, &text));
            self.out.push('\n');
        }
    }

    /// The children that are shown, and how many zombies are not.
    fn split<'c>(&self, children: &[&'c Process]) -> (Vec<&'c Process>, usize) {
        let mut zombies = 0;
        let shown: Vec<&Process> = children
            .iter()
            .filter(|child| {
                zombies += usize::from(child.is_zombie());
                self.detail == Detail::All || !child.is_zombie() || zombies <= ZOMBIES_SHOWN
            })
            .copied()
            .collect();
        let hidden = children.len() - shown.len();
        (shown, hidden)
    }

    /// `4711 sleeping  sh -c 'sleep 1000'`
    fn headline(&mut self, process: &Process, branch: &str) {
        let pid = process.pid.to_string();
        let (state, tone) = state_word(process.state);
        let taken = columns(branch) + pid.len() + 1 + state.len() + 2;
        let mut what = called(&process.command, &process.name);
        if let Some(ended) = &process.ended {
            what.push_str(&format!(", {}", ended_words(ended)));
        }
        if self.detail == Detail::Usual
            && let Some(width) = self.look.width
        {
            what = cut(&what, width.saturating_sub(taken).max(20));
        }
        self.out.push_str(&format!(
            "{}{} {}  {what}\n",
            self.look.paint(Tone::Faint, branch),
            self.look.paint(Tone::Strong, &pid),
            self.look.paint(tone, state),
        ));
    }

    /// A row with its label, wrapped beside it; a bar among limits is not torn.
    fn row(&mut self, guide: &str, row: &rows::Row) {
        const LABEL: usize = 8;
        let room = Look {
            width: self
                .look
                .width
                .map(|width| width.saturating_sub(columns(guide))),
            ..self.look
        };
        let label = format!("{:LABEL$}", row.label);
        // A blank that does not tear the label off, and is none when it is shown.
        let line = format!("{}\u{1} {}", label.replace(' ', "\u{1}"), row.text);
        let guide = self.look.paint(Tone::Faint, guide);
        for (nth, line) in room.wrap(0, LABEL + 2, &line).lines().enumerate() {
            let line = line.replace('\u{1}', " ");
            let line = match nth {
                0 => line.replacen(row.label, &self.look.paint(row.tone, row.label), 1),
                _ => line,
            };
            let line = line.trim_end();
            self.out.push_str(&format!("{guide}{line}\n"));
        }
    }
}

/// `4711 sh`: a process named in a sentence.
fn mentioned(snapshot: &Snapshot, pid: i32) -> String {
    match snapshot.process(pid) {
        Some(process) => format!("{pid} {}", visible(&process.name)),
        None => pid.to_string(),
    }
}

fn state_word(state: State) -> (&'static str, Tone) {
    match state {
        State::Running => ("running", Tone::Good),
        State::Sleeping => ("sleeping", Tone::Code),
        State::DiskSleep => ("disk-sleep", Tone::Odd),
        State::Stopped => ("stopped", Tone::Odd),
        State::Traced => ("traced", Tone::Odd),
        State::Zombie => ("zombie", Tone::Bad),
        State::Dead => ("dead", Tone::Bad),
        State::Idle => ("idle", Tone::Faint),
    }
}

fn ended_words(ended: &Ended) -> String {
    match ended {
        Ended::Status(status) => format!("exited with {status}"),
        Ended::Signal(name) => format!("ended by {name}"),
    }
}
