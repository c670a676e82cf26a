//! What the kernel of each lab is launched with, and what is right then.
//!
//! A [`Contract`] is a lab's promise as data: the function, and [`Plan`]s of launches, of which each can be
//! made into arrays and numbers from a seed. Whatever is right is computed here, on the CPU, in double
//! precision or in whole numbers. Nothing is launched here.

mod histogram;
mod matmul;
mod parameter;
mod reduce;
mod saxpy;
mod scan;
mod softmax;
mod tolerance;
mod transpose;
mod values;
mod vector_add;

use std::ops::Range;

use crate::gpu::launch::Dim3;
use crate::lessons::chance::Source;
use crate::ui::grouped;

pub(super) use parameter::{Array, Element, Expected, Kind, Parameter, Start, Want};

/// What a lab asks of a kernel.
pub(super) struct Contract {
    /// The lab's slug.
    pub(super) lab: &'static str,
    /// The kernel's name.
    pub(super) function: &'static str,
    /// Its parameters.
    pub(super) parameters: &'static [Kind],
    /// All launches, small ones first.
    pub(super) plans: fn() -> Vec<Plan>,
    /// The launch that is timed on a device: more than its cache holds, where the lab allows it.
    pub(super) large: fn() -> Plan,
    /// What one of them is made with.
    pub(super) make: fn(&Plan, &mut Source) -> Vec<Parameter>,
}

/// The contract of a lab, if it is about a kernel.
pub(super) fn contract(lab: &str) -> Option<&'static Contract> {
    const ALL: &[&Contract] = &[
        &vector_add::CONTRACT,
        &saxpy::CONTRACT,
        &transpose::CONTRACT,
        &reduce::CONTRACT,
        &histogram::CONTRACT,
        &scan::CONTRACT,
        &matmul::CONTRACT,
        &softmax::CONTRACT,
    ];
    ALL.iter().find(|one| one.lab == lab).copied()
}

/// A launch to come.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// As it stands in a sentence: "n = 257, blocks of 256".
    pub(super) told: String,
    /// The sizes, in the lab's own order; unused ones are 1.
    pub(super) sizes: [usize; 3],
    /// The blocks.
    pub(super) grid: Dim3,
    /// The threads of each.
    pub(super) block: Dim3,
    /// What is in the arrays.
    pub(super) input: Input,
    /// The checks whose business the values of this launch are.
    pub(super) checks: &'static [&'static str],
    /// Whether these checks count what it does.
    pub(super) is_counted: bool,
    /// Whether faults are looked for in it.
    pub(super) is_watched: bool,
    /// Whether that is done once more without optimisation.
    pub(super) is_plain: bool,
}

/// What is in the arrays; what that means is the lab's own affair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// Numbers of which nothing gets lost, in whatever order they are added.
    Whole,
    /// Fractions.
    Real,
    /// NaN, infinities, denormal numbers and negative zeros among others.
    Special,
    /// The same, and what they are scaled by is 0.
    SpecialByZero,
    /// The same, and what they are scaled by is infinite.
    SpecialByInfinity,
    /// One and the same everywhere.
    Equal,
    /// What makes exp overflow, and rows of -inf.
    Extreme,
}

impl Input {
    /// Whether there are numbers among them with which arithmetic is special.
    fn is_special(self) -> bool {
        matches!(
            self,
            Self::Special | Self::SpecialByZero | Self::SpecialByInfinity
        )
    }
}

/// The check that compares results.
pub(super) const COMPUTES: &[&str] = &["computes"];

/// The sizes of a vector with which a launch is repeated without optimisation, and the most threads a block
/// has then: ten times as many instructions show nothing more.
const PLAIN: (&[usize], usize) = (&[1, 33, 257], 256);

impl Plan {
    /// An ordinary one: its results are compared, and faults are looked for.
    fn new(told: String, sizes: [usize; 3], grid: Dim3, block: Dim3) -> Self {
        Self {
            told,
            sizes,
            grid,
            block,
            input: Input::Whole,
            checks: COMPUTES,
            is_counted: false,
            is_watched: true,
            is_plain: false,
        }
    }

    /// The same, with other numbers.
    fn with(mut self, input: Input) -> Self {
        self.input = input;
        self.told.push_str(match input {
            Input::Whole => "",
            Input::Real => ", fractions",
            Input::Special => ", with NaN and infinities",
            Input::SpecialByZero => ", with NaN and infinities, scaled by 0",
            Input::SpecialByInfinity => ", with NaN and infinities, scaled by infinity",
            Input::Equal => ", all of them equal",
            Input::Extreme => ", far from zero",
        });
        self
    }

    /// The same, whose results are another check's business.
    fn of(mut self, checks: &'static [&'static str]) -> Self {
        self.checks = checks;
        self
    }

    /// The same, for checks that count what it does.
    fn counted(self, checks: &'static [&'static str]) -> Self {
        Self {
            checks,
            is_counted: true,
            is_plain: false,
            ..self
        }
    }

    /// The same, too large to look for faults in it.
    fn unwatched(self) -> Self {
        Self {
            is_watched: false,
            is_plain: false,
            ..self
        }
    }

    /// The instructions that a launch may execute, each thread's counted: hundreds of times more than a
    /// right one needs, and little enough that an endless one is soon found. Ten times as many, if it was
    /// compiled without optimisation.
    pub(super) fn most_instructions(&self, is_optimised: bool) -> u64 {
        const LEAST: u64 = 2_000_000;
        const A_THREAD: u64 = 4_000;
        const AN_ELEMENT: u64 = 4_000;
        const PLAIN: u64 = 10;
        let threads = self.grid.count().saturating_mul(self.block.count());
        let work = self.sizes.iter().fold(1, |work: u64, &size| {
            work.saturating_mul(u64::try_from(size).unwrap_or(u64::MAX))
        });
        LEAST
            .saturating_add(threads.saturating_mul(A_THREAD))
            .saturating_add(work.saturating_mul(AN_ELEMENT))
            .saturating_mul(if is_optimised { 1 } else { PLAIN })
    }
}

/// The sizes of a vector that every lab tries: around a warp, around a block, far beyond, and none: last,
/// for whoever forgets the end of a block is better shown that one.
const SIZES: &[usize] = &[1, 2, 3, 31, 32, 33, 255, 256, 257, 1000, 4099, 0];

/// The largest one: more than 16 bits can count.
const LARGE: usize = 65_537;

/// The largest one that is a whole number of blocks of any size: what is counted there has no edges.
const EVEN: usize = 65_536;

/// How many parts of this size there are, rounded up, and one at least: no grid is empty.
fn blocks(of: usize, size: usize) -> u32 {
    u32::try_from(of.div_ceil(size).max(1)).unwrap_or(u32::MAX)
}

/// So many threads along x.
fn line(threads: usize) -> Dim3 {
    Dim3::line(u32::try_from(threads).unwrap_or(u32::MAX))
}

/// A size as the kernel gets it.
fn int(size: usize) -> Parameter {
    Parameter::Int(i32::try_from(size).unwrap_or(i32::MAX))
}

/// The plans of a vector of `sizes` in blocks of `threads`, in grids as `blocks` says.
fn vectors(sizes: &[usize], threads: &[usize], blocks: impl Fn(usize, usize) -> u32) -> Vec<Plan> {
    let mut plans = Vec::new();
    for &n in sizes {
        for &block in threads {
            plans.push(vector(n, blocks(n, block), block));
        }
    }
    plans
}

/// The plan of one vector.
fn vector(n: usize, grid: u32, block: usize) -> Plan {
    let blocks = match grid {
        1 => "a block".to_owned(),
        many => format!("{} blocks", grouped(u64::from(many))),
    };
    let told = format!("n = {}, {blocks} of {block}", grouped(n as u64));
    let (sizes, threads) = PLAIN;
    Plan {
        is_plain: sizes.contains(&n) && block <= threads,
        ..Plan::new(told, [n, 1, 1], Dim3::line(grid), line(block))
    }
}

/// Where rows of a matrix begin and end in an array.
fn row(number: usize, cols: usize) -> Range<usize> {
    number * cols..(number + 1) * cols
}

#[cfg(test)]
mod tests;
