//! One file per verb: from parsed arguments to calls into the rooms below.

pub mod audit;
pub mod author;
pub mod check;
pub mod compare;
pub mod completions;
pub mod confine;
pub mod contents;
pub mod demo;
pub mod doctor;
pub mod exercise;
pub mod grade;
pub mod hint;
pub mod init;
pub mod inspect;
pub mod kernel;
pub mod list;
pub mod load;
pub mod man;
pub mod overview;
pub mod read;
pub mod reset;
pub mod serve;
pub mod start;
pub mod trace;
pub mod watch;
pub mod web;
pub mod which;

mod examination;
mod inject;
mod interrupt;
mod outputs;
mod starter;
mod workspace;

use crate::exit::Trouble;
use crate::model::{Lab, Lesson};
use crate::ui::did_you_mean;

/// The lab of a lesson that has this slug.
///
/// # Errors
/// Usage, if there is none.
fn lab(lesson: &'static Lesson, slug: &str) -> Result<&'static Lab, Trouble> {
    lesson
        .labs
        .iter()
        .find(|lab| lab.slug == slug)
        .ok_or_else(|| {
            unknown(
                &format!("lesson {} has no lab", lesson.slug),
                slug,
                lesson.labs.iter().map(|lab| lab.slug),
            )
        })
}

/// Trouble about a name that nothing has: says which come near it, or which there are.
fn unknown<'a>(
    message: &str,
    given: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
) -> Trouble {
    let trouble = Trouble::usage(format!("{message} {given:?}"));
    match did_you_mean(given, known.clone()) {
        Some(near) => trouble.hint(format!("did you mean {near}?")),
        None => {
            let all: Vec<&str> = known.into_iter().collect();
            match all.is_empty() {
                true => trouble,
                false => trouble.hint(format!("there are: {}", all.join(", "))),
            }
        }
    }
}
