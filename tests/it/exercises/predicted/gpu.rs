//! Exercises of the lesson `gpu`: what hardware counts, by arithmetic.

use std::collections::BTreeSet;

/// The numbers that a launch's arguments end with, and the threads of a block.
fn numbers(words: &[String]) -> (Vec<u64>, u64) {
    let given = words[3].split(", ").filter_map(|word| word.parse().ok());
    (given.collect(), words[2].parse().unwrap())
}

/// The different sectors that 32 elements lie in.
pub(super) fn sectors(words: &[String]) -> String {
    let (given, block) = numbers(words);
    let size = match words[0].as_str() {
        "shorts" => 2,
        "floats" => 4,
        _ => 1,
    };
    let sectors: BTreeSet<u64> = (0..block)
        .map(|lane| size * (given[0] + lane * given[1]) / 32)
        .collect();
    sectors.len().to_string()
}

/// The most different words in one bank.
pub(super) fn passes(words: &[String]) -> String {
    let (given, block) = numbers(words);
    let words: BTreeSet<u64> = (0..block)
        .map(|lane| lane / given[2] * given[0] + given[1])
        .collect();
    let of = |bank| words.iter().filter(|word| *word % 32 == bank).count();
    (0..32).map(of).max().unwrap().to_string()
}

/// For each warp, the rounds of the lane that has most.
pub(super) fn rounds(words: &[String]) -> String {
    let (given, block) = numbers(words);
    let rounds: u64 = (0..block / 32)
        .map(|warp| {
            let lanes = 32 * warp..32 * warp + 32;
            lanes.map(|lane| lane / given[0] % given[1]).max().unwrap()
        })
        .sum();
    rounds.to_string()
}

/// For each block, the kinds that are among its elements.
pub(super) fn apart(words: &[String]) -> String {
    let (given, block) = numbers(words);
    let grid: u64 = words[1].parse().unwrap();
    let kinds = |place: u64| {
        let elements = block * place..(block * (place + 1)).min(given[1]);
        let kinds: BTreeSet<u64> = elements.map(|i| i / given[0] % 16).collect();
        kinds.len()
    };
    (0..grid).map(kinds).sum::<usize>().to_string()
}
