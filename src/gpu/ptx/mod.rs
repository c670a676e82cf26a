//! PTX as text and as a tree: what a compiler wrote, before anything is made of it.
//!
//! The tree borrows from the text. Instructions are kept as opcode and operands; what an opcode
//! means is the simulator's business, so that an unknown one can be named with the line it is for.
//! Grammar: PTX ISA, chapters 4 (syntax) and 5 (state spaces, types and variables).

mod lex;
mod opcodes;
mod parse;

use std::collections::HashMap;

pub use opcodes::OPCODES;
pub use parse::parse;

/// Why a text is no PTX.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct ParseError {
    /// The line of the PTX text.
    pub line: u32,
    /// What is wrong there.
    pub what: String,
}

/// A type as PTX writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Type {
    /// What its bits mean.
    pub kind: Kind,
    /// Its size in bits; 1 for predicates.
    pub bits: u32,
}

/// What the bits of a type mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `.bN`: nothing.
    Bits,
    /// `.uN`.
    Unsigned,
    /// `.sN`.
    Signed,
    /// `.fN`.
    Float,
    /// `.bf16`.
    Brain,
    /// `.f16x2`: two of `.f16`.
    HalfPair,
    /// `.bf16x2`: two of `.bf16`.
    BrainPair,
    /// `.pred`.
    Predicate,
}

impl Type {
    /// The type with this name, the point aside.
    pub fn named(name: &str) -> Option<Self> {
        let (kind, bits) = match name {
            "pred" => (Kind::Predicate, 1),
            "f16x2" => (Kind::HalfPair, 32),
            "bf16x2" => (Kind::BrainPair, 32),
            "bf16" => (Kind::Brain, 16),
            _ => {
                let kind = match name.as_bytes().first()? {
                    b'b' => Kind::Bits,
                    b'u' => Kind::Unsigned,
                    b's' => Kind::Signed,
                    b'f' => Kind::Float,
                    _ => return None,
                };
                let bits = match &name[1..] {
                    "8" => 8,
                    "16" => 16,
                    "32" => 32,
                    "64" => 64,
                    "128" => 128,
                    _ => return None,
                };
                (kind, bits)
            }
        };
        Some(Self { kind, bits })
    }

    /// Its size in bytes in memory.
    pub fn bytes(self) -> u64 {
        u64::from(self.bits.div_ceil(8))
    }
}

/// A state space (PTX ISA, 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StateSpace {
    /// `.global`
    Global,
    /// `.const`
    Const,
    /// `.shared`
    Shared,
    /// `.local`
    Local,
    /// `.param`
    Param,
}

/// An element of an initialiser.
#[derive(Clone, Debug, PartialEq)]
pub enum Init<'a> {
    /// A number's bits, for the variable's type.
    Number(Number),
    /// The address of a variable, plus so many bytes.
    Address {
        /// The variable's or function's name.
        name: &'a str,
        /// Bytes to add.
        offset: i64,
    },
}

/// A literal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// An integer, as 64 bits of two's complement.
    Int(u64),
    /// `0f...`: the bits of a single-precision number.
    Single(u32),
    /// `0d...` or with a decimal point: the bits of a double-precision number.
    Double(u64),
}

/// A variable or parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Var<'a> {
    /// Where it lives.
    pub space: StateSpace,
    /// Its alignment in bytes, a power of two.
    pub align: u64,
    /// The type of an element.
    pub ty: Type,
    /// Its name.
    pub name: &'a str,
    /// Its size in bytes; 0 where an array has no extent.
    pub bytes: u64,
    /// Whether it is an array.
    pub is_array: bool,
    /// Its initial elements; those that are missing are zero.
    pub init: Vec<Init<'a>>,
    /// Whether another module defines it, or the launch (dynamic shared memory).
    pub is_extern: bool,
}

/// An operand.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand<'a> {
    /// A register, label, variable or function.
    Name(&'a str),
    /// A negated predicate.
    Not(&'a str),
    /// A literal.
    Number(Number),
    /// `[base+offset]`; the base is absent in `[1234]`.
    Address {
        /// The register or variable.
        base: Option<&'a str>,
        /// Bytes to add.
        offset: i64,
    },
    /// `name+offset` outside of brackets.
    Offset {
        /// The variable.
        name: &'a str,
        /// Bytes to add.
        offset: i64,
    },
    /// `{a, b}`.
    Vector(Vec<Operand<'a>>),
    /// `(a, b)`, in calls.
    List(Vec<Operand<'a>>),
    /// `a|b`: two destinations.
    Pair(Box<(Operand<'a>, Operand<'a>)>),
}

/// A place in a source file, from `.loc`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loc {
    /// The file's number in the module's table.
    pub file: u32,
    /// The line.
    pub line: u32,
    /// Where the function of this place was inlined.
    pub inlined_at: Option<Box<Loc>>,
}

/// An instruction.
#[derive(Clone, Debug, PartialEq)]
pub struct Instruction<'a> {
    /// The predicate that guards it, and whether it is negated.
    pub guard: Option<(&'a str, bool)>,
    /// The opcode with its modifiers.
    pub opcode: &'a str,
    /// Its operands.
    pub operands: Vec<Operand<'a>>,
    /// The line of the PTX text.
    pub line: u32,
}

/// A statement of a function's body.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement<'a> {
    /// `name:`
    Label(&'a str),
    /// `.loc`
    Loc(Loc),
    /// `.reg`: a type with names; a count makes `name0` and so on of one.
    Registers {
        /// Their type.
        ty: Type,
        /// Name, and count where it is a family.
        names: Vec<(&'a str, Option<u32>)>,
    },
    /// A variable.
    Variable(Var<'a>),
    /// `name: .branchtargets a, b;`
    Targets(&'a str, Vec<&'a str>),
    /// `name: .callprototype (..) _ (..);`
    Prototype(&'a str, Signature<'a>),
    /// `{`
    Open,
    /// `}`
    Close,
    /// An instruction.
    Instruction(Instruction<'a>),
}

/// What a function takes and gives back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Signature<'a> {
    /// What it gives back.
    pub returns: Vec<Var<'a>>,
    /// What it takes.
    pub params: Vec<Var<'a>>,
}

/// A kernel or function.
#[derive(Clone, Debug, PartialEq)]
pub struct Function<'a> {
    /// Its name.
    pub name: &'a str,
    /// Whether the host can launch it.
    pub is_entry: bool,
    /// What it takes and gives back.
    pub signature: Signature<'a>,
    /// `.maxntid`.
    pub max_threads: Option<[u32; 3]>,
    /// `.reqntid`.
    pub required_threads: Option<[u32; 3]>,
    /// Its statements; absent where it is only declared.
    pub body: Option<Vec<Statement<'a>>>,
    /// The line of the PTX text.
    pub line: u32,
}

/// A module.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Module<'a> {
    /// `.target`, its first word.
    pub target: &'a str,
    /// `.file`: names by number.
    pub files: HashMap<u32, String>,
    /// Its variables.
    pub variables: Vec<Var<'a>>,
    /// Its functions; a declaration may stand beside the definition.
    pub functions: Vec<Function<'a>>,
}
