//! `syslab man`: manual pages, made from the same text as `--help`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::exit::{self, Outcome};
use crate::ui::Screen;

/// Write manual pages
///
/// Into DIR, one page for each command; without DIR, syslab(1) goes to stdout.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Where to
    #[arg(value_hint = clap::ValueHint::DirPath)]
    dir: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  All pages, where man finds them:
  $ syslab man man1";

/// Runs the command.
///
/// # Errors
/// If a file cannot be written.
pub fn run(args: &Args, mut command: clap::Command, screen: &Screen) -> Outcome {
    command.build();
    match &args.dir {
        None => screen.print(&page(&command, "syslab")?)?,
        Some(dir) => {
            fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
            let count = write_all(&command, "syslab", dir)?;
            screen.print(&format!("Wrote {count} pages to {}.\n", dir.display()))?;
        }
    }
    Ok(exit::DONE)
}

/// Writes the pages of a command and of what is below it; how many.
fn write_all(command: &clap::Command, name: &str, dir: &Path) -> anyhow::Result<usize> {
    let file = dir.join(format!("{name}.1"));
    fs::write(&file, page(command, name)?)
        .with_context(|| format!("cannot write {}", file.display()))?;
    let mut count = 1;
    for sub in command.get_subcommands().filter(|sub| !is_left_out(sub)) {
        count += write_all(sub, &format!("{name}-{}", sub.get_name()), dir)?;
    }
    Ok(count)
}

fn is_left_out(command: &clap::Command) -> bool {
    command.is_hide_set() || command.get_name() == "help"
}

/// One page, with the exit codes at its end.
fn page(command: &clap::Command, name: &str) -> anyhow::Result<String> {
    let man = Man::new(command.clone()).title(name.to_owned());
    let mut page = Vec::new();
    man.render(&mut page)?;
    let mut roff = Roff::new();
    roff.control("SH", ["EXIT STATUS"]);
    for (code, meaning) in exit::ALL {
        roff.control("TP", []);
        roff.text([bold(code.to_string())]);
        roff.text([roman(*meaning)]);
    }
    let mut text = String::from_utf8(page).context("a manual page is text")?;
    write!(text, "{}", roff.to_roff()).context("a manual page is text")?;
    Ok(text)
}
