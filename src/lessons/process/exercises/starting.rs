//! Exercises about fork and exec: what a child gets, and which program it becomes.

use libc::{EACCES, ENOENT, ENOEXEC, STDERR_FILENO};

use super::calls::{both_ends, count, number, own, plural, to_stdout};
use super::dice::Dice;
use crate::model::Recording;
use crate::model::curriculum::{Answer, Exercise};
use crate::model::recording::{Arg, FIRST, Made, What};
use crate::model::text::errno_name;

pub(super) const BUFFERED: Exercise = Exercise {
    slug: "buffered",
    question: "How many lines does standard output get from all processes together?",
    program: "buffered.c",
    args: |seed| {
        let mut dice = Dice::new(seed, "buffered");
        let mut steps = vec!["print"];
        // Two or three forks: at most eight processes.
        for _ in 0..dice.between(2, 3) {
            if dice.between(0, 2) == 0 {
                steps.push("flush");
            }
            steps.push(*dice.pick(&["fork", "fork", "split"]));
            if dice.between(0, 1) == 0 {
                steps.push("print");
            }
        }
        steps.into_iter().map(str::to_owned).collect()
    },
    input: "",
    needs_device: false,
    watch: &["clone", "?fork", "write", "exit_group"],
    answer: buffered,
};

/// The newlines in all writes to standard output.
fn buffered(recording: &Recording) -> Result<Answer, String> {
    let writes: Vec<Made<'_>> = recording.calls().filter(to_stdout).collect();
    if writes.is_empty() {
        return Err("nothing was written".to_owned());
    }
    let mut lines = 0;
    for made in &writes {
        let (Some(Arg::Str(bytes)), Some(taken)) = (made.call.args.get(1), made.value()) else {
            return Err("what was written is not known".to_owned());
        };
        let taken = usize::try_from(taken).unwrap_or(0);
        if bytes.cut > 0 && taken > bytes.data.len() {
            return Err("what was written was not recorded whole".to_owned());
        }
        let written = &bytes.data[..taken.min(bytes.data.len())];
        lines += written.iter().filter(|byte| **byte == b'\n').count() as u64;
    }
    let forks = forks(recording);
    let processes = forks.len() as u64 + 1;
    Ok(number(
        lines,
        [forks, both_ends(&writes)].concat(),
        format!(
            "There were {}, which made {}: what lies in a buffer at a fork is in two buffers after \
             it, and each process writes out its own.",
            plural(processes, "process", "processes"),
            count(writes.len() as u64, "write"),
        ),
    ))
}

/// The events at which processes were started.
fn forks(recording: &Recording) -> Vec<usize> {
    let is_fork = |what: &What| matches!(what, What::Fork { thread: false, .. });
    let events = recording.events.iter().enumerate();
    events
        .filter(|(_, event)| is_fork(&event.what))
        .map(|(at, _)| at)
        .collect()
}

pub(super) const INHERITED: Exercise = Exercise {
    slug: "inherited",
    question: "Which descriptor does the new program have besides 0, 1 and 2?",
    program: "inherited.py",
    args: |seed| {
        let mut dice = Dice::new(seed, "inherited");
        let quiet = ["open", "pipe", "socket", "dup"];
        let mut steps: Vec<String> = Vec::new();
        for _ in 0..dice.between(1, 3) {
            steps.push(dice.pick(&quiet).to_string());
        }
        steps.push(match dice.between(0, 1) {
            0 => "inheritable".to_owned(),
            _ => format!("dup2={}", dice.between(20, 60)),
        });
        for _ in 0..dice.between(1, 3) {
            steps.push(dice.pick(&quiet).to_string());
        }
        steps
    },
    input: "",
    needs_device: false,
    watch: &[
        "openat", "?pipe", "pipe2", "socket", "fcntl", "ioctl", "?dup2", "dup3", "execve",
    ],
    answer: inherited,
};

/// What the child's exec found open, the standard streams aside.
fn inherited(recording: &Recording) -> Result<Answer, String> {
    let (at, state) = recording
        .events
        .iter()
        .enumerate()
        .find_map(|(at, event)| match &event.what {
            What::Exec(task, state) if *task != FIRST => Some((at, state)),
            _ => None,
        })
        .ok_or("no other program was started")?;
    let extra: Vec<i32> = state
        .fds
        .iter()
        .map(|fd| fd.number)
        .filter(|number| *number > STDERR_FILENO)
        .collect();
    let [extra] = extra[..] else {
        let found = count(extra.len() as u64, "descriptor");
        return Err(format!("the new program has {found} besides 0, 1 and 2"));
    };
    Ok(Answer {
        accepted: vec![extra.to_string()],
        evidence: vec![at],
        because: "Python opens everything with the flag close-on-exec (PEP 446). A descriptor \
                  stays open if the flag was taken away, or was never set: dup2 makes a \
                  descriptor without it."
            .to_owned(),
    })
}

pub(super) const SEARCH: Exercise = Exercise {
    slug: "search",
    question: "How many times is execve called in the search for the tool?",
    program: "search.c",
    args: |seed| {
        let mut dice = Dice::new(seed, "search");
        let mut kinds = dice.shuffled(&["missing", "empty", "plain", "directory", "text"]);
        kinds.truncate(dice.between(3, 5) as usize);
        let program = dice.between(2, kinds.len() as u64) as usize;
        kinds.insert(program, "program");
        // A directory of this variant's own: what another one left behind changes nothing.
        let mut args = vec![format!("/lab/bin{seed}")];
        args.extend(kinds.into_iter().map(str::to_owned));
        args
    },
    input: "",
    needs_device: false,
    watch: &["mkdir", "symlink", "execve"],
    answer: search,
};

/// The calls of execve after the program was started.
fn search(recording: &Recording) -> Result<Answer, String> {
    let started = recording
        .events
        .iter()
        .position(|event| matches!(event.what, What::Exec(FIRST, _)))
        .ok_or("the program was not started")?;
    let tries: Vec<Made<'_>> = own(recording)
        .filter(|made| made.enter > started && made.call.name == "execve")
        .collect();
    let last = tries.last().ok_or("execve was not called")?;
    let failed = |errno: i32| {
        let number = tries.iter().filter(|made| made.errno() == Some(errno));
        (number.count(), errno)
    };
    let failures: Vec<String> = [ENOENT, EACCES, ENOEXEC]
        .map(failed)
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, errno)| format!("{number} with {}", errno_name(errno)))
        .collect();
    let end = match (
        last.errno(),
        failures.iter().any(|one| one.contains("ENOEXEC")),
    ) {
        (Some(_), _) => "and no directory was left",
        (None, true) => "and after ENOEXEC the C library gave the file to /bin/sh",
        (None, false) => "and the first that succeeded was the last",
    };
    let failures = match failures.is_empty() {
        true => "None failed".to_owned(),
        false => format!("Of these failed {}", failures.join(", ")),
    };
    Ok(number(
        tries.len() as u64,
        both_ends(&tries),
        format!("{failures}, {end}: the search is made by trying, in the order of PATH."),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording(text: &str) -> Recording {
        text.parse().unwrap()
    }

    #[test]
    fn a_buffer_is_written_by_each_process_that_has_it() {
        let recording = recording(
            "
            2 fork 3
            3 write(1<pipe:[2]>, \"step 1\\nstep 3\\n\", 14) = 14
            3 +++ exit 0
            2 write(1<pipe:[2]>, \"step 1\\nstep 3\\n\", 14) = 14
            2 write(2<pipe:[3]>, \"no\\n\", 3) = 3
            ",
        );
        let answer = buffered(&recording).unwrap();
        assert_eq!(answer.accepted, ["4"]);
        assert!(
            answer
                .because
                .starts_with("There were 2 processes, which made 2 writes"),
            "{}",
            answer.because
        );
    }

    #[test]
    fn half_a_write_is_no_answer() {
        let recording = recording("2 write(1<pipe:[2]>, \"step 1\\n\"...90, 97) = 97");
        assert!(buffered(&recording).is_err());
    }

    #[test]
    fn the_childs_exec_counts_and_no_other() {
        let recording = recording(
            "
            2 exec \"/usr/bin/python3\" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]>,7</x [1]>
            2 fork 3
            3 exec \"/usr/bin/true\" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]>,33</dev/null [4]>
            ",
        );
        let answer = inherited(&recording).unwrap();
        assert_eq!(answer.accepted, ["33"]);
        assert_eq!(answer.evidence, [2]);
    }

    #[test]
    fn two_descriptors_are_no_answer() {
        let recording = recording("3 exec \"/usr/bin/true\" fds=3</x [1]>,4</x [1]>");
        assert!(inherited(&recording).unwrap_err().contains("2 descriptors"));
    }

    #[test]
    fn the_first_exec_is_not_part_of_the_search() {
        let recording = recording(
            "
            2 execve(\"/submission/main\", [\"main\"], []) ...
            2 exec \"/submission/main\" fds=
            2 ... execve = 0
            2 execve(\"/lab/bin/1/tool\", [\"tool\"], []) = -1 ENOENT
            2 execve(\"/lab/bin/2/tool\", [\"tool\"], []) = -1 ENOEXEC
            2 execve(\"/bin/sh\", [\"/bin/sh\", \"/lab/bin/2/tool\"], []) ...
            2 exec \"/usr/bin/dash\" fds=
            2 ... execve = 0
            ",
        );
        let answer = search(&recording).unwrap();
        assert_eq!(answer.accepted, ["3"]);
        assert!(
            answer.because.contains("1 with ENOENT, 1 with ENOEXEC"),
            "{}",
            answer.because
        );
        assert!(answer.because.contains("/bin/sh"), "{}", answer.because);
    }

    #[test]
    fn a_tool_is_always_found_and_never_at_once() {
        for seed in 0..200 {
            let args = (SEARCH.args)(seed);
            let program = args.iter().position(|arg| arg == "program");
            assert!(program.is_some_and(|at| at > 2), "{args:?}");
        }
    }
}
