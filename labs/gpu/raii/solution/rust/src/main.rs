//! Adds two vectors on the GPU with two streams, and prints the sum of the result: prog N.
//!
//! cudarc's types own what the device gives out, and give it back when they are dropped. What is left to
//! do is to let errors come out by `?`, so that everything is dropped, and to exit only then.

use std::error::Error;
use std::fmt::Display;
use std::process::ExitCode;
use std::sync::Arc;

use cudarc::driver::{
    CudaContext, CudaSlice, CudaStream, DriverError, LaunchConfig, PinnedHostSlice, PushKernelArg,
    sys,
};
use cudarc::nvrtc::Ptx;

/// Made of kernel.cu before this is compiled.
const KERNEL: &str = include_str!("../kernel.ptx");

/// Threads of a block.
const BLOCK: u32 = 256;

/// One half of the vectors, in the stream that works on it.
struct Half {
    stream: Arc<CudaStream>,
    /// Page-locked: only then is a copy asynchronous.
    host: [PinnedHostSlice<f32>; 3],
    device: [CudaSlice<f32>; 3],
}

/// Says which call it was, where cudarc only says what the driver said.
fn named<T>(call: &str, result: Result<T, DriverError>) -> Result<T, Box<dyn Error>> {
    result.map_err(|error| said(call, &error))
}

fn said(call: &str, error: &dyn Display) -> Box<dyn Error> {
    format!("{call}: {error}").into()
}

impl Half {
    /// Of `count` elements from `begin` on.
    fn new(context: &Arc<CudaContext>, begin: usize, count: usize) -> Result<Self, Box<dyn Error>> {
        let stream = named("new_stream", context.new_stream())?;
        let host = || {
            // SAFETY: a and b are written before they are read, and c by the device.
            named("alloc_pinned", unsafe {
                context.alloc_pinned_with_flags::<f32>(count, 0)
            })
        };
        // SAFETY: all three are written before they are read.
        let device = || named("alloc", unsafe { stream.alloc::<f32>(count) });
        let (mut a, mut b, c) = (host()?, host()?, host()?);
        let slices = [
            named("as_mut_slice", a.as_mut_slice())?,
            named("as_mut_slice", b.as_mut_slice())?,
        ];
        for (slice, modulus) in slices.into_iter().zip([1000, 7]) {
            for (i, element) in slice.iter_mut().enumerate() {
                *element = ((begin + i) % modulus) as f32;
            }
        }
        let device = [device()?, device()?, device()?];
        Ok(Self {
            stream,
            host: [a, b, c],
            device,
        })
    }

    /// Puts all its work into its stream, and waits for none of it.
    fn issue(&mut self, add: &cudarc::driver::CudaFunction) -> Result<(), Box<dyn Error>> {
        let [a, b, c] = &mut self.device;
        named(
            "memcpy_htod of a",
            self.stream.memcpy_htod(&self.host[0], a),
        )?;
        named(
            "memcpy_htod of b",
            self.stream.memcpy_htod(&self.host[1], b),
        )?;
        let count = c.len() as i32;
        let mut launch = self.stream.launch_builder(add);
        launch.arg(&*a).arg(&*b).arg(&mut *c).arg(&count);
        let shape = LaunchConfig {
            grid_dim: ((count as u32).div_ceil(BLOCK), 1, 1),
            block_dim: (BLOCK, 1, 1),
            shared_mem_bytes: 0,
        };
        // SAFETY: these are the kernel's parameters, and it stays below `count`.
        named("launch of add", unsafe { launch.launch(shape) })?;
        named(
            "memcpy_dtoh of c",
            self.stream.memcpy_dtoh(c, &mut self.host[2]),
        )
    }

    /// Waits, and adds up.
    fn sum(&self) -> Result<f64, Box<dyn Error>> {
        named("synchronize", self.stream.synchronize())?;
        let c = named("as_slice", self.host[2].as_slice())?;
        Ok(c.iter().copied().map(f64::from).sum())
    }
}

fn run(context: &Arc<CudaContext>, n: usize) -> Result<f64, Box<dyn Error>> {
    let module = named("load_module", context.load_module(Ptx::from_src(KERNEL)))?;
    let add = named("load_function", module.load_function("add"))?;
    let middle = n.div_ceil(2);
    let mut halves = Vec::new();
    for (begin, count) in [(0, middle), (middle, n - middle)] {
        if count > 0 {
            halves.push(Half::new(context, begin, count)?);
        }
    }
    for half in &mut halves {
        half.issue(&add)?;
    }
    let mut sum = 0.0;
    for half in &halves {
        sum += half.sum()?;
    }
    Ok(sum)
}

/// The device, or none.
fn device() -> Result<Option<Arc<CudaContext>>, Box<dyn Error>> {
    // SAFETY: only looks whether the library can be loaded; without it, cudarc panics.
    if !unsafe { sys::is_culib_present() } {
        return Ok(None);
    }
    match CudaContext::new(0) {
        Ok(context) => Ok(Some(context)),
        Err(DriverError(sys::CUresult::CUDA_ERROR_NO_DEVICE)) => Ok(None),
        Err(error) => Err(said("CudaContext::new", &error)),
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [n] = &arguments[..] else {
        eprintln!("usage: prog N");
        return ExitCode::from(2);
    };
    let Ok(n) = n.parse::<u32>() else {
        eprintln!("usage: prog N");
        return ExitCode::from(2);
    };
    let summed = match device() {
        Ok(Some(context)) => run(&context, n as usize),
        Ok(None) => {
            eprintln!("there is no CUDA device");
            return ExitCode::from(3);
        }
        Err(error) => Err(error),
    };
    match summed {
        Ok(sum) => {
            println!("{sum:.0}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
