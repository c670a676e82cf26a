//! A file as memory: page faults counted, readahead, private and shared mappings, SIGBUS.
//!
//! See mmap(2), madvise(2), getrusage(2) (ru_minflt, ru_majflt), posix_fadvise(2).

pub(super) mod player;

use std::fs::File;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use anyhow::Context;
use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};
use nix::sys::resource::{UsageWho, getrusage};

use crate::lessons::columns::{Align, bold, brief, head, narrow, prose};
use crate::lessons::player::Player;
use crate::model::curriculum::{Demo, DemoOptions};
use crate::model::text::signal_name;
use crate::sys::mapping::{How, Mapping, Order};
use crate::sys::temporary;

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "mmap",
    title: "a file as memory: page faults, readahead, private and shared, SIGBUS",
    run,
};

/// Size of the file, bytes, and in the quick version.
const SIZE: (usize, usize) = (32 << 20, 4 << 20);

/// A step between pages that visits each once, in no order that readahead understands: odd, where
/// the number of pages is a power of two.
const STRIDE: usize = 1_571;

/// One way to touch every page of the file once.
struct Way {
    name: &'static str,
    /// Whether the file is dropped from the page cache before.
    is_cold: bool,
    is_populated: bool,
    order: Order,
}

/// In teaching order.
const WAYS: &[Way] = &[
    Way {
        name: "in the cache, in order",
        is_cold: false,
        is_populated: false,
        order: Order::Any,
    },
    Way {
        name: "in the cache, MAP_POPULATE",
        is_cold: false,
        is_populated: true,
        order: Order::Any,
    },
    Way {
        name: "from the disk, in order",
        is_cold: true,
        is_populated: false,
        order: Order::Any,
    },
    Way {
        name: "the same, MADV_SEQUENTIAL",
        is_cold: true,
        is_populated: false,
        order: Order::Forward,
    },
    Way {
        name: "from the disk, MADV_RANDOM",
        is_cold: true,
        is_populated: false,
        order: Order::Random,
    },
];

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    writeln!(out, "{}\n", bold("A file as memory", options.color))?;
    let size = if options.quick { SIZE.1 } else { SIZE.0 };
    let pages = size / page_size();
    let story = format!(
        "A file of {} MiB is mapped, and one byte of each of its {pages} pages is read. Page \
         faults are counted by the kernel, for this thread (getrusage(2)).",
        size >> 20
    );
    writeln!(out, "{}", prose(&story))?;
    out.flush()?;
    let file = tempfile::tempfile().context("cannot make a temporary file")?;
    fill(&file, size, options)?;
    let mut rows = vec![head([
        "every page once",
        "in mmap",
        "minor",
        "major",
        "pages/fault",
        "time",
    ])];
    for way in WAYS {
        options.go_on()?;
        rows.push(touched(&file, way)?.cells(way, pages));
    }
    let right = Align::Right;
    let align = [Align::Left, right, right, right, right, right];
    writeln!(out, "{}", narrow(&align, &rows))?;
    let meaning = "mmap itself reads nothing. A fault maps the neighbours as well, if they are in \
                   the cache; a major one waits for the disk, and readahead brings what follows. \
                   MADV_RANDOM turns that off. (On tmpfs nothing ever comes from a disk.)";
    writeln!(out, "{}", prose(meaning))?;
    out.flush()?;
    options.go_on()?;
    writeln!(
        out,
        "{}\n",
        bold("MAP_PRIVATE and MAP_SHARED", options.color)
    )?;
    writeln!(out, "{}", narrow(&[], &both()?))?;
    let meaning = "The first write to a page of a private mapping copies it; what others write to \
                   the file afterwards does not show there. A shared mapping is the file.";
    writeln!(out, "{}", prose(meaning))?;
    out.flush()?;
    writeln!(out, "{}\n", bold("SIGBUS", options.color))?;
    writeln!(out, "{}", narrow(&[], &cut_short(options)?))?;
    let meaning = "The rest of the last page reads as zeros. Behind it there is a mapping and no \
                   file, and an access is a signal: no call is made that could return an error. \
                   Read on: `syslab fds read mapping`, and `syslab fds trace mapped`.";
    out.write_all(prose(meaning).as_bytes())?;
    Ok(())
}

/// Bytes of a page.
fn page_size() -> usize {
    let size = nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE);
    size.ok()
        .flatten()
        .and_then(|size| usize::try_from(size).ok())
        .unwrap_or(4096)
}

/// Fills the file, and sees to it that it is on the disk: what is not cannot leave the cache.
fn fill(mut file: &File, size: usize, options: &DemoOptions) -> anyhow::Result<()> {
    let block = vec![b'x'; 1 << 20];
    for _ in 0..size / block.len() {
        options.go_on()?;
        file.write_all(&block)?;
    }
    file.sync_all()?;
    Ok(())
}

/// What touching all pages cost.
struct Cost {
    /// Faults within mmap(2).
    in_mmap: i64,
    minor: i64,
    major: i64,
    time: Duration,
}

impl Cost {
    fn cells(&self, way: &Way, pages: usize) -> Vec<String> {
        let faults = self.minor + self.major;
        let each = match faults {
            0 => "-".to_owned(),
            faults => format!("{:.1}", pages as f64 / faults as f64),
        };
        vec![
            way.name.to_owned(),
            self.in_mmap.to_string(),
            self.minor.to_string(),
            self.major.to_string(),
            each,
            brief(self.time),
        ]
    }
}

/// Minor and major faults of this thread so far.
fn faults() -> io::Result<(i64, i64)> {
    let usage = getrusage(UsageWho::RUSAGE_THREAD)?;
    Ok((usage.minor_page_faults(), usage.major_page_faults()))
}

/// Maps the file and touches each of its pages once.
fn touched(file: &File, way: &Way) -> io::Result<Cost> {
    if way.is_cold {
        posix_fadvise(file, 0, 0, PosixFadviseAdvice::POSIX_FADV_DONTNEED)?;
    }
    let started = Instant::now();
    let start = faults()?;
    let how = How {
        is_populated: way.is_populated,
        ..How::default()
    };
    let mapping = Mapping::new(file, how)?;
    let mapped = faults()?;
    mapping.advise(way.order)?;
    let pages = mapping.len() / page_size();
    let step = if way.order == Order::Random {
        STRIDE
    } else {
        1
    };
    let mut sum = 0_u64;
    for nth in 0..pages {
        sum += u64::from(mapping.byte(nth * step % pages * page_size()));
    }
    let end = faults()?;
    // The sum is of use to the compiler only: it must not leave the loop out.
    std::hint::black_box(sum);
    Ok(Cost {
        in_mmap: mapped.0 + mapped.1 - start.0 - start.1,
        minor: end.0 - mapped.0,
        major: end.1 - mapped.1,
        time: started.elapsed(),
    })
}

/// What a private and a shared mapping of a file show, as each of them is written to.
fn both() -> anyhow::Result<Vec<Vec<String>>> {
    use std::os::unix::fs::FileExt;
    let mut file = tempfile::tempfile().context("cannot make a temporary file")?;
    file.write_all(b"old.")?;
    let private = Mapping::new(
        &file,
        How {
            is_private: true,
            ..How::default()
        },
    )?;
    let shared = Mapping::new(&file, How::default())?;
    let mut rows = vec![head(["", "private", "shared", "read(2)"])];
    let mut note = |what: &str| -> io::Result<()> {
        let text = |mapping: &Mapping| {
            let bytes: Vec<u8> = (0..mapping.len()).map(|at| mapping.byte(at)).collect();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let mut read = [0; 4];
        file.read_exact_at(&mut read, 0)?;
        rows.push(vec![
            what.to_owned(),
            text(&private),
            text(&shared),
            String::from_utf8_lossy(&read).into_owned(),
        ]);
        Ok(())
    };
    note("both are mapped")?;
    shared.set_byte(0, b'O');
    note("O is written to the shared one")?;
    private.set_byte(1, b'_');
    note("_ is written to the private one")?;
    shared.set_byte(3, b'!');
    note("! is written to the shared one")?;
    Ok(rows)
}

/// A file of three pages is cut off in its second, and a process looks at bytes of its mapping.
fn cut_short(options: &DemoOptions) -> anyhow::Result<Vec<Vec<String>>> {
    let page = page_size();
    let end = page + page / 4;
    let directory = temporary::directory().context("cannot make a temporary directory")?;
    let path = directory.path().join("file");
    let file = File::create(&path)?;
    fill_with(&file, 3 * page)?;
    let path = path
        .to_str()
        .context("the temporary directory has no name")?;
    let mut player = Player::start("mapping", &[path], options)?;
    player.hear()?;
    file.set_len(end as u64)?;
    let mut rows = vec![head([
        &format!("cut off at byte {end}, then it reads byte"),
        "and gets",
    ])];
    for at in [end - 1, end, 2 * page - 1, 2 * page] {
        let answer = player.ask(&at.to_string())?;
        let got = match answer.strip_prefix(player::ENDED) {
            Some(signal) => signal_name(signal.parse()?),
            None => answer,
        };
        rows.push(vec![at.to_string(), got]);
    }
    Ok(rows)
}

fn fill_with(mut file: &File, size: usize) -> io::Result<()> {
    file.write_all(&vec![b'x'; size])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_page_follows_the_file_until_it_is_written_to() {
        let rows = both().unwrap();
        let last: Vec<&str> = rows[4].iter().map(String::as_str).collect();
        assert_eq!(last[1..], ["O_d.", "Old!", "Old!"]);
        assert_eq!(rows[2][2], "Old.");
    }

    #[test]
    fn populating_brings_the_faults_forward() {
        let file = tempfile::tempfile().unwrap();
        fill(&file, SIZE.1, &DemoOptions::default()).unwrap();
        let lazily = touched(&file, &WAYS[0]).unwrap();
        let at_once = touched(&file, &WAYS[1]).unwrap();
        assert!(lazily.minor + lazily.major > 0);
        assert!(at_once.minor + at_once.major < lazily.minor + lazily.major);
    }

    #[test]
    fn the_random_order_visits_every_page() {
        let pages = SIZE.1 / 4096;
        let visited: std::collections::HashSet<usize> =
            (0..pages).map(|nth| nth * STRIDE % pages).collect();
        assert_eq!(visited.len(), pages);
    }
}
