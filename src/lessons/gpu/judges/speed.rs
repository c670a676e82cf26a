//! How fast a kernel is, beside the reference in the same run on the same device.

use super::super::facts::{Fact, Facts};
use crate::model::{Failure, Judgement, Objection, Pass, Trial};

/// The part of the reference's speed that is enough.
const HALF: f64 = 0.5;

/// Fails if a kernel takes more than twice as long as the reference.
///
/// Skipped where there is no GPU: the simulator's speed says nothing. Blind spot: one size, and a device
/// that others may be using.
pub(in crate::lessons::gpu) fn is_fast(trial: &Trial<'_>) -> Judgement {
    let facts = Facts::of(trial)?;
    let speeds = facts.all.iter().filter_map(|fact| match fact {
        Fact::Speed(speed) => Some(speed),
        _ => None,
    });
    let mut figures = Vec::new();
    for speed in speeds {
        let (kernel, reference) = (speed.kernel_us, speed.reference_us);
        let is_measured =
            kernel.is_finite() && reference.is_finite() && kernel > 0.0 && reference > 0.0;
        if !is_measured {
            return Err(Objection::Blind("no time was measured".to_owned()));
        }
        figures.push(("speed".to_owned(), reference / kernel));
        if reference < HALF * kernel {
            let why = format!(
                "{}, on {}: {kernel:.1} µs, and the reference takes {reference:.1} µs",
                speed.told, speed.device
            );
            return Err(Failure::new(why)
                .hint(
                    "How many bytes does it move, and how many could the device move in that time?",
                )
                .into());
        }
    }
    match figures.is_empty() {
        true => Err(Objection::Blind("no time was measured".to_owned())),
        false => Ok(Pass { figures }),
    }
}
