//! Mappings and descriptors are at the end what they were at the start.

use crate::lessons::fds::mmap_count::mapped::Mappings;
use crate::lessons::fds::mmap_count::observed::Observed;
use crate::lessons::fds::opened::Openings;
use crate::model::recording::FIRST;
use crate::model::{Failure, Judgement, Pass, Trial, What};

/// Where the files are.
const DIRECTORY: &str = "/lab";

/// Files that may be mapped or open still: as many as are counted side by side.
const AT_ONCE: usize = 64;

/// Fails if more files are mapped or open at the end than could be counted side by side.
///
/// What is left of a mapping that was unmapped in part is one.
pub(in crate::lessons::fds::mmap_count) fn leaks_no_mapping(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    super::counts_lines(trial)?;
    let events = &observed.recording.events;
    // The first of its last calls: exit_group(2) unmaps everything.
    let end = events
        .iter()
        .position(|event| matches!(event.what, What::End { task: FIRST, .. }));
    let end = end.unwrap_or(events.len());
    let mappings = Mappings::at(observed.recording, DIRECTORY, end);
    if mappings.left.len() > AT_ONCE {
        let first = &mappings.left[0];
        let why = format!(
            "{} files or parts of them are mapped at the end; the first is {} bytes of {}",
            mappings.left.len(),
            first.len,
            first.path
        );
        let mut failure = Failure::new(why).showing(first.enter);
        // What it did about it, if it did something.
        let unmapped = observed
            .recording
            .calls()
            .find(|made| made.call.name == "munmap" && made.enter > first.enter);
        failure = unmapped
            .into_iter()
            .fold(failure, |failure, made| failure.showing(made.enter));
        return Err(failure
            .figure("mapped", mappings.left.len() as f64)
            .hint("which address and which length does munmap get, and on which ways?")
            .into());
    }
    let mut openings = Openings::at(observed.recording, end);
    openings.retain_files(DIRECTORY);
    if openings.open.len() > AT_ONCE {
        let why = format!("{} of the files are open at the end", openings.open.len());
        let first = openings.open.first().map(|(enter, _)| *enter);
        let failure = first.into_iter().fold(Failure::new(why), Failure::showing);
        return Err(failure
            .hint("for how long is a descriptor needed, once there is a mapping?")
            .into());
    }
    Ok(Pass::of("mapped", mappings.left.len()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{judged, story};
    use super::*;
    use insta::assert_snapshot;

    /// Counts so many files, and does this with each mapping.
    fn counted(files: u64, then: &str) -> String {
        let names: Vec<String> = (0..files).map(|nth| format!("/lab/{nth}")).collect();
        let due: Vec<_> = names.iter().map(|name| (name.as_str(), Some(1))).collect();
        let mut trace = String::new();
        for (nth, name) in names.iter().enumerate() {
            let address = format!("0x{:x}", 0x10_0000 + nth * 0x1_0000);
            trace.push_str(&format!(
                "2 openat(AT_FDCWD, \"{name}\", O_RDONLY) = {}<{name} [{inode}]>\n\
                 2 mmap(NULL, 9000, PROT_READ, MAP_PRIVATE, {}<{name} [{inode}]>, 0) = {address}\n\
                 * stdout \"1 {name}\\n\"\n",
                nth + 3,
                nth + 3,
                inode = nth + 1,
            ));
            let then = then
                .replace("ADDRESS", &address)
                .replace("FD", &format!("{}", nth + 3));
            trace.push_str(&then);
        }
        if files > 1 {
            trace.push_str(&format!("* stdout \"{files} total\\n\"\n"));
        }
        trace.push_str("2 +++ exit 0\n");
        judged(leaks_no_mapping, &story(&due), &[trace])
    }

    #[test]
    fn what_is_given_back_passes_and_so_does_a_last_one_that_is_not() {
        assert_eq!(
            counted(100, "2 munmap(ADDRESS, 9000) = 0\n2 close(FD) = 0\n"),
            "pass"
        );
        assert_eq!(counted(1, ""), "pass");
    }

    #[test]
    fn a_shorter_length_leaves_the_rest() {
        assert_snapshot!(counted(100, "2 munmap(ADDRESS, 4096) = 0\n2 close(FD) = 0\n"), @r#"
        fail: 100 files or parts of them are mapped at the end; the first is 8192 bytes of /lab/0
          0.2 2 mmap(NULL, 9000, PROT_READ, MAP_PRIVATE, 3</lab/0 [1]>, 0) = 0x100000
          0.5 2 munmap(0x100000, 4096) = 0
        hint: which address and which length does munmap get, and on which ways?
        "#);
    }

    #[test]
    fn descriptors_count_as_well() {
        assert_snapshot!(counted(100, "2 munmap(ADDRESS, 9000) = 0\n"), @r#"
        fail: 100 of the files are open at the end
          0.0 2 openat(AT_FDCWD, "/lab/0", O_RDONLY) = 3</lab/0 [1]>
        hint: for how long is a descriptor needed, once there is a mapping?
        "#);
    }
}
