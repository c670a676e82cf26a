//! A process that copies a file, by calls or by a ring.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use anyhow::{Context, bail};

use super::super::effort::Effort;
use super::super::ring;
use super::REFUSED;
use crate::lessons::player::answer;
use crate::sys::clock;

/// Bytes of a block.
pub(in super::super) const BLOCK: usize = 64 << 10;

/// The way that is tried where there is no ring.
pub(super) const RING: &str = "ring, 8 in flight";

/// One way to copy.
pub(super) struct Way {
    pub(super) name: &'static str,
    copy: fn(&File, &File, u64) -> io::Result<()>,
}

/// In teaching order.
pub(super) static WAYS: &[Way] = &[
    Way {
        name: "pread, pwrite",
        copy: by_calls,
    },
    Way {
        name: "ring, 1 in flight",
        copy: |from, to, blocks| ring::copy(from, to, blocks, 1, false),
    },
    Way {
        name: RING,
        copy: |from, to, blocks| ring::copy(from, to, blocks, 8, false),
    },
    Way {
        name: "the same, registered",
        copy: |from, to, blocks| ring::copy(from, to, blocks, 8, true),
    },
];

/// Copies `from` to `to` in a directory; answers with what it cost. The file is a whole number of
/// blocks.
pub(in super::super) fn play(args: &[String]) -> anyhow::Result<()> {
    let [name, amount, directory] = args else {
        bail!("which way, how much, in which directory?");
    };
    let way = WAYS.iter().find(|way| way.name == name);
    let way = way.context("there is no such way")?;
    let directory = Path::new(directory);
    let from = File::open(directory.join("from"))?;
    let to = File::create(directory.join("to"))?;
    let blocks = match amount.as_str() {
        "all" => from.metadata()?.len() / BLOCK as u64,
        _ => 0,
    };
    let done = Effort::of(clock::of_process, || Ok((way.copy)(&from, &to, blocks)?));
    match done {
        Ok((effort, ())) => answer(&effort.said())?,
        // A kernel or a container without the call.
        Err(error) => answer(&format!("{REFUSED}{error:#}"))?,
    }
    Ok(())
}

fn by_calls(from: &File, to: &File, blocks: u64) -> io::Result<()> {
    let mut buffer = vec![0; BLOCK];
    for block in 0..blocks {
        let at = block * BLOCK as u64;
        from.read_exact_at(&mut buffer, at)?;
        to.write_all_at(&buffer, at)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_copies_the_same() {
        let content: Vec<u8> = (0..3 * BLOCK).map(|at| (at / 7) as u8).collect();
        let directory = tempfile::tempdir().unwrap();
        let from = directory.path().join("from");
        std::fs::write(&from, &content).unwrap();
        for way in WAYS {
            let to = directory.path().join("to");
            let files = (File::open(&from).unwrap(), File::create(&to).unwrap());
            match (way.copy)(&files.0, &files.1, 3) {
                Ok(()) => assert_eq!(std::fs::read(&to).unwrap(), content, "{}", way.name),
                Err(error) => println!("skipped: {}: {error}", way.name),
            }
        }
    }
}
