//! Very many descriptors, which are counted and not listed.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;

use nix::sys::resource::{Resource, getrlimit};
use socket2::{Domain, Socket, Type};

use super::held::{MANY, NOT_HERE};
use super::item::Item;
use super::make::keep;
use crate::sys::process;

/// `FIRST:many:DESCRIPTORS,SOCKETS`: so many descriptors from this number on, of which so many are
/// Unix sockets that have not been bound, and the others /dev/null.
pub(super) fn make(item: &Item) -> io::Result<Vec<u8>> {
    let bad = || io::Error::from(io::ErrorKind::InvalidInput);
    let counts = std::str::from_utf8(&item.argument).map_err(|_| bad())?;
    let (all, sockets) = counts.split_once(',').ok_or_else(bad)?;
    let all: i32 = all.parse().map_err(|_| bad())?;
    let sockets: i32 = sockets.parse().map_err(|_| bad())?;
    let first = *item.numbers.first().ok_or_else(bad)?;
    let (limit, _) = getrlimit(Resource::RLIMIT_NOFILE)?;
    if (first + all) as u64 > limit {
        let why = format!("{NOT_HERE}\t{all} descriptors: the limit is {limit}\n");
        return Ok(why.into_bytes());
    }
    // There may be no number to spare: it is at the first one until the end.
    let null = OwnedFd::from(File::open("/dev/null")?);
    let socket = || Socket::new(Domain::UNIX, Type::DGRAM, None).map(OwnedFd::from);
    for number in (first + 1..first + all).rev() {
        match number < first + sockets {
            true => keep(socket()?, number)?,
            false => keep(process::duplicate(&null, number)?, number)?,
        }
    }
    match sockets {
        0 => keep(null, first)?,
        _ => {
            drop(null);
            keep(socket()?, first)?;
        }
    }
    Ok(format!("{MANY}\t{all}\t{sockets}\n").into_bytes())
}
