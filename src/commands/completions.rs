//! `syslab completions`: what a shell needs to complete our command line.

use clap_complete::Shell;

use crate::exit::{self, Outcome};
use crate::ui::Screen;

/// Print a script that lets a shell complete syslab's command line
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The shell
    #[arg(value_parser = ["bash", "zsh", "fish"])]
    shell: String,
}

const EXAMPLES: &str = "\
Examples:
  For bash, from its next start on:
  $ syslab completions bash > syslab.bash

  For zsh, in a directory of $fpath:
  $ syslab completions zsh > _syslab

  For fish:
  $ syslab completions fish > syslab.fish";

/// Runs the command.
///
/// # Errors
/// If stdout fails.
pub fn run(args: &Args, mut command: clap::Command, screen: &Screen) -> Outcome {
    let shell = match args.shell.as_str() {
        "bash" => Shell::Bash,
        "zsh" => Shell::Zsh,
        _ => Shell::Fish,
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "syslab", &mut script);
    screen.print(&String::from_utf8_lossy(&script))?;
    Ok(exit::DONE)
}
