//! The device: the simulator, as the library's requests use it.

use super::facts::{Call, Fact};
use super::log::Log;
use super::options::{Lateness, Options};
use super::wire::{Answer, Kind, Malformed, Request};
use crate::gpu::fault::{Fault, FaultKind};
use crate::gpu::launch::{Arg, Dim3, End, LaunchError, SimOptions};
use crate::gpu::memory::{DevicePtr, MemoryError};
use crate::gpu::sim::{LoadError, LoadedModule, Simulator};

/// Errors of CUDA, as `library/include/driver_types.h` has them.
mod error {
    pub(super) const INVALID_VALUE: i32 = 1;
    pub(super) const OUT_OF_MEMORY: i32 = 2;
    pub(super) const INVALID_CONFIGURATION: i32 = 9;
    pub(super) const INVALID_PTX: i32 = 218;
    pub(super) const INVALID_HANDLE: i32 = 400;
    pub(super) const NOT_FOUND: i32 = 500;
    pub(super) const ILLEGAL_ADDRESS: i32 = 700;
    pub(super) const LAUNCH_TIMEOUT: i32 = 702;
    pub(super) const ASSERT: i32 = 710;
    pub(super) const MISALIGNED_ADDRESS: i32 = 716;
    pub(super) const LAUNCH_FAILURE: i32 = 719;
    pub(super) const NOT_SUPPORTED: i32 = 801;
}

/// Device memory, bytes; `library/library.h` has the same.
const MEMORY: u64 = 1 << 28;

/// Instructions that one launch may take, each thread's counted.
const INSTRUCTIONS: u64 = 500_000_000;

/// Bytes of one answer, less than the library takes.
const LONGEST_READ: u64 = 1 << 20;

/// Modules that are loaded at once.
const MOST_MODULES: usize = 64;

/// A kernel has no more parameters, in a list of 4 KiB.
const MOST_PARAMETERS: u32 = 4096;

/// The device of one run.
pub(super) struct Device {
    simulator: Simulator,
    modules: Vec<Option<LoadedModule>>,
    lateness: Lateness,
    holds: bool,
    has_device: bool,
}

impl Device {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            simulator: Simulator::new(SimOptions {
                max_instructions: INSTRUCTIONS,
                max_memory: MEMORY,
                max_printed: LONGEST_READ as usize,
                seed: options.seed,
                ..SimOptions::default()
            }),
            modules: Vec::new(),
            lateness: options.lateness,
            holds: options.holds,
            has_device: !options.has_no_device,
        }
    }

    /// Does what a request asks for.
    pub(super) fn answer(
        &mut self,
        mut request: Request,
        log: &mut Log<'_>,
    ) -> Result<Answer, Malformed> {
        let request = &mut request;
        match request.kind {
            Kind::Hello => Ok(self.hello()),
            Kind::Call => begin(request, log),
            Kind::Failed => {
                let name = request.name()?;
                log.failed(&name, request.u32()?.cast_signed());
                Ok(Answer::new(0))
            }
            Kind::Made => {
                let (what, id) = (request.name()?, request.u64()?);
                let bytes = request.u64()?;
                log.made(&what, id, bytes, &request.name()?);
                Ok(Answer::new(0))
            }
            Kind::Gone => {
                let what = request.name()?;
                log.gone(&what, request.u64()?);
                Ok(Answer::new(0))
            }
            Kind::Waited => waited(request, log),
            Kind::Held => {
                log.say(&Fact::Held {
                    number: log.number(),
                    has_python_lock: request.flag()?,
                });
                Ok(Answer::new(0))
            }
            Kind::Alloc => self.alloc(request, log),
            Kind::Free => self.free(request, log),
            Kind::Write => {
                let at = DevicePtr(request.u64()?);
                let bytes = request.rest();
                Ok(done(self.simulator.write(at, &bytes)))
            }
            Kind::Read => self.read(request, log),
            Kind::Fill => self.fill(request),
            Kind::Copy => self.copy(request),
            Kind::Load => self.load(request, log),
            Kind::Unload => {
                let at = request.u32()? as usize;
                match self.modules.get_mut(at).and_then(Option::take) {
                    Some(module) => {
                        self.simulator.unload(module);
                        Ok(Answer::new(0))
                    }
                    None => Ok(Answer::new(error::INVALID_HANDLE)),
                }
            }
            Kind::Function => self.function(request),
            Kind::Global => self.global(request),
            Kind::Launch => self.launch(request, log),
        }
    }

    fn hello(&self) -> Answer {
        let lateness = match self.lateness {
            Lateness::Prompt => 0,
            Lateness::First => 1,
            Lateness::Last => 2,
        };
        Answer::new(0)
            .u32(lateness)
            .u32(u32::from(self.has_device))
            .u32(u32::from(self.holds))
    }

    fn alloc(&mut self, request: &mut Request, log: &mut Log<'_>) -> Result<Answer, Malformed> {
        let bytes = request.u64()?;
        let name = request.name()?;
        let label = format!("the memory of call {}", log.number());
        Ok(match self.simulator.alloc(&label, bytes) {
            Ok(made) => {
                log.made("device memory", made.0, bytes, &name);
                Answer::new(0).u64(made.0)
            }
            Err(refused) => Answer::new(code(&refused)),
        })
    }

    fn free(&mut self, request: &mut Request, log: &mut Log<'_>) -> Result<Answer, Malformed> {
        let at = request.u64()?;
        match self.simulator.free(DevicePtr(at)) {
            Ok(()) => {
                log.closed("device memory", at);
                Ok(Answer::new(0))
            }
            Err(refused) => {
                log.misused(match &refused {
                    // The address differs from run to run, and says nothing.
                    MemoryError::NotAnAllocation(_) => {
                        "that is no memory of the device's".to_owned()
                    }
                    known => known.to_string(),
                });
                Ok(Answer::new(code(&refused)))
            }
        }
    }

    fn read(&mut self, request: &mut Request, log: &mut Log<'_>) -> Result<Answer, Malformed> {
        let at = DevicePtr(request.u64()?);
        let len = request.u64()?;
        if len > LONGEST_READ {
            return Err(Malformed::Long(request.kind));
        }
        Ok(match self.simulator.read(at, len) {
            Ok(read) => {
                if read.uninitialised > 0 {
                    log.say(&Fact::ReadUnwritten {
                        number: log.number(),
                        bytes: read.uninitialised,
                    });
                }
                Answer::new(0).bytes(&read.bytes)
            }
            Err(refused) => Answer::new(code(&refused)),
        })
    }

    fn fill(&mut self, request: &mut Request) -> Result<Answer, Malformed> {
        let at = DevicePtr(request.u64()?);
        let pattern = request.u32()?.to_le_bytes();
        let width = request.u32()?;
        let count = request.u64()?;
        let (Some(pattern), Some(len)) = (
            pattern.get(..width as usize).filter(|it| !it.is_empty()),
            count.checked_mul(u64::from(width)),
        ) else {
            return Ok(Answer::new(error::INVALID_VALUE));
        };
        Ok(done(self.simulator.fill(at, pattern, len)))
    }

    /// A copy within the device. What nothing ever wrote stays so.
    fn copy(&mut self, request: &mut Request) -> Result<Answer, Malformed> {
        let to = DevicePtr(request.u64()?);
        let from = DevicePtr(request.u64()?);
        let len = request.u64()?;
        Ok(match self.simulator.read(from, len) {
            Ok(read) if read.uninitialised == len => {
                done(self.simulator.poison(to, &read.bytes, len))
            }
            Ok(read) => done(self.simulator.write(to, &read.bytes)),
            Err(refused) => Answer::new(code(&refused)),
        })
    }

    fn load(&mut self, request: &mut Request, log: &mut Log<'_>) -> Result<Answer, Malformed> {
        let ptx = request.text()?;
        if self.modules.iter().flatten().count() >= MOST_MODULES {
            return Ok(Answer::new(error::OUT_OF_MEMORY));
        }
        Ok(match self.simulator.load(&ptx) {
            Ok(module) => {
                let at = u32::try_from(self.modules.len()).unwrap_or(u32::MAX);
                self.modules.push(Some(module));
                Answer::new(0).u32(at)
            }
            Err(refused) => {
                log.say(&Fact::Unsupported {
                    what: refused.to_string(),
                });
                Answer::new(match refused {
                    LoadError::Parse { .. } => error::INVALID_PTX,
                    _ => error::NOT_SUPPORTED,
                })
            }
        })
    }

    fn module(&self, at: u32) -> Option<LoadedModule> {
        *self.modules.get(at as usize)?
    }

    fn function(&mut self, request: &mut Request) -> Result<Answer, Malformed> {
        let module = self.module(request.u32()?);
        let name = request.name()?;
        let Some(module) = module else {
            return Ok(Answer::new(error::INVALID_HANDLE));
        };
        let functions = self.simulator.functions(module);
        let Some(found) = functions.into_iter().find(|one| one.name == name) else {
            return Ok(Answer::new(error::NOT_FOUND));
        };
        let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let block = found.required_block.unwrap_or(Dim3::new(0, 0, 0));
        let answer = Answer::new(0)
            .u32(found.max_threads.map_or(0, small))
            .u32(small(found.static_shared))
            .u32(block.x)
            .u32(block.y)
            .u32(block.z)
            .u32(small(found.params.len() as u64));
        let sizes = found.params.iter().map(|one| small(one.bytes));
        Ok(sizes.fold(answer, Answer::u32))
    }

    fn global(&mut self, request: &mut Request) -> Result<Answer, Malformed> {
        let module = self.module(request.u32()?);
        let name = request.name()?;
        let found = module.and_then(|module| self.simulator.global(module, &name));
        Ok(match found {
            Some((at, bytes)) => Answer::new(0).u64(at.0).u64(bytes),
            None => Answer::new(error::NOT_FOUND),
        })
    }

    fn launch(&mut self, request: &mut Request, log: &mut Log<'_>) -> Result<Answer, Malformed> {
        let module = self.module(request.u32()?);
        let function = request.name()?;
        let grid = Dim3::new(request.u32()?, request.u32()?, request.u32()?);
        let block = Dim3::new(request.u32()?, request.u32()?, request.u32()?);
        let shared = request.u32()?;
        let arguments = arguments(request)?;
        let Some(module) = module else {
            return Ok(Answer::new(error::INVALID_HANDLE));
        };
        let launched = self
            .simulator
            .launch(module, &function, grid, block, shared, &arguments);
        Ok(match launched {
            Ok(launched) => {
                for fault in &launched.faults {
                    log.say(&Fact::KernelFault {
                        function: function.clone(),
                        fault: fault.clone(),
                    });
                }
                match launched.end {
                    End::Completed => Answer::new(0).bytes(launched.printed.as_bytes()),
                    End::Stopped => Answer::new(fault_code(&launched.faults)),
                }
            }
            Err(refused) => Answer::new(match refused {
                LaunchError::NoSuchModule => error::INVALID_HANDLE,
                LaunchError::NoSuchFunction(_) => error::NOT_FOUND,
                LaunchError::InvalidConfiguration(_) => error::INVALID_CONFIGURATION,
                LaunchError::WrongArguments(_) => error::INVALID_VALUE,
            }),
        })
    }
}

fn begin(request: &mut Request, log: &mut Log<'_>) -> Result<Answer, Malformed> {
    let call = Call {
        number: 0,
        name: request.name()?,
        stream: request.u64()?,
        bytes: request.u64()?,
        host: request.u64()?,
        device: request.u64()?,
        work: request.name()?,
        is_locked: request.flag()?,
        is_asynchronous: request.flag()?,
        pending: request.u64()?,
    };
    Ok(Answer::new(log.begin(call).unwrap_or(0)))
}

fn waited(request: &mut Request, log: &mut Log<'_>) -> Result<Answer, Malformed> {
    /// Streams with a larger number mean an event, or everything.
    const NO_STREAM: u64 = u64::MAX - 1;
    let name = request.name()?;
    let stream = request.u64()?;
    let work = request.u64()?;
    log.say(&Fact::Waited {
        number: log.number(),
        name: super::calls::unversioned(&name).to_owned(),
        stream: (stream < NO_STREAM).then_some(stream),
        work,
    });
    Ok(Answer::new(0))
}

fn arguments(request: &mut Request) -> Result<Vec<Arg>, Malformed> {
    let count = request.u32()?;
    if count > MOST_PARAMETERS {
        return Err(Malformed::Long(request.kind));
    }
    let mut sizes = Vec::new();
    for _ in 0..count {
        sizes.push(request.u32()? as usize);
    }
    let values = sizes.into_iter().map(|size| request.bytes(size));
    values.map(|bytes| bytes.map(Arg::Bytes)).collect()
}

fn done(result: Result<(), MemoryError>) -> Answer {
    Answer::new(result.err().map_or(0, |refused| code(&refused)))
}

fn code(refused: &MemoryError) -> i32 {
    match refused {
        MemoryError::OutOfMemory { .. } => error::OUT_OF_MEMORY,
        _ => error::INVALID_VALUE,
    }
}

/// The error by which a GPU ends a kernel that did this.
fn fault_code(faults: &[Fault]) -> i32 {
    let ending = faults.iter().find(|fault| fault.kind.ends_a_launch());
    match ending.map(|fault| fault.kind) {
        Some(
            FaultKind::OutOfBounds
            | FaultKind::NullPointer
            | FaultKind::UseAfterFree
            | FaultKind::WriteToConstant,
        ) => error::ILLEGAL_ADDRESS,
        Some(FaultKind::Misaligned) => error::MISALIGNED_ADDRESS,
        Some(FaultKind::Assert) => error::ASSERT,
        Some(FaultKind::Endless | FaultKind::Deadlock) => error::LAUNCH_TIMEOUT,
        _ => error::LAUNCH_FAILURE,
    }
}
