//! What is issued before anything is waited for.

use std::collections::BTreeSet;

use super::super::runs;
use crate::gpu::host::Fact;
use crate::model::{Failure, Judgement, Pass, Trial};

/// Streams that have to have work.
const STREAMS: usize = 2;

/// Fails unless two streams have each a copy to the device and a kernel before the program waits for the first
/// time.
///
/// Blind spot: whether a device would really do both at once; it may.
pub(in crate::lessons::gpu::host) fn overlaps(trial: &Trial<'_>) -> Judgement {
    let (start, end) = runs::only(trial, 0)?;
    let mut copied = BTreeSet::new();
    let mut launched = BTreeSet::new();
    let mut wait = None;
    for fact in &start.facts {
        match fact {
            // The legacy default stream waits for all others, and they for it.
            Fact::Call(call) if call.stream != 0 && call.is_asynchronous => {
                match call.work.as_str() {
                    "copy-in" => drop(copied.insert(call.stream)),
                    "kernel" => drop(launched.insert(call.stream)),
                    _ => {}
                }
            }
            Fact::Waited { number, name, .. } => {
                wait = Some((*number, name.clone()));
                break;
            }
            _ => {}
        }
    }
    let busy = copied.intersection(&launched).count();
    if busy >= STREAMS {
        return Ok(Pass::of("streams", busy));
    }
    let when = match wait {
        Some((number, name)) => format!("when {name} (call {number}) waits for the first time"),
        None if end.status == Some(0) => "until its end".to_owned(),
        None => format!("until it {}", runs::how(&end)),
    };
    let have = match busy {
        0 => "no stream of its own has",
        _ => "only one stream has",
    };
    let why = format!("{when}, {have} both a copy to the device and a kernel");
    Err(Failure::new(why)
        .hint("Which calls return before their work is done, and from what memory? What is issued after the first one that does not?")
        .figure("streams", busy as f64)
        .into())
}
