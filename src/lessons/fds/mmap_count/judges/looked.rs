//! The contents are mapped, and not read.

use std::collections::BTreeMap;

use crate::lessons::fds::mmap_count::mapped::Mappings;
use crate::lessons::fds::mmap_count::observed::Observed;
use crate::model::{Failure, Judgement, Pass, Trial};

/// Where the files are.
const DIRECTORY: &str = "/lab";

/// What may be read of a file, to find out what it is, in bytes.
const PEEK: u64 = 4096;

/// Calls that take bytes out of a file, and where they are given its descriptor.
const TAKING: &[(&str, usize)] = &[
    ("read", 0),
    ("readv", 0),
    ("pread64", 0),
    ("preadv", 0),
    ("preadv2", 0),
    ("sendfile", 1),
    ("splice", 0),
    ("copy_file_range", 0),
];

/// Fails if more than a page of a file is read, or if not all of it is mapped.
///
/// Blind spot: whether the bytes that are mapped are those that are counted.
pub(in crate::lessons::fds::mmap_count) fn maps_the_file(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    observed
        .exits_with(0)
        .map_err(|failure| failure.hint("what ended it?"))?;
    let mut taken: BTreeMap<String, (u64, usize)> = BTreeMap::new();
    for made in observed.recording.calls() {
        let Some((_, nth)) = TAKING.iter().find(|(name, _)| *name == made.call.name) else {
            continue;
        };
        let name = made.object(*nth).map(|object| object.name.clone());
        if let (Some(name), Some(bytes)) = (name, made.value()) {
            let sum = taken.entry(name).or_insert((0, made.enter));
            sum.0 = sum.0.saturating_add(bytes.unsigned_abs());
        }
    }
    let all = Mappings::at(observed.recording, DIRECTORY, usize::MAX);
    let mut total = 0;
    for file in &trial.experiment.files {
        if let Some((bytes, first)) = taken.get(&file.path).filter(|taken| taken.0 > PEEK) {
            let why = format!("it takes {bytes} bytes out of {} by calls", file.path);
            return Err(Failure::new(why)
                .showing(*first)
                .hint("which call puts a file into the address space, and who copies then?")
                .into());
        }
        let len = file.content.len() as u64;
        let covered = all.covered(&file.path);
        if covered < len {
            let why = format!("it maps {covered} of the {len} bytes of {}", file.path);
            let made = all.made.iter().filter(|mapping| mapping.path == file.path);
            let last = made.map(|mapping| mapping.enter).next_back();
            let failure = last.into_iter().fold(Failure::new(why), Failure::showing);
            return Err(failure
                .hint("by which call do the bytes that it counts come into the program?")
                .into());
        }
        total += len;
    }
    Ok(Pass::of("bytes", total as usize))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{judged, story};
    use super::*;
    use insta::assert_snapshot;

    const MAPPED: &str = r#"
        2 openat(AT_FDCWD, "/lab/a", O_RDONLY) = 3</lab/a [9]>
        2 pread64(3</lab/a [9]>, "abc", 3, 0) = 3
        2 mmap(NULL, 9000, PROT_READ, MAP_PRIVATE, 3</lab/a [9]>, 0) = 0x10000
        2 +++ exit 0
    "#;

    fn said(trace: &str) -> String {
        let story = story(&[("/lab/a", Some(3))]).with_file("/lab/a", vec![b'x'; 9000]);
        judged(maps_the_file, &story, &[trace.to_owned()])
    }

    #[test]
    fn a_mapping_passes_and_so_does_a_look_at_the_first_bytes() {
        assert_eq!(said(MAPPED), "pass");
    }

    #[test]
    fn reading_fails() {
        let reads = MAPPED.replace("\"abc\", 3, 0) = 3", "\"abc\"...8997, 9000, 0) = 9000");
        assert_snapshot!(said(&reads), @r#"
        fail: it takes 9000 bytes out of /lab/a by calls
          0.2 2 pread64(3</lab/a [9]>, "abc"...8997, 9000, 0) = 9000
        hint: which call puts a file into the address space, and who copies then?
        "#);
    }

    #[test]
    fn a_part_is_not_enough() {
        assert_snapshot!(said(&MAPPED.replace("NULL, 9000", "NULL, 4096")), @r#"
        fail: it maps 4096 of the 9000 bytes of /lab/a
          0.4 2 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3</lab/a [9]>, 0) = 0x10000
        hint: by which call do the bytes that it counts come into the program?
        "#);
        let none = MAPPED.replace("mmap", "munmap");
        assert!(said(&none).contains("it maps 0 of the 9000 bytes"));
    }
}
