//! The module as a whole: how it is built, and where it can be imported.

use super::super::facts::{Came, Fact, Import, Sample, SharedObject, Warning};
use super::ends::lived;
use crate::model::{Failure, Judgement, Objection, Pass, Trial};

/// Warnings behind which there is a mistake that runs: the others are matters of taste.
const MATTERING: &[&str] = &[
    "-Wimplicit-function-declaration",
    "-Wimplicit-int",
    "-Wincompatible-pointer-types",
    "-Wint-conversion",
    "-Wint-to-pointer-cast",
    "-Wpointer-to-int-cast",
    "-Wreturn-type",
    "-Wreturn-local-addr",
    "-Wuninitialized",
    "-Wmaybe-uninitialized",
    "-Wformat=",
    "-Wformat-security",
    "-Warray-bounds",
    "-Wstringop-overflow=",
    "-Wuse-after-free",
    "-Wfree-nonheap-object",
    "-Wdiscarded-qualifiers",
];

/// Fails on a warning that matters, on a module that brings an interpreter of its own, or that exports
/// another number of init functions than one.
pub(in crate::lessons::ext) fn builds(trial: &Trial<'_>) -> Judgement {
    let facts = lived(trial)?;
    let mut files = 0;
    for fact in &facts.all {
        let why = match fact {
            Fact::Warning(warning) if matters(warning) => Some(format!(
                "the compiler says of {}: {} [{}]",
                warning.place,
                warning.text,
                warning.option.as_deref().unwrap_or_default()
            )),
            Fact::SharedObject(object) => {
                files += 1;
                linked(object)
            }
            _ => None,
        };
        if let Some(why) = why {
            let hint = "Which interpreter will import it, and what does that expect to find?";
            return Err(Failure::new(why).hint(hint).into());
        }
    }
    Ok(Pass::of("shared_objects", files))
}

/// Whether there is a mistake behind it: `-Wformat=` also stands for `-Wformat=2`.
fn matters(warning: &Warning) -> bool {
    let option = warning.option.as_deref().unwrap_or_default();
    MATTERING.iter().any(|known| match known.strip_suffix('=') {
        Some(stem) => option == stem || option.starts_with(known),
        None => option == *known,
    })
}

fn linked(object: &SharedObject) -> Option<String> {
    let python = object
        .needed
        .iter()
        .find(|library| library.starts_with("libpython"));
    if let Some(python) = python {
        return Some(format!(
            "{} is linked against {python}: the interpreter that imports it brings its own",
            object.file
        ));
    }
    (object.init.len() > 1).then(|| {
        format!(
            "{} exports {} init functions: {}",
            object.file,
            object.init.len(),
            object.init.join(", ")
        )
    })
}

/// Fails unless it can be imported twice, and in another interpreter or is refused there.
pub(in crate::lessons::ext) fn imports_anywhere(trial: &Trial<'_>) -> Judgement {
    let facts = lived(trial)?;
    let mut imports = 0;
    for fact in &facts.all {
        let Fact::Import(import) = fact else {
            continue;
        };
        if import.place.is_empty() {
            continue;
        }
        imports += 1;
        if let Some(why) = not_there(import) {
            let hint = "What does it keep in variables of the file, and for how many interpreters?";
            return Err(Failure::new(why).hint(hint).into());
        }
    }
    match imports {
        0 => Err(Objection::Blind("it was not imported again".to_owned())),
        _ => Ok(Pass::of("imports", imports)),
    }
}

/// The same, and fails unless it is initialised in several phases (PEP 489).
pub(in crate::lessons::ext) fn imports_in_phases(trial: &Trial<'_>) -> Judgement {
    let facts = lived(trial)?;
    for fact in &facts.all {
        if let Fact::Init(init) = fact
            && init.phases != Some(2)
        {
            return Err(Failure::new(
                "its init function makes the module itself: there is one for all interpreters",
            )
            .hint("What can an init function return beside a module?")
            .into());
        }
    }
    imports_anywhere(trial)
}

fn not_there(import: &Import) -> Option<String> {
    let place = match import.place.as_str() {
        "again" => "imported once more",
        "shared-gil" => "imported in another interpreter",
        _ => "imported in an interpreter with a GIL of its own",
    };
    let wrong = |samples: &Option<Vec<Sample>>| {
        let samples = samples.as_ref()?;
        samples
            .iter()
            .find(|sample| sample.agrees == Some(false))
            .map(|sample| format!("`{}` {}", sample.call, sample.came.told()))
    };
    let is_refusal = |classes: &[String]| classes.iter().any(|class| class == "ImportError");
    if let Some(came) = &import.came
        && came.outcome == "raised"
        && !is_import_error(came)
    {
        return Some(format!("{place}, it {}", came.told()));
    }
    if let Some(why) = wrong(&import.works) {
        return Some(format!("{place}, {why}"));
    }
    if let Some(why) = wrong(&import.works_first) {
        return Some(format!("{place}, the first one no longer works: {why}"));
    }
    if let Some((kind, message, classes)) = &import.error {
        return (!is_refusal(classes)).then(|| format!("{place}, it raises {kind}: {message}"));
    }
    if let Some(problem) = &import.problem {
        return Some(format!("{place}, {problem}"));
    }
    if let (Some(values), Some(want)) = (&import.values, &import.want)
        && values != want
    {
        return Some(format!(
            "{place}, calls give {values:?} instead of {want:?}"
        ));
    }
    let shared = import.shared_objects.first()?;
    Some(format!(
        "{place}, `{shared}` is the very same object as before"
    ))
}

fn is_import_error(came: &Came) -> bool {
    matches!(came.kind.as_str(), "ImportError" | "ModuleNotFoundError")
}
