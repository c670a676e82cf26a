//! Whose work is alike, and where: pairs, with their sources side by side.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use crate::model::similarity::{Compared, Pair, Region, Sources};

use super::super::data::shown;
use super::ClassReport;
use super::packed::{block, packed};

/// Pairs that are shown, the most alike.
const PAIRS: usize = 300;

/// Passages of a pair that are shown, the longest.
const REGIONS: usize = 60;

/// Groups of identical submissions that are shown.
const GROUPS: usize = 200;

/// Submissions that are too short to compare, of which the names are shown.
const SHORT: usize = 200;

/// Bytes that all sources may have on the page.
const ALL_SOURCES: usize = 16 << 20;

/// Lines of a file that are shown.
const LINES: usize = 5000;

/// Characters of a line that are shown.
const WIDE: usize = 400;

/// What the page has of them at once.
#[derive(Debug, Serialize)]
pub(super) struct Table {
    pairs: Vec<Row>,
    /// Pairs that are not shown.
    more: usize,
    /// How many are the same, and their keys.
    identical: Vec<(usize, Vec<String>)>,
    more_identical: usize,
    too_short: Vec<String>,
    more_too_short: usize,
    common: usize,
    /// Keys of submissions whose sources are in a block, by the block's number.
    sources: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Row {
    left: String,
    right: String,
    /// Per cent, of the one's own and of the other's.
    left_part: f64,
    right_part: f64,
    tokens: usize,
    regions: Vec<Passage>,
    /// Passages that are not shown.
    more: usize,
}

/// A passage: path, first and last line in either, and tokens.
#[derive(Debug, Serialize)]
struct Passage(String, u32, u32, String, u32, u32, usize);

/// A file of which some lines are in a passage.
#[derive(Debug, Serialize)]
struct File {
    path: String,
    lines: Vec<String>,
    /// Lines that are not shown.
    more: usize,
}

/// The table, and the blocks with sources.
#[derive(Debug, Default)]
pub(super) struct Likeness {
    pub(super) table: Option<Table>,
    pub(super) blocks: String,
}

/// What is shown of a comparison.
pub(super) fn likeness(report: &ClassReport<'_>) -> Likeness {
    let Some(compared) = report.compared else {
        return Likeness::default();
    };
    let (sources, blocks) = sources(compared, report.sources);
    let names = |keys: &[String], most: usize| -> Vec<String> {
        keys.iter().take(most).map(|key| shown(key)).collect()
    };
    let table = Table {
        pairs: compared.pairs.iter().take(PAIRS).map(row).collect(),
        more: compared.pairs.len().saturating_sub(PAIRS),
        identical: (compared.identical.iter().take(GROUPS))
            .map(|group| (group.len(), names(group, SHORT)))
            .collect(),
        more_identical: compared.identical.len().saturating_sub(GROUPS),
        too_short: names(&compared.too_short, SHORT),
        more_too_short: compared.too_short.len().saturating_sub(SHORT),
        common: compared.common,
        sources,
    };
    Likeness {
        table: Some(table),
        blocks,
    }
}

fn row(pair: &Pair) -> Row {
    let percent = |part: f64| (part * 1000.0).round() / 10.0;
    Row {
        left: shown(&pair.left),
        right: shown(&pair.right),
        left_part: percent(pair.left_part),
        right_part: percent(pair.right_part),
        tokens: pair.tokens,
        regions: pair.regions.iter().take(REGIONS).map(passage).collect(),
        more: pair.regions.len().saturating_sub(REGIONS),
    }
}

fn passage(region: &Region) -> Passage {
    let (left, right) = (&region.left, &region.right);
    Passage(
        shown(&left.0),
        left.1,
        left.2,
        shown(&right.0),
        right.1,
        right.2,
        region.tokens,
    )
}

/// Sources of the pairs that are shown, a block each, and whose they are.
fn sources(compared: &Compared, all: &[Sources]) -> (Vec<String>, String) {
    let by_key: HashMap<&str, &Sources> = all.iter().map(|one| (one.key.as_str(), one)).collect();
    let mut order: Vec<&str> = Vec::new();
    let mut paths: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for pair in compared.pairs.iter().take(PAIRS) {
        for (key, is_left) in [(&pair.left, true), (&pair.right, false)] {
            let wanted = paths.entry(key).or_insert_with(|| {
                order.push(key);
                BTreeSet::new()
            });
            let regions = pair.regions.iter().take(REGIONS);
            wanted.extend(regions.map(|region| match is_left {
                true => region.left.0.as_str(),
                false => region.right.0.as_str(),
            }));
        }
    }
    let mut keys = Vec::new();
    let mut blocks = String::new();
    for key in order {
        let Some(sources) = by_key.get(key) else {
            continue;
        };
        let wanted = &paths[key];
        let files = (sources.files.iter())
            .filter(|(path, _)| wanted.contains(path.as_str()))
            .map(|(path, text)| file(path, text));
        let packed = packed(&files.collect::<Vec<_>>());
        if blocks.len() + packed.len() > ALL_SOURCES {
            break;
        }
        blocks.push_str(&block(&format!("sources-{}", keys.len()), &packed));
        keys.push(shown(key));
    }
    (keys, blocks)
}

fn file(path: &str, text: &str) -> File {
    let lines = text.lines();
    File {
        path: shown(path),
        more: lines.clone().count().saturating_sub(LINES),
        lines: lines.take(LINES).map(line).collect(),
    }
}

/// A line of source that can be looked at: blanks in the place of tabs, and not too wide.
fn line(line: &str) -> String {
    let mut spaced = String::new();
    let mut width = 0;
    for c in line.chars() {
        if width > WIDE {
            spaced.push('…');
            break;
        }
        match c {
            '\t' => {
                let blanks = 4 - width % 4;
                spaced.extend(std::iter::repeat_n(' ', blanks));
                width += blanks;
            }
            c => {
                spaced.push(c);
                width += 1;
            }
        }
    }
    shown(&spaced)
}
