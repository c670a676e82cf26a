//! Pairs of submissions with much in common, and where.

use std::collections::{HashMap, HashSet};

use super::fingerprint::{Document, given};
use crate::model::similarity::{Compared, Pair, Region, Sources};

/// A fingerprint of more submissions, and of a twentieth of the class, is what everybody writes.
const COMMON: usize = 10;

/// Pairs that are kept for one submission, the most alike: memory stays linear.
const KEPT: usize = 20;

/// Fewer own tokens say nothing.
const FEW_TOKENS: usize = 60;

/// Pairs with less in common than this part of the smaller one are not told.
const LEAST: f64 = 0.2;

/// Compares all submissions with each other; what is in a starter counts for nobody.
///
/// Memory grows with the sources, not with the pairs.
pub fn compare(submissions: &[Sources], starters: &[Sources]) -> Compared {
    let given = given(starters);
    let mut documents: Vec<Document> = submissions
        .iter()
        .map(|sources| Document::of(sources, &given))
        .collect();
    let mut own: Vec<usize> = documents.iter().map(Document::own).collect();
    let key = |at: usize| submissions[at].key.clone();
    let groups = identical(&documents, &own).into_iter();
    let mut result = Compared {
        identical: groups
            .map(|group| group.into_iter().map(key).collect())
            .collect(),
        ..Compared::default()
    };
    // One line a fingerprint and submission, sorted by fingerprint.
    let mut lines: Vec<(u64, u32)> = Vec::new();
    for (number, document) in documents.iter().enumerate() {
        if own[number] < FEW_TOKENS {
            result.too_short.push(submissions[number].key.clone());
            continue;
        }
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        let mut hashes: Vec<u64> = document
            .fingerprints
            .iter()
            .map(|(hash, _)| *hash)
            .collect();
        hashes.sort_unstable();
        hashes.dedup();
        lines.extend(hashes.into_iter().map(|hash| (hash, number)));
    }
    lines.sort_unstable();
    let most = COMMON.max(submissions.len() / 20);
    let mut of_submission: Vec<Vec<(usize, usize)>> = vec![Vec::new(); submissions.len()];
    let mut of_all: HashSet<u64> = HashSet::new();
    let mut start = 0;
    for group in lines.chunk_by(|a, b| a.0 == b.0) {
        let end = start + group.len();
        match group.len() {
            1 => {}
            many if many > most => {
                of_all.insert(group[0].0);
            }
            _ => {
                for (at, (_, number)) in group.iter().enumerate() {
                    // Only those after it: every pair once.
                    of_submission[*number as usize].push((start + at + 1, end));
                }
            }
        }
        start = end;
    }

    result.common = of_all.len();
    if !of_all.is_empty() {
        for document in &mut documents {
            document.give(&of_all);
        }
        own = documents.iter().map(Document::own).collect();
    }

    let mut shared = vec![0u32; submissions.len()];
    let mut candidates: Vec<(usize, usize)> = Vec::new();
    for (left, ranges) in of_submission.iter().enumerate() {
        let mut met: Vec<usize> = Vec::new();
        for (from, to) in ranges {
            for (_, right) in &lines[*from..*to] {
                let right = *right as usize;
                if shared[right] == 0 {
                    met.push(right);
                }
                shared[right] += 1;
            }
        }
        met.sort_by_key(|right| (std::cmp::Reverse(shared[*right]), *right));
        candidates.extend(
            met.iter()
                .take(KEPT)
                .filter(|right| shared[**right] >= 2)
                .map(|right| (left, *right)),
        );
        for right in met {
            shared[right] = 0;
        }
    }
    for (left, right) in candidates {
        let (regions, tokens) = common(&documents[left], &documents[right]);
        let part = |own: usize| share(tokens.min(own), own);
        let (left_part, right_part) = (part(own[left]), part(own[right]));
        if left_part.max(right_part) >= LEAST {
            let (left, right) = (
                submissions[left].key.clone(),
                submissions[right].key.clone(),
            );
            result.pairs.push(Pair {
                left,
                right,
                left_part,
                right_part,
                tokens,
                regions,
            });
        }
    }
    let likeness = |pair: &Pair| pair.left_part.max(pair.right_part);
    result.pairs.sort_by(|a, b| {
        let order = likeness(b)
            .total_cmp(&likeness(a))
            .then(b.tokens.cmp(&a.tokens));
        order.then_with(|| (&a.left, &a.right).cmp(&(&b.left, &b.right)))
    });
    result
}

/// Submissions whose own tokens are the same: so many can have copied one that pairs would take
/// them for what everybody writes.
fn identical(documents: &[Document], own: &[usize]) -> Vec<Vec<usize>> {
    let mut groups: HashMap<u64, Vec<usize>> = HashMap::new();
    for (at, document) in documents.iter().enumerate() {
        if own[at] >= FEW_TOKENS {
            groups.entry(document.digest()).or_default().push(at);
        }
    }
    let is_same = |a: usize, b: usize| documents[a].own_kinds().eq(documents[b].own_kinds());
    let mut groups: Vec<Vec<usize>> = groups.into_values().collect();
    for group in &mut groups {
        let first = group[0];
        group.retain(|at| is_same(first, *at));
    }
    groups.retain(|group| group.len() > 1);
    groups.sort();
    groups
}

#[expect(clippy::cast_precision_loss, reason = "a part for people to look at")]
fn share(tokens: usize, own: usize) -> f64 {
    if own == 0 {
        0.0
    } else {
        tokens as f64 / own as f64
    }
}

/// The runs that both have, each token of either in one of them at most; and how many tokens.
fn common(left: &Document, right: &Document) -> (Vec<Region>, usize) {
    /// Places of the same fingerprint that are tried: code that repeats itself has many.
    const TRIED: usize = 8;
    let mut places: HashMap<u64, Vec<usize>> = HashMap::new();
    for (hash, at) in &right.fingerprints {
        places.entry(*hash).or_default().push(*at as usize);
    }
    let mut used_left = vec![false; left.tokens.len()];
    let mut used_right = vec![false; right.tokens.len()];
    let mut found: Vec<(usize, usize, usize)> = Vec::new();
    for (hash, at) in &left.fingerprints {
        let at = *at as usize;
        if used_left[at] {
            continue;
        }
        let others = places.get(hash).map_or(&[][..], Vec::as_slice);
        let longest = others
            .iter()
            .filter(|other| !used_right[**other])
            .take(TRIED)
            .map(|other| run(left, right, (at, *other), (&used_left, &used_right)))
            .max_by_key(|(_, _, length)| *length);
        if let Some((l, r, length)) = longest.filter(|(_, _, length)| *length >= super::GRAM) {
            used_left[l..l + length].fill(true);
            used_right[r..r + length].fill(true);
            found.push((l, r, length));
        }
    }
    found.sort_by_key(|(l, _, length)| (std::cmp::Reverse(*length), *l));
    let tokens = found.iter().map(|(_, _, length)| length).sum();
    let lines = |document: &Document, at: usize, length: usize| {
        let (path, first) = document.place(at);
        let (_, last) = document.place(at + length - 1);
        (path.to_owned(), first, last)
    };
    let regions = found.into_iter().map(|(l, r, length)| Region {
        left: lines(left, l, length),
        right: lines(right, r, length),
        tokens: length,
    });
    (regions.collect(), tokens)
}

/// The longest run around two places: both ways, within one file, through nothing that was given
/// or is used already.
fn run(
    left: &Document,
    right: &Document,
    (l, r): (usize, usize),
    (used_left, used_right): (&[bool], &[bool]),
) -> (usize, usize, usize) {
    let fits = |a: usize, b: usize| {
        left.tokens.get(a).map(|t| t.kind) == right.tokens.get(b).map(|t| t.kind)
            && a < left.tokens.len()
            && !left.is_given[a]
            && !right.is_given[b]
            && !used_left[a]
            && !used_right[b]
            && left.is_one_file(a, l)
            && right.is_one_file(b, r)
    };
    let back = (1..=l.min(r)).take_while(|by| fits(l - by, r - by)).count();
    let on = (0..).take_while(|by| fits(l + by, r + by)).count();
    (l - back, r - back, back + on)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(key: &str, text: &str) -> Sources {
        Sources {
            key: key.to_owned(),
            files: vec![("main.c".to_owned(), text.to_owned())],
        }
    }

    /// A program of so many functions, made from a number: other numbers, other structure.
    fn program(seed: u64, functions: usize, prefix: &str) -> String {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut next = |below: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % below
        };
        let mut text = String::new();
        for f in 0..functions {
            text.push_str(&format!("int {prefix}{f}(int a, char *b) {{\n"));
            for _ in 0..6 {
                const SIGNS: [&str; 14] = [
                    "+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", "<", "==", "&&", "!=",
                ];
                const BEGIN: [&str; 5] =
                    ["a = ", "if (a) b = ", "while (b) a += ", "return ", "*b = "];
                text.push_str(BEGIN[next(5) as usize]);
                text.push_str(prefix);
                for _ in 0..10 {
                    let sign = SIGNS[next(14) as usize];
                    let operand = ["a", "7", "b[a]", "f(b)", "\"s\""][next(5) as usize];
                    text.push_str(&format!(" {sign} {operand}"));
                }
                text.push_str(";\n");
            }
            text.push_str("}\n");
        }
        text
    }

    #[test]
    fn a_renamed_copy_is_found_and_others_are_not() {
        let mut class: Vec<Sources> = (0..12)
            .map(|n| sources(&format!("s{n}"), &program(n + 100, 12, "f")))
            .collect();
        class.push(sources(
            "copy",
            &format!("// mine\n{}", program(103, 12, "other")),
        ));
        let found = compare(&class, &[]);
        assert_eq!(found.pairs.len(), 1, "{:?}", found.pairs);
        let pair = &found.pairs[0];
        assert_eq!((pair.left.as_str(), pair.right.as_str()), ("s3", "copy"));
        assert!(pair.left_part > 0.99 && pair.right_part > 0.99);
        let region = &pair.regions[0];
        assert_eq!(region.left.0, "main.c");
        assert_eq!((region.left.1, region.right.1), (1, 2));
    }

    #[test]
    fn a_part_is_found_where_it_is() {
        let common = program(7, 5, "f");
        let a = sources("a", &format!("{}{common}", program(1, 10, "a")));
        let b = sources("b", &format!("{common}{}", program(2, 30, "b")));
        let found = compare(&[a, b], &[]);
        let pair = &found.pairs[0];
        assert!((0.25..0.45).contains(&pair.left_part), "{}", pair.left_part);
        assert!(
            (0.1..0.25).contains(&pair.right_part),
            "{}",
            pair.right_part
        );
        // The head of a function alone may be in another region.
        assert!(pair.regions[0].right.1 <= 3);
    }

    #[test]
    fn the_starter_counts_for_nobody() {
        let starter = program(5, 20, "f");
        let a = sources("a", &format!("{starter}{}", program(1, 6, "a")));
        let b = sources("b", &format!("{starter}{}", program(2, 6, "b")));
        let c = sources("c", &starter);
        let all = [a, b, c];
        assert!(!compare(&all, &[]).pairs.is_empty());
        let found = compare(&all, &[sources("starter", &starter)]);
        assert_eq!(found.pairs, []);
        assert_eq!(found.too_short, ["c"]);
    }

    #[test]
    fn what_everybody_writes_counts_for_nobody() {
        let idiom = program(5, 6, "f");
        let class: Vec<Sources> = (0..30)
            .map(|n| {
                sources(
                    &format!("s{n}"),
                    &format!("{idiom}{}", program(n + 50, 6, "g")),
                )
            })
            .collect();
        let found = compare(&class, &[]);
        assert_eq!(found.pairs, []);
        assert!(found.common > 0);
        assert_eq!(found.identical, Vec::<Vec<String>>::new());
        let copies: Vec<Sources> = (0..30)
            .map(|n| sources(&format!("s{n}"), &program(9, 6, &format!("name{n}"))))
            .collect();
        assert_eq!(compare(&copies, &[]).identical[0].len(), 30);
    }

    #[test]
    fn hostile_sources_end() {
        let same = "a ".repeat(20_000);
        let class: Vec<Sources> = (0..4).map(|n| sources(&format!("s{n}"), &same)).collect();
        let found = compare(&class, &[]);
        assert_eq!(found.pairs, [], "one fingerprint says nothing");
        assert_eq!(compare(&[], &[]), Compared::default());
    }
}
