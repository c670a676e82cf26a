//! An exercise about references, seen by the kernel as memory that comes back or does not.

use crate::lessons::answers::{both_ends, number, own, plural, said};
use crate::lessons::dice::Dice;
use crate::model::Recording;
use crate::model::curriculum::{Answer, Exercise};
use crate::model::recording::{Arg, Made};

/// Bytes of a block; nothing else that the program maps or unmaps is as large.
const BLOCK: i64 = 40 << 20;

pub(super) const FREED: Exercise = Exercise {
    slug: "freed",
    question: "How many of the blocks does the kernel have back at the \"end\"?",
    program: "freed.py",
    args: |seed| {
        let mut dice = Dice::new(seed, "freed");
        let fates = dice.shuffled(&[
            "dropped", "held", "viewed", "copied", "numbered", "counted", "cycle", "raised",
            "caught", "cycle",
        ]);
        let several = dice.between(4, 7) as usize;
        let mut steps: Vec<String> = fates.into_iter().take(several).map(str::to_owned).collect();
        if dice.between(0, 1) == 0 {
            let at = dice.between(1, steps.len() as u64) as usize;
            steps.insert(at, "collect".to_owned());
        }
        steps
    },
    input: "",
    needs_device: false,
    watch: &["mmap", "munmap", "write"],
    answer: freed,
};

/// Whether a call of this name is about as much as a block.
fn is_large(made: &Made<'_>, name: &str) -> bool {
    made.call.name == name
        && matches!(made.call.args.get(1), Some(Arg::Int(size)) if *size >= BLOCK)
        && made.value().is_some()
}

/// Blocks that are unmapped before "end".
fn freed(recording: &Recording) -> Result<Answer, String> {
    let end = said(recording, b"end\n")?;
    let before = |name: &'static str| {
        own(recording).filter(move |made| made.enter < end.enter && is_large(made, name))
    };
    let made: Vec<Made<'_>> = before("mmap").collect();
    let given_back: Vec<Made<'_>> = before("munmap").collect();
    let left = made.len().saturating_sub(given_back.len());
    let mut evidence = both_ends(&made);
    evidence.extend(both_ends(&given_back));
    evidence.extend(both_ends(&[end]));
    evidence.sort_unstable();
    Ok(number(
        given_back.len() as u64,
        evidence,
        format!(
            "{} still there. A list, a view, a frame that an exception's traceback keeps, a cycle \
             that nobody has collected, and an increment without its decrement hold a reference; a \
             copy, a number and a message hold none.",
            plural(left as u64, "block is", "blocks are")
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_mappings_and_what_comes_after_the_end_do_not_count() {
        let trace = "
            2 mmap(NULL, 41947136, PROT_READ, MAP_PRIVATE, -1, 0) = 4096
            2 munmap(0x1000, 41947136) = 0
            2 mmap(NULL, 41947136, PROT_READ, MAP_PRIVATE, -1, 0) = 4096
            2 munmap(0x1000, 1048576) = 0
            2 write(1<?>, \"end\\n\", 4) = 4
            2 munmap(0x1000, 41947136) = 0
        ";
        let answer = freed(&trace.parse().unwrap()).unwrap();
        assert_eq!(answer.accepted, ["1"]);
        assert!(answer.because.starts_with("1 block is still there"));
    }
}
