//! How launches and faults read in a sentence.

use super::super::facts::{Fact, Launch, Seen};
use crate::gpu::counters::LineCounters;
use crate::gpu::fault::{At, Fault, Site};
use crate::model::shell_word;
use crate::ui::grouped;

/// A launch: "n = 257, 2 blocks of 256".
pub(super) fn launch(launch: &Launch) -> String {
    match launch.is_optimised {
        true => launch.told.clone(),
        false => format!("{}, compiled without optimisation", launch.told),
    }
}

/// The command that makes a launch like it; empty, where nothing names the file.
pub(super) fn see(seen: Seen<'_>) -> String {
    let sites = seen.facts.iter().filter_map(|fact| match fact {
        Fact::Fault(fault) => fault.site.as_ref(),
        Fact::Counters(line) => line.site.as_ref(),
        _ => None,
    });
    let Some(file) = sites.map(Site::name).next() else {
        return String::new();
    };
    let profile = match seen.launch.is_counted {
        true => " --profile",
        false => "",
    };
    format!(
        "syslab gpu run {} {}{profile}",
        shell_word(file),
        seen.launch.again
    )
}

/// A line of the kernel, as the subject of a sentence.
pub(super) fn site(site: Option<&Site>) -> String {
    match site {
        Some(site) => site.to_string(),
        None => "the kernel".to_owned(),
    }
}

/// A fault in lines: what it was, who did it, and what it met.
pub(super) fn fault(fault: &Fault) -> String {
    let mut text = format!("{} {}", site(fault.site.as_ref()), fault.text);
    for outer in fault
        .inlined
        .iter()
        .filter(|&outer| Some(outer) != fault.site.as_ref())
    {
        text.push_str(&format!("\n  called in {outer}"));
    }
    text.push_str(&format!("\n  by {}", thread(&fault.at)));
    if fault.times > 1 {
        text.push_str(&format!(", the first of {}", grouped(fault.times)));
    }
    if let Some(at) = &fault.other_at {
        let other = fault.other.as_ref().or(fault.site.as_ref());
        text.push_str(&format!("\n  and {} by {}", site(other), thread(at)));
    } else if let Some(other) = &fault.other {
        text.push_str(&format!("\n  and {other}"));
    }
    text
}

/// A thread of a grid.
fn thread(at: &At) -> String {
    format!("thread {} of block {}", at.thread, at.block)
}

/// The line that did most of something, with how much that was.
pub(super) fn worst<'a>(
    lines: impl Iterator<Item = &'a LineCounters>,
    much: impl Fn(&LineCounters) -> f64,
) -> Option<(&'a LineCounters, f64)> {
    lines
        .map(|line| (line, much(line)))
        .filter(|(_, much)| *much > 0.0)
        .max_by(|a, b| a.1.total_cmp(&b.1))
}
