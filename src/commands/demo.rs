//! `syslab LESSON demo`: runs a demo, or says which there are.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::exit::{self, Outcome};
use crate::model::Demo;
use crate::model::Lesson;
use crate::model::curriculum::DemoOptions;
use crate::ui::{Look, Screen, Tone, padded, terminal_picture};

use super::interrupt::Interrupt;
use super::outputs;

/// Run a demo of the lesson
///
/// A demo shows one idea of the text on this machine, with measured figures. Without a name: the
/// demos that there are.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The demo
    name: Option<String>,

    /// The shortest version that shows anything
    #[arg(long)]
    quick: bool,

    /// Write a picture of what it shows to FILE (SVG), instead of showing it
    #[arg(long, value_name = "FILE", requires = "name", value_hint = clap::ValueHint::FilePath)]
    svg: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  List the demos:
  $ syslab LESSON demo

  Run one:
  $ syslab LESSON demo DEMO --quick

  Have what it shows as a picture, for slides:
  $ syslab LESSON demo DEMO --quick --svg DEMO.svg";

/// Runs the command.
///
/// # Errors
/// If the demo fails, or there is none of this name.
pub fn run(args: &Args, lesson: &'static Lesson, screen: &Screen) -> Outcome {
    let slugs = || lesson.demos.iter().map(|demo| demo.slug);
    let Some(name) = &args.name else {
        let widest = slugs().map(str::len).max().unwrap_or(0);
        for demo in lesson.demos {
            let slug = screen.out.paint(Tone::Code, &padded(demo.slug, widest));
            screen.print(&format!("{slug}  {}\n", demo.title))?;
        }
        return Ok(exit::DONE);
    };
    let demo = lesson
        .demos
        .iter()
        .find(|demo| demo.slug == name)
        .ok_or_else(|| {
            super::unknown(
                &format!("lesson {} has no demo", lesson.slug),
                name,
                slugs().collect::<Vec<_>>(),
            )
        })?;
    let interrupt = Interrupt::install()?;
    let options = |color| DemoOptions {
        color,
        quick: args.quick,
        interrupted: interrupt.shared(),
    };
    let shown = match &args.svg {
        Some(path) => {
            let file = outputs::open(path)?;
            let mut progress = screen.progress_line();
            progress.show(&format!("running the demo {}", demo.slug));
            drawn(lesson, demo, &options(true)).and_then(|picture| write(file, path, &picture))
        }
        None => {
            let mut stdout = screen.stdout();
            (demo.run)(&mut stdout, &options(screen.out.color)).and_then(|()| Ok(stdout.flush()?))
        }
    };
    // Whatever it says of its end then is a consequence.
    if interrupt.is_asked() {
        return Ok(exit::INTERRUPTED);
    }
    shown?;
    Ok(exit::DONE)
}

/// The picture of a terminal in which the demo was run.
fn drawn(lesson: &Lesson, demo: &Demo, options: &DemoOptions) -> anyhow::Result<String> {
    const LOOK: Look = Look {
        color: true,
        width: None,
    };
    let quick = if options.quick { " --quick" } else { "" };
    let command = format!("syslab {} demo {}{quick}", lesson.slug, demo.slug);
    let mut shown = format!("$ {}\n", LOOK.paint(Tone::Strong, &command)).into_bytes();
    (demo.run)(&mut shown, options)?;
    Ok(terminal_picture(&String::from_utf8_lossy(&shown)))
}

fn write(mut file: File, path: &Path, picture: &str) -> anyhow::Result<()> {
    outputs::replace(&mut file, picture)
        .with_context(|| format!("cannot write to {}", path.display()))
}
