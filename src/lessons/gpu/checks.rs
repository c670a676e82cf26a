//! The checks that the labs of this lesson share or have for themselves: a lab takes those that apply to it.

use super::judges;
use crate::model::check::Judge;

/// What a check claims, without its points.
pub(super) struct Claim {
    /// Its stable name, which is also the probe's.
    pub(super) id: &'static str,
    /// Reads well after a tick and after a cross.
    pub(super) claim: &'static str,
    /// The heading that teaches it.
    pub(super) teaches: &'static str,
    /// What is done.
    pub(super) story: &'static str,
    /// Decides.
    pub(super) judge: Judge,
}

/// There is a kernel.
pub(super) const COMPILES: Claim = Claim {
    id: "compiles",
    claim: "it compiles, and has the kernel that the handout names, with its parameters",
    teaches: "Compiling a kernel",
    story: "it is compiled, and the module is looked at",
    judge: judges::compiles,
};

/// It ends.
pub(super) const ENDS: Claim = Claim {
    id: "ends",
    claim: "each launch is accepted, and comes to its end",
    teaches: "Loops that end",
    story: "all sizes, with a limit on instructions",
    judge: judges::ends,
};

/// Threads meet.
pub(super) const MEETS_ITS_BARRIERS: Claim = Claim {
    id: "meets-its-barriers",
    claim: "the threads of a block meet at the same barriers, and the lanes of a warp at the same exchanges",
    teaches: "Barriers",
    story: "all sizes, and each barrier is watched for those who are elsewhere",
    judge: judges::meets_its_barriers,
};

/// Nothing is touched that is not its own.
pub(super) const STAYS_IN_BOUNDS: Claim = Claim {
    id: "stays-in-bounds",
    claim: "it writes its result, and touches nothing outside of its arrays",
    teaches: "A guard for the last block",
    story: "all sizes, and each access is held against the arrays that there are",
    judge: judges::stays_in_bounds,
};

/// No two threads at once.
pub(super) const HAS_NO_RACE: Claim = Claim {
    id: "has-no-race",
    claim: "no two threads meet in the same place without order, one of them to write",
    teaches: "Races",
    story: "all sizes, and each access is held against those that nothing orders before or after it",
    judge: judges::has_no_race,
};

/// Nothing is read that is not there.
pub(super) const INITIALISES_BEFORE_USE: Claim = Claim {
    id: "initialises-before-use",
    claim: "it reads nothing that nobody has written",
    teaches: "Uninitialised memory",
    story: "all sizes, in memory that is known not to have been written",
    judge: judges::initialises_before_use,
};

/// It is right.
pub(super) const COMPUTES: Claim = Claim {
    id: "computes",
    claim: "its results are right for each size, and its inputs stay as they are",
    teaches: "Comparing floats",
    story: "all sizes, beside what the CPU computes",
    judge: judges::computes,
};

/// Neighbours have neighbours.
pub(super) const COALESCES: Claim = Claim {
    id: "coalesces",
    claim: "neighbouring lanes have neighbouring elements: four sectors a request",
    teaches: "Coalescing",
    story: "65,536 elements, and the sectors that loads and stores move",
    judge: judges::coalesces,
};

/// The same, of a matrix that is turned.
pub(super) const COALESCES_BOTH_WAYS: Claim = Claim {
    claim: "neighbouring lanes load and store neighbouring elements: at most five sectors a request",
    story: "256 x 128 elements, and the sectors that loads and stores move",
    judge: judges::coalesces_both_ways,
    ..COALESCES
};

/// A grid that is too small, and too large.
pub(super) const STRIDES: Claim = Claim {
    id: "strides",
    claim: "eight blocks do it, whatever n is, and neighbouring lanes stay neighbours",
    teaches: "Grid-stride loops",
    story: "more elements than threads, and the sectors that loads and stores move",
    judge: judges::strides,
};

/// No lane waits for another one's bank.
pub(super) const AVOIDS_BANK_CONFLICTS: Claim = Claim {
    id: "avoids-bank-conflicts",
    claim: "the lanes of a warp find their words in different banks: at most 1.1 passes an access",
    teaches: "Bank conflicts",
    story: "256 x 128 elements, and the passes that accesses to shared memory take",
    judge: judges::avoids_bank_conflicts,
};

/// Few threads queue up.
pub(super) const NEEDS_FEW_ATOMICS: Claim = Claim {
    id: "needs-few-atomics",
    claim: "it adds up before it queues up: at most one atomic operation a warp",
    teaches: "Reductions",
    story: "65,536 elements, and the atomic operations",
    judge: judges::needs_few_atomics,
};

/// Warps stay together.
pub(super) const DIVERGES_LITTLE: Claim = Claim {
    id: "diverges-little",
    claim: "warps stay together: they part at no more than two branches",
    teaches: "Reductions",
    story: "65,536 elements, and the branches at which warps part",
    judge: judges::diverges_little,
};

/// Blocks count for themselves.
pub(super) const PRIVATISES: Claim = Claim {
    id: "privatises",
    claim: "each block counts for itself: at most 256 atomic operations on global memory a block",
    teaches: "Privatisation",
    story: "65,536 bytes, random ones and equal ones, and the atomic operations",
    judge: judges::privatises,
};

/// Few steps.
pub(super) const SCANS_IN_LOG_STEPS: Claim = Claim {
    id: "scans-in-log-steps",
    claim: "a tile takes as many steps as its length has bits: at most 25 barriers, and nobody looks on",
    teaches: "Scans",
    story: "65,536 elements, the barriers, and the lanes that take part",
    judge: judges::scans_in_log_steps,
};

/// Elements are used more than once.
pub(super) const TILES: Claim = Claim {
    id: "tiles",
    claim: "what is loaded is shared: a tenth of what each thread by itself would load",
    teaches: "Tiling",
    story: "256 x 256 x 256 elements, and what is loaded from global memory",
    judge: judges::tiles,
};

/// No overflow.
pub(super) const IS_STABLE: Claim = Claim {
    id: "is-stable",
    claim: "its results are right for numbers up to 1e30, and for rows of -inf",
    teaches: "A stable softmax",
    story: "rows that overflow, that underflow, and in which there is nothing",
    judge: judges::is_stable,
};

/// As fast as ours, or nearly.
pub(super) const IS_FAST: Claim = Claim {
    id: "is-fast",
    claim: "on this machine's GPU it is at least half as fast as the reference",
    teaches: "Measuring it",
    story: "a large launch on the GPU, the fastest of fifteen, beside the reference's",
    judge: judges::is_fast,
};

/// Few passes.
pub(super) const READS_TWICE_AT_MOST: Claim = Claim {
    id: "reads-twice-at-most",
    claim: "it reads each row from global memory twice at most",
    teaches: "A stable softmax",
    story: "8 x 4096 elements, and what is loaded from global memory",
    judge: judges::reads_twice_at_most,
};
