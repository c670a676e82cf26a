//! A piece of a demo: its name, what there is to be seen, and what that means.

use std::io::Write;

use crate::lessons::columns::{bold, prose};
use crate::model::curriculum::DemoOptions;

/// Shows one.
///
/// # Errors
/// If it cannot be written, or the user has interrupted the demo.
pub(in crate::lessons) fn section(
    out: &mut dyn Write,
    title: &str,
    picture: &str,
    meaning: &str,
    options: &DemoOptions,
) -> anyhow::Result<()> {
    options.go_on()?;
    writeln!(out, "{}\n", bold(title, options.color))?;
    writeln!(out, "{picture}")?;
    writeln!(out, "{}", prose(meaning))?;
    out.flush()?;
    Ok(())
}

/// The beginning: a title, and what will be seen.
///
/// # Errors
/// If it cannot be written.
pub(in crate::lessons) fn opening(
    out: &mut dyn Write,
    title: &str,
    story: &str,
    options: &DemoOptions,
) -> anyhow::Result<()> {
    writeln!(out, "{}\n", bold(title, options.color))?;
    writeln!(out, "{}", prose(story))?;
    out.flush()?;
    Ok(())
}
