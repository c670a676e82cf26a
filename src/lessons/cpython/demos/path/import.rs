//! What `import` asks of the kernel: a module for the first time, once more, and one that is not there.

use std::fs;
use std::io::Write;

use super::traced::{Asked, asked, trace};
use super::{FILES, Stage, listed};
use crate::lessons::cpython::demos::section::section;
use crate::model::curriculum::DemoOptions;

/// Names that a program asks about before an import and after it, so that a trace shows what lies
/// between.
const MARKS: [&str; 2] = ["/before the import", "/after the import"];

/// Three traces of it.
pub(super) fn import(
    out: &mut dyn Write,
    stage: &Stage<'_>,
    options: &DemoOptions,
) -> anyhow::Result<()> {
    let Stage { python, here, .. } = stage;
    let text = |module: &str| {
        format!(
            "import os\nos.access({:?}, 0)\ntry:\n    import {module}\nexcept ImportError:\n    \
             pass\nos.access({:?}, 0)\n",
            MARKS[0], MARKS[1]
        )
    };
    fs::write(here.join("spam.py"), "x = 1\n")?;
    for (name, module) in [("main.py", "spam"), ("lost.py", "nosuch")] {
        fs::write(here.join(name), text(module))?;
    }
    let scenes = [
        (
            "import spam, for the first time",
            "main.py",
            "The directory is read, once. A name in it fits, so its bytecode is looked for; there is \
             none, so the source is translated, and the result kept: under another name and then \
             renamed, so that nobody reads half of it.",
        ),
        (
            "import spam, in the next process",
            "main.py",
            "Now there is a file of bytecode. What stat says of the source is compared with what is \
             noted in it, and the source is not opened.",
        ),
        (
            "import nosuch",
            "lost.py",
            "Each directory of sys.path is asked whether it has changed, and read if nobody has read \
             it yet; no name in it fits, and no file is asked for.",
        ),
    ];
    for (title, script, meaning) in scenes {
        let script = here.join(script);
        // Without the environment's variables, of which some forbid files of bytecode.
        let argv = [
            python.executable.as_os_str(),
            "-E".as_ref(),
            "-s".as_ref(),
            script.as_os_str(),
        ];
        let Ok(traced) = trace(&argv, FILES, here, options)? else {
            return Ok(());
        };
        let all = asked(&traced.recording);
        let between = between(&all);
        section(
            out,
            title,
            &listed(&between, &stage.places()),
            meaning,
            options,
        )?;
    }
    Ok(())
}

/// The calls between the two marks.
fn between(all: &[Asked]) -> Vec<&Asked> {
    let [before, after] = MARKS.map(|mark| all.iter().position(|one| one.name == mark));
    match (before, after) {
        (Some(before), Some(after)) if before < after => all[before + 1..after].iter().collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::traced::one;
    use super::*;

    #[test]
    fn an_import_lies_between_its_marks() {
        let all = [
            one("openat", "/lib/x"),
            one("access", MARKS[0]),
            one("openat", "/here/spam.py"),
            one("access", MARKS[1]),
            one("openat", "/lib/y"),
        ];
        let names: Vec<&str> = between(&all).iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["/here/spam.py"]);
        assert!(between(&all[..3]).is_empty());
    }
}
