//! `syslab ext audit`: the battery of the lesson's labs, on an extension of somebody's own.

use std::ffi::OsStr;
use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::Context as _;

use crate::bench::{Audit, Request};
use crate::exit::{self, Outcome, Trouble};
use crate::lessons::ext;
use crate::model::Verdict;
use crate::report::Detail;
use crate::sys::temporary;
use crate::ui::Screen;

use super::check;
use super::examination::{Examined, examined};
use super::interrupt::Interrupt;
use super::outputs::Outputs;

/// Look for mistakes in a native module for Python
///
/// MODULE is a shared object (NAME.so, NAME.abi3.so, NAME.cpython-311-x86_64-linux-gnu.so), or a directory with the
/// source of one, in any technology that the labs of this lesson take. It is imported and called in
/// the sandbox, by the interpreter of the virtual environment that scripts/setup makes, or else by
/// python3: a module that is built before must be built for that one.
///
/// Each --call is a call of the module, as Python source; the module's names can be used with and without
/// its own before them. It is made again and again, under an allocator that looks, with each of
/// Python's functions failing in turn, and watched for calls without the GIL or with an exception
/// pending. A point is a check.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A shared object, or a directory with the source of a module
    #[arg(index = 1, value_name = "MODULE", value_hint = clap::ValueHint::AnyPath)]
    module: PathBuf,

    /// A call to make; may be given several times
    #[arg(long, value_name = "EXPRESSION")]
    call: Vec<String>,

    /// The name by which it is imported [default: what its file, or the first call, says]
    #[arg(long, value_name = "NAME")]
    import: Option<String>,

    #[command(flatten)]
    outputs: Outputs,

    /// Show also what was done and measured where nothing was found
    #[arg(short, long)]
    verbose: bool,
}

const EXAMPLES: &str = "\
Examples:
  Audit an extension that is built, by a call that succeeds and one that fails:
  $ syslab ext audit fastsum.so --call 'fastsum.byte_sum(b\"abc\")' --call 'fastsum.byte_sum(1)'

  Audit the source in a directory:
  $ syslab ext audit . --import fastsum --call 'byte_sum(bytearray(b\"abc\"))'";

/// Runs the command.
///
/// # Errors
/// If there is no such module, or it cannot be tried here.
pub fn run(args: &Args, screen: &Screen) -> Outcome {
    let (directory, built) = place(&args.module)?;
    let module = args
        .import
        .clone()
        .or_else(|| built.as_deref().map(module_of))
        .or_else(|| args.call.iter().find_map(|call| named(call)))
        .ok_or_else(|| {
            Trouble::usage(format!("{} may hold any module", args.module.display()))
                .hint("say what it is imported as: --import NAME")
        })?;
    if !is_name(&module) {
        return Err(Trouble::usage(format!("{module:?} is no name of a module"))
            .hint("say what it is imported as: --import NAME"));
    }
    let request = Request {
        seed: u64::from(check::any_seed()),
        jobs: thread::available_parallelism().map_or(1, NonZero::get),
        exhibits: args.outputs.has_html(),
        audit: Some(Audit {
            module,
            built,
            calls: args.call.clone(),
        }),
        ..Request::of(ext::LESSON.slug, ext::AUDIT.slug, directory.path())
    };
    let opened = args.outputs.open()?;
    let interrupt = Interrupt::install()?;
    let Examined {
        mut card,
        exhibits,
        is_whole,
        ..
    } = examined(&request, &ext::AUDIT, screen, &interrupt)?;
    card.submission = args.module.display().to_string();
    let detail = match args.verbose {
        true => Detail::All,
        false => Detail::Usual,
    };
    opened.write(&card, &exhibits, screen, detail)?;
    if !is_whole {
        return Ok(exit::INTERRUPTED);
    }
    // Without a call most have nothing to try, and that is not the machine's fault.
    let tried = card.checks.iter();
    Ok(check::code(
        tried.filter(|finding| finding.verdict != Verdict::Skipped),
    ))
}

/// A directory that holds what is to be examined.
enum Place {
    /// The user's own.
    Given(PathBuf),
    /// One with a copy of a single file, which goes away with this.
    Copy(tempfile::TempDir),
}

impl Place {
    fn path(&self) -> &Path {
        match self {
            Self::Given(path) => path,
            Self::Copy(directory) => directory.path(),
        }
    }
}

/// Where the module is; for one that is built, also the name of its file there.
fn place(module: &Path) -> Result<(Place, Option<String>), Trouble> {
    if module.is_dir() {
        return Ok((Place::Given(module.to_owned()), None));
    }
    let name = module
        .file_name()
        .and_then(OsStr::to_str)
        .filter(|name| name.ends_with(".so"));
    let Some(name) = name.filter(|_| module.is_file()) else {
        let said = format!(
            "{} is neither a directory nor a shared object",
            module.display()
        );
        return Err(
            Trouble::usage(said).hint("name a file NAME.so, or a directory with the source")
        );
    };
    let directory = temporary::directory().context("cannot make a directory")?;
    fs::copy(module, directory.path().join(name))
        .with_context(|| format!("cannot read {}", module.display()))?;
    Ok((Place::Copy(directory), Some(name.to_owned())))
}

/// `fastsum` for `fastsum.cpython-311-x86_64-linux-gnu.so`.
fn module_of(file: &str) -> String {
    file.split('.').next().unwrap_or_default().to_owned()
}

/// `fastsum` for `fastsum.byte_sum(b"abc")`.
fn named(call: &str) -> Option<String> {
    let (function, _) = call.split_once('(')?;
    let (module, _) = function.split_once('.')?;
    is_name(module.trim()).then(|| module.trim().to_owned())
}

fn is_name(text: &str) -> bool {
    let is_first = |c: char| c.is_alphabetic() || c == '_';
    text.starts_with(is_first) && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_called_as_files_and_calls_say() {
        assert_eq!(
            module_of("fastsum.cpython-311-x86_64-linux-gnu.so"),
            "fastsum"
        );
        assert_eq!(module_of("vec.abi3.so"), "vec");
        assert_eq!(named("vec.dot(a.b, c)").as_deref(), Some("vec"));
        assert_eq!(named("dot(a.b, c)"), None);
        assert!(!is_name("9lives") && !is_name("a b") && !is_name(""));
    }
}
