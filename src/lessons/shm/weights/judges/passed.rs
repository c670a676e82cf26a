//! How much goes from process to process by calls.

use crate::lessons::shm::weights::mapped::is_shared;
use crate::lessons::shm::weights::observed::Observed;
use crate::lessons::sight::hinted;
use crate::model::recording::Made;
use crate::model::{Arg, Failure, Judgement, Object, Pass, Trial};

/// What may pass: orders and sums, and what libraries say to each other. Bytes.
const FEW: u64 = 64 << 10;

/// Fails if more than 64 KiB go into pipes, sockets and files, or are taken out of the object by
/// calls.
///
/// What an interpreter reads is its own affair: what counts is written by somebody. Blind spot:
/// message queues, the arguments of programs.
pub(in crate::lessons::shm::weights) fn passes_no_data(trial: &Trial<'_>) -> Judgement {
    let hint = "what do the workers need to be told, if they all see the array?";
    let observed = Observed::new(trial).map_err(|objection| hinted(objection, hint))?;
    observed
        .ends_as_due()
        .map_err(|failure| hinted(failure.into(), hint))?;
    let start = observed.recording.start();
    let is_output = |object: &Object| {
        let outputs = [1, 2].into_iter().filter_map(|number| start?.fd(number));
        outputs.into_iter().any(|output| output.is(object))
    };
    let mut passed = 0_u64;
    let mut largest: Option<(u64, usize)> = None;
    let counts = |made: &Made<'_>| match way(made) {
        Some(Way::Into(object)) => {
            !is_shared(&object.name) && !is_output(object) && !is_sink(object)
        }
        Some(Way::OutOf(object)) => is_shared(&object.name),
        Some(Way::Across) => true,
        None => false,
    };
    for made in observed.recording.calls().filter(counts) {
        let bytes = made.value().and_then(|value| u64::try_from(value).ok());
        let bytes = bytes.unwrap_or(0);
        passed = passed.saturating_add(bytes);
        if largest.is_none_or(|(most, _)| bytes > most) {
            largest = Some((bytes, made.exit.unwrap_or(made.enter)));
        }
    }
    if passed <= FEW {
        return Ok(Pass::of("bytes", passed as usize));
    }
    let why = format!("{passed} bytes go from process to process by calls, and {FEW} may");
    let failure = Failure::new(why).figure("bytes", passed as f64).hint(hint);
    Err(match largest {
        Some((_, at)) => failure.showing(at),
        None => failure,
    }
    .into())
}

/// Where the bytes of a call go, or come from.
#[derive(Clone, Copy)]
enum Way<'a> {
    /// They are written here.
    Into(&'a Object),
    /// They are read from here.
    OutOf(&'a Object),
    /// From the memory of one process into that of another.
    Across,
}

/// `None` for a call that moves nothing, or on a descriptor of which nothing is known.
fn way<'a>(made: &Made<'a>) -> Option<Way<'a>> {
    let object = |nth: usize| match made.call.args.get(nth) {
        Some(Arg::Fd(fd)) => fd.object.as_ref(),
        _ => None,
    };
    let into = |nth: usize| object(nth).map(Way::Into);
    match made.call.name.as_str() {
        "process_vm_readv" | "process_vm_writev" => Some(Way::Across),
        "write" | "writev" | "pwrite64" | "pwritev" | "pwritev2" | "sendto" | "sendmsg"
        | "sendfile" | "vmsplice" => into(0),
        "tee" => into(1),
        "splice" | "copy_file_range" => into(2),
        "read" | "readv" | "pread64" | "preadv" | "preadv2" => object(0).map(Way::OutOf),
        _ => None,
    }
}

/// What is written there is gone, or for a person.
fn is_sink(object: &Object) -> bool {
    object.name.starts_with("/dev/") && !is_shared(&object.name)
        || object.name.starts_with("/proc/")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Due, said as said_by};
    use super::*;
    use insta::assert_snapshot;

    const SHARED: &str = r#"
        2 exec "/submission/prog" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]>
        2 write(3</memfd:weights (deleted) [7]>, "x"...4000000, 4000000) = 4000000
        2 read(4</usr/lib/python3/os.py [9]>, "x"...90000, 90000) = 90000
        3 write(5<pipe:[4]>, "499500", 6) = 6
        2 read(6<pipe:[4]>, "499500", 6) = 6
        2 write(1<pipe:[2]>, "x"...70000, 70000) = 70000
        * stdout "worker 0 0\nworker 1 1\nworker 2 5\ntotal 6\n"
        2 +++ exit 0
    "#;

    fn said(trace: &str) -> String {
        said_by(passes_no_data, Due::Sums, trace)
    }

    #[test]
    fn orders_and_sums_pass_and_so_does_filling_by_write() {
        assert_eq!(said(SHARED), "pass");
    }

    #[test]
    fn an_array_in_a_pipe_fails() {
        let piped = SHARED.replace("/memfd:weights (deleted) [7]", "pipe:[8]");
        assert_snapshot!(said(&piped), @r#"
        fail: 4000006 bytes go from process to process by calls, and 65536 may
          0.2 2 write(3<pipe:[8]>, "x"...4000000, 4000000) = 4000000
        hint: what do the workers need to be told, if they all see the array?
        "#);
    }

    #[test]
    fn so_does_one_in_a_file_and_one_that_is_read() {
        let file = SHARED.replace("/memfd:weights (deleted) [7]", "/tmp/weights [8]");
        assert!(said(&file).contains("4000006 bytes"));
        let read = SHARED.replace("2 write(3</memfd:", "3 pread64(3</memfd:");
        assert!(said(&read).contains("4000006 bytes"));
        let spliced = SHARED.replace(
            "3 write(5<pipe:[4]>, \"499500\", 6) = 6",
            "3 splice(3</memfd:weights [7]>, NULL, 5<pipe:[4]>, NULL, 70000, 0) = 70000",
        );
        assert!(said(&spliced).contains("70000 bytes"));
    }
}
