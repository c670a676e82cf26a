//! Device memory: named allocations that know which of their bytes were written.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An address in device memory; no allocation is at 0.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct DevicePtr(pub u64);

impl DevicePtr {
    /// The address that many bytes further on.
    pub fn offset(self, bytes: u64) -> Self {
        Self(self.0.wrapping_add(bytes))
    }
}

impl fmt::Display for DevicePtr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

/// Why the host could not do something with device memory.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MemoryError {
    /// An allocation of no bytes.
    #[error("an allocation of 0 bytes")]
    NothingAsked,
    /// More than the device has left.
    #[error("out of memory: {asked} bytes asked for, {left} left")]
    OutOfMemory {
        /// Bytes asked for.
        asked: u64,
        /// Bytes that are left.
        left: u64,
    },
    /// Not the start of an allocation.
    #[error("{0} is not the start of an allocation")]
    NotAnAllocation(DevicePtr),
    /// Freed before.
    #[error("{0} was freed before")]
    FreedBefore(String),
    /// Bytes that are in no allocation, or beyond the end of the one they begin in.
    #[error("{text}")]
    Outside {
        /// Where they begin.
        at: DevicePtr,
        /// What is wrong.
        text: String,
    },
}

/// Bytes read from device memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// How many of them nothing ever wrote.
    pub uninitialised: u64,
}

/// A piece of device memory that was not freed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allocation {
    /// Its name for reports.
    pub name: String,
    /// Where it begins.
    pub ptr: DevicePtr,
    /// How many bytes it has.
    pub bytes: u64,
}

/// Bytes with a flag for each: 1 once it was written.
#[derive(Clone, Debug, Default)]
pub(super) struct Region {
    pub(super) data: Vec<u8>,
    pub(super) init: Vec<u8>,
}

impl Region {
    pub(super) fn new(bytes: usize) -> Self {
        Self {
            data: vec![0; bytes],
            init: vec![0; bytes],
        }
    }

    /// Up to eight bytes as a little-endian number; the caller has checked the bounds.
    pub(super) fn load(&self, at: usize, size: usize) -> u64 {
        let bytes = &self.data[at..at + size];
        match *bytes {
            [a] => u64::from(a),
            [a, b] => u64::from(u16::from_le_bytes([a, b])),
            [a, b, c, d] => u64::from(u32::from_le_bytes([a, b, c, d])),
            [a, b, c, d, e, f, g, h] => u64::from_le_bytes([a, b, c, d, e, f, g, h]),
            _ => bytes.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b)),
        }
    }

    /// Writes up to eight bytes of a number; the caller has checked the bounds.
    pub(super) fn store(&mut self, at: usize, size: usize, value: u64) {
        self.data[at..at + size].copy_from_slice(&value.to_le_bytes()[..size]);
        self.init[at..at + size].fill(1);
    }

    /// How many of these bytes nothing ever wrote.
    pub(super) fn unwritten(&self, at: usize, size: usize) -> usize {
        let init = &self.init[at..at + size];
        if let Ok(four) = <[u8; 4]>::try_from(init) {
            return 4 - u32::from_le_bytes(four).count_ones() as usize;
        }
        init.iter().filter(|flag| **flag == 0).count()
    }
}

/// One allocation, of the host's or a module's variable.
#[derive(Clone, Debug)]
pub(super) struct Buffer {
    pub(super) name: String,
    pub(super) base: u64,
    pub(super) region: Region,
    pub(super) is_constant: bool,
    /// Whether the host made it: a module's variables are no leaks.
    is_hosts: bool,
}

impl Buffer {
    pub(super) fn len(&self) -> u64 {
        self.region.data.len() as u64
    }
}

/// What was freed: enough to name it.
#[derive(Clone, Debug)]
pub(super) struct Freed {
    pub(super) name: String,
    base: u64,
    bytes: u64,
}

/// Where device memory begins; what is below are the windows of the other state spaces.
///
/// No process of the host can have memory there: x86-64 has 47 bits for user addresses, AArch64 48.
const FIRST: u64 = 0x00d0_0000_0000_0000;
/// CUDA aligns allocations to 256 bytes at least.
const ALIGNMENT: u64 = 256;
/// The least distance between two allocations, so that small overruns hit none.
const GAP: u64 = 1 << 20;
/// No device has more: beyond it the host could not give the bytes.
const MOST: u64 = 1 << 36;
/// Freed allocations that are remembered.
const REMEMBERED: usize = 4096;

/// All of device memory. Addresses are never used twice.
#[derive(Debug)]
pub(super) struct Heap {
    /// Sorted by base.
    pub(super) buffers: Vec<Buffer>,
    freed: Vec<Freed>,
    next: u64,
    used: u64,
    limit: u64,
}

impl Heap {
    pub(super) fn new(limit: u64) -> Self {
        Self {
            buffers: Vec::new(),
            freed: Vec::new(),
            next: FIRST,
            used: 0,
            limit: limit.min(MOST),
        }
    }

    pub(super) fn alloc(&mut self, name: &str, bytes: u64) -> Result<DevicePtr, MemoryError> {
        self.place(name, bytes, false, true)
    }

    /// A module's variable. It may be empty: `extern` arrays are.
    pub(super) fn variable(
        &mut self,
        name: &str,
        bytes: u64,
        is_constant: bool,
    ) -> Result<DevicePtr, MemoryError> {
        self.place(name, bytes.max(1), is_constant, false)
    }

    fn place(
        &mut self,
        name: &str,
        bytes: u64,
        is_constant: bool,
        is_hosts: bool,
    ) -> Result<DevicePtr, MemoryError> {
        if bytes == 0 {
            return Err(MemoryError::NothingAsked);
        }
        let left = self.limit.saturating_sub(self.used);
        let out_of_memory = MemoryError::OutOfMemory { asked: bytes, left };
        let rounded = bytes.checked_next_multiple_of(ALIGNMENT);
        let (Some(rounded), true) = (rounded, bytes <= left) else {
            return Err(out_of_memory);
        };
        let Some(next) = rounded
            .checked_add(rounded.max(GAP))
            .and_then(|step| self.next.checked_add(step.next_multiple_of(GAP)))
        else {
            return Err(out_of_memory);
        };
        let Ok(size) = usize::try_from(bytes) else {
            return Err(out_of_memory);
        };
        let base = self.next;
        self.next = next;
        self.used += bytes;
        self.buffers.push(Buffer {
            name: name.to_owned(),
            base,
            region: Region::new(size),
            is_constant,
            is_hosts,
        });
        Ok(DevicePtr(base))
    }

    pub(super) fn free(&mut self, ptr: DevicePtr) -> Result<(), MemoryError> {
        let found = self.buffers.binary_search_by_key(&ptr.0, |b| b.base);
        match found {
            Ok(at) if self.buffers[at].is_hosts => {
                self.drop_buffer(at);
                Ok(())
            }
            _ => match self.freed.iter().find(|freed| freed.base == ptr.0) {
                Some(freed) => Err(MemoryError::FreedBefore(freed.name.clone())),
                None => Err(MemoryError::NotAnAllocation(ptr)),
            },
        }
    }

    /// Takes a module's variable away.
    pub(super) fn forget(&mut self, ptr: DevicePtr) {
        if let Ok(at) = self.buffers.binary_search_by_key(&ptr.0, |b| b.base) {
            self.drop_buffer(at);
        }
    }

    fn drop_buffer(&mut self, at: usize) {
        let buffer = self.buffers.remove(at);
        self.used -= buffer.len();
        if self.freed.len() == REMEMBERED {
            self.freed.remove(0);
        }
        self.freed.push(Freed {
            base: buffer.base,
            bytes: buffer.len(),
            name: buffer.name,
        });
    }

    /// The buffer that these bytes are wholly in, by its place in `buffers`.
    pub(super) fn find(&self, at: u64, len: u64) -> Option<usize> {
        let index = self
            .buffers
            .partition_point(|b| b.base <= at)
            .checked_sub(1)?;
        let buffer = &self.buffers[index];
        let end = (at - buffer.base).checked_add(len)?;
        (end <= buffer.len()).then_some(index)
    }

    /// The freed allocation that this address was in.
    pub(super) fn freed(&self, at: u64) -> Option<&Freed> {
        self.freed
            .iter()
            .find(|freed| at >= freed.base && at - freed.base < freed.bytes)
    }

    /// The buffer that an address in none is nearest to.
    pub(super) fn nearest(&self, at: u64) -> Option<&Buffer> {
        let after = self.buffers.partition_point(|b| b.base <= at);
        let before = after.checked_sub(1).map(|index| &self.buffers[index]);
        let next = self.buffers.get(after);
        match (before, next) {
            (Some(before), Some(next)) => {
                let beyond = at.saturating_sub(before.base + before.len());
                Some(if beyond <= next.base - at {
                    before
                } else {
                    next
                })
            }
            (before, next) => before.or(next),
        }
    }

    fn inside(&self, at: DevicePtr, len: u64) -> Result<(usize, usize, usize), MemoryError> {
        if let Some(index) = self.find(at.0, len) {
            let offset = at.0 - self.buffers[index].base;
            // Both fit: they are within a Vec.
            return Ok((index, offset as usize, len as usize));
        }
        let text = if let Some(freed) = self.freed(at.0) {
            format!("{len} bytes at {at}, in {}, which was freed", freed.name)
        } else {
            match self
                .nearest(at.0)
                .filter(|b| at.0 >= b.base && at.0 - b.base <= b.len())
            {
                Some(buffer) => format!(
                    "{len} bytes at byte {} of {}, which is {} bytes long",
                    at.0 - buffer.base,
                    buffer.name,
                    buffer.len()
                ),
                None => format!("{len} bytes at {at}, where no allocation is"),
            }
        };
        Err(MemoryError::Outside { at, text })
    }

    pub(super) fn write(&mut self, at: DevicePtr, bytes: &[u8]) -> Result<(), MemoryError> {
        let (index, from, len) = self.inside(at, bytes.len() as u64)?;
        let region = &mut self.buffers[index].region;
        region.data[from..from + len].copy_from_slice(bytes);
        region.init[from..from + len].fill(1);
        Ok(())
    }

    pub(super) fn read(&self, at: DevicePtr, len: u64) -> Result<Read, MemoryError> {
        let (index, from, len) = self.inside(at, len)?;
        let region = &self.buffers[index].region;
        Ok(Read {
            bytes: region.data[from..from + len].to_vec(),
            uninitialised: region.unwritten(from, len) as u64,
        })
    }

    /// Repeats a pattern over `len` bytes, which then count as written or as never written.
    pub(super) fn repeat(
        &mut self,
        at: DevicePtr,
        pattern: &[u8],
        len: u64,
        is_written: bool,
    ) -> Result<(), MemoryError> {
        let (index, from, len) = self.inside(at, len)?;
        let region = &mut self.buffers[index].region;
        for (byte, value) in region.data[from..from + len]
            .iter_mut()
            .zip(pattern.iter().cycle())
        {
            *byte = *value;
        }
        region.init[from..from + len].fill(u8::from(is_written));
        Ok(())
    }

    pub(super) fn allocations(&self) -> Vec<Allocation> {
        self.buffers
            .iter()
            .filter(|buffer| buffer.is_hosts)
            .map(|buffer| Allocation {
                name: buffer.name.clone(),
                ptr: DevicePtr(buffer.base),
                bytes: buffer.len(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
