//! A simulator with a module on it, for one kernel of the suite; and this machine's GPU, if both are to do
//! the same.

use std::collections::BTreeMap;

use syslab::gpu::counters::Counters;
use syslab::gpu::cuda::{Buffer, Cuda, CudaError, Module};
use syslab::gpu::fault::{Fault, FaultKind};
use syslab::gpu::launch::{Arg, Dim3, End, Launched, SimOptions};
use syslab::gpu::memory::DevicePtr;
use syslab::gpu::sim::{LoadedModule, Simulator};

use super::crowd::Tried;
use super::numbers::{Number, Random, bytes_of};

/// Instructions that a launch of the suite may take; none needs half of it.
pub(super) const MOST_INSTRUCTIONS: u64 = 20_000_000;

/// What the bytes of an output are before it is written: as a float a huge number.
const POISON: [u8; 4] = [0xa5, 0x5a, 0xe5, 0x7a];

pub(super) struct Device {
    simulator: Simulator,
    module: LoadedModule,
    mirror: Option<Mirror>,
    /// For the inputs.
    pub(super) random: Random,
    /// What all launches did.
    pub(super) counters: Counters,
}

impl Device {
    pub(super) fn new(ptx: &str, seed: u64, max_instructions: u64) -> Result<Self, String> {
        let mut simulator = Simulator::new(SimOptions {
            max_instructions,
            seed,
            ..SimOptions::default()
        });
        let module = simulator
            .load(ptx)
            .map_err(|error| format!("does not load: {error}"))?;
        Ok(Self {
            simulator,
            module,
            mirror: None,
            random: Random::new(seed),
            counters: Counters::default(),
        })
    }

    /// The same, with everything done on a GPU too: what is read is what the GPU has. So both are held
    /// against the same reference, bit by bit where that is whole.
    pub(super) fn with(gpu: &'static Cuda, ptx: &str, seed: u64) -> Result<Self, String> {
        let mut device = Self::new(ptx, seed, MOST_INSTRUCTIONS)?;
        device.mirror = Some(Mirror::new(gpu, ptx)?);
        Ok(device)
    }

    /// A buffer that holds these numbers.
    pub(super) fn input<T: Number>(&mut self, name: &str, numbers: &[T]) -> DevicePtr {
        let at = self.output::<T>(name, numbers.len());
        self.simulator.write(at, &bytes_of(numbers)).unwrap();
        if let Some(mirror) = &mut self.mirror {
            mirror.write(at, &bytes_of(numbers)).unwrap();
        }
        at
    }

    /// A buffer that holds these places.
    pub(super) fn pointers(&mut self, name: &str, places: &[DevicePtr]) -> DevicePtr {
        let addresses: Vec<u64> = places.iter().map(|place| place.0).collect();
        let at = self.input(name, &addresses);
        if let Some(mirror) = &mut self.mirror {
            let own: Vec<u64> = places.iter().map(|place| mirror.place(*place).0).collect();
            mirror.write(at, &bytes_of(&own)).unwrap();
        }
        at
    }

    /// A buffer for that many numbers, of which none is written. It has room for one at least.
    pub(super) fn output<T: Number>(&mut self, name: &str, count: usize) -> DevicePtr {
        let bytes = (count.max(1) * T::BYTES) as u64;
        let at = self.simulator.alloc(name, bytes).unwrap();
        self.simulator.poison(at, &POISON, bytes).unwrap();
        if let Some(mirror) = &mut self.mirror {
            mirror.add(at, bytes as usize).unwrap();
        }
        at
    }

    pub(super) fn free(&mut self, at: DevicePtr) {
        self.simulator.free(at).unwrap();
    }

    /// The numbers of a buffer; each must have been written.
    pub(super) fn read<T: Number>(&self, at: DevicePtr, count: usize) -> Result<Vec<T>, String> {
        let read = self
            .simulator
            .read(at, (count * T::BYTES) as u64)
            .map_err(|error| error.to_string())?;
        if read.uninitialised > 0 {
            return Err(format!(
                "{} of {} bytes of the result were not written",
                read.uninitialised,
                read.bytes.len()
            ));
        }
        let bytes = match &self.mirror {
            Some(mirror) => mirror.read(at, read.bytes.len())?,
            None => read.bytes,
        };
        Ok(bytes.chunks_exact(T::BYTES).map(T::get).collect())
    }

    /// Where a variable of the module is.
    pub(super) fn global(&mut self, name: &str) -> Result<(DevicePtr, u64), String> {
        let found = self
            .simulator
            .global(self.module, name)
            .ok_or_else(|| format!("the module has no variable {name}"))?;
        if let Some(mirror) = &mut self.mirror {
            mirror.variables.insert(found.0.0, name.to_owned());
        }
        Ok(found)
    }

    /// Writes numbers to a variable of the module.
    pub(super) fn set<T: Number>(&mut self, name: &str, numbers: &[T]) -> Tried {
        let (at, _) = self.global(name)?;
        if let Some(mirror) = &self.mirror {
            let written = mirror
                .gpu
                .write_variable(&mirror.module, name, &bytes_of(numbers));
            written.map_err(|error| error.to_string())?;
        }
        self.simulator
            .write(at, &bytes_of(numbers))
            .map_err(|error| error.to_string())
    }

    /// Launches a kernel of which everything may be expected.
    pub(super) fn launch(
        &mut self,
        function: &str,
        (grid, block): (Dim3, Dim3),
        shared_bytes: u32,
        args: &[Arg],
    ) -> Result<Launched, String> {
        let launched = self
            .simulator
            .launch(self.module, function, grid, block, shared_bytes, args)
            .map_err(|error| format!("{function}: {error}"))?;
        self.counters += &launched.counters;
        if let Some(mirror) = &self.mirror {
            mirror
                .launch(function, (grid, block), shared_bytes, args)
                .map_err(|error| format!("{function} on the GPU: {error}"))?;
        }
        Ok(launched)
    }

    /// Launches a kernel that must end, without a fault.
    pub(super) fn run(
        &mut self,
        function: &str,
        shape: (Dim3, Dim3),
        shared_bytes: u32,
        args: &[Arg],
    ) -> Result<Launched, String> {
        let launched = self.launch(function, shape, shared_bytes, args)?;
        let faults: Vec<String> = counted(&launched).map(described).collect();
        if !faults.is_empty() {
            return Err(format!("{function} is accused: {}", faults.join("; ")));
        }
        if launched.end != End::Completed {
            return Err(format!("{function} did not end"));
        }
        Ok(launched)
    }
}

/// The same PTX for a newer device, if this one is newer: some of what the suite writes by hand is only there.
fn newest(gpu: &Cuda, ptx: &str) -> String {
    match gpu.description().capability >= (9, 0) {
        true => ptx.replacen(".version 7.5", ".version 8.0", 1).replacen(
            ".target sm_75",
            ".target sm_90",
            1,
        ),
        false => ptx.to_owned(),
    }
}

/// A GPU that does what the simulator does; the simulator's pointers stand for its own.
struct Mirror {
    gpu: &'static Cuda,
    module: Module,
    buffers: BTreeMap<u64, Buffer>,
    variables: BTreeMap<u64, String>,
}

impl Mirror {
    fn new(gpu: &'static Cuda, ptx: &str) -> Result<Self, String> {
        Ok(Self {
            gpu,
            module: gpu
                .module(&newest(gpu, ptx))
                .map_err(|error| error.to_string())?,
            buffers: BTreeMap::new(),
            variables: BTreeMap::new(),
        })
    }

    fn add(&mut self, at: DevicePtr, bytes: usize) -> Result<(), CudaError> {
        let mut buffer = self.gpu.alloc(bytes)?;
        let poison: Vec<u8> = POISON.iter().copied().cycle().take(bytes).collect();
        self.gpu.write(&mut buffer, &poison)?;
        self.buffers.insert(at.0, buffer);
        Ok(())
    }

    fn write(&mut self, at: DevicePtr, bytes: &[u8]) -> Result<(), CudaError> {
        match self.buffers.get_mut(&at.0) {
            Some(buffer) => self.gpu.write(buffer, bytes),
            None => Ok(()),
        }
    }

    fn read(&self, at: DevicePtr, len: usize) -> Result<Vec<u8>, String> {
        let (begin, read) = match (self.buffer(at), self.variables.get(&at.0)) {
            (Some((begin, buffer)), _) => (begin, self.gpu.read(buffer)),
            (None, Some(name)) => (at.0, self.gpu.read_variable(&self.module, name)),
            (None, None) => return Err(format!("nothing on the GPU stands for {:#x}", at.0)),
        };
        let bytes = read.map_err(|error| format!("on the GPU: {error}"))?;
        let from = (at.0 - begin) as usize;
        Ok(bytes[from..][..len].to_vec())
    }

    fn launch(
        &self,
        function: &str,
        shape: (Dim3, Dim3),
        shared_bytes: u32,
        args: &[Arg],
    ) -> Result<(), CudaError> {
        let args: Vec<Arg> = args
            .iter()
            .map(|arg| match arg {
                Arg::Ptr(at) => Arg::Ptr(self.place(*at)),
                other => other.clone(),
            })
            .collect();
        let kernel = self.module.kernel(function)?;
        self.gpu.launch(&kernel, shape, shared_bytes, &args)?;
        self.gpu.wait()
    }

    /// Where a place of the simulator's memory is on the GPU.
    fn place(&self, at: DevicePtr) -> DevicePtr {
        self.buffer(at).map_or(at, |(begin, buffer)| {
            DevicePtr(buffer.pointer().0 + at.0 - begin)
        })
    }

    /// The buffer that a place of the simulator's memory is in, and where that begins there.
    fn buffer(&self, at: DevicePtr) -> Option<(u64, &Buffer)> {
        let (begin, buffer) = self.buffers.range(..=at.0).next_back()?;
        (at.0 - begin < buffer.len() as u64).then_some((*begin, buffer))
    }
}

/// The faults that count: a barrier behind which threads have returned is tolerated.
pub(super) fn counted(launched: &Launched) -> impl Iterator<Item = &Fault> {
    launched
        .faults
        .iter()
        .filter(|fault| fault.kind != FaultKind::ExitedBarrier)
}

/// A fault in one line.
pub(super) fn described(fault: &Fault) -> String {
    let site = |site: &Option<_>| match site {
        Some(site) => format!("{site}"),
        None => "?".to_owned(),
    };
    format!(
        "{} at {} (other {}), {}, {}: {}",
        fault.kind,
        site(&fault.site),
        site(&fault.other),
        fault.at,
        fault.buffer.as_deref().unwrap_or("-"),
        fault.text
    )
}

/// Enough blocks of `block` threads for `count` of them, and one at least.
pub(super) fn line(count: usize, block: usize) -> (Dim3, Dim3) {
    let blocks = count.div_ceil(block).max(1);
    (Dim3::line(blocks as u32), Dim3::line(block as u32))
}

/// Launches a kernel `f(a, b, out, n)` that computes `K` results for each pair, result by result.
pub(super) fn pairs<A: Number, B: Number, R: Number, const K: usize>(
    device: &mut Device,
    function: &str,
    (a, b): (&[A], &[B]),
    agree: impl Fn(R, R) -> bool,
    want: impl Fn(A, B) -> [R; K],
) -> Tried {
    let count = a.len();
    let out = device.output::<R>("out", K * count);
    let args = [
        Arg::Ptr(device.input("a", a)),
        Arg::Ptr(device.input("b", b)),
        Arg::Ptr(out),
        Arg::I32(count as i32),
    ];
    device.run(function, line(count, 64), 0, &args)?;
    let got = device.read::<R>(out, K * count)?;
    for (i, (a, b)) in a.iter().zip(b).enumerate() {
        for (k, want) in want(*a, *b).into_iter().enumerate() {
            let got = got[k * count + i];
            if !agree(got, want) {
                return Err(format!(
                    "{function}: result {k} of {a:?}, {b:?} is {got:?}, not {want:?}"
                ));
            }
        }
    }
    Ok(())
}

/// Launches a kernel `f(a, out, n)` that computes `K` results for each input, result by result.
pub(super) fn singles<A: Number, R: Number, const K: usize>(
    device: &mut Device,
    function: &str,
    a: &[A],
    agree: impl Fn(R, R) -> bool,
    want: impl Fn(A) -> [R; K],
) -> Tried {
    let count = a.len();
    let out = device.output::<R>("out", K * count);
    let args = [
        Arg::Ptr(device.input("a", a)),
        Arg::Ptr(out),
        Arg::I32(count as i32),
    ];
    device.run(function, line(count, 64), 0, &args)?;
    let got = device.read::<R>(out, K * count)?;
    for (i, a) in a.iter().enumerate() {
        for (k, want) in want(*a).into_iter().enumerate() {
            let got = got[k * count + i];
            if !agree(got, want) {
                return Err(format!(
                    "{function}: result {k} of {a:?} is {got:?}, not {want:?}"
                ));
            }
        }
    }
    Ok(())
}
