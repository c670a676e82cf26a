//! Where a demo's kernels run: compiled when they are needed, on a simulator of their own.

use std::fs;
use std::io::Write;

use anyhow::Context;

use crate::bench::build::{Optimisation, compile};
use crate::gpu::cuda::{self, Cuda};
use crate::gpu::launch::{Arg, Dim3, Launched, SimOptions};
use crate::gpu::memory::DevicePtr;
use crate::gpu::sim::{LoadedModule, Simulator};
use crate::lessons::columns::prose;
use crate::model::curriculum::DemoOptions;
use crate::probes::clang;
use crate::sys::temporary;

/// A simulator with one module on it.
pub(super) struct Stage {
    device: Simulator,
    module: LoadedModule,
}

impl Stage {
    /// Compiles and loads a file of kernels; says why nothing can be shown where there is no compiler.
    ///
    /// # Errors
    /// If it cannot be compiled or loaded, or the user has interrupted the demo.
    pub(super) fn open(
        out: &mut dyn Write,
        (name, source): (&str, &str),
        options: &DemoOptions,
    ) -> anyhow::Result<Option<Self>> {
        Self::ptx(out, (name, source), options)?
            .map(|ptx| Self::with(&ptx, 1))
            .transpose()
    }

    /// The file as PTX; `None` where there is no compiler, which was then said.
    ///
    /// # Errors
    /// If it cannot be compiled, or the user has interrupted the demo.
    pub(super) fn ptx(
        out: &mut dyn Write,
        (name, source): (&str, &str),
        options: &DemoOptions,
    ) -> anyhow::Result<Option<String>> {
        options.go_on()?;
        if clang::find().is_none() {
            let text = "There is no clang here that makes code for NVIDIA's devices, so no kernel can be \
                        compiled: `scripts/setup` installs one, see `syslab doctor`.";
            out.write_all(prose(text).as_bytes())?;
            return Ok(None);
        }
        let directory = temporary::directory().context("cannot make a temporary directory")?;
        let file = directory.path().join(name);
        fs::write(&file, source).context("cannot write a kernel")?;
        Ok(Some(compile(&file, Optimisation::Full)?))
    }

    /// A simulator whose order of blocks and warps follows from the seed.
    ///
    /// # Errors
    /// If the module cannot be loaded.
    pub(super) fn with(ptx: &str, seed: u64) -> anyhow::Result<Self> {
        let mut device = Simulator::new(SimOptions {
            seed,
            ..SimOptions::default()
        });
        let module = device.load(ptx).context("cannot load a kernel")?;
        Ok(Self { device, module })
    }

    /// A buffer with these bytes.
    ///
    /// # Errors
    /// If there is no memory left.
    pub(super) fn given(&mut self, name: &str, bytes: &[u8]) -> anyhow::Result<DevicePtr> {
        let place = self.device.alloc(name, bytes.len() as u64)?;
        self.device.write(place, bytes)?;
        Ok(place)
    }

    /// A buffer for so many words of four bytes, to which nothing was written.
    ///
    /// # Errors
    /// If there is no memory left.
    pub(super) fn room(&mut self, name: &str, words: usize) -> anyhow::Result<DevicePtr> {
        Ok(self.device.alloc(name, 4 * words as u64)?)
    }

    /// So many words of a buffer.
    ///
    /// # Errors
    /// If it is not so long.
    pub(super) fn words(&self, place: DevicePtr, words: usize) -> anyhow::Result<Vec<u32>> {
        let read = self.device.read(place, 4 * words as u64)?;
        Ok(self::words(&read.bytes))
    }

    /// Launches a kernel.
    ///
    /// # Errors
    /// If it cannot be launched.
    pub(super) fn launch(
        &mut self,
        function: &str,
        (grid, block): (Dim3, Dim3),
        args: &[Arg],
    ) -> anyhow::Result<Launched> {
        Ok(self
            .device
            .launch(self.module, function, grid, block, 0, args)?)
    }
}

/// This machine's GPU, if it has one.
///
/// # Errors
/// If there is one, and its driver says no.
pub(super) fn gpu() -> anyhow::Result<Option<Cuda>> {
    match cuda::is_there() {
        true => Ok(Some(Cuda::find(None).context("cannot use the GPU")?)),
        false => Ok(None),
    }
}

/// Bytes as the words that they are.
pub(super) fn words(bytes: &[u8]) -> Vec<u32> {
    let (words, _) = bytes.as_chunks();
    words.iter().map(|word| u32::from_le_bytes(*word)).collect()
}

/// Words as their bytes.
pub(super) fn bytes(words: impl IntoIterator<Item = u32>) -> Vec<u8> {
    words.into_iter().flat_map(u32::to_le_bytes).collect()
}

/// A kernel's text, indented, as it is shown.
pub(super) fn listing(source: &str) -> String {
    let lines = source.lines().enumerate();
    lines
        .map(|(at, line)| format!("{:>4}  {line}", at + 1).trim_end().to_owned() + "\n")
        .collect()
}
