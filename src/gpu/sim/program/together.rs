//! What threads do together, decoded.

use super::{Pred, Src};

/// How lanes are chosen by a shuffle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::gpu::sim) enum ShuffleMode {
    Up,
    Down,
    Bfly,
    Idx,
}

/// What lanes of a warp decide together, with the mask of those that take part.
#[derive(Clone, Debug)]
pub(in crate::gpu::sim) enum WarpOp {
    /// `bar.warp.sync`
    Sync,
    Shuffle {
        mode: ShuffleMode,
        target: u32,
        found: Option<u32>,
        value: Src,
        lane: Src,
        clamp: Src,
    },
    /// `vote.sync.all`, `.any`, `.uni`
    Vote {
        kind: Vote,
        target: u32,
        value: Pred,
    },
    Ballot {
        target: u32,
        value: Pred,
    },
    MatchAny {
        target: u32,
        value: Src,
    },
    MatchAll {
        target: u32,
        found: Option<u32>,
        value: Src,
    },
    Reduce {
        target: u32,
        value: Src,
        combine: fn(u64, u64) -> u64,
    },
    /// `elect.sync`
    Elect {
        target: Option<u32>,
        elected: u32,
    },
}

/// What a vote asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::gpu::sim) enum Vote {
    All,
    Any,
    Uni,
}

/// How the predicates of a `bar.red` are combined.
#[derive(Clone, Copy, Debug)]
pub(in crate::gpu::sim) enum BarrierReduction {
    Popc { target: u32 },
    And { target: u32 },
    Or { target: u32 },
}

/// A barrier of the block.
#[derive(Clone, Debug)]
pub(in crate::gpu::sim) struct Barrier {
    pub(in crate::gpu::sim) id: Src,
    /// How many threads; all of the block where it is absent.
    pub(in crate::gpu::sim) count: Option<Src>,
    /// `bar.arrive`: does not wait.
    pub(in crate::gpu::sim) only_arrives: bool,
    pub(in crate::gpu::sim) reduction: Option<(BarrierReduction, Pred)>,
}
