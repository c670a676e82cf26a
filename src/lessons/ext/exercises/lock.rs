//! An exercise about the GIL: who holds it while waiting for somebody who needs it waits for ever.

use crate::lessons::answers::{both_ends, own, prints};
use crate::lessons::dice::Dice;
use crate::model::Recording;
use crate::model::curriculum::{Answer, Exercise};
use crate::model::recording::{FIRST, Made};

pub(super) const HUNG: Exercise = Exercise {
    slug: "hung",
    question: "Which step is never done? Its number, or 0 if the program comes to its end.",
    program: "hung.py",
    args: |seed| {
        let mut dice = Dice::new(seed, "hung");
        let harmless = [
            "os:before",
            "os:process",
            "os:thread",
            "cdll:before",
            "cdll:process",
            "cdll:thread",
            "pydll:before",
            "pydll:process",
        ];
        let mut steps: Vec<String> = (0..dice.between(3, 5))
            .map(|_| (*dice.pick(&harmless)).to_owned())
            .collect();
        if dice.between(0, 4) > 0 {
            let at = dice.between(0, steps.len() as u64) as usize;
            steps.insert(at, "pydll:thread".to_owned());
        }
        steps
    },
    input: "",
    needs_device: false,
    watch: &["read", "write", "futex"],
    answer: hung,
};

/// The step in whose read the main thread was when the run was ended.
fn hung(recording: &Recording) -> Result<Answer, String> {
    let done: Vec<Made<'_>> = own(recording).filter(prints).collect();
    let blocked: Vec<Made<'_>> = recording
        .in_flight()
        .into_iter()
        .filter(|made| made.task == FIRST && made.call.name == "read")
        .collect();
    let mut evidence = both_ends(&done);
    let (step, because) = match (blocked.as_slice(), recording.outcome()) {
        ([read, ..], _) => {
            evidence.extend(both_ends(&[*read]));
            // The other one, at what it waits for.
            let waiting: Vec<Made<'_>> = recording
                .in_flight()
                .into_iter()
                .filter(|made| made.task != FIRST && made.enter < read.enter)
                .collect();
            evidence.extend(both_ends(&waiting));
            evidence.sort_unstable();
            let because = "The main thread waits for a byte and has the GIL, and the thread that \
                           would write the byte waits for the GIL. A PyDLL keeps it, a CDLL and os \
                           let go of it; another process has one of its own, and a byte that is \
                           there already is not waited for.";
            (done.len() + 1, because)
        }
        ([], Some((end, _))) if !done.is_empty() => {
            evidence.push(end);
            let because = "Whoever waits for a thread lets go of the GIL, and whoever keeps it waits \
                           for a process, which has one of its own, or for nothing.";
            (0, because)
        }
        _ => return Err("the program neither ended nor waited for a byte".to_owned()),
    };
    Ok(Answer {
        accepted: vec![step.to_string()],
        evidence,
        because: because.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(trace: &str) -> String {
        hung(&trace.parse().unwrap()).unwrap().accepted.remove(0)
    }

    #[test]
    fn a_read_that_does_not_return_is_the_step_after_the_last() {
        let done = "2 read(3<?>, \"x\", 1) = 1\n2 write(1<?>, \"1\\n\", 2) = 2\n";
        let stuck = format!("{done}2 read(5<?>, NULL, 1) ...\n2 +++ signal SIGKILL");
        assert_eq!(answered(&stuck), "2");
        let ended = format!("{done}2 +++ exit 0");
        assert_eq!(answered(&ended), "0");
    }
}
