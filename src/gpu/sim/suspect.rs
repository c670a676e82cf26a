//! Accesses under suspicion: outside of everything, uninitialised, in a race.

use std::rc::Rc;

use super::access::{Spot, Wanted};
use super::clock::Knowledge;
use super::exec::{Exec, Group};
use super::machine::{About, MAX_PUBLISHED, Offender, does};
use super::program::{Order, Window};
use super::report::{Finding, Key};
use super::shadow::{Access, Conflict, Request, Strength};
use super::undefined::Origin;
use super::unwritten::Unwritten;
use crate::gpu::fault::{FaultKind, Space};

/// Accesses outside of everything after which a launch ends. A GPU ends it at the first; what else is wrong
/// shows long before these.
const MOST_BAD: u64 = 1 << 20;

impl Exec<'_, '_> {
    pub(super) fn bad_access(
        &mut self,
        kind: FaultKind,
        wanted: Wanted,
        lane: usize,
        group: Group,
    ) {
        self.m.bad_accesses += 1;
        self.m.is_stopped |= self.m.bad_accesses > MOST_BAD;
        let key = Key {
            kind,
            pc: group.pc,
            other_pc: None,
        };
        if self.m.log.is_known(&key) {
            return;
        }
        let (space, buffer, text) = self.describe_bad(kind, wanted, lane, group);
        self.blame(kind, 1 << lane, group, |_| About {
            space: Some(space),
            buffer,
            text,
            ..About::default()
        });
    }

    fn describe_bad(
        &self,
        kind: FaultKind,
        wanted: Wanted,
        lane: usize,
        group: Group,
    ) -> (Space, Option<String>, String) {
        use super::program::windows;
        let Wanted {
            window,
            address,
            bytes,
            writes,
        } = wanted;
        let does = does(writes, bytes);
        let within = |start: u64| address.wrapping_sub(start) < windows::SIZE;
        if window == Window::Shared || window != Window::Local && within(windows::SHARED) {
            let at = if window == Window::Shared {
                address
            } else {
                address - windows::SHARED
            };
            let (name, from, len) = self.m.shared_variable(at);
            let text = match at.checked_sub(from) {
                _ if kind == FaultKind::Misaligned => {
                    format!(
                        "{does} at byte {} of {name}, no multiple of {bytes}",
                        at - from
                    )
                }
                Some(byte) if at < windows::SIZE => {
                    format!("{does} at byte {byte} of {name} ({len} bytes long)")
                }
                _ => format!("{does} outside of shared memory, before {name}"),
            };
            return (Space::Shared, Some(name), text);
        }
        if window == Window::Local || within(windows::LOCAL) {
            let at = if within(windows::LOCAL) {
                address - windows::LOCAL
            } else {
                address
            };
            let frame = &self.w.frames[group.frame as usize];
            let len = self.m.program.functions[frame.func as usize].local_bytes;
            let byte = i128::from(at as i64) - i128::from(frame.base);
            let text = match kind {
                FaultKind::Misaligned => {
                    format!("{does} of a local array, at no multiple of {bytes}")
                }
                _ => format!(
                    "{does} at byte {byte} of the thread's local arrays ({len} bytes together)"
                ),
            };
            return (Space::Local, None, text);
        }
        if within(windows::PARAM) {
            return (
                Space::Const,
                None,
                format!("{does} outside of the kernel's parameters"),
            );
        }
        if kind == FaultKind::NullPointer {
            return (
                Space::Global,
                None,
                format!("{does} at address {address:#x}: a null pointer"),
            );
        }
        if let Some(freed) = self.m.heap.freed(address) {
            let name = freed.name.clone();
            return (
                Space::Global,
                Some(name.clone()),
                format!("{does} of {name}, which was freed"),
            );
        }
        let meant = self
            .pointed_to(group, lane)
            .map(|index| &self.m.heap.buffers[index]);
        let Some(buffer) = meant.or_else(|| self.m.heap.nearest(address)) else {
            return (
                Space::Global,
                None,
                format!("{does} at address {address:#x}, where nothing is"),
            );
        };
        let (name, len) = (buffer.name.clone(), buffer.len());
        let space = if buffer.is_constant {
            Space::Const
        } else {
            Space::Global
        };
        let byte = i128::from(address) - i128::from(buffer.base);
        let text = match kind {
            FaultKind::Misaligned => {
                format!("{does} at byte {byte} of {name}, no multiple of {bytes}")
            }
            FaultKind::WriteToConstant => {
                format!("{does} at byte {byte} of {name}, which is constant")
            }
            _ if byte < 0 => format!("{does} {} bytes before {name} ({len} bytes long)", -byte),
            _ => format!("{does} at byte {byte} of {name} ({len} bytes long)"),
        };
        (space, Some(name), text)
    }

    pub(super) fn uninitialised(
        &mut self,
        spot: Spot,
        skip: usize,
        size: usize,
        lane: usize,
        group: Group,
    ) {
        let spot = match spot {
            Spot::Buffer(index, at) => Spot::Buffer(index, at + skip),
            Spot::Shared(at) => Spot::Shared(at + skip),
            other => other,
        };
        let tid = self.w.clocks.first + lane as u32;
        let read = Unwritten {
            pc: group.pc,
            tid,
            spot,
            bytes: size as u64,
            times: 1,
        };
        let (machine, warp) = (&*self.m, &*self.w);
        let sites = || machine.sites(group.pc, warp, group.frame);
        let is_kept = match spot {
            _ if !self.m.options.checks.races => false,
            Spot::Buffer(index, at) => {
                let word = self.m.heap.buffers[index].base / 4 + at as u64 / 4;
                let sites = match self.m.unsettled.knows(group.pc) {
                    true => Vec::new(),
                    false => sites(),
                };
                self.m.unsettled.add(word, read, sites)
            }
            Spot::Shared(at) => {
                let sites = match self.b.unsettled.knows(group.pc) {
                    true => Vec::new(),
                    false => sites(),
                };
                self.b.unsettled.add(at as u64 / 4, read, sites)
            }
            _ => false,
        };
        if !is_kept {
            let sites = self.m.sites(group.pc, self.w, group.frame);
            self.m.report_unwritten(read, sites);
        }
    }

    /// Notes that a lane reads a local variable which nothing wrote: a fault once something depends on it.
    pub(super) fn reads_unwritten(&mut self, spot: Spot, size: usize, lane: usize, group: Group) {
        let read = Unwritten {
            pc: group.pc,
            tid: self.w.clocks.first + lane as u32,
            spot,
            bytes: size as u64,
            times: 1,
        };
        let key = Unwritten::key(group.pc);
        if self.w.origin.as_ref().is_none_or(|known| known.key != key) {
            let sites = self.m.sites(group.pc, self.w, group.frame);
            let finding = self.m.unwritten(read, sites);
            self.w.origin = Some(Box::new(Origin { key, finding }));
        }
    }

    #[expect(clippy::too_many_arguments, reason = "an access is all of these")]
    pub(super) fn race(
        &mut self,
        spot: Spot,
        skip: usize,
        size: usize,
        writes: bool,
        strength: Strength,
        changes_nothing: bool,
        lane: usize,
        group: Group,
    ) {
        let (from, is_shared) = match spot {
            Spot::Buffer(_, at) => (at + skip, false),
            Spot::Shared(at) => (at + skip, true),
            _ => return,
        };
        let clocks = &self.w.clocks;
        let tid = clocks.first + lane as u32;
        for word in from / 4..(from + size).div_ceil(4) {
            let bytes = if size >= 4 {
                0xf
            } else {
                ((1_u8 << size) - 1) << (from % 4)
            };
            let access = Access::new(tid, clocks.now[lane], group.pc, strength, bytes);
            let request = Request {
                access,
                lane,
                changes_nothing,
                is_shared,
            };
            let shadow = match spot {
                Spot::Buffer(index, _) => match self.m.shadows.get_mut(index) {
                    Some(shadow) => shadow,
                    None => return,
                },
                _ => &mut self.b.shadow,
            };
            let conflict = match writes {
                true => shadow.write(word, request, &self.w.clocks),
                false => shadow.read(word, request, &self.w.clocks),
            };
            if let Some(conflict) = conflict {
                self.report_race(
                    spot, word, skip, size, writes, access, conflict, lane, group,
                );
                return;
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a race is all of these")]
    fn report_race(
        &mut self,
        spot: Spot,
        word: usize,
        skip: usize,
        size: usize,
        writes: bool,
        access: Access,
        conflict: Conflict,
        lane: usize,
        group: Group,
    ) {
        match spot {
            Spot::Buffer(index, _) => {
                let word = self.m.heap.buffers[index].base / 4 + word as u64;
                self.m.unsettled.forgive(word);
            }
            _ => self.b.unsettled.forgive(word as u64),
        }
        let other = conflict.other;
        let key = Key {
            kind: FaultKind::Race,
            pc: group.pc,
            other_pc: Some(other.pc()),
        };
        // A plain read before a compare-and-swap by the same thread is no race.
        let reader = match (writes, conflict.other_writes) {
            (false, _) if access.is_weak() && other.is_atomic() => Some(access.tid),
            (true, false) if other.is_weak() && access.is_atomic() => Some(other.tid),
            _ => None,
        };
        if reader.is_none() && self.m.log.is_known(&key) {
            return;
        }
        let (space, buffer, at, _) = self.m.whereabouts(spot);
        let name = buffer.clone().unwrap_or_default();
        let padded = self.w.clocks.block_size;
        let whose = if other.tid / 32 == access.tid / 32 {
            "another thread of the warp"
        } else if other.tid / padded == access.tid / padded {
            "another thread of the block"
        } else {
            "a thread of another block"
        };
        let is_far = other.tid / padded != access.tid / padded;
        let did = match (conflict.other_writes, other.is_atomic()) {
            (_, true) if is_far && other.is_block_wide() => {
                "changes, atomically for its own block only"
            }
            (_, true) => "changes atomically",
            (true, false) => "writes",
            (false, false) => "reads",
        };
        let text = format!(
            "{} at byte {} of {name}, which {whose} {did}: nothing orders the two",
            does(writes, size as u64),
            at + skip as u64
        );
        let by = Offender {
            warp: self.w,
            common: self.b,
            lane,
            frame: group.frame,
            pc: group.pc,
        };
        let finding = Finding {
            kind: FaultKind::Race,
            sites: self.m.sites(group.pc, self.w, group.frame),
            other: self.m.site(other.pc()),
            at: by.at(self.m),
            other_at: Some(self.m.thread(other.tid)),
            space: Some(space),
            buffer,
            text,
        };
        match reader {
            Some(reader) => {
                let word = self.word_key(spot, word);
                self.m.pending.add(reader, word, (key, finding));
            }
            None => self.m.log.add(key, finding),
        }
    }

    /// A number for a word that no other word of the launch has.
    fn word_key(&self, spot: Spot, word: usize) -> u64 {
        match spot {
            Spot::Buffer(index, _) => self.m.heap.buffers[index].base / 4 + word as u64,
            _ => 1 << 62 | word as u64,
        }
    }

    /// A compare-and-swap: plain reads of the word by the same thread before it were harmless.
    pub(super) fn forgive(&mut self, spot: Spot, size: usize, lane: usize) {
        let tid = self.w.clocks.first + lane as u32;
        let at = match spot {
            Spot::Buffer(_, at) | Spot::Shared(at) => at,
            _ => return,
        };
        for word in at / 4..(at + size).div_ceil(4) {
            let key = self.word_key(spot, word);
            self.m.pending.forgive(tid, key);
            match spot {
                Spot::Buffer(index, _) => {
                    if let Some(shadow) = self.m.shadows.get_mut(index) {
                        shadow.forgive(word, tid);
                    }
                }
                _ => self.b.shadow.forgive(word, tid),
            }
        }
    }

    pub(super) fn publish_one(&mut self, spot: Spot, lane: usize, order: Order) {
        let (word, is_shared) = match spot {
            Spot::Buffer(_, at) => (self.word_key(spot, at / 4), false),
            Spot::Shared(at) => (at as u64 / 4, true),
            _ => return,
        };
        let Some((known, is_device_wide)) = self.w.clocks.published(lane, order) else {
            return;
        };
        // What only threads of the block may rely on is kept with the block.
        let (places, word) = match (is_shared, is_device_wide) {
            (true, _) => (&mut self.b.published, word),
            (false, true) => (&mut self.m.published, word),
            (false, false) => (&mut self.b.published, 1 << 63 | word),
        };
        if let Some(place) = places.get_mut(&word) {
            Rc::make_mut(place).join(&known);
        } else if places.len() < MAX_PUBLISHED {
            places.insert(word, Rc::new(known));
        } else {
            // Too much to follow: better no verdict on races than a wrong one.
            self.m.options.checks.races = false;
        }
    }

    pub(super) fn acquire_one(&mut self, spot: Spot, lane: usize) {
        let known: [Option<Rc<Knowledge>>; 2] = match spot {
            Spot::Buffer(_, at) => {
                let word = self.word_key(spot, at / 4);
                [
                    self.m.published.get(&word).cloned(),
                    self.b.published.get(&(1 << 63 | word)).cloned(),
                ]
            }
            Spot::Shared(at) => [self.b.published.get(&(at as u64 / 4)).cloned(), None],
            _ => return,
        };
        for known in known.iter().flatten() {
            self.w.clocks.acquire(lane, known);
        }
    }
}
