//! The real device: the first one of this machine, through the CUDA driver.
//!
//! A machine without a driver, with another driver than expected, or without a device is an ordinary error.
//! Kernels come as PTX, which the driver compiles; [`compiler`] makes it with NVIDIA's own compiler, where
//! that is installed. [`timing`] measures.
//!
//! What is not here: checks. A device says that a kernel has failed, and neither where nor why.

pub mod compiler;
pub mod timing;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cudarc::driver::sys::CUdevice_attribute as Attribute;
use cudarc::driver::{
    CudaContext, CudaFunction, CudaModule, CudaSlice, CudaStream, DevicePtr as _, DriverError,
};
use cudarc::nvrtc::Ptx;

use super::launch::{Arg, Dim3};
use super::memory::DevicePtr;
use crate::sys::cuda::{self, Absent};

/// Why the device did not do something.
#[derive(Debug, thiserror::Error)]
pub enum CudaError {
    /// There is no driver that could be used.
    #[error(transparent)]
    NoDriver(#[from] Absent),
    /// There is no device.
    #[error("the CUDA driver finds no device")]
    NoDevice,
    /// The driver says no.
    #[error("cannot {what}: {text}")]
    Refused {
        /// What was to be done.
        what: &'static str,
        /// What the driver says.
        text: String,
    },
    /// Bytes that are not those of the buffer.
    #[error("{asked} bytes of a buffer of {len}")]
    Outside {
        /// Bytes asked for.
        asked: usize,
        /// Bytes that there are.
        len: usize,
    },
}

impl CudaError {
    fn refused(what: &'static str) -> impl Fn(DriverError) -> Self {
        move |error| match error.0 {
            cudarc::driver::sys::CUresult::CUDA_ERROR_NO_DEVICE => Self::NoDevice,
            _ => Self::Refused {
                what,
                text: error.to_string(),
            },
        }
    }
}

/// What a device says of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Description {
    /// Its name.
    pub name: String,
    /// Its compute capability: `(7, 5)`.
    pub capability: (i32, i32),
    /// The driver's version: 12040 for 12.4.
    pub driver: i32,
    /// Bytes of memory.
    pub memory: usize,
    /// Multiprocessors.
    pub processors: i32,
    /// Bytes of the cache that all of them share.
    pub cache: i32,
    /// Bytes a second that its memory could move, by clock and bus width, if it says them.
    pub peak_bytes: Option<f64>,
}

/// The first device of this machine.
#[derive(Debug)]
pub struct Cuda {
    context: Arc<CudaContext>,
    stream: Arc<CudaStream>,
    description: Description,
}

/// Memory of the device.
#[derive(Debug)]
pub struct Buffer {
    memory: CudaSlice<u8>,
    len: usize,
}

/// Code that the driver has compiled for the device, with the variables that it declares.
#[derive(Clone, Debug)]
pub struct Module(Arc<CudaModule>);

/// A kernel that can be started.
#[derive(Debug)]
pub struct Kernel {
    function: CudaFunction,
    _module: Module,
}

/// The device nodes of NVIDIA's kernel module: each device's, that of all, and unified memory's.
pub fn nodes() -> Vec<PathBuf> {
    const OF_ALL: [&str; 3] = ["nvidiactl", "nvidia-uvm", "nvidia-uvm-tools"];
    let is_one = |name: &str| match name.strip_prefix("nvidia") {
        Some(number) if !number.is_empty() && number.bytes().all(|c| c.is_ascii_digit()) => true,
        _ => OF_ALL.contains(&name),
    };
    let mut nodes: Vec<PathBuf> = std::fs::read_dir("/dev")
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(is_one))
        .map(|entry| entry.path())
        .collect();
    nodes.sort();
    nodes
}

/// Whether this machine has a device and a driver that could be used, without starting either.
pub fn is_there() -> bool {
    !nodes().is_empty() && cuda::open(None).is_ok()
}

impl Cuda {
    /// The device that this machine's driver finds; or, with a path, the driver that is there.
    ///
    /// # Errors
    /// [`CudaError::NoDriver`], [`CudaError::NoDevice`], and whatever else the driver says.
    pub fn find(driver: Option<&Path>) -> Result<Self, CudaError> {
        cuda::open(driver)?;
        let context = cuda::context().map_err(CudaError::refused("use the device"))?;
        let stream = context.default_stream();
        let description =
            describe(&context).map_err(CudaError::refused("ask the device about itself"))?;
        Ok(Self {
            context,
            stream,
            description,
        })
    }

    /// What it says of itself.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// Loads PTX.
    ///
    /// # Errors
    /// If the driver cannot compile it.
    pub fn module(&self, ptx: &str) -> Result<Module, CudaError> {
        // What the driver reads ends at a zero; what comes behind would be lost.
        let ptx: String = ptx.chars().take_while(|c| *c != '\0').collect();
        let module = self
            .context
            .load_module(Ptx::from_src(ptx))
            .map_err(CudaError::refused("load the PTX"))?;
        Ok(Module(module))
    }

    /// Loads PTX, and finds a kernel in it.
    ///
    /// # Errors
    /// If the driver cannot compile it, or there is no such kernel.
    pub fn load(&self, ptx: &str, kernel: &str) -> Result<Kernel, CudaError> {
        self.module(ptx)?.kernel(kernel)
    }

    /// Writes the beginning of a module's variable.
    ///
    /// # Errors
    /// If there is none of this name, or it is smaller.
    pub fn write_variable(&self, of: &Module, name: &str, bytes: &[u8]) -> Result<(), CudaError> {
        let refused = CudaError::refused("write a variable");
        let mut place = of.0.get_global(name, &self.stream).map_err(&refused)?;
        let len = place.len();
        let mut place = place
            .try_slice_mut(..bytes.len())
            .ok_or(CudaError::Outside {
                asked: bytes.len(),
                len,
            })?;
        self.stream
            .memcpy_htod(bytes, &mut place)
            .map_err(&refused)?;
        self.wait()
    }

    /// Reads all of a module's variable.
    ///
    /// # Errors
    /// If there is none of this name.
    pub fn read_variable(&self, of: &Module, name: &str) -> Result<Vec<u8>, CudaError> {
        let refused = CudaError::refused("read a variable");
        let place = of.0.get_global(name, &self.stream).map_err(&refused)?;
        let mut bytes = vec![0; place.len()];
        self.stream
            .memcpy_dtoh(&place, &mut bytes)
            .map_err(&refused)?;
        self.wait()?;
        Ok(bytes)
    }

    /// Memory of this many bytes; of none, it is memory of one.
    ///
    /// # Errors
    /// If there is not so much left.
    pub fn alloc(&self, bytes: usize) -> Result<Buffer, CudaError> {
        let memory = cuda::alloc(&self.stream, bytes.max(1))
            .map_err(CudaError::refused("allocate memory"))?;
        Ok(Buffer { memory, len: bytes })
    }

    /// Writes the beginning of a buffer.
    ///
    /// # Errors
    /// If there are more bytes than the buffer has.
    pub fn write(&self, to: &mut Buffer, bytes: &[u8]) -> Result<(), CudaError> {
        to.inside(bytes.len())?;
        if bytes.is_empty() {
            return Ok(());
        }
        let copied = self.stream.memcpy_htod(bytes, &mut to.memory);
        copied.map_err(CudaError::refused("copy to the device"))?;
        self.wait()
    }

    /// Reads all of a buffer, after all that was started before.
    ///
    /// # Errors
    /// What became of kernels before comes out here, too.
    pub fn read(&self, from: &Buffer) -> Result<Vec<u8>, CudaError> {
        let mut bytes = vec![0; from.memory.len()];
        let copied = self.stream.memcpy_dtoh(&from.memory, &mut bytes);
        copied.map_err(CudaError::refused("copy from the device"))?;
        self.wait()?;
        bytes.truncate(from.len);
        Ok(bytes)
    }

    /// Starts a kernel. It has not ended when this returns, and may have failed by then or not.
    ///
    /// The caller has compared number and sizes of the arguments with what the kernel declares: the driver
    /// does not know how many there are.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn launch(
        &self,
        kernel: &Kernel,
        (grid, block): (Dim3, Dim3),
        shared_bytes: u32,
        arguments: &[Arg],
    ) -> Result<(), CudaError> {
        let mut bytes: Vec<Vec<u8>> = arguments.iter().map(Arg::bytes).collect();
        let [grid, block] = [grid, block].map(|size| [size.x, size.y, size.z]);
        cuda::launch(
            &self.stream,
            &kernel.function,
            (grid, block),
            shared_bytes,
            &mut bytes,
        )
        .map_err(CudaError::refused("start the kernel"))
    }

    /// Waits until all is done that was started.
    ///
    /// # Errors
    /// What became of it.
    pub fn wait(&self) -> Result<(), CudaError> {
        self.stream
            .synchronize()
            .map_err(CudaError::refused("wait for the device"))
    }
}

impl Module {
    /// Finds a kernel.
    ///
    /// # Errors
    /// If there is none of this name.
    pub fn kernel(&self, name: &str) -> Result<Kernel, CudaError> {
        let name: String = name.chars().take_while(|c| *c != '\0').collect();
        let function = self
            .0
            .load_function(&name)
            .map_err(CudaError::refused("find the kernel"))?;
        Ok(Kernel {
            function,
            _module: self.clone(),
        })
    }
}

impl Buffer {
    /// Where it is, as a kernel's argument.
    pub fn pointer(&self) -> DevicePtr {
        let (pointer, _ends) = self.memory.device_ptr(self.memory.stream());
        DevicePtr(pointer)
    }

    /// How many bytes it has.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn inside(&self, asked: usize) -> Result<(), CudaError> {
        match asked <= self.len {
            true => Ok(()),
            false => Err(CudaError::Outside {
                asked,
                len: self.len,
            }),
        }
    }
}

fn describe(context: &CudaContext) -> Result<Description, DriverError> {
    let attribute = |attribute| context.attribute(attribute);
    let clock = attribute(Attribute::CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE).unwrap_or(0);
    let bus = attribute(Attribute::CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH).unwrap_or(0);
    Ok(Description {
        name: context.name()?,
        capability: context.compute_capability()?,
        driver: cuda::version()?,
        memory: context.total_mem()?,
        processors: attribute(Attribute::CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT)?,
        cache: attribute(Attribute::CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE)?,
        peak_bytes: peak(clock, bus),
    })
}

/// Two transfers a clock: `clock` in kHz, `bus` in bits.
fn peak(clock: i32, bus: i32) -> Option<f64> {
    (clock > 0 && bus > 0).then(|| 2.0 * f64::from(clock) * 1e3 * f64::from(bus) / 8.0)
}

#[cfg(test)]
mod tests;
