//! The processes of the demo: a parent with much memory, and the child that it forks.

use std::io::{self, PipeReader, PipeWriter, Read, Write};

use anyhow::{Context, bail};
use memmap2::{Advice, MmapMut};

use super::super::player::{answer, order};
use super::page_size;
use crate::sys::process;

/// Memory of one's own, of which single pages can be written.
struct Memory {
    map: MmapMut,
    /// What was written last: the same again would be no change.
    mark: u8,
}

impl Memory {
    /// Asks for memory; no page of it is there before it is written.
    fn new(mib: usize) -> io::Result<Self> {
        let map = MmapMut::map_anon((mib << 20).max(1))?;
        // A fault for each page, not for 512 of them. A kernel without huge pages refuses: fine.
        let _refused = map.advise(Advice::NoHugePage);
        Ok(Self { map, mark: 0 })
    }

    /// Writes a byte into each of these pages.
    fn write(&mut self, from: usize, to: usize) {
        self.mark = self.mark.wrapping_add(1);
        for page in from..to {
            if let Some(byte) = self.map.get_mut(page * page_size()) {
                *byte = self.mark;
            }
        }
    }

    fn pages(&self) -> usize {
        self.map.len().div_ceil(page_size())
    }
}

/// Forks once, and then writes as it is told, or lets its child write.
///
/// Orders: `touch`, `fork`, `parent FROM TO`, `child FROM TO` in pages.
pub(in super::super) fn play(args: &[String]) -> anyhow::Result<()> {
    let mib = args.first().context("how many MiB?")?.parse()?;
    let mut memory = Memory::new(mib).with_context(|| format!("cannot map {mib} MiB"))?;
    let mut child = None;
    while let Some(order) = order()? {
        let words: Vec<&str> = order.split(' ').collect();
        match (words.as_slice(), &mut child) {
            (["touch"], None) => {
                let pages = memory.pages();
                memory.write(0, pages);
                answer("touched")?;
            }
            (["fork"], None) => {
                let forked = fork(memory)?;
                memory = forked.0;
                answer(&forked.1.pid.to_string())?;
                child = Some(forked.1);
            }
            (["parent", from, to], _) => {
                memory.write(from.parse()?, to.parse()?);
                answer("written")?;
            }
            (["child", from, to], Some(child)) => {
                child.write(from.parse()?, to.parse()?)?;
                answer("written")?;
            }
            _ => bail!("{order:?} is no order"),
        }
    }
    if let Some(child) = child {
        drop(child.orders);
        process::reap_one(true)?;
    }
    Ok(())
}

/// The parent's hold on its child.
struct Child {
    pid: i32,
    orders: PipeWriter,
    answers: PipeReader,
}

/// Two page numbers, as they go through a pipe.
const ORDER: usize = 2 * size_of::<usize>();

impl Child {
    fn write(&mut self, from: usize, to: usize) -> io::Result<()> {
        let order = [from.to_ne_bytes(), to.to_ne_bytes()].concat();
        self.orders.write_all(&order)?;
        self.answers.read_exact(&mut [0])
    }
}

/// Forks; only the parent returns, and gets its memory back.
fn fork(mut memory: Memory) -> io::Result<(Memory, Child)> {
    let (mut theirs, orders) = io::pipe()?;
    let (answers, mut told) = io::pipe()?;
    match process::fork()? {
        Some(pid) => Ok((
            memory,
            Child {
                pid: pid.as_raw(),
                orders,
                answers,
            },
        )),
        None => {
            // Held on to, the pipe would never come to its end.
            drop(orders);
            let mut order = [0; ORDER];
            while theirs.read_exact(&mut order).is_ok() {
                let (from, to) = order.split_at(ORDER / 2);
                let number = |bytes: &[u8]| bytes.try_into().map_or(0, usize::from_ne_bytes);
                memory.write(number(from), number(to));
                if told.write_all(b"!").is_err() {
                    break;
                }
            }
            std::process::exit(0);
        }
    }
}

/// Measures how long fork takes with so much memory touched, so many times, in nanoseconds.
pub(in super::super) fn play_times(args: &[String]) -> anyhow::Result<()> {
    let [mib, rounds] = args else {
        bail!("how many MiB, how many times?");
    };
    let mib = mib.parse()?;
    let mut memory = Memory::new(mib).with_context(|| format!("cannot map {mib} MiB"))?;
    let pages = memory.pages();
    memory.write(0, pages);
    for _ in 0..rounds.parse()? {
        let (child, took) = process::timed_fork()?;
        if child.is_none() {
            std::process::exit(0);
        }
        process::reap_one(true)?;
        answer(&took.as_nanos().to_string())?;
        if order()?.is_none() {
            break;
        }
    }
    Ok(())
}
