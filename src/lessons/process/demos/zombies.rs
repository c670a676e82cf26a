//! Zombies and orphans: what is left of a process that has ended, and who becomes whose parent.
//!
//! See wait(2), "Notes"; proc_pid_stat(5); PR_SET_CHILD_SUBREAPER(2const); pid_namespaces(7).

mod family;
pub(super) mod player;

use std::io::{self, Write};

use anyhow::Context;

use super::columns::{bold, head, narrow, prose};
use super::player::Player;
use crate::model::curriculum::{Demo, DemoOptions};
use crate::sys::proc;
use family::{Family, beside};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "zombies",
    title: "zombies, orphans, double fork and subreaper: who is left, and whose child it is",
    run,
};

/// What the player says of the process to whom orphans come: it is process 1 of a namespace, or
/// stands in for it.
const NAMESPACE: &str = "namespace";
const SUBREAPER: &str = "subreaper";

/// One scene: what it is about, what each of its beats is called, and what it means.
struct Scene {
    name: &'static str,
    title: &'static str,
    beats: &'static [&'static str],
    meaning: &'static str,
}

/// In teaching order.
const SCENES: &[Scene] = &[
    Scene {
        name: "zombie",
        title: "A child ends",
        beats: &["both live", "the child has ended", "the parent has waited"],
        meaning: "A zombie holds a number, an exit status and what it has used up, for wait(2) to \
                  tell; kill -9 does not remove it, only its parent's wait does.",
    },
    Scene {
        name: "orphan",
        title: "A parent ends first",
        beats: &["both live", "the parent has ended"],
        meaning: "The child lives on and has another parent at once. Should that one never wait, \
                  as process 1 of many a container does not, its zombie stays.",
    },
    Scene {
        name: "double-fork",
        title: "Forking twice",
        beats: &["forked twice", "the middle has ended"],
        meaning: "The shell waits for the middle, which ends at once, and need never wait for the \
                  daemon: that is init's child now.",
    },
    Scene {
        name: "subreaper",
        title: "Forking twice below a subreaper",
        beats: &["forked twice", "the middle has ended", "the daemon, too"],
        meaning: "The manager has asked for the orphans of its tree (PR_SET_CHILD_SUBREAPER), as \
                  service managers do: it gets the daemon, and has to wait for it.",
    },
];

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    writeln!(out, "{}\n", bold("Zombies and orphans", options.color))?;
    let mut player = Player::start("zombies", &[], options)?;
    let kind = player.hear()?;
    let init = match kind.as_str() {
        NAMESPACE => *proc::children(player.pid())?
            .first()
            .context("the first process is gone")?,
        _ => player.pid(),
    };
    let stage = match kind.as_str() {
        NAMESPACE => "init is process 1 of a pid namespace of its own, so orphans come to it.",
        _ => {
            "This machine gives us no pid namespace: init is a subreaper here, which gets orphans \
             in place of process 1."
        }
    };
    let story = format!(
        "Small families, drawn from /proc before and after one of them ends: name, pid, and state \
         (S sleeps, R runs, Z is a zombie). {stage}"
    );
    writeln!(out, "{}", prose(&story))?;
    for scene in SCENES {
        options.go_on()?;
        writeln!(out, "{}\n", bold(scene.title, options.color))?;
        let (pictures, remains) = perform(&mut player, init, scene)?;
        out.write_all(beside(&pictures).as_bytes())?;
        writeln!(out)?;
        if let [alive, dead] = &remains[..] {
            out.write_all(remainder(alive, dead).as_bytes())?;
            writeln!(out)?;
        }
        writeln!(out, "{}", prose(scene.meaning))?;
        out.flush()?;
    }
    let try_next = "Try it yourself: `sh -c 'sleep 60 & exec sleep 60'` is a parent that does not \
                    know of its child; kill the child and look for Z in `ps -o pid,ppid,stat,comm`. \
                    Read on: `syslab process read children`.";
    out.write_all(prose(try_next).as_bytes())?;
    Ok(())
}

/// A family, and what has just happened in it.
type Picture = (&'static str, Family);

/// Plays a scene: the family at each beat, and what there is of its child while it lives and when
/// it is a zombie, if it becomes one.
fn perform(
    player: &mut Player,
    init: i32,
    scene: &Scene,
) -> anyhow::Result<(Vec<Picture>, Vec<Remains>)> {
    let mut pictures: Vec<Picture> = Vec::new();
    let mut remains = Vec::new();
    let mut watched = None;
    player.tell(scene.name)?;
    for (nth, caption) in scene.beats.iter().enumerate() {
        player.hear()?;
        let family = Family::of(init)?;
        if nth == 0 {
            watched = family.named("child");
        }
        if let Some(pid) = watched
            && (nth == 0 || family.zombies().contains(&pid))
        {
            remains.push(Remains::of(pid)?);
        }
        pictures.push((*caption, family));
        player.tell("on")?;
    }
    Ok((pictures, remains))
}

/// What the kernel still knows of a process.
struct Remains {
    pid: i32,
    state: proc::State,
    parent: i32,
    name: String,
    /// Resident memory, KiB.
    memory: u64,
    /// Slots for descriptors.
    descriptors: u64,
    /// How it ended, as wait(2) would tell it.
    exit_status: i32,
}

impl Remains {
    fn of(pid: i32) -> io::Result<Self> {
        let (stat, status) = (proc::stat(pid)?, proc::status(pid)?);
        Ok(Self {
            pid,
            state: stat.state,
            parent: stat.parent,
            name: crate::ui::visible(&String::from_utf8_lossy(&stat.name)),
            memory: status.memory.resident,
            descriptors: status.descriptor_slots,
            exit_status: stat.exit_status,
        })
    }

    fn cells(&self) -> [String; 7] {
        [
            self.pid.to_string(),
            self.name.clone(),
            self.parent.to_string(),
            family::letter(self.state).to_string(),
            format!("{} KiB", self.memory),
            self.descriptors.to_string(),
            match self.state {
                // WEXITSTATUS of wait(2).
                proc::State::Zombie => (self.exit_status >> 8 & 0xff).to_string(),
                _ => "-".to_owned(),
            },
        ]
    }
}

/// What is left of a child, next to what it was.
fn remainder(alive: &Remains, dead: &Remains) -> String {
    const FACTS: [&str; 7] = [
        "pid",
        "name",
        "parent",
        "state",
        "resident memory",
        "slots for descriptors",
        "exit status",
    ];
    let mut rows = vec![head(["the child", "alive", "zombie"])];
    for ((what, alive), dead) in FACTS.iter().zip(alive.cells()).zip(dead.cells()) {
        rows.push(vec![(*what).to_owned(), alive, dead]);
    }
    narrow(&[], &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zombie_has_a_name_and_no_memory() {
        let alive = Remains {
            pid: 12,
            state: proc::State::Sleeping,
            parent: 11,
            name: "child".to_owned(),
            memory: 980,
            descriptors: 64,
            exit_status: 0,
        };
        let dead = Remains {
            state: proc::State::Zombie,
            memory: 0,
            descriptors: 0,
            exit_status: 7 << 8,
            name: "child".to_owned(),
            ..alive
        };
        let text = remainder(&alive, &dead);
        assert_eq!(
            text,
            "\
the child              alive    zombie
pid                    12       12
name                   child    child
parent                 11       11
state                  S        Z
resident memory        980 KiB  0 KiB
slots for descriptors  64       0
exit status            -        7
"
        );
    }
}
