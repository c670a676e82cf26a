//! A kernel decoded: what runs, with every name resolved.

mod memory;
mod together;

use std::collections::HashMap;

pub(super) use self::memory::{Address, Atomic, Load, Order, Store, Update, Window, windows};
pub(super) use self::together::{Barrier, BarrierReduction, ShuffleMode, Vote, WarpOp};
use super::libdevice::Math;
use crate::gpu::fault::Site;
use crate::gpu::launch::Dim3;

/// A value for each lane of a warp. Narrow types are zero-extended.
pub(super) type Lanes = [u64; 32];
/// An operation on one operand, for all lanes at once.
pub(super) type Unary = fn(&Lanes, &mut Lanes);
/// An operation on two.
pub(super) type Binary = fn(&Lanes, &Lanes, &mut Lanes);
/// An operation on three.
pub(super) type Ternary = fn(&Lanes, &Lanes, &Lanes, &mut Lanes);
/// A comparison: a bit for each lane.
pub(super) type Comparison = fn(&Lanes, &Lanes) -> u32;

/// Where an operand's value is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Src {
    /// A register of the frame.
    Reg(u32),
    /// A constant of the program, the same for all lanes.
    Const(u32),
    /// A special register, by its place in the program's list.
    Special(u32),
}

/// A predicate that is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Pred {
    /// A predicate register, perhaps negated.
    Reg(u32, bool),
    /// The same for all lanes.
    Const(bool),
}

/// A special register (PTX ISA, chapter 10) that does not change while a warp runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Special {
    Tid(u8),
    Ntid(u8),
    Ctaid(u8),
    Nctaid(u8),
    LaneId,
    WarpId,
    WarpCount,
    MaskEq,
    MaskLt,
    MaskLe,
    MaskGt,
    MaskGe,
    Zero,
    One,
    DynamicShared,
    TotalShared,
}

/// A place in the parameters of a call: of the frame that makes it or of the one that is called.
#[derive(Clone, Copy, Debug)]
pub(super) struct ParamSlot {
    pub(super) offset: u32,
    pub(super) bytes: u32,
}

/// Who is called.
#[derive(Clone, Debug)]
pub(super) enum Callee {
    /// A function of the program.
    Function(u32),
    /// A function through a pointer; those with the wrong signature are refused.
    Pointer(Src),
    /// Device `printf`.
    Printf,
    /// A failed `assert`.
    AssertFail,
    /// A function of libdevice.
    Math(Math),
}

/// A call.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) callee: Callee,
    /// The caller's slots for the arguments.
    pub(super) args: Vec<ParamSlot>,
    /// The caller's slots for what comes back.
    pub(super) returns: Vec<ParamSlot>,
}

/// How predicates are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Logic {
    And,
    Or,
    Xor,
}

impl Logic {
    pub(super) fn of(self, a: u32, b: u32) -> u32 {
        match self {
            Self::And => a & b,
            Self::Or => a | b,
            Self::Xor => a ^ b,
        }
    }
}

/// How far a fence reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    Block,
    Device,
}

/// What an instruction does.
#[derive(Clone, Debug)]
pub(super) enum Op {
    Nop,
    Unary(Unary, u32, Src),
    Binary(Binary, u32, Src, Src),
    Ternary(Ternary, u32, Src, Src, Src),
    /// Addition with the carry flag: `add.cc`, `addc`, `mad.lo.cc`; subtraction adds the complement.
    Carry {
        target: (u32, u8),
        a: Src,
        b: Src,
        subtracts: bool,
        takes: bool,
        gives: bool,
    },
    /// `lop3`
    Lookup {
        target: u32,
        sources: [Src; 3],
        table: u32,
    },
    /// `bfi`
    Insert {
        target: u32,
        sources: [Src; 4],
        bits: u8,
    },
    Compare {
        test: Comparison,
        targets: (Option<u32>, Option<u32>),
        a: Src,
        b: Src,
        with: Option<(Logic, Pred)>,
    },
    /// `set`: all ones, or 1.0, for lanes where the comparison holds.
    SetNumber {
        test: Comparison,
        target: u32,
        a: Src,
        b: Src,
        yes: u64,
    },
    Select {
        target: u32,
        a: Src,
        b: Src,
        by: Pred,
    },
    Logic {
        target: u32,
        how: Logic,
        a: Pred,
        b: Pred,
    },
    MovePred {
        target: u32,
        from: Pred,
    },
    Pack {
        target: u32,
        parts: Vec<Src>,
        bits: u8,
    },
    Unpack {
        targets: Vec<Option<u32>>,
        from: Src,
        bits: u8,
    },
    FrameAddress {
        target: u32,
        offset: i64,
    },
    Clock {
        target: u32,
        bits: u8,
        is_time: bool,
    },
    Load(Box<Load>),
    Store(Box<Store>),
    Atomic(Box<Atomic>),
    /// A kernel's parameter at a place known beforehand.
    LoadParam {
        offset: u32,
        size: u8,
        is_signed: bool,
        targets: Vec<Option<(u32, u8)>>,
    },
    /// A parameter of a call.
    LoadSlot {
        offset: u32,
        size: u8,
        is_signed: bool,
        targets: Vec<Option<(u32, u8)>>,
    },
    StoreSlot {
        offset: u32,
        size: u8,
        values: Vec<Src>,
    },
    Branch(u32),
    BranchIndex {
        targets: Vec<u32>,
        index: Src,
    },
    Call(Box<Call>),
    Return,
    Exit,
    Trap,
    Barrier(Box<Barrier>),
    Warp {
        mask: Src,
        op: Box<WarpOp>,
    },
    ActiveMask(u32),
    Fence(Reach),
    /// Which state space a generic address is in.
    IsSpace {
        target: u32,
        address: Src,
        window: Window,
    },
    /// `cp.async`, done at once.
    Copy {
        to: Address,
        from: Address,
        size: u8,
        read: Option<Src>,
    },
    /// `nanosleep`: a wait for others, probably.
    Pause,
}

/// An instruction.
#[derive(Clone, Debug)]
pub(super) struct Inst {
    pub(super) op: Op,
    /// The predicate that guards it, and whether it is negated.
    pub(super) guard: Option<(u32, bool)>,
    /// The place in the source, in the program's list.
    pub(super) place: u32,
}

/// A place in the source, innermost first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Place {
    /// The innermost line that is the program's own, then those where it was inlined.
    pub(super) sites: Vec<Site>,
}

/// A function of a program.
#[derive(Clone, Debug, Default)]
pub(super) struct Func {
    pub(super) start: u32,
    /// One after its last instruction.
    pub(super) end: u32,
    pub(super) registers: u32,
    pub(super) predicates: u32,
    /// Bytes of a lane's parameters for calls: its own and those that it makes.
    pub(super) slot_bytes: u32,
    /// Bytes of local memory.
    pub(super) local_bytes: u64,
    /// Its own parameters among the slots, and the places in local memory of those whose address
    /// is taken.
    pub(super) params: Vec<(ParamSlot, Option<u64>)>,
    pub(super) returns: Vec<ParamSlot>,
}

/// A variable in shared memory.
#[derive(Clone, Debug)]
pub(super) struct SharedVar {
    pub(super) name: String,
    pub(super) at: u64,
    pub(super) bytes: u64,
}

/// A kernel with all that it calls.
#[derive(Clone, Debug, Default)]
pub(super) struct Program {
    pub(super) code: Vec<Inst>,
    pub(super) constants: Vec<Lanes>,
    pub(super) specials: Vec<Special>,
    /// The kernel is the first.
    pub(super) functions: Vec<Func>,
    /// Addresses that function pointers have.
    pub(super) pointers: HashMap<u64, u32>,
    pub(super) places: Vec<Place>,
    /// Sorted by place; what lies between them belongs to nobody.
    pub(super) shared: Vec<SharedVar>,
    /// The name of the dynamic array, if the kernel has one.
    pub(super) dynamic_name: Option<String>,
    /// Where dynamic shared memory begins.
    pub(super) dynamic_at: u64,
    /// What the kernel declares, without the gaps between.
    pub(super) static_shared: u64,
    /// Sizes and offsets of the kernel's parameters.
    pub(super) params: Vec<(ParamSlot, String)>,
    pub(super) param_bytes: u32,
    pub(super) max_threads: Option<u64>,
    pub(super) required_block: Option<Dim3>,
}
