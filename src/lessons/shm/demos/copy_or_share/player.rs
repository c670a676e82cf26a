//! A server that gives weights to its workers in one of four ways.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::time::Instant;

use anyhow::{Context, bail};
use memmap2::{Advice, MmapMut};

use super::super::crew::{Crew, Link};
use crate::lessons::player::{answer, order};
use crate::sys::mapping::{How, Mapping};
use crate::sys::memory::PAGE;
use crate::sys::shared;

/// Each worker reads the file with the weights into memory of its own.
pub(super) const LOAD: &str = "load";
/// The server reads it, and sends each worker all values, one after the other, as pickle does.
pub(super) const PICKLE: &str = "pickle";
/// The server reads it, and then forks the workers.
pub(super) const FORK: &str = "fork";
/// The workers map it.
pub(super) const SHARE: &str = "share";

/// A worker is ready.
pub(super) const READY: &str = ".";

/// Look at all weights, and count references in them if they are one's own.
const USE: u8 = b'u';

/// Bytes of a weight.
const VALUE: usize = size_of::<f32>();

/// What stands before a number in a pickle: BINFLOAT, eight bytes, the highest first.
const BINFLOAT: u8 = b'G';

/// Bytes of a pickled weight.
const PICKLED: usize = 1 + size_of::<f64>();

/// Weights that are read, and sent, at a time: what fits into a pipe when it is pickled.
const BLOCK: usize = 7 << 10;

/// Makes the weights; at the order `start`, the workers; at the order `use`, lets them use it.
pub(in super::super) fn play(args: &[String]) -> anyhow::Result<()> {
    let [way, workers, size] = args else {
        bail!("which way, how many workers, how many bytes?");
    };
    let (workers, size): (usize, usize) = (workers.parse()?, size.parse()?);
    let file = weights(size).context("cannot make the weights")?;
    answer("made")?;
    let mut crew = Crew::default();
    while let Some(order) = order()? {
        match order.as_str() {
            "start" => {
                let begun = Instant::now();
                let copied = start(&mut crew, way, workers, &file, size)?;
                answer(&format!("{} {copied}", begun.elapsed().as_nanos()))?;
            }
            "use" => {
                crew.tell(USE)?;
                crew.hear(|_| Ok(()))?;
                answer("used")?;
            }
            _ => bail!("{order:?} is no order"),
        }
    }
    Ok(())
}

/// A file with so many bytes of weights, in memory: how fast a disk is does not matter here.
fn weights(size: usize) -> io::Result<File> {
    let file = shared::unnamed(size as u64)?;
    let block: Vec<u8> = (0_u16..1024)
        .flat_map(|number| f32::from(number).to_ne_bytes())
        .collect();
    let mut at = 0;
    while at < size {
        let part = &block[..block.len().min(size - at)];
        file.write_all_at(part, at as u64)?;
        at += part.len();
    }
    Ok(file)
}

/// Starts the workers, and waits until all have the weights; says how many bytes went through
/// read(2) and write(2).
fn start(
    crew: &mut Crew,
    way: &str,
    workers: usize,
    file: &File,
    size: usize,
) -> anyhow::Result<u64> {
    let all = (workers * size) as u64;
    let ready = |crew: &mut Crew| crew.hear(|_| answer(READY));
    match way {
        LOAD => {
            for _ in 0..workers {
                crew.hire(|link| serve(link, &mut loaded(file, size)?))?;
            }
            ready(crew)?;
            Ok(all)
        }
        PICKLE => {
            let mut own = Some(loaded(file, size)?);
            for _ in 0..workers {
                crew.hire(|link| {
                    // Not to be inherited: this way is that of processes that are not forked.
                    own = None;
                    let mut received = unpickled(link, size)?;
                    serve(link, &mut received)
                })?;
                if let Some(own) = &own {
                    pickle(crew, own)?;
                }
                answer(READY)?;
            }
            crew.hear(|_| Ok(()))?;
            let sent = workers * (size / VALUE * PICKLED);
            Ok((size + 2 * sent) as u64)
        }
        FORK => {
            let mut own = loaded(file, size)?;
            for _ in 0..workers {
                // Its own from now on, which costs nothing until one of the two writes to it.
                crew.hire(|link| serve(link, &mut own))?;
            }
            ready(crew)?;
            Ok(size as u64)
        }
        SHARE => {
            for _ in 0..workers {
                crew.hire(|link| serve_mapped(link, file))?;
            }
            ready(crew)?;
            Ok(0)
        }
        _ => bail!("{way:?} is no way"),
    }
}

/// The weights, read into memory of one's own.
fn loaded(file: &File, size: usize) -> io::Result<MmapMut> {
    let mut own = room(size)?;
    let mut at = 0;
    for block in own.chunks_mut(1 << 20) {
        file.read_exact_at(block, at)?;
        at += block.len() as u64;
    }
    Ok(own)
}

/// Memory of one's own.
fn room(size: usize) -> io::Result<MmapMut> {
    let own = MmapMut::map_anon(size)?;
    // Pages are shared and copied one by one. A kernel without huge pages refuses: fine.
    let _refused = own.advise(Advice::NoHugePage);
    Ok(own)
}

/// Sends all weights to the worker that was hired last, each as pickle writes a number.
fn pickle(crew: &mut Crew, own: &MmapMut) -> io::Result<()> {
    let mut pickled = Vec::with_capacity(BLOCK * PICKLED);
    for block in own.chunks(BLOCK * VALUE) {
        pickled.clear();
        for value in block.as_chunks::<VALUE>().0 {
            pickled.push(BINFLOAT);
            pickled.extend_from_slice(&f64::from(f32::from_ne_bytes(*value)).to_be_bytes());
        }
        crew.send_last(&pickled)?;
    }
    Ok(())
}

/// The worker's side of it.
fn unpickled(link: &mut Link, size: usize) -> io::Result<MmapMut> {
    let mut own = room(size)?;
    let mut pickled = vec![0; BLOCK * PICKLED];
    for block in own.chunks_mut(BLOCK * VALUE) {
        let part = &mut pickled[..block.len() / VALUE * PICKLED];
        link.take(part)?;
        let values = block.as_chunks_mut::<VALUE>().0;
        for (value, number) in values.iter_mut().zip(part.as_chunks::<PICKLED>().0) {
            let [BINFLOAT, rest @ ..] = number else {
                return Err(io::ErrorKind::InvalidData.into());
            };
            *value = (f64::from_be_bytes(*rest) as f32).to_ne_bytes();
        }
    }
    Ok(own)
}

/// A worker that has the weights to itself.
fn serve(link: &mut Link, own: &mut MmapMut) -> io::Result<()> {
    link.answer([0; 2])?;
    while let Some(USE) = link.order()? {
        for page in own.chunks_mut(PAGE as usize) {
            if let Some(count) = page.first_mut() {
                // To look at an object of Python is to count a reference to it, and to take it
                // off again.
                *count = std::hint::black_box(count.wrapping_add(1)).wrapping_sub(1);
            }
        }
        link.answer([0; 2])?;
    }
    Ok(())
}

/// A worker that maps them, and cannot write to them.
fn serve_mapped(link: &mut Link, file: &File) -> io::Result<()> {
    let reading = File::open(format!("/proc/self/fd/{}", file.as_raw_fd()))?;
    let how = How {
        is_read_only: true,
        ..How::default()
    };
    let weights = Mapping::new(&reading, how)?;
    link.answer([0; 2])?;
    while let Some(USE) = link.order()? {
        for at in (0..weights.len()).step_by(PAGE as usize) {
            std::hint::black_box(weights.byte(at));
        }
        link.answer([0; 2])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_repeat() {
        let file = weights(3 * 4096 + 8).unwrap();
        let own = loaded(&file, 3 * 4096 + 8).unwrap();
        assert_eq!(own[..8], own[4096..4104]);
        assert_eq!(own[4..8], 1_f32.to_ne_bytes());
        assert_eq!(own[3 * 4096..], own[..8]);
    }
}
