//! A CUDA device in software: memory, modules, launches.
//!
//! [`Simulator`] is the device. [`decode`] makes programs of PTX once; [`schedule`] decides who runs
//! when, [`exec`] runs a group of lanes; [`access`] and [`suspect`] look after memory, [`clock`] and
//! [`shadow`] after races.
//!
//! What the simulator does not know: timing, caches, textures, tensor cores, clusters, dynamic
//! parallelism, memory allocated by kernels. `cp.async` copies at once, so a missing wait is not
//! seen. An access that leaves one variable of local memory for another is not seen either: the
//! compiler lays all of a function's into one array.

mod access;
mod atomic;
mod barrier;
mod block;
mod calls;
mod clock;
mod compute;
mod decode;
mod exec;
mod lanes;
mod libdevice;
mod machine;
mod modules;
mod names;
mod origin;
mod printf;
mod program;
mod report;
mod schedule;
mod shadow;
mod suspect;
mod tally;
mod together;
mod traffic;
mod undefined;
mod unwritten;
mod warp;

pub use decode::LoadError;
pub use modules::LoadedModule;

use self::block::Shape;
use self::machine::Machine;
use self::modules::Loaded;
use self::program::Program;
use super::counters::{Counters, LineCounters};
use super::launch::{Arg, Dim3, End, FunctionInfo, LaunchError, Launched, ParamInfo, SimOptions};
use super::memory::{Allocation, DevicePtr, Heap, MemoryError, Read};

/// Addresses below it are taken for null pointers with an index.
const NULL_PAGE: u64 = 1 << 20;
/// Threads of a block (CUDA C++ Programming Guide, compute capabilities).
const MAX_BLOCK: u64 = 1024;

/// A CUDA device in software.
#[derive(Debug)]
pub struct Simulator {
    options: SimOptions,
    heap: Heap,
    modules: Vec<Option<Loaded>>,
}

impl Simulator {
    /// A device with nothing in its memory.
    pub fn new(options: SimOptions) -> Self {
        Self {
            options,
            heap: Heap::new(options.max_memory),
            modules: Vec::new(),
        }
    }

    /// How kernels are run; checks and limits may be changed between launches.
    pub fn options_mut(&mut self) -> &mut SimOptions {
        &mut self.options
    }

    /// Loads a PTX module and makes its variables.
    ///
    /// # Errors
    ///
    /// What is no PTX, what the simulator does not know, and too little memory.
    pub fn load(&mut self, ptx: &str) -> Result<LoadedModule, LoadError> {
        let loaded = Loaded::new(ptx, &mut self.heap)?;
        self.modules.push(Some(loaded));
        Ok(LoadedModule(self.modules.len() - 1))
    }

    /// Takes a module and its variables away.
    pub fn unload(&mut self, module: LoadedModule) {
        if let Some(loaded) = self.modules.get_mut(module.0).and_then(Option::take) {
            for (_, ptr, _) in &loaded.variables {
                self.heap.forget(*ptr);
            }
        }
    }

    /// The kernels of a module, in the order of its text.
    pub fn functions(&self, module: LoadedModule) -> Vec<FunctionInfo> {
        let Some(loaded) = self.loaded(module) else {
            return Vec::new();
        };
        loaded
            .kernels
            .iter()
            .map(|(name, program)| info(name, program))
            .collect()
    }

    /// Where a `__device__` or `__constant__` variable is, and its size in bytes.
    pub fn global(&self, module: LoadedModule, name: &str) -> Option<(DevicePtr, u64)> {
        let variables = &self.loaded(module)?.variables;
        let found = variables.iter().find(|(known, ..)| known == name);
        let readable = || {
            variables
                .iter()
                .find(|(known, ..)| names::readable(known) == name)
        };
        found
            .or_else(readable)
            .map(|(_, ptr, bytes)| (*ptr, *bytes))
    }

    fn loaded(&self, module: LoadedModule) -> Option<&Loaded> {
        self.modules.get(module.0)?.as_ref()
    }

    /// Allocates device memory, under a name for reports; it counts as never written.
    ///
    /// # Errors
    ///
    /// No bytes asked for, or more than there are.
    pub fn alloc(&mut self, name: &str, bytes: u64) -> Result<DevicePtr, MemoryError> {
        self.heap.alloc(name, bytes)
    }

    /// Frees an allocation.
    ///
    /// # Errors
    ///
    /// It is none, or was freed before.
    pub fn free(&mut self, ptr: DevicePtr) -> Result<(), MemoryError> {
        self.heap.free(ptr)
    }

    /// Writes bytes, all within one allocation.
    ///
    /// # Errors
    ///
    /// Some are not.
    pub fn write(&mut self, at: DevicePtr, bytes: &[u8]) -> Result<(), MemoryError> {
        self.heap.write(at, bytes)
    }

    /// Reads bytes, all within one allocation.
    ///
    /// # Errors
    ///
    /// Some are not.
    pub fn read(&self, at: DevicePtr, len: u64) -> Result<Read, MemoryError> {
        self.heap.read(at, len)
    }

    /// Repeats a pattern over so many bytes.
    ///
    /// # Errors
    ///
    /// Some are in no allocation.
    pub fn fill(&mut self, at: DevicePtr, pattern: &[u8], len: u64) -> Result<(), MemoryError> {
        self.heap.repeat(at, pattern, len, true)
    }

    /// The same, but the bytes still count as never written.
    ///
    /// # Errors
    ///
    /// Some are in no allocation.
    pub fn poison(&mut self, at: DevicePtr, pattern: &[u8], len: u64) -> Result<(), MemoryError> {
        self.heap.repeat(at, pattern, len, false)
    }

    /// What was allocated and not freed.
    pub fn allocations(&self) -> Vec<Allocation> {
        self.heap.allocations()
    }

    /// Runs a kernel to its end.
    ///
    /// # Errors
    ///
    /// What CUDA refuses before anything runs.
    pub fn launch(
        &mut self,
        module: LoadedModule,
        function: &str,
        grid: Dim3,
        block: Dim3,
        shared_bytes: u32,
        args: &[Arg],
    ) -> Result<Launched, LaunchError> {
        let loaded = self.modules.get(module.0).and_then(Option::as_ref);
        let kernels = &loaded.ok_or(LaunchError::NoSuchModule)?.kernels;
        let kernel = kernels.iter().find(|(name, _)| name == function);
        let (_, program) =
            kernel.ok_or_else(|| LaunchError::NoSuchFunction(function.to_owned()))?;
        let shape = Shape {
            grid,
            block,
            dynamic: shared_bytes,
        };
        check_shape(program, shape, self.options)?;
        let params = parameters(function, program, args)?;
        let mut machine = Machine::new(program, &mut self.heap, shape, self.options, params);
        schedule::run(&mut machine);
        Ok(launched(machine))
    }
}

fn info(name: &str, program: &Program) -> FunctionInfo {
    FunctionInfo {
        name: name.to_owned(),
        params: program
            .params
            .iter()
            .map(|(slot, ty)| ParamInfo {
                ptx_type: ty.clone(),
                bytes: u64::from(slot.bytes),
            })
            .collect(),
        static_shared: program.static_shared,
        local: program.functions.first().map_or(0, |func| func.local_bytes),
        max_threads: program.max_threads,
        required_block: program.required_block,
    }
}

fn check_shape(program: &Program, shape: Shape, options: SimOptions) -> Result<(), LaunchError> {
    let refuse = |what: String| Err(LaunchError::InvalidConfiguration(what));
    let Shape {
        grid,
        block,
        dynamic,
    } = shape;
    if grid.x == 0 || grid.y == 0 || grid.z == 0 {
        return refuse(format!("a grid of {grid} blocks"));
    }
    if block.x == 0 || block.y == 0 || block.z == 0 {
        return refuse(format!("blocks of {block} threads"));
    }
    if block.count() > MAX_BLOCK || block.z > 64 {
        return refuse(format!(
            "blocks of {block} threads; 1024 are the most, 64 along z"
        ));
    }
    if grid.x > i32::MAX as u32 || grid.y > 65_535 || grid.z > 65_535 {
        return refuse(format!(
            "a grid of {grid} blocks; 65535 are the most along y and z"
        ));
    }
    if let Some(most) = program.max_threads.filter(|most| block.count() > *most) {
        return refuse(format!(
            "blocks of {} threads; the kernel is bound to {most}",
            block.count()
        ));
    }
    if let Some(required) = program.required_block.filter(|required| *required != block) {
        return refuse(format!(
            "blocks of {block} threads; the kernel requires {required}"
        ));
    }
    let shared = program.static_shared + u64::from(dynamic);
    if shared > u64::from(options.max_shared) {
        return refuse(format!(
            "{shared} bytes of shared memory for a block; {} are the most",
            options.max_shared
        ));
    }
    let threads = grid.count().saturating_mul(u64::from(shape.padded()));
    if threads > u64::from(u32::MAX) {
        return refuse(format!(
            "a grid of {threads} threads; the simulator runs 2^32 at most"
        ));
    }
    Ok(())
}

fn parameters(function: &str, program: &Program, args: &[Arg]) -> Result<Vec<u8>, LaunchError> {
    let refuse = |what: String| Err(LaunchError::WrongArguments(what));
    if args.len() != program.params.len() {
        return refuse(format!(
            "{function} takes {} arguments, {} are given",
            program.params.len(),
            args.len()
        ));
    }
    let mut bytes = vec![0; program.param_bytes as usize];
    for (at, (arg, (slot, _))) in args.iter().zip(&program.params).enumerate() {
        let given = arg.bytes();
        if given.len() != slot.bytes as usize {
            return refuse(format!(
                "argument {} of {function} has {} bytes, {} are given",
                at + 1,
                slot.bytes,
                given.len()
            ));
        }
        let start = slot.offset as usize;
        bytes[start..start + given.len()].copy_from_slice(&given);
    }
    Ok(bytes)
}

fn launched(mut machine: Machine<'_>) -> Launched {
    let mut left = std::mem::take(&mut machine.unsettled);
    machine.settle(&mut left);
    for (key, finding) in machine.pending.drain() {
        if !machine.log.is_known(&key) {
            machine.log.add(key, finding);
        }
    }
    let is_stopped = machine.is_stopped || machine.log.ends_the_launch;
    let blocks = machine.shape.grid.count();
    let mut counters = Counters {
        blocks,
        warps: blocks * u64::from(machine.shape.padded() / 32),
        threads: blocks * machine.shape.block.count(),
        ..Counters::default()
    };
    let mut by_line = std::collections::BTreeMap::new();
    for (inst, tally) in machine.program.code.iter().zip(&machine.tallies) {
        if tally.warp_instructions == 0 {
            continue;
        }
        let site = machine.program.places[inst.place as usize]
            .sites
            .first()
            .cloned();
        *by_line.entry(site).or_insert_with(LineCounters::default) += tally;
        counters.total += tally;
    }
    let lines = by_line.into_iter();
    counters.lines = lines
        .map(|(site, tally)| LineCounters { site, ..tally })
        .collect();
    Launched {
        end: if is_stopped {
            End::Stopped
        } else {
            End::Completed
        },
        faults: machine.log.faults,
        faults_in_all: machine.log.in_all,
        counters,
        printed: String::from_utf8_lossy(&machine.printed).into_owned(),
        printed_cut: machine.printed_cut,
    }
}

#[cfg(test)]
mod tests;
