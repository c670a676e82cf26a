//! How long a launch took on a device, beside the reference's.

use super::super::facts::{Fact, Speed};
use super::values::right;
use crate::model::{Failure, Judgement, Objection, Pass, Trial};

/// Of the reference's time, how many times as much a kernel may take.
const SLOWEST: f64 = 2.0;

/// Fails if the launch on the device gives a wrong result, or takes more than twice the reference's time.
///
/// Both times are of the same run, by the device's own events, and the shortest of several: what else the
/// machine does makes them longer, and none shorter.
///
/// Blind spot: other sizes than the one that is timed.
pub(in crate::lessons::gpu) fn is_fast(trial: &Trial<'_>) -> Judgement {
    let facts = right(
        trial,
        "On the device blocks run side by side, in any order. Which of its results depends on that?",
    )?;
    let speed = facts.all.iter().find_map(|fact| match fact {
        Fact::Speed(speed) => Some(speed),
        _ => None,
    });
    let Some(speed) = speed else {
        return Err(Objection::Blind("nothing was timed".to_owned()));
    };
    let figures = vec![
        ("microseconds".to_owned(), speed.own_us),
        ("of_reference".to_owned(), speed.of_reference()),
        ("of_copy".to_owned(), speed.of_copy()),
    ];
    if speed.own_us <= SLOWEST * speed.reference_us {
        return Ok(Pass { figures });
    }
    let failure = Failure::new(told(speed)).hint(
        "Of the time, how much is waiting for memory, and which accesses could be saved or shared?",
    );
    let failure = figures.iter().fold(failure, |failure, (name, figure)| {
        failure.figure(name, *figure)
    });
    Err(failure.into())
}

fn told(speed: &Speed) -> String {
    format!(
        "{} on {}: it takes {:.1} us, and the reference {:.1} us; {SLOWEST} times as much is enough\n  \
         it moves {:.0} % of what a copy moves in that time, and the reference {:.0} %",
        speed.told,
        speed.device,
        speed.own_us,
        speed.reference_us,
        100.0 * speed.of_copy(),
        100.0 * speed.of_copy() * speed.own_us / speed.reference_us,
    )
}
