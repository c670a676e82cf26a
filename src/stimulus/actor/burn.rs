//! `burn MS [MIB]`: uses so much processor time, half of it in the kernel, and exits 0.
//!
//! With MIB it holds so much memory meanwhile.

use std::fs::File;
use std::hint::black_box;
use std::io::{self, Read};
use std::process::ExitCode;
use std::time::Duration;

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike};

use super::{Confusion, Verb, fill, parsed};

/// Steps of a generator between two looks at the time: about a millisecond.
const ROUNDS: u64 = 500_000;

/// Bytes that the kernel is asked for between two looks at the time.
const BYTES: usize = 1 << 20;

/// A kernel that counts time by ticks may find little of it to be its own; then this many times
/// the time asked for is enough.
const AT_MOST: u32 = 3;

pub(super) const VERB: Verb = Verb {
    name: "burn",
    usage: "burn MILLISECONDS [MIB]",
    act: |args| {
        let (ms, mib) = match args {
            [ms] => (ms, 0),
            [ms, mib] => (ms, parsed(mib, VERB.usage)?),
            _ => return Err(Confusion::Usage(VERB.usage)),
        };
        let time = Duration::from_millis(parsed(ms, VERB.usage)?);
        let held = match fill::hold(mib) {
            Ok(held) => held,
            Err(error) => return Ok(super::refused("hold that much memory", &error)),
        };
        burn(time).map_err(|error| Confusion::Kernel("use up time", error))?;
        drop(black_box(held));
        Ok(ExitCode::SUCCESS)
    },
};

/// Uses half of the time in user mode and half in the kernel, as getrusage(2) counts them.
fn burn(time: Duration) -> io::Result<()> {
    let mut state = 1_u64;
    while spent(used()?.user_time()) < time / 2 {
        for _ in 0..ROUNDS {
            state = black_box(
                state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1),
            );
        }
    }
    let mut zeros = File::open("/dev/zero")?;
    let mut block = vec![0; BYTES];
    loop {
        let used = used()?;
        let (user, system) = (spent(used.user_time()), spent(used.system_time()));
        if system >= time / 2 || user + system >= time * AT_MOST {
            return Ok(());
        }
        zeros.read_exact(&mut block)?;
    }
}

fn used() -> io::Result<Usage> {
    Ok(getrusage(UsageWho::RUSAGE_SELF)?)
}

fn spent(time: TimeVal) -> Duration {
    Duration::from_micros(time.num_microseconds().unsigned_abs())
}
