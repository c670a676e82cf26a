//! What launches moved between memory and the chip, counted and not timed.

use super::super::facts::{Facts, Seen};
use super::told;
use super::values::right;
use crate::gpu::counters::LineCounters;
use crate::model::{Failure, Judgement, Objection, Pass, Trial};
use crate::ui::grouped;

/// The bytes of a whole warp's request for floats; four sectors hold them.
const REQUEST: f64 = 128.0;

/// Sectors for these bytes, on average, that a lab without edges may move: four, and a little.
const FEW_SECTORS: f64 = 4.5;

/// The same where there are two directions.
const FEW_SECTORS_BOTH_WAYS: f64 = 5.0;

/// Passes that an access to shared memory may take, on average.
const FEW_PASSES: f64 = 1.1;

/// Of what a multiplication without tiles loads, the part that one with tiles may.
const TILED_PART: f64 = 0.1;

/// How often an element may be stored.
const TWICE_STORED: f64 = 2.0;

/// How often a row may be read, and a little.
const TWICE: f64 = 2.02;

/// The bytes of an element of all labs that ask this.
const ELEMENT: f64 = 4.0;

/// Where a lab's traffic is asked for only if its results are right.
const WRONG: &str =
    "What is moved is counted when the results are right. Which element is wrong first?";

/// A direction of global memory.
#[derive(Clone, Copy)]
enum Way {
    Loads,
    Stores,
}

impl Way {
    fn sectors(self, of: &LineCounters) -> f64 {
        match self {
            Self::Loads => of.global_load_sectors as f64,
            Self::Stores => of.global_store_sectors as f64,
        }
    }

    fn bytes(self, of: &LineCounters) -> f64 {
        match self {
            Self::Loads => of.global_load_bytes as f64,
            Self::Stores => of.global_store_bytes as f64,
        }
    }

    /// Sectors for each 128 bytes that threads ask for; 0, if they ask for none.
    fn sectors_a_request(self, of: &LineCounters) -> f64 {
        match self.bytes(of) > 0.0 {
            true => self.sectors(of) * REQUEST / self.bytes(of),
            false => 0.0,
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Loads => "loads",
            Self::Stores => "stores",
        }
    }
}

/// Fails if the lanes of a warp are so far apart that their loads or stores move more than 4.5 sectors for
/// each 128 bytes that they ask for, and if they store more than twice as many bytes as the result has.
///
/// Blind spot: caches. Sectors that are moved twice in a row may come out of the L1 cache the second time.
pub(in crate::lessons::gpu) fn coalesces(trial: &Trial<'_>) -> Judgement {
    let facts = right(trial, WRONG)?;
    let pass = are_together(&facts, FEW_SECTORS)?;
    for (seen, total) in counted(&facts)? {
        let [elements, ..] = seen.launch.sizes;
        let most = TWICE_STORED * ELEMENT * elements as f64;
        if total.global_store_bytes as f64 > most {
            return Err(stored_again(seen, total.global_store_bytes, most).into());
        }
    }
    Ok(pass)
}

fn stored_again(seen: Seen<'_>, bytes: u64, most: f64) -> Failure {
    let mut why = format!(
        "{}: it stores {} bytes, and {} are enough",
        told::launch(seen.launch),
        grouped(bytes),
        grouped(most as u64)
    );
    if let Some((line, _)) = told::worst(seen.lines(), |line| line.global_store_bytes as f64) {
        let (site, bytes) = (told::site(line.site.as_ref()), line.global_store_bytes);
        why.push_str(&format!("\n  {site}: {} bytes", grouped(bytes)));
    }
    Failure::new(why)
        .hint("How many threads of the grid come to one and the same element?")
        .see(told::see(seen))
        .figure("stored_bytes", bytes as f64)
}

/// The same, with room for 5 sectors: of a matrix and its transpose.
///
/// Blind spot: as of [`coalesces`].
pub(in crate::lessons::gpu) fn coalesces_both_ways(trial: &Trial<'_>) -> Judgement {
    let facts = right(trial, WRONG)?;
    are_together(&facts, FEW_SECTORS_BOTH_WAYS)
}

/// Fails on a result that is wrong where there are more elements than threads, and if the lanes of a warp are
/// far apart there.
///
/// Blind spot: as of [`coalesces`].
pub(in crate::lessons::gpu) fn strides(trial: &Trial<'_>) -> Judgement {
    let facts = right(
        trial,
        "When a thread is done with its element, which one is its next, and who else goes there?",
    )?;
    are_together(&facts, FEW_SECTORS)
}

fn are_together(facts: &Facts, most: f64) -> Judgement {
    let mut figures = Vec::new();
    for (seen, total) in counted(facts)? {
        for way in [Way::Loads, Way::Stores] {
            let sectors = way.sectors_a_request(total);
            figures.push((format!("{}_sectors", way.verb()), sectors));
            if sectors > most {
                return Err(apart(seen, way, sectors, most).into());
            }
        }
    }
    Ok(Pass { figures })
}

fn apart(seen: Seen<'_>, way: Way, sectors: f64, most: f64) -> Failure {
    let mut why = format!(
        "{}: its {} move {sectors:.1} sectors for each 128 bytes, and {most} are enough",
        told::launch(seen.launch),
        way.verb(),
    );
    let worst = told::worst(seen.lines(), |line| {
        way.sectors(line) - way.bytes(line) / REQUEST * 4.0
    });
    if let Some((line, _)) = worst {
        why.push_str(&format!(
            "\n  {} {}: {:.1} sectors",
            told::site(line.site.as_ref()),
            way.verb(),
            way.sectors_a_request(line)
        ));
    }
    Failure::new(why)
        .hint("At that line, how far apart are the addresses of two neighbouring lanes?")
        .see(told::see(seen))
        .figure("sectors", sectors)
}

/// Fails if accesses to shared memory take more than 1.1 passes on average.
///
/// Blind spot: a kernel without shared memory has no conflicts.
pub(in crate::lessons::gpu) fn avoids_bank_conflicts(trial: &Trial<'_>) -> Judgement {
    let facts = right(trial, WRONG)?;
    let mut figures = Vec::new();
    for (seen, total) in counted(&facts)? {
        let passes = passes(total);
        figures.push(("passes".to_owned(), passes));
        if passes <= FEW_PASSES {
            continue;
        }
        let mut why = format!(
            "{}: an access to shared memory takes {passes:.1} passes, and {FEW_PASSES} are enough",
            told::launch(seen.launch)
        );
        let worst = told::worst(seen.lines(), |line| {
            line.shared_passes as f64 - line.shared_requests as f64
        });
        if let Some((line, _)) = worst {
            let site = told::site(line.site.as_ref());
            why.push_str(&format!("\n  {site}: {:.1} passes", self::passes(line)));
        }
        return Err(Failure::new(why)
            .hint("In which of the 32 banks is the word of each lane, at that line?")
            .see(told::see(seen))
            .figure("passes", passes)
            .into());
    }
    Ok(Pass { figures })
}

fn passes(of: &LineCounters) -> f64 {
    match of.shared_requests {
        0 => 0.0,
        requests => of.shared_passes as f64 / requests as f64,
    }
}

/// Fails if more than a tenth of what each thread by itself would load comes from global memory.
///
/// Blind spot: it counts what is asked of global memory, whatever caches may save.
pub(in crate::lessons::gpu) fn tiles(trial: &Trial<'_>) -> Judgement {
    let facts = right(trial, WRONG)?;
    loads_at_most(
        &facts,
        |[m, n, k]| TILED_PART * 2.0 * ELEMENT * m * n * k,
        "How many threads of a block need the same element, and how often is it loaded?",
    )
}

/// Fails if each row is read more than twice from global memory, what was put there meanwhile included.
///
/// Blind spot: as of [`tiles`].
pub(in crate::lessons::gpu) fn reads_twice_at_most(trial: &Trial<'_>) -> Judgement {
    let facts = right(trial, WRONG)?;
    loads_at_most(
        &facts,
        |[rows, cols, _]| TWICE * ELEMENT * rows * cols,
        "What has to be known before the second pass, and could the first one know all of it?",
    )
}

fn loads_at_most(facts: &Facts, most: impl Fn([f64; 3]) -> f64, hint: &str) -> Judgement {
    let mut figures = Vec::new();
    for (seen, total) in counted(facts)? {
        let bytes = total.global_load_bytes as f64;
        let most = most(seen.launch.sizes.map(|size| size as f64));
        figures.push(("loaded_bytes".to_owned(), bytes));
        if bytes <= most {
            continue;
        }
        let mut why = format!(
            "{}: it loads {} bytes from global memory, and {} are enough",
            told::launch(seen.launch),
            grouped(total.global_load_bytes),
            grouped(most as u64)
        );
        let mut lines: Vec<&LineCounters> = seen.lines().collect();
        lines.retain(|line| line.global_load_bytes > 0);
        for line in lines {
            let (site, bytes) = (told::site(line.site.as_ref()), line.global_load_bytes);
            why.push_str(&format!("\n  {site}: {} bytes", grouped(bytes)));
        }
        return Err(Failure::new(why)
            .hint(hint)
            .see(told::see(seen))
            .figure("loaded_bytes", bytes)
            .into());
    }
    Ok(Pass { figures })
}

/// The launches that were counted, with what they did in all.
///
/// # Errors
/// Blind if there is none.
pub(super) fn counted(facts: &Facts) -> Result<Vec<(Seen<'_>, &LineCounters)>, Objection> {
    let all: Vec<_> = facts
        .launches()
        .filter_map(|seen| Some((seen, seen.total()?)))
        .collect();
    match all.is_empty() {
        true => Err(Objection::Blind("nothing was counted".to_owned())),
        false => Ok(all),
    }
}
