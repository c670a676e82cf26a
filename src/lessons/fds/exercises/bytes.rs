//! Exercises about files that become shorter: under a mapping, and while they are sent.

use crate::lessons::answers::{both_ends, count, number, own};
use crate::lessons::dice::Dice;
use crate::model::Recording;
use crate::model::curriculum::{Answer, Exercise};
use crate::model::recording::{Arg, ExitStatus, Made};
use crate::model::text::signal_name;

pub(super) const MAPPED: Exercise = Exercise {
    slug: "mapped",
    question: "What does the program get: the number of the byte that it reads, or which signal?",
    program: "mapped.c",
    args: |seed| {
        let mut dice = Dice::new(seed, "mapped");
        // In pages of 4096 bytes: three to five, of which the last is not full.
        let size = 4096 * dice.between(2, 4) + dice.between(1, 4000);
        let cut = dice.between(100, size - 1);
        let page_after = |at: u64| at.div_ceil(4096) * 4096;
        let at = match dice.between(0, 3) {
            0 => dice.between(0, cut - 1),
            1 if !cut.is_multiple_of(4096) => dice.between(cut, page_after(cut) - 1),
            2 => page_after(size) + dice.between(0, 4095),
            _ => dice.between(cut, page_after(size) - 1),
        };
        [size, cut, at].map(|number| number.to_string()).to_vec()
    },
    input: "",
    needs_device: false,
    watch: &["openat", "mmap", "ftruncate", "write"],
    answer: mapped,
};

/// The byte that the program says, or the signal that ended it.
fn mapped(recording: &Recording) -> Result<Answer, String> {
    let (end, status) = recording.outcome().ok_or("the program did not end")?;
    let cut = own(recording)
        .find(|made| made.call.name == "ftruncate")
        .ok_or("the file was not cut off")?;
    let mut evidence = both_ends(&[cut]);
    if let ExitStatus::Signal(signo) = status {
        evidence.push(end);
        let name = signal_name(signo);
        let because = match signo {
            libc::SIGBUS => {
                "There is a mapping at that address, and no page of the file behind it any more."
            }
            _ => {
                "There is no mapping of the file at that address: it ends with the page in which \
                  the file ended when it was mapped."
            }
        };
        let short = name.trim_start_matches("SIG").to_owned();
        return Ok(Answer {
            accepted: vec![name, short, signo.to_string()],
            evidence,
            because: because.to_owned(),
        });
    }
    let said = own(recording)
        .filter(|made| made.call.name == "write")
        .last()
        .ok_or("the program said nothing")?;
    let text = match said.call.args.get(1) {
        Some(Arg::Str(bytes)) => String::from_utf8_lossy(&bytes.data).trim().to_owned(),
        _ => return Err("what the program said is not known".to_owned()),
    };
    evidence.extend(both_ends(&[said]));
    let (because, accepted) = match text.as_str() {
        "0" => (
            "The rest of the file's last page reads as zeros.",
            vec![text],
        ),
        _ => (
            "That byte is still part of the file.",
            vec![text, "x".to_owned()],
        ),
    };
    Ok(Answer {
        accepted,
        evidence,
        because: because.to_owned(),
    })
}

pub(super) const SENT: Exercise = Exercise {
    slug: "sent",
    question: "How many bytes does sendfile send in all?",
    program: "sent.py",
    args: |seed| {
        let mut dice = Dice::new(seed, "sent");
        let part = dice.between(1_000, 5_000);
        let size = part * dice.between(4, 7) + dice.between(1, part - 1);
        let after = dice.between(1, 3);
        // Before what has been sent, within what is left, or not shorter at all.
        let cut = dice.between(0, size + part);
        [size, part, after, cut]
            .map(|number| number.to_string())
            .to_vec()
    },
    input: "",
    needs_device: false,
    watch: &["openat", "write", "sendfile", "ftruncate"],
    answer: sent,
};

/// The sum of what sendfile returned.
fn sent(recording: &Recording) -> Result<Answer, String> {
    let calls: Vec<Made<'_>> = own(recording)
        .filter(|made| made.call.name.starts_with("sendfile"))
        .collect();
    let last = calls.last().ok_or("nothing was sent")?;
    if last.value() != Some(0) {
        return Err("sendfile did not come to an end of the file".to_owned());
    }
    let all: i64 = calls.iter().filter_map(Made::value).sum();
    let cut = own(recording).filter(|made| made.call.name == "ftruncate");
    let shown: Vec<Made<'_>> = cut.chain(calls.iter().copied()).collect();
    let mut evidence = both_ends(&shown);
    evidence.sort_unstable();
    Ok(number(
        u64::try_from(all).map_err(|_| "less than nothing was sent")?,
        evidence,
        format!(
            "{} sent something, each what there was up to the end of the file as it was then; the \
             last one returned 0, which says that there is nothing at this offset.",
            count(calls.len() as u64 - 1, "call")
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(answer: fn(&Recording) -> Result<Answer, String>, trace: &str) -> String {
        answer(&trace.parse().unwrap()).unwrap().accepted.remove(0)
    }

    #[test]
    fn a_byte_or_a_signal() {
        let cut = "2 ftruncate(3</lab/file [5]>, 5000) = 0\n";
        let byte = format!("{cut}2 write(1<?>, \"120\\n\", 4) = 4\n2 +++ exit 0");
        assert_eq!(first(mapped, &byte), "120");
        let signal = format!("{cut}2 --- SIGBUS\n2 +++ signal SIGBUS");
        assert_eq!(first(mapped, &signal), "SIGBUS");
    }

    #[test]
    fn what_was_sent_is_added_up() {
        let trace = "
            2 sendfile(4<?>, 3</lab/file [5]>, [0], 10) = 10
            2 ftruncate(3</lab/file [5]>, 15) = 0
            2 sendfile(4<?>, 3</lab/file [5]>, [10], 10) = 5
            2 sendfile(4<?>, 3</lab/file [5]>, [15], 10) = 0
        ";
        assert_eq!(first(sent, trace), "15");
        let endless = "2 sendfile(4<?>, 3</lab/file [5]>, [0], 10) = 10";
        assert!(sent(&endless.parse().unwrap()).is_err());
    }
}
