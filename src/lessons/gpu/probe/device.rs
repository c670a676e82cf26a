//! A large launch on this machine's device, timed beside the reference's.
//!
//! What is timed is compared afterwards: inputs are written anew before each launch, and the results are
//! those of the last one.

use std::borrow::Cow;
use std::fs;
use std::path::Path;

use super::super::cases::{Array, Contract, Parameter, Plan, Start};
use super::super::facts::{Fact, Launch, Refused, Speed};
use super::bed::POISON;
use super::compare;
use super::options::Options;
use crate::gpu::cuda::{Buffer, Cuda, CudaError, Kernel, Module, compiler};
use crate::gpu::launch::{Arg, End};
use crate::gpu::memory::DevicePtr;
use crate::lessons::chance::Source;
use crate::model::check::{KERNEL_REFERENCE, KERNEL_SOURCE};

/// What came of it, as facts.
///
/// # Errors
/// Says what is wrong with the device, or with the reference.
pub(super) fn timed(contract: &Contract, options: &Options) -> Result<Vec<Fact>, String> {
    let text = |error: CudaError| error.to_string();
    let cuda = Cuda::find(None).map_err(text)?;
    let plan = (contract.large)();
    let mut source = Source::new(options.seed, &plan.told);
    let parameters = (contract.make)(&plan, &mut source);
    let loaded = match nvidias(&cuda, options) {
        Some(loaded) => loaded,
        None => clangs(&cuda, options)?,
    };
    let ours = loaded.ours.kernel(contract.function).map_err(text)?;
    let mut bench = Bench::new(&cuda, &plan, &parameters).map_err(text)?;
    let copied = cuda.bandwidth(bench.bytes() as usize).map_err(text)?;
    // Before and after: clocks go up and down.
    let before = bench.shortest_us(&ours).map_err(text)?;
    let own = loaded
        .own
        .and_then(|own| own.kernel(contract.function))
        .and_then(|own| Ok((bench.shortest_us(&own)?, bench.outputs()?)));
    let (own_us, outputs) = match own {
        Ok(made) => made,
        Err(error) => {
            let why = format!("on {}: {error}", cuda.description().name);
            let told = plan.told.clone();
            return Ok(vec![Fact::Refused(Refused { told, why })]);
        }
    };
    let after = bench.shortest_us(&ours).map_err(text)?;
    let mut facts = vec![Fact::Launch(Box::new(launch(&plan)))];
    facts.extend(outputs);
    facts.push(Fact::Speed(Speed {
        told: plan.told.clone(),
        device: format!("{}, {}", cuda.description().name, loaded.compiler),
        own_us,
        reference_us: before.min(after),
        bytes: bench.bytes(),
        copied,
    }));
    Ok(facts)
}

/// The reference and the submission, by one compiler.
struct Loaded {
    compiler: String,
    ours: Module,
    /// The driver may not take it.
    own: Result<Module, CudaError>,
}

/// Compiled for this very device by NVIDIA's compiler; none, where there is none, or where it takes one of
/// them for wrong, which clang did not.
fn nvidias(cuda: &Cuda, options: &Options) -> Option<Loaded> {
    let nvrtc = compiler::find(&[]).ok()?;
    let (major, minor) = nvrtc.version().ok()?;
    let built = options.ptx.parent()?;
    let module = |file: &Path| {
        let source = fs::read_to_string(file).ok()?;
        let capability = cuda.description().capability;
        let compiled = compiler::compile(&nvrtc, &source, file, capability).ok()?;
        cuda.module(&compiled.ptx).ok()
    };
    Some(Loaded {
        compiler: format!("NVRTC {major}.{minor}"),
        ours: module(&built.join(KERNEL_REFERENCE[0]))?,
        own: Ok(module(&built.parent()?.join(KERNEL_SOURCE))?),
    })
}

/// The PTX by which everything else is judged.
///
/// # Errors
/// If a file cannot be read, or the reference cannot be loaded: it then calls functions of libdevice's, which
/// the driver does not have.
fn clangs(cuda: &Cuda, options: &Options) -> Result<Loaded, String> {
    let read = |path: &Path| {
        fs::read_to_string(path)
            .map_err(|error| format!("{} cannot be read: {error}", path.display()))
    };
    let ours = read(&options.ptx.with_file_name(KERNEL_REFERENCE[1]))?;
    let ours = cuda
        .module(&ours)
        .map_err(|error| format!("without NVRTC, the reference cannot be timed: {error}"))?;
    let own = read(&options.ptx)?;
    if own.contains(LIBDEVICE) {
        return Err(
            "without NVRTC, a kernel that calls functions of libdevice cannot be timed".to_owned(),
        );
    }
    Ok(Loaded {
        compiler: "clang".to_owned(),
        ours,
        own: cuda.module(&own),
    })
}

/// How the names of libdevice's functions begin.
const LIBDEVICE: &str = "__nv_";

/// The launch as a fact; nobody has counted what it did.
fn launch(plan: &Plan) -> Launch {
    Launch {
        told: plan.told.clone(),
        is_optimised: true,
        sizes: plan.sizes.map(|size| size as u64),
        end: End::Completed,
        blocks: plan.grid.count(),
        warps: plan.grid.count() * plan.block.count().div_ceil(32),
        writes: 0,
        is_counted: false,
        again: String::new(),
    }
}

/// A device with the arrays of a launch.
struct Bench<'a> {
    cuda: &'a Cuda,
    plan: &'a Plan,
    args: Vec<Arg>,
    /// Each with what is in it before a launch.
    placed: Vec<(&'a Array, Cow<'a, [u8]>, Buffer)>,
}

impl<'a> Bench<'a> {
    fn new(cuda: &'a Cuda, plan: &'a Plan, parameters: &'a [Parameter]) -> Result<Self, CudaError> {
        let (mut args, mut placed) = (Vec::new(), Vec::new());
        for parameter in parameters {
            args.push(match parameter {
                Parameter::Int(number) => Arg::I32(*number),
                Parameter::Float(number) => Arg::F32(*number),
                Parameter::Array(array) if array.bytes() == 0 => Arg::Ptr(DevicePtr(0)),
                Parameter::Array(array) => {
                    let buffer = cuda.alloc(array.bytes())?;
                    let pointer = buffer.pointer();
                    placed.push((array, content(array), buffer));
                    Arg::Ptr(pointer)
                }
            });
        }
        Ok(Self {
            cuda,
            plan,
            args,
            placed,
        })
    }

    /// The shortest time of several launches, microseconds.
    fn shortest_us(&mut self, kernel: &Kernel) -> Result<f64, CudaError> {
        let Self {
            cuda,
            plan,
            args,
            placed,
        } = self;
        let timing = cuda.time(
            |cuda| {
                let mut placed = placed.iter_mut();
                placed.try_for_each(|(_, content, buffer)| cuda.write(buffer, content))
            },
            |cuda| cuda.launch(kernel, (plan.grid, plan.block), 0, args),
        )?;
        Ok(timing.shortest_us())
    }

    /// What is in the arrays, as far as it is worth a fact.
    fn outputs(&self) -> Result<Vec<Fact>, CudaError> {
        let mut facts = Vec::new();
        for (array, _, buffer) in &self.placed {
            let bytes = self.cuda.read(buffer)?;
            facts.extend(compare::array(array, &bytes, |_| false));
        }
        Ok(facts)
    }

    /// Bytes that no kernel can help to move: what is given is read, what is wanted is written.
    fn bytes(&self) -> f64 {
        let moves = |array: &Array| {
            u32::from(matches!(array.start, Start::Given(_))) + u32::from(array.want.is_some())
        };
        let all = self.placed.iter();
        all.map(|(array, ..)| f64::from(moves(array)) * array.bytes() as f64)
            .sum()
    }
}

/// What is in an array before a launch.
fn content(array: &Array) -> Cow<'_, [u8]> {
    match &array.start {
        Start::Given(bytes) => bytes.into(),
        Start::Unwritten(len) => POISON.iter().copied().cycle().take(*len).collect(),
    }
}
