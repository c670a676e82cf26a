//! What a service acknowledged in one trial, and what of that is in its log.

use std::collections::HashMap;
use std::fmt;

use crate::model::disk::{Crashed, Disk};
use crate::model::recording::{Arg, Recording, Stream, What, World};

/// The figures of one trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tally {
    /// Records acknowledged.
    pub(super) acknowledged: usize,
    /// Acknowledged records that are not in the log at the end.
    pub(super) lost: usize,
    /// Of how many acknowledged records how many would be lost if the power failed right after an
    /// acknowledgement, where that is most; `None` if the recording cannot tell.
    pub(super) unsynced: Option<(usize, usize)>,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&share(self.lost, self.acknowledged))
    }
}

/// `3 of 10`, or `none`.
pub(super) fn share(lost: usize, of: usize) -> String {
    match lost {
        0 => "none".to_owned(),
        _ => format!("{lost} of {of}"),
    }
}

/// Counts, for the log at `path`.
pub(super) fn tally(recording: &Recording, path: &str) -> Tally {
    let sent = sent(recording);
    let records: Vec<&[u8]> = sent.split_inclusive(|byte| *byte == b'\n').collect();
    let acknowledged = lines(&recording.received(Stream::Stdout)).min(records.len());
    let log = recording.file(path).unwrap_or_default();
    Tally {
        acknowledged,
        lost: acknowledged - kept(&records[..acknowledged], log),
        unsynced: unsynced(recording, path, &records),
    }
}

/// All that was put into standard input.
fn sent(recording: &Recording) -> Vec<u8> {
    let mut sent = Vec::new();
    for (_, world) in recording.world() {
        if let World::Sent(bytes) = world {
            sent.extend_from_slice(&bytes.data);
        }
    }
    sent
}

fn lines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

/// How many of the records are in the log, whole and in order.
fn kept(records: &[&[u8]], log: &[u8]) -> usize {
    let mut wanted = records.iter().peekable();
    for line in log.split_inclusive(|byte| *byte == b'\n') {
        wanted.next_if(|record| **record == line);
    }
    records.len() - wanted.len()
}

/// The worst acknowledgement: how many of the records acknowledged by then no sync had covered.
///
/// An acknowledgement counts from the entry of the call that makes it: a sync that returns later
/// comes too late.
fn unsynced(recording: &Recording, path: &str, records: &[&[u8]]) -> Option<(usize, usize)> {
    let said: HashMap<usize, usize> = recording
        .calls()
        .filter_map(
            |made| match (made.call.args.first(), made.call.args.get(1)) {
                (Some(Arg::Fd(fd)), Some(Arg::Str(bytes)))
                    if fd.number == libc::STDOUT_FILENO && made.call.name == "write" =>
                {
                    let taken = usize::try_from(made.value()?).ok()?.min(bytes.data.len());
                    Some((made.enter, lines(&bytes.data[..taken])))
                }
                _ => None,
            },
        )
        .collect();
    let mut disk = Disk::new();
    let mut acknowledged = 0;
    let mut worst = (0, 0);
    for (at, event) in recording.events.iter().enumerate() {
        if let (What::Enter(..), Some(lines)) = (&event.what, said.get(&at)) {
            acknowledged = (acknowledged + lines).min(records.len());
            let durable = match disk.durable(path) {
                Crashed::Content(content) => kept(&records[..acknowledged], content),
                Crashed::Absent => 0,
                Crashed::Blind(_) => return None,
            };
            if acknowledged - durable > worst.0 {
                worst = (acknowledged - durable, acknowledged);
            }
        }
        disk.feed(recording, at);
    }
    Some(worst)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tallied(text: &str) -> Tally {
        tally(&text.parse().unwrap(), "/lab/log")
    }

    #[test]
    fn what_was_acknowledged_and_is_not_there_is_lost() {
        let tally = tallied(
            "
            * stdin \"a\\nb\\n\"
            * stdin \"c\\n\"
            * stdout \"ok 1\\nok 2\\nok\"
            * file \"/lab/log\" \"a\\nb\"
            ",
        );
        assert_eq!((tally.acknowledged, tally.lost), (2, 1));
        assert_eq!(tally.to_string(), "1 of 2");
    }

    #[test]
    fn a_record_in_a_damaged_line_is_lost() {
        let tally = tallied(
            "
            * stdin \"a\\nb\\nc\\n\"
            * stdout \"ok 1\\nok 2\\nok 3\\n\"
            * file \"/lab/log\" \"xa\\na\\nc\\n\"
            ",
        );
        assert_eq!((tally.acknowledged, tally.lost), (3, 2));
    }

    #[test]
    fn nothing_sent_is_nothing_lost() {
        let tally = tallied("* stdout \"ok 1\\n\"");
        assert_eq!((tally.acknowledged, tally.lost), (0, 0));
        assert_eq!(tally.to_string(), "none");
    }

    #[test]
    fn a_sync_after_the_acknowledgement_is_late() {
        let trace = |first: &str, second: &str| {
            format!(
                "
                * file \"/lab/log\" \"\"
                2 exec \"/submission/main\" fds=0<pipe:[1]>,1<pipe:[2]>
                2 openat(AT_FDCWD, \"/lab/log\", O_WRONLY|O_APPEND, 0644) = 3</lab/log [9]>
                * stdin \"a\\nb\\n\"
                2 write(3</lab/log [9]>, \"a\\nb\\n\", 4) = 4 @0
                {first}
                {second}
                "
            )
        };
        let sync = "2 fsync(3</lab/log [9]>) = 0";
        let ack = "2 write(1<pipe:[2]>, \"ok 1\\nok 2\\n\", 10) = 10";
        assert_eq!(tallied(&trace(sync, ack)).unsynced, Some((0, 0)));
        assert_eq!(tallied(&trace(ack, sync)).unsynced, Some((2, 2)));
    }
}
