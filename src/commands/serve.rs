//! `syslab sockets serve`: a server whose engine can be chosen, to be looked at and measured.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::ValueEnum;
use nix::sys::signal::Signal;

use crate::exit::{self, Outcome, Trouble};
use crate::stimulus::serve::{Counts, Engine, Identity, Server, Service, Settings, Site};
use crate::sys::waiting::Signals;
use crate::sys::{limits, uring};
use crate::ui::Screen;

/// Serve files or echo, with an engine of your choice
///
/// The same server, four ways to wait for its clients. It serves a page of 1 KiB, the files of a
/// directory, or whatever comes, back. SIGUSR1 makes it say what it has done so far, SIGTERM and
/// Ctrl-C end it.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Where to listen; 0: any port that is free
    port: u16,

    /// How connections are served
    #[arg(long, value_enum, default_value_t = Choice::Mio)]
    engine: Choice,

    /// Send back what comes, instead of answering HTTP/1.1
    #[arg(long, conflicts_with = "root")]
    echo: bool,

    /// Serve the files below this directory
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,

    /// Speak TLS, with certificate and key from PEM files (engine mio)
    #[arg(long, num_args = 2, value_names = ["CERT", "KEY"])]
    tls: Option<Vec<PathBuf>>,

    /// Ask for edges, and read until EAGAIN (engine epoll)
    #[arg(long)]
    edge: bool,

    /// Event loops, a thread each
    #[arg(long, value_name = "N", default_value_t = NonZero::<usize>::MIN)]
    threads: NonZero<usize>,

    /// Listen at this address: everybody who can reach it is served
    #[arg(long, value_name = "ADDR", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    listen: IpAddr,
}

const EXAMPLES: &str = "\
Examples:
  A page of 1 KiB, by an event loop:
  $ syslab sockets serve 8080

  The files of this directory, by io_uring:
  $ syslab sockets serve --engine uring --root . 8080

  Echo, with a thread for each connection, for `nc 127.0.0.1 7007`:
  $ syslab sockets serve --engine threads --echo 7007

  How many system calls a request costs, once it is under load:
  $ strace -c -f syslab sockets serve --engine epoll --edge 8080";

/// How connections are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Choice {
    /// An event loop over mio: edge-triggered, reads until less comes than was asked for
    Mio,
    /// An event loop over epoll: level-triggered, reads once
    Epoll,
    /// An event loop over io_uring: multishot accept and receive
    Uring,
    /// A thread for each connection
    Threads,
}

/// How often it is looked whether the server is still there.
const GLANCE: Duration = Duration::from_secs(1);

/// Runs the command.
///
/// # Errors
/// If the options do not fit each other, the port is taken, or the machine lacks what the engine
/// needs.
pub fn run(args: &Args, screen: &Screen) -> Outcome {
    let settings = args.settings()?;
    if args.engine == Choice::Uring
        && let Some(why) = uring::refusal()
    {
        return Err(Trouble::new(
            exit::MACHINE,
            anyhow::Error::msg(why).context("no io_uring"),
        )
        .hint("the other engines work everywhere: --engine mio"));
    }
    // Before there are threads, which would take them instead.
    let signals = Signals::take(&[Signal::SIGINT, Signal::SIGTERM, Signal::SIGUSR1])?;
    let most = limits::raise_descriptors()?;
    let server = Server::start(&settings)
        .with_context(|| format!("cannot serve at {}", settings.address))?;
    screen.say(&format!(
        "listening on {}: {}, at most {most} descriptors; Ctrl-C ends",
        args.name(server.address()),
        args.described()
    ));
    while !server.has_ended() {
        match signals.wait(GLANCE)? {
            Some(Signal::SIGUSR1) => screen.say(&told(&server.counts())),
            Some(_) => break,
            None => {}
        }
    }
    let counts = server.stop().context("the server has failed")?;
    screen.say(&told(&counts));
    Ok(exit::DONE)
}

impl Args {
    fn settings(&self) -> Result<Settings, Trouble> {
        let engine = match self.engine {
            Choice::Mio => Engine::Mio,
            Choice::Epoll => Engine::Epoll { is_edge: self.edge },
            Choice::Uring => Engine::Uring,
            Choice::Threads => Engine::Threads,
        };
        if self.edge && self.engine != Choice::Epoll {
            return Err(Trouble::usage("--edge is for --engine epoll")
                .hint("mio always asks for edges; the others are told of none"));
        }
        let identity = match self.tls.as_deref() {
            Some([certificate, key]) => {
                if self.engine != Choice::Mio {
                    return Err(Trouble::usage("--tls is for --engine mio"));
                }
                Some(Identity::read(certificate, key).context("cannot use the certificate")?)
            }
            _ => None,
        };
        let service = match (self.echo, &self.root) {
            (true, _) => Service::Echo,
            (false, None) => Service::Files(Arc::new(Site::built_in())),
            (false, Some(root)) => {
                let site = Site::at(root)
                    .with_context(|| format!("cannot serve the files of {}", root.display()))?;
                Service::Files(Arc::new(site))
            }
        };
        Ok(Settings {
            engine,
            service,
            identity,
            address: SocketAddr::new(self.listen, self.port),
            loops: self.threads,
        })
    }

    /// The address, in the form that a client takes.
    fn name(&self, address: SocketAddr) -> String {
        match (self.echo, &self.tls) {
            (true, _) => address.to_string(),
            (false, None) => format!("http://{address}/"),
            (false, Some(_)) => format!("https://{address}/"),
        }
    }

    /// What is served, and how.
    fn described(&self) -> String {
        let what = match (self.echo, &self.root) {
            (true, _) => "echo".to_owned(),
            (false, None) => "a page of 1 KiB".to_owned(),
            (false, Some(root)) => format!("the files of {}", root.display()),
        };
        let how = match (self.engine, self.edge) {
            (Choice::Mio, _) => "mio",
            (Choice::Epoll, false) => "epoll, level-triggered",
            (Choice::Epoll, true) => "epoll, edge-triggered",
            (Choice::Uring, _) => "io_uring",
            (Choice::Threads, _) => return format!("{what}, by a thread for each connection"),
        };
        match self.threads.get() {
            1 => format!("{what}, by {how}"),
            count => format!("{what}, by {how} in {count} threads"),
        }
    }
}

/// What a server has done, in a line.
fn told(counts: &Counts) -> String {
    let calls = counts.calls_per_request();
    format!(
        "{} requests, {} bytes received, {} sent, {} connections ({} open, {} lost){}{}",
        counts.requests,
        counts.received,
        counts.sent,
        counts.accepted,
        counts.open(),
        counts.failed,
        calls.map_or(String::new(), |calls| format!(
            ", {calls:.2} system calls a request"
        )),
        match counts.exhausted {
            0 => String::new(),
            times => format!(", {times} times out of descriptors"),
        }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_fits_a_line() {
        let counts = Counts {
            accepted: 3,
            closed: 1,
            requests: 10,
            received: 400,
            sent: 12_000,
            calls: 25,
            ..Counts::default()
        };
        insta::assert_snapshot!(told(&counts), @"10 requests, 400 bytes received, 12000 sent, 3 connections (2 open, 0 lost), 2.50 system calls a request");
        assert!(told(&Counts::default()).ends_with("lost)"));
    }
}
