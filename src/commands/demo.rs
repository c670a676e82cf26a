//! `syslab LESSON demo`: runs a demo, or says which there are.

use std::io::Write as _;

use crate::exit::{self, Outcome};
use crate::model::Lesson;
use crate::model::curriculum::DemoOptions;
use crate::ui::{Screen, Tone, padded};

use super::interrupt::Interrupt;

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
}

const EXAMPLES: &str = "\
Examples:
  List the demos:
  $ syslab LESSON demo

  Run one:
  $ syslab LESSON demo DEMO --quick";

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
    let mut stdout = screen.stdout();
    let options = DemoOptions {
        color: screen.out.color,
        quick: args.quick,
        interrupted: interrupt.shared(),
    };
    let shown = (demo.run)(&mut stdout, &options);
    // Whatever it says of its end then is a consequence.
    if interrupt.is_asked() {
        return Ok(exit::INTERRUPTED);
    }
    shown?;
    stdout.flush()?;
    Ok(exit::DONE)
}
