//! Exercises about libraries that are loaded: which file an import takes, and when a library that
//! is opened twice is there twice.

use crate::lessons::answers::{both_ends, number, opened, own, plural, said};
use crate::lessons::dice::Dice;
use crate::model::Recording;
use crate::model::curriculum::{Answer, Exercise};
use crate::model::recording::{Arg, Made};

/// The line that ends the preparations.
const NOW: &[u8] = b"now\n";

pub(super) const SUFFIX: Exercise = Exercise {
    slug: "suffix",
    question: "Which file does the import open first? For example: 3/source",
    program: "suffix.py",
    args: |seed| {
        let mut dice = Dice::new(seed, "suffix");
        let mut places: Vec<String> = (0..dice.between(1, 2))
            .map(|_| (*dice.pick(&["old", "lib", "lib+old"])).to_owned())
            .collect();
        for _ in 0..2 {
            let kinds = dice.shuffled(&[
                "source", "package", "tagged", "abi3", "bare", "old", "source", "bare",
            ]);
            let several = dice.between(2, 3) as usize;
            let mut kinds = kinds[..several].to_vec();
            kinds.dedup();
            places.push(kinds.join("+"));
        }
        places
    },
    input: "",
    needs_device: false,
    watch: &["open", "openat", "write"],
    answer: suffix,
};

/// The kind of a file, by what follows its name.
fn kind(ending: &str) -> Option<&'static str> {
    Some(match ending {
        "/__init__.py" => "package",
        ".py" => "source",
        ".so" => "bare",
        ".abi3.so" => "abi3",
        other if other.ends_with(".so") => "tagged",
        _ => return None,
    })
}

/// The first file of the lab that is opened after "now" and called spam.
fn suffix(recording: &Recording) -> Result<Answer, String> {
    let now = said(recording, NOW)?;
    let (made, place, kind) = opened(recording, now.enter)
        .find_map(|(made, path)| {
            let (place, file) = path.strip_prefix("/lab/")?.split_once('/')?;
            Some((made, place, kind(file.strip_prefix("spam")?)?))
        })
        .ok_or("no file called spam was opened")?;
    Ok(Answer {
        accepted: vec![format!("{place}/{kind}")],
        evidence: both_ends(&[now, made]),
        because: "The first directory wins that has any of them. In one directory a package comes \
                  first, then a library with the version's own ending, .abi3.so, .so, and then the \
                  source; other endings do not count, and nor does what the file contains."
            .to_owned(),
    })
}

pub(super) const COPIES: Exercise = Exercise {
    slug: "copies",
    question: "How many times is the code of a library mapped after \"now\"?",
    program: "copies.py",
    args: |seed| {
        let mut dice = Dice::new(seed, "copies");
        let mut steps: Vec<String> = (0..dice.between(3, 5))
            .map(|_| (*dice.pick(&["a", "b", "hard", "soft", "soft", "a"])).to_owned())
            .collect();
        // There is one file to replace it with.
        for change in dice.shuffled(&["replace", "close", ""]).iter().take(2) {
            if !change.is_empty() {
                let at = dice.between(1, steps.len() as u64 - 1) as usize;
                steps.insert(at, (*change).to_owned());
            }
        }
        steps
    },
    input: "",
    needs_device: false,
    watch: &["open", "openat", "mmap", "write"],
    answer: copies,
};

/// Whether a call maps code of a file.
fn maps_code(made: &Made<'_>) -> bool {
    made.call.name == "mmap"
        && matches!(made.call.args.get(2), Some(Arg::Word(prot)) if prot.contains("PROT_EXEC"))
        && matches!(made.call.args.get(4), Some(Arg::Fd(fd)) if fd.number >= 0)
}

/// Mappings of code after "now", and openings of libraries besides.
fn copies(recording: &Recording) -> Result<Answer, String> {
    let now = said(recording, NOW)?;
    let mapped: Vec<Made<'_>> = own(recording)
        .filter(|made| made.enter > now.enter && maps_code(made))
        .collect();
    let files: Vec<Made<'_>> = opened(recording, now.enter)
        .filter(|(_, path)| path.starts_with("/lab/") && path.ends_with(".so"))
        .map(|(made, _)| made)
        .collect();
    let looks = files.len().saturating_sub(mapped.len());
    let mut evidence = both_ends(&[now]);
    evidence.extend(both_ends(&files));
    evidence.extend(both_ends(&mapped));
    evidence.sort_unstable();
    Ok(number(
        mapped.len() as u64,
        evidence,
        format!(
            "{} opened and closed again. A name under which a library is loaded already is not \
             even looked up; behind another name there may be the same file, which its inode tells; \
             and a file of its own is a library of its own, whatever it contains.",
            plural(looks as u64, "file was only", "files were only")
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
    fn endings_are_kinds() {
        for (file, said) in [
            ("spam/__init__.py", "package"),
            ("spam.cpython-313-x86_64-linux-gnu.so", "tagged"),
            ("spam.abi3.so", "abi3"),
            ("spam.so", "bare"),
            ("spam.py", "source"),
        ] {
            let trace = format!(
                "2 openat(-100, \"/lab/1/spam.so\", O_WRONLY|O_CREAT) = 3
                2 write(1<?>, \"now\\n\", 4) = 4
                2 openat(-100, \"/lab/2\", O_RDONLY|O_DIRECTORY) = 3
                2 openat(-100, \"/lab/2/{file}\", O_RDONLY) = 3"
            );
            assert_eq!(first(suffix, &trace), format!("2/{said}"));
        }
    }

    #[test]
    fn only_code_counts() {
        let trace = "
            2 mmap(NULL, 4096, PROT_READ|PROT_EXEC, MAP_PRIVATE, 3<?>, 0) = 4096
            2 write(1<?>, \"now\\n\", 4) = 4
            2 openat(-100, \"/lab/a.so\", O_RDONLY) = 3
            2 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3<?>, 0) = 4096
            2 mmap(NULL, 4096, PROT_READ|PROT_EXEC, MAP_PRIVATE, 3<?>, 0) = 4096
            2 openat(-100, \"/lab/soft.so\", O_RDONLY) = 3
            2 mmap(NULL, 4096, PROT_READ|PROT_EXEC, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 4096
        ";
        let answer = copies(&trace.parse().unwrap()).unwrap();
        assert_eq!(answer.accepted, ["1"]);
        assert!(answer.because.starts_with("1 file was only opened"));
    }
}
