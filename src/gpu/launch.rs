//! What a launch is asked for, and what comes of it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::counters::Counters;
use super::fault::Fault;
use super::memory::DevicePtr;

/// Three extents or a place within them: of a grid in blocks, of a block in threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Dim3 {
    /// Along x, which neighbouring threads differ in.
    pub x: u32,
    /// Along y.
    pub y: u32,
    /// Along z.
    pub z: u32,
}

impl Dim3 {
    /// The three numbers as given.
    pub const fn new(x: u32, y: u32, z: u32) -> Self {
        Self { x, y, z }
    }

    /// `n` along x, one along the others.
    pub const fn line(n: u32) -> Self {
        Self::new(n, 1, 1)
    }

    /// How many places there are within these extents; saturates where a u64 cannot tell.
    pub fn count(self) -> u64 {
        (u64::from(self.x) * u64::from(self.y)).saturating_mul(u64::from(self.z))
    }

    /// The place with this linear index within these extents: x varies fastest.
    pub(crate) fn place(self, linear: u64) -> Self {
        let (x, y) = (u64::from(self.x.max(1)), u64::from(self.y.max(1)));
        let narrow = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        Self::new(
            narrow(linear % x),
            narrow(linear / x % y),
            narrow(linear / x / y),
        )
    }
}

impl fmt::Display for Dim3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}, {}, {})", self.x, self.y, self.z)
    }
}

/// A kernel's parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    /// A pointer to device memory.
    Ptr(DevicePtr),
    /// An `int`.
    I32(i32),
    /// An `unsigned`.
    U32(u32),
    /// A `long`.
    I64(i64),
    /// An `unsigned long`.
    U64(u64),
    /// A `float`.
    F32(f32),
    /// A `double`.
    F64(f64),
    /// Anything else, a structure by value for instance, as its bytes.
    Bytes(Vec<u8>),
}

impl Arg {
    /// The parameter's bytes as they lie in memory.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Ptr(ptr) => ptr.0.to_le_bytes().to_vec(),
            Self::I32(n) => n.to_le_bytes().to_vec(),
            Self::U32(n) => n.to_le_bytes().to_vec(),
            Self::I64(n) => n.to_le_bytes().to_vec(),
            Self::U64(n) => n.to_le_bytes().to_vec(),
            Self::F32(n) => n.to_le_bytes().to_vec(),
            Self::F64(n) => n.to_le_bytes().to_vec(),
            Self::Bytes(bytes) => bytes.clone(),
        }
    }
}

/// What is checked besides bounds and alignment, which always are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checks {
    /// Reads of memory that nothing ever wrote.
    pub uninitialised: bool,
    /// Accesses of two threads to the same bytes which nothing orders, one of them a write.
    pub races: bool,
    /// Threads of a block that wait at different barriers, or that exited before one.
    pub barriers: bool,
}

impl Checks {
    /// Everything.
    pub const ALL: Self = Self {
        uninitialised: true,
        races: true,
        barriers: true,
    };
    /// Bounds and alignment only.
    pub const NONE: Self = Self {
        uninitialised: false,
        races: false,
        barriers: false,
    };
}

/// How a simulator runs kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SimOptions {
    /// What is checked.
    pub checks: Checks,
    /// Instructions a launch may execute, each thread's counted.
    pub max_instructions: u64,
    /// Bytes of device memory.
    pub max_memory: u64,
    /// Different faults (by kind and place) that a launch keeps; the others are only counted.
    pub max_faults: usize,
    /// Bytes of `printf` output that a launch keeps.
    pub max_printed: usize,
    /// Bytes of shared memory a block may use, static and dynamic; 48 KiB unless opted in.
    pub max_shared: u32,
    /// Decides the order of blocks and of the warps within each.
    pub seed: u64,
}

impl Default for SimOptions {
    fn default() -> Self {
        Self {
            checks: Checks::ALL,
            max_instructions: 4_000_000_000,
            max_memory: 1 << 30,
            max_faults: 64,
            max_printed: 1 << 20,
            max_shared: 48 * 1024,
            seed: 1,
        }
    }
}

/// A parameter of a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParamInfo {
    /// The PTX type, for instance `u64`; `b8` for a structure's bytes.
    pub ptx_type: String,
    /// Its size in bytes.
    pub bytes: u64,
}

/// What is known of a kernel before it runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionInfo {
    /// The name to launch it by.
    pub name: String,
    /// Its parameters in order.
    pub params: Vec<ParamInfo>,
    /// Bytes of shared memory that it declares itself.
    pub static_shared: u64,
    /// Bytes of local memory a thread has for it, calls aside.
    pub local: u64,
    /// The most threads a block may have (`__launch_bounds__`).
    pub max_threads: Option<u64>,
    /// The block that it requires, if it does.
    pub required_block: Option<Dim3>,
}

/// What CUDA refuses before anything runs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LaunchError {
    /// The module was unloaded, or is another simulator's.
    #[error("this module is not loaded")]
    NoSuchModule,
    /// The module has no kernel of that name.
    #[error("the module has no kernel named {0}")]
    NoSuchFunction(String),
    /// cudaErrorInvalidConfiguration, with what is wrong about it.
    #[error("invalid configuration argument: {0}")]
    InvalidConfiguration(String),
    /// Too many arguments, too few, or one of another size.
    #[error("{0}")]
    WrongArguments(String),
}

/// How a launch ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// Every thread returned, and none did what a GPU would have ended the launch for.
    Completed,
    /// A fault for which a GPU ends the launch, or never would: see [`Fault`]s.
    ///
    /// After an access outside of all buffers the simulator goes on nevertheless, to find more.
    Stopped,
}

/// What came of a launch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Launched {
    /// How it ended.
    pub end: End,
    /// What it did wrong: the different ones, by kind and place, in the order seen.
    pub faults: Vec<Fault>,
    /// How many there were, each occurrence counted.
    pub faults_in_all: u64,
    /// What it did, line by line.
    pub counters: Counters,
    /// What `printf` wrote.
    pub printed: String,
    /// Whether it wrote more than was kept.
    pub printed_cut: bool,
}
