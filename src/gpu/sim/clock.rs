//! Who knows of whose accesses: vector clocks, kept small by how barriers work.
//!
//! Each lane has a clock that grows whenever it synchronises. A barrier of the block makes all
//! clocks of the block equal, and everything before it known to all its threads: one number, the
//! base. The same holds for `__syncwarp()` and a warp. What remains, fences with atomic operations
//! or volatile accesses between blocks, between warps, or within part of a warp, is kept in a
//! [`Knowledge`], which few kernels need.
//!
//! A thread publishes by a fence and a strong write after it (volatile, atomic, or stronger); who
//! later reads that place strongly knows what was before the fence (PTX ISA, 8.7: release and
//! acquire patterns). The reader's own fence is not asked for: the Programming Guide's own examples
//! of the last block that sums up have none.

use std::collections::HashMap;
use std::rc::Rc;

use super::program::Order;

/// What is known of others: accesses at clocks below the bound.
#[derive(Clone, Debug, Default)]
pub(super) struct Knowledge {
    blocks: HashMap<u32, u32>,
    warps: HashMap<u32, u32>,
    threads: HashMap<u32, u32>,
}

fn raise(map: &mut HashMap<u32, u32>, key: u32, bound: u32) {
    let entry = map.entry(key).or_default();
    *entry = bound.max(*entry);
}

impl Knowledge {
    pub(super) fn join(&mut self, other: &Self) {
        for (map, more) in [
            (&mut self.blocks, &other.blocks),
            (&mut self.warps, &other.warps),
            (&mut self.threads, &other.threads),
        ] {
            for (key, bound) in more {
                raise(map, *key, *bound);
            }
        }
    }

    fn knows(&self, tid: u32, clock: u32, block_size: u32) -> bool {
        let below =
            |map: &HashMap<u32, u32>, key| map.get(&key).is_some_and(|bound| clock < *bound);
        below(&self.threads, tid)
            || below(&self.warps, tid / 32)
            || below(&self.blocks, tid / block_size)
    }
}

/// Joins two pieces of knowledge that may be shared, copying only where something is new.
pub(super) fn joined(own: Option<Rc<Knowledge>>, more: &Rc<Knowledge>) -> Option<Rc<Knowledge>> {
    Some(match own {
        None => Rc::clone(more),
        Some(own) if Rc::ptr_eq(&own, more) => own,
        Some(mut own) => {
            Rc::make_mut(&mut own).join(more);
            own
        }
    })
}

/// What a fence makes ready to be published by the next strong write.
#[derive(Clone, Debug)]
struct Fenced {
    own: u32,
    warp: u32,
    block: u32,
    foreign: Option<Rc<Knowledge>>,
    /// Whether the fence reaches other blocks.
    is_device_wide: bool,
}

/// What only some kernels need.
#[derive(Clone, Debug, Default)]
struct Extra {
    foreign: [Option<Rc<Knowledge>>; 32],
    fenced: [Option<Fenced>; 32],
    /// Lanes that fenced since fences were last shared by a barrier.
    fresh: u32,
    /// What each lane knows of each other of its warp, where part of it synchronised.
    lanes: Option<Box<[[u32; 32]; 32]>>,
}

/// The clocks of a warp's lanes.
#[derive(Clone, Debug)]
pub(super) struct Clocks {
    /// The thread of lane 0, counted through the grid.
    pub(super) first: u32,
    /// Threads of a block, counted in whole warps.
    pub(super) block_size: u32,
    pub(super) now: [u32; 32],
    /// All the block's accesses below it are known.
    pub(super) block_base: u32,
    /// All the warp's accesses below it are known.
    warp_base: u32,
    /// Lanes that wrote since they last fenced.
    dirty: u32,
    extra: Option<Box<Extra>>,
}

fn lanes_of(mask: u32) -> impl Iterator<Item = usize> {
    (0..32).filter(move |lane| mask >> lane & 1 == 1)
}

impl Clocks {
    pub(super) fn new(first: u32, block_size: u32) -> Self {
        Self {
            first,
            block_size,
            now: [1; 32],
            block_base: 1,
            warp_base: 1,
            dirty: 0,
            extra: None,
        }
    }

    /// Whether an access of thread `tid` at its `clock` is ordered before what `lane` does now.
    pub(super) fn knows(&self, lane: usize, tid: u32, clock: u32) -> bool {
        if tid / self.block_size == self.first / self.block_size {
            if clock < self.block_base {
                return true;
            }
            let other = tid.wrapping_sub(self.first) as usize;
            if other < 32 {
                let exactly = || {
                    self.extra
                        .as_ref()?
                        .lanes
                        .as_ref()
                        .map(|all| all[lane][other])
                };
                if other == lane || clock < self.warp_base || clock < exactly().unwrap_or(0) {
                    return true;
                }
            }
        }
        self.foreign(lane)
            .is_some_and(|known| known.knows(tid, clock, self.block_size))
    }

    fn foreign(&self, lane: usize) -> Option<&Rc<Knowledge>> {
        self.extra.as_ref()?.foreign[lane].as_ref()
    }

    pub(super) fn wrote(&mut self, lane: usize) {
        self.dirty |= 1 << lane;
    }

    /// Whether the lane's strong writes publish something.
    pub(super) fn has_fenced(&self, lane: usize) -> bool {
        self.extra
            .as_ref()
            .is_some_and(|extra| extra.fenced[lane].is_some())
    }

    /// `__threadfence()` or `__threadfence_block()` of these lanes.
    pub(super) fn fence(&mut self, mask: u32, is_device_wide: bool) {
        let extra = self.extra.get_or_insert_default();
        for lane in lanes_of(mask) {
            extra.fenced[lane] = Some(Fenced {
                own: self.now[lane] + 1,
                warp: self.warp_base,
                block: self.block_base,
                foreign: extra.foreign[lane].clone(),
                is_device_wide,
            });
            self.now[lane] += 1;
        }
        extra.fresh |= mask;
        self.dirty &= !mask;
    }

    /// What a strong write of this lane publishes, and whether to other blocks.
    ///
    /// A releasing operation publishes all that is known; others what the last fence made ready.
    pub(super) fn published(&mut self, lane: usize, order: Order) -> Option<(Knowledge, bool)> {
        if order.releases {
            // What a fence has made ready for all stays so.
            let fenced = self
                .extra
                .as_ref()
                .and_then(|extra| extra.fenced[lane].as_ref());
            let is_ready = fenced.is_some_and(|fenced| fenced.is_device_wide);
            self.fence(1 << lane, is_ready || !order.is_block_wide);
        }
        let extra = self.extra.as_ref()?;
        let fenced = extra.fenced[lane].as_ref()?;
        let mut known = fenced.foreign.as_deref().cloned().unwrap_or_default();
        let tid = self.first + lane as u32;
        raise(&mut known.threads, tid, fenced.own);
        raise(&mut known.warps, tid / 32, fenced.warp);
        raise(&mut known.blocks, tid / self.block_size, fenced.block);
        if let Some(lanes) = &extra.lanes {
            for (other, bound) in lanes[lane]
                .iter()
                .enumerate()
                .filter(|(_, bound)| **bound > 0)
            {
                raise(&mut known.threads, self.first + other as u32, *bound);
            }
        }
        Some((known, fenced.is_device_wide))
    }

    /// A strong read of something published.
    pub(super) fn acquire(&mut self, lane: usize, known: &Rc<Knowledge>) {
        let extra = self.extra.get_or_insert_default();
        let own = extra.foreign[lane].take();
        extra.foreign[lane] = joined(own, known);
    }

    /// These lanes meet; `live` are those that have not returned.
    pub(super) fn meet(&mut self, mask: u32, live: u32) {
        let most = lanes_of(mask).map(|lane| self.now[lane]).max().unwrap_or(0);
        let next = most + 1;
        if mask & live == live {
            self.warp_base = next;
        } else {
            let extra = self.extra.get_or_insert_default();
            let known = extra.lanes.get_or_insert_default();
            let mut together = [0; 32];
            for lane in lanes_of(mask) {
                for (bound, own) in together.iter_mut().zip(known[lane]) {
                    *bound = own.max(*bound);
                }
            }
            for lane in lanes_of(mask) {
                together[lane] = next;
            }
            for lane in lanes_of(mask) {
                known[lane] = together;
            }
        }
        for lane in lanes_of(mask) {
            self.now[lane] = next;
        }
        if let Some(extra) = &mut self.extra {
            let mut all = None;
            for lane in lanes_of(mask) {
                if let Some(known) = &extra.foreign[lane] {
                    all = joined(all, known);
                }
            }
            if let Some(all) = all {
                for lane in lanes_of(mask) {
                    extra.foreign[lane] = Some(Rc::clone(&all));
                }
            }
            if extra.fresh & mask != 0 {
                self.share_fences(mask);
            }
        }
    }

    /// After lanes met, what one of them fenced is published by the others' writes too.
    fn share_fences(&mut self, mask: u32) {
        let mut all: Option<Knowledge> = None;
        let mut is_device_wide = false;
        for lane in lanes_of(mask) {
            if let Some((known, wide)) = self.published(lane, Order::default()) {
                is_device_wide |= wide;
                match &mut all {
                    Some(all) => all.join(&known),
                    None => all = Some(known),
                }
            }
        }
        if let (Some(all), Some(extra)) = (all, &mut self.extra) {
            let foreign = Some(Rc::new(all));
            for lane in lanes_of(mask) {
                let fenced = Fenced {
                    own: 0,
                    warp: 0,
                    block: 0,
                    foreign: foreign.clone(),
                    is_device_wide,
                };
                extra.fenced[lane] = Some(fenced);
            }
            extra.fresh &= !mask;
        }
    }
}

/// The threads of these warps meet at a barrier of the block: all that have not returned.
pub(super) fn meet_all(warps: &mut [&mut Clocks]) {
    let most = warps
        .iter()
        .flat_map(|clocks| clocks.now)
        .max()
        .unwrap_or(0);
    let next = most + 1;
    let mut foreign: Option<Rc<Knowledge>> = None;
    let (mut fenced, mut is_device_wide): (Option<Knowledge>, bool) = (None, false);
    let is_clean = warps.iter().all(|clocks| clocks.dirty == 0);
    for clocks in warps.iter_mut() {
        let Some(extra) = &clocks.extra else { continue };
        for known in extra.foreign.iter().flatten() {
            foreign = joined(foreign, known);
        }
        if extra.fresh == 0 {
            continue;
        }
        for lane in lanes_of(extra.fresh) {
            if let Some((known, wide)) = clocks.published(lane, Order::default()) {
                is_device_wide |= wide;
                match &mut fenced {
                    Some(fenced) => fenced.join(&known),
                    None => fenced = Some(known),
                }
                if is_clean {
                    // Everyone has fenced what they wrote: the whole block's past is ready.
                    break;
                }
            }
        }
    }
    for clocks in warps.iter_mut() {
        clocks.now = [next; 32];
        clocks.block_base = next;
        clocks.warp_base = next;
        if foreign.is_some() || fenced.is_some() {
            let extra = clocks.extra.get_or_insert_default();
            extra.fresh = 0;
            if foreign.is_some() {
                extra.foreign = std::array::from_fn(|_| foreign.clone());
            }
        }
        if let Some(extra) = &mut clocks.extra {
            extra.lanes = None;
        }
    }
    let Some(fenced) = fenced else { return };
    let ready = Fenced {
        own: 0,
        warp: 0,
        block: if is_clean { next } else { 0 },
        foreign: Some(Rc::new(fenced)),
        is_device_wide,
    };
    for clocks in warps.iter_mut() {
        if let Some(extra) = &mut clocks.extra {
            extra.fenced = std::array::from_fn(|_| Some(ready.clone()));
        }
    }
}

impl Clocks {
    /// All that a lane knows, its own accesses included; its clock goes on.
    pub(super) fn everything(&mut self, lane: usize) -> Knowledge {
        let mut known = self
            .foreign(lane)
            .map(|known| (**known).clone())
            .unwrap_or_default();
        let tid = self.first + lane as u32;
        self.now[lane] += 1;
        raise(&mut known.threads, tid, self.now[lane]);
        raise(&mut known.warps, tid / 32, self.warp_base);
        raise(&mut known.blocks, tid / self.block_size, self.block_base);
        known
    }
}
