//! What is written survives a power failure.

use super::{Held, with_end};
use crate::model::disk::{Crashed, Disk};
use crate::model::recording::Made;
use crate::model::{Failure, Object, Objection, Recording, Stream};

/// Calls that put bytes into a file, or into standard output.
const WRITES: &[&str] = &[
    "write",
    "writev",
    "pwrite64",
    "pwritev",
    "pwritev2",
    "sendto",
    "sendmsg",
    "sendfile",
    "splice",
    "copy_file_range",
];

/// Fails if something that was written to the file would be lost by a power failure: at a write to
/// standard output, or when the first process has ended.
///
/// The file's name counts, too: a new one lasts when its directory has been synced. Any way to make
/// it durable counts; see [`Disk`]. Blind where the bytes cannot be known, or writes to standard
/// output were not seen as calls. Blind spot: between tasks the order is that of their stops.
pub(super) fn durable(recording: &Recording, path: &str, before_output: bool) -> Held {
    let moments = match before_output {
        true => outputs(recording)?,
        false => recording.outcome().map(|(at, _)| at).into_iter().collect(),
    };
    let (mut disk, mut next) = (Disk::new(), 0);
    for moment in &moments {
        while next < *moment {
            disk.feed(recording, next);
            next += 1;
        }
        let (now, lasting) = (disk.volatile(path), disk.durable(path));
        for found in [now, lasting] {
            if let Crashed::Blind(why) = found {
                return Err(Objection::Blind(format!(
                    "{path} cannot be followed: {why}"
                )));
            }
        }
        if now == lasting {
            continue;
        }
        let is_named = disk.synced(path) == now && lasting == Crashed::Absent;
        return Err(lost(recording, path, *moment, &disk, is_named).into());
    }
    if moments.is_empty() {
        let why = match before_output {
            true => "it writes nothing to standard output",
            false => return Err(Objection::Blind("it was not seen to end".to_owned())),
        };
        return Err(with_end(recording, Failure::new(why))
            .hint("What was it to say, and when?")
            .into());
    }
    Ok(())
}

fn lost(recording: &Recording, path: &str, moment: usize, disk: &Disk, is_named: bool) -> Failure {
    let when = match recording.outcome() {
        Some((end, _)) if end == moment => "when it ends",
        _ => "when it writes to standard output",
    };
    let (why, hint) = match is_named {
        true => (
            format!("the name {path} would be gone after a power failure {when}"),
            "What does a directory hold, and what makes that durable?",
        ),
        false => (
            format!("what it wrote to {path} is not durable {when}"),
            "What has the kernel promised by then, and which call makes it promise more?",
        ),
    };
    let is_of_file = |made: &Made<'_>| {
        let mut objects = (0..3).filter_map(|nth| made.object(nth));
        WRITES.contains(&made.call.name.as_str())
            && objects.any(|object| disk.is_named(object, path))
    };
    let written = recording
        .calls()
        .filter(|made| made.enter < moment && is_of_file(made))
        .last();
    let failure = match written {
        Some(made) => Failure::new(why).showing(made.enter),
        None => Failure::new(why),
    };
    failure.showing(moment).hint(hint)
}

/// When it begins to write to standard output, each time.
fn outputs(recording: &Recording) -> Result<Vec<usize>, Objection> {
    let stdout = recording.start().and_then(|state| state.fd(1));
    let is_stdout = |object: &Object| stdout.is_some_and(|stdout| object.is(stdout));
    let calls: Vec<Made<'_>> = recording
        .calls()
        .filter(|made| WRITES.contains(&made.call.name.as_str()))
        .filter(|made| (0..3).filter_map(|nth| made.object(nth)).any(is_stdout))
        .filter(|made| made.returned.is_none() || made.value().is_some_and(|count| count > 0))
        .collect();
    let seen: i64 = calls
        .iter()
        .filter_map(Made::value)
        .fold(0, i64::saturating_add);
    let received = recording.received(Stream::Stdout).len() as u64;
    if u64::try_from(seen).unwrap_or(0) < received && calls.iter().all(|made| made.exit.is_some()) {
        let why = "what it writes to standard output was not seen as calls";
        return Err(Objection::Blind(why.to_owned()));
    }
    Ok(calls.iter().map(|made| made.enter).collect())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::testing::said;
    use crate::model::Claim;

    fn durable(before_output: bool, trace: &str) -> String {
        let path = "/lab/log".to_owned();
        said(
            Claim::Durable {
                path,
                before_output,
            },
            trace,
        )
    }

    const WRITES: &str = r#"
        * file "/lab/log" ""
        2 exec "/submission/prog" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]>
        2 openat(AT_FDCWD, "/lab/log", O_WRONLY|O_APPEND) = 3</lab/log [9]>
        2 write(3</lab/log [9]>, "a\n", 2) = 2 @0
    "#;

    #[test]
    fn what_is_synced_before_it_is_said_passes() {
        let fine = format!(
            "{WRITES}2 fsync(3</lab/log [9]>) = 0\n2 write(1<pipe:[2]>, \"ok\", 2) = 2\n* stdout \"ok\"\n2 +++ exit 0"
        );
        assert_eq!(durable(true, &fine), "pass");
        assert_eq!(durable(false, &fine), "pass");
    }

    #[test]
    fn what_is_not_fails() {
        let early = format!(
            "{WRITES}2 write(1<pipe:[2]>, \"ok\", 2) = 2\n* stdout \"ok\"\n2 fsync(3</lab/log [9]>) = 0\n2 +++ exit 0"
        );
        assert_snapshot!(durable(true, &early), @r#"
        fail: what it wrote to /lab/log is not durable when it writes to standard output
          0.4 2 write(3</lab/log [9]>, "a\n", 2) = 2 @0
          0.6 2 write(1<pipe:[2]>, "ok", 2) = 2
        hint: What has the kernel promised by then, and which call makes it promise more?
        "#);
        assert_eq!(durable(false, &early), "pass");
        assert!(
            durable(false, &format!("{WRITES}2 +++ exit 0")).contains("not durable when it ends")
        );
        assert!(
            durable(true, &format!("{WRITES}2 +++ exit 0"))
                .contains("writes nothing to standard output")
        );
        assert!(durable(true, "* stdout \"ok\"\n2 +++ exit 0").starts_with("blind"));
        assert!(durable(false, WRITES).starts_with("blind"));
    }

    #[test]
    fn the_name_of_a_new_file_counts() {
        let made = WRITES
            .replace("* file \"/lab/log\" \"\"\n", "* file \"/lab/log\" absent\n")
            .replace("O_WRONLY|O_APPEND", "O_WRONLY|O_CREAT|O_APPEND, 0644");
        let synced = format!("{made}2 fsync(3</lab/log [9]>) = 0\n2 +++ exit 0");
        assert!(
            durable(false, &synced).contains("the name /lab/log would be gone"),
            "{}",
            durable(false, &synced)
        );
        let whole = format!(
            "{made}2 fsync(3</lab/log [9]>) = 0\n2 openat(AT_FDCWD, \"/lab\", O_RDONLY|O_DIRECTORY) = 4</lab [1]>\n2 fsync(4</lab [1]>) = 0\n2 +++ exit 0"
        );
        assert_eq!(durable(false, &whole), "pass");
    }
}
