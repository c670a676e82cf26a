//! The data move through the ring, and many operations in each call.

use super::copied::is_copied;
use crate::lessons::fds::uring_copy::experiments::{LARGE, MOVERS};
use crate::lessons::fds::uring_copy::observed::Observed;
use crate::model::recording::Made;
use crate::model::{Arg, Failure, Judgement, Objection, Pass, Task, Trial};

/// Bytes, read and written, for which there may be one io_uring_enter.
const BYTES_PER_CALL: u64 = 4 << 20;

/// Where the files of this lab are.
const LAB: &str = "/lab/";

/// Fails if bytes of a file in the lab directory were moved by a call, or mapped; or if there was
/// never a ring.
///
/// Blind spot: what a ring is asked for is not seen, so what is judged is that nothing else can
/// have done it.
pub(in crate::lessons::fds::uring_copy) fn uses_the_ring(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial, 0)?;
    is_copied(&observed, "What came of each operation?")?;
    if let Some(made) = observed.recording.calls().find(moves_data) {
        let why = format!("{} moves data of a file, and not the ring", made.call.name);
        let failure = observed.showing(Failure::new(why), made.enter);
        return Err(failure
            .hint("Which operation of the ring does what this call does?")
            .into());
    }
    has_ring(&observed)?;
    Ok(Pass::default())
}

/// Whether it moves bytes of a file in the lab directory, or maps them.
fn moves_data(made: &Made<'_>) -> bool {
    let is_about_file = || {
        made.call.args.iter().any(|arg| match arg {
            Arg::Fd(fd) => (fd.object.as_ref()).is_some_and(|object| object.name.starts_with(LAB)),
            _ => false,
        })
    };
    match (made.call.name.as_str(), made.value()) {
        // Which files it is about stands in memory. Nobody needs it here.
        ("io_submit", Some(1..)) => true,
        ("mmap", Some(_)) => is_about_file(),
        (name, Some(1..)) => MOVERS.contains(&name) && is_about_file(),
        _ => false,
    }
}

/// Fails if no ring was ever made.
fn has_ring(observed: &Observed<'_>) -> Result<(), Failure> {
    let has_one = observed
        .calls("io_uring_setup")
        .any(|made| made.value().is_some());
    match has_one {
        true => Ok(()),
        false => {
            let failure = Failure::new("it never made a ring")
                .hint("Which call makes one, and what does it return?");
            Err(observed.with_last_words(failure))
        }
    }
}

/// Fails if there are more calls of io_uring_enter than the handout allows, or if most operations
/// were in flight alone.
///
/// Blind spots: with IORING_SETUP_SQPOLL the kernel takes operations without being called, and
/// several tasks that submit may have theirs in flight at the same time, or not: these pass. How
/// many operations have been completed is known only as far as a call waited for them.
pub(in crate::lessons::fds::uring_copy) fn keeps_the_ring_busy(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial, 0)?;
    is_copied(&observed, "What came of each operation?")?;
    has_ring(&observed)?;
    let entered: Vec<Made<'_>> = observed
        .calls("io_uring_enter")
        .filter(|made| made.value().is_some())
        .collect();
    let most = 2 * LARGE / BYTES_PER_CALL;
    if entered.len() as u64 > most {
        let why = format!(
            "it called io_uring_enter {} times for {} MiB; 4 MiB, read or written, for each are {most} calls",
            entered.len(),
            LARGE >> 20
        );
        let failure = Failure::new(why)
            .hint("How many operations does one call carry, and how large are they?");
        let shown = entered.iter().take(SHOWN).map(|made| made.enter);
        return Err(shown
            .fold(failure, |failure, at| observed.showing(failure, at))
            .into());
    }
    is_concurrent(&observed, &entered)?;
    Ok(Pass::of("io_uring_enter", entered.len()))
}

/// How many calls are shown as evidence.
const SHOWN: usize = 4;

/// Fails if more than half of the operations were in flight alone.
fn is_concurrent(observed: &Observed<'_>, entered: &[Made<'_>]) -> Result<(), Objection> {
    let is_polled = observed.calls("io_uring_setup").any(|made| {
        matches!(made.call.args.get(1), Some(Arg::Word(word)) if word.contains("IORING_SETUP_SQPOLL"))
    });
    let mut tasks: Vec<Task> = entered.iter().map(|made| made.task).collect();
    tasks.dedup();
    if is_polled || tasks.len() > 1 {
        return Ok(());
    }
    let mut in_flight = 0;
    let (mut all, mut alone) = (0, Vec::new());
    for made in entered {
        let submitted = made
            .value()
            .and_then(|value| u64::try_from(value).ok())
            .unwrap_or(0);
        in_flight += submitted;
        all += submitted;
        let awaited = awaited(made);
        if submitted == 1 && in_flight == 1 && awaited > 0 {
            alone.push(made.enter);
        }
        in_flight = in_flight.saturating_sub(awaited);
    }
    if 2 * alone.len() as u64 <= all || alone.is_empty() {
        return Ok(());
    }
    let why = format!(
        "{} of its {all} operations were in flight alone: submitted, and awaited before the next",
        alone.len()
    );
    let failure = Failure::new(why).hint("What could the kernel do while it does this one?");
    let shown = alone.into_iter().take(SHOWN);
    Err(shown
        .fold(failure, |failure, at| observed.showing(failure, at))
        .into())
}

/// How many completions the call waited for.
fn awaited(made: &Made<'_>) -> u64 {
    let waits = matches!(made.call.args.get(3), Some(Arg::Word(word)) if word.contains("IORING_ENTER_GETEVENTS"));
    match made.call.args.get(2) {
        Some(Arg::Int(count)) if waits => u64::try_from(*count).unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{copying, judged};
    use super::*;
    use insta::assert_snapshot;

    const RING: &str = r#"
        2 exec "/submission/prog" fds= blocked=[] ignored=[]
        2 io_uring_setup(8, {flags=0, sq_thread_cpu=0}) = 3<anon_inode:[io_uring]>
    "#;
    const END: &str = r#"
        2 +++ exit 0
        * compared "/lab/copy" len=5000 same=5000
    "#;

    fn trace(calls: &str) -> String {
        format!("{RING}{calls}{END}")
    }

    fn used(trace: &str) -> String {
        judged(uses_the_ring, &copying(5000), &[trace.to_owned()])
    }

    fn busy(calls: &str) -> String {
        judged(keeps_the_ring_busy, &copying(5000), &[trace(calls)])
    }

    /// A call that submits so many and waits for so many.
    fn enter(submit: u32, wait: u32) -> String {
        let flags = if wait > 0 {
            "IORING_ENTER_GETEVENTS"
        } else {
            "0"
        };
        format!(
            "2 io_uring_enter(3<anon_inode:[io_uring]>, {submit}, {wait}, {flags}, NULL, 8) = {submit}\n"
        )
    }

    #[test]
    fn reading_a_library_and_no_file_of_the_lab_passes() {
        let library = "2 read(4</usr/lib/x.so>, \"ELF\", 832) = 832\n\
                       2 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 4</usr/lib/x.so>, 0) = 140737488281600\n\
                       2 read(5</lab/source>, \"\", 10) = 0\n";
        assert_eq!(used(&trace(library)), "pass");
    }

    #[test]
    fn data_by_any_other_call_fail() {
        let read = "2 pread64(5</lab/source>, \"abc\", 10, 0) = 10\n";
        assert_snapshot!(used(&trace(read)), @r#"
        fail: pread64 moves data of a file, and not the ring
          0.3 2 pread64(5</lab/source>, "abc", 10, 0) = 10
        hint: Which operation of the ring does what this call does?
        "#);
        for call in [
            "2 write(6</lab/copy.tmp>, \"abc\", 10) = 10\n",
            "2 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 5</lab/source>, 0) = 140737488281600\n",
            "2 copy_file_range(5</lab/source>, NULL, 6</lab/copy>, NULL, 10, 0) = 10\n",
            "2 splice(7<pipe:[3]>, NULL, 6</lab/#12 (deleted)>, NULL, 10, 0) = 10\n",
        ] {
            assert!(used(&trace(call)).contains("and not the ring"), "{call}");
        }
    }

    #[test]
    fn a_copy_without_a_ring_fails() {
        let none = trace("").replace("= 3<anon_inode:[io_uring]>", "= -1 EPERM");
        assert!(used(&none).contains("it never made a ring"));
    }

    #[test]
    fn batches_pass_and_so_do_pipelines() {
        assert_eq!(busy(&enter(8, 8).repeat(8)), "pass");
        let pipeline = format!("{}{}", enter(8, 1), enter(1, 1).repeat(20));
        assert_eq!(busy(&pipeline), "pass");
        let primed = format!("{}{}", enter(1, 0), enter(1, 1).repeat(20));
        assert_eq!(busy(&primed), "pass");
    }

    #[test]
    fn one_at_a_time_fails_however_large() {
        let opened = enter(2, 2);
        assert_snapshot!(busy(&format!("{opened}{}", enter(1, 1).repeat(16))), @r#"
        fail: 16 of its 18 operations were in flight alone: submitted, and awaited before the next
          0.5 2 io_uring_enter(3<anon_inode:[io_uring]>, 1, 1, IORING_ENTER_GETEVENTS, NULL, 8) = 1
          0.7 2 io_uring_enter(3<anon_inode:[io_uring]>, 1, 1, IORING_ENTER_GETEVENTS, NULL, 8) = 1
          0.9 2 io_uring_enter(3<anon_inode:[io_uring]>, 1, 1, IORING_ENTER_GETEVENTS, NULL, 8) = 1
          0.11 2 io_uring_enter(3<anon_inode:[io_uring]>, 1, 1, IORING_ENTER_GETEVENTS, NULL, 8) = 1
        hint: What could the kernel do while it does this one?
        "#);
        let apart = format!("{}{}", enter(1, 0), enter(0, 1)).repeat(2);
        assert_eq!(busy(&apart), "pass");
    }

    #[test]
    fn a_call_for_each_small_block_fails() {
        let many = enter(8, 8).repeat(33);
        assert!(
            busy(&many).contains("33 times for 64 MiB"),
            "{}",
            busy(&many)
        );
        assert_eq!(busy(&enter(8, 8).repeat(32)), "pass");
    }

    #[test]
    fn a_polled_ring_and_several_tasks_cannot_be_looked_into() {
        let alone = enter(1, 1).repeat(16);
        let polled = trace(&alone).replace("{flags=0", "{flags=IORING_SETUP_SQPOLL");
        assert_eq!(
            judged(keeps_the_ring_busy, &copying(5000), &[polled]),
            "pass"
        );
        let other = format!("2 thread 3\n{alone}{}", alone.replace("2 io", "3 io"));
        assert_eq!(busy(&other), "pass");
    }
}
