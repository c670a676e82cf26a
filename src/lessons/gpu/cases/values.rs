//! Numbers that tell right from wrong: neighbours differ, and nothing is symmetric.

use super::Input;
use crate::lessons::chance::Source;

/// The largest of [`Input::Whole`]: sums of 65,537 of them, and of a thousand of their products, are floats.
const LARGEST: i32 = 120;

/// What is special about floats; nothing so large that a product of two would be infinite in one order of
/// rounding and finite in another.
const SPECIAL: [f32; 8] = [
    f32::NAN,
    f32::INFINITY,
    f32::NEG_INFINITY,
    -0.0,
    1.0e-40,
    -1.0e-45,
    1.0e18,
    f32::MIN_POSITIVE,
];

/// So many floats.
pub(super) fn floats(source: &mut Source, len: usize, input: Input) -> Vec<f32> {
    let equal = whole(source, LARGEST).max(1) as f32;
    let mut values: Vec<f32> = (0..len)
        .map(|_| match input {
            Input::Whole => whole(source, LARGEST) as f32,
            Input::Equal => equal,
            _ => real(source),
        })
        .collect();
    if input.is_special() {
        sprinkle(source, &mut values, &SPECIAL);
    }
    values
}

/// Puts each of these somewhere, as far as there is room, and leaves at least half as it is.
pub(super) fn sprinkle(source: &mut Source, values: &mut [f32], special: &[f32]) {
    let len = values.len();
    for &one in special.iter().take(len / 2) {
        let at = below(source, len);
        values[at] = one;
    }
}

/// Lets each of what is special about floats meet each in two arrays of one length, as far as there is room.
pub(super) fn meet(source: &mut Source, a: &mut [f32], b: &mut [f32]) {
    let pairs = SPECIAL
        .iter()
        .flat_map(|&one| SPECIAL.iter().map(move |&other| (one, other)));
    let room = a.len().min(b.len()) / (SPECIAL.len() * SPECIAL.len());
    if room == 0 {
        return;
    }
    for (number, (one, other)) in pairs.enumerate() {
        let at = number * room + below(source, room);
        (a[at], b[at]) = (one, other);
    }
}

/// A whole number from -`most` to `most`, hardly ever 0.
pub(super) fn whole(source: &mut Source, most: i32) -> i32 {
    let range = 2 * u64::from(most.unsigned_abs());
    let number = i32::try_from(source.between(0, range)).unwrap_or_default() - most;
    match number {
        0 => 1,
        other => other,
    }
}

/// A fraction between -1 and 1.
pub(super) fn real(source: &mut Source) -> f32 {
    const STEPS: f32 = 8_388_608.0;
    whole(source, STEPS as i32) as f32 / STEPS
}

/// A place in an array of so many.
pub(super) fn below(source: &mut Source, len: usize) -> usize {
    let last = u64::try_from(len.saturating_sub(1)).unwrap_or(u64::MAX);
    usize::try_from(source.between(0, last)).unwrap_or_default()
}
