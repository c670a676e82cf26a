//! `syslab sockets load`: puts a server under load, and says how it bears it.

use std::num::NonZero;
use std::time::Duration;

use anyhow::Context as _;

use crate::exit::{self, Outcome, Trouble};
use crate::report;
use crate::stimulus::load::{self, Load, Progress, Target};
use crate::sys::limits;
use crate::ui::{Screen, Tone};

use super::interrupt::Interrupt;

/// Put a server under load: rate, errors and latencies
///
/// Many connections send the same request again and again, each as soon as it has its answer, or
/// all together by the clock (--rate). By the clock, a request's time begins when it should have
/// been sent: an answer that keeps others waiting shows in their latencies, too. For servers of
/// your own.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A page, http://HOST:PORT/PATH, or HOST:PORT of a server that sends back what it gets
    #[arg(value_name = "URL|HOST:PORT")]
    target: String,

    /// Connections open at a time
    #[arg(short, long, value_name = "N", default_value = "64")]
    connections: NonZero<usize>,

    /// How long requests are sent, seconds [default: 5, unless --requests is given]
    #[arg(short, long, value_name = "SECONDS", value_parser = positive)]
    duration: Option<f64>,

    /// How many requests are sent at most
    #[arg(short = 'n', long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    requests: Option<u64>,

    /// Requests a second, by the clock
    #[arg(short, long, value_name = "R", value_parser = positive)]
    rate: Option<f64>,

    /// Requests that a connection sends ahead of their answers
    #[arg(short, long, value_name = "N", default_value = "1")]
    pipeline: NonZero<usize>,

    /// Bytes of each message, where they come back
    #[arg(short, long, value_name = "BYTES", default_value = "64")]
    size: NonZero<usize>,

    /// Threads, one a processor at most
    #[arg(short, long, value_name = "N", default_value = "1")]
    threads: NonZero<usize>,

    /// Use epoll even if io_uring is permitted
    #[arg(long)]
    epoll: bool,

    /// Everything, as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  As many requests as the server bears, for five seconds:
  $ syslab sockets load http://127.0.0.1:8080/

  10,000 connections, 20,000 requests a second:
  $ syslab sockets load http://127.0.0.1:8080/ -c 10000 --rate 20000 -d 2

  Echo of 1 KiB, 100,000 times; the 99th percentile in nanoseconds:
  $ syslab sockets load 127.0.0.1:7007 --size 1024 -n 100000 --json | jq .latency.p99_ns";

/// For how long requests are sent if nobody says when to end.
const USUAL: Duration = Duration::from_secs(5);

/// Descriptors that are needed for other things than connections.
const OTHERS: u64 = 64;

fn positive(text: &str) -> Result<f64, String> {
    const MOST: f64 = 1e9;
    match text.parse::<f64>() {
        Ok(number) if number > 0.0 && number <= MOST => Ok(number),
        _ => Err(format!("not a number above 0 and up to {MOST}")),
    }
}

/// Runs the command.
///
/// # Errors
/// If the target cannot be understood or reached, or the machine has no room for so many
/// connections. What the server does wrong is in the report, and makes it fail.
pub fn run(args: &Args, screen: &Screen) -> Outcome {
    let target = Target::parse(&args.target).map_err(|error| {
        let named = anyhow::Error::new(error).context(format!("cannot load {:?}", args.target));
        Trouble::new(exit::USAGE, named).hint("http://127.0.0.1:8080/ or 127.0.0.1:7007")
    })?;
    let most = limits::raise_descriptors()?;
    if args.connections.get() as u64 + OTHERS > most {
        return Err(Trouble::new(
            exit::MACHINE,
            anyhow::Error::msg(format!(
                "{} connections need more descriptors than the {most} that are permitted",
                args.connections
            )),
        )
        .hint("`ulimit -Hn` is the hard limit, which root can raise: `prlimit --nofile`"));
    }
    let load = Load {
        target,
        connections: args.connections,
        threads: args.threads,
        pipeline: args.pipeline,
        size: args.size,
        requests: args.requests,
        duration: match (args.duration, args.requests) {
            (Some(seconds), _) => Some(Duration::from_secs_f64(seconds)),
            (None, None) => Some(USUAL),
            (None, Some(_)) => None,
        },
        rate: args.rate,
        is_by_epoll: args.epoll,
    };
    let interrupt = Interrupt::install()?;
    let mut line = screen.progress_line();
    let report = load::run(&load, interrupt.flag(), &mut |progress| {
        line.show(&told(&progress, &load));
    });
    line.clear();
    let report = report.with_context(|| format!("cannot load {}", args.target))?;
    if report.connections == 0 && !interrupt.is_asked() {
        let why = report.errors.keys().next().cloned().unwrap_or_default();
        let why = anyhow::Error::msg(why).context(format!("cannot load {}", args.target));
        return Err(
            Trouble::new(exit::MACHINE, why).hint("a server to try: `syslab sockets serve 8080`")
        );
    }
    if let (Some(why), false) = (&report.no_uring, args.epoll) {
        screen.say_labelled(Tone::Odd, "note", &format!("by epoll: {why}"));
    }
    match args.json {
        true => screen.print(&report::load_json(&report))?,
        false => screen.print(&report::load(&report, screen.out))?,
    }
    Ok(match (interrupt.is_asked(), report.errors.is_empty()) {
        (true, _) => exit::INTERRUPTED,
        (false, true) => exit::DONE,
        (false, false) => exit::FAILED,
    })
}

/// What is going on, in a line.
fn told(progress: &Progress, load: &Load) -> String {
    let Some(elapsed) = progress.elapsed else {
        return format!("connecting {} times", load.connections);
    };
    let seconds = elapsed.as_secs_f64();
    let each = progress.requests as f64 / seconds.max(f64::MIN_POSITIVE);
    let end = match load.duration {
        Some(duration) => format!(" of {}", duration.as_secs_f64()),
        None => String::new(),
    };
    format!(
        "{seconds:.1}{end} s, {} requests, {each:.0}/s",
        progress.requests
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_positive_and_finite() {
        assert_eq!(positive("0.5"), Ok(0.5));
        for text in ["0", "-1", "NaN", "inf", "", "2e9"] {
            assert!(positive(text).is_err(), "{text}");
        }
    }
}
