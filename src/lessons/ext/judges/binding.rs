//! A module that binds a library: what the library counts, and what was declared of it.

use std::collections::BTreeMap;

use super::super::facts::{Exit, Fact, Prototype, Story, Type};
use super::ends::lived;
use crate::model::{Failure, Judgement, Objection, Pass, Trial};

/// What the library counts of handles, and must not have more of afterwards: by its name, and in words.
const COUNTED: &[(&str, &str)] = &[
    ("stashes", "stashes open"),
    ("cursors", "cursors open"),
    ("double_closes", "handles closed twice"),
    ("stale_uses", "uses of a closed handle"),
    ("orphans", "cursors open when their stash was closed"),
];

/// Fails on the first program after which the library still counts something as open, or something
/// that was closed or freed twice; also as a process ends.
pub(in crate::lessons::ext) fn frees_handles(trial: &Trial<'_>) -> Judgement {
    let hint = "On which ways does a handle end, and who closes it on each of them?";
    stories(trial, hint, |fact| match fact {
        Fact::Story(story) => counted(&story.change)
            .or_else(|| other(story))
            .map(|why| told(&story.title, &story.code, &why)),
        Fact::Exit(exit) => left_open(exit).map(|why| told(&exit.title, &exit.code, &why)),
        _ => None,
    })
}

/// Fails on the first callback that is not called, is kept for ever, or whose exception is lost.
pub(in crate::lessons::ext) fn keeps_callbacks_alive(trial: &Trial<'_>) -> Judgement {
    let hint = "Who holds the object that C calls, and until when does C call it?";
    stories(trial, hint, |fact| match fact {
        Fact::Story(story) => other(story).map(|why| told(&story.title, &story.code, &why)),
        Fact::Said(said) => Some(format!("it says on standard error: {}", said.text.trim())),
        _ => None,
    })
}

fn stories(trial: &Trial<'_>, hint: &str, why: impl Fn(&Fact) -> Option<String>) -> Judgement {
    let facts = lived(trial)?;
    if let Some(why) = facts.all.iter().find_map(why) {
        return Err(Failure::new(why).hint(hint).into());
    }
    let is_story = |fact: &&Fact| matches!(fact, Fact::Story(_) | Fact::Exit(_));
    match facts.all.iter().filter(is_story).count() {
        0 => Err(Objection::Blind("nothing was tried".to_owned())),
        stories => Ok(Pass::of("stories", stories)),
    }
}

fn told(title: &str, code: &str, why: &str) -> String {
    let mut text = format!("{title}: {why}");
    for line in code.lines().filter(|line| !line.trim().is_empty()) {
        text.push_str("\n  ");
        text.push_str(line);
    }
    text
}

fn counted(change: &BTreeMap<String, i64>) -> Option<String> {
    COUNTED.iter().find_map(|(name, words)| {
        let more = *change.get(*name)?;
        (more != 0).then(|| format!("the library counts {more} {words} more than before"))
    })
}

/// What is wrong with the end of a story in which something raises.
pub(super) fn misses(story: &Story) -> Option<String> {
    other(story).map(|why| told(&story.title, &story.code, &why))
}

/// What it came to in place of what it should have.
fn other(story: &Story) -> Option<String> {
    if let Some(lost) = story.unraisable.first() {
        return Some(format!("an exception is lost: {lost}"));
    }
    (story.agrees == Some(false)).then(|| {
        let want = story
            .want
            .as_ref()
            .map_or_else(String::new, |want| format!(" where {want} is due"));
        format!("it {}{want}", story.came.told())
    })
}

fn left_open(exit: &Exit) -> Option<String> {
    if exit.status != 0 {
        return Some(format!(
            "the process ended with status {}: {}",
            exit.status,
            exit.said.trim()
        ));
    }
    let Some(counts) = &exit.counts else {
        return Some("the library was not there any more as the process ended".to_owned());
    };
    if let Some(why) = counted(counts) {
        return Some(why);
    }
    (exit.value != exit.want_value).then(|| {
        let none = || "nothing".to_owned();
        format!(
            "{} is in the file afterwards where {} is due",
            exit.value.clone().unwrap_or_else(none),
            exit.want_value.clone().unwrap_or_else(none)
        )
    })
}

/// Fails on the first function whose arguments or result are not declared, or otherwise than in the
/// library's header.
pub(in crate::lessons::ext) fn declares_prototypes(trial: &Trial<'_>) -> Judgement {
    let facts = lived(trial)?;
    let mut functions = 0;
    for fact in &facts.all {
        let Fact::Prototype(prototype) = fact else {
            continue;
        };
        functions += 1;
        if let Some(why) = undeclared(prototype) {
            let hint = "What does ctypes make of an argument, or of a result, of which it was told nothing?";
            return Err(Failure::new(why).hint(hint).into());
        }
    }
    Ok(Pass::of("functions", functions))
}

fn undeclared(prototype: &Prototype) -> Option<String> {
    let listed = |types: &[Type]| {
        let names: Vec<&str> = types.iter().map(|one| one.name.as_str()).collect();
        format!("({})", names.join(", "))
    };
    let name = &prototype.name;
    if !prototype.arguments_agree {
        let want = listed(&prototype.want.arguments);
        return Some(match &prototype.arguments {
            Some(arguments) => format!(
                "{name} is declared to take {}, and takes {want}",
                listed(arguments)
            ),
            None => format!("{name} has no argtypes: it takes {want}"),
        });
    }
    (!prototype.result_agrees).then(|| {
        format!(
            "{name} is declared to return {}, and returns {}",
            prototype.result.name, prototype.want.result.name
        )
    })
}
