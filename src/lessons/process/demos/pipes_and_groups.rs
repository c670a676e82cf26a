//! A pipeline on a terminal: who holds which end of each pipe, and whom Ctrl-C reaches.
//!
//! See pipe(7), setpgid(2), tcsetpgrp(3), pty(7), and "Special characters" in termios(3).

mod ends;
pub(super) mod player;

use std::ffi::CStr;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;

use anyhow::Context;
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, poll};
use nix::pty::{OpenptyResult, openpty};

use super::columns::{Align, bold, head, narrow, prose};
use super::player::Player;
use crate::model::ExitStatus;
use crate::model::curriculum::{Demo, DemoOptions};
use crate::sys::proc::{self, Stat};
use crate::ui::visible;
use ends::{Ends, ends};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "pipes-and-groups",
    title: "a pipeline on a terminal: who holds which end, and whom Ctrl-C ends",
    run,
};

/// One command of the pipeline.
struct Stage {
    name: &'static str,
    argv: &'static [&'static CStr],
}

/// `cat | tr a-z A-Z | wc -c`: the first waits for the terminal, the others for the one before.
static STAGES: &[Stage] = &[
    Stage {
        name: "cat",
        argv: &[c"cat"],
    },
    Stage {
        name: "tr",
        argv: &[c"tr", c"a-z", c"A-Z"],
    },
    Stage {
        name: "wc",
        argv: &[c"wc", c"-c"],
    },
];

/// The pipeline as a person would type it.
const PIPELINE: &str = "cat | tr a-z A-Z | wc -c";

/// The stage that is in a group of its own the second time.
const APART: usize = 2;

/// What Ctrl-C sends to the terminal: ETX of ascii(7).
const CTRL_C: u8 = 0x03;

/// What the shell writes when it has the terminal again: nothing of the pipeline comes after it.
const PROMPT: &[u8] = b"$ ";

/// How often a demo that waits for the terminal looks whether it is still wanted, milliseconds.
const GLANCE_MS: u16 = 50;

/// The outcome of one pipeline.
struct Interrupted {
    /// The shell and the stages by name, as they were before.
    family: Vec<(&'static str, Stat)>,
    /// The pipes between the stages.
    pipes: Vec<Ends>,
    /// How each stage ended.
    endings: Vec<String>,
    /// The shell, after all that.
    shell: Stat,
    /// What the terminal showed.
    shown: String,
}

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let title = "A pipeline, its pipes and its groups";
    writeln!(out, "{}\n", bold(title, options.color))?;
    let story = format!(
        "A shell that leads a session on a terminal of its own runs `{PIPELINE}`, all of it in one \
         process group, and then with wc in a group of its own. Each time Ctrl-C is typed."
    );
    writeln!(out, "{}", prose(&story))?;
    out.flush()?;
    let (mut shell, mut terminal) = match open(options) {
        Ok(opened) => opened,
        Err(error) => {
            let why = format!("Not shown here: {error:#}.");
            out.write_all(prose(&why).as_bytes())?;
            return Ok(());
        }
    };
    let together = perform(&mut shell, &mut terminal, None, options)?;
    let members = table(&together.family);
    writeln!(out, "{members}")?;
    let story = "Each process has a pid, a group and a session. The terminal has one group in the \
                 foreground, and so one to which it sends signals: not the shell's.";
    writeln!(out, "{}", prose(story))?;
    writeln!(out, "{}", drawn(&together.pipes))?;
    writeln!(out, "{}", holders(&together.pipes))?;
    options.go_on()?;
    writeln!(out, "{}\n", bold("Ctrl-C, all in one group", options.color))?;
    writeln!(out, "{}", outcome(&together))?;
    out.flush()?;
    let apart = perform(&mut shell, &mut terminal, Some(APART), options)?;
    let title = "Ctrl-C, wc in a group of its own";
    writeln!(out, "{}\n", bold(title, options.color))?;
    writeln!(out, "{}", outcome(&apart))?;
    out.write_all(lesson(&together, &apart).as_bytes())?;
    Ok(())
}

/// A pseudo-terminal, and a shell on it.
fn open(options: &DemoOptions) -> anyhow::Result<(Player, File)> {
    let OpenptyResult { master, slave } =
        openpty(None, None).context("cannot open a pseudo-terminal")?;
    for end in [&master, &slave] {
        fcntl(end, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))?;
    }
    fcntl(
        &master,
        FcntlArg::F_SETFL(OFlag::O_RDWR | OFlag::O_NONBLOCK),
    )?;
    let name = nix::unistd::ttyname(&slave).context("the terminal has no name")?;
    let mut shell = Player::start("shell", &[&name.to_string_lossy()], options)?;
    shell.hear()?;
    Ok((shell, master.into()))
}

/// Runs the pipeline, one stage perhaps apart, and types Ctrl-C.
fn perform(
    shell: &mut Player,
    terminal: &mut File,
    apart: Option<usize>,
    options: &DemoOptions,
) -> anyhow::Result<Interrupted> {
    let order = match apart {
        Some(nth) => format!("pipeline {nth}"),
        None => "pipeline".to_owned(),
    };
    let mut members = vec![("shell", shell.pid())];
    let pids = shell.ask(&order)?;
    for (stage, pid) in STAGES.iter().zip(pids.split(' ')) {
        members.push((stage.name, pid.parse()?));
    }
    let mut family = Vec::new();
    for (name, pid) in &members {
        family.push((*name, proc::stat(*pid)?));
    }
    let pipes = ends(&members)?;
    terminal.write_all(&[CTRL_C])?;
    let endings = shell.ask("wait")?;
    Ok(Interrupted {
        family,
        pipes,
        endings: endings.split(',').map(str::to_owned).collect(),
        shell: proc::stat(shell.pid())?,
        shown: shown(terminal, options)?,
    })
}

/// What has come out of the terminal, up to the prompt.
fn shown(terminal: &mut File, options: &DemoOptions) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(PROMPT) {
        options.go_on()?;
        let mut ready = [PollFd::new(terminal.as_fd(), PollFlags::POLLIN)];
        match poll(&mut ready, GLANCE_MS) {
            Ok(0) | Err(Errno::EINTR) => continue,
            polled => polled?,
        };
        let mut some = [0; 256];
        let taken = terminal.read(&mut some)?;
        bytes.extend_from_slice(&some[..taken]);
    }
    let text = String::from_utf8_lossy(&bytes[..bytes.len() - PROMPT.len()]);
    Ok(visible(text.trim_end()))
}

/// A process a line.
fn table(family: &[(&str, Stat)]) -> String {
    let mut rows = vec![head(["", "pid", "parent", "group", "session", ""])];
    for (name, stat) in family {
        let place = match stat.group == stat.foreground {
            true => "foreground",
            false => "",
        };
        rows.push(vec![
            (*name).to_owned(),
            stat.pid.to_string(),
            stat.parent.to_string(),
            stat.group.to_string(),
            stat.session.to_string(),
            place.to_owned(),
        ]);
    }
    let right = Align::Right;
    narrow(&[Align::Left, right, right, right, right], &rows)
}

/// The pipeline from end to end.
fn drawn(pipes: &[Ends]) -> String {
    let mut line = "  terminal".to_owned();
    for (nth, stage) in STAGES.iter().enumerate() {
        line += &match nth.checked_sub(1).and_then(|before| pipes.get(before)) {
            Some(pipe) => format!(" ─{}→ {}", pipe.name, stage.name),
            None => format!(" → {}", stage.name),
        };
    }
    line + " → terminal\n"
}

/// Who holds which end.
fn holders(pipes: &[Ends]) -> String {
    let mut rows = vec![head(["", "write end", "read end"])];
    for pipe in pipes {
        rows.push(vec![
            pipe.name.clone(),
            pipe.writers.join(", "),
            pipe.readers.join(", "),
        ]);
    }
    let mut text = narrow(&[], &rows);
    text.push('\n');
    let shell_holds = pipes
        .iter()
        .flat_map(|pipe| pipe.writers.iter().chain(&pipe.readers))
        .any(|holder| holder.starts_with("shell"));
    if !shell_holds {
        text += &prose(
            "The shell made the pipes and holds no end of them any more. Did it keep a write end, \
             the reader would never see the end of its input.",
        );
    }
    text
}

/// What Ctrl-C did.
fn outcome(interrupted: &Interrupted) -> String {
    let mut rows = vec![head(["", "group", "Ctrl-C", "what became of it"])];
    let endings = interrupted.endings.iter().map(String::as_str);
    for ((name, stat), ending) in interrupted.family.iter().skip(1).zip(endings) {
        rows.push(vec![
            (*name).to_owned(),
            stat.group.to_string(),
            reached(stat),
            became(ending),
        ]);
    }
    if let Some((name, stat)) = interrupted.family.first() {
        let lives = match interrupted.shell.state {
            proc::State::Zombie | proc::State::Dead => "has ended",
            _ => "lives, and has the terminal again",
        };
        rows.push(vec![
            (*name).to_owned(),
            stat.group.to_string(),
            reached(stat),
            lives.to_owned(),
        ]);
    }
    let mut text = narrow(&[Align::Left, Align::Right], &rows);
    text.push_str(&format!("\nOn the terminal: {}\n", interrupted.shown));
    text
}

/// Whether the terminal sends its signals to a process.
fn reached(stat: &Stat) -> String {
    match stat.group == stat.foreground {
        true => "SIGINT",
        false => "nothing",
    }
    .to_owned()
}

/// An ending, in words.
fn became(ending: &str) -> String {
    match ending.strip_prefix("signal ") {
        Some(signal) => format!("ended by {signal}"),
        None if ending == ExitStatus::Code(player::NOT_STARTED).to_string() => {
            "could not be started here".to_owned()
        }
        None => format!("read the end of its input: {ending}"),
    }
}

/// What the two tables say.
fn lesson(together: &Interrupted, apart: &Interrupted) -> String {
    let killed = |of: &Interrupted| {
        let by_signal = of
            .endings
            .iter()
            .filter(|ending| ending.starts_with("signal"));
        by_signal.count()
    };
    let (first, second) = (killed(together), killed(apart));
    prose(&format!(
        "The same byte ended {first} of {} processes by a signal, and then {second}. The signal \
         goes to the group, not along the pipes: whoever is outside of it ends only because its \
         writer is gone. In your shell, try `sleep 60 | cat`, and look at `ps -o \
         pid,pgid,sid,tpgid,comm` from another terminal. Read on: `syslab process read jobs`.",
        STAGES.len()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stat(pid: i32, group: i32) -> Stat {
        Stat {
            pid,
            name: b"x".to_vec(),
            state: proc::State::Sleeping,
            parent: 9,
            group,
            session: 10,
            foreground: 11,
            minor_faults: 0,
            is_kernel_thread: false,
            exit_status: 0,
            user_ticks: 0,
            system_ticks: 0,
            threads: 1,
            started: 0,
        }
    }

    fn interrupted(group_of_wc: i32, endings: [&str; 3]) -> Interrupted {
        Interrupted {
            family: vec![
                ("shell", stat(10, 10)),
                ("cat", stat(11, 11)),
                ("tr", stat(12, 11)),
                ("wc", stat(13, group_of_wc)),
            ],
            pipes: Vec::new(),
            endings: endings.map(str::to_owned).to_vec(),
            shell: stat(10, 10),
            shown: "^C".to_owned(),
        }
    }

    #[test]
    fn the_group_in_the_foreground_is_marked() {
        let text = table(&interrupted(11, [""; 3]).family);
        assert!(
            text.contains("shell   10       9     10       10\n"),
            "{text}"
        );
        assert!(
            text.contains("wc      13       9     11       10  foreground\n"),
            "{text}"
        );
    }

    #[test]
    fn who_is_apart_is_not_reached() {
        let term = "signal SIGINT";
        let together = interrupted(11, [term; 3]);
        let apart = interrupted(13, [term, term, "exit 0"]);
        assert_eq!(
            outcome(&apart),
            "       group  Ctrl-C   what became of it
cat       11  SIGINT   ended by SIGINT
tr        11  SIGINT   ended by SIGINT
wc        13  nothing  read the end of its input: exit 0
shell     10  nothing  lives, and has the terminal again

On the terminal: ^C
"
        );
        assert_eq!(became("exit 127"), "could not be started here");
        let text = lesson(&together, &apart);
        assert!(text.contains("ended 3 of 3 processes"), "{text}");
    }

    #[test]
    fn a_shell_that_holds_an_end_is_not_praised() {
        let pipe = |holder: &str| Ends {
            name: "pipe:[7]".to_owned(),
            writers: vec!["cat 1".to_owned(), holder.to_owned()],
            readers: vec!["tr 0".to_owned()],
        };
        assert!(holders(&[pipe("cat 5")]).contains("no end of them"));
        assert!(!holders(&[pipe("shell 5")]).contains("no end of them"));
        let line = drawn(&[pipe(""), pipe("")]);
        assert_eq!(
            line,
            "  terminal → cat ─pipe:[7]→ tr ─pipe:[7]→ wc → terminal\n"
        );
    }
}
