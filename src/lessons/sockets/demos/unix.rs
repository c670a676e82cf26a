//! A descriptor handed from one process to another: both tables before, in between and after, and
//! what each side knows of the other.
//!
//! See unix(7) (SCM_RIGHTS, SO_PEERCRED), sendmsg(2), and proc_pid_fdinfo(5).

pub(super) mod player;

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;

use crate::lessons::columns::{bold, head, narrow, prose};
use crate::lessons::player::Player;
use crate::model::curriculum::{Demo, DemoOptions};
use crate::sys::{proc, temporary};
use crate::ui::visible;

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "unix",
    title: "a descriptor handed over: both tables before, in between and after",
    run,
};

/// What is in the file.
const CONTENT: &str = "alpha beta gamma\n";

/// How much of it the giver reads before it passes the file on.
const READ_BEFORE: usize = 6;

/// One moment: what was done, and what each process then had open.
struct Picture {
    caption: &'static str,
    giver: Vec<Open>,
    taker: Vec<Open>,
}

/// A descriptor.
struct Open {
    number: i32,
    what: String,
    /// Offset of the next byte, for a file.
    position: Option<u64>,
}

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    writeln!(
        out,
        "{}\n",
        bold("A descriptor is handed over", options.color)
    )?;
    let story = format!(
        "Two processes, connected by a Unix socket. The giver opens a file with {:?}, reads \
         {READ_BEFORE} bytes, and passes it on; the taker never opens it. Descriptors 0 to 2 are \
         the standard streams of both.",
        CONTENT.trim_end()
    );
    writeln!(out, "{}", prose(&story))?;
    out.flush()?;
    let directory = temporary::directory().context("cannot make a temporary directory")?;
    let (file, address) = (
        directory.path().join("file"),
        directory.path().join("socket"),
    );
    fs::write(&file, CONTENT)?;
    let mut giver = Player::start("giver", &[&address.to_string_lossy()], options)?;
    giver.hear()?;
    let mut taker = Player::start("taker", &[&address.to_string_lossy()], options)?;
    let socket: i32 = taker.hear()?.parse()?;
    let peer = giver.ask("accept")?;
    let mut show = |caption, giver: &Player, taker: &Player| -> anyhow::Result<()> {
        options.go_on()?;
        let picture = Picture {
            caption,
            giver: table(giver.pid(), directory.path())?,
            taker: table(taker.pid(), directory.path())?,
        };
        writeln!(out, "{}\n", bold(picture.caption, options.color))?;
        writeln!(out, "{}", beside(&picture))?;
        out.flush()?;
        Ok(())
    };
    giver.ask(&format!("open {} {READ_BEFORE}", file.display()))?;
    show("Before", &giver, &taker)?;
    let sent = giver.ask("pass")?;
    giver.ask("close")?;
    show("Sent, and closed by the giver", &giver, &taker)?;
    let flight = proc::in_flight(taker.pid(), socket)?;
    fs::remove_file(&file)?;
    let received = taker.ask("take")?;
    show("Received by the taker", &giver, &taker)?;
    let read = taker.ask("read")?;
    drop((giver, taker));
    writeln!(out, "{}", prose(&meaning(&sent, &received, flight, &read)))?;
    let known = format!(
        "Who is it? SO_PEERCRED told the giver, of the taker: {peer}. The kernel noted that at \
         connect; the taker said nothing and could not have lied. Read on: `syslab sockets read \
         passing-a-descriptor`."
    );
    out.write_all(prose(&known).as_bytes())?;
    Ok(())
}

/// What the figures say.
fn meaning(sent: &str, received: &str, in_flight: Option<u64>, read: &str) -> String {
    let flight = match in_flight {
        Some(count) => format!(
            "In between it was in no table: {count} in flight, says the taker's socket (scm_fds \
             in its fdinfo)."
        ),
        None => "In between it was in no table, but in flight.".to_owned(),
    };
    format!(
        "The giver's {sent} became the taker's {received}: the lowest number that was free there. \
         {flight} Its name was even removed before it was received. What was passed is the open \
         file, offset and all: the taker's first read gives {:?}.",
        visible(read)
    )
}

/// What a process has open, below `directory` by its name there.
fn table(pid: i32, directory: &Path) -> io::Result<Vec<Open>> {
    let mut open = Vec::new();
    for descriptor in proc::descriptors(pid)? {
        let target = String::from_utf8_lossy(&descriptor.target).into_owned();
        let inside = Path::new(&target).strip_prefix(directory).ok();
        let position = match inside {
            Some(_) => Some(proc::descriptor_info(pid, descriptor.number)?.position),
            None => None,
        };
        let name = inside.map_or(target.clone(), |name| name.display().to_string());
        if descriptor.number > libc::STDERR_FILENO {
            open.push(Open {
                number: descriptor.number,
                what: visible(&name),
                position,
            });
        }
    }
    Ok(open)
}

/// Both tables, one beside the other.
fn beside(picture: &Picture) -> String {
    let cell = |open: Option<&Open>| match open {
        Some(Open {
            number,
            what,
            position: Some(at),
        }) => format!("{number}  {what}, at byte {at}"),
        Some(Open { number, what, .. }) => format!("{number}  {what}"),
        None => String::new(),
    };
    let mut rows = vec![head(["giver", "taker"])];
    for nth in 0..picture.giver.len().max(picture.taker.len()) {
        rows.push(vec![
            cell(picture.giver.get(nth)),
            cell(picture.taker.get(nth)),
        ]);
    }
    narrow(&[], &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_stand_beside_each_other() {
        let open = |number, what: &str, position| Open {
            number,
            what: what.to_owned(),
            position,
        };
        let picture = Picture {
            caption: "Before",
            giver: vec![open(3, "socket:[1]", None), open(4, "file", Some(6))],
            taker: vec![open(3, "socket:[2]", None)],
        };
        assert_eq!(
            beside(&picture),
            "giver               taker\n3  socket:[1]       3  socket:[2]\n4  file, at byte 6\n"
        );
    }

    #[test]
    fn a_kernel_that_does_not_count_is_not_quoted() {
        assert!(meaning("5", "4", None, "beta").contains("but in flight."));
        assert!(meaning("5", "4", Some(1), "beta").contains("1 in flight, says"));
    }
}
