//! Exercises about calls through ctypes: what arrives, and what is said of a failure.

use crate::lessons::answers::{both_ends, own, path, prints, said};
use crate::lessons::dice::Dice;
use crate::model::Recording;
use crate::model::curriculum::{Answer, Exercise};
use crate::model::recording::{Arg, Made};

pub(super) const WIDTHS: Exercise = Exercise {
    slug: "widths",
    question: "Which offset does the kernel get?",
    program: "widths.py",
    args: |seed| {
        let mut dice = Dice::new(seed, "widths");
        let kind = *dice.pick(&[
            "undeclared",
            "undeclared",
            "c_int",
            "c_uint",
            "c_long",
            "c_short",
            "c_ubyte",
        ]);
        let power = *dice.pick(&[1_i64 << 8, 1 << 15, 1 << 16, 1 << 31, 1 << 32]);
        let near = i64::try_from(dice.between(1, 9)).unwrap_or(1);
        let offset = match dice.between(0, 4) {
            0 => -near,
            1 => power - near,
            2 => 3 * power + near,
            _ => power + near,
        };
        vec![kind.to_owned(), offset.to_string()]
    },
    input: "",
    needs_device: false,
    watch: &["lseek", "write"],
    answer: widths,
};

/// The offset of the lseek(2) after "now".
fn widths(recording: &Recording) -> Result<Answer, String> {
    let now = said(recording, b"now\n")?;
    let seek = own(recording)
        .find(|made| made.enter > now.enter && made.call.name == "lseek")
        .ok_or("the program did not call lseek")?;
    let Some(Arg::Int(offset)) = seek.call.args.get(1) else {
        return Err("which offset was passed is not known".to_owned());
    };
    Ok(Answer {
        accepted: vec![offset.to_string()],
        evidence: both_ends(&[now, seek]),
        because: "What does not fit into the declared type is cut to its width without a word, and \
                  what is left is extended to the register: with its sign if the type has one, with \
                  zeros if not. What is not declared is taken for a C int."
            .to_owned(),
    })
}

pub(super) const ERRNO: Exercise = Exercise {
    slug: "errno",
    question: "What is printed? The name of an error, or 0.",
    program: "errors.py",
    args: |seed| {
        let mut dice = Dice::new(seed, "errno");
        let failures = ["again", "closed", "file", "missing"];
        let mut steps: Vec<String> = (0..dice.between(3, 5))
            .map(|_| {
                let way = *dice.pick(&["checked", "plain", "os"]);
                let call = match dice.between(0, 3) {
                    0 => "works",
                    _ => *dice.pick(&failures),
                };
                format!("{way}:{call}")
            })
            .collect();
        // One that counts, mostly, and something after it.
        if dice.between(0, 5) > 0 {
            let at = dice.between(0, steps.len() as u64 - 1) as usize;
            steps.insert(at, format!("checked:{}", dice.pick(&failures)));
        }
        steps
    },
    input: "",
    needs_device: false,
    watch: &[
        "mkdir", "mkdirat", "rmdir", "unlinkat", "close", "getppid", "write",
    ],
    answer: errno,
};

/// What was printed in the end.
fn errno(recording: &Recording) -> Result<Answer, String> {
    let printed = own(recording)
        .filter(prints)
        .last()
        .ok_or("the program printed nothing")?;
    let text = path(&printed).ok_or("what the program printed is not known")?;
    let failed: Vec<Made<'_>> = own(recording)
        .filter(|made| made.enter < printed.enter && made.errno().is_some())
        .collect();
    let mut evidence = both_ends(&failed);
    evidence.extend(both_ends(&[printed]));
    Ok(Answer {
        accepted: vec![text.trim_end().to_owned()],
        evidence,
        because: "get_errno reads a copy that only calls of a library opened with use_errno=True \
                  change, and only when they fail: one that works leaves the error of an earlier \
                  one in it."
            .to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(answer: fn(&Recording) -> Result<Answer, String>, trace: &str) -> String {
        answer(&trace.parse().unwrap()).unwrap().accepted.remove(0)
    }

    #[test]
    fn the_offset_is_the_kernels() {
        let trace = "
            2 lseek(3<?>, 0, SEEK_CUR) = 0
            2 write(1<?>, \"now\\n\", 4) = 4
            2 lseek(3<?>, -7, SEEK_SET) = -1 EINVAL
        ";
        assert_eq!(first(widths, trace), "-7");
    }

    #[test]
    fn the_name_is_the_programs() {
        let trace = "
            2 rmdir(\"/lab/nothing\") = -1 ENOENT
            2 close(-1) = -1 EBADF
            2 write(1<?>, \"ENOENT\\n\", 7) = 7
        ";
        assert_eq!(first(errno, trace), "ENOENT");
    }
}
