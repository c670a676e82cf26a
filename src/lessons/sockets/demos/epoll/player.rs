//! The server of the demo, in a process of its own so that what it uses can be told from what its
//! clients use.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZero;
use std::str::FromStr;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use nix::sys::resource::{UsageWho, getrusage};

use crate::lessons::player::{Player, answer, order};
use crate::stimulus::serve::{Engine, Server, Service, Settings, Site};
use crate::sys::{clock, limits};

/// The role's name.
pub(in super::super) const ROLE: &str = "crowded";

/// What the server is asked.
const FIGURES: &str = "figures";

/// What a server has used so far; getrusage(2), clock_gettime(2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Figures {
    /// Times that its threads gave up a processor, or had it taken.
    pub(super) switches: u64,
    /// Processor time, microseconds.
    pub(super) cpu_us: u64,
    /// System calls made to serve.
    pub(super) calls: u64,
    /// Requests answered.
    pub(super) requests: u64,
}

impl Figures {
    /// What has been used since an earlier moment.
    pub(super) fn since(self, before: Self) -> Self {
        Self {
            switches: self.switches.saturating_sub(before.switches),
            cpu_us: self.cpu_us.saturating_sub(before.cpu_us),
            calls: self.calls.saturating_sub(before.calls),
            requests: self.requests.saturating_sub(before.requests),
        }
    }

    /// So much for each request; `None` if there was none.
    pub(super) fn for_each(self, what: u64) -> Option<f64> {
        (self.requests > 0).then(|| what as f64 / self.requests as f64)
    }
}

impl FromStr for Figures {
    type Err = anyhow::Error;

    fn from_str(line: &str) -> anyhow::Result<Self> {
        let numbers: Result<Vec<u64>, _> = line.split(' ').map(str::parse).collect();
        match numbers?[..] {
            [switches, cpu_us, calls, requests] => Ok(Self {
                switches,
                cpu_us,
                calls,
                requests,
            }),
            _ => bail!("not the server's figures: {line}"),
        }
    }
}

/// Asks a server what it has used.
pub(super) fn figures(player: &mut Player) -> anyhow::Result<Figures> {
    player.ask(FIGURES)?.parse()
}

/// Serves a page; the argument is the engine. Answers with its port.
pub(in super::super) fn play(args: &[String]) -> anyhow::Result<()> {
    let engine = match args {
        [engine] if engine == "threads" => Engine::Threads,
        [engine] if engine == "loop" => Engine::Mio,
        _ => bail!("the server has an engine"),
    };
    limits::raise_descriptors()?;
    let server = Server::start(&Settings {
        engine,
        service: Service::Files(Arc::new(Site::built_in())),
        identity: None,
        address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        loops: NonZero::<usize>::MIN,
    })?;
    answer(&server.address().port().to_string())?;
    while let Some(order) = order()? {
        match order.as_str() {
            FIGURES => {
                let usage = getrusage(UsageWho::RUSAGE_SELF)?;
                let counts = server.counts();
                answer(&format!(
                    "{} {} {} {}",
                    usage.voluntary_context_switches() + usage.involuntary_context_switches(),
                    clock::of_process().as_micros(),
                    counts.calls,
                    counts.requests
                ))?;
            }
            other => bail!("no order: {other}"),
        }
    }
    server.stop().context("the server has failed")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_between_two_moments() {
        let later: Figures = "30 2000 45 20".parse().unwrap();
        let between = later.since("10 1000 5 0".parse().unwrap());
        assert_eq!(between.for_each(between.calls), Some(2.0));
        assert_eq!(Figures::default().for_each(3), None);
        assert!("1 2 3".parse::<Figures>().is_err());
    }
}
