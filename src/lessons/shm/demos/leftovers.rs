//! What is left of shared memory when those who made it were killed, and what happens when there is
//! no room; all of it in namespaces of its own, with which everything goes.
//!
//! See shm_overview(7), memfd_create(2), sysvipc(7), tmpfs(5), ipc_namespaces(7).

pub(super) mod player;
mod python;

use std::io::Write;

use anyhow::{Context, bail};

use super::amount::amount;
use crate::lessons::columns::{bold, head, narrow, prose};
use crate::lessons::player::Player;
use crate::model::curriculum::{Demo, DemoOptions};
use crate::model::text::signal_name;

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "leftovers",
    title: "what a killed process leaves in /dev/shm; unlink early, memfd, Python's tracker",
    run,
};

/// What is made, and what a player calls that.
const KINDS: &[(&str, &str)] = &[
    (player::NAME, "shm_open"),
    (player::BETWEEN, "shm_open, killed before shm_unlink"),
    (player::UNLINKED, "shm_open, shm_unlink at once"),
    (player::MEMFD, "memfd_create"),
    (player::SEGMENT, "shmget, shmat"),
    (player::REMOVED, "shmget, shmat, IPC_RMID at once"),
];

/// Ways to use more room than there is.
const ROOMS: &[(&str, &str)] = &[
    (player::STORE, "ftruncate, mmap, store"),
    (player::WRITE, "ftruncate, write"),
    (player::ALLOCATE, "ftruncate, posix_fallocate"),
];

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    writeln!(out, "{}\n", bold("What is left behind", options.color))?;
    let story = format!(
        "A process makes {} of shared memory, fills it, and is killed by SIGKILL. All of this \
         happens in namespaces of its own, with a /dev/shm of {}: nothing will be left on your \
         machine.",
        amount(player::SIZE),
        amount(player::ROOM)
    );
    writeln!(out, "{}", prose(&story))?;
    out.flush()?;
    let mut player = Player::start("leftovers", &[], options)?;
    if let Some(why) = player.hear()?.strip_prefix(player::REFUSED) {
        let text = format!("Not shown here: this machine gives us no such namespaces ({why}).");
        out.write_all(prose(&text).as_bytes())?;
        return Ok(());
    }
    let mut rows = vec![head(["made by", "names", "ids", "memory that is left"])];
    for (order, title) in KINDS {
        let said = player.ask(order)?;
        let left = Left::heard(&said).with_context(|| format!("it says {said:?}"))?;
        rows.push(left.cells(title));
    }
    writeln!(out, "{}", narrow(&[], &rows))?;
    let meaning = "A name and an id belong to nobody: the kernel takes away what belongs to a \
                   process, and not what can be found without one. What was unlinked, and what never \
                   had a name, goes with the last who has it.";
    writeln!(out, "{}", prose(meaning))?;
    out.flush()?;
    options.go_on()?;
    writeln!(out, "{}\n", bold("When there is no room", options.color))?;
    let mut rows = vec![head([
        &format!(
            "{} in a /dev/shm of {}",
            amount(player::TOO_MUCH),
            amount(player::ROOM)
        ),
        "ends with",
    ])];
    for (order, title) in ROOMS {
        let said = player.ask(order)?;
        let ended = match said.strip_prefix(player::SIGNAL) {
            Some(signal) => signal_name(signal.parse()?),
            None => said,
        };
        rows.push(vec![(*title).to_owned(), ended]);
    }
    writeln!(out, "{}", narrow(&[], &rows))?;
    let meaning = "ftruncate makes a size and no pages, and has succeeded each time. A page that is \
                   not to be had when a store needs it is a signal.";
    writeln!(out, "{}", prose(meaning))?;
    out.flush()?;
    options.go_on()?;
    writeln!(
        out,
        "{}\n",
        bold("Python's resource tracker", options.color)
    )?;
    tracker(out, &mut player)?;
    let read_on = "Look for leftovers on your machine: `syslab shm inspect`. Read on: \
                   `syslab shm read leftovers`, `syslab shm read the-resource-tracker`.";
    out.write_all(prose(read_on).as_bytes())?;
    Ok(())
}

/// What the player has found after the end of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Left {
    names: u64,
    ids: u64,
    bytes: u64,
}

impl Left {
    fn heard(said: &str) -> Option<Self> {
        let numbers: Vec<u64> = said
            .split(' ')
            .map(|word| word.parse().ok())
            .collect::<Option<_>>()?;
        match numbers[..] {
            [names, ids, bytes] => Some(Self { names, ids, bytes }),
            _ => None,
        }
    }

    fn cells(self, title: &str) -> Vec<String> {
        let some = |number: u64| match number {
            0 => "-".to_owned(),
            number => number.to_string(),
        };
        vec![
            title.to_owned(),
            some(self.names),
            some(self.ids),
            match self.bytes {
                0 => "none".to_owned(),
                bytes => amount(bytes),
            },
        ]
    }
}

/// Two scenes with Python: its tracker when it is right, and when it is not.
fn tracker(out: &mut dyn Write, player: &mut Player) -> anyhow::Result<()> {
    for scene in python::SCENES {
        player.tell(scene.order)?;
        let count = match player.hear()?.as_str() {
            player::NO_PYTHON => {
                let text =
                    "Not shown here: there is no python3 with multiprocessing.shared_memory.";
                writeln!(out, "{}", prose(text))?;
                return Ok(());
            }
            count => count.parse::<usize>().context("how many lines?")?,
        };
        let mut lines = Vec::new();
        for _ in 0..count {
            lines.push(player.hear()?);
        }
        let said = player.hear()?;
        let Some(left) = Left::heard(&said) else {
            bail!("it says {said:?}");
        };
        writeln!(out, "{}", prose(scene.story))?;
        // Behind an empty column: indented.
        let rows: Vec<[String; 2]> = lines
            .iter()
            .map(|line| [String::new(), python::short(line)])
            .collect();
        out.write_all(narrow(&[], &rows).as_bytes())?;
        let verdict = match left.names {
            0 => "Afterwards, no name is left.",
            _ => "Afterwards, the name is still there.",
        };
        writeln!(out, "\n{}", prose(&format!("{verdict} {}", scene.meaning)))?;
        out.flush()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_heard() {
        let left = Left::heard("1 0 4194304").unwrap();
        assert_eq!(left.cells("x"), ["x", "1", "-", "4.0 MiB"]);
        let none = Left::heard("0 0 0").unwrap();
        assert_eq!(none.cells("x"), ["x", "-", "-", "none"]);
        assert_eq!(Left::heard("1 0"), None);
    }
}
