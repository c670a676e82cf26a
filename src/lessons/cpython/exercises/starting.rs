//! Exercises about a Python that is started: which one it takes itself for, where it looks for
//! modules, and when it writes what it prints.

use crate::lessons::answers::{both_ends, count, number, opened, own, path, prints};
use crate::lessons::dice::Dice;
use crate::model::Recording;
use crate::model::curriculum::{Answer, Exercise};
use crate::model::recording::{Arg, Made};

use super::started;

pub(super) const ENVIRONMENT: Exercise = Exercise {
    slug: "environment",
    question: "Which environment does the Python that is started belong to? a, b or neither.",
    program: "environment.py",
    args: |seed| {
        let mut dice = Dice::new(seed, "environment");
        let mut args = vec![
            (*dice.pick(&["a", "b"])).to_owned(),
            (*dice.pick(&["other", "other", "system"])).to_owned(),
        ];
        let places = dice.shuffled(&["a", "a/bin", "b", "b/bin", "outside"]);
        let several = dice.between(1, 2) as usize;
        args.extend(places.into_iter().take(several).map(str::to_owned));
        args
    },
    input: "",
    needs_device: false,
    watch: &["execve", "open", "openat", "readlink", "write"],
    answer: environment,
};

/// The prefix that was printed.
fn environment(recording: &Recording) -> Result<Answer, String> {
    let start = started(recording)?;
    let said = own(recording)
        .filter(|made| made.enter > start.enter && prints(made))
        .last()
        .ok_or("the program printed nothing")?;
    let Some(prefix) = path(&said) else {
        return Err("what the program printed is not known".to_owned());
    };
    let name = match prefix.trim_end() {
        "/lab/a" => "a",
        "/lab/b" => "b",
        _ => "neither",
    };
    let looked: Vec<Made<'_>> = own(recording)
        .filter(|made| {
            made.enter > start.enter
                && made.call.name.starts_with("open")
                && path(made).is_some_and(|path| path.ends_with("/pyvenv.cfg"))
        })
        .collect();
    let mut evidence = both_ends(&[start]);
    evidence.extend(both_ends(&looked));
    evidence.extend(both_ends(&[said]));
    Ok(Answer {
        accepted: vec![name.to_owned()],
        evidence,
        because: "It looks for pyvenv.cfg in the directory of the name by which it was started, \
                  and in the one above, before it follows any link; where the links lead does not \
                  count."
            .to_owned(),
    })
}

pub(super) const WHENCE: Exercise = Exercise {
    slug: "whence",
    question: "From which place does spam come? script, current or variable, or none if the import \
               fails.",
    program: "whence.py",
    args: |seed| {
        let mut dice = Dice::new(seed, "whence");
        let mut args = vec![(*dice.pick(&["script", "command"])).to_owned()];
        let option = *dice.pick(&["", "-S", "-E", "-I", "-s"]);
        if !option.is_empty() {
            args.push(option.to_owned());
        }
        let places = dice.shuffled(&["script", "current", "variable"]);
        let several = dice.between(1, 3) as usize;
        args.extend(places.into_iter().take(several).map(str::to_owned));
        args
    },
    input: "",
    needs_device: false,
    watch: &["execve", "open", "openat"],
    answer: whence,
};

/// The directory of the spam.py that the last Python opened.
fn whence(recording: &Recording) -> Result<Answer, String> {
    let start = started(recording)?;
    let (end, _) = recording.outcome().ok_or("the program did not end")?;
    let found = opened(recording, start.enter).find_map(|(made, path)| {
        let place = path.strip_prefix("/lab/")?.strip_suffix("/spam.py")?;
        Some((made, place))
    });
    let mut evidence = both_ends(&[start]);
    let place = match found {
        Some((made, place)) => {
            evidence.extend(both_ends(&[made]));
            place
        }
        None => {
            evidence.push(end);
            "none"
        }
    };
    Ok(Answer {
        accepted: vec![place.to_owned()],
        evidence,
        because: "First in the path is the directory of the script, or, for -c, the current one; \
                  then come those of PYTHONPATH. -E takes these away, -I both; -S and -s change \
                  only what comes later."
            .to_owned(),
    })
}

pub(super) const PRINTS: Exercise = Exercise {
    slug: "prints",
    question: "How many times is write called for standard output?",
    program: "prints.py",
    args: |seed| {
        let mut dice = Dice::new(seed, "prints");
        let mut args = vec![(*dice.pick(&["buffered", "unbuffered"])).to_owned()];
        for _ in 0..dice.between(4, 7) {
            args.push(match dice.between(0, 4) {
                0 => "flush".to_owned(),
                1 => format!("flushed={}", dice.between(1, 3)),
                _ => format!("print={}", dice.between(1, 4)),
            });
        }
        args
    },
    input: "",
    needs_device: false,
    watch: &["execve", "write"],
    answer: printed,
};

/// The writes to standard output.
fn printed(recording: &Recording) -> Result<Answer, String> {
    let start = started(recording)?;
    let writes: Vec<Made<'_>> = own(recording)
        .filter(|made| made.enter > start.enter && prints(made))
        .collect();
    let is_short = |made: &&Made<'_>| match made.call.args.get(1) {
        Some(Arg::Str(bytes)) => !bytes.data.contains(&b'\n') || bytes.data == b"\n",
        _ => false,
    };
    let pieces = writes.iter().filter(is_short).count();
    let mut evidence = both_ends(&[start]);
    evidence.extend(both_ends(&writes));
    let because = match pieces {
        0 => "What is printed waits in a buffer until somebody flushes it, or until the end; an \
              empty buffer is not written."
            .to_owned(),
        _ => format!(
            "{} written. Without a buffer each argument, each blank between two and the end of the \
             line is a write of its own.",
            match pieces {
                1 => "1 piece of a line was".to_owned(),
                several => format!("{} of lines were", count(several as u64, "piece")),
            }
        ),
    };
    Ok(number(writes.len() as u64, evidence, because))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(answer: fn(&Recording) -> Result<Answer, String>, trace: &str) -> String {
        answer(&trace.parse().unwrap()).unwrap().accepted.remove(0)
    }

    const START: &str = "2 execve(\"/usr/bin/python3\", [\"python3\"], []) = 0\n";

    #[test]
    fn the_prefix_says_which_environment() {
        for (prefix, name) in [("/lab/a", "a"), ("/lab/b", "b"), ("/usr", "neither")] {
            let length = prefix.len() + 1;
            let trace =
                format!("{START}2 write(1<?>, \"{prefix}\\n\", {length}) = {length}\n2 +++ exit 0");
            assert_eq!(first(environment, &trace), name);
        }
    }

    #[test]
    fn what_was_written_before_the_start_is_not_read() {
        let made = "2 openat(-100, \"/lab/script/spam.py\", O_WRONLY) = 3\n";
        let read = "2 openat(-100, \"/lab/variable/spam.py\", O_RDONLY) = 3\n";
        let end = "2 +++ exit 0";
        assert_eq!(
            first(whence, &format!("{made}{START}{read}{end}")),
            "variable"
        );
        assert_eq!(first(whence, &format!("{made}{START}{end}")), "none");
    }

    #[test]
    fn writes_to_elsewhere_do_not_count() {
        let trace = format!(
            "{START}2 write(1<?>, \"word\", 4) = 4\n2 write(1<?>, \"\\n\", 1) = 1
            2 write(2<?>, \"x\", 1) = 1"
        );
        assert_eq!(first(printed, &trace), "2");
        assert_eq!(first(printed, START), "0");
    }
}
