//! A module on the simulator, launched again and again with arrays of its own each time.
//!
//! The module stays loaded: what a kernel keeps in `__device__` variables is there at its next launch, as on
//! a device. Arrays come and go.

use super::super::cases::{Array, Parameter, Plan, Start};
use super::super::facts::{Fact, Launch, Refused};
use super::{again, compare};
use crate::gpu::counters::Counters;
use crate::gpu::fault::Fault;
use crate::gpu::launch::{Arg, Checks, FunctionInfo, LaunchError, SimOptions};
use crate::gpu::memory::{DevicePtr, MemoryError};
use crate::gpu::sim::{LoadedModule, Simulator};

/// What memory holds that nobody has written: a NaN, and as a whole number one that no result is.
pub(super) const POISON: [u8; 4] = [0xab, 0xcd, 0xfd, 0x7f];

/// Device memory, bytes.
const MEMORY: u64 = 64 << 20;

/// Different faults of a launch that are written down.
const FAULTS: usize = 24;

/// Bytes of what a kernel prints that are kept: nobody looks at them.
const PRINTED: usize = 1024;

/// A simulator with a module.
pub(super) struct Bed {
    simulator: Simulator,
    module: LoadedModule,
    /// Whether the module was compiled with optimisation.
    pub(super) is_optimised: bool,
}

/// What came of a launch.
pub(super) enum Came {
    /// Nothing: CUDA would have refused it.
    Refused(Refused),
    /// It was made.
    Made(Box<Made>),
}

/// A launch that was made.
pub(super) struct Made {
    pub(super) launch: Launch,
    pub(super) faults: Vec<Fault>,
    pub(super) counters: Counters,
    pub(super) outputs: Vec<Fact>,
}

/// An array in device memory.
struct Placed<'a> {
    array: &'a Array,
    at: DevicePtr,
}

impl Bed {
    /// Loads a module.
    ///
    /// # Errors
    /// Says what the simulator does not know.
    pub(super) fn new(ptx: &str, checks: Checks, seed: u64) -> Result<Self, String> {
        let mut simulator = Simulator::new(SimOptions {
            checks,
            max_memory: MEMORY,
            max_faults: FAULTS,
            max_printed: PRINTED,
            seed,
            ..SimOptions::default()
        });
        let module = simulator.load(ptx).map_err(|error| error.to_string())?;
        Ok(Self {
            simulator,
            module,
            is_optimised: true,
        })
    }

    /// The module's kernels.
    pub(super) fn functions(&self) -> Vec<FunctionInfo> {
        self.simulator.functions(self.module)
    }

    /// Launches a kernel as planned.
    ///
    /// # Errors
    /// Says what is wrong with our own doing: no memory, no such module.
    pub(super) fn launch(
        &mut self,
        function: &str,
        plan: &Plan,
        parameters: &[Parameter],
    ) -> Result<Came, String> {
        let mut placed = Vec::new();
        let mut args = Vec::new();
        for parameter in parameters {
            args.push(match parameter {
                Parameter::Int(number) => Arg::I32(*number),
                Parameter::Float(number) => Arg::F32(*number),
                Parameter::Array(array) => {
                    let at = self.place(array).map_err(|error| error.to_string())?;
                    placed.push(Placed { array, at });
                    Arg::Ptr(at)
                }
            });
        }
        let options = self.simulator.options_mut();
        options.max_instructions = plan.most_instructions(self.is_optimised);
        // No two launches take blocks and warps in the same order.
        options.seed = options.seed.wrapping_add(1);
        let launched =
            self.simulator
                .launch(self.module, function, plan.grid, plan.block, 0, &args);
        let launched = match launched {
            Ok(launched) => launched,
            Err(LaunchError::NoSuchModule) => return Err("the module has gone".to_owned()),
            Err(error) => {
                self.clear(&placed).map_err(|error| error.to_string())?;
                return Ok(Came::Refused(Refused {
                    told: plan.told.clone(),
                    why: error.to_string(),
                }));
            }
        };
        let outputs = self.outputs(&placed).map_err(|error| error.to_string())?;
        self.clear(&placed).map_err(|error| error.to_string())?;
        let total = &launched.counters.total;
        Ok(Came::Made(Box::new(Made {
            launch: Launch {
                told: plan.told.clone(),
                is_optimised: self.is_optimised,
                sizes: plan.sizes.map(|size| size as u64),
                end: launched.end,
                blocks: launched.counters.blocks,
                warps: launched.counters.warps,
                writes: total.global_stores.saturating_add(total.global_atomics),
                is_counted: plan.is_counted,
                again: again::options(function, plan, parameters, self.is_optimised),
            },
            faults: launched.faults,
            counters: launched.counters,
            outputs,
        })))
    }

    /// Puts an array into device memory; one without an element is nowhere.
    fn place(&mut self, array: &Array) -> Result<DevicePtr, MemoryError> {
        let bytes = array.bytes();
        if bytes == 0 {
            return Ok(DevicePtr(0));
        }
        let at = self.simulator.alloc(array.name, bytes as u64)?;
        match &array.start {
            Start::Given(content) => self.simulator.write(at, content)?,
            Start::Unwritten(len) => self.simulator.poison(at, &POISON, *len as u64)?,
        }
        Ok(at)
    }

    /// What is in the arrays now, as far as it is worth a fact.
    fn outputs(&self, placed: &[Placed<'_>]) -> Result<Vec<Fact>, MemoryError> {
        let mut facts = Vec::new();
        for Placed { array, at } in placed {
            if array.bytes() == 0 {
                continue;
            }
            let read = self.simulator.read(*at, array.bytes() as u64)?;
            let size = array.element.size();
            // Only what looks like never written can be: then it is worth asking element by element.
            let is_unwritten = |index: usize| {
                let element = &read.bytes[index * size..(index + 1) * size];
                read.uninitialised > 0
                    && element == &POISON[..size]
                    && self
                        .simulator
                        .read(at.offset((index * size) as u64), size as u64)
                        .is_ok_and(|one| one.uninitialised == size as u64)
            };
            facts.extend(compare::array(array, &read.bytes, is_unwritten));
        }
        Ok(facts)
    }

    fn clear(&mut self, placed: &[Placed<'_>]) -> Result<(), MemoryError> {
        for Placed { at, .. } in placed {
            if *at != DevicePtr(0) {
                self.simulator.free(*at)?;
            }
        }
        Ok(())
    }
}
