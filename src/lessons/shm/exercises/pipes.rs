//! Exercises about what lies between two processes: a pipe that is full, a FIFO whose writers come
//! and go.

use libc::EAGAIN;

use crate::lessons::answers::{both_ends, count, number, own};
use crate::lessons::dice::Dice;
use crate::model::Recording;
use crate::model::curriculum::{Answer, Exercise};
use crate::model::recording::Made;
use crate::model::text::errno_name;

pub(super) const FULL: Exercise = Exercise {
    slug: "full",
    question: "How many bytes are in the pipe when a write finds no room?",
    program: "full.c",
    args: |seed| {
        let mut dice = Dice::new(seed, "full");
        let mut args = vec![dice.pick(&[1, 2, 4, 8]).to_string()];
        for _ in 0..dice.between(1, 2) {
            args.push((100 * dice.between(5, 15)).to_string());
        }
        args
    },
    input: "",
    needs_device: false,
    watch: &["pipe2", "fcntl", "write"],
    answer: full,
};

/// The sum of what the writes before the failure returned.
fn full(recording: &Recording) -> Result<Answer, String> {
    let writes: Vec<Made<'_>> = own(recording)
        .filter(|made| made.call.name == "write")
        .collect();
    let failed = writes
        .iter()
        .find(|made| made.errno() == Some(EAGAIN))
        .ok_or("every write found room")?;
    let before: Vec<Made<'_>> = writes
        .iter()
        .copied()
        .take_while(|made| made.enter < failed.enter)
        .collect();
    let bytes: i64 = before.iter().filter_map(Made::value).sum();
    let room = own(recording)
        .filter(|made| made.call.name == "fcntl")
        .last();
    let shown: Vec<Made<'_>> = room.into_iter().chain([*failed]).collect();
    Ok(number(
        u64::try_from(bytes).map_err(|_| "less than nothing was written")?,
        both_ends(&shown),
        format!(
            "{} found room. The pipe has pages: a write goes behind the last one only if it fits \
             into the rest of that page, and begins a new page else.",
            count(before.len() as u64, "write")
        ),
    ))
}

pub(super) const FIFO: Exercise = Exercise {
    slug: "fifo",
    question: "What does the last read return? A number of bytes, or EAGAIN.",
    program: "fifo.c",
    args: |seed| {
        let mut dice = Dice::new(seed, "fifo");
        let mut steps = Vec::new();
        let mut open: Vec<&str> = Vec::new();
        if dice.between(0, 2) > 0 {
            open.push("a");
            steps.push("+a".to_owned());
        }
        for _ in 0..dice.between(4, 8) {
            let rest: Vec<&str> = ["a", "b", "c"]
                .into_iter()
                .filter(|name| !open.contains(name))
                .collect();
            match dice.between(0, 5) {
                0 | 1 if !rest.is_empty() => {
                    let name = *dice.pick(&rest);
                    open.push(name);
                    steps.push(format!("+{name}"));
                }
                2 if !open.is_empty() => {
                    let name = *dice.pick(&open);
                    open.retain(|one| *one != name);
                    steps.push(format!("-{name}"));
                }
                3 | 4 if !open.is_empty() => {
                    let name = *dice.pick(&open);
                    steps.push(format!("{name}={}", dice.between(1, 9)));
                }
                _ => steps.push(format!("read={}", dice.between(4, 12))),
            }
        }
        steps.push(format!("read={}", dice.between(4, 12)));
        steps
    },
    input: "",
    needs_device: false,
    watch: &["open", "openat", "close", "read", "write"],
    answer: fifo,
};

/// What the last read of the FIFO returned.
fn fifo(recording: &Recording) -> Result<Answer, String> {
    let is_of_fifo = |made: &Made<'_>| {
        made.object(0)
            .is_some_and(|object| object.name.ends_with("/fifo"))
    };
    let calls: Vec<Made<'_>> = own(recording).filter(is_of_fifo).collect();
    let at = calls
        .iter()
        .rposition(|made| made.call.name == "read")
        .ok_or("the FIFO was not read")?;
    // What was done to the FIFO just before is why.
    let evidence = both_ends(&calls[at.saturating_sub(2)..=at]);
    let last = calls[at];
    if let Some(errno) = last.errno() {
        return Ok(Answer {
            accepted: vec![errno_name(errno).into_owned(), errno.to_string()],
            evidence,
            because: "There is nothing in it, and somebody has it open for writing: there may be \
                      more."
                .to_owned(),
        });
    }
    let bytes = last.value().ok_or("the last read did not return")?;
    let because = match bytes {
        0 => {
            "There is nothing in it, and nobody has it open for writing: the end of file, be it \
              before the first writer or after the last."
        }
        _ => {
            "What was written stays, in order, until it is read, also when its writer has closed \
              the FIFO; a read takes what there is, up to what it asks for."
        }
    };
    Ok(number(
        u64::try_from(bytes).map_err(|_| "the last read returned less than nothing")?,
        evidence,
        because.to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(answer: fn(&Recording) -> Result<Answer, String>, trace: &str) -> String {
        answer(&trace.parse().unwrap()).unwrap().accepted.remove(0)
    }

    #[test]
    fn what_found_room_is_added_up() {
        let trace = "
            2 fcntl(4<pipe:[1]>, F_SETPIPE_SZ, 8192) = 8192
            2 write(4<pipe:[1]>, \"\", 3000) = 3000
            2 write(4<pipe:[1]>, \"\", 3000) = 3000
            2 write(4<pipe:[1]>, \"\", 3000) = -1 EAGAIN
        ";
        assert_eq!(first(full, trace), "6000");
        let endless = "2 write(4<pipe:[1]>, \"\", 3000) = 3000";
        assert!(full(&endless.parse().unwrap()).is_err());
    }

    #[test]
    fn the_last_read_of_the_fifo_counts() {
        let open = "2 read(3</lab/fifo [5]>, \"\", 9) = -1 EAGAIN\n";
        assert_eq!(first(fifo, open), "EAGAIN");
        let ended =
            format!("{open}2 read(3</lab/fifo [5]>, \"\", 9) = 0\n2 read(9<?>, \"x\", 1) = 1");
        assert_eq!(first(fifo, &ended), "0");
    }
}
