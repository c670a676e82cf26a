//! Atomic operations and asynchronous copies.

use super::calls::extended;
use super::exec::{Exec, Group};
use super::program::{Address, Atomic, Src, Window};
use super::shadow::Strength;
use super::tally::Traffic;
use super::warp::lanes_of;

impl Exec<'_, '_> {
    pub(super) fn atomic(&mut self, atomic: &Atomic, active: u32, group: Group) {
        let size = usize::from(atomic.size);
        let addresses = self.addresses(atomic.address, group);
        let (spots, split) =
            self.spots(&addresses, atomic.window, size as u64, true, active, group);
        let program = self.m.program;
        let operands = atomic
            .values
            .map(|src| *self.w.value(program, group.frame, src));
        let checks = self.m.options.checks;
        let mut olds = [0; 32];
        let (mut changes, mut undefined) = (false, 0);
        for lane in lanes_of(active) {
            let spot = spots[lane];
            let Some((region, at)) = self.region(spot) else {
                continue;
            };
            let old = region.load(at, size);
            let new = (atomic.update)(old, operands[0][lane], operands[1][lane]);
            olds[lane] = old;
            changes |= new != old;
            let is_unwritten = region.unwritten(at, size) == size;
            if checks.uninitialised && is_unwritten {
                match atomic.is_exchange {
                    true => {
                        self.reads_unwritten(spot, size, lane, group);
                        undefined |= 1 << lane;
                    }
                    false => self.uninitialised(spot, 0, size, lane, group),
                }
            }
            if checks.races {
                if atomic.is_swap {
                    self.forgive(spot, size, lane);
                }
                let writes = !(atomic.is_swap && new == old);
                let strength = match atomic.is_reduction {
                    true => Strength::REDUCTION,
                    false => Strength::ATOMIC,
                }
                .within(atomic.order);
                self.race(spot, 0, size, writes, strength, false, lane, group);
                if writes || atomic.order.releases {
                    self.publish(&spots, 1 << lane, atomic.order);
                }
                self.acquire(&spots, 1 << lane);
            }
            if let Some((region, at)) = self.region(spot) {
                region.store(at, size, new);
            }
            if split.global >> lane & 1 == 1 {
                self.w.clocks.wrote(lane);
            }
        }
        self.w.patience.polls += u64::from(!changes);
        if let Some((register, bits)) = atomic.target {
            for lane in lanes_of(active) {
                olds[lane] = extended(olds[lane], atomic.size, false, bits);
            }
            let follows = self.w.has_undefined();
            let frame = &mut self.w.frames[group.frame as usize];
            frame.set(register, active, &olds);
            if follows {
                frame.set_undefined(register, active, undefined);
            }
        }
        self.count(Traffic::Atomic, &addresses, split, size as u64, group);
    }

    /// `cp.async`, carried out at once.
    pub(super) fn copy(
        &mut self,
        to: Address,
        from: Address,
        size: u8,
        read: Option<Src>,
        active: u32,
        group: Group,
    ) {
        let bytes = usize::from(size);
        let (sources, targets) = (self.addresses(from, group), self.addresses(to, group));
        let reads = match read {
            Some(read) => *self.w.value(self.m.program, group.frame, read),
            None => [u64::from(size); 32],
        };
        let wants = lanes_of(active).filter(|lane| reads[*lane] as u32 > 0);
        let wants = wants.fold(0, |mask, lane| mask | 1 << lane);
        let (from, loads) = self.spots(&sources, Window::Global, bytes as u64, false, wants, group);
        let (to, stores) = self.spots(&targets, Window::Shared, bytes as u64, true, active, group);
        let checks = self.m.options.checks;
        for lane in lanes_of(active) {
            let mut data = vec![0; bytes];
            let count = (reads[lane] as u32 as usize).min(bytes);
            if let Some((region, at)) = self.region(from[lane]) {
                data[..count].copy_from_slice(&region.data[at..at + count]);
                if checks.uninitialised && count > 0 && region.unwritten(at, count) == count {
                    self.uninitialised(from[lane], 0, count, lane, group);
                }
            }
            for word in (0..bytes).step_by(4).filter(|_| checks.races) {
                if word < count {
                    self.race(
                        from[lane],
                        word,
                        4,
                        false,
                        Strength::WEAK,
                        false,
                        lane,
                        group,
                    );
                }
                self.race(to[lane], word, 4, true, Strength::WEAK, false, lane, group);
            }
            if let Some((region, at)) = self.region(to[lane]) {
                region.data[at..at + bytes].copy_from_slice(&data);
                region.init[at..at + bytes].fill(1);
            }
        }
        self.count(Traffic::Load, &sources, loads, bytes as u64, group);
        self.count(Traffic::Store, &targets, stores, bytes as u64, group);
    }
}
