//! `syslab fds inspect`: what a running process has open, and what it leaks.

use std::cell::Cell;
use std::time::{Duration, Instant};

use nix::unistd::geteuid;

use crate::bench::who::{self, WhoError};
use crate::commands::interrupt::Interrupt;
use crate::exit::{self, Outcome, Trouble};
use crate::model::table::{History, Table};
use crate::probes::inspect::{self, Depth};
use crate::report::{self, Detail};
use crate::tracer::TraceError;
use crate::ui::{LiveScreen, Screen, Tone};

use super::target::{ended, resolve};
use super::watch::{interval, watch};

/// Show what a running process has open, and what it leaks
///
/// Descriptors that are alike are one line: 912 times the same file that was deleted is a leak.
/// For each: kind, mode, target, offset, flags, the ends and the state of sockets, who is at the
/// other end, who shares the open file description, what epoll watches. Nothing is stopped or
/// traced, unless --who is given.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The process: its id, or its name if only one has it
    #[arg(value_name = "PID|NAME")]
    target: String,

    /// Show each descriptor, by number, with all that is known of it
    #[arg(short, long)]
    verbose: bool,

    /// Everything, as JSON
    #[arg(long, conflicts_with = "watch")]
    json: bool,

    /// Look again every SECONDS until the process ends, and show which group grows: on a terminal
    /// as a picture, into a pipe only what has changed [default: 1]
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "1", value_parser = interval)]
    watch: Option<Duration>,

    /// Trace it for a while, and name the lines (C, Rust, Python) that opened what they did not
    /// close. It goes on afterwards, and is slower meanwhile; Ctrl-C ends the tracing
    #[arg(long, conflicts_with = "watch")]
    who: bool,

    /// End the tracing after so many seconds
    #[arg(long = "for", value_name = "SECONDS", requires = "who", value_parser = interval)]
    span: Option<Duration>,
}

const EXAMPLES: &str = "\
Examples:
  What a process has open, what is alike in one line:
  $ syslab fds inspect 4711

  Each descriptor, with its offset, its flags and who shares it:
  $ syslab fds inspect my-server -v

  What becomes more, and when the limit is reached:
  $ syslab fds inspect my-server --watch=0.5 | tee growth.log

  Which lines leave descriptors open:
  $ syslab fds inspect my-server --who --for 0.5

  Deleted files that it keeps on the disk:
  $ syslab fds inspect 4711 --json | jq '.descriptors[] | select(.is_deleted)'";

/// What may help where root is refused.
const CONTAINER: &str = "in a container: start it with --cap-add SYS_PTRACE";

/// Runs the command.
///
/// # Errors
/// If there is no such process, or stdout fails.
pub fn run(args: &Args, screen: &Screen) -> Outcome {
    let pid = resolve(&args.target, screen)?;
    let look = |depth| inspect::descriptors(pid, depth);
    let (depth, detail) = match (args.json, args.verbose) {
        (true, _) => (Depth::All, Detail::All),
        (false, true) => (Depth::All, Detail::All),
        (false, false) => (Depth::Usual, Detail::Usual),
    };
    if args.who {
        return who(args, pid, detail, screen);
    }
    let first = look(depth).map_err(|error| ended(pid, error))?;
    if let Some(reason) = first.refused.get("descriptors") {
        let what = format!("what process {pid} has open may not be known: {reason}");
        let trouble = Trouble::new(exit::MACHINE, anyhow::Error::msg(what));
        return Err(match geteuid().is_root() {
            true => trouble.hint(CONTAINER),
            false => trouble.hint(format!(
                "it is another user's, or guarded: `sudo syslab fds inspect {pid}` may see it"
            )),
        });
    }
    if let Some(every) = args.watch {
        let mut course = Course::new(screen, detail);
        let looked = Cell::new(Instant::now());
        let code = watch(
            first,
            every,
            screen,
            |last| {
                let since = looked.replace(Instant::now()).elapsed();
                let mut next = look(depth).ok().filter(|next| next.is_same(last))?;
                next.remember(last, since.as_millis() as u64);
                Some(next)
            },
            |now, before, live| course.show(now, before.is_none(), live),
        )?;
        if code == exit::DONE {
            screen.print(&format!("- {pid} has ended\n"))?;
        }
        return Ok(code);
    }
    match args.json {
        true => screen.print(&report::descriptors_json(&first))?,
        false => screen.page(&report::descriptors(&first, screen.out, detail))?,
    }
    Ok(exit::DONE)
}

/// Traces the process until it is enough.
fn who(args: &Args, pid: i32, detail: Detail, screen: &Screen) -> Outcome {
    let interrupt = Interrupt::install()?;
    let until = args.span.map(|span| Instant::now() + span);
    let begins = || {
        if until.is_none() {
            let note = format!("process {pid} is traced until Ctrl-C");
            screen.say_labelled(Tone::Good, "note", &note);
        }
    };
    let mut is_enough =
        || interrupt.is_asked() || until.is_some_and(|until| Instant::now() >= until);
    let openings = who::who(pid, begins, &mut is_enough).map_err(|error| refused(pid, error))?;
    match args.json {
        true => screen.print(&report::openings_json(&openings))?,
        false => screen.print(&report::openings(&openings, screen.out, detail))?,
    }
    Ok(exit::DONE)
}

/// Says what to do where tracing is not allowed.
fn refused(pid: i32, error: WhoError) -> Trouble {
    let is_denied = matches!(&error, WhoError::Trace(TraceError::Seize { source, .. })
        if source.kind() == std::io::ErrorKind::PermissionDenied);
    let code = match &error {
        WhoError::Gone(_) => exit::USAGE,
        _ => exit::MACHINE,
    };
    let is_traced = matches!(error, WhoError::Traced { .. });
    let trouble = Trouble::new(code, error);
    if is_traced {
        return trouble.hint("a process has one tracer: end strace, gdb or the like first");
    }
    match (is_denied, geteuid().is_root()) {
        (false, _) => trouble,
        (true, true) => trouble.hint(CONTAINER),
        (true, false) => trouble
            .hint(format!(
                "only your own processes may be traced, and only if kernel.yama.ptrace_scope is 0: \
                 `sudo syslab fds inspect {pid} --who` may do more"
            ))
            .hint(CONTAINER),
    }
}

/// What was seen so far, and where it is shown.
struct Course<'a> {
    history: History,
    begun: Instant,
    screen: &'a Screen,
    detail: Detail,
}

impl<'a> Course<'a> {
    fn new(screen: &'a Screen, detail: Detail) -> Self {
        Self {
            history: History::default(),
            begun: Instant::now(),
            screen,
            detail,
        }
    }

    /// The whole picture on a terminal; elsewhere once, and then what has changed.
    fn show(
        &mut self,
        now: &Table,
        is_first: bool,
        live: Option<&LiveScreen>,
    ) -> std::io::Result<()> {
        self.history
            .add(self.begun.elapsed().as_millis() as u64, now);
        let time = now.taken.get(11..19).unwrap_or_default();
        if let Some(live) = live {
            let look = live.look();
            let head = format!("{time}  {} {}, Ctrl-C ends", now.pid, now.name);
            let head = look.paint(Tone::Faint, &crate::ui::visible(&head));
            let mut picture = report::growth(&self.history, now, look);
            if self.detail == Detail::All {
                picture.push('\n');
                picture.push_str(&report::descriptors(now, look, self.detail));
            }
            return live.draw(&format!("{head}\n{picture}"));
        }
        if is_first {
            return self
                .screen
                .print(&report::descriptors(now, self.screen.out, self.detail));
        }
        let lines: String = report::growth_lines(&self.history, now)
            .iter()
            .map(|line| format!("{time} {line}\n"))
            .collect();
        match lines.is_empty() {
            true => Ok(()),
            false => self.screen.print(&lines),
        }
    }
}
