//! Accesses to memory: where they go, whether they may, what they find.

use super::calls::extended;
use super::exec::{Exec, Group};
use super::program::{Address, Lanes, Load, Order, Src, Store, Window, windows};
use super::tally::Traffic;
use super::undefined::UNDEFINED;
use super::warp::lanes_of;
use crate::gpu::fault::FaultKind;
use crate::gpu::memory::Region;

/// Where an address leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    /// A buffer of the heap, and a byte in it.
    Buffer(usize, usize),
    /// A byte of shared memory.
    Shared(usize),
    /// A byte of the warp's local memory.
    Local(usize),
    /// A byte of the kernel's parameters.
    Param(usize),
    /// Nowhere: the access does not happen.
    Nowhere,
}

/// The lanes that go to each memory.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Split {
    pub(super) global: u32,
    pub(super) shared: u32,
    pub(super) local: u32,
}

/// An access as it is described.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) window: Window,
    pub(super) address: u64,
    pub(super) bytes: u64,
    pub(super) writes: bool,
}

impl Exec<'_, '_> {
    pub(super) fn addresses(&self, address: Address, group: Group) -> Lanes {
        let base = self.w.value(self.m.program, group.frame, address.base);
        let frame = match address.is_in_frame {
            true => self.w.frames[group.frame as usize].base,
            false => 0,
        };
        let offset = (address.offset as u64).wrapping_add(frame);
        base.map(|base| base.wrapping_add(offset))
    }

    /// Where each lane's access goes; what goes nowhere is reported.
    pub(super) fn spots(
        &mut self,
        addresses: &Lanes,
        window: Window,
        bytes: u64,
        writes: bool,
        active: u32,
        group: Group,
    ) -> ([Spot; 32], Split) {
        let mut spots = [Spot::Nowhere; 32];
        let mut split = Split::default();
        for lane in lanes_of(active) {
            let wanted = Wanted {
                window,
                address: addresses[lane],
                bytes,
                writes,
            };
            let spot = match self.spot(wanted, lane, group) {
                Ok(spot) => spot,
                Err(kind) => {
                    self.bad_access(kind, wanted, lane, group);
                    Spot::Nowhere
                }
            };
            match spot {
                Spot::Buffer(..) => split.global |= 1 << lane,
                Spot::Shared(_) => split.shared |= 1 << lane,
                Spot::Local(_) => split.local |= 1 << lane,
                Spot::Param(_) | Spot::Nowhere => {}
            }
            spots[lane] = spot;
        }
        (spots, split)
    }

    fn spot(&mut self, wanted: Wanted, lane: usize, group: Group) -> Result<Spot, FaultKind> {
        let Wanted {
            window,
            address,
            bytes,
            writes,
        } = wanted;
        let is_misaligned = address % bytes != 0;
        let window_of = |start: u64| address.wrapping_sub(start) < windows::SIZE;
        let (space, at) = match window {
            Window::Shared => (Window::Shared, address),
            Window::Local if address < windows::SIZE => (Window::Local, address),
            Window::Generic | Window::Param | Window::Local => {
                if window_of(windows::SHARED) {
                    (Window::Shared, address - windows::SHARED)
                } else if window_of(windows::LOCAL) {
                    (Window::Local, address - windows::LOCAL)
                } else if window_of(windows::PARAM) {
                    (Window::Param, address - windows::PARAM)
                } else {
                    (Window::Global, address)
                }
            }
            Window::Global | Window::Const => (Window::Global, address),
        };
        let end = at.checked_add(bytes).ok_or(FaultKind::OutOfBounds)?;
        let spot = match space {
            Window::Shared => {
                let vars = &self.m.program.shared;
                let after = vars.partition_point(|var| var.at <= at);
                let is_static = after > 0 && end <= vars[after - 1].at + vars[after - 1].bytes;
                let dynamic = self.m.program.dynamic_at;
                let is_dynamic = at >= dynamic && end <= self.b.shared.data.len() as u64;
                if !is_static && !is_dynamic {
                    return Err(FaultKind::OutOfBounds);
                }
                Spot::Shared(at as usize)
            }
            Window::Local => {
                let frame = &self.w.frames[group.frame as usize];
                let func = &self.m.program.functions[frame.func as usize];
                if end > frame.base + func.local_bytes {
                    return Err(FaultKind::OutOfBounds);
                }
                Spot::Local(lane * self.w.stride + at as usize)
            }
            Window::Param => {
                if writes || end > self.m.params.len() as u64 {
                    return Err(FaultKind::OutOfBounds);
                }
                Spot::Param(at as usize)
            }
            _ => self.global_spot(at, bytes, writes)?,
        };
        if is_misaligned {
            return Err(FaultKind::Misaligned);
        }
        Ok(spot)
    }

    fn global_spot(&mut self, at: u64, bytes: u64, writes: bool) -> Result<Spot, FaultKind> {
        let known = self.m.heap.buffers.get(self.m.last_buffer);
        let is_there = known.is_some_and(|buffer| {
            at >= buffer.base
                && at - buffer.base < buffer.len()
                && buffer.len() - (at - buffer.base) >= bytes
        });
        if !is_there {
            let Some(found) = self.m.heap.find(at, bytes) else {
                return Err(if at < super::NULL_PAGE {
                    FaultKind::NullPointer
                } else if self.m.heap.freed(at).is_some() {
                    FaultKind::UseAfterFree
                } else {
                    FaultKind::OutOfBounds
                });
            };
            self.m.last_buffer = found;
        }
        let index = self.m.last_buffer;
        let buffer = &self.m.heap.buffers[index];
        if writes && buffer.is_constant {
            return Err(FaultKind::WriteToConstant);
        }
        Ok(Spot::Buffer(index, (at - buffer.base) as usize))
    }

    pub(super) fn region(&mut self, spot: Spot) -> Option<(&mut Region, usize)> {
        match spot {
            Spot::Buffer(index, at) => Some((&mut self.m.heap.buffers[index].region, at)),
            Spot::Shared(at) => Some((&mut self.b.shared, at)),
            Spot::Local(at) => Some((&mut self.w.local, at)),
            Spot::Param(_) | Spot::Nowhere => None,
        }
    }

    pub(super) fn load(&mut self, load: &Load, active: u32, group: Group) {
        let size = usize::from(load.size);
        let bytes = (size * load.targets.len()) as u64;
        let addresses = self.addresses(load.address, group);
        let (spots, split) = self.spots(&addresses, load.window, bytes, false, active, group);
        self.w.patience.polls += u64::from(load.order.is_strong);
        let strength = load.order.strength();
        let checks = self.m.options.checks;
        let follows = self.w.has_undefined();
        for (element, target) in load.targets.iter().enumerate() {
            let mut values = [0; 32];
            let mut partial = [0xff_u8; 32];
            let mut undefined = 0;
            for lane in lanes_of(active) {
                let skip = element * size;
                let spot = spots[lane];
                if let Spot::Param(at) = spot {
                    let at = at + skip;
                    let mut word = [0; 8];
                    word[..size].copy_from_slice(&self.m.params[at..at + size]);
                    values[lane] = u64::from_le_bytes(word);
                }
                let Some((region, at)) = self.region(spot) else {
                    continue;
                };
                let at = at + skip;
                values[lane] = region.load(at, size);
                if follows && region.init[at..at + size].contains(&UNDEFINED) {
                    undefined |= 1 << lane;
                }
                if checks.uninitialised {
                    let missing = region.unwritten(at, size);
                    if missing > 0 {
                        for (bit, flag) in region.init[at..at + size].iter().enumerate() {
                            partial[lane] &= !(u8::from(*flag == 0) << bit);
                        }
                        // Bytes that are only passed on may be padding; what gets them remembers.
                        if missing == size && !(load.only_copies && size == 1) {
                            // Said once: what is made of the value is no mistake of its own.
                            partial[lane] = 0xff;
                            match (spot, target) {
                                (Spot::Local(_), Some(_)) => {
                                    self.reads_unwritten(spot, size, lane, group);
                                    undefined |= 1 << lane;
                                }
                                _ => self.uninitialised(spot, skip, size, lane, group),
                            }
                        }
                    }
                }
                // Of many lanes that read one word, two tell as much as all.
                let is_third = lane > 1
                    && addresses[lane] == addresses[lane - 1]
                    && addresses[lane] == addresses[lane - 2]
                    && active >> (lane - 2) & 3 == 3;
                if checks.races && !is_third {
                    self.race(spot, skip, size, false, strength, false, lane, group);
                }
            }
            if checks.races && load.order.is_strong {
                self.acquire(&spots, active);
            }
            if let Some((register, bits)) = *target {
                for lane in lanes_of(active) {
                    values[lane] = extended(values[lane], load.size, load.is_signed, bits);
                }
                let frame = &mut self.w.frames[group.frame as usize];
                frame.set(register, active, &values);
                if follows || undefined != 0 {
                    frame.set_undefined(register, active, undefined);
                }
                frame.passes_on(register, active, load.only_copies.then_some(partial));
            }
        }
        self.count(Traffic::Load, &addresses, split, bytes, group);
    }

    pub(super) fn store(&mut self, store: &Store, active: u32, group: Group) {
        let size = usize::from(store.size);
        let bytes = (size * store.values.len()) as u64;
        let addresses = self.addresses(store.address, group);
        let (spots, split) = self.spots(&addresses, store.window, bytes, true, active, group);
        let strength = store.order.strength();
        let races = self.m.options.checks.races;
        if races && store.order.is_strong {
            self.publish(&spots, active, store.order);
        }
        for (element, src) in store.values.iter().enumerate() {
            let undefined = self.w.frames[group.frame as usize].undefined_value(*src) & active;
            if undefined & !split.local != 0 {
                self.depends_on_undefined();
            }
            let values = *self.w.value(self.m.program, group.frame, *src);
            let partial = match src {
                Src::Reg(register) => self.w.frames[group.frame as usize].passed(*register),
                _ => None,
            };
            for lane in lanes_of(active) {
                let skip = element * size;
                let Some((region, at)) = self.region(spots[lane]) else {
                    continue;
                };
                let at = at + skip;
                let value = values[lane];
                if races {
                    let mask = u64::MAX >> (64 - 8 * size);
                    let is_same =
                        region.load(at, size) == value & mask && region.unwritten(at, size) == 0;
                    self.race(
                        spots[lane],
                        skip,
                        size,
                        true,
                        strength,
                        is_same,
                        lane,
                        group,
                    );
                }
                let Some((region, _)) = self.region(spots[lane]) else {
                    continue;
                };
                region.store(at, size, value);
                if undefined >> lane & 1 == 1 {
                    region.init[at..at + size].fill(UNDEFINED);
                } else if let Some(partial) = partial {
                    for bit in 0..size {
                        region.init[at + bit] = partial[lane] >> bit & 1;
                    }
                }
                if split.global >> lane & 1 == 1 {
                    self.w.clocks.wrote(lane);
                }
            }
        }
        self.count(Traffic::Store, &addresses, split, bytes, group);
    }

    /// What strong writes of these lanes publish.
    pub(super) fn publish(&mut self, spots: &[Spot; 32], active: u32, order: Order) {
        for lane in lanes_of(active) {
            if order.releases || self.w.clocks.has_fenced(lane) {
                self.publish_one(spots[lane], lane, order);
            }
        }
    }

    pub(super) fn acquire(&mut self, spots: &[Spot; 32], active: u32) {
        if self.m.published.is_empty() && self.b.published.is_empty() {
            return;
        }
        for lane in lanes_of(active) {
            self.acquire_one(spots[lane], lane);
        }
    }
}
