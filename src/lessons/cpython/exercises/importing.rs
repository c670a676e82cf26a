//! Exercises about imports: which file is read, and whether it is the source.

use crate::lessons::answers::{both_ends, count, number, opened, said};
use crate::lessons::dice::Dice;
use crate::model::Recording;
use crate::model::curriculum::{Answer, Exercise};
use crate::model::recording::Made;

/// The line that ends the preparations.
const NOW: &[u8] = b"now\n";

pub(super) const IMPORTED: Exercise = Exercise {
    slug: "imported",
    question: "Which file does the import read? For example: 3/spam.py",
    program: "imported.py",
    args: |seed| {
        let mut dice = Dice::new(seed, "imported");
        let kinds = [
            "nothing",
            "text",
            "namespace",
            "orphan",
            "module",
            "package",
            "both",
            "bytecode",
        ];
        let mut places: Vec<String> = (0..dice.between(2, 4))
            .map(|_| (*dice.pick(&kinds)).to_owned())
            .collect();
        // At least one can be imported.
        let found = *dice.pick(&["module", "package", "both", "bytecode"]);
        places.push(found.to_owned());
        places
    },
    input: "",
    needs_device: false,
    watch: &["open", "openat", "write"],
    answer: imported,
};

/// The first file of the lab that is opened after "now" and called spam.
fn imported(recording: &Recording) -> Result<Answer, String> {
    let now = said(recording, NOW)?;
    let (made, file) = opened(recording, now.enter)
        .filter_map(|(made, path)| Some((made, path.strip_prefix("/lab/")?)))
        .find(|(_, file)| file.contains("spam"))
        .ok_or("no file called spam was opened")?;
    Ok(Answer {
        accepted: vec![file.to_owned(), format!("/lab/{file}")],
        evidence: both_ends(&[now, made]),
        because: "The first directory wins in which there is a package, that is a directory with \
                  __init__.py, or else a module, as source or as a .pyc file beside where the \
                  source would be. What is left in __pycache__ without its source does not count."
            .to_owned(),
    })
}

pub(super) const COMPILED: Exercise = Exercise {
    slug: "compiled",
    question: "Of how many of the modules is the source read?",
    program: "compiled.py",
    args: |seed| {
        let mut dice = Dice::new(seed, "compiled");
        let changes = [
            "left",
            "touched",
            "edited",
            "swapped",
            "new",
            "checked",
            "unchecked",
        ];
        (0..dice.between(3, 6))
            .map(|_| (*dice.pick(&changes)).to_owned())
            .collect()
    },
    input: "",
    needs_device: false,
    watch: &["open", "openat", "write"],
    answer: compiled,
};

/// The sources that are opened after "now".
fn compiled(recording: &Recording) -> Result<Answer, String> {
    let now = said(recording, NOW)?;
    let sources: Vec<Made<'_>> = opened(recording, now.enter)
        .filter(|(_, path)| path.starts_with("/lab/modules/") && path.ends_with(".py"))
        .map(|(made, _)| made)
        .collect();
    let mut evidence = both_ends(&[now]);
    evidence.extend(both_ends(&sources));
    Ok(number(
        sources.len() as u64,
        evidence,
        format!(
            "{} opened. A .pyc file has the time and the size of its source, which stat tells \
             without a look into it; what has changed in neither is taken for unchanged. For a \
             checked hash the source is read each time, for an unchecked one never.",
            match sources.len() {
                1 => "1 source was".to_owned(),
                several => format!("{} were", count(several as u64, "source")),
            }
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
    fn a_directory_is_no_module() {
        let trace = "
            2 openat(-100, \"/lab/2/spam.py\", O_WRONLY|O_CREAT) = 3
            2 write(1<?>, \"now\\n\", 4) = 4
            2 openat(-100, \"/lab/1\", O_RDONLY|O_DIRECTORY) = 3
            2 openat(-100, \"/lab/2/__pycache__/spam.cpython-311.pyc\", O_RDONLY) = -1 ENOENT
            2 openat(-100, \"/lab/2/spam.py\", O_RDONLY) = 3
        ";
        assert_eq!(first(imported, trace), "2/spam.py");
    }

    #[test]
    fn sources_are_counted_after_the_preparations() {
        let trace = "
            2 openat(-100, \"/lab/modules/spam1.py\", O_WRONLY|O_CREAT) = 3
            2 write(1<?>, \"now\\n\", 4) = 4
            2 openat(-100, \"/lab/modules/__pycache__/spam1.cpython-313.pyc\", O_RDONLY) = 3
            2 openat(-100, \"/lab/modules/spam2.py\", O_RDONLY) = 3
        ";
        assert_eq!(first(compiled, trace), "1");
    }
}
