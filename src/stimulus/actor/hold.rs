//! `hold ITEM...`: holds these descriptors open, says what they are, and does what it is told.
//!
//! It is the process that an inspector of descriptors looks at, a run's
//! [target](crate::model::Run::target): its standard input is a socket to the runner. There it says
//! what it holds, a [`Held`] a line, before the program starts. (Started by hand, it says so on
//! standard error, and stays until it is killed.) What it says is what it made, and
//! what the kernel told it about its own descriptors by calls that take a descriptor; it never looks
//! into /proc, as the program does.
//!
//! Told to move, it closes what is marked with a minus, and opens what is marked with a plus. If
//! nothing is marked, there is nothing to tell it, and it keeps no socket. The grammar of an item is in [`item`], what can be made in [`make`].

mod held;
mod item;
mod make;
mod many;
mod spelling;

pub use held::{ANYTHING, Held, MANY, NOT_HERE};

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd;
use std::process::ExitCode;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::stat::{SFlag, fstat};
use nix::unistd::{dup2_stdin, pipe};

use self::item::{Item, When};
use super::{Confusion, Verb};
use crate::sys::{packet, process};

pub(super) const VERB: Verb = Verb {
    name: "hold",
    usage: "hold [+|-]NUMBER[,NUMBER]:WHAT[:ARGUMENT]...",
    act: |args| {
        let items: Option<Vec<Item>> = args.iter().map(|arg| Item::parse(arg)).collect();
        let items = items.ok_or(Confusion::Usage(VERB.usage))?;
        hold(&items).map_err(|error| Confusion::Kernel("hold what it should", error))?;
        Ok(ExitCode::SUCCESS)
    },
};

/// The most numbers that are of use; some machines permit no more, and some a thousand times as many.
const MOST: u64 = 20_000;

/// What it does after it was told to.
const MOVED: &[u8] = b"moved\n";

fn hold(items: &[Item]) -> io::Result<()> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, most, most)?;
    let kind = fstat(io::stdin())?.st_mode & SFlag::S_IFMT.bits();
    let is_told = kind == SFlag::S_IFSOCK.bits();
    let moves = is_told && items.iter().any(|item| item.when != When::Always);
    let mut report = Vec::new();
    if moves {
        report.extend(held::print(&[Held::of_no_interest(0)]));
        make_all(items, &mut report)?;
        packet::send(io::stdin().as_fd(), &report, &[])?;
        return obey(items);
    }
    // The socket comes from another network namespace, in whose tables alone it is: whoever is told
    // nothing does not keep it. A child says what is held when all else is closed.
    let highest = most.min(MOST) as i32 - 1;
    let paper = is_told.then(|| pass_on(highest)).transpose()?;
    dup2_stdin(io::stdout())?;
    report.extend(held::print(&[Held::standard(0)?]));
    make_all(items, &mut report)?;
    match paper {
        Some(mut paper) => paper.write_all(&report)?,
        // Somebody looks at it by hand, and ends it.
        None => io::stderr().write_all(&report)?,
    }
    loop {
        nix::unistd::pause();
    }
}

/// Starts a child that reads to the end of what is written here, whose number this is meanwhile, and
/// sends it.
fn pass_on(number: i32) -> io::Result<File> {
    let (read, write) = pipe()?;
    let Some(_) = process::fork()? else {
        drop(write);
        let mut report = Vec::new();
        File::from(read).read_to_end(&mut report)?;
        packet::send(io::stdin().as_fd(), &report, &[])?;
        std::process::exit(0)
    };
    Ok(File::from(process::duplicate(&write, number)?))
}

/// Makes what is held from the beginning, and announces what will be.
fn make_all(items: &[Item], report: &mut Vec<u8>) -> io::Result<()> {
    report.extend(held::print(&[Held::standard(1)?, Held::standard(2)?]));
    for item in items {
        report.extend(match item.when {
            When::OnMove => make::announced(item),
            When::Always | When::UntilMove => make::make(item)?,
        });
    }
    Ok(())
}

/// Does what it is told, until it is told to end.
fn obey(items: &[Item]) -> io::Result<()> {
    let mut has_moved = false;
    while let Some(order) = packet::receive(io::stdin().as_fd())? {
        if order.bytes != b"move" {
            break;
        }
        if !std::mem::replace(&mut has_moved, true) {
            let closed = items.iter().filter(|item| item.when == When::UntilMove);
            for number in closed.flat_map(|item| &item.numbers) {
                nix::unistd::close(*number)?;
            }
            for item in items.iter().filter(|item| item.when == When::OnMove) {
                make::make(item)?;
            }
        }
        packet::send(io::stdin().as_fd(), MOVED, &[])?;
    }
    Ok(())
}
