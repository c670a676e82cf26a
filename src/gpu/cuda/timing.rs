//! How long a kernel takes: with events around it, after warm-up, a cache without its data, and fresh inputs.
//!
//! CUDA C++ Best Practices Guide, "Using CUDA GPU Timers". An event's resolution is about half a microsecond.

use cudarc::driver::sys::CUevent_flags;

use super::{Cuda, CudaError};

/// Runs that are not counted: the driver compiles, and clocks go up.
const WARM_UP: usize = 3;

/// Runs of which the median counts.
const COUNTED: usize = 15;

/// How long the counted runs took.
#[derive(Clone, Debug, PartialEq)]
pub struct Timing {
    /// Microseconds of each, the shortest first.
    pub sorted_us: Vec<f64>,
}

impl Timing {
    fn of(mut samples_us: Vec<f64>) -> Self {
        samples_us.sort_by(f64::total_cmp);
        Self {
            sorted_us: samples_us,
        }
    }

    /// The shortest; 0 if there is none.
    pub fn shortest_us(&self) -> f64 {
        self.sorted_us.first().copied().unwrap_or(0.0)
    }

    /// The one in the middle; 0 if there is none.
    pub fn median_us(&self) -> f64 {
        let middle = self.sorted_us.len() / 2;
        self.sorted_us.get(middle).copied().unwrap_or(0.0)
    }
}

impl Cuda {
    /// Measures what `run` starts. Before each run, `prepare` writes its inputs, and then memory as large as
    /// twice the device's cache is written: nothing that the run reads is there already.
    ///
    /// # Errors
    /// What `prepare`, `run` or the driver say.
    pub fn time(
        &self,
        mut prepare: impl FnMut(&Self) -> Result<(), CudaError>,
        mut run: impl FnMut(&Self) -> Result<(), CudaError>,
    ) -> Result<Timing, CudaError> {
        let refused = CudaError::refused("measure");
        let event = || {
            let flags = CUevent_flags::CU_EVENT_DEFAULT;
            self.context.new_event(Some(flags)).map_err(&refused)
        };
        let (start, end) = (event()?, event()?);
        let cache = usize::try_from(self.description.cache).unwrap_or(0);
        let mut flush = self.alloc(2 * cache.max(1 << 20))?;
        let mut samples_us = Vec::new();
        for round in 0..WARM_UP + COUNTED {
            prepare(self)?;
            self.stream
                .memset_zeros(&mut flush.memory)
                .map_err(&refused)?;
            self.wait()?;
            start.record(&self.stream).map_err(&refused)?;
            run(self)?;
            end.record(&self.stream).map_err(&refused)?;
            self.wait()?;
            let ms = start.elapsed_ms(&end).map_err(&refused)?;
            if round >= WARM_UP {
                samples_us.push(f64::from(ms) * 1e3);
            }
        }
        Ok(Timing::of(samples_us))
    }

    /// Bytes a second that a copy within the device moves, read and written ones together: what a kernel can
    /// be compared with that moves `bytes`. The shortest of several copies counts.
    ///
    /// # Errors
    /// If there is not enough memory.
    pub fn bandwidth(&self, bytes: usize) -> Result<f64, CudaError> {
        let half = bytes.div_ceil(2).max(1);
        let mut from = self.alloc(half)?;
        let mut to = self.alloc(half)?;
        let refused = CudaError::refused("copy within the device");
        self.stream
            .memset_zeros(&mut from.memory)
            .map_err(&refused)?;
        let timing = self.time(
            |_| Ok(()),
            |cuda| {
                cuda.stream
                    .memcpy_dtod(&from.memory, &mut to.memory)
                    .map_err(&refused)
            },
        )?;
        Ok(2.0 * half as f64 / (timing.shortest_us().max(f64::MIN_POSITIVE) / 1e6))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_none_of_the_outliers() {
        let timing = Timing::of(vec![900.0, 3.0, 1.0, 2.0, 800.0]);
        assert_eq!((timing.median_us(), timing.shortest_us()), (3.0, 1.0));
        assert_eq!(Timing::of(Vec::new()).median_us(), 0.0);
    }
}
