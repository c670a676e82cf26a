//! Predict what a launch asks for, then see what the simulator has counted.
//!
//! Their programs are kernels, which are launched once; what was counted at each line is printed by a
//! write for each, and the answer is computed of these.

use crate::lessons::answers::{both_ends, count, number, own, prints};
use crate::lessons::dice::Dice;
use crate::model::Recording;
use crate::model::curriculum::{Answer, Exercise};
use crate::model::recording::{Arg, Made};

/// Kernel, grid, block, arguments.
fn launch(kernel: &str, grid: u64, block: u64, args: &str) -> Vec<String> {
    vec![
        kernel.to_owned(),
        grid.to_string(),
        block.to_string(),
        args.to_owned(),
    ]
}

pub(super) const SECTORS: Exercise = Exercise {
    slug: "sectors",
    question: "How many sectors of 32 bytes does the warp's load from x ask for?",
    program: "sectors.cu",
    args: |seed| {
        let mut dice = Dice::new(seed, "sectors");
        let (kernel, element) =
            *dice.pick(&[("floats", "f32"), ("shorts", "i16"), ("bytes", "u8")]);
        let stride = *dice.pick(&[0, 1, 2, 3, 4, 5, 8, 9, 16, 32, 33]);
        let first = dice.between(0, 9);
        let len = first + 31 * stride + 1;
        let args = format!("{element}[{len}]=random, f32[32], {first}, {stride}");
        launch(kernel, 1, 32, &args)
    },
    input: "",
    needs_device: false,
    watch: &["write"],
    answer: sectors,
};

fn sectors(recording: &Recording) -> Result<Answer, String> {
    let load = counted(recording, "global_load_sectors")?;
    Ok(number(
        load.of("global_load_sectors"),
        load.evidence(),
        format!(
            "The warp wants {}, and {} move. A sector is moved whole, however little of it is wanted, \
             and once, however many lanes want it.",
            count(load.of("global_load_bytes"), "byte"),
            count(32 * load.of("global_load_sectors"), "byte"),
        ),
    ))
}

pub(super) const PASSES: Exercise = Exercise {
    slug: "passes",
    question: "How many passes does the load from table, in the last line, take?",
    program: "passes.cu",
    args: |seed| {
        let mut dice = Dice::new(seed, "passes");
        let pitch = *dice.pick(&[1, 2, 3, 4, 6, 8, 12, 16, 24, 31, 32, 33, 48, 63, 64]);
        let column = dice.between(0, 63);
        let group = *dice.pick(&[1, 1, 2, 4, 32]);
        launch(
            "column",
            1,
            32,
            &format!("f32[32], {pitch}, {column}, {group}"),
        )
    },
    input: "",
    needs_device: false,
    watch: &["write"],
    answer: passes,
};

fn passes(recording: &Recording) -> Result<Answer, String> {
    let source = include_str!("../../../../labs/gpu/trace/passes.cu");
    let load = at(recording, source, "out[threadIdx.x] = table")?;
    Ok(number(
        load.of("shared_passes"),
        load.evidence(),
        "A bank gives one word at a time; lanes that want the same word get it together. The column \
         moves all lanes alike and changes nothing."
            .to_owned(),
    ))
}

pub(super) const ROUNDS: Exercise = Exercise {
    slug: "rounds",
    question: "How many times is the store to out executed, by all warps together?",
    program: "rounds.cu",
    args: |seed| {
        let mut dice = Dice::new(seed, "rounds");
        let block = *dice.pick(&[32, 64, 96, 128]);
        let divisor = *dice.pick(&[1, 2, 4, 8, 16, 32, 64]);
        let period = dice.between(2, 9);
        let args = format!("i32[{}], {divisor}, {period}", block * period);
        launch("rounds", 1, block, &args)
    },
    input: "",
    needs_device: false,
    watch: &["write"],
    answer: rounds,
};

fn rounds(recording: &Recording) -> Result<Answer, String> {
    let source = include_str!("../../../../labs/gpu/trace/rounds.cu");
    let store = at(recording, source, "out[threadIdx.x * period + i]")?;
    Ok(number(
        store.of("global_store_requests"),
        store.evidence(),
        format!(
            "Threads store {}. A loop lasts, for a warp, as long as for its most patient lane; warps \
             that agree among themselves pay for no one else.",
            count(store.of("global_stores"), "number"),
        ),
    ))
}

pub(super) const APART: Exercise = Exercise {
    slug: "apart",
    question: "How many atomic additions reach global memory, each lane's counted?",
    program: "apart.cu",
    args: |seed| {
        let mut dice = Dice::new(seed, "apart");
        let block = *dice.pick(&[32, 64, 128]);
        let grid = dice.between(2, 6);
        let run = *dice.pick(&[1, 5, 16, 20, 32, 64, 100, 1000]);
        let len = grid * block - dice.between(0, block / 2);
        launch("apart", grid, block, &format!("i32[16]=0, {run}, {len}"))
    },
    input: "",
    needs_device: false,
    watch: &["write"],
    answer: apart,
};

fn apart(recording: &Recording) -> Result<Answer, String> {
    let added = counted(recording, "global_atomics")?;
    let met = counted(recording, "shared_atomics")?;
    Ok(number(
        added.of("global_atomics"),
        added.evidence(),
        format!(
            "{} in shared memory become {} in global memory: a block adds up each kind that it has met, \
             once, however often it met it.",
            count(met.of("shared_atomics"), "addition"),
            added.of("global_atomics"),
        ),
    ))
}

/// A line of the kernel, and what was counted there.
struct Counted<'a> {
    made: Made<'a>,
    text: &'a str,
}

impl Counted<'_> {
    fn of(&self, name: &str) -> u64 {
        let counts = self.text.split_ascii_whitespace();
        counts
            .filter_map(|count| count.split_once('='))
            .find(|(known, _)| *known == name)
            .and_then(|(_, count)| count.parse().ok())
            .unwrap_or(0)
    }

    fn evidence(&self) -> Vec<usize> {
        both_ends(&[self.made])
    }
}

/// Everything that was counted, by line.
fn lines(recording: &Recording) -> impl Iterator<Item = Counted<'_>> {
    own(recording).filter(prints).filter_map(|made| {
        let Some(Arg::Str(bytes)) = made.call.args.get(1) else {
            return None;
        };
        let text = std::str::from_utf8(&bytes.data).ok()?;
        Some(Counted { made, text })
    })
}

/// The line at which most of this was counted.
fn counted<'a>(recording: &'a Recording, name: &str) -> Result<Counted<'a>, String> {
    lines(recording)
        .max_by_key(|line| line.of(name))
        .filter(|line| line.of(name) > 0)
        .ok_or_else(|| format!("no {name} were counted"))
}

/// What was counted at the line of the source that has this text.
fn at<'a>(recording: &'a Recording, source: &str, text: &str) -> Result<Counted<'a>, String> {
    let place = source.lines().position(|line| line.contains(text));
    let wanted = place.map_or(0, |place| place + 1).to_string();
    lines(recording)
        .find(|line| line.text.split_ascii_whitespace().next() == Some(wanted.as_str()))
        .ok_or_else(|| format!("nothing was counted at line {wanted}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_computed_of_what_was_counted() {
        let recording: Recording = "\
            2 execve(\"/syslab\", [\"syslab\"], []) = 0\n\
            2 write(1<?>, \"5 global_load_bytes=128 global_load_sectors=8\\n\", 45) = 45\n\
            2 write(1<?>, \"12 shared_passes=4 shared_requests=1\\n\", 37) = 37\n"
            .parse()
            .unwrap();
        let answer = sectors(&recording).unwrap();
        assert_eq!(answer.accepted, ["8"]);
        assert!(
            answer
                .because
                .contains("wants 128 bytes, and 256 bytes move")
        );
        assert!(apart(&recording).is_err());
    }
}
