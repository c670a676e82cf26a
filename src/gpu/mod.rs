//! CUDA devices: a simulator that runs PTX, and what is said of a launch whoever ran it.
//!
//! The simulator executes kernels warp by warp, in lockstep, as the hardware does, and checks each
//! access that a kernel makes: bounds, alignment, initialisation, races, barriers.
//! It counts what a profiler would count, line by line.
//! What is not here: compilers (the bench runs them), labs and their judges, printing.
//!
//! The walk of a launch: [`ptx`] turns text into a module, [`sim`] links it, decodes it once and
//! runs it over [`memory`]; [`fault`] and [`counters`] are what it hands back.

pub mod counters;
pub mod cuda;
pub mod fault;
pub mod host;
pub mod launch;
pub mod memory;
pub mod ptx;
pub mod sim;
