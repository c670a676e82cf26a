//! An exercise about what reaches the kernel at all.

use crate::lessons::answers::{both_ends, number, own, plural};
use crate::lessons::dice::Dice;
use crate::model::Recording;
use crate::model::curriculum::{Answer, Exercise};
use crate::model::recording::Made;

/// The call that stands before each thing, and after the last.
const BETWEEN: &str = "getppid";

pub(super) const TO_KERNEL: Exercise = Exercise {
    slug: "to-kernel",
    question: "How many of these things make a system call there and then, memory aside?",
    program: "to_kernel.py",
    args: |seed| {
        let mut dice = Dice::new(seed, "to-kernel");
        let things = dice.shuffled(&[
            "add", "append", "collect", "cwd", "exists", "getenv", "getpid", "handler", "import",
            "listdir", "open", "pair", "print", "random", "setenv", "sleep", "urandom",
        ]);
        let several = dice.between(4, 8) as usize;
        things
            .into_iter()
            .take(several)
            .map(str::to_owned)
            .collect()
    },
    input: "",
    // All but those for memory: when the interpreter asks for some is chance.
    needs_device: false,
    watch: &[
        BETWEEN,
        "getpid",
        "getcwd",
        "stat",
        "lstat",
        "newfstatat",
        "statx",
        "access",
        "open",
        "openat",
        "fstat",
        "lseek",
        "ioctl",
        "read",
        "write",
        "close",
        "getdents64",
        "socketpair",
        "rt_sigaction",
        "getrandom",
        "select",
        "pselect6",
        "nanosleep",
        "clock_nanosleep",
    ],
    answer: to_kernel,
};

/// The gaps between two calls of getppid in which there is another call.
fn to_kernel(recording: &Recording) -> Result<Answer, String> {
    let calls: Vec<Made<'_>> = own(recording)
        .skip_while(|made| made.call.name != BETWEEN)
        .collect();
    let marks: Vec<usize> = (0..calls.len())
        .filter(|at| calls[*at].call.name == BETWEEN)
        .collect();
    if marks.len() < 2 {
        return Err("the program did nothing between two calls of getppid".to_owned());
    }
    let gaps = marks.windows(2).map(|pair| &calls[pair[0] + 1..pair[1]]);
    // The first call of each shows what it is.
    let shown: Vec<Made<'_>> = gaps
        .clone()
        .filter_map(|gap| gap.first().copied())
        .collect();
    let quiet = marks.len() - 1 - shown.len();
    let mut evidence = both_ends(&shown);
    if evidence.is_empty() {
        evidence = both_ends(&calls[..1]);
    }
    Ok(number(
        shown.len() as u64,
        evidence,
        format!(
            "{} done without the kernel. What is kept in the process' own memory, such as numbers, \
             objects, the environment, the state of random and a buffer for what is printed, \
             needs no call.",
            plural(quiet as u64, "thing was", "things were")
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_several_calls_do_is_one_thing() {
        let trace = "
            2 openat(-100, \"/usr/lib/python3/os.py\", 0) = 3
            2 getppid() = 1
            2 getppid() = 1
            2 openat(-100, \"/lab\", 0) = 3
            2 getdents64(3<?>, 0, 32768) = 48
            2 close(3<?>) = 0
            2 getppid() = 1
            2 getrandom(\"a\", 1, 0) = 1
            2 getppid() = 1
            2 write(1<?>, \"kept\", 4) = 4
        ";
        let answer = to_kernel(&trace.parse().unwrap()).unwrap();
        assert_eq!(answer.accepted, ["2"]);
        assert!(
            answer.because.starts_with("1 thing was"),
            "{}",
            answer.because
        );
    }
}
